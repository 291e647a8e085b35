"""File: one request for credit, or one customer's file, worked through: steps, statements typed in, grade explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.money import decimal
from solvent.base.problem import Problem, SolventError
from solvent.books.credit.registry import OUTCOMES, STEPS
from solvent.books.customers import LINES
from solvent.documents.credit.frames import card
from solvent.files.commands.credit.grade_words import BASIS, LOOK, STATE
from solvent.files.sentences.documents.names import NAMES
from solvent.intake.credit.sheets import sheets
from solvent_server.store.desk import statements
from solvent_server.store.desk.at_hand import at_hand
from solvent_server.store.desk.ledgers import rows_by
from solvent_server.web.customers import sections
from solvent_server.web.desk import asked as typed
from solvent_server.web.desk.admissions import steps_of, waiting_of
from solvent_server.web.desk.tabs import called, name_of, tabs
from solvent_server.web.parts.page import Look, page

BALANCE = ("cash", "trade_receivables", "inventory", "prepayments", "current_assets", "total_assets",
           "trade_payables", "current_liabilities", "total_liabilities", "retained_earnings", "equity")  # fmt: skip
"""Lines of what there is on a day; the others flow through a period."""
KNOWN = (("customers", "key"), ("admissions", "customer_id"), ("open_items", "customer_id"))
"""Where somebody may be named first."""


@page("desk")
def file(look: Look, customer_id: str) -> HttpResponse:
    """The file with its steps and statements, and the form for another statement."""
    assert look.kept is not None
    rows = called(look, [customer_id])
    if not rows and not any(rows_by(table, look.company, column, [customer_id]).height for table, column in KNOWN):
        raise Http404
    found = sheets(rows_by("statements", look.company, "entity_id", [customer_id]).lazy())
    known = found.sort("period_end").to_dicts()
    form, problem = _blank(look, known), ""
    if look.request.method == "POST":
        if not look.may("propose"):
            raise Http404
        form = {name: typed.cell(look.request.POST, name) for name in ("period_end", "months", "currency", *LINES)}
        try:
            return _enter(look, customer_id, form)
        except SolventError as error:
            problem = _told(error.problem, look)
    return look.render(
        "desk/file.html", here="desk", tabs=tabs(look, "desk_admissions"), customer_id=customer_id,
        name=name_of(rows, customer_id), known=customer_id in rows, steps=steps_of(look, customer_id),
        asked=waiting_of(look, customer_id), form=form, problem=problem, side=sections.sides(look, known[-2:], [])[0],
        periods=[(one["period_end"].isoformat(), look.language.day(one["period_end"])) for one in known],
        parts=[(look.say("On the last day"), BALANCE), (look.say("Over the period"), LINES[len(BALANCE):])],
        words=NAMES["line"], choices={step: LOOK[step] for step in STEPS}, today=look.kept.as_of.isoformat(),
        outcomes={one: STATE[one] for one in OUTCOMES}, status=400 if problem else 200,
    )  # fmt: skip


@page("desk")
def graded(look: Look, customer_id: str) -> HttpResponse:
    """The grade out of the books as they stand now, with its reasons: what was typed in a minute ago counts."""
    assert look.kept is not None
    told: dict[str, Any] = {"row": None, "problem": ""}
    try:
        books = at_hand(look.company, look.kept.as_of, int(look.kept.sheet["seed"]))
    except SolventError as error:
        return look.render("desk/graded.html", **told | {"problem": look.language.problem(error.problem)})
    mine = pl.col("customer_id") == customer_id
    rows = books.credit.grades.table.filter(mine).to_dicts()
    if not rows:
        return look.render("desk/graded.html", **told)
    points = card(books.credit.grades, books.policy).filter(mine).to_dicts()
    ratios = books.credit.ratios.filter(mine).sort("period_end").tail(2).to_dicts()
    return look.render(
        "desk/graded.html", row=rows[0], problem="", tiers=TIERS, basis=BASIS,
        reasons=sections.reasons_of(look, rows[0], points), card=sections.card_of(look, points),
        ratios=sections.sides(look, [], ratios)[1],
    )  # fmt: skip


TIERS: Mapping[str, str] = {"green": "no sign", "yellow": "to watch", "orange": "serious", "red": "grave"}


def _blank(look: Look, known: list[dict[str, Any]]) -> Mapping[str, str]:
    """An empty form, or what stands of the period that the address names, to be corrected."""
    assert look.kept is not None
    wanted = look.request.GET.get("period", "")
    row = next((one for one in known if one["period_end"].isoformat() == wanted), None)
    currency = (row or (known[-1] if known else {})).get("currency") or look.kept.currency
    told = {"period_end": wanted if row else "", "months": str((row or {}).get("months") or 12), "currency": currency}
    for name in LINES:
        amount = None if row is None else row.get(name)
        told[name] = "" if amount is None else str(decimal(amount, currency))
    return told


def _enter(look: Look, customer_id: str, form: Mapping[str, str]) -> HttpResponse:
    """Put the statement down.

    Raises:
        SolventError: a field cannot be read, or the statement is not sound.
    """
    assert look.kept is not None
    code, end = typed.currency(form["currency"], look.kept.currency), typed.day(form["period_end"])
    if end is None:
        raise SolventError("desk.day", "", value="")
    months = typed.whole(form["months"], 18) or 12
    lines = {name: typed.signed(typed.number(form[name]), code) for name in LINES if form[name]}
    period = statements.Period(end, months, code)
    statements.enter(look.company, customer_id, period, lines, actor=look.request.user.get_username())
    text = look.say("The statement of {day} is put down; the grade below counts it.", day=look.language.day(end))
    messages.success(look.request, text)
    return redirect(look.address("desk_file", customer_id))


def _told(problem: Problem, look: Look) -> str:
    facts = dict(problem.facts)
    if "gap_amount" in facts:
        facts["gap_amount"] = look.language.money(int(str(facts["gap_amount"])), str(facts["currency"]))
    return look.language.problem(Problem(problem.code, problem.place, facts))
