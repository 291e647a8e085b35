"""View: what a warning rule may look at: one day's books and what is computed from them, each thing once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.credit import Credit, grades_alone
from solvent.credit.credit import credit as graded
from solvent.credit.grading.grade import Grades
from solvent.decisions.liquidity.floor import Floor
from solvent.decisions.liquidity.floor import Lines as CashLines
from solvent.decisions.liquidity.floor import lines as cash_lines
from solvent.decisions.liquidity.watch.indicators import as_at
from solvent.decisions.warnings.evidence import items
from solvent.measures.company.liquidity import Liquidity, cash, monthly_spend, operating_cash_flow, ratios
from solvent.measures.concentration import Concentrated, Concentration, concentration
from solvent.measures.dso import Dso
from solvent.measures.dso_detail import history
from solvent.measures.timeliness import Timeliness, fallen_due, timeliness
from solvent.measures.trade.behaviour import Behaviour, behaviour
from solvent.snapshot import Snapshot


@dataclass(frozen=True)
class View:
    """The books of a day, looked at as rules need it: nothing is computed before it is asked for, and once only.

    snapshot: of the same day, with measures, grades and paths already computed; None in a run over the past, in which
    rules that need paths stay silent.
    """

    books: Books
    policy: Policy
    snapshot: Snapshot | None = None

    @property
    def as_of(self) -> date:
        """The day."""
        return self.books.as_of

    @cached_property
    def behaviour(self) -> pl.DataFrame:
        """``measures.trade.behaviour.behaviour``: a row a customer."""
        if self.snapshot is not None:
            return self.snapshot.measures.behaviour
        return behaviour(self.books, self.policy.terms(Behaviour))

    @cached_property
    def dso_history(self) -> pl.DataFrame:
        """``measures.dso_detail.history``: a row a month end."""
        if self.snapshot is not None:
            return self.snapshot.measures.dso_history
        return history(self.books, terms=self.policy.terms(Dso))

    @cached_property
    def concentration(self) -> Concentrated:
        """``measures.concentration.concentration``: connected customers as one name."""
        if self.snapshot is not None:
            return self.snapshot.measures.concentration
        return concentration(self.books, terms=self.policy.terms(Concentration))

    @cached_property
    def ratios(self) -> pl.DataFrame:
        """``measures.company.liquidity.ratios``: our own, a row a statement day."""
        if self.snapshot is not None:
            return self.snapshot.measures.ratios
        return ratios(self.books, self.policy.terms(Liquidity))

    @cached_property
    def cash_flow(self) -> pl.DataFrame:
        """``measures.company.liquidity.operating_cash_flow``: a row a month."""
        if self.snapshot is not None:
            return self.snapshot.measures.cash_flow
        return operating_cash_flow(self.books)

    @cached_property
    def cash(self) -> int | None:
        """All balances, minor units of the books' currency."""
        return cash(self.books)

    @cached_property
    def monthly_spend(self) -> int | None:
        """What goes out in a month, mean of the last three."""
        return monthly_spend(self.cash_flow, self.policy.terms(Liquidity))

    @cached_property
    def cash_lines(self) -> CashLines:
        """``decisions.liquidity.floor.lines``: floor, orange line and reserve, each with its base."""
        return cash_lines(self.books, self.monthly_spend, self.policy.terms(Floor))

    @cached_property
    def credit(self) -> Credit:
        """Files, grades and base limits of all customers."""
        if self.snapshot is not None and self.snapshot.credit is not None:
            return self.snapshot.credit
        return graded(self.books, self.behaviour, self.policy)

    @cached_property
    def grades(self) -> Grades:
        """The grades of ``credit``; alone where nothing else of it has been asked for."""
        if "credit" in self.__dict__ or (self.snapshot is not None and self.snapshot.credit is not None):
            return self.credit.grades
        return grades_alone(self.books, self.behaviour, self.policy)

    @cached_property
    def timeliness(self) -> Mapping[str, pl.DataFrame]:
        """``measures.timeliness.timeliness`` by ``customer``, ``region``, ``industry`` or ``country``, as asked for."""
        return _ByDimension(self.books, self.policy.terms(Timeliness))

    @cached_property
    def open_items(self) -> pl.DataFrame:
        """``evidence.items.open_items``: a row an open item."""
        return items.open_items(self.books).collect(engine="streaming")

    @cached_property
    def owed(self) -> pl.DataFrame:
        """``evidence.items.owed``: what each customer owes, and how much of it is overdue."""
        return items.owed(self.books, self.open_items).collect(engine="streaming")

    def earlier(self, days: int) -> View:
        """The same books as they stood so many days before, by what is known now; made once for each number of days."""
        if days not in self._before:
            day = self.as_of - timedelta(days=days)
            self._before[days] = View(as_at(self.books, day), self.policy)
        return self._before[days]

    @cached_property
    def _before(self) -> dict[int, View]:
        return {}


class _ByDimension(dict[str, pl.DataFrame]):
    """Timeliness by each dimension, computed when it is first asked for; what fell due is looked up once for all."""

    def __init__(self, books: Books, terms: Timeliness) -> None:
        super().__init__()
        self.books, self.terms = books, terms
        self.months: pl.DataFrame | None = None

    def __missing__(self, by: str) -> pl.DataFrame:
        if self.months is None:
            self.months = fallen_due(self.books, terms=self.terms)
        self[by] = timeliness(self.books, by, terms=self.terms, months=self.months)
        return self[by]
