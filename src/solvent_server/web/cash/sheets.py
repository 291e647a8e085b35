"""Sheets: small tables of a page, each with what it is called, and as CSV where a page offers it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from solvent_server.web.parts.table import RUNS, Cell

RIGHT = "right"
GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
"""A number as a page writes it, with its thousands apart."""
Row = list[str | Cell]


@dataclass(frozen=True)
class Sheet:
    """A table, ready to be shown.

    heads: text and ``right`` or empty. marks: a class for each row, or none at all. tos: where each head leads, or none
    at all. file: name under which the page gives it as a file, empty: it does not; query: what that address asks
    besides.
    """

    caption: str
    heads: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]
    marks: Sequence[str] = field(default_factory=tuple)
    tos: Sequence[str] = field(default_factory=tuple)
    file: str = ""
    query: str = ""

    def mark(self, place: int) -> str:
        """How a row is marked."""
        return self.marks[place] if place < len(self.marks) else ""

    def to(self, place: int) -> str:
        """Where a head leads; empty: nowhere."""
        return self.tos[place] if place < len(self.tos) else ""


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


def offered(request: HttpRequest, context: Mapping[str, Any]) -> dict[str, Any]:
    """What a page is rendered with, each table knowing under which name it is given as a file."""
    asked = request.GET.copy()
    asked.pop("csv", None)
    return {
        name: replace(value, file=name, query=asked.urlencode()) if isinstance(value, Sheet) and value.rows else value
        for name, value in context.items()
    }


def asked_file(request: HttpRequest, context: Mapping[str, Any], name: str) -> HttpResponse | None:
    """The table whose name stands in the address, as a file; None: none is asked for, or the page has no such table.

    Args:
        name: what the file's name begins with.
    """
    found = context.get(request.GET.get("csv", ""))
    if not isinstance(found, Sheet):
        return None
    rows = [[cell.text for cell in row] for row in found.rows]
    return as_csv([text for text, _ in found.heads], rows, f"{name}-{request.GET['csv']}")


def _safe(cell: str) -> str:
    """A cell as a spreadsheet takes it: a number without marks between its thousands, no text that would run."""
    if GROUPED.fullmatch(cell):
        return cell.replace(",", "")
    if not cell.startswith(RUNS):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
