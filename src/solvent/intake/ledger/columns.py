"""Columns: what each column of a sheet means, and what the sheet is: documents, an account, or a table of the books."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.table import Table
from solvent.books.books import TABLES
from solvent.intake.intake import Reading
from solvent.intake.ledger.cells.amounts import amount_style
from solvent.intake.ledger.cells.currency import unit_and_currency
from solvent.intake.ledger.cells.dates import date_order
from solvent.intake.ledger.content import Content, fits
from solvent.intake.ledger.fields import KINDS, plain
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.grid import Sheet
from solvent.intake.ledger.words import known_word, local_money, meanings

_RECEIPTS = re.compile(r"收款|回款|到账|receipt|payment|zahlung", re.IGNORECASE)
_CREDITS = re.compile(r"红字|退货|贷项|credit.?(note|memo)|gutschrift", re.IGNORECASE)
_SUMMARY = re.compile(r"汇总|账龄|透视|summary|ageing|aging|pivot", re.IGNORECASE)
_INVOICE_NUMBER = re.compile(r"invoice|inv|发票|票号|rechnung", re.IGNORECASE)
_OWN_NUMBER = re.compile(r"document|voucher|doc|单据|凭证|beleg")
_LONG_NUMBER = re.compile(r"\d{4,}")


@lru_cache(maxsize=100_000)
def known(text: str) -> bool:
    """True for a header text that some field or table has."""
    return known_word(text) or plain(text) in _TABLE_WORDS


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
        mapping, role = form.mapping(sheet.columns), form.role
        if role not in TABLES:
            mapping = _completed(sheet, form, mapping)
    else:
        role, mapping = _as_table(sheet)
        if not role:
            mapping = _by_words(sheet)
            role, mapping = _role(sheet, mapping)
        if role == "customers" and "customer_name" in mapping.values():
            mapping = _as_customers(mapping)
    units, currencies = _told_by_headers(mapping)
    unit, named = unit_and_currency(_LONG_NUMBER.sub("", text) for line in sheet.preamble for text in line)
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
        *(f'{_quoted(text)} = ""' for text in reading.unused),
    ]
    return "\n".join(lines) + "\n"


_BY_WORDS = frozenset({"open_items", "receipts", "credit_notes", "customers", "bank_lines"})
"""Tables that lists in any layout are read into."""


def _as_table(sheet: Sheet) -> tuple[str, dict[str, str]]:
    """The table of the books whose columns these are, spelled as in the data dictionary.

    A sheet that has more columns of another table than of the one it completes is not that one. Where it bears the
    other's name its rows are held against that, and each says what it lacks; lists of documents are read by words.
    """
    have = {text.strip().lower(): text for text in sheet.columns}
    best: tuple[int, Table] | None = None
    nearest: tuple[int, Table] | None = None
    for table in TABLES.values():
        needs = [name for name, column in table.columns.items() if not column.empty and name != "recorded_on"]
        shared = sum(name in have for name in table.columns)
        if nearest is None or shared > nearest[0]:
            nearest = (shared, table)
        if all(name in have for name in needs) and (best is None or shared > best[0]):
            best = (shared, table)
    if best is None or (nearest is not None and nearest[0] > best[0] + 1):
        named = TABLES.get(sheet.source.rpartition("/")[2].partition(".")[0])
        if nearest is None or nearest[1] is not named or nearest[0] < 3 or named.name in _BY_WORDS:
            return "", {}
        best = nearest
    return best[1].name, {have[name]: name for name in best[1].columns if name in have}


def _completed(sheet: Sheet, form: Format, mapping: Mapping[str, str]) -> dict[str, str]:
    """What a format says, and for columns that it does not name what their own words say, where they leave no doubt."""
    told, taken = dict(mapping), set(mapping.values())
    for (strength, *_), text, field in _ranked(sheet):
        if strength <= 1 and field not in taken and text not in told and plain(text) not in form.columns:
            told[text] = field
            taken.add(field)
    return {text: told[text] for text in sheet.columns if text in told}


def _ranked(sheet: Sheet) -> list[tuple[tuple[int, bool, int, int], str, str]]:
    """Every column with every field that it can be, the surest first."""
    contents = {text: Content(sheet.rows[text]) for text in sheet.columns if meanings(text)}
    return sorted(
        ((*order, place), text, field)
        for place, text in enumerate(sheet.columns)
        for order, field in _possible(text, contents.get(text))
    )


def _by_words(sheet: Sheet) -> dict[str, str]:
    """Header texts to fields: each field to its surest word whose cells agree, each column to one field."""
    ranked = _ranked(sheet)
    taken: dict[str, str] = {}
    used: set[str] = set()
    for _, text, field in ranked:
        if text not in used and field not in taken:
            taken[field] = text
            used.add(text)
    for _, text, field in ranked:
        if text in used or field != "invoice_id":
            continue
        second = "receipt_id" if _OWN_NUMBER.search(plain(text)) else "applies_to"
        if second not in taken:
            taken[second] = text
            used.add(text)
    _in_own_money(sheet.columns, taken)
    if "debit" in taken and "credit" not in taken and "paid_amount" in taken and "amount" not in taken:
        taken["credit"] = taken.pop("paid_amount")
    if "balance" in taken and not {"debit", "credit", "open_amount"} & set(taken):
        taken["open_amount"] = taken.pop("balance")
    for wanted, instead in (("issued_on", "posted_on"), ("recorded_on", "posted_on"), ("invoice_id", "reference")):
        if wanted not in taken and instead in taken:
            taken[wanted] = taken.pop(instead)
    by_text = {text: meant for meant, text in taken.items()}
    return {text: by_text[text] for text in sheet.columns if text in by_text}


def _possible(text: str, content: Content | None) -> list[tuple[tuple[int, bool, int], str]]:
    """The fields that a column can be, with how sure that is: the smaller, the surer."""
    if content is None:
        return []
    found = meanings(text)
    fields = frozenset(meant.field for meant in found)
    return [
        ((meant.strength, KINDS[meant.field] == "text" and len(fields) > 1, meant.rank), meant.field)
        for meant in found
        if fits(meant.field, content, fields - {meant.field})
    ]


def _in_own_money(headers: Sequence[str], taken: dict[str, str]) -> None:
    """An account in two currencies is read in the company's own where no column names the other one."""
    if "currency" in taken:
        return
    for text in headers:
        for meant in meanings(text):
            if local_money(text) and meant.field in ("debit", "credit", "balance") and meant.field in taken:
                taken[meant.field] = text
                taken.pop("booked_open_amount", None)


