"""Header: which row names the columns, and what each column is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from solvent.intake.ledger.reading.raw import ROW, Line, folded

_NUMBER = re.compile(
    r"^[-+(]?\s*(?:[A-Z]{0,2}[¥$€£]|[A-Z]{3})?\s*[-+(]?[\d.][\d,.' ]*"
    r"\s*[万亿千]?\s*(?:[元圆€%]|[A-Z]{3})?[-)]?\s*(?:CR|DR|[借贷])?$",
    re.IGNORECASE,
)
_DAY = re.compile(r"^\d{1,4}[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,4}日?(?:[ T].*)?$")
_LABEL = re.compile(r"[:]\s*\S|:$")
_CALENDAR = ("年", "月", "日")
"""Names of the columns under 日期 in an account book."""

_FOLLOWING = 5
_LONG = 40


@dataclass(frozen=True)
class Header:
    """Where a table begins.

    lines: the header's one or two rows.
    preamble: the filled rows above it, as they stand.
    names: the text over each field of the row, folded to one line; empty where there is none.
    """

    lines: tuple[Line, ...]
    preamble: tuple[Line, ...]
    names: tuple[str, ...]


def is_number(text: str) -> bool:
    """True for a folded text that is a number, whatever its style."""
    return bool(_NUMBER.match(text))


def is_day(text: str) -> bool:
    """True for a folded text that looks like a date."""
    return bool(_DAY.match(text))


def find_header(head: Sequence[Line], known: Callable[[str], bool], rows: int) -> Header | None:
    """The row among the first ``rows`` filled ones that is the header, or None.

    It has the most header words, few numbers and dates, no labels with a colon, and rows of its kind beneath it. One
    header word alone is enough only where everything else speaks for it.
    """
    cells = [[folded(cell) for cell in line.cells] for line in head]
    best, score = None, 0.0
    for position in range(min(rows, len(head))):
        here = _score(cells, position, known)
        if here > score:
            best, score = position, here
    if best is None:
        return None
    first, last = _with_neighbour(cells, best, known)
    names = _joined(cells[first], cells[last]) if first < last else cells[first]
    return Header(tuple(head[first : last + 1]), tuple(head[:first]), tuple(names))


def _score(cells: Sequence[Sequence[str]], position: int, known: Callable[[str], bool]) -> float:
    """How much a row looks like a header; 0 or less: not at all."""
    texts = [cell for cell in cells[position] if cell]
    words = len({cell for cell in texts if known(cell)})
    values = sum(is_number(cell) or is_day(cell) for cell in texts)
    labels = sum(bool(_LABEL.search(cell)) or len(cell) > _LONG for cell in texts)
    beneath = [row for row in cells[position + 1 : position + 1 + _FOLLOWING] if any(row)]
    fits = [min(1.0, sum(bool(cell) for cell in row) / len(texts)) for row in beneath]
    valued = any(is_number(cell) or is_day(cell) for row in beneath for cell in row)
    if not words or (words == 1 and (len(texts) < 2 or values or labels or not valued or max(fits) < 0.5)):
        return 0.0
    plain = len(texts) - words - values - labels
    fit = sum(fits) / len(fits) if fits else 0.0
    return 4 * words + min(plain, 10) * 0.5 - 3 * values - 2 * labels + 2 * fit + valued


def _with_neighbour(cells: Sequence[Sequence[str]], best: int, known: Callable[[str], bool]) -> tuple[int, int]:
    """The header's first and last row: with the row above or beneath it where the two make one header."""
    if best + 1 < len(cells) and _is_pair(cells[best], cells[best + 1], known):
        return best, best + 1
    if best > 0 and _is_pair(cells[best - 1], cells[best], known):
        return best - 1, best
    return best, best


def _is_pair(upper: Sequence[str], lower: Sequence[str], known: Callable[[str], bool]) -> bool:
    """True where ``upper`` groups the columns that ``lower`` names: 借方 over 金额 and 数量.

    Neither row holds a value or a label, the names under groups are mostly header words, and one row alone would not
    do: a name that repeats becomes clear under its group, or a column of ``upper`` spans both rows. A title or a
    company's name above a header that is complete by itself is no group.
    """
    texts = [cell for cell in (*upper, *lower) if cell]
    if any(is_number(cell) or is_day(cell) or _LABEL.search(cell) or len(cell) > _LONG for cell in texts):
        return False
    over = _wide(upper, lower)
    pairs = [(group, name) for group, name in zip(_groups(upper, lower), lower, strict=True) if group]
    names = [name for name in lower if name]
    doubled = [pair for pair in pairs if names.count(pair[1]) > 1]
    cleared = bool(doubled) and len(set(doubled)) == len(doubled)
    spanning = len(pairs) > sum(bool(cell and name) for cell, name in zip(over, lower, strict=False))
    upright = any(cell and not name for cell, name in zip(over, _wide(lower, over), strict=False))
    words = sum(known(name) or name in _CALENDAR for _, name in pairs)
    return words > 0 and words * 2 >= len(pairs) and (cleared or (upright and (spanning or bool(doubled))))


def _wide(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """``upper`` with a blank for every column that it lacks."""
    return [*upper, *("",) * max(0, len(lower) - len(upper))]


def _groups(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The group over each named column of ``lower``: its own cell of ``upper`` or the nearest to its left.

    A cell of ``upper`` with nothing beneath it is a column of its own that spans both rows; no group goes past it.
    """
    found: list[str] = []
    group = ""
    for name, over in zip(lower, _wide(upper, lower), strict=False):
        group = over if over else group
        if not name:
            group = ""
        found.append(group if name else "")
    return found


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names of a header of two rows: group and name, or whichever is there."""
    width = max(len(upper), len(lower))
    above, below = _wide(upper, [""] * width), _wide(lower, [""] * width)
    groups = _groups(above, below)
    return [
        f"{group} {name}" if name and group and group != name else name or over
        for name, group, over in zip(below, groups, above, strict=True)
    ]


def unique(names: Sequence[str]) -> list[str]:
    """The names made different: the second 金额 is "金额 (2)"; a column without a name is called by its place, "(3)".

    >>> unique(["金额", "金额", ""])
    ['金额', '金额 (2)', '(3)']
    """
    taken = {ROW}
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = name or f"({place})"
        candidate, count = plain, 1
        while candidate in taken:
            count += 1
            candidate = f"{plain} ({count})"
        taken.add(candidate)
        found.append(candidate)
    return found
