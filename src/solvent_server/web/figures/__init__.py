"""Figures: how each came about: its formula and variant, what went in, on whose word, of which day, and its rows."""
