"""Documents: every invoice and receipt as lists, and a page for each with its life and where its figures come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent_server.store.desk.ledgers import Origin, origins, rows_by
from solvent_server.store.desk.notes import owners
from solvent_server.store.models.notes import DISPUTE
from solvent_server.web.customers.frames import rows_of
from solvent_server.web.matching import acts
from solvent_server.web.parts.listing.held import held_of, values_of
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file
from solvent_server.web.receivables.claims import last
from solvent_server.web.receivables.life import invoice_life, predicted

STATES = {"open": "nothing paid yet", "part": "part paid", "paid": "paid in full"}
PLACES = {"unplaced": "not placed", "part": "part placed", "placed": "placed"}
INVOICES = (
    Column("item_id", "Item", link="invoice"),
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("open", "Open", "money"),
    Column("currency", "Currency", choose=True),
    Column("face", "Invoiced", "money"),
    Column("state", "State", "code", choose=True, words=STATES),
    Column("issued_on", "Issued on", "day"),
    Column("due_on", "Due on", "day"),
    Column("settled_on", "Last settled on", "day"),
    Column("days_past_due", "Days past due", "count"),
)
RECEIPTS = (
    Column("receipt_id", "Receipt", link="receipt"),
    Column("name", "Customer", link="customer", link_by="customer_id"),
    Column("amount", "Amount", "money"),
    Column("unplaced", "Not placed", "money"),
    Column("currency", "Currency", choose=True),
    Column("state", "State", "code", choose=True, words=PLACES),
    Column("received_on", "Came on", "day"),
    Column("reference", "Reference"),
)


NONE = "The books hold none yet. What is imported stands here after the next assessment."


@dataclass(frozen=True)
class Long:
    """A long list: its name in the assessment, how it is sorted there, and what its page says."""

    name: str
    first: str
    key: str
    title: str
    why: str
    empty: str
    columns: Sequence[Column]
    choose: Sequence[str]


ALL_INVOICES = Long(
    "invoices", "-issued_on", "item_id", "Invoices", "Every invoice, paid or not; each leads to its life.",
    "No invoice fits these filters.", INVOICES, ("state", "currency"),
)  # fmt: skip
ALL_RECEIPTS = Long(
    "receipts", "-received_on", "receipt_id", "Receipts", "All money that came in; each leads to what it pays.",
    "No receipt fits these filters.", RECEIPTS, ("state", "currency"),
)  # fmt: skip


@page("see")
def invoices(look: Look) -> HttpResponse:
    """Every invoice there ever was."""
    return _long(look, ALL_INVOICES, "receivable_invoices")


@page("see")
def receipts(look: Look) -> HttpResponse:
    """Every receipt there ever was."""
    return _long(look, ALL_RECEIPTS, "receivable_receipts")


def _long(look: Look, of: Long, tab: str) -> HttpResponse:
    assert look.kept is not None
    rows = held_of(look.kept, of.name, of.first, of.key, "name")
    if rows is None:
        return look.render("receivables/older.html", here="receivables", tab=tab)
    values = values_of(look.kept, of.name, of.choose)
    lister = Lister(of.columns, of.first, "", (of.key, "name"), look.address, values, pick=True)
    if wants_file(look.request):
        return exported(rows.frame.lazy(), lister, look.request, look.language, of.name)
    table = listed(rows.frame.lazy(), lister, look.request, look.language, rows.cut)
    said = {
        "title": look.say(of.title),
        "why": look.say(of.why),
        "empty": look.say(of.empty if table.filtered else NONE),
    }
    return look.render("receivables/list.html", here="receivables", tab=tab, table=table, said=said)


@page("see", assessed=False)
def invoice(look: Look, item_id: str) -> HttpResponse:
    """One invoice: what is open on it, everything that happened to it, when it is likely paid, where it comes from."""
    found = rows_by("open_items", look.company, "key", [item_id])
    if not found.height:
        if rows_by("receipts", look.company, "key", [item_id]).height:  # a list of what stands open names both
            return redirect("receipt", look.company.code, item_id)
        return gone(look, item_id, "invoices", "item_id")
    row = found.row(0, named=True)
    applied = rows_by("allocations", look.company, "item_id", [item_id])
    disputes = rows_by("disputes", look.company, "item_id", [item_id])
    promises = rows_by("promises", look.company, "customer_id", [row["customer_id"]]).filter(
        (pl.col("item_id") == item_id) | pl.col("item_id").is_null()
    )
    settled = int(applied.get_column("amount").sum())
    steps = invoice_life(look, row, applied, disputes, promises)
    batches = {int(one) for frame in (found, applied, disputes, promises) for one in frame.get_column("batch_id")}
    return look.render(
        "receivables/invoice.html", here="receivables", tab="receivable_invoices", row=row,
        name=_name(look, row["customer_id"]), money=lambda amount: _money(look, amount, row["currency"]),
        open=max(row["amount"] - settled, 0), beyond=max(settled - row["amount"], 0), steps=steps,
        others=_instalments(look, row), likely=predicted(look, item_id), running=_running(disputes),
        owners=owners(look.company, DISPUTE, disputes.get_column("dispute_id").to_list()), undo=last(look),
        came=_came(look, batches), overdue=max((_today(look) - row["due_on"]).days, 0),
    )  # fmt: skip


@page("see", assessed=False)
def receipt(look: Look, receipt_id: str) -> HttpResponse:
    """One receipt: the statement line it came on, and what it pays."""
    found = rows_by("receipts", look.company, "key", [receipt_id])
    if not found.height:
        return gone(look, receipt_id, "receipts", "receipt_id")
    row = found.row(0, named=True)
    applied = rows_by("allocations", look.company, "source_id", [receipt_id])
    applied = applied.filter(pl.col("source") == "receipt")
    matches = rows_by("bank_matches", look.company, "target_id", [receipt_id])
    lines = rows_by("bank_lines", look.company, "key", matches.get_column("line_id").to_list())
    placed = int(applied.select(pl.col("source_amount").fill_null(pl.col("amount"))).to_series().sum())
    items = rows_by("open_items", look.company, "key", applied.get_column("item_id").to_list())
    owner = dict(items.select("item_id", "customer_id").iter_rows())
    batches = {int(one) for frame in (found, applied, matches, lines) for one in frame.get_column("batch_id")}
    return look.render(
        "receivables/receipt.html", here="receivables", tab="receivable_receipts", row=row,
        name=_name(look, row["customer_id"]), money=lambda amount: _money(look, amount, row["currency"]),
        applied=_applied(look, applied, items, row["currency"]), rest=row["amount"] - placed, lines=lines.to_dicts(),
        amounts=lambda line: _money(look, line["amount"], line["currency"]),
        mine=bool(applied.get_column("allocation_id").str.starts_with("match:").any()) or bool(
            matches.height and receipt_id.startswith("bank:")
        ),
        others=sorted({one for one in owner.values() if one != row["customer_id"]}), came=_came(look, batches),
    )  # fmt: skip


@page("match", assessed=False)
@posted
def take_back(look: Look, receipt_id: str) -> HttpResponse:
    """What matching placed of a receipt is taken off again."""
    try:
        acts.take_back(look.company, receipt_id, look.request.user.get_username())
        messages.success(look.request, look.say("Taken back: it lies on the matching desk again."))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    if rows_by("receipts", look.company, "key", [receipt_id]).height:
        return redirect("receipt", look.company.code, receipt_id)
    return redirect("matching", look.company.code)


def gone(look: Look, number: str, name: str, column: str) -> HttpResponse:
    """The page of something that the newest assessment knows and the books do not any more; of anything else none."""
    if look.kept is None or not rows_of(look.kept, name, number, column):
        raise Http404
    return look.render("receivables/gone.html", here="receivables", number=number)


def _applied(look: Look, applied: pl.DataFrame, items: pl.DataFrame, currency: str) -> Sequence[Mapping[str, Any]]:
    """What a receipt pays, the oldest first."""
    rows = applied.drop("currency", "batch_id").join(
        items.select("item_id", "customer_id", "due_on", pl.col("currency").alias("owed_in")), on="item_id", how="left"
    )
    return [
        {
            "item_id": one["item_id"], "known": one["due_on"] is not None,
            "due": look.language.day(one["due_on"]) if one["due_on"] else "–",
            "on": look.language.day(one["allocated_on"]),
            "amount": _money(look, one["amount"], one["owed_in"] or currency),
        }
        for one in rows.sort("allocated_on", "item_id").iter_rows(named=True)
    ]  # fmt: skip


def _instalments(look: Look, row: Mapping[str, Any]) -> Sequence[str]:
    """The other instalments of the same invoice."""
    rows = rows_by("open_items", look.company, "invoice_id", [row["invoice_id"]])
    return [one for one in rows.sort("due_on").get_column("item_id") if one != row["item_id"]]


def _today(look: Look) -> date:
    return look.kept.as_of if look.kept is not None else datetime.now(UTC).date()


def _running(disputes: pl.DataFrame) -> Sequence[Mapping[str, Any]]:
    return disputes.filter(pl.col("closed_on").is_null()).to_dicts()


def _came(look: Look, batches: set[int]) -> Sequence[Origin]:
    """The imports and acts that the rows of a page came with, the oldest first."""
    return [one for _, one in sorted(origins(look.company, batches).items())]


def _money(look: Look, amount: int, currency: str) -> str:
    return f"{look.language.money(amount, currency)} {look.language.currency(currency)}"


def _name(look: Look, customer_id: str) -> str:
    names = rows_by("customers", look.company, "key", [customer_id]).get_column("name").drop_nulls()
    return str(names[0]) if len(names) else customer_id
