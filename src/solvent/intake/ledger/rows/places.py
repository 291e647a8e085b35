"""Places: the rows of the files that one row of a table was made of."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from solvent.intake.ledger.rows.tables import with_ids
from solvent.intake.ledger.settlement.piles import ALLOCATED, Settlement

PLACE = {"source": pl.String, "sheet": pl.String, "_row": pl.Int64}
_DOCUMENT = ("customer_id", "invoice_id", "issued_on", "due_on", "currency")
"""What lines of one invoice share that became one item."""
_SOURCES = {"receipts": "receipt", "credit_notes": "credit_note"}


def rows_of(state: Settlement, postings: pl.DataFrame, table: str, key: str) -> pl.DataFrame:
    """The rows that made the row of ``table`` under ``key``; none where there is no such row.

    A receipt that was only implied, because an invoice's row calls it paid, stands where the invoice does. An
    allocation stands where its item does, and where its receipt or credit note does.
    """
    if table == "open_items":
        return _items(state, postings, pl.col("item_id") == key)
    if table in _SOURCES:
        return _sources(state, _SOURCES[table], key)
    if table == "deliveries":
        return _items(state, postings, pl.coalesce("delivery_id", "item_id") == key)
    if table == "disputes":
        return _items(state, postings, pl.col("item_id") == key.removeprefix("d:"))
    if table == "customers":
        return _places(postings.filter(pl.col("customer_id") == key).rename({"source": "source_file"}))
    if table != "allocations":
        return pl.DataFrame(schema=PLACE)
    used = with_ids(pl.concat([pl.DataFrame(schema=ALLOCATED), *state.allocations]))
    found: list[pl.DataFrame] = []
    for row in used.filter(pl.col("allocation_id") == key).iter_rows(named=True):
        found.append(_items(state, postings, pl.col("item_id") == row["item_id"]))
        if row["source_id"] is not None:
            found.append(_sources(state, row["source"], row["source_id"]))
    return _once(found)


def _items(state: Settlement, postings: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
    """The rows of items, and further lines of their invoices where lines were added up."""
    found = state.items.filter(which)
    lines = found.filter(
        pl.col("line").is_not_null() & pl.col("instalment").is_null() & pl.col("clearing_id").is_null()
    )
    more = postings.filter((pl.col("kind") == "invoice") & pl.col("line").is_not_null())
    more = more.join(lines.select(_DOCUMENT), on=_DOCUMENT, how="semi").rename({"source": "source_file"})
    return _once([_places(found), _places(more)])


def _sources(state: Settlement, source: str, key: str) -> pl.DataFrame:
    return _places(state.sources.filter((pl.col("source") == source) & (pl.col("source_id") == key)))


def _places(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col("source_file").alias("source"), "sheet", "_row").drop_nulls("_row")


def _once(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=PLACE), *found]).unique(maintain_order=True)
