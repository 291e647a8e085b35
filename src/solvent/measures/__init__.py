"""Measures: arithmetic on the books."""
