"""Table: a frame as a list that sorts, filters, pages and exports; every choice stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.http import HttpRequest, HttpResponse

from solvent.files.language import Language
from solvent_server.web.parts.listing.columns import RIGHT, RUNS, SIZE, Cell, Column, Lister, shown
from solvent_server.web.parts.listing.files import KINDS, file_of
from solvent_server.web.parts.listing.views import Views, views_of

__all__ = [
    "RIGHT", "RUNS", "SIZE", "Cell", "Choice", "Column", "Cut", "Head", "Listed", "Lister", "exported", "listed",
    "shown", "wants_file",
]  # fmt: skip
SIZES = (25, SIZE, 100, 200)


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
    """A page of a list, ready to be shown.

    export, excel: addresses of the whole list as a file. size, usual, sizes: rows of a page, of one that nobody asked
    for otherwise, and what can be asked for. picks:
    columns that can be left out: name, heading, and whether it is. keep: what else the address asks for, which a
    filter must not lose. views: what the reader has put by of this list; None where nobody is logged in.
    """

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
    excel: str = ""
    size: int = SIZE
    usual: int = SIZE
    sizes: Sequence[int] = SIZES
    picks: Sequence[tuple[str, str, bool]] = ()
    keep: Sequence[tuple[str, str]] = field(default_factory=tuple)
    views: Views | None = None


Cut = Callable[[Mapping[str, str], str, str, int, int], tuple[int, int, pl.DataFrame]]
"""What is chosen (column to value), the word, the order (``-`` before it: the largest first), the page, from 0, and how
many rows a page has; it gives the count, the page that is shown, and its rows with the columns that become cells."""


def wants_file(request: HttpRequest) -> bool:
    """True where the address asks for the whole list as a file."""
    return request.GET.get("format") in KINDS


def listed(
    frame: pl.LazyFrame, lister: Lister, request: HttpRequest, language: Language, cut: Cut | None = None
) -> Listed:
    """The page of the list that the address asks for; what an address asks in vain is as if it had not asked.

    Args:
        cut: finds the page where the frame is too long to be filtered and sorted anew for each.
    """
    asked = _asked(request)
    lister, picks = _picked(lister, asked, language)
    kept, choices = _chosen(frame, lister, asked, language)
    word = asked.get("q", "").strip()
    order, most = _order(lister, asked.get("sort", ""))
    size = _size(asked, lister)
    place = max(_whole(asked.get("page", "1")), 1) - 1
    if cut is not None:
        told = {choice.name: choice.chosen for choice in choices if choice.chosen}
        count, place, rows = cut(told, word, ("-" if most else "") + order, place, size)
    else:
        kept = _searched(kept, lister, word)
        count = int(kept.select(pl.len()).collect().item())
        place = min(place, max(-(-count // size) - 1, 0))
        key = [pl.col(order), *(pl.col(name) for name in lister.search[:1] if name != order)]
        sorted_by = kept.sort(key, descending=[most, *([False] * (len(key) - 1))], nulls_last=True)
        rows = sorted_by.slice(place * size, size).collect()
    columns = [column for column in lister.columns if column.name in rows.columns]
    first = place * size
    views = views_of(request)
    own = {"q", "size", "hide", "page", "format", *(choice.name for choice in choices)}
    return Listed(
        [_head(column, lister, asked, language) for column in lister.columns],
        [[_cell(column, row, lister, language) for column in columns] for row in rows.iter_rows(named=True)],
        choices,
        word if lister.search else None,
        count,
        first + 1 if count else 0,
        first + rows.height,
        _with(asked, page=str(place)) if place else "",
        _with(asked, page=str(place + 2)) if first + rows.height < count else "",
        _with(asked, format="csv", page=""),
        bool(word) or any(choice.chosen for choice in choices),
        "?all=1" if views is not None and views.standing else "?",
        _with(asked, format="xlsx", page=""),
        size,
        lister.size,
        sorted({*SIZES, lister.size}),
        picks,
        [(name, value) for name, value in asked.items() if name not in own],
        views,
    )


def exported(frame: pl.LazyFrame, lister: Lister, request: HttpRequest, language: Language, name: str) -> HttpResponse:
    """The whole list as the address filters and sorts it, as CSV or Excel: exact figures, safe cells, the reader's
    headings."""
    asked = _asked(request)
    lister, _ = _picked(lister, asked, language)
    kept, choices = _chosen(frame, lister, asked, language)
    word = asked.get("q", "").strip()
    order, most = _order(lister, asked.get("sort", ""))
    rows = _searched(kept, lister, word).sort(order, descending=most, nulls_last=True).collect()
    kind = "xlsx" if asked.get("format") == "xlsx" else "csv"
    look, about = getattr(request, "look", None), []
    if look is not None:
        about.append((language.say("Company"), look.company.called(language.code)))
        if look.kept is not None:
            about.append((language.say("As of"), language.day(look.kept.as_of)))
    about.append((language.say("List"), name))
    about += [(choice.head, language.say(dict(choice.values)[choice.chosen])) for choice in choices if choice.chosen]
    if word:
        about.append((language.say("Search"), word))
    heads = {column.name: language.say(column.head) for column in lister.columns}
    told = heads.get(order, order)
    about.append(
        (language.say("Sorted by"), language.say("{column}, the largest first", column=told) if most else told)
    )
    return file_of(kind, rows, lister, language, name=name, about=about)


def _asked(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; ticks of several columns are one answer."""
    asked = {name: str(value) for name, value in request.GET.items()}
    if "hide" in asked:
        asked["hide"] = ",".join(request.GET.getlist("hide"))
    return asked


