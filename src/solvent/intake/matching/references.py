"""References: which invoices a remittance text names, by full number, by its digits, in lists and in ranges."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff]*\d[A-Za-z0-9]*(?:[-_./][A-Za-z0-9]+)*")
_RANGE = re.compile(r"(?<!\d)(\d{3,12})\s*(?:-|–|~|至|到|bis|to)\s*(\d{3,12})(?!\d)", re.IGNORECASE)
_TAIL = re.compile(r"(\d+)\D*$")
_APART = re.compile(r"[-_./]")
_ALNUM = re.compile(r"[^0-9A-Z]")
WIDEST_RANGE = 50
FEWEST_DIGITS = 4


@dataclass(frozen=True)
class Numbers:
    """The numbers of open invoices, ready to be found in texts.

    full: number without marks, in capitals, to places. digits: its last run of digits without leading zeros (at least
    FEWEST_DIGITS of them) to places.
    """

    full: Mapping[str, Sequence[int]]
    digits: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Named:
    """Places of invoices that a text names: surely by their full number, perhaps by their digits only."""

    full: frozenset[int]
    digits: frozenset[int]


NOBODY = Named(frozenset(), frozenset())


def numbers(invoices: Iterable[str | None]) -> Numbers:
    """The index of invoice numbers, by their place."""
    full: dict[str, list[int]] = {}
    digits: dict[str, list[int]] = {}
    for place, number in enumerate(invoices):
        if not number:
            continue
        full.setdefault(bare(number), []).append(place)
        tail = _TAIL.search(number)
        core = tail.group(1).lstrip("0") if tail else ""
        if len(core) >= FEWEST_DIGITS:
            digits.setdefault(core, []).append(place)
    return Numbers(full, digits)


def bare(number: str) -> str:
    """A number without marks, in capitals.

    >>> bare("inv-2026/0017")
    'INV20260017'
    """
    return _ALNUM.sub("", unicodedata.normalize("NFKC", number).upper())


def named(text: str | None, index: Numbers) -> Named:
    """The invoices that a text names.

    >>> index = numbers(["RE-1001", "RE-1002", "RE-1003", "RE-2001"])
    >>> sorted(named("RE-1001/1002, thanks", index).full | named("RE-1001/1002, thanks", index).digits)
    [0, 1]
    >>> sorted(named("1001-1003", index).digits)
    [0, 1, 2]
    """
    if not text:
        return NOBODY
    flat = unicodedata.normalize("NFKC", text)
    full: set[int] = set()
    digits: set[int] = set()
    for token in _TOKEN.findall(flat):
        whole = index.full.get(bare(token))
        if whole:
            full.update(whole)
            continue
        for part in (token, *_APART.split(token)):
            full.update(index.full.get(bare(part), ()) if len(bare(part)) >= FEWEST_DIGITS else ())
            tail = _TAIL.search(part)
            core = tail.group(1).lstrip("0") if tail else ""
            digits.update(index.digits.get(core, ()))
    for first, last in _RANGE.findall(flat):
        low, high = int(first), int(last)
        if 0 < high - low <= WIDEST_RANGE:
            for number in range(low, high + 1):
                digits.update(index.digits.get(str(number), ()))
    return Named(frozenset(full), frozenset(digits - full))
