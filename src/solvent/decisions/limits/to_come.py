"""To come: what is delivered and not billed, and what is ordered and not delivered, each document counted once.

An invoice that names its delivery bills that; one that names only the order bills first what was delivered of it
without an invoice, then what is still to come. An invoice that credit notes took back in full is cancelled: what it
billed stands as before, until it is billed again, its order is closed, or its days are over; then the goods came back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.books.books import Books

LATER = "later"
"""The state of an order that is wanted beyond the credit horizon: told, and not counted."""


@dataclass(frozen=True)
class Horizon:
    """Days: ahead within which orders count, back after which they are dead, in which a cancelled invoice is billed
    again."""

    ahead_days: int
    back_days: int
    rebilled_days: int


def linked(books: Books) -> tuple[bool, bool]:
    """Whether orders, and deliveries, can be followed into invoices: any of them is named, or there is nothing to."""
    items, deliveries = books.table("open_items"), books.table("deliveries")
    named = items.select(
        pl.len().alias("items"),
        (pl.col("order_id").is_not_null() | pl.col("delivery_id").is_not_null()).any().alias("any"),
        pl.col("order_id").is_not_null().any().alias("order"),
    ).collect()
    out = deliveries.select(pl.len().alias("rows"), pl.col("order_id").is_not_null().any().alias("order")).collect()
    count, any_named, by_order = named.row(0)
    delivered, filling = out.row(0)
    orders = bool(filling or by_order) or (count == 0 and delivered == 0) or not books.has("orders")
    return orders, bool(any_named) or count == 0 or delivered == 0


def to_come(books: Books, ahead: Horizon, links: tuple[bool, bool]) -> pl.LazyFrame:
    """The rows of deliveries not billed, orders not delivered, and their deposits, as ``states.rows`` wants them.

    Args:
        links: as ``linked`` of the whole books.
    """
    first = books.as_of - timedelta(days=ahead.back_days)
    by_order, by_delivery = links
    orders = books.table("orders").filter(pl.col("ordered_on") > first)
    if not by_order:
        later = {"open_items": "issued_on", "deliveries": "delivered_on"}
        orders = _after_the_last(orders, "ordered_on", books, later)
    billing = _billing(books, ahead)
    out = _out(books, billing)
    filled = _filled(orders, out, billing, books).lazy()
    waiting = out.lazy().filter((pl.col("left") > 0) & (pl.col("delivered_on") > first))
    if not by_delivery:
        waiting = _after_the_last(waiting, "delivered_on", books, {"open_items": "issued_on"})
    return pl.concat([_delivery_rows(waiting, filled), *_order_rows(filled, books, ahead)])


def _after_the_last(frame: pl.LazyFrame, day: str, books: Books, others: dict[str, str]) -> pl.LazyFrame:
    """Where nothing is linked only what is newer than all that could have come of it surely counts; the rest is out."""
    known = [
        books.table(name).select("customer_id", pl.col(column).alias("last_on")) for name, column in others.items()
    ]
    last = pl.concat(known).group_by("customer_id").agg(pl.col("last_on").max())
    joined = frame.join(last, on="customer_id", how="left")
    return joined.filter(pl.col("last_on").is_null() | (pl.col(day) > pl.col("last_on"))).drop("last_on")


def _billing(books: Books, ahead: Horizon) -> pl.DataFrame:
    """What items bill: delivery_id, order_id, currency, live and dead (Int64: by cancelled ones whose goods came back).

    A cancelled item that is to be billed again has no row.
    """
    items = (
        books.table("open_items")
        .filter(pl.col("delivery_id").is_not_null() | pl.col("order_id").is_not_null())
        .select("item_id", "delivery_id", "order_id", "currency", "amount")
        .collect()
    )
    cancelled = _cancelled(books, items)
    keys = ("delivery_id", "order_id", "currency")
    living = items if cancelled.is_empty() else items.join(cancelled, on="item_id", how="anti")
    live = living.select(*keys, pl.col("amount").alias("live"), pl.lit(0, dtype=pl.Int64).alias("dead"))
    still = books.as_of - timedelta(days=ahead.rebilled_days)
    over = cancelled.filter((pl.col("credited_on") <= still) | pl.col("closed"))
    dead = over.select(*keys, pl.lit(0, dtype=pl.Int64).alias("live"), pl.col("amount").alias("dead"))
    return pl.concat([live, dead])


def _cancelled(books: Books, items: pl.DataFrame) -> pl.DataFrame:
    """Items that credit notes took back in full: with credited_on, and closed (Boolean: nothing more is delivered)."""
    credited = (
        books.table("allocations")
        .filter(pl.col("source") == "credit_note")
        .group_by("item_id")
        .agg(pl.col("amount").sum().alias("credited"), pl.col("allocated_on").max().alias("credited_on"))
        .collect()
    )
    whole = items.join(credited, on="item_id", how="inner").filter(pl.col("credited") >= pl.col("amount"))
    parts = books.table("deliveries").select("delivery_id", pl.col("order_id").alias("filled"))
    orders = books.table("orders").filter(pl.col("closed_on") <= books.as_of).select("order_id")
    return (
        whole.lazy()
        .join(parts.unique("delivery_id"), on="delivery_id", how="left")
        .with_columns(pl.coalesce("order_id", "filled").alias("order_id"))
        .join(orders.unique().with_columns(pl.lit(True).alias("closed")), on="order_id", how="left")
        .with_columns(pl.col("closed").fill_null(False))
        .collect()
    )


def _in_money_of(rows: pl.DataFrame, books: Books, *amounts: str) -> pl.DataFrame:
    """Amounts in the currency of ``of`` where their own is another; as they are where a rate is missing."""
    if rows.filter(pl.col("currency") != pl.col("of")).is_empty():
        return rows
    factors = dict(books.rates.iter_rows())

    def factor(column: str) -> pl.Expr:
        return pl.col(column).replace_strict(factors, default=None, return_dtype=pl.Float64)

    ratio = factor("currency") / factor("of")
    same = (pl.col("currency") == pl.col("of")) | pl.col("of").is_null() | ratio.is_null()
    return rows.with_columns(
        pl.when(same).then(name).otherwise((pl.col(name) * ratio).round(0).cast(pl.Int64)).alias(name)
        for name in amounts
    )


def _several(*frames: pl.DataFrame) -> bool:
    """Whether the frames are in more than one currency."""
    return len({name for frame in frames for name in frame.get_column("currency").unique()}) > 1


def _out(books: Books, billing: pl.DataFrame) -> pl.DataFrame:
    """Every delivery with ``live``, what items bill that name it, and ``left``, what none bills."""
    columns = ("delivery_id", "order_id", "customer_id", "delivered_on", "currency", "amount")
    every = books.table("deliveries").select(columns).collect()
    named = billing.filter(pl.col("delivery_id").is_not_null()).select("delivery_id", "currency", "live", "dead")
    if _several(named, every):
        of = every.select("delivery_id", pl.col("currency").alias("of"))
        named = _in_money_of(named.join(of, on="delivery_id", how="left"), books, "live", "dead").drop("of")
    billed = named.group_by("delivery_id").agg(pl.col("live", "dead").sum())
    both = pl.col("live").fill_null(0) + pl.col("dead").fill_null(0)
    return every.join(billed, on="delivery_id", how="left", maintain_order="left").with_columns(
        pl.col("live").fill_null(0), (pl.col("amount") - both).clip(0).alias("left")
    )


def _filled(orders: pl.LazyFrame, out: pl.DataFrame, billing: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Orders with ``gone`` (delivered, or billed beyond it), ``ahead`` (billed without a delivery that the books know)
    and ``spare`` (what of that is more than the deliveries without an invoice), in the order's money."""
    columns = (
        "order_id",
        "customer_id",
        "ordered_on",
        "wanted_on",
        "closed_on",
        "deposit_amount",
        "currency",
        "amount",
    )
    every = orders.select(columns).collect()
    of = every.select("order_id", pl.col("currency").alias("of"))
    sent = out.filter(pl.col("order_id").is_not_null()).select("order_id", "currency", "amount", "live", "left")
    if _several(sent, every):
        sent = _in_money_of(sent.join(of, on="order_id", how="inner"), books, "amount", "live", "left")
    gone = sent.group_by("order_id").agg(
        pl.max_horizontal("amount", "live").sum().alias("gone"), pl.col("left").sum().alias("unbilled")
    )
    bare = billing.filter(pl.col("order_id").is_not_null())
    loose = bare.join(out.select("delivery_id"), on="delivery_id", how="anti").join(of, on="order_id", how="inner")
    told = _in_money_of(loose, books, "live", "dead").group_by("order_id").agg(pl.col("live", "dead").sum())
    ahead = told.select("order_id", pl.max_horizontal("live", "dead").alias("ahead"))
    return (
        every.join(gone, on="order_id", how="left")
        .join(ahead, on="order_id", how="left")
        .with_columns(pl.col("gone", "unbilled", "ahead").fill_null(0))
        .with_columns((pl.col("ahead") - pl.col("unbilled")).clip(0).alias("spare"))
    )