def _picked(
    lister: Lister, asked: Mapping[str, str], language: Language
) -> tuple[Lister, Sequence[tuple[str, str, bool]]]:
    """The list with the columns that the reader wants to see; the first column is always there."""
    if not lister.pick:
        return lister, ()
    away = set(asked.get("hide", "").split(","))
    keep = [column for place, column in enumerate(lister.columns) if not place or column.name not in away]
    picks = [(column.name, language.say(column.head), column.name in away) for column in lister.columns[1:]]
    return replace(lister, columns=keep), picks


def _searched(frame: pl.LazyFrame, lister: Lister, word: str) -> pl.LazyFrame:
    if not word or not lister.search:
        return frame
    found = [pl.col(name).cast(pl.String).str.to_lowercase().str.contains(word.lower(), literal=True)
             for name in lister.search]  # fmt: skip
    return frame.filter(pl.any_horizontal(found).fill_null(value=False))


def _chosen(
    frame: pl.LazyFrame, lister: Lister, asked: Mapping[str, str], language: Language
) -> tuple[pl.LazyFrame, list[Choice]]:
    choices, kept = [], frame
    columns = [column for column in lister.columns if column.choose]
    values = {**_values(frame, [one.name for one in columns if not lister.values.get(one.name)]), **lister.values}
    for column in columns:
        there = values[column.name]
        wanted = asked.get(column.name, "")
        chosen = wanted if wanted in set(there) else ""
        offered = [(value, language.say(column.words.get(value, value))) for value in there]
        choices.append(Choice(language.say(column.head), column.name, offered, chosen))
        if chosen:
            kept = kept.filter(pl.col(column.name).cast(pl.String) == chosen)
    return kept, choices


def _values(frame: pl.LazyFrame, names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The values that there are in columns, in order, found in one pass."""
    if not names:
        return {}
    one = frame.select(pl.col(name).cast(pl.String).drop_nulls().unique().sort().implode() for name in names).collect()
    return {name: one.get_column(name).item().to_list() for name in names}


def _order(lister: Lister, asked: str) -> tuple[str, bool]:
    names = {column.name for column in lister.columns}
    told = asked if asked.removeprefix("-") in names else lister.order
    return told.removeprefix("-"), told.startswith("-")


def _size(asked: Mapping[str, str], lister: Lister) -> int:
    size = _whole(asked.get("size", str(lister.size)))
    return size if size in {*SIZES, lister.size} else lister.size


def _head(column: Column, lister: Lister, asked: Mapping[str, str], language: Language) -> Head:
    order, most = _order(lister, asked.get("sort", ""))
    here = order == column.name
    first = "-" if column.kind in RIGHT else ""
    flipped = column.name if most else f"-{column.name}"
    to = _with(asked, sort=flipped if here else f"{first}{column.name}", page="")
    return Head(language.say(column.head), to, ("down" if most else "up") if here else "", column.kind in RIGHT)


def _with(asked: Mapping[str, str], **changes: str) -> str:
    """The address with some of its questions changed; an empty one is left out."""
    told = {name: value for name, value in {**asked, **changes}.items() if value}
    return "?" + urlencode(told)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _cell(column: Column, row: Mapping[str, Any], lister: Lister, language: Language) -> Cell:
    value = row[column.name]
    cell = shown(value, column.kind, language, lister.currency or str(row.get("currency") or ""), column.words)
    if column.link and lister.link_to is not None and value is not None:
        key = row[column.link_by or column.name]
        # A name of nothing but blanks, a no-break space say, would leave nothing to click on.
        return replace(cell, text=cell.text if cell.text.strip() else str(key), to=lister.link_to(column.link, key))
    return cell
