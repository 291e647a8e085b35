"""Books: what is known, as of one day."""
