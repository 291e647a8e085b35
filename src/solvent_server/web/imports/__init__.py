"""Imports: files come in, are looked at, loaded, and taken back."""
