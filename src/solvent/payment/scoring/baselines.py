"""Baselines: three transparent ways to say when an item is paid, which every model has to beat."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from solvent.payment.grid import Bools, Floats, Ints

BASELINES = ("due_date", "customer_mean", "conditional")
"""due_date: on its due day. customer_mean: due day and the mean delay of the customer. conditional: the median of the
customer's past delays that are longer than the item's present delay; of all customers' where there are fewer than
five. Of an item that is older than its prediction all three say: tomorrow."""

ENOUGH = 5
_WIDE = 1 << 20


def baseline_delays(past: pl.DataFrame, items: pl.DataFrame, as_of: date) -> dict[str, Floats]:
    """The predicted delay of each item, in whole days from due, by baseline.

    Args:
        past: items as known at ``as_of`` (``history.as_known``); those paid are learned from.
        items: ``customer_no``, ``issued_on``, ``due_on``; those issued after ``as_of`` have no present delay.
    """
    paid = past.filter(pl.col("end") == "paid")
    delay = (paid.get_column("ended_on") - paid.get_column("due_on")).dt.total_days().to_numpy().astype(np.int64)
    who = paid.get_column("customer_no").cast(pl.Int64).to_numpy()
    asked = items.get_column("customer_no").cast(pl.Int64).fill_null(-1).to_numpy()
    age = items.select((pl.lit(as_of) - pl.col("due_on")).dt.total_days()).to_series().to_numpy().astype(np.int64)
    started = items.select(pl.col("issued_on") <= as_of).to_series().to_numpy()
    earliest = np.where(started, age + 1.0, -np.inf)
    told = {
        "due_date": np.zeros(len(asked)),
        "customer_mean": _means(who, delay, asked),
        "conditional": _conditional(who, delay, asked, np.where(started, age, -_WIDE // 2)),
    }
    return {name: np.maximum(np.round(days), earliest) for name, days in told.items()}


def _means(who: Ints, delay: Ints, asked: Ints) -> Floats:
    size = int(max(who.max(initial=-1), asked.max(initial=-1))) + 2
    count, total = np.bincount(who, None, size), np.bincount(who, delay, size)
    every = total.sum() / max(count.sum(), 1)
    means = np.where(count > 0, total / np.maximum(count, 1), every)
    told: Floats = np.where(asked >= 0, means[asked], every)
    return told


def _conditional(who: Ints, delay: Ints, asked: Ints, age: Ints) -> Floats:
    own = np.sort(who * _WIDE + delay + _WIDE // 2)
    low = np.searchsorted(own, asked * _WIDE + age + _WIDE // 2, side="right")
    high = np.searchsorted(own, (asked + 1) * _WIDE, side="left")
    every = np.sort(delay) + _WIDE // 2
    low_every = np.searchsorted(every, age + _WIDE // 2, side="right")
    mine = _middle(own % _WIDE if len(own) else own, low, high)
    all_of = _middle(every, low_every, np.full(len(asked), len(every)))
    enough: Bools = (high - low >= ENOUGH) & (asked >= 0)
    told = np.where(enough, mine, all_of)
    return np.where(np.isfinite(told), told - _WIDE // 2, age + 1.0)


def _middle(values: Ints, low: Ints, high: Ints) -> Floats:
    """The median of values[low:high], row by row; infinite where that is empty."""
    if not len(values):
        return np.full(len(low), np.inf)
    left = np.clip(low + (high - low - 1) // 2, 0, len(values) - 1)
    right = np.clip(low + (high - low) // 2, 0, len(values) - 1)
    return np.where(high > low, (values[left] + values[right]) / 2.0, np.inf)
