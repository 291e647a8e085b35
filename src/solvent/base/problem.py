"""Two kinds of trouble, kept apart.

A Problem is about somebody's data: expected, many at once, told with its place and its facts.
A SolventError is about our own code or set-up, or about a question that cannot be asked: raised at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Fact = str | int | float | None


@dataclass(frozen=True)
class Problem:
    """One thing that the reader of a figure has to know.

    code: stable name, the key of the sentence in both languages (``intake.cell.amount``).
    place: file, sheet, row and column as far as known, ``ledger.xlsx!Sheet1:17:金额``; empty for the whole ledger.
    facts: what the sentence needs; never a finished sentence.
    """

    code: str
    place: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


class SolventError(Exception):
    """Root of every error that Solvent raises. ``code`` and ``facts`` lead to a sentence, as in a Problem."""

    def __init__(self, code: str, place: str = "", **facts: Fact) -> None:
        self.problem = Problem(code, place, facts)
        super().__init__(f"{code} {place} {facts}".strip())


class PolicyError(SolventError):
    """A policy file says something that its terms do not allow."""


class TableError(SolventError):
    """A frame reached a function in a shape that the function never promised to take."""


class LedgerError(SolventError):
    """Nothing can be assessed: the ledger is missing, empty, too large, or of no shape that we know."""
