"""Answers: what a set of paths says about the floor, in few figures that two sets can be compared by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from solvent.decisions.liquidity.gap import DEFAULTS, Gaps
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Answers:
    """Figures of one set of paths; money in minor units.

    lowest: median over paths of the lowest balance of the horizon; lowest_on: end of the bin in which the median
    balance is lowest. chance: to be under the line in any week. gap_on: end of the first week whose chance reaches
    the term of a gap; None: none does. gap: mean shortfall of the paths under the line in that week; 0 without one.
    deep: 95 % quantile of the deepest shortfall of a path under the line. end: median balance at the end.
    """

    lowest: int
    lowest_on: date
    chance: float
    gap_on: date | None
    gap: int
    deep: int
    end: int


def answers(paths: CashPaths, line: float, terms: Gaps = DEFAULTS) -> Answers:
    """The figures of ``paths`` against ``line``."""
    balance, horizon = paths.balance, paths.horizon
    starts = np.flatnonzero(np.diff(horizon.week_of, prepend=-1))
    weekly = np.minimum.reduceat(balance, starts, axis=1)
    deepest = line - weekly.min(axis=1)
    under = deepest[deepest > 0]
    reached = np.flatnonzero((weekly < line).mean(axis=0) >= terms.chance - 1e-12)
    gap_on, gap = None, 0
    if len(reached):
        week = int(reached[0])
        short = line - weekly[:, week]
        gap_on, gap = horizon.week_ends[week], round(float(short[short > 0].mean()))
    return Answers(
        lowest=round(float(np.median(line - deepest))),
        lowest_on=horizon.ends[int(np.argmin(np.median(balance, axis=0)))],
        chance=len(under) / paths.count,
        gap_on=gap_on,
        gap=gap,
        deep=round(float(np.quantile(under, 0.95))) if len(under) else 0,
        end=round(float(np.median(balance[:, -1]))),
    )
