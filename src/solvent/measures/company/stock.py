"""Stock: inventory days and turnover, and what has not moved for too long."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.company.statements import newest_flow, own_statements
from solvent.measures.sums import Figure, int_of, sums


@dataclass(frozen=True)
class Stock(Terms, key="measures.stock"):
    """From when stock counts as slow."""

    slow_days: int = term(90, unit="days without movement, slow strictly over it", source="REQUIREMENTS WC-01")


DEFAULTS = Stock()


def newest_count(books: Books) -> pl.LazyFrame:
    """The stock rows of the newest count on or before the day of the books; none where nothing was counted."""
    rows = books.table("stock")
    return rows.filter(pl.col("counted_on") == pl.col("counted_on").max())


def inventory(books: Books) -> int | None:
    """The value of stock: of the newest count, else of our newest statement; None where neither tells it."""
    if books.has("stock"):
        return int_of(sums(newest_count(books).rename({"value": "amount"}), books))
    told = own_statements(books).filter(pl.col("inventory").is_not_null())
    return None if told.is_empty() else int(told.tail(1).item(0, "inventory"))


def dio(books: Books) -> Figure:
    """Days inventory outstanding (FORMULAS 4.2.18): inventory / cost of sales x days; cost of sales, not sales."""
    flow, value = newest_flow(books, "cogs"), inventory(books)
    inputs = {"inventory": value, "cogs": flow.amount, "days": flow.days}
    if flow.amount is None or flow.amount <= 0:
        return Figure(None, "dio_cogs", inputs, Problem("measures.stock.no_cogs"))
    if value is None:
        return Figure(None, "dio_cogs", inputs, Problem("measures.stock.no_stock"))
    return Figure(value / flow.amount * flow.days, "dio_cogs", inputs)


def stock_turnover(books: Books) -> Figure:
    """Inventory turnover in times a year: cost of sales, scaled to a year / inventory."""
    flow, value = newest_flow(books, "cogs"), inventory(books)
    inputs = {"inventory": value, "cogs": flow.amount, "days": flow.days}
    if flow.amount is None or flow.amount <= 0:
        return Figure(None, "stock_turnover", inputs, Problem("measures.stock.no_cogs"))
    if not value:
        return Figure(None, "stock_turnover", inputs, Problem("measures.stock.no_stock"))
    return Figure(flow.amount / value * 365 / flow.days, "stock_turnover", inputs)


def slow_movers(books: Books, terms: Stock = DEFAULTS) -> pl.DataFrame:
    """Articles without movement out for more than ``slow_days`` (REQUIREMENTS WC-01), the dearest first.

    What never moved counts since it was last received; without either day it counts as slow with no days.

    Returns: sku, name, family, quantity, currency, value (Int64, minor units), idle_days (Int64, may be empty).
    """
    since = pl.coalesce("moved_on", "received_on")
    idle = (pl.lit(books.as_of) - since).dt.total_days()
    rows = newest_count(books).with_columns(idle.alias("idle_days")).filter(pl.col("value") > 0)
    slow = rows.filter(pl.col("idle_days").is_null() | (pl.col("idle_days") > terms.slow_days))
    columns = ("sku", "name", "family", "quantity", "currency", "value", "idle_days")
    return slow.select(columns).sort("value", "sku", descending=[True, False]).collect()


def slow_share(books: Books, terms: Stock = DEFAULTS) -> Figure:
    """Value of slow stock / value of all stock at the newest count."""
    if not books.has("stock"):
        return Figure(None, "slow_share", {}, Problem("measures.stock.no_stock"))
    slow = int_of(sums(slow_movers(books, terms).lazy().rename({"value": "amount"}), books))
    every = inventory(books)
    inputs = {"slow": slow, "stock": every, "slow_days": terms.slow_days}
    if slow is None or not every:
        return Figure(None, "slow_share", inputs, Problem("measures.stock.no_stock"))
    return Figure(slow / every, "slow_share", inputs)
