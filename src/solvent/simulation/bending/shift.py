"""Shift: flows on the same paths, so many days later or earlier."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from solvent.simulation.horizon import Floats, Horizon


def moved_by(flow: Floats, horizon: Horizon, days: float, weeks: int = 0) -> Floats:
    """Flows in bins, [paths, bins], ``days`` later or, negative, earlier.

    Money lies evenly over the days of its bin. What is moved before the first day falls into the first bin; what is
    moved past the horizon is outside it.

    Args:
        weeks: what follows the horizon, and is moved into it, comes at the mean rate of so many last weeks; 0: nothing
            follows.
    """
    ends = horizon.end_days.astype(np.float64)
    starts = ends - horizon.lengths
    low, high = starts + days, ends + days
    if days < 0:
        starts = np.concatenate([[-np.inf], starts[1:]])
    overlap = np.minimum(high[:, None], ends[None, :]) - np.maximum(low[:, None], starts[None, :])
    share = np.clip(overlap, 0.0, None) / (high - low)[:, None]
    out: Floats = _spread(np.ascontiguousarray(flow, dtype=np.float64), share)
    if weeks and days < 0:
        last = ends > ends[-1] - 7 * weeks
        rate = flow[:, last].sum(axis=1) / horizon.lengths[last].sum()
        inside = np.clip(ends - np.maximum(starts, ends[-1] + days), 0.0, None)
        out = out + rate[:, None] * inside[None, :]
    return out


@numba.njit(nogil=True, cache=True)
def _spread(flow: Any, share: Any) -> Any:
    """The product of two matrices, added in one order on every machine; a library's order depends on the processor."""
    paths, bins = flow.shape
    out = np.zeros((paths, bins))
    for path in range(paths):
        for here in range(bins):
            amount = flow[path, here]
            if amount != 0.0:
                for there in range(bins):
                    if share[here, there] != 0.0:
                        out[path, there] += amount * share[here, there]
    return out
