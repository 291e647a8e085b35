"""Behind: the largest rows behind a figure, each with the way to its very place in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from solvent_server.store import facts
from solvent_server.web.figures.known import Known
from solvent_server.web.figures.origin import CASH_TABLES, address
from solvent_server.web.parts.listing.held import frame_of
from solvent_server.web.parts.page import Look

MOST = 12
BY_KIND = {"receipt": "receipts", "credit_note": "credit_notes", "bank_line": "bank_lines"}


@dataclass(frozen=True)
class Row:
    """One row behind a figure: its number, whose it is, its day, its amount, and where it comes from."""

    number: str
    name: str
    day: str
    amount: str
    to: str


@dataclass(frozen=True)
class Source:
    """Where the rows of a page come from: list of the assessment, columns of number, name, day and amount, and by what
    they are put in order (the amount where it is empty)."""

    frame: str
    number: str
    name: str
    day: str
    amount: str
    table: Callable[[Mapping[str, Any]], str]
    order: str = ""


def _of_kind(row: Mapping[str, Any]) -> str:
    return BY_KIND.get(str(row["kind"]), "open_items")


SOURCES: Mapping[str, Source] = {
    "receivable_items": Source("receivables", "item_id", "name", "due_on", "open", _of_kind, "worth"),
    "receivable_disputes": Source("disputes", "dispute_id", "name", "opened_on", "amount", lambda row: "disputes"),
    "receivable_unplaced": Source("unplaced", "source_id", "name", "came_on", "amount", _of_kind),
    "receivable_invoicing": Source(
        "deliveries", "delivery_id", "name", "delivered_on", "amount", lambda row: "deliveries", "days_late"
    ),
    "receivable_invoices": Source("paid", "item_id", "customer_id", "paid_on", "amount", lambda row: "open_items"),
    "receivable_receipts": Source("receipts", "receipt_id", "name", "received_on", "amount", lambda row: "receipts"),
}
"""By the page of the rows behind a figure."""


def largest(look: Look, known: Known) -> Sequence[Row]:
    """The rows that weigh most in a figure; none where it has no rows of its own."""
    assert look.kept is not None
    page, asked = known.rows
    if page == "cash":
        return _balances(look)
    source = SOURCES.get(page)
    frame = frame_of(look.kept, source.frame) if source is not None else None
    if source is None or frame is None:
        return ()
    for part in asked.split("&"):
        name, _, value = part.partition("=")
        if name in frame.columns:
            frame = frame.filter(pl.col(name) == value)
    if asked == "sort=-days_past_due":
        frame = frame.filter(pl.col("days_past_due") > 0)
    order = source.order or source.amount
    rows = frame.filter(pl.col(order).is_not_null()).top_k(MOST, by=order)
    return [
        Row(
            row[source.number], str(row[source.name] or ""),
            look.language.day(row[source.day]) if row[source.day] else "–",
            _money(look, row[source.amount], row["currency"]), _to(look, source.table(row), row[source.number]),
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _to(look: Look, table: str, *cells: object) -> str:
    return "" if table in CASH_TABLES and not look.may("see_cash") else address(look, table, *cells)


def _money(look: Look, amount: int | None, currency: str) -> str:
    return "–" if amount is None else f"{look.language.money(amount, currency)} {look.language.currency(currency)}"


def _balances(look: Look) -> Sequence[Row]:
    """What each account stood at when it was told last, up to the day of the assessment."""
    assert look.kept is not None
    schema = {"account_id": pl.String, "day_on": pl.Date, "currency": pl.String, "amount": pl.Int64}
    told = facts.standing("balances", look.company.pk, schema).filter(pl.col("day_on") <= look.kept.as_of)
    last = told.sort("day_on").unique("account_id", keep="last").sort("account_id").head(MOST)
    return [
        Row(row["account_id"], "", look.language.day(row["day_on"]), _money(look, row["amount"], row["currency"]),
            _to(look, "balances", row["account_id"], row["day_on"]))
        for row in last.iter_rows(named=True)
    ]  # fmt: skip
