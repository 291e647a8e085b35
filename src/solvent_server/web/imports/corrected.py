"""Corrected: what somebody says of a sheet that was understood otherwise, or not at all, as a format that is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solvent.base.money import UNKNOWN
from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.intake import Reading
from solvent.intake.ledger.columns import mapping_toml
from solvent.intake.ledger.fields import KINDS
from solvent.intake.ledger.format import LISTS, Format

MEANS: Mapping[str, str] = {
    "customer_id": "number of the customer",
    "customer_name": "name of the customer",
    "group_id": "group of the customer",
    "country": "country",
    "region": "region",
    "industry": "industry",
    "salesperson": "salesperson",
    "insured": "insured or not",
    "terms": "terms of payment",
    "invoice_id": "number of the invoice",
    "instalment": "number of the instalment",
    "line": "line of the invoice",
    "document_type": "kind of document",
    "status": "status of the document",
    "void": "void or not",
    "paid_state": "paid or not",
    "issued_on": "day of issue",
    "posted_on": "day of posting",
    "due_on": "due day",
    "baseline_on": "day from which terms count",
    "delivered_on": "day of delivery",
    "recorded_on": "day on which it was recorded",
    "amount": "amount with tax",
    "booked_amount": "amount in our own currency",
    "open_amount": "amount still open",
    "booked_open_amount": "open amount in our own currency",
    "paid_amount": "amount paid so far",
    "credited_amount": "amount credited so far",
    "debit": "debit",
    "credit": "credit",
    "balance": "running balance",
    "direction": "debit or credit, as a word",
    "sign": "sign of the amount",
    "currency": "currency",
    "booked_currency": "our own currency",
    "settled_on": "day of settlement",
    "receipt_id": "number of the receipt",
    "clearing_id": "number of the clearing",
    "applies_to": "invoice that is settled",
    "order_id": "number of the order",
    "delivery_id": "number of the delivery",
    "disputed": "disputed or not",
    "dispute_reason": "reason of the dispute",
    "summary": "text of the entry",
    "reference": "reference of the payment",
}
"""What a column can mean, as a clerk says it."""
BANK = "bank_statement"
BANK_MEANS: Mapping[str, str] = {
    "booked_on": "day of booking",
    "traded_on": "day of the transaction",
    "value_on": "value day",
    "out": "money out",
    "in": "money in",
    "amount": "amount, in and out in one column",
    "direction": "in or out, as a word",
    "balance": "balance after it",
    "counterparty": "name of the other side",
    "counterparty_account": "account of the other side",
    "payer": "name of the payer",
    "payee": "name of the payee",
    "payer_account": "account of the payer",
    "payee_account": "account of the payee",
    "memo": "text of the entry",
    "bank_reference": "number at the bank",
    "currency": "currency",
    "account": "our own account",
    "account_name": "our own name",
    "status": "status of the entry",
    "fee": "fee",
}
"""What a column of a bank statement can mean."""
ROLES = (*LISTS, "account", BANK)
ORDERS = {"": "as the cells say", "ymd": "year, month, day", "dmy": "day, month, year", "mdy": "month, day, year"}
MARKS = {"": "as the cells say", ".": "point: 1,234.50", ",": "comma: 1.234,50"}
UNITS = {1: "1", 1_000: "1,000", 10_000: "10,000"}
NEEDED: Mapping[str, Sequence[tuple[str, ...]]] = {
    **dict.fromkeys(
        LISTS, (("amount", "open_amount", "booked_amount", "debit", "credit"), ("issued_on", "due_on", "posted_on"))
    ),
    "account": (("debit", "credit", "balance"), ("issued_on", "posted_on")),
    BANK: (("amount", "in", "out"), ("booked_on", "traded_on", "value_on")),
}
"""Of each line of fields a list needs one."""
TABLES_BY_HAND = (
    "customers", "bills", "bill_payments", "orders", "deliveries", "planned_flows", "stock", "facilities", "fx_rates",
    "limits", "disputes", "promises", "payers", "groups",
)  # fmt: skip
"""Tables of the books as which a sheet can be read column by column."""


@dataclass(frozen=True)
class Told:
    """What somebody says of a sheet: what it is, what each of its columns means (empty: it is left out), and how its
    days and amounts are written."""

    role: str
    meant: Mapping[str, str]
    order: str = ""
    mark: str = ""
    unit: str = "1"
    currency: str = ""
    account: str = ""


def fields_of(role: str) -> Sequence[str]:
    """What a column of a sheet of a role can mean."""
    if role == BANK:
        return tuple(BANK_MEANS)
    return tuple(TABLES[role].columns) if role in TABLES else tuple(KINDS)


def needs(role: str) -> Sequence[tuple[str, ...]]:
    """The fields that a sheet of a role needs, one of each line."""
    if role in NEEDED:
        return NEEDED[role]
    table = TABLES[role]
    return [(name,) for name, column in table.columns.items()
            if not column.empty and name not in ("recorded_on", "currency")]  # fmt: skip


def format_of(source: str, sheet: str, told: Told) -> str:
    """What was said, as the text of a format; of a bank statement, as that of a profile.

    Raises:
        SolventError: two columns mean the same, none means anything, something is missing that such a sheet needs, or
            a value is none that a format knows.
    """
    place = f"{source}!{sheet}" if sheet else source
    role = told.role if told.role in (*ROLES, *TABLES) else LISTS[0]
    mapping = {text: field for text, field in told.meant.items() if field}
    once = [field for field in mapping.values() if field != "memo"]
    twice = sorted({field for field in once if once.count(field) > 1})
    if twice:
        both = [text for text, field in mapping.items() if field == twice[0]]
        raise SolventError("imports.column_twice", place, role=role, field=twice[0], columns=", ".join(both))
    if not mapping:
        raise SolventError("imports.no_column", place)
    known = fields_of(role)
    for text, field in mapping.items():
        if field not in known:
            raise SolventError("imports.field_of_another", place, column=text, field=field, role=role)
    for line in needs(role):
        if not set(line) & set(mapping.values()):
            raise SolventError("imports.column_missing", place, role=role, fields=",".join(line))
    if role == BANK:
        written = _profile(place, told, mapping)
        Profile.parse(written, place)
        return written
    written = mapping_toml(
        Reading(
            source, sheet, 0, "", "", role, tuple(told.meant), mapping,
            tuple(text for text in told.meant if text not in mapping), told.order, False, told.mark,
            int(told.unit) if told.unit.isdecimal() and len(told.unit) < 9 else 1,
            told.currency.strip().upper() or UNKNOWN, {}, {}, {},
        )
    )  # fmt: skip
    Format.parse(written, place)
    return written


def _profile(place: str, told: Told, mapping: Mapping[str, str]) -> str:
    """What was said of a bank statement, as the text of a profile; a JSON text is one of TOML too."""
    given = {
        "name": place, "date_order": told.order, "decimal": told.mark, "currency": told.currency.strip().upper(),
        "account": told.account.strip(),
    }  # fmt: skip
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in given.items() if value]
    lines.append(f"match = {json.dumps(list(mapping), ensure_ascii=False)}")
    lines.append("[columns]")
    columns = {text: mapping.get(text, "") for text in told.meant}
    lines += [f"{json.dumps(text, ensure_ascii=False)} = {json.dumps(field)}" for text, field in columns.items()]
    return "\n".join(lines) + "\n"
