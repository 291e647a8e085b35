"""Statements: the newest ratios of each customer's financial statements, as long as they are believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books


@dataclass(frozen=True)
class Believed(Terms, key="credit.grading.statements"):
    """How long a customer's statements count."""

    valid_days: int = term(
        640,
        unit="days from the end of a period, not believed strictly after",
        source="own choice: a year, and nine months until the next year's are filed",
    )


DEFAULTS = Believed()
NAMES = (
    "equity_share", "current_ratio", "quick_ratio", "net_margin", "altman_z", "altman_change", "sales_growth"
)  # fmt: skip


def newest_ratios(books: Books, told: pl.DataFrame, terms: Believed = DEFAULTS) -> pl.LazyFrame:
    """customer_id, statements_on (Date), and NAMES (Float64), each the newest that a believed period tells.

    Args:
        told: ``credit.ratios.ratios`` of the same books.
    """
    there = [name for name in NAMES if name in told.columns]
    none = [pl.lit(None, dtype=pl.Float64).alias(name) for name in NAMES if name not in there]
    recent = told.lazy().filter(pl.col("period_end") >= books.as_of - timedelta(days=terms.valid_days))
    finite = [pl.when(pl.col(name).is_finite()).then(name).alias(name) for name in there]
    newest = (
        recent.with_columns(finite)
        .sort("period_end")
        .group_by("customer_id")
        .agg(pl.col("period_end").max().alias("statements_on"), *(pl.col(name).drop_nulls().last() for name in there))
    )
    return newest.with_columns(none).select("customer_id", "statements_on", *NAMES)
