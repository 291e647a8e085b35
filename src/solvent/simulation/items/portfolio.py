"""Portfolio: the law of credit losses in closed form, to check the paths by and to answer at once.

Two models that the field knows by name: CreditRisk+ (Credit Suisse First Boston 1997), whose losses of many small
debtors come from a product of generating functions, and Vasicek's (1987) limit of a large pool under one Gaussian
factor. The joint simulation has to agree with both where their assumptions hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any

import numpy as np

from solvent.base.problem import SolventError
from solvent.simulation.horizon import Floats
from solvent.simulation.noise import quantiles

MOST = 1 << 22
"""Places of the grid of losses at most."""


@dataclass(frozen=True)
class LossLaw:
    """Chances of losses of 0, 1, 2, … times ``unit``."""

    unit: float
    chances: Floats

    @property
    def mean(self) -> float:
        """The expected loss."""
        return float((np.arange(len(self.chances)) * self.chances).sum() * self.unit)

    @property
    def deviation(self) -> float:
        """The standard deviation of the loss."""
        places = np.arange(len(self.chances))
        mean = float((places * self.chances).sum())
        return sqrt(max(float(((places - mean) ** 2 * self.chances).sum()), 0.0)) * self.unit

    def quantile(self, share: float) -> float:
        """The loss that is not exceeded with chance ``share``, straight lines between the places of the grid."""
        running = np.cumsum(self.chances)
        place = int(np.searchsorted(running, share))
        if place == 0:
            return 0.0
        low, high = running[place - 1], running[min(place, len(running) - 1)]
        return float((place - 1 + (share - low) / max(high - low, 1e-300)) * self.unit)


def credit_risk_plus(exposure: Any, rate: Any, deviation: Any, weights: Any, unit: float | None = None) -> LossLaw:
    """The loss law of CreditRisk+: Poisson failures whose rates move with gamma distributed sectors.

    Evaluated on the unit circle and brought back by one Fourier transform, which has none of the rounding of the
    original's recursion.

    Args:
        exposure, rate, deviation: [debtors], loss if it fails, mean failures, their standard deviation.
        weights: [debtors, sectors], shares of each debtor in the sectors; what is short of 1 is its own.
        unit: loss of one place; None: the hundredth of the largest exposure, rounded up. Exposures are rounded up to
            whole units, and rates lowered so that expected losses stay.

    Raises:
        SolventError: the grid would have more than MOST places: choose a larger unit.
    """
    owed, rates = np.asarray(exposure, dtype=np.float64), np.asarray(rate, dtype=np.float64)
    shares, spread = np.asarray(weights, dtype=np.float64), np.asarray(deviation, dtype=np.float64)
    step = float(np.ceil(owed.max() / 100.0)) if unit is None else unit
    bands = np.maximum(np.ceil(owed / step - 1e-12), 1).astype(np.int64)
    scale = owed / (bands * step)
    means = rates * scale
    mean = float((bands * means).sum())
    over = float(np.sqrt((bands**2 * means).sum() + ((shares * (spread * scale * bands)[:, None]).sum(0) ** 2).sum()))
    size = 1 << int(np.ceil(np.log2(max(64.0, mean + 40.0 * over))))
    if size > MOST:
        raise SolventError("simulation.losses_too_fine", places=size, most=MOST)
    log = _turned(bands, means * (1.0 - shares.sum(axis=1)), size) - (means * (1.0 - shares.sum(axis=1))).sum()
    for sector in range(shares.shape[1]):
        mine = means * shares[:, sector]
        middle, wide = float(mine.sum()), float((shares[:, sector] * spread * scale).sum())
        if not middle:
            continue
        moved = _turned(bands, mine, size) - middle
        ratio = wide * wide / middle
        log += -(middle * middle / (wide * wide)) * np.log(1.0 - ratio * moved / middle) if wide else moved
    chances: Floats = np.clip(np.fft.irfft(np.exp(log), size), 0.0, None)
    return LossLaw(step, chances)


def large_pool(chance: float, correlation: float, share: float) -> float:
    """Vasicek's quantile: the share of a large even pool that fails is not above this with chance ``share``.

    >>> round(large_pool(0.01, 0.05, 0.99), 6)
    0.031935
    """
    told = quantiles([chance, share])
    at = (told[0] + sqrt(correlation) * told[1]) / sqrt(1.0 - correlation)
    return 0.5 * erfc(-at / sqrt(2.0))


def _turned(bands: Any, weights: Floats, size: int) -> Any:
    """The polynomial with these weights at these powers, on the unit circle."""
    return np.fft.rfft(np.bincount(bands, weights, size))
