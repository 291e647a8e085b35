"""Dealings: what people agreed on with a customer and wrote about it: terms, disputes, promises, decisions, remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent_server.store.desk import notes, proposals
from solvent_server.store.desk.claims import MARK
from solvent_server.store.desk.ledgers import rows_by
from solvent_server.store.models.notes import CUSTOMER
from solvent_server.web.customers.frames import rows_of
from solvent_server.web.parts.page import Look, page

PROMISES = 12
"""Promises that are shown, the newest first."""


def dealings(look: Look, customer_id: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the page of one customer shows of it."""
    assert look.kept is not None
    every = proposals.proposals(look.company, waiting=True)
    waiting = [one for one in every if one.row.get("customer_id") == customer_id]
    return {
        "terms": _terms(look, customer_id, row),
        "disputes": _disputes(look, customer_id),
        "promises": _promises(look, customer_id),
        "waiting": [
            {"number": one.id, "by": one.asked_by, "reason": one.reason,
             "kind": look.say(_KINDS.get(one.table, one.table)),
             "amount": _money(look, one.row.get("amount"), one.row.get("currency"))}
            for one in waiting
        ],
        "notes": notes.notes(look.company, CUSTOMER, [customer_id]),
    }  # fmt: skip


_KINDS = {"limits": "limit", "approvals": "order let through"}


def _terms(look: Look, customer_id: str, row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """What was agreed on, what is decided, and what invoices really carry."""
    assert look.kept is not None
    language, told = look.language, []
    if row.get("terms_days") is not None:
        told.append(("Agreed from invoice to due day", look.say("{days} days", days=row["terms_days"])))
    decided = [one for one in rows_of(look.kept, "decisions", customer_id) if one.get("terms_days") is not None]
    if decided:
        told.append(("Decided with the newest limit", look.say("{days} days", days=decided[-1]["terms_days"])))
    items = look.kept.frame("items").filter(pl.col("customer_id") == customer_id)
    carried = items.select((pl.col("due_on") - pl.col("issued_on")).dt.total_days().median()).collect().item()
    if carried is not None:
        told.append(("On its open invoices, the middle one", look.say("{days} days", days=language.number(carried, 0))))
    if row.get("insured"):
        told.append(("Insured", look.say("yes")))
    return [(look.say(name), value) for name, value in told]


def _disputes(look: Look, customer_id: str) -> Sequence[Mapping[str, str]]:
    assert look.kept is not None
    return [
        {
            "item": one["item_id"], "reason": one["reason"] or "–",
            "amount": _money(look, one["amount"], one["currency"]),
            "since": look.language.day(one["opened_on"]) if one["opened_on"] else "–",
        }
        for one in rows_of(look.kept, "disputes", customer_id)
    ]  # fmt: skip


def _promises(look: Look, customer_id: str) -> Sequence[Mapping[str, Any]]:
    """Single promises, the newest first; those of a plan are on the page of plans."""
    assert look.kept is not None
    rows = rows_by("promises", look.company, "customer_id", [customer_id]).sort("promised_on", descending=True)
    still = {one["item_id"] for one in rows_of(look.kept, "items", customer_id)} if rows.height else set()
    return [
        {
            "item": one["item_id"] or "", "plan": one["promise_id"].startswith(MARK),
            "made": look.language.day(one["made_on"]), "by": look.language.day(one["promised_on"]),
            "amount": look.say("the whole item") if one["amount"] is None
            else _money(look, one["amount"], one["currency"]),
            "gone": one["withdrawn_on"] is not None,
            "broken": one["withdrawn_on"] is None and one["promised_on"] < look.kept.as_of and one["item_id"] in still,
        }
        for one in rows.head(PROMISES).iter_rows(named=True)
    ]  # fmt: skip


def _money(look: Look, amount: int | None, currency: str | None) -> str:
    return "–" if amount is None else f"{look.language.money(amount, currency or '')}\u00a0{currency or ''}".strip()


@page("handle", assessed=False)
def write(look: Look, customer_id: str) -> HttpResponse:
    """A remark on a customer."""
    if look.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _refuse_unknown(look, customer_id)
    try:
        notes.write(
            look.company, CUSTOMER, customer_id, look.request.POST.get("text", ""),
            actor=look.request.user.get_username(),
        )  # fmt: skip
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(look.address("customer", customer_id) + "#notes")


@page("handle", assessed=False)
def strike(look: Look, number: int) -> HttpResponse:
    """A remark is taken back; it stays in sight, struck."""
    if look.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    customer_id = look.request.POST.get("customer", "")
    _refuse_unknown(look, customer_id)
    try:
        reason = look.request.POST.get("reason", "")
        notes.strike(look.company, number, reason=reason, actor=look.request.user.get_username())
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(look.address("customer", customer_id) + "#notes")


def _refuse_unknown(look: Look, customer_id: str) -> None:
    """Nobody writes about a customer that the books do not know."""
    for table, column in (("customers", "key"), ("open_items", "customer_id"), ("receipts", "customer_id")):
        if rows_by(table, look.company, column, [customer_id]).height:
            return
    if look.kept is None or not rows_of(look.kept, "customers", customer_id):
        raise Http404
