"""Calibration: from a score to the chance of failure, learned on scores that were told out of fold.

Two ways: Platt's, a logistic curve of the score, which needs few failures, and isotonic regression, which takes any
rising shape. The one with the better log loss out of fold is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.credit.scorecard.logistic import fit, sigmoid
from solvent.credit.scorecard.quality import Bools, Floats, Ints, log_loss

_RIDGE = 1e-6
_ORDER = 1e-6
"""Weight of the logistic curve inside the flat steps of the isotonic one, so that equal chances keep their order."""


@dataclass(frozen=True)
class Calibration:
    """A rising curve from score to chance.

    way: ``platt`` or ``isotonic``. start, slope: of the logistic curve. knots, levels: of the isotonic one, linear
    between knots, flat beyond; empty for Platt's way.
    """

    way: str
    start: float
    slope: float
    knots: Floats
    levels: Floats

    def chance(self, score: Floats) -> Floats:
        """The chance of failure of each score, above 0 and below 1."""
        smooth = sigmoid(self.start + self.slope * score)
        if self.way == "isotonic":
            smooth = (1.0 - _ORDER) * np.interp(score, self.knots, self.levels) + _ORDER * smooth
        told: Floats = np.clip(smooth, 1e-9, 1.0 - 1e-9)
        return told


def pooled(wanted: Floats, weight: Floats) -> tuple[Floats, Ints]:
    """Isotonic regression by pooling adjacent violators (Ayer et al. 1955): least squares among rising sequences.

    Returns:
        the level of each block, rising strictly, and where each block begins.

    >>> levels, starts = pooled(np.array([1.0, 3.0, 2.0]), np.ones(3))
    >>> levels.tolist(), starts.tolist()
    ([1.0, 2.5], [0, 1])
    """
    level: list[float] = []
    mass: list[float] = []
    first: list[int] = []
    for place, (own, one) in enumerate(zip(wanted.tolist(), weight.tolist(), strict=True)):
        begin, value, heavy = place, own, one
        while level and level[-1] >= value:
            before, already = mass.pop(), level.pop()
            value = (value * heavy + already * before) / (heavy + before)
            heavy += before
            begin = first.pop()
        level.append(value)
        mass.append(heavy)
        first.append(begin)
    return np.array(level), np.array(first, dtype=np.int64)


def isotonic(score: Floats, failed: Bools) -> tuple[Floats, Floats]:
    """The rising step curve nearest to the outcomes: each distinct score (rising) and its level."""
    distinct, place, count = np.unique(score, return_inverse=True, return_counts=True)
    share = np.bincount(place, failed.astype(np.float64)) / count
    level, starts = pooled(share, count.astype(np.float64))
    sizes = np.diff(np.append(starts, len(distinct)))
    return distinct, np.repeat(level, sizes)


def calibrate(score: Floats, failed: Bools, fold: Ints, way: str = "best") -> Calibration:
    """The curve from score to chance.

    Args:
        score: told by models that had not seen the row.
        fold: the fold of each row, in which the two ways are compared.
        way: ``platt``, ``isotonic``, or ``best``: whichever has the lower log loss on folds left out.
    """
    if way == "best":
        losses = dict.fromkeys(("platt", "isotonic"), 0.0)
        for held in np.unique(fold):
            rest = fold != held
            if not failed[rest].any() or failed[rest].all():
                continue
            for name in losses:
                told = _curve(score[rest], failed[rest], name).chance(score[~rest])
                losses[name] += log_loss(failed[~rest], told) * len(told)
        way = min(losses, key=lambda name: losses[name])
    return _curve(score, failed, way)


def _curve(score: Floats, failed: Bools, way: str) -> Calibration:
    """Platt's targets are drawn in by one row of each kind, so that a perfect score does not give certainty."""
    yes, no = int(failed.sum()), int((~failed).sum())
    middle, spread = float(score.mean()), float(score.std()) or 1.0
    wanted = np.where(failed, (yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0))
    curve = fit(((score - middle) / spread)[:, None], wanted, _RIDGE)
    slope = max(float(curve.weights[0]), 0.0) / spread
    start = curve.start - slope * middle
    if way == "platt":
        return Calibration("platt", start, slope, np.empty(0), np.empty(0))
    distinct, place, count = np.unique(score, return_inverse=True, return_counts=True)
    share = np.bincount(place, failed.astype(np.float64)) / count
    level, starts = pooled(share, count.astype(np.float64))
    rows = np.add.reduceat(count, starts).astype(np.float64)
    knots = np.add.reduceat(distinct * count, starts) / rows
    drawn = (level * rows + yes / (yes + no)) / (rows + 1.0)  # a small step at either end is drawn in, then pooled anew
    levels, again = pooled(drawn, rows)
    knots = np.add.reduceat(knots * rows, again) / np.add.reduceat(rows, again)
    return Calibration("isotonic", start, slope, knots, levels)
