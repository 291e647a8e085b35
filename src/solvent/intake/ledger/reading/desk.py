"""Desk: where the cells of tables in markup are put down one by one, as long as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from solvent.base.problem import Problem
from solvent.intake.limits import Limits, Refused


@dataclass
class Table:
    """One table as it is read: rows numbered from 1, each with as many cells as were put down."""

    name: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def padded(self) -> list[tuple[int, Sequence[str]]]:
        """The rows, all of one width."""
        width = max((len(cells) for _, cells in self.rows), default=0)
        return [(row, cells + [""] * (width - len(cells))) for row, cells in self.rows]


class Desk:
    """The tables of one file.

    Raises:
        Refused: more cells or rows are put down than one reads this way.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.rows = limits.rows
        self.room = self.cells = limits.markup_cells
        self.tables: list[Table] = []

    def begin(self, name: str = "") -> Table:
        """A new table."""
        self.tables.append(Table(name))
        return self.tables[-1]

    def need(self, cells: int) -> None:
        """Refuse what there is no room for."""
        if cells > self.room or self.room < 0:
            raise Refused(Problem("intake.file.too_large", self.name, {"limit": self.cells, "unit": "cells"}))

    def put(self, table: Table, row: int, column: int, text: str) -> None:
        """A cell; rows come in order, ``column`` counts from 0."""
        if not table.rows or table.rows[-1][0] < row:
            table.rows.append((row, []))
        cells = table.rows[-1][1]
        self.room -= max(0, column + 1 - len(cells))
        self.need(0 if row <= self.rows else self.cells + 1)
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = text
