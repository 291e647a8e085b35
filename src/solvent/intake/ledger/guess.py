"""Guess: the first rows of a sheet that nobody has understood yet, which of them may be its header, and what its
columns may mean; for somebody who tells it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.intake.intake import Source
from solvent.intake.ledger.columns import known
from solvent.intake.ledger.content import Content, fits
from solvent.intake.ledger.fields import KINDS, plain
from solvent.intake.ledger.grid import grids_of
from solvent.intake.ledger.header import find_header, is_day, is_number, unique
from solvent.intake.ledger.reading.raw import Line, folded
from solvent.intake.ledger.words import meanings
from solvent.intake.limits import LIMITS, Refused

_ROWS, _COLUMNS, _SHEETS, _LONG = 60, 60, 30, 200
_BY_CONTENT: Mapping[str, Sequence[str]] = {
    "date": ("issued_on", "due_on"),
    "amount": ("amount", "open_amount"),
    "currency": ("currency",),
}
"""What columns of a kind are taken for that no word names, the first column for the first."""
_SURE = 0.8


@dataclass(frozen=True)
class Glance:
    """The first filled rows of one sheet: number in the file, and cells. header: the row that is likely its header; 0:
    none looks like one."""

    source: str
    sheet: str
    lines: Sequence[tuple[int, Sequence[str]]]
    header: int

    @property
    def place(self) -> str:
        """File and sheet, as ``Reading`` has it."""
        return f"{self.source}!{self.sheet}" if self.sheet else self.source


def glances(source: Source) -> list[Glance]:
    """Every sheet of a file that has any cell; none where the file holds no tables. Never raises on any bytes."""
    try:
        grids, _ = grids_of(source, known, LIMITS)
    except Refused:
        return []
    found = []
    for grid in grids[:_SHEETS]:
        lines = [
            (line.end, tuple(folded(cell)[:_LONG] for cell in line.cells[:_COLUMNS])) for line in grid.head[:_ROWS]
        ]
        header = find_header(grid.head, known, LIMITS.head_rows)
        found.append(Glance(source.name, grid.name, lines, header.lines[-1].end if header else _likely(lines)))
    return found


def _likely(lines: Sequence[tuple[int, Sequence[str]]]) -> int:
    """The row that is most like a header where no word of it is known: many different texts, and values beneath."""
    best, score = 0, 0.0
    for place, (number, cells) in enumerate(lines[: LIMITS.head_rows]):
        texts = [cell for cell in cells if cell]
        words = {cell for cell in texts if not (is_number(cell) or is_day(cell)) and len(cell) <= 40}
        beneath = [row for _, row in lines[place + 1 : place + 6]]
        valued = sum(any(is_number(cell) or is_day(cell) for cell in row) for row in beneath)
        here = len(words) - 2 * (len(texts) - len(words)) + (valued if len(words) > 1 else -5)
        if valued and here > score:
            best, score = number, here
    return best


def columns_at(glance: Glance, row: int) -> Sequence[str] | None:
    """What the columns are called if a row is the header, as the reader will call them; None where it cannot be one.

    A second header row above or beneath it joins where the two make one header.
    """
    told = dict(glance.lines).get(row)
    filled = [cell for cell in told or () if cell]
    if told is None or 2 * sum(is_number(cell) or is_day(cell) for cell in filled) >= len(filled):
        return None
    words = {plain(cell) for cell in told if cell}
    lines = [Line(number, number, tuple(cells)) for number, cells in glance.lines]
    found = find_header(lines, lambda text: plain(text) in words or known(text), LIMITS.head_rows)
    if found is None or row not in [line.end for line in found.lines]:
        return None
    return unique(found.names)


def suggested(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Column to field, by what the column is called and, where that says nothing, by what stands in it.

    Args:
        rows: the cells beneath the header.

    >>> rows = [("K1", "A-1", "2026-01-05", "1,200.50", "x"), ("K1", "A-2", "2026-01-09", "80.00", "y")]
    >>> suggested(("Kunde", "Qwx", "Plm", "Rst", ""), rows)
    {'Kunde': 'customer_id', 'Plm': 'issued_on', 'Rst': 'amount', 'Qwx': 'invoice_id'}
    """
    cells = {
        name: pl.Series([row[place] or None if place < len(row) else None for row in rows], dtype=pl.String)
        for place, name in enumerate(names)
    }
    contents = {name: Content(column) for name, column in cells.items()}
    ranked = sorted(
        (meant.strength, meant.rank, place, name, meant.field)
        for place, name in enumerate(names)
        for meant in meanings(name)
        if fits(meant.field, contents[name], frozenset())
    )
    told: dict[str, str] = {}
    for _, _, _, name, field in ranked:
        if name not in told and field not in told.values():
            told[name] = field
    for name, content in contents.items():
        if name in told or not content.filled:
            continue
        kind = _kind(content)
        field = next((one for one in _BY_CONTENT.get(kind, ()) if one not in told.values()), "")
        if field:
            told[name] = field
    _number(told, cells, contents)
    _customer(told, cells, contents)
    return told


def _kind(content: Content) -> str:
    if content.day >= _SURE:
        return "date"
    if content.currency >= _SURE:
        return "currency"
    return "amount" if content.money >= _SURE else ""


def _number(told: dict[str, str], cells: Mapping[str, pl.Series], contents: Mapping[str, Content]) -> None:
    """A number of the invoice where none is named: the first column that differs in every row and is no value."""
    if "invoice_id" in told.values():
        return
    for name, column in cells.items():
        filled = column.drop_nulls()
        short = filled.len() > 1 and (filled.str.len_chars() <= 40).all() and filled.str.contains(r"\d").all()
        if name not in told and short and filled.is_unique().all() and not _kind(contents[name]):
            told[name] = "invoice_id"
            return


def _customer(told: dict[str, str], cells: Mapping[str, pl.Series], contents: Mapping[str, Content]) -> None:
    """A customer where none is named: the first column of texts of which some come again and not all are one."""
    if {"customer_id", "customer_name"} & set(told.values()):
        return
    for name, column in cells.items():
        filled = column.drop_nulls()
        texts = filled.str.contains(r"[\p{L}]").all() and contents[name].flag < _SURE and not _kind(contents[name])
        if name not in told and texts and 1 < filled.n_unique() < filled.len():
            told[name] = "customer_name"
            return


def fitting(told: Mapping[str, str], role: str, tables: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What of it a sheet of this role can have.

    Args:
        tables: columns of the tables of the books, for roles that are one.
    """
    have = tables.get(role, tuple(KINDS))
    renamed = {"customer_name": "name", "terms": "terms_days"} if role in tables else {}
    meant = {name: field if field in have else renamed.get(field, "") for name, field in told.items()}
    return {name: field for name, field in meant.items() if field in have}
