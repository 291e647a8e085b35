"""Paid: the payments of the last two years as a list, each with how long after its due day it came."""

from __future__ import annotations

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.money import converted
from solvent.books.books import Books

MONTHS = 24
"""So many months, that of the last day among them."""


def paid(books: Books) -> pl.DataFrame:
    """What was paid on items with a due day, within ``MONTHS``: a row for each item and day of payment.

    Returns, by customer and day: customer_id, item_id, due_on, paid_on (Date), delay_days (Int64; negative: early),
    currency, amount (Int64, minor units of it), worth (Int64, of the books' currency; empty without a rate).
    """
    begin = month_ends(books.as_of.replace(day=1), MONTHS)[0]
    rows = (
        books.journal.events.filter(
            pl.col("kind") == "receipt",
            pl.col("due_on").is_not_null(),
            pl.col("event_on") > begin,
            pl.col("event_on") <= books.as_of,
        )
        .group_by("customer_no", "item_id", "due_on", "event_on", "currency")
        .agg(-pl.col("amount").sum())
        .filter(pl.col("amount") > 0)
        .join(books.journal.customers.lazy(), on="customer_no", how="inner")
        .select(
            "customer_id",
            "item_id",
            "due_on",
            pl.col("event_on").alias("paid_on"),
            (pl.col("event_on") - pl.col("due_on")).dt.total_days().alias("delay_days"),
            "currency",
            "amount",
        )
        .sort("customer_id", "paid_on", "item_id", "due_on")
        .collect()
    )
    worth = converted(rows.lazy().with_columns(pl.col("amount").alias("worth")), books.rates, "worth").collect()
    return rows.with_columns(worth.get_column("worth"))
