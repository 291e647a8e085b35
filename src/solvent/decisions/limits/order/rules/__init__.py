"""Rules of the order check: each a file, each with its lines as terms."""
