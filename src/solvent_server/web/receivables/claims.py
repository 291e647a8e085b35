"""Claims: pages on which people enter disputes and payment plans, and see whether plans are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.payment.states.promises import Promised
from solvent_server.store import batches, database
from solvent_server.store.desk import claims, notes
from solvent_server.store.desk.ledgers import rows_by
from solvent_server.store.models.notes import PLAN
from solvent_server.store.policy.standing import policy_of
from solvent_server.web.customers.frames import rows_of
from solvent_server.web.desk.asked import day, in_minor, number
from solvent_server.web.parts.page import Look, page, posted

OFFERED = 6
"""Lines of the form at least."""
STATES = {"kept": "kept", "partly": "kept in part", "broken": "broken", "ahead": "to come", "withdrawn": "taken back"}
SIGNS = {"kept": "●", "partly": "▲", "broken": "■", "ahead": "○", "withdrawn": "–"}
UNDO = "claims_last"


@page("handle", assessed=False)
@posted
def dispute(look: Look, item_id: str) -> HttpResponse:
    """A dispute on an invoice begins."""
    asked = look.request.POST
    found = rows_by("open_items", look.company, "key", [item_id])
    if not found.height:
        raise Http404
    try:
        text = asked.get("amount", "").strip()
        amount = in_minor(number(text), found.item(0, "currency")) if text else None
        done = claims.dispute(
            look.company, item_id, reason=asked.get("reason", ""), amount=amount, owner=asked.get("owner", ""),
            actor=look.request.user.get_username(),
        )  # fmt: skip
        _done(look, done.batch, look.say("The dispute on {item} is open.", item=item_id))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect("invoice", look.company.code, item_id)


@page("handle", assessed=False)
@posted
def close(look: Look, dispute_id: str) -> HttpResponse:
    """A dispute ends."""
    found = rows_by("disputes", look.company, "key", [dispute_id])
    if not found.height:
        raise Http404
    try:
        outcome = look.request.POST.get("outcome", "")
        done = claims.close_dispute(look.company, dispute_id, outcome=outcome, actor=look.request.user.get_username())
        _done(look, done.batch, look.say("The dispute is closed."))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect("invoice", look.company.code, found.item(0, "item_id"))


@page("handle", assessed=False)
@posted
def promise(look: Look, item_id: str) -> HttpResponse:
    """A customer says by when it pays an invoice."""
    asked = look.request.POST
    found = rows_by("open_items", look.company, "key", [item_id])
    if not found.height:
        raise Http404
    try:
        on, text = day(asked.get("on", "")), asked.get("amount", "").strip()
        if on is None:
            raise SolventError("desk.day", "", value=asked.get("on", ""))
        amount = in_minor(number(text), found.item(0, "currency")) if text else None
        who = look.request.user.get_username()
        done = claims.promise(look.company, item_id, on=on, amount=amount, actor=who)
        _done(look, done.batch, look.say("{item} is promised by {day}.", item=item_id, day=look.language.day(on)))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect("invoice", look.company.code, item_id)


@page("see", assessed=False)
def plans(look: Look) -> HttpResponse:
    """Every payment plan with what became of it."""
    return look.render(
        "receivables/plans.html", here="receivables", tab="receivable_plans", plans=_plans(look),
        last=last(look), signs=SIGNS, states=STATES,
    )  # fmt: skip


@page("handle", assessed=False)
def plan(look: Look, customer_id: str) -> HttpResponse:
    """A plan is drafted out of what the customer owes, and agreed."""
    owed = claims.owed_by(look.company, customer_id)
    if not rows_by("open_items", look.company, "customer_id", [customer_id]).height and not _assessed(
        look, customer_id
    ):
        raise Http404
    asked, wrong = look.request.POST, ""
    instead = asked.get("instead", "") or look.request.GET.get("instead", "")
    currency = asked.get("currency") or look.request.GET.get("currency") or next(iter(owed), look.company.currency)
    if look.request.method == "POST":
        try:
            told, done = claims.plan(
                look.company, customer_id, currency, _instalments(asked, currency),
                actor=look.request.user.get_username(), remark=asked.get("remark", ""), instead=instead,
            )  # fmt: skip
            _done(look, done.batch, look.say("Payment plan {number} stands.", number=told))
            return redirect("receivable_plans", look.company.code)
        except SolventError as error:
            wrong = look.language.problem(error.problem)
    terms = policy_of(look.company, datetime.now(UTC).date()).terms(claims.Planned)
    made = claims.draft(look.company, customer_id, currency, left=_left(look, customer_id, instead), terms=terms)
    rows = _typed(asked) if look.request.method == "POST" else _draft(made, currency)
    words = {
        "monthly": f"{look.language.money(made.monthly, currency)} {currency}", "months": terms.months,
        "share": look.language.share(made.parts[0].amount / made.monthly if made.parts and made.monthly else None),
        "whole": f"{look.language.money(made.of, currency)} {currency}",
    }  # fmt: skip
    return look.render(
        "receivables/plan.html", here="receivables", tab="receivable_plans", customer_id=customer_id, rows=rows,
        owed=[(code, look.language.money(amount, code)) for code, amount in owed.items()], currency=currency,
        wrong=wrong[:1].upper() + wrong[1:], remark=asked.get("remark", ""), name=_name(look, customer_id),
        instead=instead, draft=words, paid=made.monthly > 0,
    )  # fmt: skip


@page("handle", assessed=False)
@posted
def end(look: Look, number: str) -> HttpResponse:
    """What is to come of a plan is taken back."""
    try:
        reason = look.request.POST.get("reason", "")
        done = claims.end_plan(look.company, number, reason=reason, actor=look.request.user.get_username())
        _done(look, done.batch, look.say("Payment plan {number} has ended.", number=number))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect("receivable_plans", look.company.code)


@page("handle", assessed=False)
@posted
def undo(look: Look) -> HttpResponse:
    """What was entered last comes out again."""
    told, back = look.request.session.pop(UNDO, None), look.request.POST.get("back", "")
    try:
        if not told or told["company"] != look.company.code or not claims.entered(look.company, told["batch"]):
            raise SolventError("claims.nothing_to_undo")
        batches.undo(look.company, told["batch"], look.request.user.get_username(), "entered by mistake")
        messages.success(look.request, look.say("Taken back."))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    if back and rows_by("open_items", look.company, "key", [back]).height:
        return redirect("invoice", look.company.code, back)
    return redirect("receivable_plans", look.company.code)


def last(look: Look) -> bool:
    """True where the person's last entry can be taken back here."""
    told = look.request.session.get(UNDO)
    return bool(told) and told["company"] == look.company.code


