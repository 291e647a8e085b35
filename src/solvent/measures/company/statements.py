"""Statements: our own financial statements, a row a period and a column a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakKeyDictionary

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.customers import LINES, OWN
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Statements(Terms, key="measures.statements"):
    """How long our own financial statements are believed."""

    valid_days: int = term(
        460,
        unit="days from the end of a period, not believed strictly after",
        source="own choice: a year, and the quarter that it takes to draw up the next statement",
    )


DEFAULTS = Statements()


@dataclass(frozen=True)
class Flow:
    """A line that flows over a period: its amount in the books' currency, and the period's days.

    amount: None where no statement tells it (``days`` is 0), or where a part of it has no rate.
    """

    amount: int | None
    days: int

    @property
    def unrated(self) -> bool:
        """True where it is told in a currency without a rate."""
        return self.amount is None and self.days > 0


_LAID: WeakKeyDictionary[Books, pl.DataFrame] = WeakKeyDictionary()
"""Books never change, and forty readers ask one assessment's for the same statements."""


def own_statements(books: Books) -> pl.DataFrame:
    """Our statements: period_end, months, then every line of LINES (Int64, books' currency; empty where not told)."""
    if books not in _LAID:
        _LAID[books] = _laid(books)
    return _LAID[books]


def _laid(books: Books) -> pl.DataFrame:
    rows = books.table("statements").filter(pl.col("entity_id") == OWN)
    keys = ("period_end", "months", "line")
    # A line that says nothing at all is told, and is 0; ``sums`` has no row for it.
    found = sums(rows, books, *keys).with_columns(pl.lit(True).alias("there"))
    value = pl.when(pl.col("there").is_null()).then(0).otherwise("amount").alias("amount")
    long = rows.select(keys).unique().join(found, on=keys, how="left").with_columns(value)
    cells = [pl.col("amount").filter(pl.col("line") == line).first().alias(line) for line in LINES]
    return long.group_by("period_end", "months").agg(cells).sort("period_end", "months").collect()


def own_positions(books: Books) -> pl.DataFrame:
    """The lines of one day, whatever length of period they were told with: period_end, then every line of LINES."""
    told = own_statements(books).lazy().group_by("period_end")
    return told.agg(pl.col(LINES).drop_nulls().first()).sort("period_end").collect()


def newest_flow(books: Books, line: str, terms: Statements = DEFAULTS) -> Flow:
    """A flowing line over the last year: four quarters where there are, else the newest period that has it.

    No amount where a period of it has no rate, or where the newest ended more than ``valid_days`` before ``as_of``.
    """
    told = _told(books, line, terms)
    if told.is_empty():
        return Flow(None, 0)
    last = told.tail(1)
    months = int(last.item(0, "months"))
    since = months_before(last.item(0, "period_end").replace(day=1), max(months, 12) - 1)
    recent = (pl.col("months") == months) & (pl.col("period_end") >= since)
    parts = told.filter(recent).tail(max(1, 12 // months))
    covered = months * parts.height
    amount = None if parts[line].null_count() else int(parts[line].sum())
    return Flow(amount, round(covered * 365 / 12))


def newest_position(books: Books, line: str, terms: Statements = DEFAULTS) -> Flow:
    """The newest amount of a line that stands on one day; ``days`` is that of its period. Believed as a flow is."""
    told = _told(books, line, terms)
    if told.is_empty():
        return Flow(None, 0)
    amount, months = told.tail(1).select(line, "months").row(0)
    return Flow(amount, round(months * 365 / 12))


def _told(books: Books, line: str, terms: Statements) -> pl.DataFrame:
    """``own_statements`` of the periods that tell the line at all, oldest first; none where the newest is too old."""
    ours = (pl.col("entity_id") == OWN) & (pl.col("line") == line)
    said = books.table("statements").filter(ours).select("period_end", "months").unique()
    told = said.collect().join(own_statements(books), on=["period_end", "months"], how="left")
    old = pl.col("period_end").max() < books.as_of - timedelta(days=terms.valid_days)
    return told.filter(~old).sort("period_end", "months")
