"""History: how each item of the past ended, and which are still running: all that a payment law is learned from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books

ENDS = ("paid", "credited", "lost")
"""paid: money settled it. credited: taken back or closed by us, so nobody knows when it would have been paid.
lost: written off."""

_MONEY = ("receipt", "discount", "fee", "rounding", "exchange")


@dataclass(frozen=True)
class History(Terms, key="payment.history"):
    """What counts as the end of an item."""

    paid_share: float = term(
        0.5,
        unit="share settled by money from which on an item counts as paid",
        most=10,
        source="own choice: the larger part",
    )
    dust_share: float = term(
        0.01, unit="share of the face that may stay open on a paid item", most=1, source="own choice: fees and rounding"
    )


DEFAULTS = History()


def history(books: Books, terms: History = DEFAULTS) -> pl.DataFrame:
    """Every item issued by ``as_of`` and how it ended, a row an item, sorted by customer and item.

    Returns:
        customer_no (UInt32, place in ``books.journal.customers``), item_id, issued_on, due_on (Date), currency,
        face (Int64, minor units of its currency), open (Int64, what stands open at ``as_of``),
        end (String, one of ENDS, empty while it runs), ended_on (Date, the day the last of it was settled; empty
        while it runs), parts (Int64, days on which money came).

    An item of which no more than ``dust_share`` is open has ended. Items whose invoice is not in the journal (money
    without an invoice) are left out.
    """
    events = books.journal.events.filter((pl.col("event_on") <= books.as_of) & pl.col("due_on").is_not_null())
    return ended(events, terms).sort("customer_no", "item_id").collect(engine="streaming")


def ended(events: pl.LazyFrame, terms: History = DEFAULTS) -> pl.LazyFrame:
    """The rows of ``history`` out of journal events that belong to items."""
    invoice, lost = pl.col("kind") == "invoice", pl.col("kind") == "write_off"
    money = pl.col("kind").is_in(_MONEY)
    settled = -pl.col("amount").filter(~invoice).sum()
    items = (
        events.group_by("customer_no", "item_id")
        .agg(
            pl.col("issued_on").first(),
            pl.col("due_on").first(),
            pl.col("currency").first(),
            pl.col("amount").filter(invoice).sum().alias("face"),
            pl.col("amount").sum().alias("open"),
            settled.alias("settled"),
            (-pl.col("amount").filter(money).sum()).alias("by_money"),
            (-pl.col("amount").filter(lost).sum()).alias("by_loss"),
            pl.col("event_on").filter(~invoice).max().alias("last_on"),
            pl.col("event_on").filter(pl.col("kind") == "receipt").max().alias("paid_on"),
            pl.col("event_on").filter(pl.col("kind") == "receipt").n_unique().cast(pl.Int64).alias("parts"),
        )
        .filter(pl.col("face") > 0)
    )
    over = pl.col("open") <= pl.col("face") * terms.dust_share
    paid = pl.col("by_money") >= pl.col("settled") * terms.paid_share
    gone = pl.col("by_loss") * 2 >= pl.col("settled")
    end = pl.when(paid).then(pl.lit("paid")).when(gone).then(pl.lit("lost")).otherwise(pl.lit("credited"))
    return items.select(
        "customer_no",
        "item_id",
        "issued_on",
        "due_on",
        "currency",
        "face",
        "open",
        pl.when(over).then(end).alias("end"),
        pl.when(over).then(pl.coalesce(pl.when(paid).then("paid_on"), "last_on")).alias("ended_on"),
        "parts",
    )


def as_known(items: pl.DataFrame, day: date) -> pl.DataFrame:
    """The items of a later history as they stood at the end of an earlier ``day``.

    What ended after ``day`` runs again; what was issued after it is not there. Open amounts of running items are
    their faces: a history does not keep the days of part payments.
    """
    later = pl.col("ended_on").is_null() | (pl.col("ended_on") > day)
    return items.filter(pl.col("issued_on") <= day).with_columns(
        pl.when(~later).then("end").alias("end"),
        pl.when(~later).then("ended_on").alias("ended_on"),
        pl.when(later).then("face").otherwise("open").alias("open"),
    )
