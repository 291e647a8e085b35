"""Paydays: on which days of the week and of the month each customer has paid, and how many such days a span holds.

Many pay in runs: on Fridays, on the 25th, at the month's end. A law in days from due knows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.payment.grid import Floats, Ints

WEEK, MONTH = 7, 31
_LEAN = 4.0
"""Payments of everybody that stand beside each customer's own."""
_FIRST = np.datetime64("1900-01-01")
_DAYS = np.arange(_FIRST, np.datetime64("2200-01-01"))
_MONTHS: Ints = _DAYS.astype("datetime64[M]").astype(np.int64)
_DAY: Ints = (_DAYS - _DAYS.astype("datetime64[M]")).astype(np.int64) + 1
_SHIFT = int((np.datetime64("1970-01-01") - _FIRST).astype(np.int64))
_MOST_DAYS = 45
"""Longer spans hold every day of a month: only their last days are looked at."""


@dataclass(frozen=True)
class Paydays:
    """Cumulative shares of payments; frozen.

    by_week: [customers + 1, 8], up to each weekday from Monday; by_month: [customers + 1, 32], up to each day. The
    last row is of one never seen.
    """

    by_week: Floats
    by_month: Floats


def paydays(known: pl.DataFrame, customers: int) -> Paydays:
    """The days on which each customer's items were paid.

    Args:
        known: a history as known at a day.
    """
    paid = known.filter(pl.col("end") == "paid")
    who = paid.get_column("customer_no").cast(pl.Int64).to_numpy()
    week = paid.get_column("ended_on").dt.weekday().cast(pl.Int64).to_numpy() - 1
    month = paid.get_column("ended_on").dt.day().cast(pl.Int64).to_numpy() - 1
    return Paydays(_shares(who, week, customers, WEEK), _shares(who, month, customers, MONTH))


def _shares(who: Ints, day: Ints, customers: int, size: int) -> Floats:
    counted = np.bincount(who * size + day, None, customers * size).reshape(customers, size).astype(np.float64)
    every = (counted.sum(axis=0) + 1.0) / (counted.sum() + size)
    own = (counted + _LEAN * every) / (counted.sum(axis=1, keepdims=True) + _LEAN)
    return np.concatenate([np.zeros((customers + 1, 1)), np.cumsum(np.vstack([own, every]), axis=1)], axis=1)


NAMES = ("month_affinity", "week_affinity", "day_of_month", "weekday")


def affinity(told: Paydays, rows: Ints, due: Ints, after: Ints, upto: Ints) -> Floats:
    """How much of a customer's paying falls into a span of days, beside what would fall into any span so long.

    Args:
        rows: [n], rows of ``told``. due: [n], days since 1970. after, upto: [n], the span, in days from due.

    Returns:
        [n, NAMES]: by days of the month and by weekdays, 1 for a customer without habits; then the last day itself.
    """
    start = np.maximum(after, upto - _MOST_DAYS)
    first, last = (np.clip(due + day + _SHIFT, 0, len(_DAYS) - 1) for day in (start, upto))
    length = np.maximum(last - first, 1)
    months = _MONTHS[last] - _MONTHS[first]
    by_month = told.by_month[rows, _DAY[last]] - told.by_month[rows, _DAY[first]] + months
    # 1 January 1900 was a Monday.
    weeks = last // WEEK - first // WEEK
    by_week = told.by_week[rows, last % WEEK + 1] - told.by_week[rows, first % WEEK + 1] + weeks
    return np.column_stack([by_month / length * 30.4, by_week / length * WEEK, _DAY[last], last % WEEK])
