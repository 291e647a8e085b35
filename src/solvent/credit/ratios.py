"""Ratios: what customers' financial statements say."""

from __future__ import annotations

import polars as pl

from solvent.books.books import Books


def ratios(books: Books) -> pl.DataFrame:
    """A row for each customer and statement day, oldest first."""
    return pl.DataFrame(schema={"customer_id": pl.String, "period_end": pl.Date, "months": pl.Int64})
