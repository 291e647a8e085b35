"""Format: how the exports of one system are read, as a small TOML file; it goes before recognition by header words.

# Exports of the Zork ERP, menu Finance > Open items.
name = "zork"
source = "Zork ERP 3, export of open items"
match = ["Qwx", "Vbn", "Plm"]        # header texts that must all be there
role = "documents"                   # documents, receipt_list, credit_note_list, account, or our own table
date_order = "dmy"                   # dmy, mdy or ymd
decimal = ","
unit = 1                             # 10000 where amounts are in 万元
currency = "EUR"

[columns]
Qwx = "invoice_id"                   # header text = field

[values.document_type]
R = "invoice"                        # cell = invoice, credit_note, receipt or opening
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from solvent.base.money import is_currency
from solvent.base.problem import LedgerError
from solvent.books.books import TABLES
from solvent.intake.ledger.fields import KINDS, plain

LISTS = ("documents", "receipt_list", "credit_note_list")
"""Roles of lists of documents, read by header words or a format; the kind of a row is its own or that of the list."""
ROLES = (*LISTS, "account", *TABLES)
DOCUMENT_KINDS = ("invoice", "credit_note", "receipt", "opening")
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
        if not isinstance(matched, list) or not matched or not all(isinstance(one, str) for one in matched):
            raise LedgerError("intake.format.value", name, key="match", value=str(matched), known="[text, …]")
        unit = told.get("unit", 0)
        if not isinstance(unit, int) or (unit and unit != 10 ** (len(str(unit)) - 1)):
            raise LedgerError("intake.format.value", name, key="unit", value=str(unit), known="1, 1000, 10000, …")
        currency = str(told.get("currency", ""))
        if currency and not is_currency(currency):
            raise LedgerError("intake.format.value", name, key="currency", value=currency, known="CNY, USD, EUR, …")
        return cls(
            name=str(told.get("name", name)),
            source=str(told.get("source", "")),
            match=frozenset(plain(one) for one in matched),
            sheet=str(told.get("sheet", "")),
            role=role,
            columns=columns,
            values=_values(told, name),
            date_order=_one_of(told, "date_order", ("dmy", "mdy", "ymd", ""), name, ""),
            decimal=_one_of(told, "decimal", (".", ",", ""), name, ""),
            unit=unit,
            currency=currency,
        )

    def mapping(self, headers: Sequence[str]) -> dict[str, str]:
        """Header text to field for the headers of a sheet that the format names."""
        return {text: self.columns[plain(text)] for text in headers if plain(text) in self.columns}

    def fits(self, sheet: str, headers: Sequence[str]) -> bool:
        """True where all header texts of ``match`` are there, and the worksheet is the one meant."""
        return self.match <= {plain(header) for header in headers} and self.sheet in ("", sheet)


def _columns(told: Mapping[str, Any], role: str, name: str) -> Mapping[str, str]:
    fields = TABLES[role].columns if role in TABLES else KINDS
    columns = told.get("columns", {})
    if not isinstance(columns, dict) or not columns:
        raise LedgerError("intake.format.value", name, key="columns", value=str(columns), known="header = field")
    for header, meant in columns.items():
        if meant not in fields:
            raise LedgerError(
                "intake.format.value", name, key=f"columns.{header}", value=str(meant), known=", ".join(fields)
            )
    return {plain(header): str(meant) for header, meant in columns.items()}


def _values(told: Mapping[str, Any], name: str) -> Mapping[str, Mapping[str, str]]:
    values = told.get("values", {})
    for meant, cells in values.items() if isinstance(values, dict) else [("values", values)]:
        if meant != "document_type" or not isinstance(cells, dict):
            raise LedgerError(
                "intake.format.value", name, key="values", value=str(meant), known="[values.document_type]"
            )
        for cell, kind in cells.items():
            if kind not in DOCUMENT_KINDS:
                key = f"values.document_type.{cell}"
                raise LedgerError(
                    "intake.format.value", name, key=key, value=str(kind), known=", ".join(DOCUMENT_KINDS)
                )
    return {meant: {plain(cell): kind for cell, kind in cells.items()} for meant, cells in values.items()}


def _one_of(told: Mapping[str, Any], key: str, known: Sequence[str], name: str, default: str) -> str:
    value = told.get(key, default)
    if value not in known:
        raise LedgerError("intake.format.value", name, key=key, value=str(value), known=", ".join(filter(None, known)))
    return str(value)
