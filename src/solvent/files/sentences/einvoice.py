"""Sentences about e-invoices."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
"""Problem code to English sentence; {word} is a fact of the problem."""
