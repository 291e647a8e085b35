"""Keeping: original files, parked batches, backups, and whether all is still as it was."""
