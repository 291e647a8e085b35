"""Kernel: when each open item is paid on each path, added up by bins; compiled.

An item's moment of payment is the inverse of its law at a normal draw V that moves with others:

    V = systemic + sector + customer (of which group) + the item's own,    positive is later

and its customer fails in the bin in which the inverse of the customer's law of failure falls at a draw D, which moves
with the same sector, group and customer. What is not paid before its customer fails is lost. Laws come as thresholds of
V and D, so a draw is a look-up: the thresholds of an item become a table of bins by V in steps of 1 / STEPS, which
stays in the processor's nearest memory while a block of paths is drawn for the item.

All draws are hashes of (seed, customer or item, path): blocks, threads and neighbours change nothing.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from solvent.simulation.noise import mixed, quantiles

STEPS = 128
"""Steps of V in one standard deviation: chances are right to about 0.0015 where a law is steepest, without bias."""

MIDDLE = 8 * STEPS
"""The place of V = 0 in the table of bins, which spans 8 standard deviations either way."""

EDGE = 4 * STEPS
"""An item's own part of V is never larger: its draws have 12 bits."""

BLOCK = 128
"""Paths drawn for an item at a time: their sums stay in the processor's nearest memory."""

Shorts = npt.NDArray[np.int16]
_OWN = ((np.arange(4096) + 0.5) / 4096).astype(np.float64)
_FINE = ((np.arange(65536) + 0.5) / 65536).astype(np.float64)
NORMAL = quantiles(_OWN)
"""Standard normal values of 12 bits."""
FINE = quantiles(_FINE)
"""Standard normal values of 16 bits: failure lives in the tail."""

_MASK, _FINE_MASK = np.uint64(4095), np.uint64(65535)
_SHIFT = np.uint64(16)


def thresholds(chances: Any) -> Shorts:
    """Cumulative chances [..., bins] as places of V below which payment falls into the bin or an earlier one.

    V is rounded to its nearest place, so each threshold stands half a step above its quantile, on average.
    """
    places = np.floor(quantiles(np.clip(chances, 0.0, 1.0)) * STEPS + MIDDLE) + 1.0
    told: Shorts = np.clip(places, 0, 2 * MIDDLE + 1).astype(np.int16)
    return told


@numba.njit(nogil=True, cache=True)
def simulate(  # noqa: PLR0915 - one loop, told in one place
    first: int,
    last: int,
    systemic: Any,
    sector_moves: Any,
    bad: Any,
    group_late: Any,
    group_bad: Any,
    sector: Any,
    group: Any,
    loads: Any,
    customer_words: Any,
    starts: Any,
    fails: Any,
    item_words: Any,
    amounts: Any,
    laws: Any,
    seed: np.uint64,
    out: Any,
    lost: Any,
    failing: Any,
) -> None:
    """Draw the paths from ``first`` up to ``last`` (multiples of 4 but for the end).

    systemic [paths]; sector_moves [sectors, paths]; bad [paths]: the systemic part of failure. group_late, group_bad
    [groups, paths]. sector, group [customers]; group -1: none. loads [customers, 10]: what V takes of systemic,
    sector, group and customer, what D takes of systemic, sector, group and the customer's own; what V takes of the
    item's own; and how much of the customer's part of D is its part of V. starts [customers + 1]:
    where each customer's items begin. fails [customers, bins]: thresholds of D, falling, at or above which the customer
    has failed by the end of the bin. laws [items, bins] as ``thresholds``. Writes out [paths, bins + 1] (the last:
    later or never), lost [paths] and, where it has rows, failing [customers, paths], the bin of failure.
    """
    customers, bins = len(starts) - 1, fails.shape[1]
    wide = bins + 1
    width = np.uint64(wide)
    table = np.empty(2 * MIDDLE + 1, np.uint8)
    added = np.empty(BLOCK * wide)
    late = np.zeros(BLOCK, np.uint64)
    gone = np.empty(BLOCK, np.uint64)
    fallen = np.empty(BLOCK, np.int64)
    away = np.empty(BLOCK)
    words = np.empty(BLOCK // 4, np.uint64)
    own = np.empty(len(NORMAL), np.uint16)
    told = len(failing) > 0
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        added[:] = 0.0
        away[:] = 0.0
        for quad in range((count + 3) // 4):
            words[quad] = mixed(seed ^ np.uint64((start >> 2) + quad))
        scale = -1.0
        for customer in range(customers):
            mine = loads[customer]
            if mine[8] != scale:
                scale = mine[8]
                for place in range(len(NORMAL)):
                    own[place] = np.uint16(np.rint(NORMAL[place] * scale * STEPS) + EDGE)
            failed = 0
            worst = fails[customer, bins - 1]
            for path in range(count):
                bits = mixed(customer_words[customer] ^ words[path >> 2] ^ np.uint64(path & 3))
                mood = NORMAL[bits & _MASK]
                fate = FINE[(bits >> _SHIFT) & _FINE_MASK]
                at = start + path
                v = mine[0] * systemic[at] + mine[1] * sector_moves[sector[customer], at] + mine[3] * mood
                d = mine[4] * bad[at] + mine[5] * sector_moves[sector[customer], at]
                if group[customer] >= 0:
                    v += mine[2] * group_late[group[customer], at]
                    d += mine[6] * group_bad[group[customer], at]
                d += mine[7] * (mine[9] * mood + np.sqrt(1.0 - mine[9] * mine[9]) * fate)
                at_most = min(np.floor(v * STEPS + MIDDLE + 0.5), 2.0 * MIDDLE - EDGE)
                late[path] = np.uint64(max(at_most - EDGE, 0.0))
                gone[path] = np.uint64(bins + 1)
                if d >= worst:
                    fallen[failed] = path
                    failed += 1
                    place = 0
                    while fails[customer, place] > d:
                        place += 1
                    gone[path] = np.uint64(place)
                if told:
                    failing[customer, at] = min(gone[path], np.uint64(bins))
            for item in range(starts[customer], starts[customer + 1]):
                amount = amounts[item]
                before = 0
                for bin_ in range(bins):
                    upto = np.int64(laws[item, bin_])
                    if upto > before:
                        table[before:upto] = bin_
                        before = upto
                table[before:] = bins
                word = item_words[item]
                for quad in range((count + 3) // 4):
                    bits = mixed(word ^ words[quad])
                    row = np.uint64(4 * quad)
                    for inner in range(4):
                        path_ = row + np.uint64(inner)
                        bin_ = np.uint64(table[late[path_] + np.uint64(own[bits & _MASK])])
                        bits = bits >> _SHIFT
                        added[path_ * width + bin_] += amount
                for place in range(failed):
                    path = fallen[place]
                    bits = mixed(word ^ words[path >> 2]) >> np.uint64(16 * (path & 3))
                    bin_ = np.uint64(table[late[path] + np.uint64(own[bits & _MASK])])
                    if bin_ >= gone[path]:
                        added[np.uint64(path) * width + bin_] -= amount
                        away[path] += amount
        for path in range(count):
            lost[start + path] = away[path]
            for bin_ in range(wide):
                out[start + path, bin_] = added[path * wide + bin_]
