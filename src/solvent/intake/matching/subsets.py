"""Subsets: which of a customer's open amounts make a sum exactly, and whether only those do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST = 32
"""Open amounts of one payer that are searched; beyond it chance alone finds sums that mean nothing."""


FEW = 16
"""So few amounts have so few sums that another set with the same sum is no coincidence."""
_TRIPLES = 60
"""Among more amounts than this only pairs are counted."""


def few(amounts: Sequence[int], target: int) -> int:
    """How many sets of one, two or three amounts add up to ``target``.

    >>> few([500, 300, 200, 800, 100], 800), few([500, 300, 100], 800)
    (3, 1)
    """
    values = np.sort(np.array(amounts, dtype=np.int64))
    singles = int((values == target).sum())
    wanted = target - values
    hits = np.searchsorted(values, wanted, "right") - np.searchsorted(values, wanted, "left")
    count = singles + (int(hits.sum()) - int((values * 2 == target).sum())) // 2
    if len(values) > _TRIPLES:
        return count
    for place in range(len(values) - 2):
        rest, left = values[place + 1 :], target - int(values[place])
        if left <= 0:
            break
        hits = np.searchsorted(rest, left - rest, "right") - np.searchsorted(rest, left - rest, "left")
        count += (int(hits.sum()) - int((rest * 2 == left).sum())) // 2
    return count


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
