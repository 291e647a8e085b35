"""Working capital: how long money is bound, in what, and what a day of it is worth."""
