"""Grid: days relative to the due day, in bins that are single days near it and coarse far away."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EDGES: Ints = np.concatenate(
    [
        np.arange(-720, -120, 30),
        np.arange(-120, -60, 5),
        np.arange(-60, 91),
        np.arange(93, 181, 3),
        np.arange(187, 366, 7),
        np.arange(395, 731, 30),
    ]
).astype(np.int64)
"""Upper edges of the bins: bin b holds the delays above EDGES[b - 1] up to and including EDGES[b]. Bin 0 holds all
that is earlier; what comes after the last edge counts as never paid."""

COUNT = len(EDGES)
FIRST, LAST = int(EDGES[0]), int(EDGES[-1])


def bin_of(delays: npt.ArrayLike) -> Ints:
    """The bin of each delay in days; those beyond the last edge get COUNT.

    >>> bin_of([0, 1, 92, 5000]).tolist() == [bin_of([-1])[0] + 1, bin_of([-1])[0] + 2, bin_of([93])[0], COUNT]
    True
    """
    return np.searchsorted(EDGES, np.asarray(delays), side="left").astype(np.int64)


def at(cumulative: Floats, days: Any) -> Floats:
    """Rows of a distribution read at days between the edges, straight lines inside a bin.

    Args:
        cumulative: [rows, COUNT], chance of at most EDGES[b] days.
        days: [rows, k] or [k], days relative to due.

    Returns:
        [rows, k]: 0 before the first bin's edge less 30 days, the last value beyond the last edge.
    """
    asked = np.broadcast_to(np.asarray(days, dtype=np.float64), (len(cumulative), np.shape(days)[-1]))
    edges = np.concatenate([[FIRST - 30.0], EDGES.astype(np.float64)])
    whole = np.concatenate([np.zeros((len(cumulative), 1)), cumulative], axis=1)
    right = np.clip(np.searchsorted(edges, asked, side="left"), 1, COUNT)
    rows = np.arange(len(cumulative))[:, None]
    low, high = whole[rows, right - 1], whole[rows, right]
    share = np.clip((asked - edges[right - 1]) / (edges[right] - edges[right - 1]), 0.0, 1.0)
    read: Floats = low + (high - low) * share
    return read
