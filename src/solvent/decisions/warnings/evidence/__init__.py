"""Evidence: what rules read out of the books: rows with their keys, delays, purchases, balances, events, levels."""
