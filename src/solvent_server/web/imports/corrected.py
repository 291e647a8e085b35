"""Corrected: how a sheet was understood, as a form to correct; what is sent becomes a format that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from solvent.base.money import UNKNOWN
from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent.files.language import Language
from solvent.intake.intake import Reading
from solvent.intake.ledger.columns import mapping_toml
from solvent.intake.ledger.fields import KINDS
from solvent.intake.ledger.format import LISTS, Format
from solvent_server.web.imports.shown import names_of

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
ROLES = (*LISTS, "account")
ORDERS = {"": "as the cells say", "ymd": "year, month, day", "dmy": "day, month, year", "mdy": "month, day, year"}
MARKS = {"": "as the cells say", ".": "point: 1,234.50", ",": "comma: 1.234,50"}
UNITS = {1: "1", 1_000: "1,000", 10_000: "10,000"}
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Wrong:
    """The form of one sheet: what can be chosen, what is. columns: header text, and the field it is read as."""

    place: str
    role: str
    roles: Choices
    columns: Sequence[tuple[str, str]]
    fields: Choices
    orders: Choices
    order: str
    marks: Choices
    mark: str
    units: Choices
    unit: str
    currency: str


def form(one: Reading, language: Language) -> Wrong:
    """The form of a sheet as it stands."""
    say = language.say
    roles = [*ROLES, *([one.role] if one.role and one.role not in ROLES else [])]
    fields = {name: say(says) for name, says in MEANS.items()}
    if one.role in TABLES:
        fields = {name: language.words(name) for name in TABLES[one.role].columns}
    listed = [(text, one.mapping.get(text, "")) for text in dict.fromkeys((*one.mapping, *one.unused)) if text]
    return Wrong(
        one.place, one.role or LISTS[0], [(role, names_of(language, role)) for role in roles], listed,
        [("", say("leave out")), *sorted(fields.items(), key=lambda field: field[1])],
        [(order, say(says)) for order, says in ORDERS.items()], one.date_order if not one.certain else "",
        [(mark, say(says)) for mark, says in MARKS.items()], "", [(str(unit), text) for unit, text in UNITS.items()],
        str(one.unit if one.unit in UNITS else 1), "" if one.currency == UNKNOWN else one.currency,
    )  # fmt: skip


def format_of(one: Reading, asked: Mapping[str, str]) -> str:
    """What was sent, as the text of a format.

    Args:
        asked: role, order, mark, unit, currency, and column0, column1 ... in the order of the form.

    Raises:
        SolventError: two columns mean the same, none means anything, or a value is none that a format knows.
    """
    texts = [text for text in dict.fromkeys((*one.mapping, *one.unused)) if text]
    meant = {text: asked.get(f"column{place}", "") for place, text in enumerate(texts)}
    mapping = {text: field for text, field in meant.items() if field}
    twice = sorted({field for field in mapping.values() if list(mapping.values()).count(field) > 1})
    if twice:
        both = [text for text, field in mapping.items() if field == twice[0]]
        raise SolventError("imports.column_twice", one.place, field=twice[0], columns=", ".join(both))
    if not mapping:
        raise SolventError("imports.no_column", one.place)
    unit, role = asked.get("unit", "1"), asked.get("role", one.role)
    known = KINDS if role not in TABLES else TABLES[role].columns
    for text, field in mapping.items():
        if field not in known:
            raise SolventError("imports.field_of_another", one.place, column=text, field=field, role=role)
    told = mapping_toml(
        replace(
            one, role=role, mapping=mapping, unused=tuple(text for text, field in meant.items() if not field),
            date_order=asked.get("order", ""), mark=asked.get("mark", ""),
            unit=int(unit) if unit.isdecimal() and len(unit) < 9 else 1,
            currency=asked.get("currency", "").strip().upper() or UNKNOWN,
        )
    )  # fmt: skip
    Format.parse(told, one.place)
    return told
