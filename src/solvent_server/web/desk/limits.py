"""Limits: what stands and what is proposed for every customer, and the form in which somebody decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.files.commands.credit.limit_names import MOVE, WHY
from solvent_server.store.desk import proposals
from solvent_server.web.customers.frames import rows_of, table_of
from solvent_server.web.customers.limits import limit_of
from solvent_server.web.desk import asked as typed
from solvent_server.web.desk.tabs import Desk, tabs
from solvent_server.web.desk.words import STATES
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.table import Column, Lister, exported, listed, wants_file

COLUMNS = (
    Column("name", "Customer", link="desk_limit", link_by="customer_id"),
    Column("grade", "Grade", "grade", choose=True),
    Column("move", "Proposal", "code", choose=True, words=MOVE),
    Column("why", "Why", "code", choose=True, words=WHY),
    Column("standing_amount", "Stands today", "money"),
    Column("amount", "Proposed", "money"),
    Column("change", "Change of the limit", "money"),
    Column("terms_days", "Terms, days", "count"),
    Column("deposit_share", "Deposit", "share"),
)
FIELDS = ("amount", "currency", "terms", "deposit", "valid_from", "valid_until", "reason")


@page("desk")
def limits(look: Look) -> HttpResponse:
    """Every customer's limit with what is proposed, the largest change first."""
    assert look.kept is not None
    frame = table_of(look.kept, "limits")
    if frame is None:
        return look.render("desk/limits.html", here="desk", tabs=tabs(look, "desk_limits"), table=None)
    change = pl.col("amount").fill_null(0) - pl.col("standing_amount").fill_null(0)
    frame = frame.with_columns(change.alias("change"))
    lister = Lister(COLUMNS, "-change", look.kept.currency, ("name", "customer_id"), look.address)
    if wants_file(look.request):
        return exported(frame, lister, look.request, look.language, "limits")
    table = listed(frame, lister, look.request, look.language)
    return look.render("desk/limits.html", here="desk", tabs=tabs(look, "desk_limits"), table=table)


@page("desk")
def limit(look: Look, customer_id: str) -> HttpResponse:
    """One customer's limit: methods side by side, what was decided before, and the form to decide."""
    assert look.kept is not None
    found = rows_of(look.kept, "customers", customer_id)
    if not found:
        raise Http404
    form, problem = _blank(look, customer_id), ""
    if look.request.method == "POST":
        if not look.may("propose"):
            raise Http404
        form = {name: typed.cell(look.request.POST, name) for name in FIELDS}
        try:
            return _decide(look, customer_id, form)
        except SolventError as error:
            problem = look.language.problem(error.problem)
    waiting = [
        Desk.of(one, look, STATES) for one in proposals.proposals(look.company, waiting=True)
        if one.table == "limits" and one.row.get("customer_id") == customer_id
    ]  # fmt: skip
    return look.render(
        "desk/limit.html", here="desk", tabs=tabs(look, "desk_limits"), row=found[0], form=form, problem=problem,
        waiting=waiting, currency=look.kept.currency, limit=limit_of(look, customer_id), status=400 if problem else 200,
    )  # fmt: skip


def _blank(look: Look, customer_id: str) -> Mapping[str, str]:
    """The form filled with what is proposed. It counts from the day that the books stand at, so that checks see it."""
    assert look.kept is not None
    rows = rows_of(look.kept, "limits", customer_id)
    told: Mapping[str, Any] = rows[0] if rows else {}
    amount, deposit = told.get("amount"), told.get("deposit_share")
    return {
        "amount": "" if amount is None else str(decimal(amount, look.kept.currency)),
        "currency": look.kept.currency,
        "terms": "" if told.get("terms_days") is None else str(told["terms_days"]),
        "deposit": "" if deposit is None else f"{100 * deposit:.0f}",
        "valid_from": look.kept.as_of.isoformat(),
        "valid_until": "",
        "reason": "",
    }


def _decide(look: Look, customer_id: str, form: Mapping[str, str]) -> HttpResponse:
    """Put the decision down; within one's authority it counts at once, else a second person is asked.

    Raises:
        SolventError: a field cannot be read, no reason is given, or the books would refuse the row.
    """
    assert look.kept is not None
    if not form["reason"]:
        raise SolventError("desk.reason")
    code = typed.currency(form["currency"], look.kept.currency)
    cells = {
        "customer_id": customer_id, "kind": "total", "currency": code,
        "amount": typed.in_minor(typed.number(form["amount"]), code),
        "terms_days": typed.whole(form["terms"], 730), "deposit_share": typed.share(form["deposit"]),
        "valid_from": typed.day(form["valid_from"]), "valid_until": typed.day(form["valid_until"]),
    }  # fmt: skip
    done = proposals.propose(
        look.company, "limits", cells, actor=look.request.user.get_username(), reason=form["reason"][:2000]
    )
    text = "Number {number} waits for a second person: it is above your own authority."
    if done.state == "alone":
        text = "The limit counts from now on. The lists show it with the next assessment."
    messages.success(look.request, look.say(text, number=done.id))
    return redirect(look.address("desk_limit", customer_id))
