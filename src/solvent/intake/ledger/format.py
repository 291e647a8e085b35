"""Format: how the exports of one system are read, as a small TOML file; it goes before recognition by header words.

# Exports of the Zork ERP, menu Finance > Open items.
name = "zork"
source = "Zork ERP 3, export of open items"
match = ["Qwx", "Vbn", "Plm"]        # header texts that must all be there
sheet = "Open*"                      # worksheet, * and ? stand for anything; left out: every one
role = "documents"                   # documents, receipt_list, credit_note_list, account, or our own table
date_order = "dmy"                   # dmy, mdy or ymd
decimal = ","
unit = 1                             # 10000 where amounts are in 万元
currency = "EUR"

[columns]
Qwx = "invoice_id"                   # header text = field; "" leaves a column out

[values.document_type]
R = "invoice"                        # cell = invoice, credit_note, receipt, refund or opening

[values.status]
S = "void"                           # cell = void, reversed, paid, partly or other

[values.currency]
"01" = "CNY"                         # cell = ISO 4217 code
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from solvent.base.money import is_currency
from solvent.base.problem import LedgerError
from solvent.books.books import TABLES
from solvent.intake.ledger.fields import KINDS, plain

LISTS = ("documents", "receipt_list", "credit_note_list")
"""Roles of lists of documents, read by header words or a format; the kind of a row is its own or that of the list."""
ROLES = (*LISTS, "account", *TABLES)
DOCUMENT_KINDS = ("invoice", "credit_note", "receipt", "refund", "opening")
STATES = ("void", "reversed", "paid", "partly", "other")
VALUES: Mapping[str, Sequence[str]] = {
    "document_type": DOCUMENT_KINDS,
    "status": STATES,
    "paid_state": STATES,
    "void": STATES,
    "currency": ("CNY", "USD", "EUR", "…"),
}
"""Fields whose cells a format may explain, and what each cell can mean."""
_KNOWN = ("name", "source", "match", "sheet", "role", "date_order", "decimal", "unit", "currency", "columns", "values")


@dataclass(frozen=True)
class Format:
    """One layout. ``match`` and the keys of ``columns`` are header texts in plain form (``fields.plain``)."""

    name: str
    source: str
    match: frozenset[str]
    sheet: str
    role: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_order: str = ""
    decimal: str = ""
    unit: int = 0
    currency: str = ""

    @classmethod
    def parse(cls, text: str, name: str) -> Format:
        """A format out of its TOML text.

        Raises:
            LedgerError: it is no TOML, a key or value is unknown; says which, and what would be right.
        """
        try:
            told = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise LedgerError("intake.format.unreadable", name, error=str(error)) from error
        for key in told:
            if key not in _KNOWN:
                raise LedgerError("intake.format.key", name, key=key, known=", ".join(_KNOWN))
        role = _one_of(told, "role", ROLES, name, "documents")
        columns = _columns(told, role, name)
        matched = told.get("match", list(told.get("columns", {})))
        if not isinstance(matched, list) or not matched or not all(isinstance(one, str) and one for one in matched):
            raise _wrong(name, "match", matched, "[text, …]")
        unit = told.get("unit", 0)
        if not isinstance(unit, int) or isinstance(unit, bool) or unit < 0 or (unit and str(unit).strip("0") != "1"):
            raise _wrong(name, "unit", unit, "1, 1000, 10000, …")
        currency = _text(told, "currency", name)
        if currency and not is_currency(currency):
            raise _wrong(name, "currency", currency, "CNY, USD, EUR, …")
        return cls(
            name=_text(told, "name", name) or name,
            source=_text(told, "source", name),
            match=frozenset(plain(one) for one in matched),
            sheet=_text(told, "sheet", name),
            role=role,
            columns=columns,
            values=_values(told, name),
            date_order=_one_of(told, "date_order", ("dmy", "mdy", "ymd", ""), name, ""),
            decimal=_one_of(told, "decimal", (".", ",", ""), name, ""),
            unit=unit,
            currency=currency,
        )

    def mapping(self, headers: Sequence[str]) -> dict[str, str]:
        """Header text to field for the headers of a sheet that the format names; the first of equal ones counts."""
        found: dict[str, str] = {}
        for text in headers:
            meant = self.columns.get(plain(text), "")
            if meant and meant not in found.values():
                found[text] = meant
        return found

    def fits(self, sheet: str, headers: Sequence[str]) -> bool:
        """True where all header texts of ``match`` are there, and the worksheet is the one meant."""
        here = not self.sheet or fnmatchcase(sheet.lower(), self.sheet.lower())
        return here and self.match <= {plain(header) for header in headers}


def _wrong(name: str, key: str, value: object, known: str) -> LedgerError:
    return LedgerError("intake.format.value", name, key=key, value=str(value), known=known)


def _columns(told: Mapping[str, Any], role: str, name: str) -> Mapping[str, str]:
    fields = TABLES[role].columns if role in TABLES else KINDS
    columns = told.get("columns", {})
    if not isinstance(columns, dict) or not columns:
        raise _wrong(name, "columns", columns, "header = field")
    for header, meant in columns.items():
        if meant != "" and meant not in fields:
            raise _wrong(name, f"columns.{header}", meant, ", ".join(fields))
    return {plain(header): str(meant) for header, meant in columns.items()}


def _values(told: Mapping[str, Any], name: str) -> Mapping[str, Mapping[str, str]]:
    values = told.get("values", {})
    if not isinstance(values, dict):
        raise _wrong(name, "values", values, ", ".join(f"[values.{meant}]" for meant in VALUES))
    for meant, cells in values.items():
        if meant not in VALUES or not isinstance(cells, dict):
            raise _wrong(name, f"values.{meant}", cells, ", ".join(f"[values.{known}]" for known in VALUES))
        for cell, said in cells.items():
            right = is_currency(str(said)) if meant == "currency" else said in VALUES[meant]
            if not right:
                raise _wrong(name, f"values.{meant}.{cell}", said, ", ".join(VALUES[meant]))
    return {meant: {plain(cell): said for cell, said in cells.items()} for meant, cells in values.items()}


def _one_of(told: Mapping[str, Any], key: str, known: Sequence[str], name: str, default: str) -> str:
    value = told.get(key, default)
    if value not in known:
        raise _wrong(name, key, value, ", ".join(filter(None, known)))
    return str(value)


def _text(told: Mapping[str, Any], key: str, name: str) -> str:
    value = told.get(key, "")
    if not isinstance(value, str):
        raise _wrong(name, key, value, "text")
    return value
