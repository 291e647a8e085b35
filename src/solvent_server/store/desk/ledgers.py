"""Ledgers: one customer's rows as they stand now, found by index and not by reading the whole books.

A page about one invoice, receipt or customer asks for a handful of rows out of millions, and wants what was entered a
minute ago: what comes from here is never older than the last commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.books.books import TABLES, Ledger
from solvent_server.store import database
from solvent_server.store.models import Batch, Company

_AT_ONCE = 500
"""Values that one question to the database may name."""
OWN = ("open_items", "receipts", "credit_notes")
"""Tables whose rows name their customer; allocations and disputes name the rows."""


@dataclass(frozen=True)
class Origin:
    """Where a row came from: its import, the file, who brought it and when; ``kind`` as batches have it."""

    batch: int
    kind: str
    name: str
    actor: str
    at: datetime | None


@database.told()
def rows_by(name: str, company: Company, column: str, values: Iterable[str]) -> pl.DataFrame:
    """The rows of a table that count now and have one of these values, in the table's own columns and ``batch_id``.

    Args:
        column: one of the table's columns, or ``key``.
    """
    schema = {"id": pl.Int64, "batch_id": pl.Int64, **TABLES[name].schema}
    assert column == "key" or column in schema, column
    told: list[tuple[Any, ...]] = []
    names = ", ".join(f'f."{one}"' for one in schema)
    wanted = sorted({value for value in values if value is not None})
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        marks = ", ".join("%s" for _ in part)
        told += database.rows(
            f'SELECT {names} FROM "fact_{name}" f LEFT JOIN store_retraction r ON r."table" = %s AND r.fact = f.id '
            f'WHERE f.company_id = %s AND f."{column}" IN ({marks}) AND r.id IS NULL',
            [name, company.pk, *part],
        )
    cells: Sequence[Sequence[Any]] = list(zip(*told)) if told else [()] * len(schema)
    return pl.DataFrame([_series(one, dtype, cell) for (one, dtype), cell in zip(schema.items(), cells)]).drop("id")


def _series(name: str, dtype: Any, cells: Sequence[Any]) -> pl.Series:
    """A column as the books have it, whatever of days, moments and flags a database gives."""
    if dtype == pl.Date:
        return pl.Series(name, [date.fromisoformat(c) if isinstance(c, str) else c for c in cells], dtype=dtype)
    if isinstance(dtype, pl.Datetime):
        told = [datetime.fromisoformat(cell) if isinstance(cell, str) else cell for cell in cells]
        return pl.Series(name, [cell and cell.replace(tzinfo=None) for cell in told], dtype=dtype)
    if dtype == pl.Boolean:
        return pl.Series(name, [None if cell is None else bool(cell) for cell in cells], dtype=dtype)
    return pl.Series(name, list(cells), dtype=dtype)


@database.told()
def ledger_of(company: Company, customer_id: str) -> Ledger:
    """Everything that a customer owes, paid, was credited, disputes and promised, as a ledger of its own.

    Rows of others are in it where theirs and the customer's lean on each other: a receipt of one that paid an item of
    the other. They are whole enough for what is settled between the two to count on the right day.
    """
    by = {name: rows_by(name, company, "customer_id", [customer_id]) for name in OWN}
    items = by["open_items"].get_column("item_id").to_list()
    sources = [*by["receipts"].get_column("receipt_id"), *by["credit_notes"].get_column("credit_note_id")]
    applied = pl.concat(
        [rows_by("allocations", company, "item_id", items), rows_by("allocations", company, "source_id", sources)]
    ).unique("allocation_id", maintain_order=True)
    by["allocations"] = applied
    by["open_items"] = _with(by["open_items"], "open_items", company, applied.get_column("item_id"))
    for source, name in (("receipt", "receipts"), ("credit_note", "credit_notes")):
        others = applied.filter(pl.col("source") == source).get_column("source_id")
        by[name] = _with(by[name], name, company, others)
    by["disputes"] = rows_by("disputes", company, "item_id", items)
    for name in ("promises", "customers", "payers"):
        by[name] = rows_by(name, company, "customer_id", [customer_id])
    return Ledger(
        {name: frame.drop("batch_id").lazy() for name, frame in by.items() if frame.height},
        company.currency or _currency(by),
    )


def _with(mine: pl.DataFrame, name: str, company: Company, keys: pl.Series) -> pl.DataFrame:
    (key,) = TABLES[name].key
    more = [one for one in keys.drop_nulls().unique() if one not in set(mine.get_column(key))]
    return pl.concat([mine, rows_by(name, company, "key", more)]) if more else mine


def _currency(by: Mapping[str, pl.DataFrame]) -> str:
    used = {code for name in OWN for code in by[name].get_column("currency").unique()}
    return used.pop() if len(used) == 1 else UNKNOWN


@database.told()
def origins(company: Company, batches: Iterable[int]) -> Mapping[int, Origin]:
    """Where rows came from, by the number of their batch."""
    rows = Batch.objects.filter(company=company, id__in=set(batches)).values_list(
        "id", "kind", "name", "actor", "committed_at"
    )
    return {row[0]: Origin(*row) for row in rows}
