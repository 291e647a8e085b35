"""Documents: the English texts of every document, and what its codes are called; the catalogue holds the Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from solvent.files.sentences.documents import papers, policy, report, statement

TEXTS: Mapping[str, str] = {**report.TEXTS, **policy.TEXTS, **papers.TEXTS, **statement.TEXTS}
"""Code of a title, heading, paragraph, point or caption to its English text."""
