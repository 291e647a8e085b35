"""Held: the lists of the newest assessments in memory, and how a page is cut from a million rows in milliseconds.

Rows lie in memory as the assessment sorted them. An order is a row of places, found once for each column; a filter is a
mark for each row; a page is fifty places of the one where the other is set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from solvent.base.problem import SolventError
from solvent_server.store.keeping.assessments import Kept
from solvent_server.web.parts.listing.columns import SIZE

HELD = 12
"""Frames of at most so many lists are held at a time, over all companies: a million open items take 160 MB."""
REMEMBERED = 24
"""So many orders and searches of one list are remembered: 4 and 1 MB each for a million rows."""


@dataclass(eq=False)
class Held:
    """The open items of one assessment.

    first: the column, ``-`` before it for the largest first, by which the frame is sorted already. wholly: texts that
    few rows share, searched as they are; named: texts that many share, each searched once.
    """

    frame: pl.DataFrame
    first: str = "-days_past_due"
    wholly: str = "item_id"
    named: str = "name"
    _orders: dict[str, Any] = field(default_factory=dict)
    _found: dict[str, Any] = field(default_factory=dict)
    _marked: dict[tuple[str, str], Any] = field(default_factory=dict)
    _worths: dict[Any, int | None] = field(default_factory=dict)

    def marks(self, chosen: Mapping[str, str], word: str = "") -> Any:
        """Which rows have these values and hold the word: a Boolean for each, or None for all."""
        told = None
        for column, value in chosen.items():
            mark = self._equal(column, value)
            told = mark if told is None else told & mark
        if word:
            mark = self._search(word.lower())
            told = mark if told is None else told & mark
        return told

    def cut(
        self, chosen: Mapping[str, str], word: str, order: str, place: int, size: int = SIZE
    ) -> tuple[int, int, pl.DataFrame]:
        """How many rows there are, which page is shown (the last where there are fewer), and its rows."""
        marks, places = self.marks(chosen, word), self._order(order)
        count = self.frame.height if marks is None else int(marks.sum())
        shown = min(place, max(-(-count // size) - 1, 0))
        span = slice(shown * size, (shown + 1) * size)
        if marks is None and places is None:
            return count, shown, self.frame[span]
        if marks is None:
            return count, shown, self.frame[places[span]]
        taken = np.flatnonzero(marks) if places is None else places[marks[places]]
        return count, shown, self.frame[taken[span]]

    def worth(self, chosen: Mapping[str, str], word: str) -> int | None:
        """The sum of these rows; None where a part has no rate."""
        key = (tuple(sorted(chosen.items())), word)
        if key not in self._worths:
            _make_room(self._worths)
            marks, column = self.marks(chosen, word), self.frame.get_column("worth")
            part = column if marks is None else column.filter(pl.Series(marks))
            self._worths[key] = None if part.null_count() else int(part.sum())
        return self._worths[key]

    def _order(self, order: str) -> Any:
        if order == self.first:
            return None
        if order not in self._orders:
            _make_room(self._orders)
            name, most = order.removeprefix("-"), order.startswith("-")
            places = pl.arg_sort_by(name, descending=most, nulls_last=True, maintain_order=True)
            self._orders[order] = self.frame.select(places).to_series().to_numpy()
        return self._orders[order]

    def _equal(self, column: str, value: str) -> Any:
        if (column, value) not in self._marked:
            _make_room(self._marked)
            self._marked[column, value] = (self.frame.get_column(column) == value).fill_null(value=False).to_numpy()
        return self._marked[column, value]

    def _search(self, word: str) -> Any:
        if word not in self._found:
            _make_room(self._found)
            known = self._names.filter(self._names.str.to_lowercase().str.contains(word, literal=True))
            mark = self._lower.str.contains(word, literal=True).fill_null(value=False)
            if known.len():
                mark = mark | self.frame.get_column(self.named).is_in(known.implode()).fill_null(value=False)
            self._found[word] = mark.to_numpy()
        return self._found[word]

    @cached_property
    def _names(self) -> pl.Series:
        return self.frame.get_column(self.named).drop_nulls().unique()

    @cached_property
    def _lower(self) -> pl.Series:
        return self.frame.get_column(self.wholly).str.to_lowercase()


def held(kept: Kept) -> Held | None:
    """The open items of a kept assessment; None where it was made by a version that had no such list."""
    return held_of(kept, "receivables")


def held_of(kept: Kept, name: str, first: str = "", wholly: str = "", named: str = "") -> Held | None:
    """A list of a kept assessment; None where it was made by a version that had no such list.

    Args:
        first, wholly, named: as ``Held`` has them, where they are others than those of open items.
    """
    return _held(kept.folder, str(kept.sheet["made_at"]), name, (first, wholly, named))


def frame_of(kept: Kept, name: str) -> pl.DataFrame | None:
    """One list of a kept assessment; None where it was made by a version that had no such list."""
    return _read(kept.folder, str(kept.sheet["made_at"]), name)


def values_of(kept: Kept, name: str, columns: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """What there is in each of these columns, sorted: what a filter offers."""
    return {column: _values(kept.folder, str(kept.sheet["made_at"]), name, column) for column in columns}


@lru_cache(maxsize=6)
def _held(folder: Path, made_at: str, name: str, how: tuple[str, str, str]) -> Held | None:
    frame = _read(folder, made_at, name)
    if frame is None or not how[0]:
        return None if frame is None else Held(frame.rechunk())
    return Held(frame.rechunk(), *how)


@lru_cache(maxsize=HELD)
def _read(folder: Path, made_at: str, name: str) -> pl.DataFrame | None:
    try:
        return Kept(folder, {"made_at": made_at}).frame(name).collect()
    except SolventError:
        return None


@lru_cache(maxsize=256)
def _values(folder: Path, made_at: str, name: str, column: str) -> tuple[str, ...]:
    frame = _read(folder, made_at, name)
    return () if frame is None else tuple(frame.get_column(column).drop_nulls().unique().sort().cast(pl.String))


def _make_room(remembered: dict[Any, Any]) -> None:
    """The oldest goes first; another thread may have taken it meanwhile."""
    while len(remembered) >= REMEMBERED:
        remembered.pop(next(iter(remembered)), None)
