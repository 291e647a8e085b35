"""Sentences about cash application."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "intake.matching.lines": (
        "the automatic line is {automatic} and the proposal line {proposal}; both lie above 0 and not above 1, and the "
        "automatic line is the higher one"
    ),
    "intake.matching.share": "is {value}; a share lies from 0 to less than 1",
    "intake.matching.negative": "is {value}; days and limits are 0 or more",
    "measures.unallocated.edges": "is {value}; the edges rise, each above the one before, the first at least 1",
    "measures.unallocated.no_rate": (
        "unallocated cash is told by currency only, since a part of it is in a currency without a rate; enter the rate"
    ),
}
"""Problem code to English sentence; {word} is a fact of the problem."""
