"""Scenarios: a file each: what it decides and how it bends the paths; ``bending.library`` finds them."""