def _delivery_rows(waiting: pl.LazyFrame, filled: pl.LazyFrame) -> pl.LazyFrame:
    """What is delivered and not billed: items that bill only the order take of it, the oldest delivery first."""
    ahead = filled.filter(pl.col("ahead") > 0).select("order_id", "ahead")
    left = waiting.join(ahead, on="order_id", how="left")
    run = pl.col("left").cum_sum().over("order_id", order_by=("delivered_on", "delivery_id"))
    taken = (pl.col("ahead") - (run - pl.col("left"))).clip(0, pl.col("left")).fill_null(0)
    return _row(
        left.with_columns((pl.col("left") - taken).alias("amount")).filter(pl.col("amount") > 0),
        "delivered", "deliveries", "delivery_id", begun="delivered_on", due=None,
    )  # fmt: skip


def _order_rows(filled: pl.LazyFrame, books: Books, ahead: Horizon) -> Sequence[pl.LazyFrame]:
    """What is still to come of orders, within the horizon and beyond it, and the deposits on it, which lower it.

    What was billed ahead stands for the deposit first. A deposit is rounded down: exposure is not told too small.
    """
    running = filled.filter(pl.col("closed_on").is_null() | (pl.col("closed_on") > books.as_of))
    rest = (pl.col("amount") - pl.col("gone") - pl.col("spare")).clip(0)
    base = (pl.col("amount") - pl.col("spare")).clip(1)
    asked = (pl.col("deposit_amount").fill_null(0) - pl.col("spare")).clip(0)
    late = pl.col("wanted_on") > books.as_of + timedelta(days=ahead.ahead_days)
    told = running.with_columns(rest.alias("rest"), late.fill_null(False).alias("late")).filter(pl.col("rest") > 0)
    told = told.with_columns((asked * pl.col("rest") // base).alias("deposit"))
    near = told.filter(~pl.col("late"))
    return [
        _order(near.with_columns(pl.col("rest").alias("amount")), "ordered"),
        _order(told.filter("late").with_columns(pl.col("rest").alias("amount")), LATER),
        _order(near.filter(pl.col("deposit") > 0).with_columns(-pl.col("deposit").alias("amount")), "deposit"),
    ]


def _order(frame: pl.LazyFrame, state: str) -> pl.LazyFrame:
    return _row(frame, state, "orders", "order_id", begun="ordered_on", due=pl.col("wanted_on"))


def _row(frame: pl.LazyFrame, state: str, table: str, key: str, *, begun: str, due: pl.Expr | None) -> pl.LazyFrame:
    return frame.select(
        "customer_id",
        pl.lit(state).alias("state"),
        pl.lit(table).alias("table"),
        pl.col(key).alias("document"),
        "currency",
        "amount",
        pl.lit(None, dtype=pl.Int64).alias("booked"),
        pl.col(begun).alias("issued_on"),
        (pl.lit(None, dtype=pl.Date) if due is None else due).alias("due_on"),
    )
