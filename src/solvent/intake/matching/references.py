"""References: which invoices, orders and months a remittance text names.

Numbers of open documents stand in an inverted index under each form in which people write them; a text is looked up
by its tokens. Dates, amounts, accounts and bank codes are taken out of the text first, unless they are, letter for
letter, the number of a document.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

FULL, DIGITS, TAIL = 3, 2, 1
"""How much of the number is told: all of it; its digits without the letters; its last digits."""

_RUN = re.compile(r"[A-Z]+|\d+")
_CHUNK = re.compile(r"[A-Z0-9](?:[A-Z0-9]|[-_/.#:](?=[A-Z0-9]))*")
_AMOUNT = re.compile(
    r"(?:[¥$€£]|CNY|RMB|USD|EUR|GBP|JPY|HKD|人民币|金额)\s*:?\s*\d[\d,]*(?:\.\d{1,2})?"
    r"|\d[\d,]*(?:\.\d{1,2})?\s*(?:元|万元|圆|CNY|RMB|USD|EUR|GBP|JPY|HKD)(?![A-Z])"
    r"|(?<![\w./-])\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?![\w/-])|(?<![\w./-])\d{1,3}(?:\.\d{3})+,\d{2}(?![\w/-])"
    r"|(?<![\w./-])\d+[.,]\d{2}(?![\w./-])"
)
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:年|[-/.])(?:1[0-2]|0?[1-9])(?:月|[-/.])(?:3[01]|[12]\d|0?[1-9])日?(?!\d)"
    r"|(?<![\dA-Z/-])(?:3[01]|[12]\d|0?[1-9])[./](?:1[0-2]|0?[1-9])[./](?:19|20)?\d\d(?!\d)"
    r"|(?<![\dA-Z/-])(?:19|20)\d\d(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])(?![\dA-Z/-])"
    r"|(?<!\d)(?:1[0-2]|0?[1-9])月(?:3[01]|[12]\d|0?[1-9])(?:日|号)"
)
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])")
_LABELLED = re.compile(
    r"(?:BIC|SWIFT|IBAN|ACCOUNT|A/C|KONTO|BLZ|账号|帐号|卡号|行号|联行号|电话|手机|TEL)\s*[:：.]?\s*[A-Z0-9-]+"
)
_RANGE = re.compile(
    r"(?<![\d-])((?:[A-Z]{1,6}[-_ ]?)?)(\d{2,12})\s*(?:-|~|至|到|TO|BIS|\.\.\.?|–|—)\s*"
    r"(?:[A-Z]{1,6}[-_ ]?)?(\d{2,12})(?![\d-])"
)
_SERIES = re.compile(r"((?:[A-Z0-9]+[-_/.]?)*?\d{3,14})((?:\s*[/、,;&+]\s*\d{1,6}(?![\d.-]))+)")
_LAST = re.compile(r"(?:尾号|末尾|后四位|…|\.{2,}|\*+|ENDING(?: IN)?|LAST)\s*[:：]?\s*(\d{3,6})(?!\d)")
_MONTH = re.compile(
    r"(?:((?:20)?\d\d)\s*年\s*)?(?<!\d)(1[0-2]|0?[1-9])\s*(?:月?份?\s*(?:-|~|至|到)\s*(1[0-2]|0?[1-9]))?\s*月"
    r"(?!\s*\d{1,2}\s*[日号])"
)
_MONTH_WORDS = {
    word: number
    for number, words in enumerate(
        (
            ("JANUARY", "JANUAR", "JAN"),
            ("FEBRUARY", "FEBRUAR", "FEB"),
            ("MARCH", "MÄRZ", "MAERZ", "MAR"),
            ("APRIL", "APR"),
            ("MAY", "MAI"),
            ("JUNE", "JUNI", "JUN"),
            ("JULY", "JULI", "JUL"),
            ("AUGUST", "AUG"),
            ("SEPTEMBER", "SEPT", "SEP"),
            ("OCTOBER", "OKTOBER", "OCT", "OKT"),
            ("NOVEMBER", "NOV"),
            ("DECEMBER", "DEZEMBER", "DEC", "DEZ"),
        ),
        1,
    )
    for word in words
}
_LONGEST_RANGE = 50
_LONGEST_TEXT = 1_000
_WINDOW = 6


@dataclass(frozen=True)
class Named:
    """Places of documents that a text names: by their full number, by its digits, or by its last digits only.

    months: (year or 0, month) named as the month of the goods.
    """

    full: frozenset[int]
    digits: frozenset[int]
    tail: frozenset[int] = frozenset()
    months: frozenset[tuple[int, int]] = frozenset()


NOBODY = Named(frozenset(), frozenset())


@dataclass(frozen=True)
class Numbers:
    """Forms of numbers to the places of the documents that have them: ``keys`` by form, ``tails`` by last digits."""

    keys: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    tails: Mapping[str, Sequence[int]] = field(default_factory=dict)


def numbers(documents: Iterable[str | None]) -> Numbers:
    """The index of document numbers, by their place."""
    keys: dict[str, dict[int, int]] = defaultdict(dict)
    tails: dict[str, list[int]] = defaultdict(list)
    for place, number in enumerate(documents):
        runs = _RUN.findall(_upper(number or ""))
        digits = "".join(run for run in runs if run.isdigit())
        if not digits:
            continue
        for key, strength in _forms(runs).items():
            keys[key][place] = max(strength, keys[key].get(place, 0))
        for length in (3, 4, 5, 6):
            if len(digits) > length:
                tails[digits[-length:]].append(place)
    return Numbers(keys, tails)


def bare(number: str) -> str:
    """A number by its letters and digits, in capitals.

    >>> bare("inv-2026/0017")
    'INV20260017'
    """
    return "".join(_RUN.findall(_upper(number)))


def _forms(runs: Sequence[str]) -> dict[str, int]:
    """The forms of one number: whole, without leading zeros, its digits, its last run of digits if long enough."""
    bare = [run.lstrip("0") or "0" if run.isdigit() else run for run in runs]
    digits = [run for run in runs if run.isdigit()]
    told = {"".join(digits): DIGITS, "".join(run.lstrip("0") or "0" for run in digits): DIGITS}
    last = digits[-1]
    for tail in (last, last.lstrip("0")):
        if len(tail) >= 4:
            told.setdefault(tail, DIGITS)
        elif len(tail) == 3:
            told.setdefault(tail, TAIL)
    for whole in ("".join(runs), "".join(bare)):
        told[whole] = FULL if len(whole) >= (6 if whole.isdigit() else 5) else DIGITS
    return {key: strength for key, strength in told.items() if len(key) >= 3}


def named(text: str | None, index: Numbers) -> Named:
    """The documents and months that a text names.

    >>> index = numbers(["RE-2024/00123", "INV-1001", "INV-1002", "INV-1003"])
    >>> sorted(named("Rechnung RE 2024-123 vom 03.04.2024", index).full)
    [0]
    >>> sorted(named("付1001-1003", index).digits), sorted(named("INV-1001/02", index).full)
    ([1, 2, 3], [1, 2])
    """
    if not text:
        return NOBODY
    upper = _upper(text[:_LONGEST_TEXT])
    found: dict[int, int] = {}
    for token in _CHUNK.findall(upper):
        _look("".join(_RUN.findall(token)), index, found, least=FULL)
    clean = upper
    for pattern in (_IBAN, _LABELLED, _AMOUNT, _DATE):
        clean = pattern.sub(" ; ", clean)
    for token in (*_tokens(clean), *_expanded(clean)):
        _look(token, index, found)
    for last in _LAST.findall(clean):
        for place in index.tails.get(last, ()):
            found.setdefault(place, TAIL)
    by = {kind: frozenset(place for place, how in found.items() if how == kind) for kind in (FULL, DIGITS, TAIL)}
    return Named(by[FULL], by[DIGITS], by[TAIL], _months(upper))


def _look(token: str, index: Numbers, found: dict[int, int], least: int = TAIL) -> None:
    for place, strength in index.keys.get(token, {}).items():
        if strength >= least and strength > found.get(place, 0):
            found[place] = strength


def _upper(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _tokens(text: str) -> Iterator[str]:
    """Every run of letters and digits, and up to so many neighbours joined, with and without leading zeros."""
    for piece in re.split(r"[;,、，。；（）()\[\]\n]| (?=\D*$)", text):
        runs = _RUN.findall(piece)
        for start, _ in enumerate(runs):
            whole = bare = ""
            for run in runs[start : start + _WINDOW]:
                whole += run
                bare += run.lstrip("0") or "0" if run.isdigit() else run
                if run.isdigit():
                    yield whole
                    if bare != whole:
                        yield bare


def _expanded(text: str) -> Iterator[str]:
    """Numbers that a range or a shortened list stands for: ``1001-1005``, ``100123/24/25``."""
    for prefix, first, last in _RANGE.findall(text):
        end = first[: len(first) - len(last)] + last if len(last) < len(first) else last
        if len(end) != len(first) or not 0 < int(end) - int(first) <= _LONGEST_RANGE:
            continue
        letters = "".join(_RUN.findall(prefix))
        for number in range(int(first), int(end) + 1):
            yield f"{letters}{number:0{len(first)}d}"
            yield f"{letters}{number}"
    for head, rest in _SERIES.findall(text):
        base = "".join(_RUN.findall(head))
        for tail in re.findall(r"\d+", rest):
            if len(tail) < len(base):
                yield base[: -len(tail)] + tail


def _months(text: str) -> frozenset[tuple[int, int]]:
    """Months named as such: ``3月货款``, ``2026年3-4月``, ``March``; not the month of a full date."""
    found: set[tuple[int, int]] = set()
    for year, first, last in _MONTH.findall(text):
        told = int(year) + (2000 if len(year) == 2 else 0) if year else 0
        low, high = int(first), int(last or first)
        found |= {(told, month) for month in range(low, high + 1)} if low <= high else {(told, low), (told, high)}
    for word in re.findall(r"(?<![A-ZÄ])[A-ZÄ]{3,9}(?![A-ZÄ])", text):
        if word in _MONTH_WORDS:
            found.add((0, _MONTH_WORDS[word]))
    return frozenset(found)
