"""Limits: how much of a file is read at all, and the refusal of what is beyond it."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term


@dataclass(frozen=True)
class Limits(Terms, key="intake.limits"):
    """What a file may not exceed. Beyond it the file or the sheet is told and left out; nothing is cut off silently."""

    file_bytes: int = term(200_000_000, unit="bytes as stored", source="own choice: a year of a large group's invoices")
    rows: int = term(5_000_000, unit="rows in one sheet", source="own choice: what one person's machine holds")
    columns: int = term(300, unit="columns in one sheet", source="own choice: wider sheets are pivots, not ledgers")
    cells: int = term(24_000_000, unit="cells in one sheet", source="own choice: a full worksheet of 22 columns")
    sparse_cells: int = term(4_000_000, unit="cells of a sheet that may be nearly empty", source="own choice: a second")
    sparsity: int = term(20, unit="cells for one filled cell, above that size", source="own choice: ledgers are full")
    sheets: int = term(100, unit="sheets in one workbook", source="own choice: beyond it nobody reads the problems")
    members: int = term(1_000, unit="files in one workbook's archive", source="own choice: a plain workbook has dozens")
    unpacked_bytes: int = term(
        200_000_000, unit="bytes of a workbook, unpacked, its sheets aside", source="own choice: guards the memory"
    )
    sheet_bytes: int = term(
        2_000_000_000, unit="bytes of one sheet, unpacked", source="own choice: a full worksheet of 22 columns"
    )
    markup_bytes: int = term(60_000_000, unit="bytes of a table in HTML or XML", source="own choice: read cell by cell")
    markup_cells: int = term(3_000_000, unit="cells of tables in HTML or XML", source="own choice: read cell by cell")
    ratio: int = term(200, unit="unpacked bytes for one packed", source="own choice: plain sheets stay below 60")
    head_rows: int = term(40, unit="filled rows searched for the header", source="own choice: no preamble is longer")


LIMITS = Limits()
"""The limits as they stand by default."""


class Refused(Exception):
    """Carries the one Problem for which a whole file or sheet is left out, from deep in a reader to its caller."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem
