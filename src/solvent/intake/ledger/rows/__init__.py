"""Rows of a sheet into rows of the books."""
