"""Ways: a few plain ways to carry monthly sales on, each a few sums, run for many origins at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from solvent.simulation.horizon import Floats, Ints
from solvent.simulation.sales.season import YEAR

NAIVE, GROWN, MEAN, SMOOTHED, HALF_TREND, DAMPED, COMBINED = (
    "seasonal_naive", "seasonal_grown", "mean", "smoothed", "half_trend", "damped_trend", "combined",
)  # fmt: skip
"""seasonal_naive: the same month of last year. seasonal_grown: the same, times the root of how much more the last year
sold than the one before (as many months of it as are known twice). mean: of the last twelve months. smoothed: simple
exponential smoothing. half_trend: the same, rising by half the slope of a straight line through all (the Theta method
of Assimakopoulos and Nikolopoulos, 2000). damped_trend: Holt's level and trend, the trend fading (Gardner and McKenzie,
1985). combined: the mean of the last three."""

WAYS = (NAIVE, GROWN, MEAN, SMOOTHED, HALF_TREND, DAMPED, COMBINED)

_ALPHAS = np.array([0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8])
_BETAS = np.array([0.02, 0.05, 0.1, 0.2])
_PHIS = np.array([0.8, 0.9, 0.95])


def carried_on(level: Floats, lengths: Ints, ahead: int) -> Mapping[str, Floats]:
    """Each way but the seasonal naive one, for sales without their season.

    Args:
        level: [origins, months], sales with the season taken out, oldest first; what lies beyond an origin's length is
            not looked at.
        lengths: [origins], months known at each origin, at least 1.
        ahead: months to tell.

    Returns:
        Way to [origins, ahead].
    """
    steps = np.arange(1, ahead + 1)
    known = np.arange(level.shape[1])[None, :] < lengths[:, None]
    seen = np.where(known, level, 0.0)
    smoothed, alpha = _smoothed(seen, lengths)
    slope = _slopes(seen, known, lengths) / 2.0
    lag = (1.0 - (1.0 - alpha) ** lengths) / alpha - 1.0
    theta = smoothed[:, None] + slope[:, None] * (steps[None, :] + lag[:, None])
    flat = np.repeat(smoothed[:, None], ahead, axis=1)
    damped = _damped(seen, lengths, ahead)
    late = known & (np.arange(level.shape[1])[None, :] >= lengths[:, None] - YEAR)
    mean = (seen * late).sum(axis=1) / late.sum(axis=1)
    return {
        MEAN: np.repeat(mean[:, None], ahead, axis=1),
        SMOOTHED: flat,
        HALF_TREND: theta,
        DAMPED: damped,
        COMBINED: (flat + theta + damped) / 3.0,
    }


def year_before(sold: Floats, length: int, ahead: int) -> Floats:
    """[ahead]: the same month of the last year known at ``length``; with less than a year, the last month known."""
    back = min(YEAR, length)
    if back < YEAR:
        return np.full(ahead, sold[length - 1])
    told: Floats = sold[length - YEAR + np.arange(ahead) % YEAR]
    return told


def growth(sold: Floats, length: int) -> float:
    """Root of the last months' sales over the same months' a year before, between a half and two; 1 if not known."""
    months = min(YEAR, length - YEAR)
    if months < 3:
        return 1.0
    before = float(sold[length - YEAR - months : length - YEAR].sum())
    if before <= 0:
        return 1.0
    return float(np.sqrt(np.clip(sold[length - months : length].sum() / before, 0.25, 4.0)))


def _smoothed(seen: Floats, lengths: Ints) -> tuple[Floats, Floats]:
    """Simple exponential smoothing: the level at each origin, and the rate that had the smallest one-step errors."""
    level = np.repeat(_start(seen, lengths)[:, None], len(_ALPHAS), axis=1)
    missed = np.zeros(level.shape)
    for month in range(seen.shape[1]):
        runs = (month < lengths)[:, None]
        error = np.where(runs, seen[:, month, None] - level, 0.0)
        missed += error * error
        level = level + _ALPHAS[None, :] * error
    best = missed.argmin(axis=1)
    rows = np.arange(len(seen))
    return level[rows, best], _ALPHAS[best]


def _damped(seen: Floats, lengths: Ints, ahead: int) -> Floats:
    """Holt's linear trend, fading by phi a month, of the rates that had the smallest one-step errors."""
    grid = np.array(np.meshgrid(_ALPHAS, _BETAS, _PHIS, indexing="ij")).reshape(3, -1)
    alpha, beta, phi = grid[0][None, :], grid[1][None, :], grid[2][None, :]
    level = np.repeat(_start(seen, lengths)[:, None], grid.shape[1], axis=1)
    trend = np.zeros(level.shape)
    missed = np.zeros(level.shape)
    for month in range(seen.shape[1]):
        runs = (month < lengths)[:, None]
        expected = level + phi * trend
        error = np.where(runs, seen[:, month, None] - expected, 0.0)
        missed += error * error
        level = np.where(runs, expected + alpha * error, level)
        trend = np.where(runs, phi * trend + alpha * beta * error, trend)
    best = missed.argmin(axis=1)
    rows = np.arange(len(seen))
    fading: Any = np.cumsum(grid[2][best][:, None] ** np.arange(1, ahead + 1)[None, :], axis=1)
    told: Floats = level[rows, best][:, None] + fading * trend[rows, best][:, None]
    return told


def _start(seen: Floats, lengths: Ints) -> Floats:
    """The level to begin with: the mean of the first half year."""
    first = np.minimum(lengths, YEAR // 2)
    places = np.arange(seen.shape[1])[None, :] < first[:, None]
    mean: Floats = (seen * places).sum(axis=1) / first
    return mean


def _slopes(seen: Floats, known: Any, lengths: Ints) -> Floats:
    """The slope of the least-squares line through what is known at each origin; 0 with fewer than three months."""
    place = np.arange(seen.shape[1])[None, :] - (lengths[:, None] - 1) / 2.0
    place = np.where(known, place, 0.0)
    spread = (place * place).sum(axis=1)
    slope: Floats = np.where(lengths >= 3, (place * seen).sum(axis=1) / np.maximum(spread, 1e-9), 0.0)
    return slope
