"""Bending: the same paths under other circumstances."""
