"""Troubles: what a warning is to be ahead of: a customer sixty days late, or written off; and what each one owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Basis, Books
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Trouble(Terms, key="warnings.troubles"):
    """From where a customer's lateness is trouble."""

    late_days: int = term(60, unit="days past due, trouble from it", source="CAPABILITIES 42: default or 60 days late")
    least_share: float = term(
        0.05,
        unit="share of an item's face that must be open to be late",
        most=1,
        source="own choice: rests are no default",
    )
    clear_days: int = term(
        90, unit="days without further trouble after which the next is a new one", source="own choice: one quarter"
    )


DEFAULTS = Trouble()

TROUBLES = {
    "customer_id": pl.String,
    "trouble_on": pl.Date,
    "kind": pl.String,
    "first": pl.Boolean,
    "owes_amount": pl.Int64,
}
"""A row for each time a customer came into trouble. kind: ``late`` or ``written_off``. first: its first in these books.
owes_amount: what it owed at the end of that day, minor units of the books' currency; empty without a rate."""


@dataclass(frozen=True)
class Outcomes:
    """owes: customer_id, owes_amount (Int64, what it owes now, open items only). troubles: TROUBLES."""

    owes: pl.DataFrame
    troubles: pl.DataFrame


def outcomes(books: Books, terms: Trouble = DEFAULTS) -> Outcomes:
    """What customers owe at the end of the books' day, and every trouble up to it."""
    return Outcomes(owes(books), troubles(books, terms))


def owes(books: Books) -> pl.DataFrame:
    """customer_id, owes_amount: open items of each customer that owes anything; unapplied money does not lower them."""
    rows = books.standing().filter(pl.col("due_on").is_not_null())
    if books.basis is Basis.MIXED:
        return pl.DataFrame(schema={"customer_id": pl.String, "owes_amount": pl.Int64})
    told = sums(rows, books, "customer_no").rename({"amount": "owes_amount"})
    return (
        told.join(books.journal.customers.lazy(), on="customer_no")
        .select("customer_id", "owes_amount")
        .sort("customer_id")
        .collect(engine="streaming")
    )


def troubles(books: Books, terms: Trouble = DEFAULTS) -> pl.DataFrame:
    """Every time that a customer's item was ``late_days`` past due with more than a rest of it open, or written off.

    An item that was in dispute on that day is a quarrel and no trouble, unless it is written off. Troubles of a
    customer that follow each other within ``clear_days`` are one, of the first day and its kind.

    Returns: TROUBLES, by day and customer.
    """
    found = pl.concat([_late(books, terms), _written_off(books)]).collect(engine="streaming")
    gap = (pl.col("trouble_on") - pl.col("trouble_on").shift(1)).dt.total_days().over("customer_no")
    begun = (
        found.sort("customer_no", "trouble_on", "kind")
        .filter(gap.is_null() | (gap > terms.clear_days))
        .with_columns(pl.struct("customer_no").is_first_distinct().alias("first"))
    )
    return (
        begun.join(books.journal.customers, on="customer_no")
        .join(_owed_then(books, begun), on=("customer_no", "trouble_on"), how="left")
        .select(list(TROUBLES))
        .sort("trouble_on", "customer_id")
    )


def _late(books: Books, terms: Trouble) -> pl.LazyFrame:
    """customer_no, trouble_on, kind: items that stood open so long."""
    rows = books.events().filter(pl.col("due_on").is_not_null())
    until = pl.col("due_on").dt.offset_by(f"{terms.late_days}d")
    quarrels = books.table("disputes").select("item_id", pl.col("opened_on").fill_null(date.min), "closed_on")
    face = pl.col("amount").filter(pl.col("kind") == "invoice").sum()
    owed = pl.col("amount").filter(pl.col("event_on") <= until).sum()
    return (
        rows.filter(until <= books.as_of)
        .group_by("customer_no", "item_id", "due_on", "currency")
        .agg(face.alias("face"), owed.alias("owed"))
        .filter((pl.col("owed") > 0) & (pl.col("owed") > pl.col("face") * terms.least_share))
        .with_columns(until.alias("trouble_on"))
        .join(quarrels, on="item_id", how="left")
        .with_columns(
            (
                (pl.col("opened_on") <= pl.col("trouble_on"))
                & (pl.col("closed_on").is_null() | (pl.col("closed_on") > pl.col("trouble_on")))
            )
            .fill_null(False)
            .alias("disputed")
        )
        .group_by("customer_no", "item_id", "trouble_on")
        .agg(pl.col("disputed").any())
        .filter(~pl.col("disputed"))
        .select("customer_no", "trouble_on", pl.lit("late").alias("kind"))
        .unique()
    )


def _written_off(books: Books) -> pl.LazyFrame:
    rows = books.events().filter((pl.col("kind") == "write_off") & (pl.col("amount") < 0))
    return rows.select(
        "customer_no", pl.col("event_on").alias("trouble_on"), pl.lit("written_off").alias("kind")
    ).unique()


def _owed_then(books: Books, begun: pl.DataFrame) -> pl.DataFrame:
    """customer_no, trouble_on, owes_amount: what each owed on open items at the end of the day of its trouble."""
    days = begun.select("customer_no", "trouble_on").unique().lazy()
    if books.basis is Basis.MIXED:
        return days.with_columns(pl.lit(None, dtype=pl.Int64).alias("owes_amount")).collect()
    rows = (
        books.events()
        .filter(pl.col("due_on").is_not_null())
        .join(days, on="customer_no")
        .filter(pl.col("event_on") <= pl.col("trouble_on"))
    )
    return sums(rows, books, "customer_no", "trouble_on").rename({"amount": "owes_amount"}).collect(engine="streaming")
