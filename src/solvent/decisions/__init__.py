"""Decisions: what to do today; each is a question to the snapshot."""
