"""Schedule: what is done by the clock."""
