"""Columns: what a list is made of, and how one value of it is read on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from solvent.files.language import Language

SIZE = 50
"""Rows of a page, where nobody asks for another number."""
RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it."""
RIGHT = frozenset({"money", "share", "days", "count", "number"})


@dataclass(frozen=True)
class Column:
    """One column of a list.

    name: of the frame. head: its English heading. kind: ``text``, ``code`` (one of ``words``), ``money`` (Int64 minor
    units of ``currency``, or of the row's own where that is empty), ``share``, ``days``, ``count``, ``number``,
    ``day``, ``grade``, ``tier``. link: name of the page that a cell leads to, with the cell of ``link_by`` as its last
    part. choose: a filter offers the values that there are.
    """

    name: str
    head: str
    kind: str = "text"
    link: str = ""
    link_by: str = ""
    choose: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """What is shown in one place: text, how it is marked, where it leads."""

    text: str
    mark: str = ""
    to: str = ""


@dataclass(frozen=True)
class Lister:
    """What a list is of.

    columns: shown from left to right. search: columns of text in which a word is looked for; none: no search.
    order: name of the column it is sorted by at first, ``-`` before it for the largest first. currency: of its money.
    link_to: gives an address from the name of a page and a key. values: what a filter offers, where somebody knows it
    already; of a million rows it is not looked up for each page. pick: a reader may leave columns out. size: rows of a
    page, where nobody asks for another number.
    """

    columns: Sequence[Column]
    order: str
    currency: str
    search: Sequence[str] = ()
    link_to: Any = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pick: bool = False
    size: int = SIZE


def shown(
    value: Any, kind: str, language: Language, currency: str = "", words: Mapping[str, str] | None = None
) -> Cell:
    """One value as a reader reads it."""
    if value is None:
        return Cell("–", "right none" if kind in RIGHT else "none")
    if kind == "money":
        return Cell(language.money(int(value), currency), "right minus" if value < 0 else "right")
    if kind in ("share", "days", "count", "number"):
        how = {"share": language.share, "days": language.days, "count": language.count, "number": language.number}
        return Cell(how[kind](value), "right")
    if kind == "day":
        return Cell(language.day(value))
    if kind in ("grade", "tier"):
        return Cell(language.say((words or {}).get(str(value), str(value))), f"{kind} {kind}-{value}")
    if kind == "code":
        return Cell(language.say((words or {}).get(str(value), str(value))))
    return Cell(str(value))
