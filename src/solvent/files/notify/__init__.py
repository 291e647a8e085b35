"""Notify: who is told of new warnings, in which words, and by which way."""
