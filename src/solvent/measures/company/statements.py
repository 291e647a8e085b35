"""Statements: our own financial statements, a row a period and a column a line."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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
    long = sums(rows, books, "period_end", "months", "line")
    cells = [pl.col("amount").filter(pl.col("line") == line).first().alias(line) for line in LINES]
    return long.group_by("period_end", "months").agg(cells).sort("period_end", "months").collect()


def newest_flow(books: Books, line: str) -> Flow:
    """A flowing line over the last year: four quarters where there are, else the newest period that has it."""
    told = own_statements(books).filter(pl.col(line).is_not_null())
    if told.is_empty():
        return Flow(None, 0)
    last = told.tail(1)
    months = int(last.item(0, "months"))
    parts = told.filter(pl.col("months") == months).tail(max(1, 12 // months))
    covered = months * parts.height
    return Flow(int(parts[line].sum()), round(covered * 365 / 12))
