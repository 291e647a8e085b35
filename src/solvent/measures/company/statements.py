"""Statements: our own financial statements, a row a period and a column a line."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.calendar import months_before
from solvent.books.books import Books
from solvent.books.customers import LINES, OWN
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Flow:
    """A line that flows over a period: its amount in the books' currency, and the period's days; None without one."""

    amount: int | None
    days: int


def own_statements(books: Books) -> pl.DataFrame:
    """Our statements: period_end, months, then every line of LINES (Int64, books' currency; empty where not told)."""
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


def newest_flow(books: Books, line: str) -> Flow:
    """A flowing line over the last year: four quarters where there are, else the newest period that has it."""
    told = own_statements(books).filter(pl.col(line).is_not_null())
    if told.is_empty():
        return Flow(None, 0)
    last = told.tail(1)
    months = int(last.item(0, "months"))
    since = months_before(last.item(0, "period_end").replace(day=1), max(months, 12) - 1)
    recent = (pl.col("months") == months) & (pl.col("period_end") >= since)
    parts = told.filter(recent).tail(max(1, 12 // months))
    covered = months * parts.height
    return Flow(int(parts[line].sum()), round(covered * 365 / 12))
