"""Admissions: who asks for credit, how long it has waited, and which steps of the screening are still open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent.books.credit.registry import OUTCOMES, STEPS
from solvent.files.commands.credit.grade_words import LOOK, STATE
from solvent_server.store import facts
from solvent_server.store.desk import decided
from solvent_server.web.customers.frames import table_of
from solvent_server.web.desk import asked as typed
from solvent_server.web.desk.tabs import tabs
from solvent_server.web.parts.page import Look, page

GATES = STEPS[:3]
SIGN = {"passed": "●", "waived": "●", "failed": "■", "open": "○", "expired": "▲"}
DECISION = {"admitted": "admitted", "refused": "refused", "withdrawn": "withdrawn"}
MOST = 100


@dataclass(frozen=True)
class Step:
    """A step of the screening as it is shown."""

    name: str
    sign: str
    state: str
    gate: bool


@dataclass(frozen=True)
class Request:
    """A request for credit that waits. ready: every gate is passed or waived."""

    customer_id: str
    name: str
    asked_on: Any
    days: int
    amount: str
    terms_days: int | None
    steps: list[Step]
    ready: bool


@page("desk")
def admissions(look: Look) -> HttpResponse:
    """What waits, the oldest first, with its steps; forms for a request, a step and the decision."""
    if look.request.method == "POST":
        return _put_down(look)
    waiting = _waiting(look)
    mean = sum(one.days for one in waiting) / len(waiting) if waiting else None
    return look.render(
        "desk/admissions.html", here="desk", tabs=tabs(look, "desk_admissions"), waiting=waiting, mean=mean,
        steps={step: LOOK[step] for step in STEPS}, outcomes={name: STATE[name] for name in OUTCOMES},
        decisions=DECISION, today=_day(look).isoformat(), currency=look.kept.currency if look.kept else "",
    )  # fmt: skip


def _day(look: Look) -> Any:
    assert look.kept is not None
    return look.kept.as_of


def _waiting(look: Look) -> list[Request]:
    """Requests without a decision as the books hold them now, with where the screening of each stands."""
    assert look.kept is not None
    asked = facts.standing("admissions", look.company.pk, TABLES["admissions"].schema)
    open_ones = asked.filter(pl.col("decision").is_null()).sort("asked_on", "customer_id").head(MOST)
    customers = open_ones.get_column("customer_id").to_list()
    if not customers:
        return []
    states = _states(look, customers)
    names = dict(
        look.kept.frame("customers").filter(pl.col("customer_id").is_in(customers)).select("customer_id", "name")
        .collect().iter_rows()
    )  # fmt: skip
    told = []
    for row in open_ones.iter_rows(named=True):
        of = {step: states.get((row["customer_id"], step), "open") for step in STEPS}
        amount = "–"
        if row["amount"] is not None:
            amount = f"{row['currency']}\u00a0{look.language.money(row['amount'], row['currency'])}"
        told.append(
            Request(
                row["customer_id"],
                names.get(row["customer_id"]) or row["customer_id"],
                row["asked_on"],
                max((look.kept.as_of - row["asked_on"]).days, 0),
                amount,
                row["terms_days"],
                [Step(LOOK[step], SIGN[of[step]], STATE[of[step]], step in GATES) for step in STEPS],
                all(of[step] in ("passed", "waived") for step in GATES),
            )
        )
    return told


def _states(look: Look, customers: list[str]) -> dict[tuple[str, str], str]:
    """Where each step stands: as the assessment says, unless it was decided since."""
    assert look.kept is not None
    told: dict[tuple[str, str], str] = {}
    before: dict[tuple[str, str], Any] = {}
    kept = table_of(look.kept, "steps")
    if kept is not None:
        rows = kept.filter(pl.col("customer_id").is_in(customers)).collect()
        for row in rows.iter_rows(named=True):
            key = (row["customer_id"], row["step"])
            told[key], before[key] = row["state"], row["told_on"]
    entered = facts.standing("screenings", look.company.pk, TABLES["screenings"].schema)
    newest = entered.filter(pl.col("customer_id").is_in(customers)).sort("told_on", "recorded_on")
    for row in newest.iter_rows(named=True):
        key = (row["customer_id"], row["step"])
        if row["told_on"] != before.get(key):
            told[key] = row["outcome"]
    return told


def steps_of(look: Look, customer_id: str) -> list[Step]:
    """Where each step of a customer's screening stands."""
    states = _states(look, [customer_id])
    of = {step: states.get((customer_id, step), "open") for step in STEPS}
    return [Step(LOOK[step], SIGN[of[step]], STATE[of[step]], step in GATES) for step in STEPS]


