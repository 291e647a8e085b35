"""Raw: rows of cells as a file has them, before anybody knows which row is the header."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import polars as pl

from solvent.intake.limits import Limits

STRIP = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
)
STRIP += "\u200b\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
"""What stands around a cell and means nothing: blanks of every width, marks of direction, a stray byte-order mark."""

ROW = "_row"
GUARDED = "=+-@0123456789"
RAGGED = {ROW: pl.Int64, "cells": pl.String}
LONGEST = 32_767
"""Characters kept of a row that has more cells than the header: as many as one cell of a workbook holds."""

MORE = 20
"""Rows kept beyond those in which a header is looked for, to see what stands beneath it."""

_CHUNK = 20_000


@dataclass(frozen=True)
class Line:
    """One filled row: where it begins and ends in the file (a text cell may span lines), and its trimmed cells."""

    row: int
    end: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Body:
    """The filled rows of a table.

    rows: ``_row``, then columns "0", "1", ... (String); empty cells are null.
    ragged: ``_row``, ``cells``: rows with something beyond the last column.
    over: there are more rows than the limit; the frames are not whole.
    """

    rows: pl.DataFrame
    ragged: pl.DataFrame
    over: bool = False


@dataclass(frozen=True)
class Raw:
    """One grid of a file.

    head: its first filled rows.
    body: the rows after a row number, so many columns wide.
    """

    name: str
    head: Sequence[Line]
    body: Callable[[int, int], Body]
    typed: bool
    encoding: str = ""


def cleaned(text: str) -> str:
    """A cell without the blanks around it and without the marks that only keep a spreadsheet from reading it.

    >>> cleaned(' ="00123"'), cleaned("'00123"), cleaned("'s-Hertogenbosch")
    ('00123', '00123', "'s-Hertogenbosch")
    """
    text = text.strip(STRIP)
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].replace('""', '"').strip(STRIP)
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in GUARDED else text


def folded(text: str) -> str:
    """A text in plain characters (NFKC) on one line.

    >>> folded("金额\\n（元）")
    '金额 (元)'
    """
    return " ".join(unicodedata.normalize("NFKC", text).split())


def clean(frame: pl.DataFrame) -> pl.DataFrame:
    """``cleaned`` for every String column; a blank cell becomes null."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    frame = frame.with_columns(pl.col(texts).str.strip_chars(STRIP))
    marks = frame.select(pl.col(texts).str.contains(r"^(=\"|'[=+\-@0-9])").any()).row(0) if texts else ()
    for name, marked in zip(texts, marks, strict=True):
        if marked:
            cell = pl.col(name)
            formula = cell.str.contains(r'^="[\s\S]*"$') & (cell.str.len_chars() > 2)
            inner = cell.str.slice(2).str.head(-1).str.replace_all('""', '"', literal=True).str.strip_chars(STRIP)
            guarded = cell.str.contains(r"^'[=+\-@0-9]")
            frame = frame.with_columns(
                pl.when(formula).then(inner).when(guarded).then(cell.str.slice(1)).otherwise(cell).alias(name)
            )
    return frame.with_columns(pl.when(pl.col(texts) != "").then(pl.col(texts)).name.keep())


def names(width: int) -> list[str]:
    """The columns of a body."""
    return [str(position) for position in range(width)]


def filled(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows in which any cell beside ``_row`` is filled."""
    texts = [name for name in frame.columns if name != ROW]
    return frame.filter(pl.any_horizontal(pl.col(texts).is_not_null())) if texts else frame.clear()


def frame_of(rows: Sequence[tuple[int, Sequence[str]]], width: int, joint: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of cells (not trimmed) as a clean frame of ``width`` columns, and those with something beyond it."""
    beyond = [any(cell.strip(STRIP) for cell in cells[width:]) for _, cells in rows]
    inside = [row for row, out in zip(rows, beyond, strict=True) if not out]
    ragged = [(row, joint.join(cells)[:LONGEST]) for (row, cells), out in zip(rows, beyond, strict=True) if out]
    padded = [(*cells[:width], *("",) * (width - len(cells))) for _, cells in inside]
    columns = list(zip(*padded, strict=True)) or [()] * width
    frame = pl.DataFrame(
        [
            pl.Series(ROW, [row for row, _ in inside], dtype=pl.Int64),
            *(pl.Series(name, cells, dtype=pl.String) for name, cells in zip(names(width), columns, strict=True)),
        ]
    )
    return filled(clean(frame)), pl.DataFrame(ragged, schema=RAGGED, orient="row")


def gathered(parts: Iterable[tuple[pl.DataFrame, pl.DataFrame]], width: int, limit: int) -> Body:
    """Parts of a body put together, up to ``limit`` rows."""
    rows = [pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(names(width), pl.String)})]
    ragged = [pl.DataFrame(schema=RAGGED)]
    count = 0
    for inside, beyond in parts:
        count += inside.height + beyond.height
        if count > limit:
            return Body(rows[0], ragged[0], over=True)
        rows.append(inside)
        ragged.append(beyond)
    return Body(pl.concat(rows), pl.concat(ragged))


def raw_of(name: str, rows: Callable[[], Iterator[tuple[int, Sequence[str]]]], *, typed: bool, limits: Limits) -> Raw:
    """A grid out of numbered rows of texts that can be walked through again and again."""
    limit, head = limits.rows, limits.head_rows + MORE

    def body(after: int, width: int) -> Body:
        def parts() -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
            walk = (row for row in rows() if row[0] > after)
            while chunk := list(islice(walk, _CHUNK)):
                yield frame_of(chunk, width, "\t")

        return gathered(parts(), width, limit)

    lines = (Line(row, row, tuple(map(cleaned, cells[: limits.columns + 1]))) for row, cells in rows())
    return Raw(name, tuple(islice((line for line in lines if any(line.cells)), head)), body, typed)
