"""Season: how much of a year's sales falls into each month, believed as far as the years agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats

YEAR = 12
"""Months after which a season comes round again."""


@dataclass(frozen=True)
class Season(Terms, key="simulation.sales.season"):
    """From when on a season is believed."""

    months: int = term(24, unit="months of history below which no season is told", source="own choice: two of each")
    half_life_years: float = term(
        3.0, unit="years after which a month's share counts half", source="own choice: back-tested 3 to 20"
    )
    widest: float = term(10.0, unit="times the year's level that a month counts at most", source="own choice")


DEFAULTS = Season()


def indices(sold: Floats, phase: int, terms: Season = DEFAULTS) -> Floats:
    """[12]: what each month of the year sells, relative to the level around it; 1 on average.

    The classical ratio to the centred twelve-month mean, averaged over the years on the scale of logarithms and shrunk
    by empirical Bayes: weight = between / (between + within / years), where ``within`` is how far the same months of
    different years lie apart. Months that differ no more than chance would have it come out as 1.

    Args:
        sold: [months], sales of each month, oldest first; of any sign.
        phase: place in the year, 0 January, of the first of them.
    """
    level = levels(sold)
    usable = level > 0
    if len(sold) < terms.months or usable.sum() < terms.months:
        return np.ones(YEAR)
    month = (phase + np.arange(len(sold)))[usable] % YEAR
    ratio = np.log(np.clip(sold[usable] / level[usable], 1.0 / terms.widest, terms.widest))
    weight = 0.5 ** (np.arange(len(sold))[::-1][usable] / (YEAR * terms.half_life_years))
    years = np.bincount(month, weight, YEAR)
    if (years <= 0).any():
        return np.ones(YEAR)
    mean = np.bincount(month, weight * ratio, YEAR) / years
    apart = (weight * (ratio - mean[month]) ** 2).sum()
    within = apart / max(weight.sum() * (1.0 - YEAR / len(ratio)), 1e-9)
    between = max(float(np.var(mean)) * YEAR / (YEAR - 1) - within * float((1.0 / years).mean()), 0.0)
    believed = between / (between + within / years) if between > 0 else np.zeros(YEAR)
    index = np.exp(believed * (mean - mean.mean()))
    told: Floats = index / index.mean()
    return told


def levels(sold: Floats) -> Floats:
    """[months]: the centred twelve-month mean of sales; half a year at either end it goes on as steeply as beside it.

    With less than two years: the mean of all.
    """
    count = len(sold)
    if count < 2 * YEAR:
        return np.full(count, sold.mean() if count else 0.0)
    half = YEAR // 2
    twelve = np.convolve(sold, np.ones(YEAR) / YEAR, mode="valid")
    centred = (twelve[1:] + twelve[:-1]) / 2.0
    reach = min(YEAR, len(centred)) - 1
    steps = np.arange(half, 0, -1)
    first, last = (centred[reach] - centred[0]) / reach, (centred[-1] - centred[-1 - reach]) / reach
    told: Floats = np.concatenate([centred[0] - steps * first, centred, centred[-1] + steps[::-1] * last])
    return told
