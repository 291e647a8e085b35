"""Back-test: what the champion would have said in the past, beside what then happened.

Two protocols. ``new_items``: one fit at the end of the day before the cut-off; each item issued from then on is
predicted with what was known at the cut-off. ``open_book``: every Monday from the cut-off, all items then open, with
only what was known that Monday: the laws fitted anew each week, trees grown anew each quarter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from solvent.base.problem import SolventError
from solvent.base.terms import Terms, term
from solvent.payment.boosted.boosted import DEFAULTS as BOOST
from solvent.payment.boosted.boosted import Boost, grown
from solvent.payment.boosted.trees import Trees
from solvent.payment.champion import COMPETE, Champion, Choice, choose, learned, predicted
from solvent.payment.curves import Curves
from solvent.payment.history import as_known
from solvent.payment.laws import DEFAULTS, Laws
from solvent.payment.scoring.baselines import BASELINES
from solvent.payment.scoring.scores import wape
from solvent.payment.scoring.told import BAND_80, MEDIAN, calendar, expected, late_auc, mae, mean_crps, told, within
from solvent.payment.states.workdays import DEFAULTS as WORKDAYS
from solvent.payment.states.workdays import Workdays

WEEKS = (4, 8)
Score = dict[str, Any]


@dataclass(frozen=True)
class Testing(Terms, key="payment.backtest"):
    """How the past is played again."""

    refit_days: int = term(
        91,
        unit="days after which trees are grown anew",
        source="own choice: the laws beneath them are fitted each week",
    )


TESTING = Testing()


@dataclass(frozen=True)
class BackTest:
    """What a back-test gives.

    scores: protocol to ``mae_days``, ``late_auc``, ``band80_coverage``, ``crps``, ``items``, ``not_yet_paid`` and, for
    the open book, ``cash_wape_4w``, ``cash_wape_8w``, ``mondays``; ``baselines`` has the same keys by baseline. None
    where the past has nothing to score. late_auc is over items not yet due. crps is over all items, those not yet paid
    too, each up to the last day known; of a baseline it is its absolute error over the same days.
    predictions: protocol, item_id, as_of, median_on, p10_on, p90_on, late_share, actual_on; empty days: never within
    two years, or not known.
    """

    scores: dict[str, Score]
    predictions: pl.DataFrame
    choice: Choice


@dataclass(frozen=True)
class _Day:
    """The predictions of one day, and the money of the weeks after it, by who forecast it and weeks."""

    as_of: date
    rows: pl.DataFrame
    cash: Mapping[tuple[str, int], float]


def back_test(
    items: pl.DataFrame,
    customers: int,
    test_from: date,
    last: date,
    *,
    terms: Laws = DEFAULTS,
    weekly: bool = True,
    compete: Champion = COMPETE,
    boost: Boost = BOOST,
    testing: Testing = TESTING,
    workdays: Workdays = WORKDAYS,
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
    known = as_known(items, before)
    if known.filter(pl.col("end") == "paid").is_empty():
        raise SolventError("payment.backtest.nothing_before", day=test_from.isoformat())
    new = items.filter(pl.col("issued_on") >= test_from)
    if new.is_empty():
        raise SolventError("payment.backtest.nothing_after", day=test_from.isoformat())
    choice = choose(known, customers, before, laws=terms, terms=compete, boost=boost)
    champion = learned(choice, known, before, customers, boost=boost)
    made = told(predicted(champion, new, before), known, last)
    scores = {"new_items": _scored(made)}
    frames = [_dated(made, "new_items")]
    if weekly:
        trees = None if champion.model is None else champion.model.trees
        player = _Player(items, customers, last, choice, boost, testing, workdays)
        days = list(player.mondays(test_from, trees))
        made = pl.concat([day.rows for day in days]) if days else made.clear()
        scores["open_book"] = _scored(made) | {"mondays": len(days)} | _cash(days, last, "")
        for name in BASELINES:
            scores["open_book"]["baselines"][name] |= _cash(days, last, name)
        frames.append(_dated(made, "open_book"))
    return BackTest(scores, pl.concat(frames), choice)


@dataclass(frozen=True)
class _Player:
    """Plays the open book again, Monday by Monday; nothing of one Monday is kept for the next but trees and rows."""

    items: pl.DataFrame
    customers: int
    last: date
    choice: Choice
    boost: Boost
    testing: Testing
    workdays: Workdays

    def mondays(self, first: date, trees: Trees | None) -> Iterator[_Day]:
        monday = first + timedelta(days=-first.weekday() % 7)
        grown_on = first
        while monday < self.last:
            known = as_known(self.items, monday)
            book = self.items.filter(
                (pl.col("issued_on") <= monday) & (pl.col("ended_on").is_null() | (pl.col("ended_on") > monday))
            )
            if trees is not None and (monday - grown_on).days >= self.testing.refit_days:
                trees = grown(known, monday, self.customers, self.choice.terms, self.boost)
                grown_on = monday
            if book.height:
                yield self.day(known, book, monday, trees)
            monday += timedelta(days=7)

    def day(self, known: pl.DataFrame, book: pl.DataFrame, monday: date, trees: Trees | None) -> _Day:
        champion = learned(self.choice, known, monday, self.customers, boost=self.boost, trees=trees)
        curves = predicted(champion, book, monday)
        rows = told(curves, known, self.last)
        country = calendar(known, self.workdays)
        return _Day(monday, rows, _money(curves, rows, country))


def _money(curves: Curves, rows: pl.DataFrame, country: str | None) -> Mapping[tuple[str, int], float]:
    """The money of the weeks after a day: what came ("actual"), what was forecast (""), and by each baseline."""
    worth = curves.items.get_column("worth").to_numpy()
    ours = expected(curves, worth, [7 * weeks for weeks in WEEKS], country)
    money = {("", weeks): float(ours[place]) for place, weeks in enumerate(WEEKS)}
    for weeks in WEEKS:
        reach = curves.age + 7 * weeks
        for name in ("delay", *BASELINES):
            money["actual" if name == "delay" else name, weeks] = float(
                (worth * (rows.get_column(name).to_numpy() <= reach)).sum()
            )
    return money


def _scored(rows: pl.DataFrame) -> Score:
    """All protocols' common keys, over every prediction of every day alike."""
    paid = int(rows.get_column("delay").is_finite().sum())
    return {
        "mae_days": mae(rows, f"q{MEDIAN}"),
        "late_auc": late_auc(rows, "late_share"),
        "band80_coverage": within(rows, *BAND_80),
        "crps": mean_crps(rows),
        "items": paid,
        "not_yet_paid": rows.height - paid,
        "baselines": {
            name: {
                "mae_days": mae(rows, name),
                "late_auc": late_auc(rows, name),
                "band80_coverage": None,
                "crps": mean_crps(rows, name),
            }
            for name in BASELINES
        },
    }


def _cash(days: list[_Day], last: date, by: str) -> Score:
    """Error of the money of the open book over the weeks after each Monday of which all weeks are known."""
    score: Score = {}
    for weeks in WEEKS:
        whole = [day.cash for day in days if day.as_of + timedelta(days=7 * weeks) <= last]
        score[f"cash_wape_{weeks}w"] = wape(
            np.array([cash[by, weeks] for cash in whole]), np.array([cash["actual", weeks] for cash in whole])
        )
    return score


def _dated(rows: pl.DataFrame, protocol: str) -> pl.DataFrame:
    """The predictions as days."""
    columns = {"median_on": f"q{MEDIAN}", "p10_on": f"q{BAND_80[0]}", "p90_on": f"q{BAND_80[1]}", "actual_on": "delay"}

    def on(column: str) -> pl.Expr:
        known = pl.when(pl.col(column).is_finite()).then(column).cast(pl.Int64)
        return pl.col("due_on") + pl.duration(days=known)

    return rows.select(
        pl.lit(protocol).alias("protocol"),
        "item_id",
        "as_of",
        *(on(columns[name]).alias(name) for name in ("median_on", "p10_on", "p90_on")),
        "late_share",
        on("delay").alias("actual_on"),
    )
