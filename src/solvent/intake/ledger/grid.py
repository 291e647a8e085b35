"""Grid: every table found in a file, with its header, its rows and its footers told apart.

Where the neighbours are:
    solvent.intake.ledger.grid           Source, Sheet, sheets
    solvent.intake.limits Limits, LIMITS
    solvent.intake.ledger.cells.amounts  amounts, amount_style
    solvent.intake.ledger.cells.dates    dates, moments, date_order
    solvent.intake.ledger.cells.plain    yes_no, whole
    solvent.intake.ledger.cells.currency currency_of, currencies, unit_and_currency
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Fact, Problem
from solvent.intake.intake import Source
from solvent.intake.ledger.footer import is_ruling, parted
from solvent.intake.ledger.header import Header, find_header, is_day, is_number, unique
from solvent.intake.ledger.reading.encoding import encoding_of, lost
from solvent.intake.ledger.reading.raw import ROW, Raw, folded, names
from solvent.intake.ledger.reading.text import text_grid
from solvent.intake.ledger.reading.workbook import kind_of, workbook_grids
from solvent.intake.limits import LIMITS, Limits, Refused

_SHOWN = {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-32-le": "utf-32", "utf-32-be": "utf-32", "cp950": "big5"}
_CONTROL = 0.02
"""Share of control characters from which on a file is no text: real exports have a page break here and there."""


@dataclass(frozen=True)
class Sheet:
    """One table of a file.

    name: the worksheet's name; empty for a text file.
    header_row: number of the header's (last) row in the file, from 1.
    preamble: cells of the rows above the header, each on one line; empty ones and rulings dropped.
    columns: header texts in plain characters on one line, unique; two rows joined, "借方 金额"; "(3)" for a third
        column that has cells and no name.
    rows: ``_row`` (Int64, from 1, as Excel or an editor shows it), then the columns as String; an empty cell is null.
        Cells are trimmed, and ="007" and '007 are 007. Blank rows, rulings and repeats of the header are left out.
    footers: same columns: totals, subtotals, page headings, signatures and notes.
    typed: the cells came typed from a workbook, so numbers may carry binary noise.
    encoding: of a text file; empty for a workbook.
    ragged: ``_row``, ``cells`` (String): rows with something beyond the header's last column, as they stand.
    """

    source: str
    name: str
    header_row: int
    preamble: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    rows: pl.DataFrame
    footers: pl.DataFrame
    typed: bool
    encoding: str
    ragged: pl.DataFrame


def sheets(
    source: Source, *, known: Callable[[str], bool], limits: Limits = LIMITS
) -> tuple[list[Sheet], list[Problem]]:
    """Every table found in the file, and what stood in the way of others. Never raises on any bytes.

    Args:
        known: says whether a header text, folded to one line, is a word that we recognise.
        limits: how much is read at all.

    Returns:
        The tables in the file's order. A worksheet without a header is told and left out; an empty one is not told.
    """
    try:
        grids, problems = grids_of(source, known, limits)
    except Refused as refused:
        return [], [refused.problem]
    found: list[Sheet] = []
    for grid in grids:
        try:
            found.append(_sheet(source.name, grid, known, limits))
        except Refused as refused:
            problems.append(refused.problem)
    if not grids and not problems:
        problems.append(Problem("intake.file.empty", source.name))
    return found, problems


def grids_of(source: Source, known: Callable[[str], bool], limits: Limits) -> tuple[list[Raw], list[Problem]]:
    """The grids of a file that have any cell.

    Raises:
        Refused: the file as a whole cannot be read.
    """
    name, data = source.name, source.data
    if len(data) > limits.file_bytes:
        raise Refused(Problem("intake.file.too_large", name, {"limit": limits.file_bytes, "unit": "bytes"}))
    kind = kind_of(data)
    if kind in ("zip", "compound", "page", "xml"):
        grids, problems = workbook_grids(name, data, kind, limits)
        return [grid for grid in grids if grid.head], problems
    if kind != "text":
        raise Refused(Problem("intake.file.kind", name, {"kind": kind}))
    codec, skip = encoding_of(data)
    sample = data[skip : skip + 65536].decode(codec, "replace")
    odd = sum(char < " " and char not in "\t\n\r\f\x1a\0" for char in sample)
    if odd > _CONTROL * len(sample) + 1:
        raise Refused(Problem("intake.file.kind", name, {"kind": "binary"}))
    grid, _ = text_grid("", data, (codec, skip), known=known, limits=limits)
    unread = lost(data, codec, skip)
    told = [Problem("intake.file.characters_lost", name, {"count": unread, "encoding": _SHOWN.get(codec, codec)})]
    return [grid] if grid.head else [], told if unread else []


def _sheet(source: str, grid: Raw, known: Callable[[str], bool], limits: Limits) -> Sheet:
    """One grid as a table.

    Raises:
        Refused: it has no header, or is too wide or too long.
    """
    place = f"{source}!{grid.name}" if grid.name else source
    header = find_header(grid.head, known, limits.head_rows)
    if header is None:
        raise Refused(_headless(place, grid))
    if len(header.names) > limits.columns:
        raise Refused(Problem("intake.sheet.too_wide", place, {"limit": limits.columns}))
    body = grid.body(header.lines[-1].end, len(header.names))
    if body.over:
        raise Refused(Problem("intake.sheet.too_long", place, {"limit": limits.rows}))
    rows, footers = parted(body.rows, header)
    shown = _shown(header, rows)
    rename = {old: new for old, new in zip(names(len(header.names)), unique(header.names), strict=True) if old in shown}
    return Sheet(
        source=source,
        name=grid.name,
        header_row=header.lines[-1].end,
        preamble=tuple(
            tuple(folded(cell) for cell in line.cells if cell) for line in header.preamble if not is_ruling(line.cells)
        ),
        columns=tuple(rename.values()),
        rows=rows.select(ROW, *shown).rename(rename),
        footers=_kept(footers, shown).rename(rename),
        typed=grid.typed,
        encoding=_SHOWN.get(grid.encoding, grid.encoding),
        ragged=body.ragged,
    )


def _shown(header: Header, rows: pl.DataFrame) -> list[str]:
    """The body's columns that have a name or a cell."""
    empty = rows.select(pl.exclude(ROW).is_null().all()).row(0)
    return [
        column
        for column, name, bare in zip(names(len(header.names)), header.names, empty, strict=True)
        if name or not bare
    ]


def _kept(footers: pl.DataFrame, shown: list[str]) -> pl.DataFrame:
    """The footers in the shown columns; a text under no column moves into the first one."""
    hidden = [column for column in footers.columns if column not in (ROW, *shown)]
    return footers.with_columns(pl.coalesce(shown[0], *hidden).alias(shown[0])).select(ROW, *shown)


def _headless(place: str, grid: Raw) -> Problem:
    """What a grid without a header is: a table whose columns nobody named, or notes and drawings."""
    valued = sum(sum(is_number(c) or is_day(c) for c in map(folded, line.cells)) >= 2 for line in grid.head)
    facts: dict[str, Fact] = {"rows": len(grid.head)}
    if valued * 2 >= len(grid.head):
        return Problem("intake.sheet.no_header", place, facts)
    return Problem("intake.sheet.left_out", place, facts)
