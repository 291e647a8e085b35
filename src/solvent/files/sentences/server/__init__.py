"""Sentences of the server: the interface for other systems."""
