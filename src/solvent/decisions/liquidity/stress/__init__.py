"""Stress: the same paths under other circumstances, the smallest that break the floor, and what to do then."""
