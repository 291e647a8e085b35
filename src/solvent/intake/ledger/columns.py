"""Columns: what each column of a sheet means, and what the sheet is: documents, an account, or a table of the books."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.table import Table
from solvent.books.books import TABLES
from solvent.intake.ledger.cells.amounts import amount_style
from solvent.intake.ledger.cells.currency import unit_and_currency
from solvent.intake.ledger.cells.dates import date_order
from solvent.intake.ledger.fields import DICTIONARY, KINDS, field_of, plain
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.grid import Sheet

RANK = {word: place for place, word in enumerate(DICTIONARY)}
SECOND: Mapping[str, str] = {"customer_id": "customer_name", "invoice_id": "applies_to", "amount": "paid_amount"}
"""What a further column means whose word names a field that a better word has taken."""
_RECEIPTS = re.compile(r"收款|回款|到账|receipt|payment|zahlung", re.IGNORECASE)
_CREDITS = re.compile(r"红字|退货|贷项|credit.?(note|memo)|gutschrift", re.IGNORECASE)
_PAID_WORDS = re.compile(r"收款|回款|已收|已付|实收|paid|receiv|collect|receipt|payment")


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


def known(text: str) -> bool:
    """True for a header text that some field or table has."""
    return field_of(text) is not None or plain(text) in _TABLE_WORDS


_TABLE_WORDS = {plain(column) for table in TABLES.values() for column in table.columns}


def read_columns(sheet: Sheet, formats: Sequence[Format], currency: str | None) -> Reading:
    """Understand a sheet: by the last format that fits, else as a table of the books, else by header words.

    Args:
        formats: later ones go before earlier ones.
        currency: what the amounts are in where the sheet names none; None: not told.
    """
    fitting = [one for one in formats if one.fits(sheet.name, sheet.columns)]
    form = fitting[-1] if fitting else None
    if form is not None:
        mapping = {text: form.columns[plain(text)] for text in sheet.columns if plain(text) in form.columns}
        role = form.role
    else:
        role, mapping = _as_table(sheet)
        if not role:
            mapping = _by_words(sheet.columns)
            role = _role(sheet, mapping)
        if role == "customers" and "customer_name" in mapping.values():
            mapping = _as_customers(mapping)
    units, currencies = _told_by_headers(mapping)
    unit, named = unit_and_currency(text for line in sheet.preamble for text in line)
    kinds = _kinds(role)
    days = [sheet.rows[text] for text, meant in mapping.items() if kinds.get(meant) == "date"]
    sums = [sheet.rows[text] for text, meant in mapping.items() if kinds.get(meant) == "amount"]
    order, certain = (form.date_order, True) if form and form.date_order else date_order(days)
    told = (form.currency if form else "") or named or next(iter(currencies.values()), None) or currency or UNKNOWN
    return Reading(
        source=sheet.source,
        sheet=sheet.name,
        header_row=sheet.header_row,
        encoding=sheet.encoding,
        format=form.name if form else "",
        role=role,
        columns=sheet.columns,
        mapping=mapping,
        unused=tuple(text for text in sheet.columns if text not in mapping),
        date_order=order,
        certain=certain,
        mark=form.decimal if form and form.decimal else amount_style(sums),
        unit=(form.unit if form else 0) or unit,
        currency=told,
        units=units,
        currencies=currencies,
        values=form.values if form else {},
    )


def mapping_toml(reading: Reading) -> str:
    """A reading as a format file, to be corrected and kept beside the ledger."""
    lines = [
        f"# How {reading.place} was read; correct it and keep it beside the ledger.",
        f'name = "{plain(reading.place)}"',
        f"source = {_quoted(reading.place)}",
        "match = [" + ", ".join(_quoted(text) for text in reading.mapping) + "]",
        f'role = "{reading.role or "documents"}"',
        f'date_order = "{reading.date_order}"',
        f'decimal = "{reading.mark}"',
        *([f"unit = {reading.unit}"] if reading.unit > 1 else []),
        *([f'currency = "{reading.currency}"'] if reading.currency != UNKNOWN else []),
        "",
        "[columns]",
        *(f'{_quoted(text)} = "{meant}"' for text, meant in reading.mapping.items()),
        *(f'# {_quoted(text)} = ""' for text in reading.unused),
    ]
    return "\n".join(lines) + "\n"


def _as_table(sheet: Sheet) -> tuple[str, dict[str, str]]:
    """The table of the books whose columns these are, spelled as in the data dictionary."""
    have = {text.strip().lower(): text for text in sheet.columns}
    best: tuple[int, Table] | None = None
    for table in TABLES.values():
        needs = [name for name, column in table.columns.items() if not column.empty and name != "recorded_on"]
        if all(name in have for name in needs):
            shared = sum(name in have for name in table.columns)
            if best is None or shared > best[0]:
                best = (shared, table)
    if best is None:
        return "", {}
    return best[1].name, {have[name]: name for name in best[1].columns if name in have}


def _by_words(headers: Sequence[str]) -> dict[str, str]:
    """Header texts to fields: a field has one column, that of its best word; a further one may mean another."""
    found = [(text, field_of(text)) for text in headers]
    ranked = sorted(
        ((text, meant) for text, meant in found if meant is not None),
        key=lambda pair: (RANK.get(plain(pair[0]), len(RANK)), headers.index(pair[0])),
    )
    taken: dict[str, str] = {}
    for text, meant in ranked:
        if meant not in taken:
            taken[meant] = text
    for text, meant in ranked:
        other = SECOND.get(meant, "")
        fits = other != "paid_amount" or _PAID_WORDS.search(plain(text))
        if taken[meant] != text and other and other not in taken and fits:
            taken[other] = text
    if "balance" in taken and "debit" not in taken and "credit" not in taken and "open_amount" not in taken:
        taken["open_amount"] = taken.pop("balance")
    for wanted, instead in (("issued_on", "posted_on"), ("invoice_id", "reference")):
        if wanted not in taken and instead in taken:
            taken[wanted] = taken.pop(instead)
    by_text = {text: meant for meant, text in taken.items()}
    return {text: by_text[text] for text in headers if text in by_text}


def _role(sheet: Sheet, mapping: Mapping[str, str]) -> str:
    """What a sheet is, by the fields it has and, where they leave it open, by its name."""
    fields = set(mapping.values())
    dated = fields & {"issued_on", "due_on"}
    names = f"{sheet.source} {sheet.name}"
    if {"debit", "credit"} & fields and "issued_on" in fields and not fields & {"amount", "open_amount"}:
        return "account"
    if fields & {"amount", "open_amount", "booked_amount", "booked_open_amount"} and dated:
        if _CREDITS.search(names):
            return "credit_note_list"
        return "receipt_list" if _RECEIPTS.search(names) and "due_on" not in fields else "documents"
    if "settled_on" in fields and fields & {"amount", "paid_amount"}:
        return "receipt_list"
    if fields & {"customer_id", "customer_name"} and fields & {
        "region",
        "industry",
        "terms",
        "group_id",
        "salesperson",
    }:
        return "customers"
    return ""


def _as_customers(mapping: Mapping[str, str]) -> dict[str, str]:
    """Field names of a customer list as the columns of our table; a name alone is also the number."""
    renamed = {"customer_name": "name", "terms": "terms_days"}
    if "customer_id" not in mapping.values():
        renamed["customer_name"] = "customer_id"
    told = {text: renamed.get(meant, meant) for text, meant in mapping.items()}
    return {text: meant for text, meant in told.items() if meant in TABLES["customers"].columns}


def _told_by_headers(mapping: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str]]:
    units: dict[str, int] = {}
    currencies: dict[str, str] = {}
    for text, meant in mapping.items():
        if KINDS.get(meant) != "amount":
            continue
        unit, named = unit_and_currency([text])
        if unit > 1:
            units[text] = unit
        if named and meant not in ("booked_amount", "booked_open_amount"):
            currencies[text] = named
    return units, currencies


def _kinds(role: str) -> Mapping[str, str]:
    if role not in TABLES:
        return KINDS
    return {
        name: "date" if column.dtype == pl.Date else "amount" if column.unit == "minor units" else "text"
        for name, column in TABLES[role].columns.items()
    }


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
