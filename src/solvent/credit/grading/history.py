"""History: which customers have failed us, and in how many years of trade: what the level of all chances rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Terms, term
from solvent.books.books import Basis, Books
from solvent.measures.sums import sums


@dataclass(frozen=True)
class History(Terms, key="credit.grading.history"):
    """When a customer of the past counts as failed."""

    months: int = term(24, unit="months of due days", source="own choice: two years, twice each season")
    unpaid_days: int = term(90, unit="days overdue, failed strictly over it", source="own choice: usual default line")
    lost_share: float = term(
        0.05, unit="share of what fell due, failed from it on", most=1, source="own choice: a stray item is no failure"
    )


DEFAULTS = History()


def failures(books: Books, terms: History = DEFAULTS) -> pl.DataFrame:
    """Who failed within the last months, a row for each customer of which anything fell due.

    Failed: of what fell due within ``months`` and ended ``unpaid_days`` ago, at least ``lost_share`` was written off or
    is still not paid; what is in dispute is not lost.

    Returns:
        customer_id, failed (Boolean), years (Float64: from the first to the last due day within them). No row where
        currencies cannot be added.
    """
    day = books.as_of
    since, until = months_before(day, terms.months), day - timedelta(days=terms.unpaid_days + 1)
    schema = {"customer_id": pl.String, "failed": pl.Boolean, "years": pl.Float64}
    if books.basis is Basis.MIXED:
        return pl.DataFrame(schema=schema)
    disputed = books.table("disputes").filter(
        pl.col("opened_on").fill_null(day) <= day, pl.col("closed_on").is_null() | (pl.col("closed_on") > day)
    )
    due = pl.col("due_on").is_between(since, until)
    events = books.events().filter(due)
    kind = pl.col("kind")
    fell = events.filter(kind == "invoice")
    days = fell.group_by("customer_no").agg(
        ((pl.col("due_on").max() - pl.col("due_on").min()).dt.total_days() / 365.25).alias("years")
    )
    open_now = books.standing().filter(due).join(disputed.select("item_id").unique(), on="item_id", how="anti")
    zero = pl.lit(0, dtype=pl.Int64)
    cells = pl.concat(
        [
            fell.select("customer_no", "currency", pl.col("amount").alias("fell"), zero.alias("lost")),
            events.filter(kind == "write_off").select(
                "customer_no", "currency", zero.alias("fell"), (-pl.col("amount")).alias("lost")
            ),
            open_now.select("customer_no", "currency", zero.alias("fell"), pl.col("amount").alias("lost")),
        ]
    )
    money = sums(cells, books, "customer_no", amounts=("fell", "lost"))
    bad = (pl.col("fell") > 0) & (pl.col("lost") >= terms.lost_share * pl.col("fell"))
    return (
        days.join(money, on="customer_no", how="left")
        .join(books.journal.customers.lazy(), on="customer_no", how="inner")
        .select("customer_id", bad.fill_null(False).alias("failed"), "years")
        .sort("customer_id")
        .collect(engine="streaming")
    )
