"""Start: what is there only to begin with: the sample company, and the key of the first administrator."""
