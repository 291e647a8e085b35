"""Liquidity: current, quick and cash ratio, working capital, and operating cash flow by the direct method."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.calendar import month_ends, months_before
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.cash import FINANCING, INTERNAL, INVESTING, OPERATING
from solvent.measures.company.statements import own_positions
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Liquidity(Terms, key="measures.liquidity"):
    """Where the bands of the ratios lie, and how they are told."""

    danger_below: float = term(1.0, unit="current ratio, danger strictly under it", source="REQUIREMENTS EW-06")
    healthy: tuple[float, ...] = term(
        (1.5, 2.0), unit="current ratio, healthy from and to", source="REQUIREMENTS EW-06"
    )
    quick_line: float = term(0.8, unit="quick ratio, low strictly under it", source="REQUIREMENTS EW-01")
    quick_quarters: int = term(2, unit="quarter ends running under the line", source="REQUIREMENTS EW-01")
    less_prepayments: bool = term(True, unit="yes: prepayments are not quick", source="FORMULAS 4.2.21")
    red_months: int = term(2, unit="months running with negative operating cash flow", source="REQUIREMENTS EW-04")
    spend_months: int = term(3, unit="months that monthly spend is the mean of", source="FORMULAS 4.6.2")


DEFAULTS = Liquidity()


def ratios(books: Books, terms: Liquidity = DEFAULTS) -> pl.DataFrame:
    """Our liquidity at each statement (FORMULAS 4.2.21 to 4.2.24), oldest first.

    Returns: period_end, current_ratio, quick_ratio, cash_ratio (Float64; empty where a line is missing), wcr (current
    assets less current liabilities) and operating_wcr (trade receivables + inventory - trade payables; Int64, minor
    units), band (String: danger, watch, healthy, idle), quick_low (Boolean: under the line at this quarter end
    and those right before it, ``quick_quarters`` in all; other period ends are passed over).
    """
    low, high = terms.healthy
    told = own_positions(books)
    due = pl.when(pl.col("current_liabilities") > 0).then(pl.col("current_liabilities"))
    not_quick = pl.col("inventory")
    if terms.less_prepayments:
        not_quick = not_quick + pl.col("prepayments")
    current = pl.col("current_ratio")
    band = (
        pl.when(current < terms.danger_below)
        .then(pl.lit("danger"))
        .when(current < low)
        .then(pl.lit("watch"))
        .when(current <= high)
        .then(pl.lit("healthy"))
        .when(current > high)
        .then(pl.lit("idle"))
    )
    low_now = (pl.col("quick_ratio") < terms.quick_line).fill_null(False).cast(pl.Int64)
    frame = told.with_columns(
        (pl.col("current_assets") / due).round(9).alias("current_ratio"),
        ((pl.col("current_assets") - not_quick) / due).round(9).alias("quick_ratio"),
        (pl.col("cash") / due).round(9).alias("cash_ratio"),
        (pl.col("current_assets") - pl.col("current_liabilities")).alias("wcr"),
        (pl.col("trade_receivables") + pl.col("inventory") - pl.col("trade_payables")).alias("operating_wcr"),
    )
    ends = pl.col("period_end")
    quarterly = frame.filter((ends == ends.dt.month_end()) & (ends.dt.month() % 3 == 0)).select(
        "period_end", low_now.alias("low")
    )
    quarter = ends.dt.year().cast(pl.Int64) * 4 + ends.dt.quarter().cast(pl.Int64)
    back = terms.quick_quarters - 1
    running = pl.col("low").rolling_sum(terms.quick_quarters, min_samples=terms.quick_quarters) == terms.quick_quarters
    unbroken = quarter - quarter.shift(back) == back
    flags = quarterly.select("period_end", (running & unbroken).fill_null(False).alias("quick_low"))
    flagged = frame.join(flags, on="period_end", how="left", maintain_order="left")
    return flagged.with_columns(band.alias("band"), pl.col("quick_low").fill_null(False)).select(
        "period_end", "current_ratio", "quick_ratio", "cash_ratio", "wcr", "operating_wcr", "band", "quick_low"
    )


def operating_cash_flow(books: Books, months: int = 13) -> pl.DataFrame:
    """Cash flow by the direct method, out of the categories of bank lines, by full calendar month (FORMULAS 4.6.10).

    Converted at the rate of the books' day. Internal transfers stand apart, and so does what has no category yet.

    Returns: month_end, operating, investing, financing, internal, uncategorised, total (Int64, minor units; empty
    where a part has no rate), spent (all that went out of operations, positive), negative_months (Int64: how many
    months running, this one included, operating cash flow was below zero). One row a month from the first line on.
    """
    ends = month_ends(books.as_of, months)
    begin = months_before(ends[0].replace(day=1), 0)
    kinds = {name: kind for kind, names in KINDS.items() for name in names}
    group = (
        pl.col("category")
        .replace_strict(kinds, default="uncategorised", return_dtype=pl.String)
        .fill_null("uncategorised")
    )
    lines = books.table("bank_lines").filter(pl.col("booked_on").is_between(begin, ends[-1]))
    told = lines.with_columns(
        pl.col("booked_on").dt.month_end().alias("month_end"), group.alias("group"), (pl.col("amount") < 0).alias("out")
    )
    long = sums(told, books, "month_end", "group", "out").collect()
    cells = [
        pl.when(pl.col("amount").filter(pl.col("group") == kind).is_not_null().all())
        .then(pl.col("amount").filter(pl.col("group") == kind).sum())
        .alias(kind)
        for kind in (*KINDS, "uncategorised")
    ]
    outgo = pl.col("amount").filter((pl.col("group") == "operating") & pl.col("out"))
    spent = pl.when(outgo.is_not_null().all()).then(-outgo.sum())
    first = long.select(pl.col("month_end").min()).item()
    every = pl.DataFrame(
        {"month_end": [day for day in ends if first is not None and day >= first]}, {"month_end": pl.Date}
    )
    wide = every.join(long.group_by("month_end").agg(*cells, spent.alias("spent")), on="month_end", how="left")
    filled = wide.with_columns(
        pl.when(~pl.col("month_end").is_in(long["month_end"].implode())).then(0).otherwise(pl.col(name)).alias(name)
        for name in (*KINDS, "uncategorised", "spent")
    ).sort("month_end")
    negative = (pl.col("operating") < 0).fill_null(False)
    streak = negative.cast(pl.Int64).cum_sum() - pl.when(~negative).then(
        negative.cast(pl.Int64).cum_sum()
    ).forward_fill().fill_null(0)
    total = pl.sum_horizontal(*KINDS, "uncategorised", ignore_nulls=False)
    return filled.with_columns(total.alias("total"), streak.alias("negative_months")).select(
        "month_end", *KINDS, "uncategorised", "total", "spent", "negative_months"
    )


def reconciled(books: Books, flow: pl.DataFrame) -> pl.DataFrame:
    """The months of ``operating_cash_flow`` against what the accounts say (FORMULAS 4.6.10).

    What an account holds at a month end is its newest balance by then and the lines since. An account that is known
    at one end of a month only (opened, closed, or told late) leaves that month empty.

    Returns: month_end, total (of the lines), balance_change, difference (balance change less lines; 0 where every
    movement is told), Int64, minor units of the books' currency.
    """
    lines, balances = books.table("bank_lines"), books.table("balances")
    ends = flow.get_column("month_end").to_list()
    if not ends:
        return flow.select(
            "month_end", "total", *(pl.col("total").alias(name) for name in ("balance_change", "difference"))
        )
    before = ends[0].replace(day=1) - timedelta(days=1)
    accounts = pl.concat([frame.select("account_id", "currency") for frame in (balances, lines)]).unique()
    points = accounts.join(pl.LazyFrame({"day_on": [before, *ends]}), how="cross").sort("day_on")
    newest = balances.select("account_id", "currency", "day_on", "amount", pl.col("day_on").alias("told_on")).sort(
        "day_on"
    )
    keys = ("account_id", "currency")
    known = points.join_asof(newest, on="day_on", by=keys, strategy="backward", check_sortedness=False)
    moved = (
        known.join(lines.select(*keys, "booked_on", pl.col("amount").alias("line")), on=keys)
        .filter((pl.col("booked_on") > pl.col("told_on")) & (pl.col("booked_on") <= pl.col("day_on")))
        .group_by(*keys, "day_on")
        .agg(pl.col("line").sum())
    )
    held = known.join(moved, on=(*keys, "day_on"), how="left").sort(*keys, "day_on")
    level = pl.col("amount") + pl.col("line").fill_null(0)
    change = held.with_columns((level - level.shift(1)).over(keys).alias("amount")).filter(pl.col("day_on") > before)
    known_at = change.group_by("day_on").agg(pl.col("amount").is_not_null().all().alias("known"))
    found = sums(change.select(*keys, pl.col("day_on").alias("month_end"), "amount"), books, "month_end")
    there = found.with_columns(pl.lit(True).alias("there")).rename({"amount": "balance_change"})
    value = pl.when(pl.col("there").is_null()).then(0).otherwise("balance_change")
    return (
        flow.lazy()
        .select("month_end", "total")
        .join(known_at.rename({"day_on": "month_end"}), on="month_end", how="left", maintain_order="left")
        .join(there, on="month_end", how="left", maintain_order="left")
        .with_columns(pl.when("known").then(value).alias("balance_change"))
        .select(
            "month_end", "total", "balance_change", (pl.col("balance_change") - pl.col("total")).alias("difference")
        )
        .collect()
    )


KINDS = {"operating": OPERATING, "investing": INVESTING, "financing": FINANCING, "internal": INTERNAL}
"""Bank categories by kind of cash flow; tax refunds are operating."""


def cash(books: Books) -> int | None:
    """What stands on all accounts at the end of the day of the books: the newest balance of each and the lines since.

    Converted at the rate of that day; None where a part has no rate or no account has a balance.
    """
    newest = (
        books.table("balances")
        .sort("day_on")
        .group_by("account_id")
        .agg(pl.col("day_on").last(), pl.col("currency").last(), pl.col("amount").last())
    )
    if newest.head(1).collect().is_empty():
        return None
    since = (
        books.table("bank_lines")
        .join(newest.select("account_id", "day_on"), on="account_id")
        .filter(pl.col("booked_on") > pl.col("day_on"))
    )
    rows = pl.concat([newest.select("currency", "amount"), since.select("currency", "amount")])
    value = sums(rows, books).collect().item()
    return None if value is None else int(value)


def monthly_spend(flow: pl.DataFrame, terms: Liquidity = DEFAULTS) -> int | None:
    """Mean operating spend of the last months of ``operating_cash_flow``; None under that many months."""
    last = flow.tail(terms.spend_months)
    if last.height < terms.spend_months or last["spent"].null_count():
        return None
    return round(int(last["spent"].sum()) / last.height)
