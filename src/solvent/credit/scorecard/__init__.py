"""Scorecard: learned from a company's own history of failures: points that a person can read, and a boosted model."""
