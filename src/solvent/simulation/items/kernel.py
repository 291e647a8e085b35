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
def simulate(
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
) -> None:
    """Draw the paths from ``first`` (a multiple of BLOCK) up to ``last``.

    systemic, bad [paths]; sector_moves [sectors, paths]; group_late, group_bad [groups, paths]; group [customers], -1:
    none. loads [customers, 10]: what V takes of systemic, sector, group, customer; what D takes of systemic, sector,
    group, customer; what V takes of the item; how much of the customer's part of D is its part of V. starts [customers
    + 1]: where its items begin. fails [customers, bins]: thresholds of D, falling, from which it has failed by the
    bin's end. laws [items, bins] as ``thresholds``. Writes out [paths, bins + 1] (last: later, never) and lost [paths].
    """
    customers, bins = len(starts) - 1, fails.shape[1]
    table, own = np.empty(2 * MIDDLE + 1, np.uint8), np.empty(len(NORMAL), np.uint16)
    added, away = np.empty((BLOCK, bins + 1)), np.empty(BLOCK)
    late, gone, fallen = np.zeros(BLOCK, np.uint64), np.zeros(BLOCK, np.uint64), np.empty(BLOCK, np.int64)
    words = np.zeros(BLOCK // 4, np.uint64)
    scale = -1.0
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        added[:] = 0.0
        away[:] = 0.0
        _name(seed, start, count, words)
        for customer in range(customers):
            if loads[customer, 8] != scale:
                scale = loads[customer, 8]
                _own_part(scale, own)
            g = group[customer]
            late_too, bad_too = (group_late[g], group_bad[g]) if g >= 0 else (systemic, bad)
            row, by_sector, word = loads[customer], sector_moves[sector[customer]], customer_words[customer]
            shared = (row, systemic, by_sector, bad, late_too, bad_too)
            failed = _lot(start, count, shared, word, words, fails[customer], late, gone, fallen)
            for item in range(starts[customer], starts[customer + 1]):
                _turn(laws[item], table)
                _add(amounts[item], item_words[item], words, count, table, own, late, added)
                if failed:
                    _take(amounts[item], item_words[item], words, fallen[:failed], table, own, late, gone, added, away)
        lost[start : start + count] = away[:count]
        out[start : start + count] = added[:count]


@numba.njit(nogil=True, cache=True)
def _name(seed: np.uint64, start: int, count: int, words: Any) -> None:
    """The words of the paths of a block, four paths to a word."""
    for quad in range((count + 3) // 4):
        words[quad] = mixed(seed ^ np.uint64((start >> 2) + quad))


@numba.njit(nogil=True, cache=True)
def _own_part(scale: float, own: Any) -> None:
    """An item's own part of V by its bits, in steps, moved by EDGE so that it is never negative."""
    for place in range(len(NORMAL)):
        own[place] = np.uint16(np.rint(NORMAL[place] * scale * STEPS) + EDGE)


@numba.njit(nogil=True, cache=True)
def _lot(
    start: int,
    count: int,
    shared: Any,
    word: np.uint64,
    words: Any,
    fails: Any,
    late: Any,
    gone: Any,
    fallen: Any,
) -> int:
    """What a customer's items share on each path of a block: the place of V less EDGE, and the bin of failure.

    shared: the customer's loads, then systemic, its sector's, the bad, its group's delay and failure. Returns how many
    paths it fails on; ``fallen`` names them.
    """
    mine, systemic, by_sector, bad, by_group, group_bad = shared
    failed, bins = 0, len(fails)
    apart = np.sqrt(1.0 - mine[9] * mine[9])
    for path in range(count):
        bits = mixed(word ^ words[path >> 2] ^ np.uint64(path & 3))
        mood = NORMAL[bits & _MASK]
        fate = FINE[(bits >> _SHIFT) & _FINE_MASK]
        at = start + path
        v = mine[0] * systemic[at] + mine[1] * by_sector[at] + mine[2] * by_group[at] + mine[3] * mood
        d = mine[4] * bad[at] + mine[5] * by_sector[at] + mine[6] * group_bad[at]
        d += mine[7] * (mine[9] * mood + apart * fate)
        place = min(np.floor(v * STEPS + MIDDLE + 0.5), 2.0 * MIDDLE - EDGE)
        late[path] = np.uint64(max(place - EDGE, 0.0))
        gone[path] = np.uint64(bins + 1)
        if d >= fails[bins - 1]:
            fallen[failed] = path
            failed += 1
            bin_ = 0
            while fails[bin_] > d:
                bin_ += 1
            gone[path] = np.uint64(bin_)
    return failed


@numba.njit(nogil=True, cache=True)
def _turn(law: Any, table: Any) -> None:
    """The thresholds of an item as a table of bins by the place of V."""
    before = 0
    for bin_ in range(len(law)):
        upto = int(law[bin_])
        if upto > before:
            table[before:upto] = bin_
            before = upto
    table[before:] = len(law)


@numba.njit(nogil=True, cache=True)
def _add(amount: float, word: np.uint64, words: Any, count: int, table: Any, own: Any, late: Any, added: Any) -> None:
    """Draw one item on every path of a block, as if its customer never failed; four draws to a hash."""
    for quad in range((count + 3) // 4):
        bits = mixed(word ^ words[quad])
        row = np.uint64(4 * quad)
        for inner in range(4):
            path = row + np.uint64(inner)
            bin_ = np.uint64(table[late[path] + np.uint64(own[bits & _MASK])])
            bits = bits >> _SHIFT
            added[path, bin_] += amount


@numba.njit(nogil=True, cache=True)
def _take(
    amount: float,
    word: np.uint64,
    words: Any,
    fallen: Any,
    table: Any,
    own: Any,
    late: Any,
    gone: Any,
    added: Any,
    away: Any,
) -> None:
    """Take an item back on the paths on which its customer fails before it is paid."""
    for path in fallen:
        bits = mixed(word ^ words[path >> 2]) >> np.uint64(16 * (path & 3))
        bin_ = np.uint64(table[late[path] + np.uint64(own[bits & _MASK])])
        if bin_ >= gone[path]:
            added[path, bin_] -= amount
            away[path] += amount


@numba.njit(nogil=True, cache=True)
def moods(word: np.uint64, seed: np.uint64, paths: int) -> Any:
    """[paths]: a customer's own factor of delay, the very draws of ``simulate``."""
    told = np.empty(paths)
    for path in range(paths):
        told[path] = NORMAL[mixed(word ^ mixed(seed ^ np.uint64(path >> 2)) ^ np.uint64(path & 3)) & _MASK]
    return told
