"""Items: what customers owe and how late they pay, in recent days and before."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from solvent.base.calendar import month_ends
from solvent.books.books import Books
from solvent.books.journal import marked
from solvent.decisions.warnings.evidence.rows import days_since, key, keys, minor, total, worth


def named(books: Books, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Journal rows with ``customer_id`` in place of the journal's number."""
    return rows.join(books.journal.customers.lazy(), on="customer_no", how="inner").drop("customer_no")


def open_items(books: Books) -> pl.LazyFrame:
    """Open items: customer_id, item_id, issued_on, due_on, late_days (Int64, under 0 before it is due), face_share
    (Float64, what is open of it), worth (Float64, minor units of the books' currency; empty without a rate), key."""
    rows = (
        books.journal.standing(books.as_of)
        .filter(pl.col("due_on").is_not_null())
        .group_by("customer_no", "item_id", "due_on", "currency")
        .agg(pl.col("amount", "booked").sum())
        .filter(pl.col("amount") > 0)
        .join(books.table("open_items").select("item_id", "issued_on", pl.col("amount").alias("face")), on="item_id")
        .with_columns((pl.col("amount") / pl.col("face")).alias("face_share"))
    )
    told = named(books, books.in_money(rows)).with_columns(
        worth(books).clip(0).alias("worth"), days_since(books, "due_on").alias("late_days")
    )
    columns = ("customer_id", "item_id", "issued_on", "due_on", "late_days", "face_share", "worth")
    return told.select(*columns, key("open_items", "item_id").alias("key"))


def owed(books: Books, items: pl.DataFrame | None = None) -> pl.LazyFrame:
    """What each customer owes, a row where it owes: customer_id, open_amount, overdue_amount, evidence (largest).

    Args:
        items: ``open_items`` of the same books, where they are at hand.
    """
    late = pl.col("worth").filter(pl.col("late_days") > 0)
    rows = open_items(books) if items is None else items.lazy()
    return rows.group_by("customer_id").agg(
        total(pl.col("worth")).alias("open_amount"),
        total(late).alias("overdue_amount"),
        keys(by=pl.col("worth")).alias("evidence"),
    )


def paid(books: Books, days: int) -> pl.LazyFrame:
    """What was paid on items in the last days: customer_id, item_id, due_on, paid_on, late_days, worth (more than
    nothing), key. What was paid and taken back on one day is nothing."""
    since = books.as_of - timedelta(days=days)
    keys = ("customer_no", "item_id", "due_on", "event_on", "currency")
    came = marked(
        books.journal.events.filter(
            (pl.col("kind") == "receipt") & pl.col("due_on").is_not_null() & (pl.col("event_on") > since)
        ).filter(pl.col("event_on") <= books.as_of)
    )
    single = came.filter("alone").select(*keys, "amount", pl.col("booked").fill_null(0))
    several = came.filter(~pl.col("alone")).group_by(keys).agg(pl.col("amount", "booked").sum())
    rows = pl.concat([single, several]).filter(pl.col("amount") < 0)
    told = named(books, books.in_money(rows).rename({"event_on": "paid_on"})).with_columns(
        (-worth(books)).alias("worth"), (pl.col("paid_on") - pl.col("due_on")).dt.total_days().alias("late_days")
    )
    columns = ("customer_id", "item_id", "due_on", "paid_on", "late_days", "worth")
    return told.select(*columns, key("open_items", "item_id").alias("key"))


