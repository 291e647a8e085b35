"""Intake: what goes in (a file as bytes) and what comes out (a ledger, every row counted, bad rows with a reason)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from solvent.base.table import DType
from solvent.books.books import Ledger

COUNTS: dict[str, DType] = {
    "source": pl.String,
    "sheet": pl.String,
    "table": pl.String,
    "rows_in": pl.Int64,
    "rows_loaded": pl.Int64,
    "rows_rejected": pl.Int64,
}
REJECTED: dict[str, DType] = {
    "source": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "code": pl.String,
    "facts": pl.String,
    "cells": pl.List(pl.String),
}
DOCUMENTS: dict[str, DType] = {
    "source": pl.String,
    "part": pl.Int64,
    "kind": pl.String,
    "format": pl.String,
    "number": pl.String,
    "account_id": pl.String,
    "currency": pl.String,
    "from_on": pl.Date,
    "to_on": pl.Date,
    "opening": pl.Int64,
    "closing": pl.Int64,
    "rows": pl.Int64,
    "code": pl.String,
    "facts": pl.String,
}
"""One row for each statement or invoice found in a file, in order.

part: its place in the file, from 1. kind: ``statement``, ``interim`` (CAMT.052, MT942), ``notice`` (CAMT.054),
``invoice`` or ``credit_note``. number: statement or invoice number. opening, closing: booked balances of a statement
in minor units, or empty; closing of an invoice: its total with tax. code: empty where it was accepted, else why it
was put into quarantine, with its facts as JSON text.
"""


@dataclass(frozen=True)
class Source:
    """One file as bytes; whoever calls has read the disk.

    name: as shown to people, ``invoices.csv``.
    """

    name: str
    data: bytes


@dataclass(frozen=True)
class Reading:
    """How one sheet was understood.

    role: documents, receipt_list, credit_note_list, account, or a table of the books; empty: of no role that we know.
    mapping: header text to field. unused: header texts that mean nothing here.
    order, certain: order of day and month, and whether the cells themselves prove it.
    units, currencies: by header text, where the header itself says it.
    """

    source: str
    sheet: str
    header_row: int
    encoding: str
    format: str
    role: str
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    date_order: str
    certain: bool
    mark: str
    unit: int
    currency: str
    units: Mapping[str, int]
    currencies: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]

    def header(self, field: str) -> str | None:
        """The header text of a field; None where the sheet has none."""
        return next((text for text, meant in self.mapping.items() if meant == field), None)

    @property
    def place(self) -> str:
        """File and sheet."""
        return f"{self.source}!{self.sheet}" if self.sheet else self.source


@dataclass(frozen=True)
class Intake:
    """What came of reading: the ledger, how many rows of each sheet, the rejected ones, and how each was understood.

    counts: source, sheet, table, rows_in, rows_loaded, rows_rejected; rows_in is always the sum of the other two.
    rejected: source, sheet, row, column, value, code, facts (JSON text), cells (the row as it stood).
    documents: statements and invoices found, accepted or in quarantine, as DOCUMENTS says; rows of a statement in
        quarantine are counted as rejected, each with the statement's code.
    """

    ledger: Ledger
    counts: pl.DataFrame
    rejected: pl.DataFrame
    readings: tuple[Reading, ...] = ()
    documents: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DOCUMENTS))


@dataclass(frozen=True)
class Known:
    """What the books already know and a reader has to agree with; empty where nothing is known yet.

    currency: the company's own currency, and what amounts are in where nothing names one.
    accounts: our bank accounts, ``account_id`` (as ``bank_accounts`` has it) to currency.
    closings: the newest accepted statement of each account: ``account_id``, ``day_on``, ``amount`` (minor units).
    tax_ids, names: our own, by which an invoice is told to be ours (open item) or a supplier's (bill).
    customers: tax id or registered name to ``customer_id``.
    """

    currency: str | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)
    closings: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"account_id": pl.String, "day_on": pl.Date, "amount": pl.Int64})
    )
    tax_ids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    customers: Mapping[str, str] = field(default_factory=dict)
