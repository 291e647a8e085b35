"""Sentences about the boosted payment model."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "payment.boosted.not_installed": (
        "the boosted payment model did not compete, since {library} is not installed; the closed-form laws stand."
        " Install Solvent with its extra ml (pip install 'solvent[ml]'), or set payment.champion.boosted to false"
    ),
}
"""Problem code to English sentence; {word} is a fact of the problem."""
