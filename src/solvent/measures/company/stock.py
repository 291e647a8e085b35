"""Stock: inventory days and turnover, and what has not moved for too long."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.company.statements import DEFAULTS as BELIEVED
from solvent.measures.company.statements import Flow, Statements, newest_flow, newest_position
from solvent.measures.sums import Figure, int_of, sums, whole_sum


@dataclass(frozen=True)
class Stock(Terms, key="measures.stock"):
    """From when stock counts as slow."""

    slow_days: int = term(90, unit="days without movement, slow strictly over it", source="REQUIREMENTS WC-01")


DEFAULTS = Stock()


def newest_count(books: Books) -> pl.LazyFrame:
    """The stock rows of the newest count on or before the day of the books; none where nothing was counted."""
    rows = books.table("stock")
    return rows.filter(pl.col("counted_on") == pl.col("counted_on").max())


def inventory(books: Books, statements: Statements = BELIEVED) -> Figure:
    """The value of stock in minor units of the books' currency: of the newest count, else of our newest statement.

    Where it has none ``why`` tells nothing counted (``measures.stock.no_stock``) from no rate.
    """
    if books.has("stock"):
        value, unrated = int_of(sums(newest_count(books).rename({"value": "amount"}), books)), True
    else:
        told = newest_position(books, "inventory", statements)
        value, unrated = told.amount, told.unrated
    why = Problem("measures.stock.no_rate") if unrated else Problem("measures.stock.no_stock")
    return Figure(value, "inventory", {}, None if value is not None else why)


def dio(books: Books, statements: Statements = BELIEVED) -> Figure:
    """Days inventory outstanding (FORMULAS 4.2.18): inventory / cost of sales x days; cost of sales, not sales."""
    flow, lying = newest_flow(books, "cogs", statements), inventory(books, statements)
    inputs = {"inventory": lying.value, "cogs": flow.amount, "days": flow.days}
    if flow.amount is None or flow.amount <= 0 or lying.value is None:
        return Figure(None, "dio_cogs", inputs, _without(flow) or lying.why)
    return Figure(lying.value / flow.amount * flow.days, "dio_cogs", inputs)


def stock_turnover(books: Books, statements: Statements = BELIEVED) -> Figure:
    """Inventory turnover in times a year: cost of sales, scaled to a year / inventory."""
    flow, lying = newest_flow(books, "cogs", statements), inventory(books, statements)
    inputs = {"inventory": lying.value, "cogs": flow.amount, "days": flow.days}
    if flow.amount is None or flow.amount <= 0 or not lying.value:
        why = _without(flow) or lying.why or Problem("measures.stock.no_stock")
        return Figure(None, "stock_turnover", inputs, why)
    return Figure(flow.amount / lying.value * 365 / flow.days, "stock_turnover", inputs)


def slow_movers(books: Books, terms: Stock = DEFAULTS) -> pl.DataFrame:
    """Articles without movement out for more than ``slow_days`` (REQUIREMENTS WC-01), the dearest first.

    Counted up to the day of the count: later nothing is known. What never moved counts since it was last received;
    without either day it counts as slow with no days.

    Returns: sku, name, family, quantity, currency, value (Int64, minor units), idle_days (Int64, may be empty).
    """
    rows = _idle(books).filter(pl.col("value") > 0)
    slow = rows.filter(pl.col("idle_days").is_null() | (pl.col("idle_days") > terms.slow_days))
    columns = ("sku", "name", "family", "quantity", "currency", "value", "idle_days")
    return slow.select(columns).sort("value", "sku", descending=[True, False]).collect()


def slow_by_family(books: Books, terms: Stock = DEFAULTS) -> pl.DataFrame:
    """Slow stock by family of articles, the most slow value first, no family last.

    Returns: family (String), articles, slow_articles (Int64), value, slow_value (Int64, minor units of the books'
    currency, empty where a part has no rate), slow_share (Float64).
    """
    slow = (pl.col("idle_days") > terms.slow_days).fill_null(True).alias("slow")
    rows = _idle(books).filter(pl.col("value") > 0).with_columns(slow)
    counts = rows.group_by("family").agg(
        pl.len().cast(pl.Int64).alias("articles"), pl.col("slow").sum().cast(pl.Int64).alias("slow_articles")
    )
    money = sums(rows.rename({"value": "amount"}), books, "family", "slow")
    amount = pl.col("amount")
    values = money.group_by("family").agg(
        whole_sum("amount").alias("value"),
        pl.when(amount.is_not_null().all()).then(amount.filter("slow").sum()).alias("slow_value"),
    )
    both = counts.join(values, on="family", how="left", nulls_equal=True)
    told = both.with_columns((pl.col("slow_value") / pl.col("value")).alias("slow_share"))
    return told.sort(pl.col("family").is_null(), -pl.col("slow_value"), "family").collect()


def slow_share(books: Books, terms: Stock = DEFAULTS) -> Figure:
    """Value of slow stock / value of all stock at the newest count."""
    if not books.has("stock"):
        return Figure(None, "slow_share", {}, Problem("measures.stock.no_stock"))
    slow = int_of(sums(slow_movers(books, terms).lazy().rename({"value": "amount"}), books))
    every = inventory(books)
    inputs = {"slow": slow, "stock": every.value, "slow_days": terms.slow_days}
    if slow is None or not every.value:
        return Figure(None, "slow_share", inputs, every.why or Problem("measures.stock.no_stock"))
    return Figure(slow / every.value, "slow_share", inputs)


def _idle(books: Books) -> pl.LazyFrame:
    """The newest count with idle_days: from the last movement out, else the last receipt, to the day of the count."""
    since = pl.coalesce("moved_on", "received_on")
    return newest_count(books).with_columns((pl.col("counted_on") - since).dt.total_days().alias("idle_days"))


def _without(flow: Flow) -> Problem | None:
    """Why nothing can be told of a cost of sales; None where it can be divided by."""
    if flow.unrated:
        return Problem("measures.stock.no_rate")
    return None if flow.amount is not None and flow.amount > 0 else Problem("measures.stock.no_cogs")
