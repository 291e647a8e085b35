"""The rules of early warning, one file each."""
