"""Scoreboard: what was forecast at the last month ends, beside what then happened; the champion beside the plain ways.

Each forecast is made again from what was known on its day: the champion's laws fitted on it, its trees grown before the
first of them. Nothing is looked up that a forecaster of that day could not have known, but the name of the champion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.terms import Terms, term
from solvent.payment.champion import Choice, learned, predicted
from solvent.payment.curves import Curves
from solvent.payment.grid import Floats
from solvent.payment.history import as_known
from solvent.payment.scoring.baselines import BASELINES, baseline_delays
from solvent.payment.scoring.told import MEDIAN, calendar, expected, late_auc, mae, mean_crps, told, within
from solvent.payment.states.workdays import DEFAULTS as WORKDAYS
from solvent.payment.states.workdays import Workdays

OURS = "solvent"
BY = (OURS, *BASELINES)
BANDS: Mapping[str, tuple[float, float]] = {
    "coverage_50": (0.25, 0.75),
    "coverage_80": (0.1, 0.9),
    "coverage_95": (0.025, 0.975),
}


@dataclass(frozen=True)
class Board(Terms, key="payment.scoreboard"):
    """How far back the scoreboard looks."""

    months: int = term(6, unit="month ends of which forecasts are scored", source="own choice: half a year, cheap")
    weeks: int = term(8, unit="weeks ahead", source="DESIGN 1: weekly error by lead time")
    countdown_weeks: int = term(
        4, unit="weeks of the past whose forecasts are counted down", source="own choice: a month"
    )
    most_items: int = term(
        3_000, unit="items scored at each month end", source="own choice: time; cash is of all items all the same"
    )


DEFAULTS = Board()


@dataclass(frozen=True)
class Scoreboard:
    """How good the forecasts of the last months were; frozen.

    items: a row a month end and forecaster: made_on (Date), by (String, one of BY), items (Int64, of those scored, paid
    by now), not_yet_paid (Int64), mae_days, crps, late_auc, coverage_50, coverage_80, coverage_95 (Float64; empty where
    nothing tells, coverage where the forecaster names one day only).
    weeks: a row a month end, week ahead and forecaster: made_on, lead_weeks (Int64, from 1), week_from, week_upto
    (Date), by, forecast, actual (Float64, minor units of the books' currency; of the items open when it was made).
    leads: over all month ends, a row a week ahead and forecaster: lead_weeks, by, forecasts (Int64), wape (Float64).
    countdown: successive forecasts of the same week, a row each: week_upto, lead_weeks, made_on, by, forecast, actual.
    """

    items: pl.DataFrame
    weeks: pl.DataFrame
    leads: pl.DataFrame
    countdown: pl.DataFrame


def scoreboard(
    items: pl.DataFrame,
    customers: int,
    as_of: date,
    choice: Choice,
    *,
    terms: Board = DEFAULTS,
    workdays: Workdays = WORKDAYS,
) -> Scoreboard:
    """The scoreboard at the end of ``as_of``.

    Args:
        items: as known at ``as_of``, with ``worth``.
        customers: how many customers the journal numbers.
        choice: the champion.
    """
    whole = _Whole(items, customers, as_of, choice, workdays)
    scored, weekly = [_NO_ITEMS], [_NO_WEEKS]
    for made_on in [day for day in month_ends(as_of, terms.months + 1) if day < as_of][-terms.months :]:
        forecast = whole.forecast(made_on)
        if forecast is None:
            continue
        curves, known = forecast
        scored.append(_items(_some(curves, terms.most_items), known, as_of))
        weekly.append(_weeks(curves, known, as_of, range(1, terms.weeks + 1), workdays))
    weeks = pl.concat(weekly)
    return Scoreboard(pl.concat(scored), weeks, _leads(weeks), _countdown(whole, terms))


@dataclass(frozen=True)
class _Whole:
    """All that happened, and whose forecasts are asked for."""

    items: pl.DataFrame
    customers: int
    as_of: date
    choice: Choice
    workdays: Workdays

    def forecast(self, made_on: date) -> tuple[Curves, pl.DataFrame] | None:
        """The curves of what was open, with how it ended, and the history as known; None: nothing could be said."""
        known = as_known(self.items, made_on)
        runs = pl.col("ended_on").is_null() | (pl.col("ended_on") > made_on)
        book = self.items.filter((pl.col("issued_on") <= made_on) & runs)
        if book.is_empty() or known.filter(pl.col("end") == "paid").is_empty():
            return None
        champion = learned(self.choice, known, made_on, self.customers, trees=self.choice.trees)
        return predicted(champion, book, made_on), known


def _some(curves: Curves, most: int) -> Curves:
    every = max(1, -(-len(curves.age) // most))
    return curves.keep(np.arange(len(curves.age)) % every == 0)


def _items(curves: Curves, known: pl.DataFrame, last: date) -> pl.DataFrame:
    shares = sorted({MEDIAN, *(share for band in BANDS.values() for share in band)})
    rows = told(curves, known, last, shares)
    paid = int(rows.get_column("delay").is_finite().sum())
    return pl.DataFrame(
        [
            {
                "made_on": curves.as_of,
                "by": by,
                "items": paid,
                "not_yet_paid": rows.height - paid,
                "mae_days": mae(rows, f"q{MEDIAN}" if by == OURS else by),
                "crps": mean_crps(rows, "" if by == OURS else by),
                "late_auc": late_auc(rows, "late_share" if by == OURS else by),
                **{name: within(rows, *band) if by == OURS else None for name, band in BANDS.items()},
            }
            for by in BY
        ],
        schema=_NO_ITEMS.schema,
    )


def _weeks(curves: Curves, known: pl.DataFrame, last: date, leads: Sequence[int], workdays: Workdays) -> pl.DataFrame:
    """The money of each whole week ahead: forecast by each, and what came."""
    days = (pl.col("ended_on") - pl.col("due_on")).dt.total_days().cast(pl.Float64)
    paid = curves.items.select(pl.when(pl.col("end") == "paid").then(days).fill_null(np.inf)).to_series().to_numpy()
    named = {"delay": paid, **baseline_delays(known, curves.items, curves.as_of)}
    worth = curves.items.get_column("worth").to_numpy()
    whole = [lead for lead in leads if curves.as_of + timedelta(days=7 * lead) <= last]
    ends = np.array([7 * lead for lead in whole], dtype=np.int64)
    both = np.concatenate([ends - 7, ends])
    country = calendar(known, workdays)
    money: dict[str, Floats] = {OURS: expected(curves, worth, both.tolist(), country)}
    for name, delay in named.items():
        money[name] = worth @ (delay[:, None] <= curves.age[:, None] + both[None, :])
    lots = [
        {
            "made_on": curves.as_of,
            "lead_weeks": lead,
            "week_from": curves.as_of + timedelta(days=7 * lead - 6),
            "week_upto": curves.as_of + timedelta(days=7 * lead),
            "by": by,
            "forecast": float(money[by][len(whole) + place] - money[by][place]),
            "actual": float(money["delay"][len(whole) + place] - money["delay"][place]),
        }
        for place, lead in enumerate(whole)
        for by in BY
    ]
    return pl.DataFrame(lots, schema=_NO_WEEKS.schema)


def _leads(weeks: pl.DataFrame) -> pl.DataFrame:
    total = pl.col("actual").abs().sum()
    error = (pl.col("forecast") - pl.col("actual")).abs().sum()
    told_by = weeks.group_by("lead_weeks", "by").agg(
        pl.len().cast(pl.Int64).alias("forecasts"), pl.when(total > 0).then(error / total).alias("wape")
    )
    order = pl.col("by").replace_strict({by: place for place, by in enumerate(BY)}, return_dtype=pl.Int64)
    return told_by.sort("lead_weeks", order)


def _countdown(whole: _Whole, terms: Board) -> pl.DataFrame:
    """What was said of each of the last whole weeks at the end of every week before it."""
    last = whole.as_of - timedelta(days=whole.as_of.isoweekday() % 7)
    targets = [last - timedelta(days=7 * back) for back in range(terms.countdown_weeks - 1, -1, -1)]
    frames = [_NO_WEEKS]
    for back in range(terms.weeks + terms.countdown_weeks - 1, 0, -1):
        made_on = last - timedelta(days=7 * back)
        leads = [lead for day in targets if 0 < (lead := (day - made_on).days // 7) <= terms.weeks]
        forecast = whole.forecast(made_on)
        if forecast is not None:
            frames.append(_weeks(forecast[0], forecast[1], whole.as_of, leads, whole.workdays))
    columns = ("week_upto", "lead_weeks", "made_on", "by", "forecast", "actual")
    return pl.concat(frames).select(columns).sort("week_upto", "made_on", maintain_order=True)


_NO_ITEMS = pl.DataFrame(
    schema={
        "made_on": pl.Date,
        "by": pl.String,
        "items": pl.Int64,
        "not_yet_paid": pl.Int64,
        "mae_days": pl.Float64,
        "crps": pl.Float64,
        "late_auc": pl.Float64,
        **dict.fromkeys(BANDS, pl.Float64),
    }
)
_NO_WEEKS = pl.DataFrame(
    schema={
        "made_on": pl.Date,
        "lead_weeks": pl.Int64,
        "week_from": pl.Date,
        "week_upto": pl.Date,
        "by": pl.String,
        "forecast": pl.Float64,
        "actual": pl.Float64,
    }
)
