"""Subsets: which of a customer's open amounts make a sum exactly, and whether only those do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST = 32
"""Open amounts of one payer that are searched; beyond it chance alone finds sums that mean nothing."""


def exact(amounts: Sequence[int], target: int, *, most: int = MOST) -> tuple[tuple[int, ...], int] | None:
    """A subset that adds up to ``target``: its places, and how many subsets there are (counted up to 1,000).

    Meet in the middle: all sums of one half beside all sums of the other. Of several the one of fewest amounts is
    given, among these the one of earliest places. None where there is none, or more than ``most`` amounts.

    >>> exact([500, 300, 200], 800)
    ((0, 1), 1)
    >>> exact([500, 300, 500], 800)[1]
    2
    """
    count = len(amounts)
    if not 0 < count <= most or target <= 0:
        return None
    middle = count // 2
    left, right = _sums(amounts[:middle]), _sums(amounts[middle:])
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    low = np.searchsorted(ordered, target - left, side="left")
    high = np.searchsorted(ordered, target - left, side="right")
    found = int((high - low).sum())
    if not found:
        return None
    best: tuple[int, tuple[int, ...]] | None = None
    for one in np.flatnonzero(high > low)[:200]:
        for other in order[low[one] : min(high[one], low[one] + 20)]:
            bits = int(one) | int(other) << middle
            places = tuple(place for place in range(count) if bits >> place & 1)
            if places and (best is None or (len(places), places) < best):
                best = (len(places), places)
    return (best[1], min(found, 1000)) if best else None


def _sums(amounts: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The sums of all subsets; bit k of a place says whether amount k is in it."""
    sums = np.zeros(1, dtype=np.int64)
    for amount in amounts:
        sums = np.concatenate([sums, sums + amount])
    return sums
