"""Order: may it go ahead: the form, the answer with every rule's reason, the ways that would pass, what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import polars as pl
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.decisions.limits.exposure import PARTS
from solvent.decisions.limits.order.check import Verdict, check_order, without_cash
from solvent.decisions.limits.order.rule import STAGES, OrderAsked, case_of
from solvent.decisions.limits.order.rule import Look as Seen
from solvent.files.commands.credit.order_names import PART
from solvent_server.store.desk import proposals, reservations
from solvent_server.store.desk.at_hand import AtHand, at_hand
from solvent_server.web.desk import asked as typed
from solvent_server.web.desk.release import approvers, ways_out
from solvent_server.web.desk.tabs import Desk, called, name_of, tabs
from solvent_server.web.desk.words import BED, NO_CASH, RESERVED, SIGN, STAGE, STATES, VERDICT, line, told
from solvent_server.web.parts.page import Look, page, posted

FIELDS = ("customer", "amount", "currency", "terms", "deposit", "wanted_on", "stage", "order")
APPROVAL_DAYS = 14
"""Until when an approval is asked for unless somebody says otherwise."""
NAMES_SHOWN = 12


@dataclass(frozen=True)
class Answer:
    """One check, ready to be shown. looked: what it was made from; credit: what is on credit, books' currency; ahead:
    the paths of cash were made."""

    asked: OrderAsked
    name: str
    looked: Seen
    verdict: Verdict
    credit: int | None
    policy: Policy
    ahead: bool


def hand(look: Look) -> AtHand:
    """The newest books of the company, at the day that its pages show.

    Raises:
        SolventError: nothing was imported.
    """
    assert look.kept is not None
    return at_hand(look.company, look.kept.as_of, int(look.kept.sheet["seed"]))


@page("order")
def order(look: Look) -> HttpResponse:
    """The form, the answer to what the address asks, what is held, and what one asked for oneself."""
    return look.render(
        "desk/order.html", here="desk", tabs=tabs(look, "desk"), form=_form(look), stages=STAGE, **_answered(look),
        **_held(look),
    )  # fmt: skip


@page("order")
def verdict(look: Look) -> HttpResponse:
    """The answer alone, for a page that is open already; what would pass follows, for it takes several checks."""
    return look.render("desk/verdict.html", here="desk", form=_form(look), **_answered(look, ways=False))


@page("order")
def ways(look: Look) -> HttpResponse:
    """What would pass instead of an order that does not."""
    return look.render("desk/ways.html", here="desk", **_answered(look))


@page("order")
def ready(look: Look) -> HttpResponse:
    """Read the books, or make the paths of cash, before anybody asks; says what stands."""
    try:
        books = hand(look)
        if look.request.GET.get("step") == "cash":
            books.look_ahead()
    except SolventError as error:
        return look.render(
            "desk/ready.html", here="desk", step="none", again="", problem=look.language.problem(error.problem)
        )
    form, second = _form(look), look.request.GET.get("step") == "cash"
    asks = bool(form["customer"] and form["amount"])
    if books.ahead is None:
        again = urlencode({**form, "step": "cash"})
        return look.render("desk/ready.html", here="desk", step="books", problem="", again=again)
    # The answer that stands on the page was given before the paths were there: it is asked for once more.
    again = urlencode(form) if second and asks else ""
    return look.render("desk/ready.html", here="desk", step="cash", problem="", again=again)


@page("order")
def names(look: Look) -> HttpResponse:
    """Customers that fit what is being typed."""
    found = typed.customers(look, look.request.GET.get("customer", ""), NAMES_SHOWN)
    return look.render("desk/names.html", here="desk", found=found)


@page("order")
@posted
def reserve(look: Look) -> HttpResponse:
    """Hold what an order takes of the limit; asked twice by one form it is held once."""
    request, language = look.request, look.language
    back = redirect(f"{look.address('desk')}?{urlencode(_form(look))}")
    try:
        answer = _ask(look, _form(look), ways=False)
        if answer.verdict.outcome != "yes" or not answer.credit:
            raise SolventError("desk.not_released", "", customer=answer.name)
        books = hand(look)
        done = reservations.reserve(
            look.company, answer.asked.customer_id, answer.credit, books.rooms(answer.asked.customer_id),
            seen=books.seen, key=request.POST.get("key", "")[:64] or uuid4().hex, currency=books.books.currency,
            order_id=answer.asked.order_id or "", actor=request.user.get_username(),
        )  # fmt: skip
    except SolventError as error:
        messages.error(request, language.problem(error.problem))
        return back
    if done.reservation is None:
        text = look.say(
            "Nothing is held: {name} has {currency} {free} left of its limit.", name=done.short_in,
            currency=books.books.currency, free=language.money(done.free, books.books.currency),
        )  # fmt: skip
        messages.error(request, text)
        return back
    until = f"{language.day(done.reservation.expires_at.date())} {done.reservation.expires_at:%H:%M}"
    text = look.say("Held as number {number} until {until} UTC.", number=done.reservation.id, until=until)
    messages.success(request, text)
    return redirect(f"{look.address('desk')}#held")


@page("order")
@posted
def release(look: Look, number: int) -> HttpResponse:
    """Let go of what is held; one's own, or anybody's where one may approve."""
    request, who = look.request, look.request.user.get_username()
    try:
        mine = {row.id for row, _ in _live(look) if row.asked_by == who or look.may("approve")}
        if number not in mine:
            raise SolventError("store.reserve.not_held", "", reservation=number, state="unknown")
        row = reservations.release(look.company, number, actor=who, reason=request.POST.get("reason", "")[:500])
        amount = f"{row.currency}\u00a0{look.language.money(row.amount, row.currency)}"
        messages.success(
            request, look.say("Number {number} is released: {amount} is free.", number=number, amount=amount)
        )
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
    return redirect(f"{look.address('desk')}#held")


@page("order")
@posted
def ask(look: Look) -> HttpResponse:
    """Ask a second person to let an order through."""
    request, form = look.request, _form(look)
    back = redirect(f"{look.address('desk')}?{urlencode(form)}")
    try:
        reason = request.POST.get("reason", "").strip()[:2000]
        if not reason:
            raise SolventError("desk.reason")
        answer = _ask(look, form, ways=False)
        until = typed.day(request.POST.get("until_on", "")) or answer.verdict.on + timedelta(days=APPROVAL_DAYS)
        cells = {
            "customer_id": answer.asked.customer_id, "order_id": answer.asked.order_id, "until_on": until,
            "currency": answer.asked.currency, "amount": answer.asked.amount, "approved_on": answer.verdict.on,
        }  # fmt: skip
        done = proposals.propose(
            look.company, "approvals", cells, actor=request.user.get_username(), reason=reason
        )  # fmt: skip
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
        return back
    messages.success(request, look.say("Request {number} waits for a second person.", number=done.id))
    return redirect(look.address("desk"))


def _form(look: Look) -> dict[str, str]:
    """What was typed, under the names of the fields."""
    said = look.request.POST if look.request.method == "POST" else look.request.GET
    return {name: said.get(name, "").strip()[:80] for name in FIELDS}


def _answered(look: Look, *, ways: bool = True) -> dict[str, Any]:
    """The answer to a form that names a customer and an amount, or why there is none."""
    form = _form(look)
    empty: dict[str, Any] = {"answer": None, "problem": "", "key": uuid4().hex, "later": ""}
    empty |= {"ways": [], "release": [], "may": []}
    if not form["customer"] or not form["amount"]:
        return empty
    try:
        found = _ask(look, form, ways=ways)
    except SolventError as error:
        return empty | {"problem": look.language.problem(error.problem)}
    shown = empty | {"answer": found} | _shown(found, look)
    if found.verdict.outcome == "yes":
        return shown
    if not ways:
        return shown | {"later": urlencode(form)}
    release = ways_out(found.asked, found.looked, _told(found.verdict, look), found.policy, look)
    return shown | {"release": release, "may": approvers(look)}


def _ask(look: Look, form: Mapping[str, str], *, ways: bool = True) -> Answer:
    """Check what was typed.

    Raises:
        SolventError: it cannot be read, or there are no books.
    """
    customer_id, name = typed.customer(look, form["customer"])
    books = hand(look)
    code = typed.currency(form["currency"], books.books.currency)
    amount = typed.number(form["amount"])
    order_id = form["order"] or None
    asked = OrderAsked(
        customer_id=customer_id,
        amount=typed.in_minor(amount, code),
        currency=code,
        terms_days=typed.whole(form["terms"], 730),
        deposit=typed.deposit(form["deposit"], amount, code),
        wanted_on=typed.day(form["wanted_on"]),
        stage=next((stage for stage in STAGES if stage == form["stage"]), "order"),
        order_id=order_id,
    )
    if order_id is not None:
        held = reservations.held(look.company, books.seen.as_of).filter(
            pl.col("order_id") == order_id, pl.col("customer_id") == customer_id
        )
        asked = replace(asked, held=int(held.get_column("amount").sum()))
    looked = books.look(look.company, customer_id)
    case = case_of(asked, looked)
    return Answer(
        asked, name, looked, check_order(asked, looked, books.policy, ways=ways), None if case is None else case.credit,
        books.policy, books.ahead is not None,
    )  # fmt: skip


def _shown(found: Answer, look: Look) -> dict[str, Any]:
    """What the page says of an answer."""
    language, said, looked = look.language, found.verdict, found.looked
    currency = looked.currency
    of = language.money
    parts = [
        (look.say(PART[name]), of(looked.parts.get(name), currency)) for name in PARTS if looked.parts.get(name) != 0
    ]
    return {
        "currency": currency,
        "word": look.say(VERDICT[said.outcome]),
        "sign": SIGN[said.outcome],
        "bed": BED[said.outcome],
        "reason": "" if said.reason is None else told(said.reason, language, currency),
        "lines": [line(one, language, currency) for one in _told(said, look).findings],
        "parts": parts,
        "ways": _ways(found, look),
        "cash": _cash(found, look),
        "no_cash": "" if found.verdict.cash is not None else look.say(NO_CASH[_no_cash(found)]),
        "soon": found.verdict.cash is None and _no_cash(found) == "soon",
        "until_on": (said.on + timedelta(days=APPROVAL_DAYS)).isoformat(),
        "may_reserve": said.outcome == "yes" and bool(found.credit) and said.limit is not None,
        "may_ask": said.outcome != "yes",
    }


def _ways(found: Answer, look: Look) -> list[tuple[str, str]]:
    """What would pass, each with the address that asks for it."""
    ways, asked, form = found.verdict.softer, found.asked, _form(look)
    if ways is None:
        return []

    def money(value: int) -> str:
        return f"{asked.currency}\u00a0{look.language.money(value, asked.currency)}"

    def again(**changes: int) -> str:
        typed_in = {name: str(decimal(value, asked.currency)) for name, value in changes.items()}
        return f"{look.address('desk')}?{urlencode({**form, **typed_in})}"

    told_ways = []
    if ways.deposit >= asked.amount:
        told_ways.append((look.say("the whole order paid before delivery"), again(deposit=asked.amount)))
    else:
        text = look.say("a deposit of {amount} before delivery", amount=money(ways.deposit))
        told_ways.append((text, again(deposit=ways.deposit)))
    if ways.lot is not None:
        part = asked.deposit * ways.lot // asked.amount
        text = look.say("a smaller order, up to {amount}", amount=money(ways.lot))
        told_ways.append((text, again(amount=ways.lot, deposit=part)))
    if ways.lots is not None and ways.lot_amount is not None:
        text = "{count} lots of up to {amount}, each when the one before is paid, about every {days} days"
        told_ways.append((look.say(text, count=ways.lots, amount=money(ways.lot_amount), days=ways.lot_days), ""))
    if ways.approval_deposit is not None:
        text = look.say("for approval: with a deposit of {amount}", amount=money(ways.approval_deposit))
        told_ways.append((text, again(deposit=ways.approval_deposit)))
    if ways.approval_lot is not None:
        text = look.say("for approval: up to {amount}", amount=money(ways.approval_lot))
        told_ways.append((text, again(amount=ways.approval_lot, deposit=0)))
    return told_ways


def _told(verdict: Verdict, look: Look) -> Verdict:
    return verdict if look.may("see_cash") else without_cash(verdict)


def _cash(found: Answer, look: Look) -> list[str]:
    """What the order does to cash, in sentences; none where the paths are not made."""
    effect, language = found.verdict.cash, look.language
    if effect is None:
        return []
    share = language.share
    paid = look.say("It is paid within the horizon with a chance of {share}.", share=share(effect.paid_share))
    if not look.may("see_cash"):
        return [paid]
    return [
        look.say(
            "Chance of falling under the floor: {before} without the order, {after} with it.",
            before=share(effect.before), after=share(effect.after),
        ),
        look.say(
            "Most in the week to {day}: {before} without, {after} with it; the lowest balance changes by {amount}.",
            day=language.day(effect.week_end), before=share(effect.week_before), after=share(effect.week_after),
            amount=language.money(effect.lowest_change, found.looked.currency),
        ),
        paid,
    ]  # fmt: skip


def _no_cash(found: Answer) -> str:
    """Why nothing is said about cash: a key of NO_CASH."""
    asked, looked = found.asked, found.looked
    if asked.stage == "invoice":
        return "delivered"
    if asked.order_id is not None and asked.order_id in looked.orders:
        return "in_books"
    return "none" if found.ahead else "soon"


def _live(look: Look) -> list[tuple[Any, str]]:
    assert look.kept is not None
    every = reservations.listed(look.company, look.kept.as_of, datetime.now(UTC))
    return [(row, state) for row, state in every if state in ("held", "ordered")]


def _held(look: Look) -> dict[str, Any]:
    """What is held now, and what this person asked for that still waits."""
    who, language = look.request.user.get_username(), look.language
    held = [
        {
            "number": row.id, "customer_id": row.customer_id, "order_id": row.order_id or "–", "who": row.asked_by,
            "amount": f"{row.currency}\u00a0{language.money(row.amount, row.currency)}",
            "state": look.say(RESERVED[state]),
            "until": f"{language.day(row.expires_at.date())} {row.expires_at:%H:%M}",
            "mine": row.asked_by == who or look.may("approve"),
        }
        for row, state in _live(look)
    ]  # fmt: skip
    mine = [one for one in proposals.proposals(look.company) if one.asked_by == who and one.table == "approvals"][:10]
    requests = [Desk.of(one, look, STATES) for one in mine]
    rows = called(look, {*(one["customer_id"] for one in held), *(one.customer_id for one in requests)})
    names = {one: name_of(rows, one) for one in rows}
    return {"held": held, "requests": requests, "names": names}