def delays(books: Books, items: pl.DataFrame, recent_days: int, before_days: int) -> pl.LazyFrame:
    """How late each customer pays in recent days and in those before, by amount (FORMULAS 4.2.7).

    What is overdue now counts to today and as recent, unless it fell due before both spans: that is an old story, and
    no news. Early is negative.

    Args:
        items: ``open_items`` of the same books.

    Returns: customer_id, recent_delay_days, before_delay_days (Float64), recent_count, before_count (Int64: payments
    and overdue items), overdue_amount (Int64), evidence (recent ones, the most late money first).
    """
    done = paid(books, recent_days + before_days).with_columns(
        (days_since(books, "paid_on") < recent_days).alias("recent"), pl.lit(False).alias("open")
    )
    late = items.lazy().filter(pl.col("late_days").is_between(1, recent_days + before_days))
    late = late.with_columns(pl.lit(True).alias("recent"), pl.lit(True).alias("open"))
    columns = ("customer_id", "late_days", "worth", "key", "recent", "open")
    rows = pl.concat([done.select(columns), late.select(columns)])
    worth, days = pl.col("worth"), pl.col("late_days")
    # Cells are told before customers are put together: a condition within a group is looked at group by group.
    parts = {"recent": pl.col("recent"), "before": ~pl.col("recent"), "open": pl.col("open")}
    cells = [
        cell.alias(f"{name}_{what}")
        for name, inside in parts.items()
        for what, cell in (
            ("worth", pl.when(inside).then(worth)),
            ("days", pl.when(inside).then(worth * days)),
            ("count", inside.cast(pl.Int64)),
            ("unrated", (inside & worth.is_null()).cast(pl.Int64)),
        )
    ]
    sums = [f"{name}_{what}" for name in parts for what in ("worth", "days", "count", "unrated")]
    told = rows.select("customer_id", *cells).group_by("customer_id").agg(pl.col(sums).sum())
    named = rows.filter("recent").group_by("customer_id").agg(keys(by=worth * days).alias("evidence"))

    def rated(name: str) -> pl.Expr:
        return pl.col(f"{name}_unrated") == 0

    means = [
        pl.when((pl.col(f"{name}_worth") > 0) & rated(name))
        .then(pl.col(f"{name}_days") / pl.col(f"{name}_worth"))
        .alias(f"{name}_delay_days")
        for name in ("recent", "before")
    ]
    return told.join(named, on="customer_id", how="left").select(
        "customer_id",
        *means,
        "recent_count",
        "before_count",
        pl.when(rated("open")).then(minor(pl.col("open_worth"))).alias("overdue_amount"),
        pl.col("evidence").fill_null(pl.lit([], dtype=pl.List(pl.String))),
    )


def purchases(books: Books, days: int) -> pl.LazyFrame:
    """What customers bought in the last days: orders where there are any, else invoices.

    Returns: customer_id, bought_on, ago_days (Int64), worth (Float64), key.
    """
    since = books.as_of - timedelta(days=days)
    if books.has("orders"):
        rows = books.table("orders").select(
            "customer_id", pl.col("ordered_on").alias("bought_on"), "currency", "amount",
            key("orders", "order_id").alias("key"),
        )  # fmt: skip
    else:
        invoices = books.journal.events.filter(pl.col("kind") == "invoice")
        rows = named(books, books.in_money(invoices)).select(
            "customer_id", pl.col("event_on").alias("bought_on"), "currency", "amount",
            key("open_items", "item_id").alias("key"),
        )  # fmt: skip
    recent = rows.filter((pl.col("bought_on") > since) & (pl.col("bought_on") <= books.as_of))
    return recent.select(
        "customer_id", "bought_on", days_since(books, "bought_on").alias("ago_days"), worth(books).alias("worth"), "key"
    )


def first_days(books: Books) -> pl.LazyFrame:
    """Since when each customer is known: customer_id, first_on: of the relation, else of the first order or invoice."""
    told = [
        books.table("customers").select("customer_id", pl.col("since_on").alias("first_on")),
        books.table("orders").select("customer_id", pl.col("ordered_on").alias("first_on")),
        books.table("open_items").select("customer_id", pl.col("issued_on").alias("first_on")),
    ]
    return pl.concat(told).group_by("customer_id").agg(pl.col("first_on").min())


def usual_balances(books: Books, months: int) -> pl.LazyFrame:
    """What each customer owed at the last month ends: customer_id, usual_amount (Int64, mean; from its first invoice
    on), months (Int64, how many month ends that is)."""
    ends = month_ends(books.as_of, months + 1)[:months]
    rows = books.in_money(books.journal.events.filter(pl.col("event_on") <= ends[-1]))
    # Of each change, at how many of the month ends it has already happened: the mean is a sum over changes. It is made
    # of whole minor units by currency, which add up to the same in any order.
    later = sum(((pl.col("event_on") <= end).cast(pl.Int64) for end in ends), start=pl.lit(0, dtype=pl.Int64))
    told = (
        rows.select("customer_no", "currency", later.alias("later"), (pl.col("amount") * later).alias("amount"))
        .group_by("customer_no", "currency")
        .agg(pl.col("amount").sum(), pl.col("later").max())
        .with_columns(worth(books).alias("worth"))
        .sort("customer_no", "currency")
    )
    each = told.group_by("customer_no", maintain_order=True).agg(
        pl.when(pl.col("worth").is_not_null().all()).then(pl.col("worth").sum() / pl.col("later").max()).alias("mean"),
        pl.col("later").max().alias("months"),
    )
    return named(books, each).select("customer_id", minor(pl.col("mean").round(6)).alias("usual_amount"), "months")
