"""File overdue: a part of a customer's file should have been gone through long ago (REQUIREMENTS CR-03)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class FileOverdue(Terms, key="warnings.file_overdue"):
    """Where the lines lie; when a review is due is the calendar's."""

    yellow: float = term(
        30.0, unit="days past its day, strictly over it", most=36_525, source="own choice: a month's grace"
    )
    orange: float = term(
        90.0, unit="days past its day, strictly over it", most=36_525, source="own choice: a whole round missed"
    )


def read(view: View, terms: FileOverdue) -> pl.DataFrame | None:
    """The longest overdue review of each customer that owes anything."""
    due = view.credit.reviews.lazy().filter(pl.col("customer_id").is_not_null() & (pl.col("overdue_days") > 0))
    one = (
        due.sort("overdue_days", "kind", descending=[True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.col("overdue_days", "kind", "due_on", "last_on").first(),
            pl.len().cast(pl.Int64).alias("count"),
        )
    )
    told = view.owed.lazy().join(one, on="customer_id", how="left").with_columns(
        pl.col("overdue_days", "count").fill_null(0)
    )  # fmt: skip
    facts = ("overdue_days", "kind", "due_on", "last_on", "count", "open_amount")
    return reading(told, "customer_id", pl.col("overdue_days"), *facts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="days",
    owner="credit",
    terms=FileOverdue,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    past=False,
)
