"""Rows: how a reading is put together, and how the rows that it rests on are named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from solvent.books.books import Books

MOST = 10
"""Of the rows behind a reading at most so many are named."""

Told = float | int | str | date | None


def key(table: str, *columns: str) -> pl.Expr:
    """The name of a row: ``open_items:A1``; a key of several columns stands with slashes, ``stock:sku/2026-09-30``."""
    cells = [pl.col(name).cast(pl.String) for name in columns]
    return pl.concat_str(pl.lit(f"{table}:"), pl.concat_str(cells, separator="/"))


def keys(column: str = "key", *, by: pl.Expr | None = None, only: pl.Expr | None = None) -> pl.Expr:
    """In a group: the names of its rows, those with the most of ``by`` first, of ``only`` some of them.

    Of rows with as much of ``by`` the order is that of their names, so that two runs say the same.
    """
    named = pl.col(column)
    if by is not None:
        order: tuple[pl.Expr, pl.Expr] = (by, pl.col(column))
        named = named.sort_by(*order, descending=[True, False], nulls_last=True)
        only = None if only is None else only.sort_by(*order, descending=[True, False], nulls_last=True)
    return (named if only is None else named.filter(only)).head(MOST)


def reading(rows: pl.LazyFrame, subject: str, value: pl.Expr, *facts: str | pl.Expr) -> pl.DataFrame:
    """The readings of many subjects, by subject; without those of which no value is known.

    Args:
        rows: one a subject, with ``evidence`` (List of String; empty cell: none) and the facts.
    """
    none = pl.lit([], dtype=pl.List(pl.String))
    return (
        rows.select(
            pl.col(subject).alias("subject"),
            value.cast(pl.Float64).round(9).alias("value"),
            pl.col("evidence").fill_null(none).alias("evidence"),
            *facts,
        )
        .filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan() & pl.col("subject").is_not_null())
        .sort("subject")
        .collect()
    )


def own(value: float | None, evidence: Sequence[str], **facts: Told) -> pl.DataFrame | None:
    """The one reading of the company itself; None where the value is not known."""
    if value is None:
        return None
    row = {"subject": "own", "value": round(float(value), 9), "evidence": list(evidence)[:MOST], **facts}
    return pl.DataFrame([row], schema_overrides={"evidence": pl.List(pl.String)})


def worth(books: Books, column: str = "amount") -> pl.Expr:
    """An amount beside its ``currency`` in minor units of the books' currency (Float64); empty without a rate."""
    factors = dict(books.rates.iter_rows())
    factor = pl.col("currency").replace_strict(factors, default=None, return_dtype=pl.Float64)
    return pl.col(column).cast(pl.Float64) * factor


def minor(value: pl.Expr) -> pl.Expr:
    """A worth as whole minor units."""
    return value.round(0).cast(pl.Int64)


def total(value: pl.Expr) -> pl.Expr:
    """In a group: the sum of worths as whole minor units; empty where a part has no rate."""
    return pl.when(value.is_not_null().all()).then(minor(value.sum()))


def days_since(books: Books, column: str) -> pl.Expr:
    """Days from a day to the books' own."""
    return (pl.lit(books.as_of) - pl.col(column)).dt.total_days()
