"""Accounts: what stands on every account of ours, in one view, how old each figure is, and cash day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.money import converted
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Accounts(Terms, key="liquidity.accounts"):
    """From when what is known of an account is too old."""

    stale_days: int = term(
        3, unit="days since the bank last told of an account, stale strictly over it", source="own choice: a weekend"
    )


DEFAULTS = Accounts()


def accounts(books: Books, terms: Accounts = DEFAULTS) -> pl.DataFrame:
    """Every account with its newest balance and the lines since (REQUIREMENTS CA-01), by account and currency.

    Returns: account_id, name, bank, currency (String), balance (Int64, minor units of the account's currency; empty:
    no balance was ever told), in_base (Int64, the same in the books' currency; empty where there is no rate), told_on
    (Date, day of the newest balance), line_on (Date, newest line), age_days (Int64: days from the later of the two to
    ``as_of``), stale (Boolean).
    """
    lines, named = books.table("bank_lines"), books.table("bank_accounts").select("account_id", "name", "bank")
    newest = _newest(books)
    keys = ["account_id", "currency"]
    moved = lines.group_by(keys).agg(pl.col("booked_on").max().alias("line_on"))
    since = (
        lines.join(newest.select(*keys, "told_on"), on=keys)
        .filter(pl.col("booked_on") > pl.col("told_on"))
        .group_by(keys)
        .agg(pl.col("amount").sum().alias("since"))
    )
    every = pl.concat([newest.select(keys), moved.select(keys)]).unique()
    told = (
        every.join(newest, on=keys, how="left")
        .join(since, on=keys, how="left")
        .join(moved, on=keys, how="left")
        .join(named.unique("account_id"), on="account_id", how="left")
        .with_columns((pl.col("amount") + pl.col("since").fill_null(0)).alias("balance"))
    )
    fresh = pl.max_horizontal("told_on", "line_on")
    age = (pl.lit(books.as_of) - fresh).dt.total_days()
    one = converted(
        told.with_columns(pl.col("balance").alias("in_base"), pl.col("currency").alias("of")), books.rates, "in_base"
    )
    return (
        one.rename({"of": "currency"})
        .with_columns(age.alias("age_days"), (age > terms.stale_days).alias("stale"))
        .select(
            "account_id", "name", "bank", "currency", "balance", "in_base", "told_on", "line_on", "age_days", "stale"
        )
        .sort("account_id", "currency")
        .collect()
    )


def by_currency(view: pl.DataFrame) -> pl.DataFrame:
    """The view of ``accounts`` by currency: currency, accounts (Int64), balance, in_base (Int64, empty where any part
    is), age_days (Int64, of the oldest), sorted by currency."""
    whole = [
        pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name)
        for name in ("balance", "in_base")
    ]
    return (
        view.group_by("currency")
        .agg(pl.len().cast(pl.Int64).alias("accounts"), *whole, pl.col("age_days").max())
        .sort("currency")
    )


def known_until(books: Books) -> date | None:
    """The last day that the bank has told anything of; None where there is no bank file."""
    days = [
        books.table(name).select(pl.col(day).max()).collect().item()
        for name, day in (("bank_lines", "booked_on"), ("balances", "day_on"))
    ]
    told = [day for day in days if day is not None]
    return max(told) if told else None


def daily(books: Books, first: date) -> pl.DataFrame:
    """Cash on all accounts at the end of each day from ``first`` to ``as_of``.

    A day before an account's first balance is told from that balance and the lines between, where lines reach back so
    far; where any account is not known on a day, the day is empty.

    Returns: day_on (Date), cash (Int64, minor units of the books' currency at the rates of ``as_of``).
    """
    days = [first + timedelta(days=step) for step in range((books.as_of - first).days + 1)]
    keys = ["account_id", "currency"]
    running = (
        books.table("bank_lines")
        .group_by(*keys, "booked_on")
        .agg(pl.col("amount").sum())
        .sort("booked_on")
        .with_columns(pl.col("amount").cum_sum().over(keys, order_by="booked_on").alias("run"))
        .select(*keys, "booked_on", "run")
    )
    begun = running.group_by(keys).agg(pl.col("booked_on").min().alias("begun_on"))
    told = books.table("balances").select(*keys, pl.col("day_on").alias("told_on"), "amount").sort("told_on")
    told = told.join_asof(running, left_on="told_on", right_on="booked_on", by=keys, check_sortedness=False)
    anchors = told.select(*keys, "told_on", (pl.col("amount") - pl.col("run").fill_null(0)).alias("anchor"))
    every = pl.concat([told.select(keys), running.select(keys)]).unique()
    points = every.join(pl.LazyFrame({"day_on": days}, {"day_on": pl.Date}), how="cross").sort("day_on")
    back = points.join_asof(anchors, left_on="day_on", right_on="told_on", by=keys, check_sortedness=False)
    ahead = anchors.rename({"anchor": "anchor_ahead", "told_on": "ahead_on"})
    both = (
        back.join_asof(
            ahead, left_on="day_on", right_on="ahead_on", by=keys, strategy="forward", check_sortedness=False
        )
        .join_asof(running, left_on="day_on", right_on="booked_on", by=keys, check_sortedness=False)
        .join(begun, on=keys, how="left")
    )
    reach = pl.when(pl.col("begun_on") <= pl.col("day_on")).then("anchor_ahead")
    level = pl.coalesce("anchor", reach) + pl.col("run").fill_null(0)
    levels = both.select("day_on", "currency", level.alias("amount")).collect()
    known = levels.group_by("day_on").agg(pl.col("amount").is_not_null().all().alias("known"))
    cash = sums(levels.lazy(), books, "day_on").collect()
    # A day without a row in ``cash`` adds up to nothing, which is known all the same.
    there = cash.with_columns(pl.lit(True).alias("there"))
    value = pl.when("known").then(pl.when(pl.col("there").is_null()).then(0).otherwise("amount"))
    return (
        pl.DataFrame({"day_on": days}, {"day_on": pl.Date})
        .join(known, on="day_on", how="left")
        .join(there, on="day_on", how="left")
        .select("day_on", value.alias("cash"))
        .sort("day_on")
    )


def _newest(books: Books) -> pl.LazyFrame:
    """The newest balance of each account and currency: account_id, currency, told_on, amount."""
    return (
        books.table("balances")
        .sort("day_on")
        .group_by("account_id", "currency")
        .agg(pl.col("day_on").last().alias("told_on"), pl.col("amount").last())
    )
