"""Salespeople: what was to be collected of each one's customers, and what was (REQUIREMENTS CO-08)."""

from __future__ import annotations

from datetime import date

import polars as pl

from solvent.base.calendar import month_ends, months_before
from solvent.books.books import Books
from solvent.measures.sums import keys_of, sales, sums, told_by


def collection_by_salesperson(books: Books) -> pl.DataFrame:
    """Collection results of the last full month, the running quarter and the last twelve months.

    Returns, by period and salesperson (the item's, else the customer's; empty last): period (month, quarter, year),
    salesperson, due (fell due in the period, less what was lowered without money), collected (of that, received by
    the day of the books), collection_share, overdue (open and past due now), sales (invoices less credit notes issued
    in the period, by the customer's salesperson); Int64 in minor units of the books' currency, empty where a part
        has no rate.
    """
    frames = [_of_period(books, name, since, until) for name, (since, until) in periods(books.as_of).items()]
    return pl.concat(frames)


def periods(as_of: date) -> dict[str, tuple[date, date]]:
    """The day before each period begins, and its last day: last full month, running quarter, last twelve months.

    >>> periods(date(2026, 8, 15))["month"], periods(date(2026, 8, 15))["quarter"]
    ((datetime.date(2026, 6, 30), datetime.date(2026, 7, 31)), (datetime.date(2026, 6, 30), datetime.date(2026, 8, 15)))
    """
    before, last = month_ends(as_of, 2)
    first = as_of.replace(day=1)
    quarter = months_before(first, (first.month - 1) % 3)
    return {
        "month": (before, last),
        "quarter": (month_ends(quarter, 1)[0], as_of),
        "year": (months_before(as_of, 12), as_of),
    }


def _of_period(books: Books, name: str, since: date, until: date) -> pl.DataFrame:
    rows = books.events().filter(pl.col("due_on").is_not_null())
    in_period = (pl.col("due_on") > since) & (pl.col("due_on") <= until)
    pays = pl.col("kind") == "receipt"
    lowers = ~pays & (pl.col("kind") != "write_off")
    parts = {
        "due": rows.filter(in_period & lowers),
        "collected": rows.filter(in_period & pays).with_columns(-pl.col("amount")),
        "overdue": books.standing().filter(pl.col("due_on") < books.as_of),
        "sales": sales(books)
        .filter((pl.col("sold_on") > since) & (pl.col("sold_on") <= until))
        .with_columns(pl.lit(None, dtype=pl.String).alias("salesperson")),
    }
    frames = []
    for column, part in parts.items():
        told = told_by(books, sums(part, books, *keys_of("salesperson")), "salesperson")
        whole = pl.when(pl.col("amount").is_not_null().all()).then(pl.col("amount").sum())
        there = pl.lit(True).alias(f"has_{column}")
        frames.append(told.group_by("salesperson").agg(whole.alias(column)).with_columns(there))
    every = pl.concat([frame.select("salesperson") for frame in frames]).unique()
    for frame in frames:
        every = every.join(frame, on="salesperson", how="left", nulls_equal=True)
    share = pl.when(pl.col("due") > 0).then(pl.col("collected") / pl.col("due"))
    return (
        every.with_columns(
            pl.when(pl.col(f"has_{column}").is_null()).then(0).otherwise(column).alias(column) for column in parts
        )
        .select(
            pl.lit(name).alias("period"),
            "salesperson",
            "due",
            "collected",
            share.alias("collection_share"),
            "overdue",
            "sales",
        )
        .sort("salesperson", nulls_last=True)
        .collect(engine="streaming")
    )
