"""Charts: figures as options that the browser's chart library draws, every text and number ready in them."""
