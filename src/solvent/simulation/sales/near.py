"""Near: orders and deliveries on hand, which are invoiced first, and how much of sales is usually foreseen by them.

What is invoiced ``d`` days from now stands on the order book today if it takes at least ``d`` days from order to
invoice. So the share of invoicing that is usually on hand is the share that took so long; that share of the forecast
gives way to the orders that are really there, and nothing counts twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.simulation.horizon import Floats, Horizon, Ints


@dataclass(frozen=True)
class OnHand(Terms, key="simulation.sales.near"):
    """When orders tell something about sales to come."""

    linked_share: float = term(
        0.6,
        unit="share of invoices that must name an order or a delivery",
        most=1,
        source="own choice: else nothing is known",
    )
    window_days: int = term(365, unit="days of invoices that tell how long it takes", source="own choice: a year")
    longest_days: int = term(365, unit="days after which an order not invoiced is dead", source="own choice")
    rest_share: float = term(
        0.02, unit="share not invoiced that counts as done", most=10, source="own choice: rounding"
    )


DEFAULTS = OnHand()


@dataclass(frozen=True)
class Near:
    """What is on hand; frozen.

    amounts: [bins], minor units of the books' currency that orders and deliveries on hand are expected to bring.
    foreseen: [bins], share of a bin's invoicing that usually stands on the order book at ``as_of``. on_hand: all that
    stands on it, tax included.
    """

    amounts: Floats
    foreseen: Floats
    on_hand: float
    problems: tuple[Problem, ...] = ()


def near(books: Books, ahead: Horizon, within: Floats, terms: OnHand = DEFAULTS) -> Near:
    """Orders and deliveries on hand by the bin in which they are likely to be invoiced.

    Args:
        within: [days], weight of each day of the horizon within its bin.
    """
    nothing = Near(np.zeros(len(ahead)), np.zeros(len(ahead)), 0.0)
    if not (books.has("orders") or books.has("deliveries")) or not books.has("open_items"):
        return nothing
    items = _items(books)
    recent = items.filter(pl.col("age") < terms.window_days)
    total = float(recent.get_column("worth").sum())
    linked = recent.filter(pl.col("lag").is_not_null())
    named = float(linked.get_column("worth").sum())
    if total <= 0 or named < terms.linked_share * total:
        share = round(named / total, 2) if total > 0 else 0.0
        return Near(nothing.amounts, nothing.foreseen, 0.0, (Problem("sales.orders_unlinked", facts={"share": share}),))
    longest = terms.longest_days
    lags = linked.get_column("lag").clip(0, longest).to_numpy().astype(np.int64)
    taken: Floats = np.bincount(lags, linked.get_column("worth").to_numpy(), longest + 1).astype(np.float64)
    over = np.cumsum(taken[::-1])[::-1]
    days = np.arange(1, len(within) + 1)
    bins = ahead.bins_of(days)
    still = np.where(days <= longest, over[np.minimum(days, longest)], 0.0) / total
    foreseen = np.bincount(bins, still * within, len(ahead))
    rests = _rests(books, terms)
    kept = _kept(rests, terms)
    waiting = rests.filter((pl.col("age") <= longest) & (pl.col("rest") > terms.rest_share * pl.col("worth")))
    by_age: Floats = np.bincount(
        waiting.get_column("age").to_numpy().astype(np.int64), waiting.get_column("rest").to_numpy(), longest + 1
    ).astype(np.float64)
    amounts = kept * _timed(by_age, taken, days, bins, len(ahead))
    return Near(amounts, np.clip(foreseen, 0.0, 1.0), float(by_age.sum()))


def _timed(by_age: Floats, taken: Floats, days: Ints, bins: Ints, count: int) -> Floats:
    """[bins]: amounts waiting for so many days, by when such amounts were invoiced that had waited as long."""
    done = np.cumsum(taken) / taken.sum()
    told = np.zeros(count)
    for age in np.flatnonzero(by_age):
        left = 1.0 - done[age]
        if left <= 1e-9:
            continue
        reached = done[np.minimum(age + days, len(done) - 1)]
        step = np.diff(reached, prepend=done[age])
        told += by_age[age] * np.bincount(bins, step / left, count)
    return told


def _rated(books: Books, name: str) -> pl.LazyFrame:
    """A table with ``worth``: its amount at today's rate, whole, so that sums are exact in any order of the rows; rows
    without a rate are left out.
    """
    rates = books.rates.lazy()
    joined = books.table(name).join(rates, on="currency", how="inner")
    return joined.with_columns((pl.col("amount") * pl.col("factor")).round(0).alias("worth")).drop("factor")


def _named(books: Books) -> pl.LazyFrame:
    """delivery_id, its order, the day it was delivered: one row a delivery."""
    columns = ("delivery_id", pl.col("order_id").alias("delivered_order"), "delivered_on")
    return books.table("deliveries").select(columns).unique("delivery_id", keep="first", maintain_order=True)


def _items(books: Books) -> pl.DataFrame:
    """Each item with worth, age (days since issue) and lag: days from order, or else delivery, to invoice."""
    placed = (
        books.table("orders").select("order_id", "ordered_on").unique("order_id", keep="first", maintain_order=True)
    )
    joined = (
        _rated(books, "open_items")
        .join(_named(books), on="delivery_id", how="left")
        .with_columns(pl.coalesce("order_id", "delivered_order").alias("order_id"))
        .join(placed, on="order_id", how="left")
    )
    seen = pl.coalesce("ordered_on", "delivered_on")
    return joined.select(
        "worth",
        (pl.lit(books.as_of) - pl.col("issued_on")).dt.total_days().alias("age"),
        (pl.col("issued_on") - seen).dt.total_days().alias("lag"),
    ).collect()


def _rests(books: Books, terms: OnHand) -> pl.DataFrame:
    """Each order, and each delivery without one: worth, rest (not yet invoiced, at least 0), age in days."""
    items = (
        _rated(books, "open_items")
        .join(_named(books), on="delivery_id", how="left")
        .with_columns(pl.coalesce("order_id", "delivered_order").alias("order_id"))
    )
    known = books.table("orders").select("order_id").unique()
    by_order = items.group_by("order_id").agg(pl.col("worth").sum().alias("billed"))
    by_delivery = items.group_by("delivery_id").agg(pl.col("worth").sum().alias("billed"))
    orders = _rated(books, "orders").unique("order_id", keep="first", maintain_order=True)
    orders = orders.join(by_order, on="order_id", how="left").with_columns(pl.col("ordered_on").alias("since"))
    loose = _rated(books, "deliveries").join(known, on="order_id", how="anti")
    loose = loose.join(by_delivery, on="delivery_id", how="left").with_columns(pl.col("delivered_on").alias("since"))
    columns = (
        "worth",
        (pl.col("worth") - pl.col("billed").fill_null(0.0)).clip(lower_bound=0.0).alias("rest"),
        (pl.lit(books.as_of) - pl.col("since")).dt.total_days().alias("age"),
    )
    return pl.concat([orders.select(columns), loose.select(columns)]).filter(pl.col("age") >= 0).collect()


def _kept(rests: pl.DataFrame, terms: OnHand) -> float:
    """Share of what was ordered that was invoiced in the end, of orders old enough to tell; 1 without any."""
    old = rests.filter(pl.col("age").is_between(terms.longest_days // 2, terms.longest_days * 3 // 2))
    worth = float(old.get_column("worth").sum())
    return 1.0 - float(old.get_column("rest").sum()) / worth if worth > 0 else 1.0
