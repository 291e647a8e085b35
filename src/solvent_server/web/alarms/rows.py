"""Rows: what an alarm rests on, as the rows of the books that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from solvent.books.books import TABLES
from solvent.files.language import Language
from solvent.files.notify.words import fact
from solvent.files.sentences.documents.names import NAMES
from solvent_server.store import facts
from solvent_server.store.keeping.assessments import Kept
from solvent_server.store.models import Company
from solvent_server.web.parts.table import RIGHT, Cell, shown

Heads = Mapping[str, str]

CALLED: Mapping[str, str] = {
    "open_items": "Invoices",
    "limits": "Limits",
    "promises": "Promises to pay",
    "orders": "Orders",
    "balances": "Bank balances",
    "bank_lines": "Bank transactions",
    "bill_payments": "Payments to suppliers",
    "events": "Events",
    "buyer_limits": "Insurer's limits",
    "registrations": "Entries in the register",
    "opinions": "Opinions of agencies",
    "statements": "Lines of statements",
    "indices": "Indices",
    "risk_levels": "Levels of risk",
    "facilities": "Bank lines",
    "stock": "Stock",
}
"""Tables that evidence names, and what their rows are called."""

SHOWN: Mapping[str, Heads] = {
    "open_items": {
        "item_id": "Item", "customer_id": "Customer", "due_on": "Due on", "days_past_due": "Days past due",
        "open": "Open", "amount": "Amount", "currency": "Currency", "issued_on": "Issued on",
    },
    "limits": {
        "limit_id": "Number", "customer_id": "Customer", "kind": "Kind", "amount": "Amount", "currency": "Currency",
        "valid_from": "Valid from", "valid_until": "Valid until", "decided_by": "Decided by",
    },
    "promises": {
        "promise_id": "Number", "customer_id": "Customer", "item_id": "Item", "made_on": "Made on",
        "promised_on": "Promised for", "amount": "Amount", "currency": "Currency",
    },
    "orders": {
        "order_id": "Order", "customer_id": "Customer", "ordered_on": "Ordered on", "amount": "Amount",
        "currency": "Currency", "salesperson": "Salesperson",
    },
    "balances": {"account_id": "Account", "day_on": "Day", "amount": "Balance", "currency": "Currency"},
    "bank_lines": {
        "booked_on": "Booked on", "counterparty": "Counterparty", "reference": "Reference", "amount": "Amount",
        "currency": "Currency",
    },
    "bill_payments": {
        "payment_id": "Number", "bill_id": "Bill", "paid_on": "Paid on", "amount": "Amount", "currency": "Currency",
    },
    "events": {
        "happened_on": "Happened on", "customer_id": "Customer", "kind": "Kind", "severity": "Severity",
        "source": "Source", "detail": "Detail",
    },
    "buyer_limits": {
        "limit_id": "Number", "customer_id": "Customer", "decision": "Decision", "amount": "Amount",
        "currency": "Currency", "valid_from": "Valid from", "valid_until": "Valid until", "reason": "Reason",
    },
    "registrations": {
        "told_on": "Told on", "customer_id": "Customer", "legal_name": "Registered name", "status": "Status",
        "legal_representative": "Legal representative", "source": "Source",
    },
    "statements": {"period_end": "Period to", "line": "Line", "amount": "Amount", "currency": "Currency"},
    "indices": {"series": "Series", "day_on": "Day", "value": "Reading", "neutral": "Neutral", "source": "Source"},
    "risk_levels": {"told_on": "Told on", "code": "Of", "level": "Level", "outlook": "Outlook", "source": "Source"},
    "facilities": {
        "facility_id": "Number", "lender": "Lender", "amount": "Amount", "drawn": "Drawn", "currency": "Currency",
        "told_on": "Told on", "ends_on": "Valid until",
    },
    "stock": {
        "sku": "Article", "name": "Name", "quantity": "Quantity", "value": "Value", "currency": "Currency",
        "counted_on": "Counted on", "moved_on": "Last moved on",
    },
    "opinions": {
        "opinion_id": "Number", "customer_id": "Customer", "agency": "Agency", "rating": "Rating",
        "told_on": "Told on", "valid_until": "Valid until",
    },
}  # fmt: skip
"""Which columns of a table are shown, and under which heading; of a table that is not named, all that are filled."""

WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("limits", "kind"): NAMES["limit_kind"],
    ("events", "kind"): NAMES["event"],
    ("events", "severity"): NAMES["severity"],
    ("statements", "line"): NAMES["line"],
    ("buyer_limits", "decision"): NAMES["cover_decision"],
    ("registrations", "status"): NAMES["status"],
    ("risk_levels", "outlook"): NAMES["outlook"],
}


@dataclass(frozen=True)
class Reader:
    """Who reads. link: gives the address of a customer from its id."""

    language: Language
    link: Any


@dataclass(frozen=True)
class Rows:
    """Rows of one table. gone: names of rows that the books do not hold any more."""

    called: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    gone: Sequence[str]


def evidence(named: Sequence[str], company: Company, kept: Kept, language: Language, link: Any) -> Sequence[Rows]:
    """The rows that are named as ``table:key``, table by table in the order of their first mention.

    Args:
        link: gives the address of a customer from its id.
    """
    wanted: dict[str, list[str]] = {}
    for name in named:
        table, _, key = name.partition(":")
        wanted.setdefault(table, []).append(key)
    return [_rows(table, keys, company, kept, Reader(language, link)) for table, keys in wanted.items()]


def _rows(table: str, keys: Sequence[str], company: Company, kept: Kept, to: Reader) -> Rows:
    language = to.language
    called = language.say(CALLED.get(table, table))
    if table not in TABLES:
        return Rows(called, (), (), list(keys))
    frame = facts.standing_of(table, company.pk, keys)
    own = TABLES[table].key
    place = {key: number for number, key in enumerate(keys)}
    frame = frame.with_columns(pl.concat_str([pl.col(name).cast(pl.String) for name in own], separator="/").alias("_"))
    frame = frame.with_columns(pl.col("_").replace_strict(place, default=len(place)).alias("_at")).sort("_at")
    if table == "open_items":
        left = kept.frame("items").select("item_id", "open", "days_past_due").collect()
        frame = frame.join(left, on="item_id", how="left", maintain_order="left")
    # Who all rows are about stands above them already.
    filled = [name for name in frame.columns if frame.get_column(name).null_count() < frame.height]
    if "customer_id" in filled and frame.get_column("customer_id").n_unique() == 1 and len(own) == 1:
        filled.remove("customer_id")
    heads = {name: head for name, head in _heads(table, frame).items() if name in filled}
    kinds = {name: _kind(table, name, frame.schema[name]) for name in heads}
    cells = [[_cell(table, name, kinds[name], row, to) for name in heads] for row in frame.iter_rows(named=True)]
    told = [(language.say(head), kinds[name] in RIGHT) for name, head in heads.items()]
    return Rows(called, told, cells, [key for key in keys if key not in set(frame.get_column("_"))])


def _heads(table: str, frame: pl.DataFrame) -> Heads:
    return SHOWN.get(table) or {name: name for name in frame.columns if not name.startswith("_")}


def _kind(table: str, name: str, dtype: Any) -> str:
    if (table, name) in WORDS:
        return "code"
    if name == "days_past_due":
        return "count"
    if dtype == pl.Date:
        return "day"
    if dtype == pl.Int64 and (name == "open" or (name in TABLES[table].columns and _is_money(table, name))):
        return "money"
    return "number" if dtype.is_numeric() else "text"


def _is_money(table: str, name: str) -> bool:
    return TABLES[table].columns[name].unit == "minor units"


def _cell(table: str, name: str, kind: str, row: Mapping[str, Any], to: Reader) -> Cell:
    if (table, name) == ("indices", "series"):
        return Cell(fact("series", row[name], to.language, ""))
    cell = shown(row[name], kind, to.language, str(row.get("currency") or ""), WORDS.get((table, name), {}))
    if name == "customer_id" and row[name] is not None:
        return Cell(cell.text, cell.mark, to.link(row[name]))
    return cell