def _done(look: Look, batch: int, text: str) -> None:
    look.request.session[UNDO] = {"company": look.company.code, "batch": batch}
    messages.success(look.request, text)


def _instalments(asked: Mapping[str, str], currency: str) -> list[claims.Instalment]:
    """What was typed; a line with neither day nor amount is none."""
    told = []
    for on, amount in _typed(asked):
        if on or amount:
            when = day(on)
            if when is None:
                raise SolventError("desk.day", "", value=on)
            told.append(claims.Instalment(when, in_minor(number(amount), currency)))
    return told


def _typed(asked: Mapping[str, str]) -> list[tuple[str, str]]:
    places = range(1, claims.MOST + 1)
    rows = [(asked.get(f"on.{place}", "").strip(), asked.get(f"amount.{place}", "").strip()) for place in places]
    while len(rows) > OFFERED and rows[-1] == ("", ""):
        rows.pop()
    return rows


def _draft(made: claims.Draft, currency: str) -> list[tuple[str, str]]:
    """The draft as the form has it, with lines left for more."""
    rows = [(one.on.isoformat(), str(decimal(one.amount, currency))) for one in made.parts]
    return rows + [("", "")] * max(OFFERED - len(rows), 1)


def _left(look: Look, customer_id: str, number: str) -> int | None:
    """What of a plan did not come; None where there is no such plan of the customer."""
    found = [one for one in _plans(look) if one["number"] == number and one["customer_id"] == customer_id]
    return found[0]["left"] if number and found else None


