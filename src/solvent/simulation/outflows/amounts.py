"""Amounts: how much a recurring payment will be, by the way that did best on its own past, and how far that was off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, hypot, sqrt

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats

Q80 = 1.2815515655446004
"""Half of an 80 % band in standard deviations."""


@dataclass(frozen=True)
class Amounts(Terms, key="simulation.outflows.amounts"):
    """How amounts are foreseen and how sure that is."""

    origins: int = term(24, unit="last points of the past from which each way is tried", source="own choice")
    fewest: int = term(3, unit="points without which no way is tried", source="own choice")
    margin: float = term(
        0.1, unit="by how much less a richer way must err to be preferred", source="own choice: simple ways last"
    )
    short_spread: float = term(
        0.2, unit="standard deviation of an amount seen too seldom", source="own choice: told as not known well"
    )
    steady_share: float = term(
        0.01, unit="span of amounts over their mean, up to which they are fixed", source="own choice: cents, a fee"
    )
    worst_share: float = term(
        0.3, unit="of the root mean square error, under which the spread never is", source="own choice: jumps come"
    )
    few_origins: float = term(
        1.5,
        unit="times by which the variance grows where one origin alone is known",
        source="own choice: Student's law",
    )
    ratio_times: int = term(
        9, unit="times from which a ratio to sales is tried", source="own choice: two years of quarters"
    )
    ratio_last: int = term(12, unit="last times of which a ratio to sales is the median", source="own choice: a year")
    most_lag: int = term(3, unit="months between sales and what follows from them", most=1_200, source="own choice")


DEFAULTS = Amounts()

LAST, MEDIAN, QUARTER, YEAR, SEASON, SALES = "last", "median", "quarter", "year", "season", "sales"
"""The last amount; the median of three; the mean of a quarter's and of a year's; last year's times the change since; a
share of sales."""


@dataclass(frozen=True)
class Foreseen:
    """What an amount will be. levels: [ahead], the next times. way: how. common, own: standard deviations relative to
    the level, of all times together and of each. error: mean absolute error of the way, relative; nan: not tried."""

    levels: Floats
    way: str
    common: float
    own: float
    error: float


def foresee(values: Floats, a_year: float, ahead: int, terms: Amounts = DEFAULTS) -> Foreseen:
    """The next amounts out of the past ones.

    Args:
        values: [times], oldest first, nan: missed; at least one is known. a_year: how many times a year.
    """
    known = values[~np.isnan(values)]
    ways = _ways(a_year)
    if len(known) < terms.fewest + 1:
        spread = terms.short_spread / sqrt(len(known))
        return Foreseen(_last(values, ahead), LAST, spread, spread / 2, float("nan"))
    steps = max(1, min(ceil(a_year / 2), ahead))
    first = max(terms.fewest, len(values) - terms.origins)
    best = None
    for name, way in ways.items():
        errors = _errors(values, way, steps, first)
        if errors is None:
            continue
        error = float(np.nanmean(np.abs(errors)))
        if best is None or error < (1.0 - terms.margin) * best[1]:
            best = (name, error, errors)
    if best is None:  # nothing but zeros
        return Foreseen(_last(values, ahead), LAST, terms.short_spread, terms.short_spread, float("nan"))
    common, own = spreads(best[2], terms)
    # Under a year no season can show: what changes at all may change more than it did yet.
    unseen = max(1.0 - len(values) / a_year, 0.0)
    if unseen and float(np.ptp(known)) > terms.steady_share * float(np.mean(known)):
        common = hypot(common, terms.short_spread * unseen)
    return Foreseen(ways[best[0]](values, ahead), best[0], common, own, best[1])


def spreads(errors: Floats, terms: Amounts = DEFAULTS) -> tuple[float, float]:
    """What all times are off together, and each by itself, out of relative errors [origins, steps], nan: none.

    The band that held four of five errors gives the size; how alike the errors from one origin are gives the parts.
    """
    flat = errors[~np.isnan(errors)]
    mean_square = float(np.mean(flat**2))
    size = max(float(np.quantile(np.abs(flat), 0.8)) / Q80, terms.worst_share * sqrt(mean_square))
    # Origins overlap: so many of them are worth one. Few tell little, as Student's law has it.
    alone = max(float((~np.isnan(errors).all(axis=1)).sum()) / errors.shape[1], 1.0)
    size *= sqrt(1.0 + terms.few_origins / alone)
    share = 0.0
    if mean_square > 0 and errors.shape[1] > 1:
        sums, counts = np.nansum(errors, axis=1), (~np.isnan(errors)).sum(axis=1)
        pairs = float((sums**2 - np.nansum(errors**2, axis=1)).sum())
        number = float((counts * (counts - 1)).sum())
        share = min(max(pairs / number / mean_square, 0.0), 1.0) if number else 0.0
    return size * sqrt(share), size * sqrt(1.0 - share)


def ratio_to(values: Floats, drivers: Floats, terms: Amounts = DEFAULTS) -> Foreseen | None:
    """How an amount follows a driver: their ratio as ``levels`` (of length 1).

    The ratio of each past time is foreseen as the median of those before it. None where there are too few of both, or
    the driver is nothing too often.

    Args:
        values, drivers: [times], oldest first, nan: not known.
    """
    good = ~np.isnan(values) & (np.nan_to_num(drivers) > 0)
    if good.sum() < terms.ratio_times:
        return None
    ratio = values[good] / drivers[good]
    first = max(terms.fewest, len(ratio) - terms.origins)
    middles = np.array([np.median(ratio[max(0, at - terms.ratio_last) : at]) for at in range(first, len(ratio) + 1)])
    if not (middles > 0).all():
        return None
    errors = (ratio[first:] / middles[:-1] - 1.0)[:, None]
    common, own = spreads(errors, terms)
    half = sqrt((common**2 + own**2) / 2)
    return Foreseen(middles[-1:], SALES, half, half, float(np.abs(errors).mean()))


Way = Callable[[Floats, int], Floats]


def _ways(a_year: float) -> Mapping[str, Way]:
    """Ways from the plainest on, by how many times a year the amount comes."""
    year = max(round(a_year), 1)
    told: dict[str, Way] = {LAST: _last, MEDIAN: _median}
    if year > 2:
        told[QUARTER] = lambda values, ahead: np.full(ahead, _mean(values[-max(year // 4, 2) :], values))
        told[YEAR] = lambda values, ahead: np.full(ahead, _mean(values[-year:], values))
    if year > 1:
        told[SEASON] = lambda values, ahead: _season(values, ahead, year)
    return told


def _errors(values: Floats, way: Way, steps: int, first: int) -> Floats | None:
    """[origins, steps]: actual over foreseen less 1, of the mean that was foreseen; None: the way was never there."""
    rows = []
    for at in range(first, len(values)):
        if np.isnan(values[:at]).all():
            continue
        told = way(values[:at], steps)
        size = float(np.nanmean(np.abs(told))) if not np.isnan(told).all() else 0.0
        row = np.full(steps, np.nan)
        reach = min(steps, len(values) - at)
        if size > 0:
            row[:reach] = (values[at : at + reach] - told[:reach]) / size
        rows.append(row)
    if not rows or np.isnan(rows).all():
        return None
    errors = np.array(rows)
    # A way that needs a year of past has few origins: under three it is not tried.
    return errors if (~np.isnan(errors).all(axis=1)).sum() >= min(3, len(values) - first) else None


def _last(values: Floats, ahead: int) -> Floats:
    return np.full(ahead, values[~np.isnan(values)][-1])


def _median(values: Floats, ahead: int) -> Floats:
    return np.full(ahead, float(np.median(values[~np.isnan(values)][-3:])))


def _mean(part: Floats, whole: Floats) -> float:
    known = part[~np.isnan(part)]
    return float(known.mean()) if len(known) else float(whole[~np.isnan(whole)][-1])


def _season(values: Floats, ahead: int, year: int) -> Floats:
    """The same time last year times the median change since; nan where a year and a quarter are not known."""
    if len(values) < year + 1:
        return np.full(ahead, np.nan)
    back = min(max(year // 2, 1), len(values) - year)
    now, then = values[-back:], values[len(values) - back - year : len(values) - year]
    both = ~np.isnan(now) & (np.nan_to_num(then) > 0)
    if not both.any():
        return np.full(ahead, np.nan)
    base = values[len(values) - year + np.arange(ahead) % year]
    told: Floats = np.where(np.isnan(base), _median(values, 1)[0], base * float(np.median(now[both] / then[both])))
    return told
