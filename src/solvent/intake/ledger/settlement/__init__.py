"""Settlement: the piles that are laid against each other, what rows claim of themselves, and what they name."""
