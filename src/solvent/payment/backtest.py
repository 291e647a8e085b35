"""Back-test: what the laws would have said in the past, beside what then happened.

Two protocols. ``new_items``: one fit at the end of the day before the cut-off; each item issued from then on is
predicted with what was known at the cut-off. ``open_book``: every Monday from the cut-off, all items then open, with
only what was known that Monday, fitted anew each week.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from solvent.base.problem import SolventError
from solvent.payment.baselines import BASELINES, baseline_delays
from solvent.payment.champion import Choice, choose
from solvent.payment.curves import Curves, predict
from solvent.payment.grid import Bools, Floats
from solvent.payment.history import as_known
from solvent.payment.laws import DEFAULTS, Laws, fit
from solvent.payment.scores import auc, coverage, crps, wape

WEEKS = (4, 8)
Score = dict[str, Any]


@dataclass(frozen=True)
class BackTest:
    """What a back-test gives.

    scores: protocol to ``mae_days``, ``late_auc``, ``band80_coverage``, ``crps``, ``items``, ``not_yet_paid`` and, for
    the open book, ``cash_wape_4w``, ``cash_wape_8w``, ``mondays``; ``baselines`` has the same keys by baseline. None
    where the past has nothing to score. late_auc is over items not yet due; crps of a baseline is its absolute error.
    predictions: protocol, item_id, as_of, median_on, p10_on, p90_on, late_share, actual_on; empty days: never within
    two years, or not known.
    """

    scores: dict[str, Score]
    predictions: pl.DataFrame
    choice: Choice


@dataclass(frozen=True)
class _Day:
    """The predictions of one day, and what happened."""

    as_of: date
    items: pl.DataFrame
    curves: Curves
    baselines: dict[str, Floats]
    delay: Floats

    @property
    def known(self) -> Bools:
        """Items of which the day of payment is known."""
        return np.isfinite(self.delay)


def back_test(
    items: pl.DataFrame, customers: int, test_from: date, last: date, *, terms: Laws = DEFAULTS, weekly: bool = True
) -> BackTest:
    """Both protocols over a history.

    Args:
        items: as ``history.history`` gives them at the end of ``last``, with ``worth`` (Float64) in one currency.
        customers: how many customers the journal numbers.
        test_from: the cut-off.
        weekly: False: the new items only.

    Raises:
        SolventError: nothing was paid before the cut-off, or nothing was issued from it on.
    """
    before = test_from - timedelta(days=1)
    if as_known(items, before).filter(pl.col("end") == "paid").is_empty():
        raise SolventError("payment.backtest.nothing_before", day=test_from.isoformat())
    if items.filter(pl.col("issued_on") >= test_from).is_empty():
        raise SolventError("payment.backtest.nothing_after", day=test_from.isoformat())
    choice = choose(as_known(items, before), customers, before, laws=terms)
    terms = choice.terms
    new = [_day(items, items.filter(pl.col("issued_on") >= test_from), customers, before, terms)]
    scores = {"new_items": _scored(new)}
    frames = [_told(new, "new_items")]
    if weekly:
        book = list(_mondays(items, customers, test_from, last, terms))
        scores["open_book"] = _scored(book) | _cash(book, last)
        for name in BASELINES:
            scores["open_book"]["baselines"][name] |= _cash(book, last, name)
        frames.append(_told(book, "open_book"))
    return BackTest(scores, pl.concat(frames), choice)


def _mondays(items: pl.DataFrame, customers: int, first: date, last: date, terms: Laws) -> Iterator[_Day]:
    monday = first + timedelta(days=-first.weekday() % 7)
    while monday < last:
        known = as_known(items, monday)
        running = known.filter(pl.col("end").is_null()).select("item_id", "customer_no")
        book = items.join(running, on=["item_id", "customer_no"], how="semi", maintain_order="left")
        if book.height:
            yield _day(items, book, customers, monday, terms)
        monday += timedelta(days=7)


def _day(items: pl.DataFrame, asked: pl.DataFrame, customers: int, as_of: date, terms: Laws) -> _Day:
    known = as_known(items, as_of)
    curves = predict(fit(known, as_of, customers, terms), asked, as_of)
    paid = (asked.get_column("end") == "paid").fill_null(False).to_numpy()
    days = (asked.get_column("ended_on") - asked.get_column("due_on")).dt.total_days().fill_null(0).to_numpy()
    return _Day(as_of, asked, curves, baseline_delays(known, asked, as_of), np.where(paid, days, np.inf))


def _scored(days: Sequence[_Day]) -> Score:
    """All protocols' common keys, over every prediction of every day alike."""
    known = [day.known for day in days]
    told = np.concatenate([day.delay[k] for day, k in zip(days, known)])
    fresh = np.concatenate([~(day.curves.started & (day.curves.age >= 0))[k] for day, k in zip(days, known)])
    late = told > 0
    parts = [(day.curves.keep(k), day.delay[k]) for day, k in zip(days, known)]
    medians = np.concatenate([_finite(curves.delay_at(0.5)) for curves, _ in parts])
    low = np.concatenate([curves.delay_at(0.1) for curves, _ in parts])
    high = np.concatenate([curves.delay_at(0.9) for curves, _ in parts])
    chance = np.concatenate([curves.late_share() for curves, _ in parts])
    ranked = np.concatenate([crps(curves, delay) for curves, delay in parts])
    score: Score = {
        "mae_days": _mean(np.abs(told - medians)),
        "late_auc": auc(late[fresh], chance[fresh]),
        "band80_coverage": coverage(low, high, told),
        "crps": _mean(ranked),
        "items": len(told),
        "not_yet_paid": int(sum(len(day.delay) for day in days) - len(told)),
    }
    score["baselines"] = {}
    for name in BASELINES:
        points = np.concatenate([day.baselines[name][k] for day, k in zip(days, known)])
        error = _mean(np.abs(told - points))
        score["baselines"][name] = {
            "mae_days": error,
            "late_auc": auc(late[fresh], points[fresh]),
            "band80_coverage": None,
            "crps": error,
        }
    return score


