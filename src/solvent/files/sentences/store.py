"""Sentences about the store: imports, undo, backup, the audit trail."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
"""Problem code to English sentence; {word} is a fact of the problem."""
