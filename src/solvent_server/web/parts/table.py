"""Table: a frame as a list that sorts, filters, pages and exports; every choice stands in the address."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.http import HttpRequest, HttpResponse

from solvent.base.money import decimal
from solvent.files.language import Language

SIZE = 50
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
class Head:
    """A heading. to: the address that sorts by it. sorted: ``up``, ``down`` or empty."""

    text: str
    to: str
    sorted: str
    right: bool


@dataclass(frozen=True)
class Choice:
    """A filter: its heading, name in the address, what can be chosen, and what is."""

    head: str
    name: str
    values: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Listed:
    """A page of a list, ready to be shown."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    choices: Sequence[Choice]
    search: str | None
    count: int
    first: int
    last: int
    before: str
    after: str
    export: str
    filtered: bool
    plain: str


@dataclass(frozen=True)
class Lister:
    """What a list is of.

    columns: shown from left to right. search: columns of text in which a word is looked for; none: no search.
    order: name of the column it is sorted by at first, ``-`` before it for the largest first. currency: of its money.
    link_to: gives an address from the name of a page and a key. values: what a filter offers, where somebody knows it
    already; of a million rows it is not looked up for each page.
    """

    columns: Sequence[Column]
    order: str
    currency: str
    search: Sequence[str] = ()
    link_to: Any = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)


Cut = Callable[[Mapping[str, str], str, str, int], tuple[int, int, pl.DataFrame]]
"""What is chosen (column to value), the word, the order (``-`` before it: the largest first) and the page, from 0; it
gives the count, the page that is shown, and its rows."""


def listed(
    frame: pl.LazyFrame, lister: Lister, request: HttpRequest, language: Language, cut: Cut | None = None
) -> Listed:
    """The page of the list that the address asks for; what an address asks in vain is as if it had not asked.

    Args:
        cut: finds the page where the frame is too long to be filtered and sorted anew for each.
    """
    asked = request.GET
    kept, choices = _chosen(frame, lister, asked, language)
    word = asked.get("q", "").strip()
    if word and lister.search:
        found = [pl.col(name).cast(pl.String).str.to_lowercase().str.contains(word.lower(), literal=True)
                 for name in lister.search]  # fmt: skip
        kept = kept.filter(pl.any_horizontal(found).fill_null(value=False))
    order, most = _order(lister, asked.get("sort", ""))
    key = [pl.col(order), *(pl.col(name) for name in lister.search[:1] if name != order)]
    place = max(_whole(asked.get("page", "1")), 1) - 1
    if cut is not None:
        told = {choice.name: choice.chosen for choice in choices if choice.chosen}
        count, place, rows = cut(told, word, ("-" if most else "") + order, place)
    else:
        count = int(kept.select(pl.len()).collect().item())
        place = min(place, max(-(-count // SIZE) - 1, 0))
        sorted_by = kept.sort(key, descending=[most, *([False] * (len(key) - 1))], nulls_last=True)
        rows = sorted_by.slice(place * SIZE, SIZE).collect()
    first = place * SIZE
    return Listed(
        [_head(column, lister, asked, language) for column in lister.columns],
        [[_cell(column, row, lister, language) for column in lister.columns] for row in rows.iter_rows(named=True)],
        choices,
        word if lister.search else None,
        count,
        first + 1 if count else 0,
        first + rows.height,
        _with(asked, page=str(place)) if place else "",
        _with(asked, page=str(place + 2)) if first + rows.height < count else "",
        _with(asked, format="csv"),
        bool(word) or any(choice.chosen for choice in choices),
        "?",
    )


def exported(frame: pl.LazyFrame, lister: Lister, request: HttpRequest, language: Language, name: str) -> HttpResponse:
    """The whole list as the address filters it, as CSV: exact figures, safe cells, the reader's headings."""
    kept, _ = _chosen(frame, lister, request.GET, language)
    word = request.GET.get("q", "").strip()
    if word and lister.search:
        found = [pl.col(column).cast(pl.String).str.to_lowercase().str.contains(word.lower(), literal=True)
                 for column in lister.search]  # fmt: skip
        kept = kept.filter(pl.any_horizontal(found).fill_null(value=False))
    order, most = _order(lister, request.GET.get("sort", ""))
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow([language.say(column.head) for column in lister.columns])
    for row in kept.sort(order, descending=most, nulls_last=True).collect().iter_rows(named=True):
        writer.writerow([_plain(column, row, lister, language) for column in lister.columns])
    response = HttpResponse("\ufeff" + page.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _chosen(
    frame: pl.LazyFrame, lister: Lister, asked: Mapping[str, str], language: Language
) -> tuple[pl.LazyFrame, list[Choice]]:
    choices, kept = [], frame
    for column in lister.columns:
        if not column.choose:
            continue
        there: Sequence[str] = lister.values.get(column.name, ())
        if not there:
            found = frame.select(pl.col(column.name).cast(pl.String).unique().sort()).collect().to_series()
            there = found.drop_nulls().to_list()
        wanted = asked.get(column.name, "")
        chosen = wanted if wanted in set(there) else ""
        values = [(value, language.say(column.words.get(value, value))) for value in there]
        choices.append(Choice(language.say(column.head), column.name, values, chosen))
        if chosen:
            kept = kept.filter(pl.col(column.name).cast(pl.String) == chosen)
    return kept, choices


def _order(lister: Lister, asked: str) -> tuple[str, bool]:
    names = {column.name for column in lister.columns}
    told = asked if asked.removeprefix("-") in names else lister.order
    return told.removeprefix("-"), told.startswith("-")


def _head(column: Column, lister: Lister, asked: Mapping[str, str], language: Language) -> Head:
    order, most = _order(lister, asked.get("sort", ""))
    here = order == column.name
    first = "-" if column.kind in RIGHT else ""
    flipped = column.name if most else f"-{column.name}"
    to = _with(asked, sort=flipped if here else f"{first}{column.name}", page="")
    return Head(language.say(column.head), to, ("down" if most else "up") if here else "", column.kind in RIGHT)


def _with(asked: Mapping[str, str], **changes: str) -> str:
    """The address with some of its questions changed; an empty one is left out."""
    told = {name: value for name, value in {**dict(asked.items()), **changes}.items() if value}
    return "?" + urlencode(told)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _cell(column: Column, row: Mapping[str, Any], lister: Lister, language: Language) -> Cell:
    value = row[column.name]
    cell = shown(value, column.kind, language, lister.currency or str(row.get("currency") or ""), column.words)
    if column.link and lister.link_to is not None and value is not None:
        return replace(cell, to=lister.link_to(column.link, row[column.link_by or column.name]))
    return cell


def shown(
    value: Any, kind: str, language: Language, currency: str = "", words: Mapping[str, str] | None = None
) -> Cell:
    """One value as a reader reads it."""
    if value is None:
        return Cell("–", "none")
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


def _plain(column: Column, row: Mapping[str, Any], lister: Lister, language: Language) -> str:
    """A cell for a spreadsheet: exact, ungrouped, and nothing that it would run."""
    value = row[column.name]
    if value is None:
        return ""
    if column.kind == "money":
        return str(decimal(int(value), lister.currency or str(row.get("currency") or "XXX")))
    if column.kind == "day":
        return str(value.isoformat())
    if column.kind in ("code", "grade", "tier"):
        return language.say(column.words.get(str(value), str(value)))
    text = str(value)
    return "'" + text if text.startswith(RUNS) and column.kind == "text" else text
