"""Pages: the worksheets of a statement as rows of cells, whatever kind of file they come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.intake.credit.words import MEANS, plain_item
from solvent.intake.intake import Source
from solvent.intake.ledger.reading.encoding import encoding_of
from solvent.intake.ledger.reading.raw import ROW, Raw, folded
from solvent.intake.ledger.reading.text import text_grid
from solvent.intake.ledger.reading.workbook import kind_of, workbook_grids
from solvent.intake.limits import LIMITS, Limits, Refused

_WIDEST = 60
"""Columns of a page that are read; statements have a dozen."""


@dataclass(frozen=True)
class Row:
    """One filled row: its number in the file, and its cells, folded to one line; an empty cell is an empty text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One worksheet, or the one table of a text file (without a name)."""

    name: str
    rows: tuple[Row, ...]
    typed: bool


def known_item(text: str) -> bool:
    """True for an item of a statement that has a meaning here."""
    return plain_item(text) in MEANS


def pages(
    source: Source, known: Callable[[str], bool] = known_item, *, whole: bool = True, limits: Limits = LIMITS
) -> list[Page]:
    """Every worksheet that has a cell, in the file's order.

    Args:
        known: says whether a cell is a word that the file is recognised by; it tells the delimiter of a text.
        whole: false: the first rows only, to see what the file is.

    Raises:
        Refused: the file cannot be read, or is none that holds tables.
    """
    kind = kind_of(source.data)
    if kind in ("zip", "compound", "page", "xml"):
        grids, _ = workbook_grids(source.name, source.data, kind, limits)
    elif kind == "text":
        grids = [text_grid("", source.data, encoding_of(source.data), known=known, limits=limits)[0]]
    else:
        raise Refused(Problem("intake.file.kind", source.name, {"kind": kind}))
    return [_page(grid, whole) for grid in grids if grid.head]


def _page(grid: Raw, whole: bool) -> Page:
    if not whole:
        lines = [Row(line.row, tuple(map(folded, line.cells[:_WIDEST]))) for line in grid.head]
        return Page(grid.name, tuple(lines), grid.typed)
    width = min(max(len(line.cells) for line in grid.head), _WIDEST)
    body = grid.body(0, width).rows
    columns = [name for name in body.columns if name != ROW]
    rows = [
        Row(int(row[0]), tuple(folded(cell) if cell else "" for cell in row[1:]))
        for row in body.select(ROW, *columns).iter_rows()
    ]
    return Page(grid.name, tuple(rows), grid.typed)
