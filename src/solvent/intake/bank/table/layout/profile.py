"""Profile: how the tables of one bank are read, as a small TOML file; it goes before recognition by words.

# TD Canada Trust, accounts: the file has no header.
name = "td_account"
bank = "TD Canada Trust"
header = ["Date", "Description", "Withdrawals", "Deposits", "Balance"]  # of a file without one
match = ["Card #", "Posting Date"]   # header texts that must all be there; left out: those of [columns]
text = ["E-TFR", "TFR-TO"]           # of which one must stand in some cell; left out: any
sheet = "明细*"                       # worksheet, * and ? stand for anything; left out: every one
sign = "spending"                    # signed: in is positive; spending: out is positive; words: the text says which
date_order = "mdy"                   # dmy, mdy or ymd
decimal = "."
encoding = "gb18030"                 # only where it is not found by itself
currency = "CAD"
account = "1234"                     # where the file names none

[columns]
"Posting Date" = "booked_on"         # header text = field; "" leaves a column out
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import polars as pl

from solvent.base.money import is_currency
from solvent.base.problem import LedgerError
from solvent.intake.bank.statement import Statement
from solvent.intake.bank.table.layout.words import WORDS, plain

SIGNS = ("signed", "spending", "words")
_LOOKED = 2_000
_ORDERS, _MARKS = ("dmy", "mdy", "ymd"), (".", ",")
_TEXTS = ("name", "bank", "sheet", "sign", "date_order", "decimal", "encoding", "currency", "account")
_KNOWN = (*_TEXTS, "match", "text", "header", "columns")
FIELDS = tuple(name for name in WORDS if name != "other")


@dataclass(frozen=True)
class Profile:
    """One layout of one bank. ``match`` and the keys of ``columns`` are header texts in plain form."""

    name: str
    match: frozenset[str]
    columns: Mapping[str, str] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    bank: str = ""
    sheet: str = ""
    sign: str = ""
    date_order: str = ""
    decimal: str = ""
    encoding: str = ""
    currency: str = ""
    account: str = ""

    @classmethod
    def parse(cls, text: str, name: str) -> Profile:
        """A profile out of its TOML text.

        Args:
            name: what it is called where the text does not say; also the place of its errors.

        Raises:
            LedgerError: it is no TOML, a key or value is unknown; says which, and what would be right.
        """
        try:
            told = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise LedgerError("bank.table.profile.unreadable", name, error=str(error)) from error
        for key in told:
            if key not in _KNOWN:
                raise LedgerError("bank.table.profile.key", name, key=key, known=", ".join(_KNOWN))
        texts = {key: _text(told, key, name) for key in _TEXTS}
        header, columns = _list(told, "header", name), _columns(told, name)
        match = _list(told, "match", name) or list(told.get("columns", {})) or header
        if not match:
            raise _wrong(name, "match", told.get("match", ""), "[text, …]")
        _one_of(texts, "sign", SIGNS, name)
        _one_of(texts, "date_order", _ORDERS, name)
        _one_of(texts, "decimal", _MARKS, name)
        if texts["currency"] and not is_currency(texts["currency"]):
            raise _wrong(name, "currency", texts["currency"], "CNY, USD, EUR, …")
        if texts["encoding"] and not _is_codec(texts["encoding"]):
            raise _wrong(name, "encoding", texts["encoding"], "utf-8, gb18030, big5, cp1252, …")
        texts["name"] = texts["name"] or name
        return cls(
            match=frozenset(map(plain, match)),
            columns=columns,
            header=tuple(header),
            text=tuple(_list(told, "text", name)),
            **texts,
        )

    def fits(self, sheet: str, headers: Sequence[str], rows: pl.DataFrame) -> bool:
        """True where all header texts of ``match`` stand in the worksheet that is meant, and one of ``text``."""
        here = not self.sheet or fnmatchcase(sheet.lower(), self.sheet.lower())
        return here and self.match <= {plain(header) for header in headers} and self.in_text(rows)

    def in_text(self, rows: pl.DataFrame) -> bool:
        """True where one of the texts of ``text`` stands in some cell of the first rows (String columns)."""
        if not self.text:
            return True
        cells = rows.head(_LOOKED).select(pl.col(pl.String).str.contains_any(list(self.text)).any())
        return any(bool(found) for found in cells.row(0))

    def mapping(self, headers: Sequence[str]) -> dict[str, str]:
        """Header text to field (or "") for the headers that the profile names."""
        return {header: self.columns[plain(header)] for header in headers if plain(header) in self.columns}


def profile_toml(statement: Statement) -> str:
    """How a statement was understood, as the text of a profile that reads its like in the same way.

    Raises:
        LedgerError: the statement does not come from a table.
    """
    reading = statement.reading
    if reading is None or not reading.mapping:
        raise LedgerError("bank.table.profile.no_reading", statement.place)
    rules = reading.values.get("rules", {})
    given = {
        "name": statement.format,
        "bank": statement.bank,
        "sign": rules.get("sign", ""),
        "date_order": reading.date_order if reading.certain or rules.get("profile") else "",
        "decimal": reading.mark,
        "currency": statement.currency if is_currency(statement.currency) else "",
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in given.items() if value]
    if rules.get("headerless"):
        lines.append(f"header = [{', '.join(map(_quoted, reading.columns))}]")
    lines.append(f"match = [{', '.join(map(_quoted, reading.mapping))}]")
    columns = {**reading.mapping, **dict.fromkeys(reading.unused, "")}
    told = {plain(header): (header, meant) for header, meant in reversed(columns.items()) if plain(header)}
    lines += ["", "[columns]", *(f"{_quoted(header)} = {_quoted(meant)}" for header, meant in reversed(told.values()))]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text as TOML writes it: its basic strings are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _wrong(name: str, key: str, value: object, known: str) -> LedgerError:
    return LedgerError("bank.table.profile.value", name, key=key, value=str(value), known=known)


def _text(told: Mapping[str, Any], key: str, name: str) -> str:
    value = told.get(key, "")
    if not isinstance(value, str):
        raise _wrong(name, key, value, '"text"')
    return value


def _list(told: Mapping[str, Any], key: str, name: str) -> list[str]:
    value = told.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise _wrong(name, key, value, "[text, …]")
    return value


def _one_of(texts: Mapping[str, str], key: str, known: Sequence[str], name: str) -> None:
    if texts[key] and texts[key] not in known:
        raise _wrong(name, key, texts[key], ", ".join(known))


def _columns(told: Mapping[str, Any], name: str) -> Mapping[str, str]:
    columns = told.get("columns", {})
    if not isinstance(columns, dict):
        raise _wrong(name, "columns", columns, "header = field")
    for header, meant in columns.items():
        if meant != "" and meant not in FIELDS:
            raise _wrong(name, f"columns.{header}", meant, ", ".join(FIELDS))
    return {plain(header): str(meant) for header, meant in columns.items()}


def _is_codec(name: str) -> bool:
    try:
        b"a".decode(name)
    except UnicodeError:
        return True
    except LookupError:
        return False
    return True