def waiting_of(look: Look, customer_id: str) -> Request | None:
    """The request of a customer that waits; None where none does."""
    return next((one for one in _waiting(look) if one.customer_id == customer_id), None)


def _put_down(look: Look) -> HttpResponse:
    """A request, a step of the screening, or the decision: a row of the books, undone like any import."""
    if not look.may("propose"):
        raise Http404
    post, back = look.request.POST, redirect(look.address("desk_admissions"))
    if post.get("back") == "file" and typed.cell(post, "customer"):
        back = redirect(look.address("desk_file", typed.cell(post, "customer")[:80]))
    try:
        table, cells = _row(look, post.get("do", ""))
        if table == "admissions" and cells.get("decision") == "admitted":
            _refuse_open_gates(look, cells["customer_id"])
        decided.enter(
            look.company, table, cells, actor=look.request.user.get_username(), reason=post.get("reason", "")[:500]
        )  # fmt: skip
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
        return back
    messages.success(look.request, look.say("It is put down and counts from now on."))
    return back


def _row(look: Look, do: str) -> tuple[str, dict[str, Any]]:
    """The table and the cells that a form means.

    Raises:
        SolventError: a field cannot be read.
    """
    assert look.kept is not None
    post = look.request.POST
    who = typed.cell(post, "customer")[:80]
    if not who:
        raise SolventError("desk.nobody", "", name="")
    if do == "ask":
        code = typed.currency(typed.cell(post, "currency"), look.kept.currency)
        amount = typed.cell(post, "amount")
        return "admissions", {
            "customer_id": who, "asked_on": typed.day(post.get("asked_on", "")) or look.kept.as_of,
            "currency": code if amount else None,
            "amount": typed.in_minor(typed.number(amount), code) if amount else None,
            "terms_days": typed.whole(typed.cell(post, "terms"), 730),
        }  # fmt: skip
    if do == "step":
        step, outcome = post.get("step", ""), post.get("outcome", "")
        if step not in STEPS or outcome not in OUTCOMES:
            raise SolventError("desk.choice", "", value=(step or outcome)[:40])
        return "screenings", {
            "customer_id": who, "step": step, "outcome": outcome,
            "told_on": typed.day(post.get("told_on", "")) or look.kept.as_of,
            "evidence": typed.cell(post, "evidence")[:500] or None, "reason": typed.cell(post, "reason")[:500] or None,
        }  # fmt: skip
    decision = post.get("decision", "")
    if decision not in DECISION:
        raise SolventError("desk.choice", "", value=decision[:40])
    return "admissions", {
        "customer_id": who, "asked_on": typed.day(post.get("asked_on", "")), "decision": decision,
        "decided_on": typed.day(post.get("decided_on", "")) or look.kept.as_of,
    }  # fmt: skip


def _refuse_open_gates(look: Look, customer_id: str) -> None:
    """Nobody is admitted before the three gates are passed or waived.

    Raises:
        SolventError: one is open, failed or expired.
    """
    states = _states(look, [customer_id])
    for step in GATES:
        state = states.get((customer_id, step), "open")
        if state not in ("passed", "waived"):
            raise SolventError("desk.gate_open", "", customer=customer_id, step=look.say(LOOK[step]))
