"""Noise: normal draws that belong to a key, a path and a column, compiled.

A draw is a hash of what it is for, not a place in a sequence: more paths, fewer customers or other workers change
nothing for the rest, and a what-if compares like with like.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from solvent.base.draws import CENTRE, SIDE, TAIL
from solvent.simulation.horizon import Floats

Words = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_CENTRE_ABOVE, _CENTRE_UNDER = CENTRE
_SIDE_ABOVE, _SIDE_UNDER = SIDE
_TAIL_ABOVE, _TAIL_UNDER = TAIL
_A, _B, _C, _ONE = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


def start(seed: int, what: str) -> np.uint64:
    """The word from which every draw for one purpose starts."""
    return np.uint64(int.from_bytes(blake2b(f"{seed}/{what}".encode(), digest_size=8).digest(), "big"))


def keys_of(names: Sequence[str]) -> Words:
    """One word a name, the same on every machine and in every version."""
    told = b"".join(blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(told, dtype=">u8").astype(np.uint64)


def normals(seed: int, what: str, key: int, paths: int, columns: int) -> Floats:
    """[paths, columns]: standard normal draws that belong to (seed, what, key, path, column).

    >>> few, many = normals(7, "rates", 3, 2, 1), normals(7, "rates", 3, 5, 4)
    >>> bool((few == many[:2, :1]).all())
    True
    """
    first = start(seed, what) ^ np.uint64(key % 2**64)
    drawn: Floats = _normals(first, paths, columns)
    return drawn


def quantiles(shares: Any) -> Floats:
    """The standard normal values below which each share lies; -inf at 0, inf at 1 (Wichura's AS 241, 1988)."""
    asked = np.asarray(shares, dtype=np.float64)
    told: Floats = _quantiles(asked.ravel()).reshape(asked.shape)
    return told


@numba.njit(nogil=True, cache=True, inline="always")
def mixed(bits: np.uint64) -> np.uint64:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014)."""
    bits = (bits ^ (bits >> _A)) * _FIRST
    bits = (bits ^ (bits >> _B)) * _SECOND
    return (bits ^ (bits >> _C)) + _STEP


@numba.njit(nogil=True, cache=True)
def _normals(first: np.uint64, paths: int, columns: int) -> Any:
    drawn = np.empty((paths, columns))
    for path in range(paths):
        row = mixed(first ^ np.uint64(path))
        for column in range(columns):
            bits = mixed(row ^ np.uint64(column)) >> _ONE
            drawn[path, column] = quantile((np.float64(bits) + 0.5) * 2.0**-53)
    return drawn


@numba.njit(nogil=True, cache=True)
def _quantiles(shares: Any) -> Any:
    told = np.empty(len(shares))
    for place in range(len(shares)):
        told[place] = quantile(shares[place])
    return told


@numba.njit(nogil=True, cache=True)
def quantile(share: float) -> float:
    """One value of ``quantiles``."""
    if share <= 0.0:
        return -np.inf
    if share >= 1.0:
        return np.inf
    off = share - 0.5
    if abs(off) <= 0.425:
        at = 0.180625 - off * off
        return off * _poly(at, _CENTRE_ABOVE) / _poly(at, _CENTRE_UNDER)
    far = np.sqrt(-np.log(min(share, 1.0 - share)))
    if far <= 5.0:
        size = _poly(far - 1.6, _SIDE_ABOVE) / _poly(far - 1.6, _SIDE_UNDER)
    else:
        size = _poly(far - 5.0, _TAIL_ABOVE) / _poly(far - 5.0, _TAIL_UNDER)
    return -size if off < 0 else size


@numba.njit(nogil=True, cache=True, inline="always")
def _poly(at: float, terms: tuple[float, ...]) -> float:
    value = 0.0
    for place in range(7, -1, -1):
        value = value * at + terms[place]
    return value
