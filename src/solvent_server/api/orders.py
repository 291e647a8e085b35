"""Orders: may this order go ahead, and so much of a limit held for it: what the credit desk answers, for machines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import polars as pl
from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from solvent.base.problem import Problem, SolventError
from solvent.decisions.limits.order.check import Verdict, check_order, without_cash
from solvent.decisions.limits.order.rule import Look as Looked
from solvent.decisions.limits.order.rule import OrderAsked, case_of
from solvent.files.commands.credit.check_order import figures
from solvent.files.commands.credit.check_order import told as in_words
from solvent.files.language import Language
from solvent_server.api.parts.door import Caller, Door
from solvent_server.api.parts.once import Key, MaybeKey, once
from solvent_server.api.parts.pages import Cursor, Limit, cursor, place
from solvent_server.api.parts.shapes import (
    HOME,
    Asked,
    Currency,
    Day,
    Money,
    Name,
    Positive,
    Says,
    Share,
    Text,
    in_minor,
    money,
    of,
)
from solvent_server.api.parts.trouble import Trouble, spoken
from solvent_server.store import access
from solvent_server.store.desk import reservations
from solvent_server.store.desk.at_hand import AtHand, at_hand
from solvent_server.store.keeping import assessments
from solvent_server.store.models import Company, Reservation

router = Router(tags=["orders"])
TRIES = 4
NUMBER = Path(..., ge=1, le=2**53)


class OrderIn(Asked):
    """An order as it is asked about."""

    customer_id: Name
    amount: Positive = Field(description="of the order, tax included, main units")
    currency: Currency | None = Field(None, description="by default that of the books")
    terms_days: Annotated[int, Field(strict=True, ge=0, le=730)] | None = Field(
        None, description="days from invoice to due date; by default as agreed"
    )
    deposit: Positive = Field("0", description="paid before delivery, main units")
    wanted_on: Day | None = Field(None, description="day of delivery; by default as soon as it is ready")
    stage: Literal["order", "pick", "ship", "invoice"] = "order"
    order_id: Name | None = Field(None, description="where the books, or a reservation, hold the order already")


class CheckIn(OrderIn):
    """A question about an order. cash: look at what it does to cash too, which the first time takes a while."""

    cash: Annotated[bool, Field(strict=True)] = True
    ways: Annotated[bool, Field(strict=True)] = Field(True, description="look for softer ways where it is not yes")


class FindingOut(Schema):
    """What one rule says."""

    rule: str
    part: str
    passed: bool
    effect: Literal["no", "approval", "warn"] = Field(description="what it does where it does not pass")
    unit: str
    value: str | float | int | None = Field(description="money as exact text, all else as it is")
    line: str | float | int | None
    why: Says = Field(description="says is empty where the rule is kept")


class WaysOut(Schema):
    """What would release the order: ways that pass, main units of the order's currency."""

    currency: str
    deposit: str | None = Field(description="least deposit with which the whole order passes; all of it: prepaid only")
    lot: str | None = Field(description="largest amount that passes as it is asked; null: not even the smallest")
    lots: int | None = Field(description="or the order in so many lots; null: more than the company allows")
    lot_amount: str | None = Field(description="of each lot at most")
    lot_days: int | None = Field(description="days from lot to lot: the next goes out when the one before is paid")
    approval_deposit: str | None = Field(description="where it is refused: the deposit with which approval is enough")
    approval_lot: str | None = Field(description="where it is refused: the amount for which approval is enough")


class CashOut(Schema):
    """What the order does to cash: chances to be under the floor without and with it."""

    chance_before: Share
    chance_after: Share
    week_end: date
    week_before: Share
    week_after: Share
    gap_before: date | None
    gap_after: date | None
    lowest_change: str
    paid_share: Share


class OrderOut(Schema):
    """The order as it was understood."""

    currency: str
    amount: str
    deposit: str
    terms_days: int | None
    wanted_on: date | None
    order_id: str | None


class VerdictOut(Schema):
    """The answer: ``yes``, ``no``, or only with ``approval``; money in main units of ``currency``.

    Why not: the ``findings`` that did not pass, first in the list. What would release it: ``softer``.
    """

    as_of: date
    currency: str
    customer_id: str
    stage: str
    order: OrderOut
    outcome: Literal["yes", "no", "approval"]
    reason: Says | None = Field(description="why the outcome is another than the findings make it; null: they made it")
    exposure: dict[str, str | None] = Field(description="before the order, by what it is made of")
    before: str | None = Field(description="exposure without the order; null: not known")
    after: str | None = Field(description="exposure with the order")
    limit: str | None = Field(description="null: none counts")
    insured: str | None = Field(description="of what is owed after")
    watch: bool = Field(description="over the watch line of the limit with the order")
    findings: list[FindingOut] = Field(description="what every rule says; those that do not pass come first")
    approval_id: str | None = Field(description="the approval in the books that lets it through")
    softer: WaysOut | None = Field(description="what would release it, where the answer is not yes")
    cash: CashOut | None = Field(description="null: not looked at, or the token's scopes leave out cash")
    notices: list[Says] = Field(description="what is worth knowing and changes nothing: a customer not known yet")