def _role(sheet: Sheet, mapping: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What a sheet is, by the fields it has and, where they leave it open, by its name; and the mapping as it fits."""
    fields = set(mapping.values())
    dated = fields & {"issued_on", "due_on"}
    names = f"{sheet.source} {sheet.name}"
    listed = bool(fields & {"due_on", "document_type"}) and "balance" not in fields
    if {"debit", "credit"} & fields and "issued_on" in fields and not fields & {"amount", "open_amount"}:
        return ("documents" if listed else "account"), mapping
    if {"amount", "paid_amount", "issued_on"} <= fields and _either_or(sheet, mapping):
        renamed = {"amount": "debit", "paid_amount": "credit", "open_amount": "balance"}
        return "account", {text: renamed.get(meant, meant) for text, meant in mapping.items()}
    if _SUMMARY.search(sheet.name) and "invoice_id" not in fields:
        return "", mapping
    if fields & {"amount", "open_amount", "booked_amount", "booked_open_amount"} and dated:
        if _CREDITS.search(names) and "document_type" not in fields:
            return "credit_note_list", mapping
        if _RECEIPTS.search(names) and "due_on" not in fields:
            return "receipt_list", _naming_invoices(mapping)
        return "documents", mapping
    if "settled_on" in fields and fields & {"amount", "paid_amount"}:
        return "receipt_list", _naming_invoices(mapping)
    if dated or not fields & {"customer_id", "customer_name"}:
        return "", mapping
    return ("customers" if fields & {"region", "industry", "terms", "group_id", "salesperson"} else ""), mapping


def _naming_invoices(mapping: Mapping[str, str]) -> dict[str, str]:
    """In a list of receipts a column of invoice numbers says what was paid."""
    free = "applies_to" not in mapping.values()
    return {
        text: "applies_to" if free and meant == "invoice_id" and _INVOICE_NUMBER.search(text) else meant
        for text, meant in mapping.items()
    }


def _either_or(sheet: Sheet, mapping: Mapping[str, str]) -> bool:
    """True for a list in which each row is either billed or paid, like the two sides of an account."""
    headers = {meant: text for text, meant in mapping.items()}
    if {"due_on", "invoice_id", "settled_on"} & set(headers) and "open_amount" not in headers:
        return False
    billed, paid = (
        ~sheet.rows[headers[name]].fill_null("").str.contains(r"^[-0., ]*$") for name in ("amount", "paid_amount")
    )
    return bool(not (billed & paid).any() and paid.any() and billed.any())


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
