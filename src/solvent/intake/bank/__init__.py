"""Bank statements of any format into bank lines and balances."""
