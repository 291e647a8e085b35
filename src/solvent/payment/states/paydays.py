"""Paydays: many pay in runs, on Fridays, on the 25th, at the month's end. A law in days from due knows nothing of it.

Each customer's payments by weekday and by day of the month, leaning on everybody's, say how much more is paid on
one working day than on another. The law's hazard is tilted by that, day by day: its pace stays over a quarter, and its
money falls on the days on which it comes. Whether habits hold is read from the past: learned on its first part, they
have to tell its last better than no habits do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.payment.grid import Bools, Floats, Ints

WEEK, MONTH = 7, 32
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Habits(Terms, key="payment.paydays"):
    """How habits are learned."""

    lean: float = term(
        10.0, unit="payments of everybody that stand beside a customer's own", source="own choice: back-tested 4 to 30"
    )
    payments: int = term(200, unit="payments without which no habits are looked for", source="own choice")
    learned_share: float = term(
        0.7, unit="share of the past, in time, that habits are tried on", most=1, source="own choice"
    )
    least: float = term(
        0.05, unit="times the usual that any working day has at least", source="own choice: no day is shut"
    )
    ahead_days: int = term(
        91, unit="days over which a habit evens out to the usual pace", source="own choice: a quarter"
    )


DEFAULTS = Habits()


@dataclass(frozen=True)
class Paydays:
    """Times the usual, by customer: by_week [customers + 1, 7] from Monday, by_month [customers + 1, 32] by place in
    the month (``places``); the last row is of one never seen.
    """

    by_week: Floats
    by_month: Floats


def places(days: Sequence[date]) -> Ints:
    """The place of each day in its month: 1 to 27 from its beginning, 28 to 31 the last four days, the last being 31.

    >>> places([date(2026, 2, 28), date(2026, 2, 1), date(2026, 3, 27), date(2026, 3, 28)]).tolist()
    [31, 1, 27, 28]
    """
    told = []
    for day in days:
        left = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - day).days
        told.append(32 - left if left <= 4 else min(day.day, 27))
    return np.array(told, dtype=np.int64)


def paydays(items: pl.DataFrame, customers: int, off: frozenset[date], terms: Habits = DEFAULTS) -> Paydays | None:
    """The habits of a past; None where it is too short, or where they would have told its last part no better.

    Args:
        items: as ``history.history`` gives them. off: days on which nothing is paid.
    """
    paid = items.filter((pl.col("end") == "paid") & ~pl.col("ended_on").is_in(list(off))).sort("ended_on", "item_id")
    if paid.height < terms.payments:
        return None
    cut = int(paid.height * terms.learned_share)
    tried = _learn(paid[:cut], customers, off, terms)
    if _gain(tried, paid[cut:], off) <= 0.0:
        return None
    return _learn(paid, customers, off, terms)


def _learn(paid: pl.DataFrame, customers: int, off: frozenset[date], terms: Habits) -> Paydays:
    who = paid.get_column("customer_no").cast(pl.Int64).to_numpy()
    days = paid.get_column("ended_on").to_list()
    week = np.array([day.weekday() for day in days], dtype=np.int64)
    span = _working(min(days), max(days), off)
    usual_week = np.bincount([day.weekday() for day in span], minlength=WEEK)
    usual_month = np.bincount(places(span), minlength=MONTH)
    return Paydays(
        _times(who, week, customers, usual_week, terms), _times(who, places(days), customers, usual_month, terms)
    )


def _times(who: Ints, day: Ints, customers: int, usual: Ints, terms: Habits) -> Floats:
    """Payments by place over what as many payments on any working days alike would be."""
    size = len(usual)
    chance = usual / usual.sum()
    counted = np.bincount(who * size + day, None, customers * size).reshape(customers, size).astype(np.float64)
    every = (counted.sum(axis=0) + terms.lean * chance) / (counted.sum() + terms.lean)
    own = (counted + terms.lean * every) / (counted.sum(axis=1, keepdims=True) + terms.lean)
    told: Floats = np.vstack([own, every]) / np.maximum(chance, 1e-9)
    return np.maximum(np.where(usual > 0, told, 1.0), terms.least)


def _gain(habits: Paydays, paid: pl.DataFrame, off: frozenset[date]) -> float:
    """Mean log of the times that each payment's day had under the habits, within its own month; 0 without habits."""
    if paid.is_empty():
        return 0.0
    who = paid.get_column("customer_no").cast(pl.Int64).to_numpy()
    days = paid.get_column("ended_on").to_list()
    first, last = min(days).replace(day=1), (max(days).replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
    span = _working(first, last, off)
    number = {day: place for place, day in enumerate(span)}
    month = np.array([day.year * 12 + day.month for day in span])
    weight = tilts(habits, span)
    told = 0.0
    for at in np.unique(month):
        inside = month == at
        mean = weight[:, inside].mean(axis=1)
        here = [place for place, day in enumerate(days) if day.year * 12 + day.month == at and day in number]
        if here:
            rows = who[here]
            told += float(np.log(weight[rows, [number[days[place]] for place in here]] / mean[rows]).sum())
    return told / len(days)


def tilts(habits: Paydays, days: Sequence[date]) -> Floats:
    """[customers + 1, days]: times the usual of each day."""
    week = np.array([day.weekday() for day in days], dtype=np.int64)
    told: Floats = habits.by_week[:, week] * habits.by_month[:, places(days)]
    return told


def tilted(
    cumulative: Floats, rows: Ints, habits: Paydays, days: Sequence[date], *, working: Bools, terms: Habits = DEFAULTS
) -> Floats:
    """Cumulative chances by day, with money on the days on which its customers pay.

    Args:
        cumulative: [items, days], of each day after today, money already waiting for working days.
        rows: [items], customers; those beyond the habits have everybody's.
        working: [days], false where nothing is paid.
    """
    times = np.where(working[None, :], tilts(habits, days), 0.0)
    near = working & (np.arange(len(days)) < terms.ahead_days)
    usual = times[:, near].mean(axis=1, keepdims=True) if near.any() else np.ones((len(times), 1))
    times = times / np.maximum(usual, 1e-9)
    own = np.where((rows >= 0) & (rows < len(times) - 1), rows, len(times) - 1)
    left = np.clip(1.0 - np.concatenate([np.zeros((len(cumulative), 1)), cumulative], axis=1), 1e-12, 1.0)
    hazard = -np.diff(np.log(left), axis=1)
    told: Floats = 1.0 - np.exp(-np.cumsum(hazard * times[own], axis=1))
    return told


def _working(first: date, last: date, off: frozenset[date]) -> Sequence[date]:
    every = (first + timedelta(days=day) for day in range((last - first).days + 1))
    return [day for day in every if day not in off]
