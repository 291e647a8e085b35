"""Warnings: every rule over one day's view, what became of each, and how well each would have warned."""
