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
        0.05,
        unit="share of its face, less is a rest and no delay",
        most=1,
        source="own choice: bank fees and discounts",
    )
    least_balance_share: float = term(
        0.0,
        unit="share of all that the customer owes; until the oldest overdue items come to it, they are no sign of it",
        most=1,
        source="own choice: 0, any item; higher forgives one forgotten invoice and misses more",
    )
    yellow: float = term(15.0, unit="days past due, strictly over it", most=36_525, source="REQUIREMENTS RD-02")
    orange: float = term(30.0, unit="days past due, strictly over it", most=36_525, source="own choice: a month")
    red: float = term(
        60.0, unit="days past due, strictly over it", most=36_525, source="own choice: as insurers count a default"
    )


def read(view: View, terms: OldestOverdue) -> pl.DataFrame | None:
    """Each customer that owes: days past due of what it leaves open longest and that is not in dispute, else 0.

    Its overdue items are put together from the oldest on; the item with which they come to ``least_balance_share`` of
    what it owes tells the days. Where one has no rate, nothing can be put together, and the oldest tells them.
    """
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
        .sort("customer_id", "due_on", "item_id")
    )
    worth = pl.col("worth")
    enough = worth.cum_sum().over("customer_id") >= terms.least_balance_share * worth.sum().over("customer_id")
    counts = enough | worth.is_null().any().over("customer_id")
    items = items.with_columns(counts.alias("counts"))
    late = pl.col("late_days") > 0
    told = items.group_by("customer_id").agg(
        pl.col("late_days").filter("counts").max().clip(0).alias("oldest_days"),
        pl.col("due_on").filter("counts").min().alias("due_on"),
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
