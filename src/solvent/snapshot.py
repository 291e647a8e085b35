"""Snapshot: all that a decision may look at. Made once a run; every question of the next day is put to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.credit import Credit
from solvent.measures.measures import Measures
from solvent.payment.payment import Payment
from solvent.simulation.company import Company
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Snapshot:
    """The books of one day and what was computed from them; frozen.

    payment: None where nothing was ever invoiced. paths: None where there is nothing to simulate. company: what the
    paths were made of, for questions that draw some of it again. credit: files, grades and base limits. Why any is
    missing stands in the problems of the assessment.
    """

    books: Books
    policy: Policy
    measures: Measures
    payment: Payment | None = None
    paths: CashPaths | None = None
    company: Company | None = None
    credit: Credit | None = None

    @property
    def as_of(self) -> date:
        """The day at whose end everything here stands."""
        return self.books.as_of
