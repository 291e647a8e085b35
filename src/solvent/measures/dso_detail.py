"""DSO in detail: every variant month by month with its running mean, and customer by customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import month_ends
from solvent.books.books import Books
from solvent.measures.dso import DEFAULTS, Dso, countback_days
from solvent.measures.sums import at_each, day_of, running_sums, sales, sums

VARIANTS = ("simple_days", "best_possible_days", "delinquent_days", "average_days", "countback_days")
"""The variants that ``history`` holds against their own mean, as its columns name them."""


def history(books: Books, months: int = 13, as_of: date | None = None, terms: Dso = DEFAULTS) -> pl.DataFrame:
    """Every variant at the last month ends, its running mean, and how far it stands above it (FORMULAS 4.2.25).

    The mean is over the ``mean_months`` before the month, without the month itself; it needs ``least_months`` values.
    A month whose window begins before the ledger's first document has a value and does not count in a mean.

    Returns:
        month_end (Date), receivables, current, sales (Int64, minor units; sales of the trailing days), the columns of
        VARIANTS and turnover_times (Float64; empty where the variant has no value), then for each of VARIANTS
        ``NAME_mean`` and ``NAME_rise`` (Float64, share over the mean). One row a month end, oldest first.
    """
    day = day_of(books, as_of)
    ends = month_ends(day, months + terms.mean_months)
    sold = sales(books).filter(pl.col("sold_on") <= day)
    daily = sold.group_by("sold_on", "currency").agg(pl.col("amount").sum()).collect(engine="streaming")
    first = daily.select(pl.col("sold_on").min()).item()
    frame = _balances(books, ends, terms)
    frame = _windowed(books, daily, frame, terms.days, "sales")
    frame = _windowed(books, daily, frame, terms.year_days, "year_sales")
    frame = _countback(books, daily, frame)
    mean = (pl.col("receivables") + pl.col("receivables_begin")) / 2
    bought, year = pl.col("sales") > 0, pl.col("year_sales") > 0
    simple = pl.when(bought).then(pl.col("receivables") * terms.days / pl.col("sales"))
    best = pl.when(bought).then(pl.col("current") * terms.days / pl.col("sales"))
    told = frame.sort("month_end").with_columns(
        simple.alias("simple_days"),
        best.alias("best_possible_days"),
        (simple - best).alias("delinquent_days"),
        pl.when(year).then(mean * terms.year_days / pl.col("year_sales")).alias("average_days"),
        pl.when(mean > 0).then(pl.col("year_sales") / mean).alias("turnover_times"),
    )
    means = []
    for name in VARIANTS:
        needs = terms.year_days if name == "average_days" else terms.days
        whole = pl.col("month_end") >= (first or day) + timedelta(days=needs - 1)
        past = (
            pl.when(whole)
            .then(name)
            .shift(1)
            .rolling_mean(window_size=terms.mean_months, min_samples=min(terms.least_months, terms.mean_months))
        )
        means += [past.alias(f"{name}_mean"), pl.when(past > 0).then(pl.col(name) / past - 1).alias(f"{name}_rise")]
    columns = ("month_end", "receivables", "current", "sales", *VARIANTS, "turnover_times")
    rises = [f"{name}_{what}" for name in VARIANTS for what in ("mean", "rise")]
    return told.with_columns(means).select(*columns, *rises).tail(months)


def by_customer(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS) -> pl.DataFrame:
    """Simple, best-possible and countback DSO and ADD of every customer that owes, is owed or bought in the window.

    Returns:
        customer_id, receivables, current, sales (Int64, minor units; sales of the trailing days), simple_days,
        best_possible_days, delinquent_days, countback_days (Float64), sorted by customer. A cell is empty where the
        variant has no value: nothing sold in the window, sales that run out, a balance in the customer's favour
        (countback), or a currency without a rate.
    """
    day = day_of(books, as_of)
    current = (pl.col("due_on") >= day).fill_null(False).alias("current")
    standing = books.standing(day).group_by("customer_no", "currency", current).agg(pl.col("amount").sum())
    parts = standing.collect(engine="streaming").lazy()
    owed = sums(parts, books, "customer_no").rename({"amount": "receivables"}).collect()
    now = sums(parts.filter("current"), books, "customer_no").rename({"amount": "current"}).collect()
    rows = sales(books).filter(pl.col("sold_on") <= day)
    window = sums(rows.filter(pl.col("sold_on") > day - timedelta(days=terms.days)), books, "customer_no")
    bought = window.collect(engine="streaming").rename({"amount": "sales"})
    owing = owed.filter(pl.col("receivables") > 0)
    counted = _countback_by_customer(books, rows, owing, day)
    told = pl.concat([frame.select("customer_no") for frame in (owed, now, bought)]).unique().lazy()
    for frame, name in ((owed, "receivables"), (now, "current"), (bought, "sales")):
        told = told.join(frame.lazy().with_columns(pl.lit(True).alias("there")), on="customer_no", how="left")
        # Who has no row has nothing; who has an empty one has something without a rate.
        told = told.with_columns(pl.when(pl.col("there").is_null()).then(0).otherwise(name).alias(name)).drop("there")
    told = told.join(counted.lazy(), on="customer_no", how="left").join(
        books.journal.customers.lazy(), on="customer_no"
    )
    sold = pl.when(pl.col("sales") > 0)
    simple = sold.then(pl.col("receivables") * terms.days / pl.col("sales"))
    best = sold.then(pl.col("current") * terms.days / pl.col("sales"))
    counted_days = pl.when(pl.col("receivables") == 0).then(0.0).otherwise("countback_days")
    return (
        told.select(
            "customer_id",
            "receivables",
            "current",
            "sales",
            simple.alias("simple_days"),
            best.alias("best_possible_days"),
            (simple - best).alias("delinquent_days"),
            counted_days.alias("countback_days"),
        )
        .sort("customer_id")
        .collect()
    )


def _countback_by_customer(books: Books, rows: pl.LazyFrame, owing: pl.DataFrame, day: date) -> pl.DataFrame:
    """customer_no, countback_days of the customers in ``owing`` (customer_no, receivables); empty: sales run out."""
    month = pl.col("sold_on").dt.month_end().alias("month_end")
    monthly = (
        running_sums(
            rows.join(owing.lazy(), on="customer_no", how="semi").with_columns(month),
            books,
            "customer_no",
            at="month_end",
        )
        .filter(pl.col("amount").is_null() | (pl.col("amount") > 0))
        .collect(engine="streaming")
        .sort("customer_no", "month_end", descending=[False, True])
    )
    before = (pl.col("amount").cum_sum() - pl.col("amount")).over("customer_no")
    elapsed = pl.min_horizontal("month_end", pl.lit(day)).dt.day()
    left = (pl.col("receivables") - pl.col("before")).clip(0, pl.col("amount"))
    whole = pl.col("amount").is_not_null().all() & (pl.col("amount").sum() >= pl.col("receivables").first())
    return (
        monthly.with_columns(before.alias("before"))
        .join(owing.select("customer_no", "receivables"), on="customer_no")
        .group_by("customer_no")
        .agg(pl.when(whole).then((left * elapsed / pl.col("amount")).sum()).alias("countback_days"))
    )


def _balances(books: Books, ends: Sequence[date], terms: Dso) -> pl.DataFrame:
    """month_end, receivables and current at it, receivables_begin ``year_days`` before; one pass for all ends."""
    overdue_from = (pl.col("due_on") + pl.duration(days=1)).dt.month_end().alias("overdue_from")
    cube = (
        books.events()
        .group_by("event_on", overdue_from, "currency")
        .agg(pl.col("amount").sum())
        .collect(engine="streaming")
    )
    flows = cube.group_by("event_on", "currency").agg(pl.col("amount").sum()).lazy()
    by_month = cube.with_columns(pl.col("event_on").dt.month_end()).lazy()
    owed = by_month.group_by("event_on", "overdue_from", "currency").agg(pl.col("amount").sum())
    points = pl.DataFrame({"month_end": ends}, schema={"month_end": pl.Date})
    year_before = pl.col("month_end") - pl.duration(days=terms.year_days)
    seen = {
        "receivables": flows.join(points.lazy(), how="cross").filter(pl.col("event_on") <= pl.col("month_end")),
        "receivables_begin": flows.join(points.lazy(), how="cross").filter(pl.col("event_on") <= year_before),
        "current": owed.join(points.lazy(), how="cross").filter(
            pl.col("event_on") <= pl.col("month_end"), pl.col("overdue_from") > pl.col("month_end")
        ),
    }
    for name, rows in seen.items():
        points = at_each(points, sums(rows, books, "month_end"), name)
    return points


def _windowed(books: Books, daily: pl.DataFrame, points: pl.DataFrame, days: int, name: str) -> pl.DataFrame:
    """The points with the sales of the window that ends with each month end, as column ``name``."""
    age = pl.col("month_end") - pl.col("sold_on")
    inside = (
        daily.lazy()
        .join(points.lazy().select("month_end"), how="cross")
        .filter(age >= pl.duration(days=0), age < pl.duration(days=days))
    )
    return at_each(points, sums(inside, books, "month_end"), name)


def _countback(books: Books, daily: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """The points with countback_days."""
    by_month = daily.lazy().with_columns(pl.col("sold_on").dt.month_end().alias("sold_by"))
    months = running_sums(by_month, books, at="sold_by").sort("sold_by", descending=True).collect()
    values = []
    for end, owed in points.select("month_end", "receivables").iter_rows():
        past = months.filter(pl.col("sold_by") <= end)
        amounts = past.get_column("amount").to_list()
        unknown = owed is None or owed < 0 or None in amounts
        days = past.get_column("sold_by").dt.day().to_list()
        values.append(None if unknown else countback_days(owed, amounts, days))
    return points.with_columns(pl.Series("countback_days", values, dtype=pl.Float64))
