"""Scores: how good predictions were, once it is known what happened."""

from __future__ import annotations

import numpy as np

from solvent.payment.curves import Curves
from solvent.payment.grid import EDGES, Bools, Floats, Ints

_DAYS: Ints = EDGES[(EDGES >= -120) & (EDGES <= 365)]
_WIDTH: Floats = np.diff(_DAYS, prepend=_DAYS[0] - 5).astype(np.float64)


def crps(curves: Curves, delay: Floats, upto: Floats | None = None) -> Floats:
    """The continuous ranked probability score of each item, in days; less is better.

    Sum over days of (chance of payment by then less whether it was paid by then) squared, from 120 days before due to
    a year after it; of a point forecast it would be the absolute error.

    Args:
        delay: what happened, days from due; infinite: not paid as far as is known.
        upto: the last delay that could have been seen; later days are left out, so that items that still run are
            scored on what is known of them, and no forecast gains by naming what nobody has seen.
    """
    out = np.empty(len(delay))
    for start in range(0, len(delay), 20_000):
        rows = slice(start, start + 20_000)
        told = curves.part(rows).by_delay(_DAYS.tolist())
        came = _DAYS[None, :] >= delay[rows][:, None]
        weight = np.broadcast_to(_WIDTH, told.shape)
        if upto is not None:
            weight = weight * (_DAYS[None, :] <= upto[rows][:, None])
        out[rows] = (weight * (told - came) ** 2).sum(axis=1)
    return out


def error(point: Floats, delay: Floats, upto: Floats | None = None) -> Floats:
    """The absolute error of a day named, in days: its continuous ranked probability score over the same days."""
    low = float(_DAYS[0] - 5)
    last = np.clip(np.inf if upto is None else upto, low, float(_DAYS[-1]))
    told: Floats = np.abs(np.clip(point, low, last) - np.clip(delay, low, last))
    return told


def auc(late: Bools, score: Floats) -> float | None:
    """The chance that of a late and a timely item the late one has the higher score; None where one kind is missing.

    >>> auc(np.array([True, False]), np.array([0.9, 0.1]))
    1.0
    """
    many, few = int(late.sum()), int((~late).sum())
    if not many or not few:
        return None
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2.0)[place]
    return float((rank[late].sum() - many * (many + 1) / 2.0) / (many * few))


def coverage(low: Floats, high: Floats, delay: Floats) -> float | None:
    """The share of items that fell into their band, both ends included."""
    return float(((delay >= low) & (delay <= high)).mean()) if len(delay) else None


def wape(forecast: Floats, actual: Floats) -> float | None:
    """Sum of absolute differences over the sum of what came; None where nothing came."""
    total = float(np.abs(actual).sum())
    return float(np.abs(forecast - actual).sum() / total) if total else None
