"""Sentences about files as a whole, and the systems that they come from."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {}
"""Problem code to English sentence; {word} is a fact of the problem."""
