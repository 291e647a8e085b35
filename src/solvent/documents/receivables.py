"""Receivables: the ageing and what stands behind it as lists: items, disputes, money not placed, late invoices."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from solvent.base.money import converted
from solvent.books.books import Basis, Books
from solvent.measures.aging import Aging, aging, aging_by_item
from solvent.measures.company.unallocated import Unallocated, unallocated
from solvent.measures.sums import DIMENSIONS
from solvent.measures.trade.invoicing import Invoicing, clock_rates, clocks
from solvent.snapshot import Snapshot

DEFAULTS = Aging()
UNKNOWN_KEY = "?"
"""Stands for a customer's region, industry ... of which nothing is known, so that it can be asked for by name."""
_CUT = ("country", "region", "industry", "group_id", "insured")


def receivables_frames(snapshot: Snapshot) -> Mapping[str, pl.DataFrame]:
    """The lists, by name; money in minor units of the books' currency unless a row names its own.

    ageing: a row for each value of each dimension. receivables: a row an open item or rest of money, the oldest first.
    disputes, unplaced, deliveries: rows behind the figures of their names. clocks: shares of deliveries invoiced in
    time, by month and by salesperson. invoices, receipts: every one there ever was, paid or not, placed or not.
    """
    books, policy = snapshot.books, snapshot.policy
    told = clocks(books, policy.terms(Invoicing))
    items = receivables(books, policy.terms(Aging))
    return {
        "ageing": ageing(books, policy.terms(Aging)),
        "receivables": items,
        "disputes": disputes(books, items),
        "unplaced": _named(books, unallocated(books, policy.terms(Unallocated))),
        "deliveries": deliveries(books, told),
        "clocks": pl.concat([_rates(told, "month"), _rates(told, "salesperson")]),
        "invoices": invoices(books),
        "receipts": receipts(books),
    }


def ageing(books: Books, terms: Aging = DEFAULTS) -> pl.DataFrame:
    """The ageing by every dimension, one below the other.

    Returns:
        by (a name of DIMENSIONS, or empty text for the whole company), key (String; ``?`` where nothing is known), name
        (of the customer or leader of a group, else the key), the buckets and ``total`` as ``aging`` gives them.
    """
    parts = [aging(books, terms=terms).select(pl.lit("").alias("by"), pl.lit("").alias("key"), pl.all())]
    for by, column in DIMENSIONS.items():
        part = aging(books, by, terms=terms)
        key = pl.col(column).cast(pl.String).fill_null(UNKNOWN_KEY).alias("key")
        parts.append(part.select(pl.lit(by).alias("by"), key, pl.exclude(column)))
    frame = pl.concat(parts)
    known = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    groups = books.table("groups").select(pl.col("group_id").alias("key"), "name").unique("key", keep="first")
    names = pl.concat([known.select(pl.col("customer_id").alias("key"), "name"), groups]).unique("key", keep="first")
    cut = pl.col("by").is_in(["customer", "group"])
    joined = frame.join(names.collect(), on="key", how="left", maintain_order="left")
    name = pl.when(cut).then(pl.coalesce("name", "key")).otherwise("key").alias("name")
    return joined.with_columns(name).select("by", "key", "name", *frame.columns[2:])


def receivables(books: Books, terms: Aging = DEFAULTS) -> pl.DataFrame:
    """Every open item and every rest of money that was not applied: what the ageing is the sum of.

    Returns, the longest overdue first: customer_id, name, item_id, kind (as ``aging_by_item``), issued_on, due_on,
    days_past_due, bucket, currency (of the document), face and ``open`` (minor units of it), ``worth`` (of the books'
    currency, as the ageing counts it; empty without a rate), disputed (Boolean), and the columns of DIMENSIONS.
    """
    own = aging_by_item(books, terms=terms)
    if books.basis is Basis.BOOKED:
        booked = aging_by_item(books, terms=terms, as_booked=True)
        key = ("customer_id", "item_id", "kind", "bucket")
        first = own.unique(key, keep="first", maintain_order=True).select(*key, "currency", "face", "amount")
        rows = booked.rename({"amount": "worth"}).drop("currency", "face").join(
            first, on=key, how="left", nulls_equal=True
        )  # fmt: skip
    else:
        worth = converted(own.lazy().with_columns(pl.col("amount").alias("worth")), books.rates, "worth").collect()
        rows = own.with_columns(worth.get_column("worth"))
    running = _running(books).select("item_id").unique()
    keeper = pl.col("salesperson").fill_null(pl.col("keeper")).fill_null(UNKNOWN_KEY).alias("salesperson")
    told = (
        rows.join(_customers(books), on="customer_id", how="left")
        .join(running.with_columns(pl.lit(True).alias("disputed")), on="item_id", how="left")
        .with_columns(
            pl.coalesce("name", "customer_id").alias("name"),
            pl.col("group_id").fill_null(pl.col("customer_id")),
            pl.col("insured").cast(pl.String),
            pl.col("disputed").fill_null(value=False),
            pl.col("amount").alias("open"),
            keeper,
        )
        .with_columns(pl.col(*_CUT).fill_null(UNKNOWN_KEY))
    )
    columns = (
        "customer_id", "name", "item_id", "kind", "issued_on", "due_on", "days_past_due", "bucket", "currency", "face",
        "open", "worth", "disputed", "salesperson", *_CUT,
    )  # fmt: skip
    return told.select(columns).sort("days_past_due", "worth", descending=True, nulls_last=True)


