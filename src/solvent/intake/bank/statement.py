"""Statement: one account over one period as a bank tells it; what every bank format gives and every check reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from solvent.base.problem import Problem
from solvent.base.table import DType
from solvent.intake.intake import REJECTED, Reading

LINES: dict[str, DType] = {
    "row": pl.Int64,
    "booked_on": pl.Date,
    "value_on": pl.Date,
    "currency": pl.String,
    "amount": pl.Int64,
    "counterparty": pl.String,
    "counterparty_account": pl.String,
    "reference": pl.String,
    "bank_reference": pl.String,
    "balance": pl.Int64,
    "category": pl.String,
}
"""Lines of a statement, in its order.

row: the line's place in the file, from 1 (line of a text, row of a sheet, number of the entry in XML).
amount: minor units of currency, in positive, out negative. balance: what the bank prints beside the line, if it does.
category: one of ``books.cash.CATEGORIES`` where the format itself tells it, else empty.
"""

KINDS = ("statement", "interim", "notice")
"""statement: booked lines between two booked balances. interim: lines of a day not yet closed (CAMT.052, MT942).
notice: single movements without balances (CAMT.054). Only statements have to add up; only they give balances."""


@dataclass(frozen=True)
class Statement:
    """One account over one period.

    source, part: file name, and the statement's place in it from 1. format: ``mt940``, ``camt.053.001.08``, ``ofx``,
    or the name of a profile. account_id: IBAN or number without blanks; empty where the file names none. bank: BIC or
    name. number: the bank's own number of the statement.
    opening, closing: booked balances in minor units of currency, signed; None where the file gives none.
    lines: as LINES says. rejected: rows that could not be read, as REJECTED says.
    """

    source: str
    part: int
    kind: str
    format: str
    account_id: str
    currency: str
    lines: pl.DataFrame
    bank: str = ""
    number: str = ""
    from_on: date | None = None
    to_on: date | None = None
    opening: int | None = None
    opening_on: date | None = None
    closing: int | None = None
    closing_on: date | None = None
    rejected: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTED))
    problems: Sequence[Problem] = ()
    reading: Reading | None = None

    @property
    def place(self) -> str:
        """File, and the statement in it where there are several."""
        return f"{self.source}#{self.part}" if self.part > 1 else self.source
