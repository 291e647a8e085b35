"""Sheets: small tables of a page, each with what it is called, and as CSV where a page offers it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpResponse

from solvent_server.web.parts.table import RUNS, Cell

RIGHT = "right"
Row = list[str | Cell]


@dataclass(frozen=True)
class Sheet:
    """A table, ready to be shown. heads: text and ``right`` or empty. marks: a class for each row, or none at all."""

    caption: str
    heads: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]
    marks: Sequence[str] = field(default_factory=tuple)

    def mark(self, place: int) -> str:
        """How a row is marked."""
        return self.marks[place] if place < len(self.marks) else ""


def sheet(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str | Cell]], *, left: int = 1) -> Sheet:
    """A table of texts; the first ``left`` columns stand left, figures right."""
    sides = ["" if place < left else RIGHT for place in range(len(heads))]
    told = [
        [cell if isinstance(cell, Cell) else Cell(cell, side) for cell, side in zip(row, sides, strict=True)]
        for row in rows
    ]
    return Sheet(caption, list(zip(heads, sides, strict=True)), told)


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> HttpResponse:
    """Rows as a file; a cell that a spreadsheet would run is kept from it, a figure stays a figure."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow(heads)
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    response = HttpResponse("\ufeff" + page.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _safe(cell: str) -> str:
    if not cell.startswith(RUNS):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