def _cash(days: Sequence[_Day], last: date, baseline: str = "") -> Score:
    """Error of the money of the open book over the weeks after each Monday of which all weeks are known."""
    told: Score = {} if baseline else {"mondays": len(days)}
    for weeks in WEEKS:
        whole = [day for day in days if day.as_of + timedelta(days=7 * weeks) <= last]
        forecast, actual = [], []
        for day in whole:
            worth = day.items.get_column("worth").to_numpy()
            reach = day.curves.age + 7 * weeks
            chance = day.curves.paid_within([7 * weeks])[:, 0]
            forecast.append(float((worth * (day.baselines[baseline] <= reach if baseline else chance)).sum()))
            actual.append(float((worth * (day.delay <= reach)).sum()))
        told[f"cash_wape_{weeks}w"] = wape(np.array(forecast), np.array(actual))
    return told


def _told(days: Sequence[_Day], protocol: str) -> pl.DataFrame:
    frames = []
    for day in days:
        points = {"median_on": 0.5, "p10_on": 0.1, "p90_on": 0.9}
        delays = {name: day.curves.delay_at(share) for name, share in points.items()}
        frames.append(
            day.items.select(
                pl.lit(protocol).alias("protocol"),
                "item_id",
                pl.lit(day.as_of).alias("as_of"),
                *(_on(delay).alias(name) for name, delay in delays.items()),
                pl.Series("late_share", day.curves.late_share()),
                pl.when(pl.col("end") == "paid").then("ended_on").alias("actual_on"),
            )
        )
    return pl.concat(frames)


def _on(delay: Floats) -> pl.Expr:
    days = pl.Series(np.where(np.isfinite(delay), delay, 0)).cast(pl.Int64)
    told = pl.Series(np.isfinite(delay))
    return pl.when(pl.lit(told)).then(pl.col("due_on") + pl.duration(days=pl.lit(days)))


def _finite(delay: Floats) -> Floats:
    """Delays with "never" as two years: a point forecast has to name a day."""
    return np.where(np.isfinite(delay), delay, 730.0)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None
