"""Factors: what the expert card looks at, each with its bins and printed points, and where its value comes from."""
