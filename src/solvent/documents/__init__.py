"""Documents: what is said to people."""
