"""Sources: what another system knows, as tables of the books, through one small interface."""
