"""Bust-out: a customer buys far more than before and has stopped paying (REQUIREMENTS RD-03, CAPABILITIES 44)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import first_days, paid, purchases
from solvent.decisions.warnings.evidence.rows import days_since, keys, minor, reading, total
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class BustOut(Terms, key="warnings.bust_out"):
    """Which days are set beside which, when a customer counts as not paying, and where the lines lie."""

    recent_days: int = term(30, unit="days that count as recent", source="own choice: a month of orders")
    before_days: int = term(180, unit="days before those", source="own choice: as many months as RD-03's mean")
    known_days: int = term(90, unit="days from the first purchase", source="own choice: less is no habit")
    least_count: int = term(3, unit="recent orders", source="own choice: one large order is no pattern")
    habit_days: int = term(365, unit="days of payments that show a habit", source="own choice: a year")
    spreads: float = term(
        2.0, unit="standard deviations over its own mean delay, not paying beyond it", source="own choice: one in forty"
    )
    grace_days: int = term(3, unit="days past due that are no delay", source="own choice: a bank transfer's way")
    unpaid_share: float = term(
        0.50,
        unit="share of what is beyond its habit in that and what came, from it",
        most=1,
        source="own choice: the larger part",
    )
    yellow: float = term(1.5, unit="times usual purchases, from it", source="own choice: well over RD-03's line")
    orange: float = term(2.0, unit="times usual purchases, from it", source="own choice: twice as much")
    red: float = term(3.0, unit="times usual purchases, from it", source="own choice: three times as much, unpaid")


def read(view: View, terms: BustOut) -> pl.DataFrame | None:
    """Recent purchases as times the usual ones of as many days; 0 where the customer pays as it always did."""
    books = view.books
    recent = pl.col("ago_days") < terms.recent_days
    every = purchases(books, terms.recent_days + terms.before_days)
    lately = every.filter(recent).group_by("customer_id").agg(keys(by=pl.col("worth")).alias("bought"))
    bought = (
        every.group_by("customer_id")
        .agg(
            pl.col("worth").is_not_null().all().alias("rated"),
            pl.col("worth").filter(recent).sum().alias("recent"),
            pl.col("worth").filter(~recent).sum().alias("before"),
            recent.sum().alias("orders"),
        )
        .join(lately, on="customer_id", how="left")
    )
    age = days_since(books, "first_on")
    told = (
        bought.join(first_days(books), on="customer_id")
        .join(_unpaid(view, terms), on="customer_id", how="left")
        .filter("rated", age >= terms.known_days, pl.col("before") > 0)
        .with_columns(
            age.alias("known_days"),
            pl.col("unpaid_amount").fill_null(0),
            pl.min_horizontal(age - terms.recent_days, terms.before_days).alias("span"),
        )
    )
    usual = pl.col("before") / pl.col("span") * terms.recent_days
    share = pl.col("unpaid_amount") / (pl.col("unpaid_amount") + pl.col("came").fill_null(0.0))
    stopped = (pl.col("unpaid_amount") > 0) & (share >= terms.unpaid_share - 1e-9)
    pattern = stopped & (pl.col("orders") >= terms.least_count)
    none = pl.lit([], dtype=pl.List(pl.String))
    told = told.with_columns(
        (pl.col("recent") / usual).alias("times"),
        pl.concat_list(pl.col("items", "bought").fill_null(none)).list.head(10).alias("evidence"),
    )
    value = pl.when(pattern).then("times").otherwise(0.0)
    facts = ("times", minor(pl.col("recent")).alias("recent_amount"), minor(usual).alias("usual_amount"))
    return reading(told, "customer_id", value, *facts, "unpaid_amount", "known_days")


def _unpaid(view: View, terms: BustOut) -> pl.LazyFrame:
    """Of each customer: unpaid_amount (overdue beyond its own habit), items (their keys), came (paid in recent days).

    The habit is its mean delay and so many standard deviations, by amount; who never paid has the grace alone.
    """
    money = paid(view.books, terms.habit_days)
    worth, late = pl.col("worth"), pl.col("late_days")
    mean = (worth * late).sum() / worth.sum()
    spread = ((worth * late**2).sum() / worth.sum() - mean**2).clip(0).sqrt()
    lately = days_since(view.books, "paid_on") < terms.recent_days
    habits = money.group_by("customer_id").agg(
        (mean + terms.spreads * spread).alias("habit"), worth.filter(lately).sum().alias("came")
    )
    items = view.open_items.lazy().filter(late.is_between(terms.grace_days + 1, 2 * terms.recent_days))
    beyond = items.join(habits, on="customer_id", how="left").filter(late > pl.col("habit").fill_null(0.0))
    return beyond.group_by("customer_id").agg(
        total(worth).alias("unpaid_amount"), keys(by=late).alias("items"), pl.col("came").first()
    )


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="times",
    owner="credit",
    terms=BustOut,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
    proposes=("hold_supply", "collect_first", "report_to_insurer"),
)
