"""Forecast: monthly sales carried on in the way that did best on the company's own past, and how wrong it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats, Ints
from solvent.simulation.sales.season import DEFAULTS as SEASON
from solvent.simulation.sales.season import YEAR, Season, indices
from solvent.simulation.sales.ways import COMBINED, GROWN, MEAN, NAIVE, WAYS, carried_on, growth, year_before


@dataclass(frozen=True)
class Forecasting(Terms, key="simulation.sales.forecast"):
    """How the way is chosen and how far its own past errors are believed."""

    origins: int = term(
        24, unit="months of the past from which the ways are tried", most=1_200, source="own choice: two seasons"
    )
    ahead: int = term(6, unit="months ahead at which they are scored", most=1_200, source="REQUIREMENTS CA-03")
    least_origins: int = term(4, unit="trials below which nothing is chosen", source="own choice")
    margin: float = term(
        0.10,
        unit="share by which a way must do better than the combined one",
        most=10,
        source="own choice: choice is noisy too",
    )
    usual_error: float = term(
        0.20, unit="standard deviation of a month's error where nothing is known", source="own choice"
    )
    usual_season: float = term(
        0.20, unit="standard deviation added where the season is not known", source="own choice: a trading company's"
    )
    usual_origins: float = term(2.0, unit="trials that the usual error is worth", source="own choice")
    widest: float = term(1.2, unit="largest standard deviation of an error", source="own choice: a factor of 3.3")


DEFAULTS = Forecasting()

SHORT = 3
"""Months below which there is a mean and nothing else."""


@dataclass(frozen=True)
class Spread:
    """How the logarithm of sales over forecast varies: three independent parts, as variances.

    month: of each month alone. level: of all months ahead together, since the level of today is itself uncertain.
    drift: of every further month, which stays. The variance h months ahead is month + level + drift x h.
    """

    month: float
    level: float
    drift: float

    def deviations(self, ahead: int) -> Floats:
        """[ahead]: the standard deviation one, two, ... months ahead."""
        told: Floats = np.sqrt(self.month + self.level + self.drift * np.arange(1, ahead + 1))
        return told


@dataclass(frozen=True)
class Forecast:
    """Sales of the months ahead; frozen.

    way: one of ``ways.WAYS``. expected: [ahead], mean sales of each, never negative. spread: of the logarithm around
    it. season: [12], 1 on average. scores: each way's mean absolute error over that of the seasonal naive way, on the
    same trials; empty where there were none. error: that of the way kept, as a share of mean sales; infinite without
    trials. origins: how many trials there were. seasonal: the history is long enough to tell a season.
    """

    way: str
    expected: Floats
    spread: Spread
    season: Floats
    scores: Mapping[str, float]
    error: float
    origins: int
    seasonal: bool


def forecast(
    sold: Floats,
    phase: int,
    ahead: int,
    weights: Floats | None = None,
    *,
    season: Season = SEASON,
    terms: Forecasting = DEFAULTS,
) -> Forecast:
    """Carry monthly sales on.

    Every way is tried from each of the last months with what was known there, season included; the combined way is
    kept unless another did better by a margin. The errors of the way that is kept are the errors that it will have.

    Args:
        sold: [months], oldest first, of any sign; at least one.
        phase: place in the year, 0 January, of the first.
        ahead: months to tell.
        weights: [months + ahead], workdays of each month; sales are then carried on by the workday.
    """
    count = len(sold)
    days = np.ones(count + ahead) if weights is None else weights / weights[:count].mean()
    even = sold / days[:count]
    reach = max(min(terms.ahead, count - SHORT), 0)
    first = max(SHORT, count - terms.origins, count // 3)
    origins: Ints = np.arange(first, count if reach else first, dtype=np.int64)
    lengths: Ints = np.append(origins, count)
    seasons = [indices(even[:length], phase, season) for length in lengths]
    index = np.array([told[(phase + np.arange(count + ahead)) % YEAR] for told in seasons])
    far = max(reach, ahead)
    told = dict(carried_on(even[None, :] / index[:, :count], lengths, far))
    for way, rows in told.items():
        told[way] = rows * _ahead(index, lengths, far)
    told[NAIVE] = np.array([year_before(even, int(length), far) for length in lengths])
    told[GROWN] = told[NAIVE] * np.array([growth(even, int(length)) for length in lengths])[:, None]
    told = {way: np.maximum(told[way], 0.0) for way in WAYS}
    actual = np.full((len(origins), reach), np.nan)
    for row, origin in enumerate(origins):
        reached = even[origin : origin + reach]
        actual[row, : len(reached)] = reached
    scores = _scores({way: rows[:-1, :reach] for way, rows in told.items()}, actual)
    way = _chosen(scores, count, len(origins), terms)
    errors = _errors(told[way][:-1, :reach], actual, even, origins)
    seasonal = count >= season.months
    return Forecast(
        way=way,
        expected=told[way][-1, :ahead] * days[count:],
        spread=_spread(errors, seasonal, terms),
        season=seasons[-1],
        scores={name: score / scores[NAIVE] for name, score in scores.items()} if scores.get(NAIVE) else {},
        error=scores[way] / max(float(np.abs(even).mean()), 1e-9) if scores else float("inf"),
        origins=len(origins),
        seasonal=seasonal,
    )


def _ahead(index: Floats, lengths: Ints, far: int) -> Floats:
    """[origins, far]: the season of the months after each origin; it comes round where the table ends."""
    places = lengths[:, None] + np.arange(far)[None, :]
    places = np.where(places < index.shape[1], places, places - YEAR * -(-(places - index.shape[1] + 1) // YEAR))
    told: Floats = np.take_along_axis(index, np.maximum(places, 0).astype(np.int64), axis=1)
    return told


def _scores(told: Mapping[str, Floats], actual: Floats) -> Mapping[str, float]:
    """Mean absolute error of each way over all trials and months."""
    if not np.isfinite(actual).any():
        return {}
    return {way: float(np.nanmean(np.abs(rows - actual))) for way, rows in told.items()}


def _chosen(scores: Mapping[str, float], count: int, origins: int, terms: Forecasting) -> str:
    if count <= SHORT:
        return MEAN
    if origins < terms.least_origins:
        return COMBINED
    best = min(WAYS, key=lambda way: scores[way])
    return best if scores[best] < (1.0 - terms.margin) * scores[COMBINED] else COMBINED


def _errors(told: Floats, actual: Floats, even: Floats, origins: Ints) -> Floats:
    """[origins, reach]: logarithm of sales over forecast; both count at least a twentieth of the past's mean size."""
    if not len(origins):
        return np.zeros((0, 0))
    size = np.array([np.abs(even[max(int(origin) - YEAR, 0) : int(origin)]).mean() for origin in origins])
    floor = np.maximum(size, 1e-9)[:, None] / 20.0
    errors: Floats = np.log(np.maximum(actual, floor)) - np.log(np.maximum(told, floor))
    return errors


