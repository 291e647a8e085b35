"""Lists: what people put by of the lists that they look at."""
