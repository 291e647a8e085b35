"""Told: what was said of each item on a day, beside what then happened, one row a prediction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.calendar import days_off
from solvent.payment.curves import Curves
from solvent.payment.grid import LAST, Floats
from solvent.payment.scoring.baselines import BASELINES, baseline_delays
from solvent.payment.scoring.scores import auc, crps, error
from solvent.payment.states.workdays import Workdays, keeps_workdays, offsets

MEDIAN = 0.5
BAND_80 = (0.1, 0.9)


def told(curves: Curves, known: pl.DataFrame, last: date, shares: Sequence[float] = (MEDIAN, *BAND_80)) -> pl.DataFrame:
    """The predictions of one day.

    Args:
        curves: of items as they are known at the end of ``last``: ``end`` and ``ended_on`` say what happened.
        known: the history as known on the day of ``curves``, from which the baselines are told.
        shares: the quantiles asked for.

    Returns:
        item_id, due_on, as_of, delay (Float64, days from due to payment, infinite: not paid as far as is known), seen
        (Float64, the last delay that could have been seen), fresh (Boolean, not due on the day), late_share, q{share}
        for each of ``shares`` (Float64, infinite: never), crps, and for each baseline its delay and crps_{name}.
    """
    items = curves.items
    days = items.select(
        (pl.col("end") == "paid").fill_null(False).alias("paid"),
        (pl.col("end") == "credited").fill_null(False).alias("credited"),
        (pl.col("ended_on") - pl.col("due_on")).dt.total_days().fill_null(0).cast(pl.Float64).alias("ended"),
        (pl.lit(last) - pl.col("due_on")).dt.total_days().cast(pl.Float64).alias("seen"),
    )
    ended, seen = days.get_column("ended").to_numpy(), days.get_column("seen").to_numpy()
    delay = np.where(days.get_column("paid").to_numpy(), ended, np.inf)
    seen = np.where(days.get_column("credited").to_numpy(), np.minimum(ended, seen), seen)
    plain = baseline_delays(known, items, curves.as_of)
    return pl.DataFrame(
        {
            "item_id": items.get_column("item_id"),
            "due_on": items.get_column("due_on"),
            "as_of": pl.repeat(curves.as_of, items.height, dtype=pl.Date, eager=True),
            "delay": delay,
            "seen": seen,
            "fresh": ~(curves.started & (curves.age >= 0)),
            "late_share": curves.late_share(),
            **{f"q{share}": curves.delay_at(share) for share in shares},
            "crps": crps(curves, delay, seen),
            **{name: plain[name] for name in BASELINES},
            **{f"crps_{name}": error(plain[name], delay, seen) for name in BASELINES},
        }
    )


def mae(rows: pl.DataFrame, by: str) -> float | None:
    """The mean distance of a named day from the day of payment, of the items paid; "never" counts as two years."""
    named = pl.when(pl.col(by).is_finite()).then(by).otherwise(float(LAST))
    return _mean(rows.filter(pl.col("delay").is_finite()), (named - pl.col("delay")).abs())


def late_auc(rows: pl.DataFrame, by: str) -> float | None:
    """How well ``by`` orders the items that were not yet due into late and timely; what is overdue unpaid is late."""
    some = rows.filter(pl.col("fresh") & (pl.col("delay").is_finite() | (pl.col("seen") > 0)))
    return auc((some.get_column("delay") > 0).to_numpy(), some.get_column(by).to_numpy())


def within(rows: pl.DataFrame, low: float, high: float) -> float | None:
    """The share of the items paid that were paid between two quantiles, both days included."""
    paid = rows.filter(pl.col("delay").is_finite())
    return _mean(paid, pl.col("delay").is_between(pl.col(f"q{low}"), pl.col(f"q{high}")))


def mean_crps(rows: pl.DataFrame, by: str = "") -> float | None:
    """The mean score of all items, those that still run included, each up to the last day seen."""
    return _mean(rows, pl.col(f"crps_{by}" if by else "crps"))


def expected(curves: Curves, worth: Floats, days: Sequence[int], country: str | None) -> Floats:
    """[days]: the money of all items expected at most so many days after the day of ``curves``.

    Args:
        country: where money waits for working days; None: it comes on any day.
    """
    since, within_days = offsets(curves.as_of, [curves.as_of + timedelta(days=day) for day in days], country)
    money: Floats = worth @ curves.paid_within(within_days.tolist(), since)
    return money


def calendar(known: pl.DataFrame, terms: Workdays) -> str | None:
    """The country whose days off money waits for, read from the payments of the past; None: it comes on any day.

    Weekends are much the same everywhere. So its other days off have to be kept as well: a company whose customers pay
    on Chinese holidays is no Chinese one, whatever the terms say.
    """
    paid = known.filter(pl.col("end") == "paid").get_column("ended_on")
    first, last = paid.min(), paid.max()
    if not keeps_workdays(known, terms) or not isinstance(first, date) or not isinstance(last, date):
        return None
    off = [day for day in days_off(terms.country, first.year, last.year) if day.weekday() < 5 and first <= day <= last]
    weekdays = paid.filter(paid.dt.weekday() <= 5)
    by_chance = len(weekdays) * len(off) / max((last - first).days * 5 / 7, 1.0)
    came = int(weekdays.is_in(off).sum())
    return terms.country if by_chance < _FEW or came <= terms.most_share * by_chance else None


_FEW = 5.0
"""Payments on holidays to be expected by chance, without which nothing tells."""


def _mean(rows: pl.DataFrame, of: pl.Expr) -> float | None:
    mean = rows.select(of.cast(pl.Float64).mean()).item()
    return None if mean is None else float(mean)