def _spread(errors: Floats, seasonal: bool, terms: Forecasting) -> Spread:
    """The three parts of the error out of its mean products between months ahead, by least squares, none negative.

    A few trials lean on the usual error; and as forecasts from neighbouring origins share most of their errors, an
    allowance is made for what so few of them can tell.
    """
    usual = terms.usual_error**2
    unknown = 0.0 if seasonal else terms.usual_season**2
    if not errors.size:
        return Spread(usual / 2.0 + unknown, usual / 2.0, usual / 12.0)
    reach = errors.shape[1]
    rows, aims, counts = [], [], []
    for one in range(reach):
        for other in range(one, reach):
            both = errors[:, one] * errors[:, other]
            seen = int(np.isfinite(both).sum())
            if seen:
                rows.append((1.0 if one == other else 0.0, 1.0, float(one + 1)))
                aims.append(float(np.nanmean(both)))
                counts.append(float(seen))
    month, level, drift = _least_squares(np.array(rows), np.array(aims), np.sqrt(np.array(counts)))
    trials = float(len(errors))
    known = trials / (trials + terms.usual_origins)
    wider = 1.0 + 1.0 / (trials + terms.usual_origins)
    parts = (
        wider * (known * month + (1.0 - known) * usual / 2.0) + unknown * (1.0 - known),
        wider * (known * level + (1.0 - known) * usual / 2.0),
        wider * (known * drift + (1.0 - known) * usual / 12.0),
    )
    scale = min(1.0, terms.widest**2 / max(sum(parts), 1e-12))
    return Spread(*(part * scale for part in parts))


def _least_squares(rows: Floats, aims: Floats, weights: Floats) -> tuple[float, float, float]:
    """Non-negative least squares in three unknowns: the best of all subsets whose solution is not negative."""
    best, told = float((weights * aims * aims).sum()), (0.0, 0.0, 0.0)
    for size in (1, 2, 3):
        for kept in combinations(range(3), size):
            part = rows[:, kept]
            normal = (part * weights[:, None]).T @ part + 1e-12 * np.eye(size)
            answer = np.linalg.solve(normal, (part * weights[:, None]).T @ aims)
            missed = float((weights * (part @ answer - aims) ** 2).sum())
            if (answer >= 0).all() and missed < best - 1e-15:
                full = np.zeros(3)
                full[list(kept)] = answer
                best, told = missed, (float(full[0]), float(full[1]), float(full[2]))
    return told
