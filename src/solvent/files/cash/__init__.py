"""Cash on the disk: runs that are kept, pictures of the cash line."""
