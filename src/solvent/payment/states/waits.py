"""Waits: how long something takes, counted from waits that ended and waits that still run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.payment.grid import Bools, Floats, Ints

MOST = 730
"""Days beyond which nobody waits: what takes longer counts as never."""


@dataclass(frozen=True)
class Waits:
    """The law of a wait in whole days; frozen. cumulative, at_risk: [MOST + 1], by day.

    cumulative: chance of at most so many days. at_risk: how many waits had lasted so many days or longer.
    """

    cumulative: Floats
    at_risk: Floats

    def after(self, passed: int, days: int) -> Floats:
        """[days + 1]: chance to end within so many days more, after ``passed`` days; 0 on day 0."""
        reach = np.minimum(passed + np.arange(days + 1), MOST)
        by_now = self.cumulative[reach[0]]
        left = 1.0 - by_now
        if left <= 1e-9:
            return np.zeros(days + 1)
        told: Floats = (self.cumulative[reach] - by_now) / left
        return told

    def behind(self, passed: int) -> float:
        """How many waits tell of what comes after ``passed`` days."""
        return float(self.at_risk[min(passed + 1, MOST)])


def counted(days: Ints, ended: Bools, prior: Floats | None = None, weight: float = 0.0) -> Waits:
    """The law of waits: in each day those that ended over those at risk, on top of a prior.

    Args:
        days: [waits], how long each has lasted; negative counts as 0.
        ended: [waits]; false: it still runs.
        prior: [MOST + 1], a cumulative law as good as ``weight`` waits; None: none.
    """
    lasted = np.clip(days, 0, MOST)
    size = MOST + 1
    events = np.bincount(lasted[ended & (days <= MOST)], None, size).astype(np.float64)
    at_risk = np.bincount(lasted, None, size)[::-1].cumsum()[::-1].astype(np.float64)
    above, below = events.copy(), at_risk.copy()
    if prior is not None:
        before = np.concatenate([[0.0], prior[:-1]])
        above += weight * (prior - before)
        below += weight * (1.0 - before)
    hazard = np.divide(above, below, out=np.zeros(size), where=below > 1e-12)
    law = (1.0 - np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0))).astype(np.float64)
    return Waits(law, at_risk)


def memoryless(median_days: float) -> Floats:
    """[MOST + 1]: the cumulative law of a wait that ends on any day with the same chance, half by the median.

    >>> float(memoryless(10.0)[10].round(12)), float(memoryless(10.0)[20].round(12))
    (0.5, 0.75)
    """
    law: Floats = 1.0 - 0.5 ** (np.arange(MOST + 1) / max(median_days, 0.5))
    return law


def steps(cumulative: Floats) -> Floats:
    """What a cumulative law adds each day, along the last axis."""
    return np.diff(cumulative, axis=-1, prepend=0.0)


def after_another(first: Floats, second: Floats) -> Floats:
    """Cumulative chance that one wait and then another are over, [..., days], as both are told along the last axis."""
    days = first.shape[-1]
    lag = np.arange(days)[None, :] - np.arange(days)[:, None]
    table = np.where(lag >= 0, second[np.clip(lag, 0, None)], 0.0)
    told: Floats = steps(first) @ table
    return told