def disputes(books: Books, items: pl.DataFrame) -> pl.DataFrame:
    """Disputes that run at the end of ``as_of``, the oldest first, with what stands open of their items.

    Returns:
        dispute_id, item_id, customer_id, name, opened_on, days (Int64, since it was raised; empty: no day is known),
        reason, currency, open (of the item, minor units of ``currency``), amount (in dispute: at most what is open).
    """
    about = items.filter(pl.col("kind") == "invoice").select("item_id", "customer_id", "name", "currency", "open")
    claimed = pl.min_horizontal(pl.col("amount").fill_null(pl.col("open")), "open")
    return (
        _running(books)
        .join(about.unique("item_id", keep="first"), on="item_id", how="inner")
        .with_columns(
            (pl.lit(books.as_of) - pl.col("opened_on")).dt.total_days().alias("days"), claimed.alias("amount")
        )
        .select(
            "dispute_id", "item_id", "customer_id", "name", "opened_on", "days", "reason", "currency", "open", "amount"
        )
        .sort("days", "dispute_id", descending=[True, False], nulls_last=True)
    )


def invoices(books: Books) -> pl.DataFrame:
    """Every item that was ever invoiced, the newest first, and how far it is settled at the end of ``as_of``.

    Returns:
        customer_id, name, item_id, issued_on, due_on, currency, face, open (minor units of it), state (``paid``,
        ``part``: something was settled, or ``open``), settled_on (day of the last thing that settled it; empty: none),
        days_past_due (Int64; of what is open: negative where it is not yet due; of what is paid: when it was settled).
    """
    invoice, amount = pl.col("kind") == "invoice", pl.col("amount")
    events = books.journal.events.filter((pl.col("event_on") <= books.as_of) & pl.col("due_on").is_not_null())
    told = (
        events.group_by("customer_no", "item_id", "issued_on", "due_on", "currency")
        .agg(
            amount.filter(invoice).sum().alias("face"),
            amount.sum().alias("open"),
            pl.col("event_on").filter(~invoice).max().alias("settled_on"),
        )
        .join(books.journal.customers.lazy(), on="customer_no")
        .drop("customer_no")
        .collect()
    )
    paid, part = pl.col("open") <= 0, pl.col("open") < pl.col("face")
    until = pl.when(paid).then("settled_on").otherwise(pl.lit(books.as_of))
    rows = _named(books, told).with_columns(
        pl.when(paid).then(pl.lit("paid")).when(part).then(pl.lit("part")).otherwise(pl.lit("open")).alias("state"),
        (until - pl.col("due_on")).dt.total_days().alias("days_past_due"),
    )
    columns = ("customer_id", "name", "item_id", "issued_on", "due_on", "currency", "face", "open", "state",
               "settled_on", "days_past_due")  # fmt: skip
    return rows.select(columns).sort("issued_on", "item_id", descending=True)


def receipts(books: Books) -> pl.DataFrame:
    """Every receipt, the newest first, and how much of it stands against items at the end of ``as_of``.

    Returns:
        customer_id, name, receipt_id, received_on, currency, amount, unplaced (minor units of it), state (``placed``,
        ``part`` or ``unplaced``), reference.
    """
    applied = (
        books.journal.events.filter(
            (pl.col("event_on") <= books.as_of) & pl.col("due_on").is_null() & (pl.col("kind") == "receipt")
        )
        .group_by(pl.col("item_id").alias("receipt_id"))
        .agg((-pl.col("amount").sum()).alias("unplaced"))
    )
    told = books.table("receipts").join(applied, on="receipt_id", how="left").with_columns(
        pl.col("unplaced").fill_null(0)
    )  # fmt: skip
    nothing, some = pl.col("unplaced") == 0, pl.col("unplaced") != pl.col("amount")
    state = pl.when(nothing).then(pl.lit("placed")).when(some).then(pl.lit("part")).otherwise(pl.lit("unplaced"))
    columns = ("customer_id", "name", "receipt_id", "received_on", "currency", "amount", "unplaced", "state",
               "reference")  # fmt: skip
    rows = _named(books, told.collect()).with_columns(state.alias("state")).select(columns)
    return rows.sort("received_on", "receipt_id", descending=True)


def deliveries(books: Books, told: pl.DataFrame) -> pl.DataFrame:
    """Deliveries of which an invoice or statement was late, or is not there yet, the newest first, with their names.

    Args:
        told: the frame of ``clocks``.
    """
    behind = pl.any_horizontal(pl.col(name).is_in(["late", "waiting"]) for name in ("e_invoice", "formal", "statement"))
    rows = told.filter(behind.fill_null(value=False))
    return _named(books, rows).sort("delivered_on", "delivery_id", descending=True)


def _running(books: Books) -> pl.DataFrame:
    day = books.as_of
    begun = pl.col("opened_on").is_null() | (pl.col("opened_on") <= day)
    running = begun & (pl.col("closed_on").is_null() | (pl.col("closed_on") > day))
    return books.table("disputes").filter(running).drop("currency").collect()


def _customers(books: Books) -> pl.DataFrame:
    known = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    return known.select("customer_id", "name", pl.col("salesperson").alias("keeper"), *_CUT).collect()


def _named(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    told = rows.join(_customers(books).select("customer_id", "name"), on="customer_id", how="left")
    return told.with_columns(pl.coalesce("name", "customer_id").alias("name"))


def _rates(told: pl.DataFrame, by: str) -> pl.DataFrame:
    rates = clock_rates(told, by)
    return rates.select(pl.lit(by).alias("by"), pl.col(by).cast(pl.String).fill_null(UNKNOWN_KEY).alias("key"),
                        pl.exclude(by))  # fmt: skip
