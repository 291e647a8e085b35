"""Snapshot: all that a decision may look at. Made once a run; every question of the next day is put to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from solvent.books.books import Books
from solvent.measures.measures import Measures


@dataclass(frozen=True)
class Snapshot:
    """The books of one day and what was computed from them; frozen."""

    books: Books
    measures: Measures

    @property
    def as_of(self) -> date:
        """The day at whose end everything here stands."""
        return self.books.as_of