class ReservationIn(OrderIn):
    """An order for which so much of the limit shall be held as it takes on credit."""


class ReservationOut(Schema):
    """So much of a limit that is held. state: held, ordered, released, expired, or in_books."""

    reservation: int
    customer_id: str
    order_id: str | None
    amount: Money
    state: str
    asked_by: str
    held_at: datetime
    held_until: datetime


class ReservationsOut(Schema):
    """A page of reservations, the newest first."""

    rows: list[ReservationOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class ReleaseIn(Asked):
    """Why it is let go of."""

    reason: Text = ""


class TakenIn(Asked):
    """The order that was taken."""

    order_id: Name


def hand_of(company: Company) -> AtHand:
    """The newest books of a company, at the day of its newest assessment.

    Raises:
        Trouble: nothing was assessed yet.
    """
    kept = assessments.latest(company.code)
    if kept is None:
        raise Trouble("api.no_assessment")
    return at_hand(company, kept.as_of, int(kept.sheet["seed"]))


def verdict_of(company: Company, told: OrderIn, *, cash: bool, ways: bool) -> tuple[Verdict, Looked, AtHand]:
    """The answer to an order as the desk gives it.

    Raises:
        Trouble: an amount that is none, or nothing was assessed. SolventError: the books do not tell.
    """
    hand = hand_of(company)
    code = told.currency or hand.books.currency
    asked = OrderAsked(
        customer_id=told.customer_id, amount=in_minor(told.amount, code), currency=code, terms_days=told.terms_days,
        deposit=in_minor(told.deposit, code, "deposit"), wanted_on=told.wanted_on, stage=told.stage,
        order_id=told.order_id,
    )  # fmt: skip
    if asked.amount <= 0 or asked.deposit > asked.amount:
        raise SolventError("orders.asked", "", amount=told.amount, deposit=told.deposit, customer=told.customer_id)
    if asked.order_id is not None:
        held = reservations.held(company, hand.seen.as_of).filter(
            pl.col("order_id") == asked.order_id, pl.col("customer_id") == asked.customer_id
        )
        asked = replace(asked, held=int(held.get_column("amount").sum()))
    if cash:
        hand.look_ahead()
    looked = hand.look(company, asked.customer_id)
    looked = looked if cash else replace(looked, cash=None)
    return check_order(asked, looked, hand.policy, ways=ways), looked, hand


def verdict_out(verdict: Verdict, looked: Looked, language: Language, *, cash: bool) -> VerdictOut:
    """The answer as it goes out, each reason with its sentence; without ``cash`` nothing of what it does to cash."""
    asked, notices = verdict.asked, []
    verdict = verdict if cash else without_cash(verdict)
    if not looked.known:
        notices.append(Problem("orders.customer_unknown", "", {"customer": asked.customer_id}))
    if asked.order_id is not None and asked.order_id not in looked.orders:
        notices.append(Problem("orders.order_unknown", "", {"number": asked.order_id}))
    told: dict[str, Any] = dict(figures(verdict, looked, notices))

    def says(problem: Problem) -> Says:
        return Says(code=problem.code, facts=dict(problem.facts), says=in_words(problem, language, looked.currency))

    told["reason"] = None if verdict.reason is None else says(verdict.reason)
    told["findings"] = [
        {**row, "why": says(one.why).model_copy(update={"says": ""} if one.passed else {})}
        for row, one in zip(told["findings"], verdict.findings)
    ]
    told["notices"] = [says(problem) for problem in notices]
    return VerdictOut(**told)


@router.post(HOME + "/order-checks", auth=Door("orders"), response=of(VerdictOut), operation_id="check_order")
@once()
def check(request: HttpRequest, company: str, asked: CheckIn, key: MaybeKey) -> VerdictOut:
    """May this order go ahead: the same answer as on the credit desk. Nothing is held by it."""
    caller: Caller = request.auth
    verdict, looked, _ = verdict_of(caller.company, asked, cash=asked.cash, ways=asked.ways)
    return verdict_out(verdict, looked, spoken(request), cash=caller.may("cash"))


@router.get(
    HOME + "/reservations",
    auth=Door("orders"),
    response=of(ReservationsOut),
    operation_id="list_reservations",
)
def listed(request: HttpRequest, company: str, limit: Limit, cursor_: Cursor) -> ReservationsOut:
    """What was held of limits, the newest first, with the state that counts now."""
    caller: Caller = request.auth
    last = place(cursor_, int)
    kept = assessments.latest(caller.company.code)
    as_of = datetime.now(UTC).date() if kept is None else kept.as_of
    every = reservations.listed(caller.company, as_of)
    rest = [(row, state) for row, state in every if last is None or row.id < last[0]]
    page = rest[:limit]
    more = cursor(page[-1][0].id) if len(rest) > limit else None
    return ReservationsOut(rows=[_out(row, state) for row, state in page], next=more)


@router.post(HOME + "/reservations", auth=Door("orders"), response=of(ReservationOut, 201), operation_id="hold_limit")
@once(201)
def hold(request: HttpRequest, company: str, asked: ReservationIn, key: Key) -> ReservationOut:
    """Hold what an order takes of the limit, where the check says yes. Asked again under its key it is held once."""
    caller: Caller = request.auth
    for last in [False] * (TRIES - 1) + [True]:
        try:
            return _held(caller, asked, key)
        except SolventError as error:
            if last or error.problem.code != "store.reserve.moved":
                raise
    raise AssertionError  # the last try answers or raises


def _held(caller: Caller, asked: ReservationIn, key: str) -> ReservationOut:
    name = f"api {caller.token.id} {key}"
    before = Reservation.objects.filter(company=caller.company, key=name).first()
    if before is not None:  # it was done, and the answer was lost
        return _out(before, before.state)
    verdict, looked, hand = verdict_of(
        caller.company, asked, cash=hand_of(caller.company).ahead is not None, ways=False
    )
    case = case_of(verdict.asked, looked)
    if verdict.outcome != "yes" or case is None or not case.credit:
        raise SolventError("desk.not_released", "", customer=asked.customer_id)
    done = reservations.reserve(
        caller.company, asked.customer_id, case.credit, hand.rooms(asked.customer_id), seen=hand.seen,
        key=name, currency=hand.books.currency, order_id=asked.order_id or "",
        actor=caller.actor,
    )  # fmt: skip
    if done.reservation is None:
        free = money(done.free, hand.books.currency)
        assert free is not None
        raise Trouble("api.reserve_short", name=done.short_in, free=free.amount, currency=free.currency)
    return _out(done.reservation, done.reservation.state)


@router.post(
    HOME + "/reservations/{int:number}/release", auth=Door("orders"), response=of(ReservationOut),
    operation_id="release_reservation",
)  # fmt: skip
@once()
def release(request: HttpRequest, company: str, asked: ReleaseIn, key: Key, number: int = NUMBER) -> ReservationOut:
    """Let go of what is held; one's own, or anybody's where the person may approve."""
    caller: Caller = request.auth
    _mine(caller, number)
    row = reservations.release(caller.company, number, actor=caller.actor, reason=asked.reason[:500])
    return _out(row, row.state)


@router.post(
    HOME + "/reservations/{int:number}/order", auth=Door("orders"), response=of(ReservationOut),
    operation_id="take_order",
)  # fmt: skip
@once()
def taken(request: HttpRequest, company: str, asked: TakenIn, key: Key, number: int = NUMBER) -> ReservationOut:
    """The order was taken: what is held stays held until the books have it."""
    caller: Caller = request.auth
    _mine(caller, number)
    row = reservations.to_order(caller.company, number, asked.order_id, actor=caller.actor)
    return _out(row, row.state)


def _mine(caller: Caller, number: int) -> None:
    """Refuse what somebody else holds.

    Raises:
        Trouble: it is not the caller's, or there is none.
    """
    row = Reservation.objects.filter(company=caller.company, id=number).first()
    if row is None:
        raise Trouble("api.gone")
    if row.asked_by != caller.person and not access.may(caller.token.user, "approve", caller.company):
        raise Trouble("api.not_yours")


def _out(row: Reservation, state: str) -> ReservationOut:
    amount = money(row.amount, row.currency)
    assert amount is not None
    return ReservationOut(
        reservation=row.id, customer_id=row.customer_id, order_id=row.order_id or None, amount=amount, state=state,
        asked_by=row.asked_by, held_at=row.held_at, held_until=row.expires_at,
    )  # fmt: skip