def _plans(look: Look) -> Sequence[Mapping[str, Any]]:
    """Each plan with its instalments, the newest first."""
    sql = 'SELECT DISTINCT "key" FROM fact_promises WHERE company_id = %s AND "key" >= %s AND "key" < %s'
    keys = [row[0] for row in database.rows(sql, [look.company.pk, claims.MARK, claims.MARK[:-1] + "."])]
    rows = rows_by("promises", look.company, "key", keys).sort("promised_on")
    money = rows_by("receipts", look.company, "customer_id", rows.get_column("customer_id").unique())
    said = notes.notes(look.company, PLAN, [key.removeprefix(claims.MARK).partition("/")[0] for key in keys])
    by: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_dicts():
        by.setdefault(row["promise_id"].removeprefix(claims.MARK).partition("/")[0], []).append(row)
    told = [_plan(look, one, parts, money) for one, parts in by.items()]
    for one in told:
        one["notes"] = [note for note in said if note.subject == one["number"]]
    return sorted(told, key=lambda one: (one["made"], one["number"]), reverse=True)


def _plan(look: Look, number: str, parts: Sequence[Mapping[str, Any]], money: pl.DataFrame) -> dict[str, Any]:
    customer, currency = parts[0]["customer_id"], parts[0]["currency"]
    today = look.kept.as_of if look.kept else datetime.now(UTC).date()
    mine = money.filter((pl.col("customer_id") == customer) & (pl.col("currency") == currency))
    tolerance = policy_of(look.company, today).terms(Promised).tolerance_share
    rows, upto = [], 0
    for one in parts:
        taken_back = one["withdrawn_on"] is not None and one["withdrawn_on"] <= one["promised_on"]
        upto += 0 if taken_back else one["amount"]
        state = state_of(one, upto, mine, today, tolerance)
        rows.append({
            "on": look.language.day(one["promised_on"]), "amount": look.language.money(one["amount"], currency),
            "state": state,
        })  # fmt: skip
    came = int(mine.filter(pl.col("received_on").is_between(parts[0]["made_on"], today)).get_column("amount").sum())
    whole = sum(one["amount"] for one in parts)
    return {
        "number": number, "customer_id": customer, "name": _name(look, customer), "made": parts[0]["made_on"],
        "since": look.language.day(parts[0]["made_on"]), "currency": currency, "rows": rows,
        "whole": look.language.money(whole, currency), "running": any(row["state"] == "ahead" for row in rows),
        "left": max(upto - came, 0), "came": look.language.money(min(came, upto), currency),
        "broken": any(row["state"] in ("broken", "partly") for row in rows),
    }  # fmt: skip


def state_of(
    one: Mapping[str, Any], upto: int, money: pl.DataFrame, today: date, tolerance: float = Promised().tolerance_share
) -> str:
    """What became of an instalment: by its day all instalments up to it are to be here, whenever they came.

    Args:
        upto: all instalments up to this one. money: the customer's receipts in the plan's currency. tolerance: share
            that may be missing.
    """
    if one["withdrawn_on"] is not None and one["withdrawn_on"] <= one["promised_on"]:
        return "withdrawn"
    if one["promised_on"] >= today:
        return "ahead"
    came = pl.col("received_on").is_between(one["made_on"], one["promised_on"])
    paid = int(money.filter(came).get_column("amount").sum())
    if paid >= upto * (1 - tolerance):
        return "kept"
    return "partly" if paid > upto - one["amount"] else "broken"


def _assessed(look: Look, customer_id: str) -> bool:
    return look.kept is not None and bool(rows_of(look.kept, "customers", customer_id))


def _name(look: Look, customer_id: str) -> str:
    names = rows_by("customers", look.company, "key", [customer_id]).get_column("name").drop_nulls()
    return str(names[0]) if len(names) else customer_id
