"""The store: what was taken in, row by row, never edited, and who took it in."""
