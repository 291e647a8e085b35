"""Oldest overdue: the oldest open item of a customer is too long past its due day (CAPABILITIES 43)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import keys, reading, total
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class OldestOverdue(Terms, key="warnings.oldest_overdue"):
    """What counts as an item that is still owed, and where the lines lie."""

    least_share: float = term(
        0.05, unit="share of its face, less is a rest and no delay", source="own choice: bank fees and discounts"
    )
    yellow: float = term(15.0, unit="days past due, strictly over it", source="REQUIREMENTS RD-02")
    orange: float = term(30.0, unit="days past due, strictly over it", source="own choice: a month")
    red: float = term(60.0, unit="days past due, strictly over it", source="own choice: as insurers count a default")


def read(view: View, terms: OldestOverdue) -> pl.DataFrame | None:
    """Each customer that owes: days past due of its oldest open item that is not in dispute, else 0."""
    books = view.books
    # What is in dispute has its own way and says nothing of whether the customer can pay.
    running = (pl.col("opened_on").is_null() | (pl.col("opened_on") <= view.as_of)) & (
        pl.col("closed_on").is_null() | (pl.col("closed_on") > view.as_of)
    )
    disputed = books.table("disputes").filter(running).select("item_id").unique()
    items = (
        view.open_items.lazy()
        .filter(pl.col("face_share") >= terms.least_share)
        .join(disputed, on="item_id", how="anti")
    )
    late = pl.col("late_days") > 0
    told = items.group_by("customer_id").agg(
        pl.col("late_days").max().clip(0).alias("oldest_days"),
        pl.col("due_on").min().alias("due_on"),
        late.sum().cast(pl.Int64).alias("count"),
        total(pl.col("worth").filter(late)).alias("overdue_amount"),
        keys(by=pl.col("late_days"), only=late).alias("evidence"),
    )
    return reading(told, "customer_id", pl.col("oldest_days"), "oldest_days", "due_on", "count", "overdue_amount")


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="days",
    owner="collections",
    terms=OldestOverdue,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
    proposes=("collect_first", "hold_supply", "report_to_insurer"),
)
