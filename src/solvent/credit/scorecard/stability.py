"""Stability: how far a distribution has moved since a model was learned, by the population stability index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from solvent.base.terms import Terms, term
from solvent.credit.scorecard.quality import Floats

BINS = 10


@dataclass(frozen=True)
class Stability(Terms, key="credit.scorecard.stability"):
    """The bands of the index."""

    watch: float = term(0.1, unit="stability index", source="FORMULAS 4.7.6")
    shift: float = term(0.25, unit="stability index", source="FORMULAS 4.7.6")


DEFAULTS = Stability()
Band = Literal["stable", "watch", "shift"]


def index(expected: Floats, actual: Floats) -> float:
    """PSI = sum of (a - e) ln(a / e) over the shares of each bin.

    Args:
        expected, actual: counts by bin, of any total. Half a row is added to every bin where one is empty, so that
            the index is finite.

    >>> round(index(np.array([50.0, 50.0]), np.array([60.0, 40.0])), 6)
    0.040547
    """
    if (expected <= 0).any() or (actual <= 0).any():
        expected, actual = expected + 0.5, actual + 0.5
    e, a = expected / expected.sum(), actual / actual.sum()
    return float(((a - e) * np.log(a / e)).sum())


def shift_of(samples: Sequence[tuple[Floats, Floats]], bins: int = BINS) -> float:
    """PSI between two samples of a score, in bins of equal count of the first; 0 where either is empty.

    Args:
        samples: before and after, of each fold; the counts of all folds are added up bin by bin, since a single small
            fold would show a shift by chance alone.
    """
    expected, actual = np.zeros(bins), np.zeros(bins)
    for before, after in samples:
        if len(before) and len(after):
            cuts = np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1])
            expected += np.bincount(np.searchsorted(cuts, before, "left"), minlength=bins)
            actual += np.bincount(np.searchsorted(cuts, after, "left"), minlength=bins)
    kept = (expected > 0) | (actual > 0)
    return index(expected[kept], actual[kept]) if kept.sum() > 1 else 0.0


def band(value: float, terms: Stability = DEFAULTS) -> Band:
    """Below ``watch`` stable, to ``shift`` (included) watch, above it shift.

    >>> band(0.0999), band(0.1), band(0.25), band(0.2501)
    ('stable', 'watch', 'watch', 'shift')
    """
    return "shift" if value > terms.shift else "watch" if value >= terms.watch else "stable"
