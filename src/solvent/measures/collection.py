"""Collection: how much of what could be collected was, and how much of what fell due was paid on time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import month_ends, months_before
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.dso import open_at
from solvent.measures.sums import DIMENSIONS, Figure, day_of, int_of, keys_of, sales, sums, told_by


@dataclass(frozen=True)
class Collection(Terms, key="measures.collection"):
    """What still counts as on time, and how far back it is looked at."""

    grace_days: int = term(0, unit="days after the due date that count as on time", source="FORMULAS 4.2.15")
    months: int = term(12, unit="months of due dates, on-time rate", source="own choice: a year holds every season")


def cei(books: Books, as_of: date | None = None) -> Figure:
    """Collection effectiveness index of the last full calendar month (FORMULAS 4.2.8), in percent.

    (begin + sales - end total) / (begin + sales - end current) x 100, with the full sales of that very month; begin and
    end total are net receivables, end current is the positive open amount not yet due. 100: all that was due is in.
    A denominator of nothing or less: no value, ``measures.collection.nothing_to_collect``.
    """
    day = day_of(books, as_of)
    begin_on, end_on = month_ends(day, 2)
    begin, _ = open_at(books, begin_on)
    end_total, end_current = open_at(books, end_on)
    month = pl.col("sold_on").is_between(begin_on, end_on, closed="right")
    sold = int_of(sums(sales(books).filter(month), books))
    inputs = {"begin": begin, "sales": sold, "end_total": end_total, "end_current": end_current}
    told = {"month": f"{end_on:%Y-%m}", **inputs}
    if begin is None or sold is None or end_total is None or end_current is None:
        return Figure(None, "cei_month_full_sales", told, Problem("measures.collection.no_rate"))
    share = cei_share(begin, sold, end_total, end_current)
    if share is None:
        why = Problem("measures.collection.nothing_to_collect", "", {"month": f"{end_on:%Y-%m}"})
        return Figure(None, "cei_month_full_sales", told, why)
    return Figure(100 * share, "cei_month_full_sales", told)


def cei_share(begin: float, sold: float, end_total: float, end_current: float) -> float | None:
    """The arithmetic of CEI as a share; None where there was nothing to collect.

    >>> round(100 * cei_share(900, 1500, 1000, 700), 2), round(100 * cei_share(900, 1500 / 3, 1000, 700), 2)
    (82.35, 57.14)
    >>> cei_share(0, 100, 100, 100) is None
    True
    """
    collectable = begin + sold - end_current
    return None if collectable <= 0 else (begin + sold - end_total) / collectable


def on_time(
    books: Books,
    by: str | None = None,
    as_of: date | None = None,
    since: date | None = None,
    terms: Collection = Collection(),
) -> pl.DataFrame:
    """On-time rate (FORMULAS 4.2.15): of what fell due in the period, how much was paid by its due date and grace.

    Args:
        by: None for the whole company, or one of ``sums.DIMENSIONS``.
        since: items due after this day count; None: ``months`` before ``as_of``. Items whose grace still runs at the
            end of ``as_of`` do not count yet.

    Returns:
        The dimension's column, due_amount and on_time_amount (Int64, minor units of the books' currency; by currency
        of the document's own), on_time_share (Float64), due_count, on_time_count (Int64), on_time_count_share,
        sorted by the dimension, empty last. Shares are empty where nothing fell due. What an item was lowered by
        other than money or write-off (credit note, discount, fee, rounding) was never due; an item lowered to
        nothing is not counted. An item is on time in the count when all of it that was due was paid by then.
    """
    day = day_of(books, as_of)
    after = since or months_before(day, terms.months)
    grace = timedelta(days=terms.grace_days)
    events = books.journal.events.with_columns(pl.col("amount").alias("document"))
    rows = events if by == "currency" else books.in_money(events)
    kind = pl.col("kind")
    lowers = ~kind.is_in(["receipt", "write_off"])
    pays = (kind == "receipt") & (pl.col("event_on") <= pl.col("due_on") + grace)
    items = (
        rows.filter(pl.col("due_on") > after, pl.col("due_on") + grace <= day, pl.col("event_on") <= day)
        .group_by(*keys_of(by), "item_id", "currency")
        .agg(
            pl.col("amount").filter(lowers).sum().alias("due"),
            (-pl.col("amount").filter(pays).sum()).alias("paid"),
            pl.col("document").filter(lowers).sum().alias("document_due"),
            (-pl.col("document").filter(pays).sum()).alias("document_paid"),
        )
        .filter(pl.col("document_due") > 0)
    )
    counted = items.group_by(*keys_of(by), "currency").agg(
        pl.col("due").sum().alias("due_amount"),
        pl.min_horizontal("due", "paid").sum().alias("on_time_amount"),
        pl.len().cast(pl.Int64).alias("due_count"),
        (pl.col("document_paid") >= pl.col("document_due")).sum().cast(pl.Int64).alias("on_time_count"),
    )
    told = counted if by is None or by == "currency" else told_by(books, counted, by)
    return _rates(books, told.collect(engine="streaming").lazy(), by)


def _rates(books: Books, counted: pl.LazyFrame, by: str | None) -> pl.DataFrame:
    """The on-time rates of counted items, by dimension."""
    money, counts = ("due_amount", "on_time_amount"), ("due_count", "on_time_count")
    keys = () if by is None else (DIMENSIONS[by],)
    paid = counted.select(*keys, *money) if by == "currency" else sums(counted, books, *keys, amounts=money)
    number = counted.select(*keys, *counts)
    if keys:
        number = number.group_by(keys).agg(pl.col(counts).sum())
        both = number.join(paid, on=keys, how="left", nulls_equal=True).sort(keys, nulls_last=True)
    else:
        both = pl.concat([number.select(pl.col(counts).sum()), paid], how="horizontal")
    return both.select(
        *keys,
        *money,
        pl.when(pl.col("due_amount") > 0).then(pl.col(money[1]) / pl.col(money[0])).alias("on_time_share"),
        *counts,
        pl.when(pl.col("due_count") > 0).then(pl.col(counts[1]) / pl.col(counts[0])).alias("on_time_count_share"),
    ).collect()
