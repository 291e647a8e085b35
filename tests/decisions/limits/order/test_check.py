"""The order check as a whole: what comes first, what stands, what lets through, and the ways that would pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.order.check import Verdict, check_order
from solvent.decisions.limits.order.look import look_of
from solvent.decisions.limits.order.rule import Approval, Happened, Look, OrderAsked

DAY = date(2026, 6, 30)
POLICY = Policy(DAY)
LOOK = Look(DAY, "CNY", "lantern", exposure=0, limit=10_000_00, undecided=False, agreed_days=30)
GRAVE = (Happened("E", "bankrupt", DAY, 3),)


def check(amount: int = 100_00, look: Look = LOOK, earlier: Verdict | None = None, **asked: Any) -> Verdict:
    return check_order(OrderAsked("lantern", amount, asked.pop("currency", "CNY"), **asked), look, POLICY, earlier)


def later(look: Look, days: int, **more: Any) -> Look:
    return replace(look, as_of=look.as_of + timedelta(days=days), **more)


def test_one_refusal_makes_a_no_and_one_doubt_an_approval() -> None:
    assert check().outcome == "yes"
    assert check(look=replace(LOOK, grade="D")).outcome == "approval"
    assert check(look=replace(LOOK, grade="E")).outcome == "no"
    both = check(look=replace(LOOK, grade="E", limit=None))
    assert (both.outcome, [found.effect for found in both.failed]) == ("no", ["no", "approval"])


def test_a_warning_alone_releases_and_is_told() -> None:
    verdict = check(look=replace(LOOK, exposure=8_000_00))
    assert (verdict.outcome, verdict.watch, verdict.failed) == ("yes", True, [])


@pytest.mark.parametrize(("deposit", "outcome"), [(100_00, "yes"), (99_99, "no")])
def test_prepayment_is_always_possible(deposit: int, outcome: str) -> None:
    worst = replace(LOOK, exposure=99_999_00, limit=0, grade="E", events=GRAVE, overdue=((400, 5_000_00),))
    verdict = check(look=worst, deposit=deposit)
    assert verdict.outcome == outcome
    assert (verdict.reason is not None) is (outcome == "yes")


def test_delivered_goods_are_always_invoiced() -> None:
    worst = replace(LOOK, exposure=None, limit=None, grade="E", events=GRAVE)
    assert check(look=worst, stage="invoice").outcome == "yes"
    assert check(look=worst, stage="ship").outcome == "no"


@pytest.mark.parametrize(("held", "outcome"), [(100_00, "yes"), (99_99, "no")])
def test_a_reservation_for_this_order_counts_once(held: int, outcome: str) -> None:
    look = replace(LOOK, exposure=10_000_00)
    assert check(look=look, held=held).outcome == outcome


def test_an_order_that_the_books_hold_counts_once() -> None:
    look = replace(LOOK, exposure=10_000_00, orders={"O1": 100_00})
    assert check(look=look, order_id="O1").outcome == "yes"
    assert check(look=look, order_id="O2").outcome == "no"
    assert check(look=look, order_id="O1").after == 10_000_00


def test_nothing_stops_a_released_order_again_but_worsening() -> None:
    first = check(look=replace(LOOK, exposure=9_900_00))
    assert (first.outcome, first.after) == ("yes", 10_000_00)
    for exposure, outcome in ((10_900_00, "yes"), (10_900_01, "no")):
        again = check(look=later(LOOK, 1, exposure=exposure), earlier=first, stage="ship")
        assert again.outcome == outcome, "a tenth more is not worse enough"
    kept = check(look=later(LOOK, 1, exposure=10_000_00), earlier=first, stage="ship")
    assert kept.reason is not None
    assert (kept.reason.code, [found.rule for found in kept.failed]) == ("orders.kept", ["limit"])


@pytest.mark.parametrize(("days", "outcome"), [(29, "yes"), (30, "yes"), (31, "no")])
def test_a_release_is_good_for_its_days(days: int, outcome: str) -> None:
    first = check(look=replace(LOOK, exposure=9_900_00))
    assert check(look=later(LOOK, days, exposure=9_950_00), earlier=first).outcome == outcome


def test_a_new_failing_rule_of_conduct_stops_a_released_order() -> None:
    first = check()
    assert check(look=later(LOOK, 1, events=GRAVE), earlier=first).outcome == "no"
    assert check(look=later(LOOK, 1, overdue=((18, 200_00),)), earlier=first).outcome == "yes"
    assert check(look=later(LOOK, 1, overdue=((19, 200_00),)), earlier=first).outcome == "approval"


def test_a_grown_order_or_a_smaller_deposit_is_a_new_question() -> None:
    look = replace(LOOK, exposure=9_900_00)
    first = check(look=look, deposit=10_00)
    assert first.outcome == "yes"
    assert check(10_000_00, look=look, earlier=first, deposit=10_00).outcome == "no"
    full = replace(LOOK, exposure=9_910_00)
    assert check(look=full, earlier=first, deposit=10_00).outcome == "yes"
    assert check(look=full, earlier=first, deposit=9_99).outcome == "no"
    assert check(look=full, earlier=check(look=full)).outcome == "no", "a refusal releases nothing"


def approval(**cells: Any) -> Approval:
    told = {"approval_id": "A", "order_id": None, "until_on": DAY, "left": 100_00, "approved_by": "wang", "reason": "-"}
    return Approval(**{**told, **cells})


@pytest.mark.parametrize(
    ("cells", "asked", "outcome"),
    [
        ({}, {}, "yes"),
        ({"left": 99_99}, {}, "no"),
        ({"order_id": "O1"}, {"order_id": "O1"}, "yes"),
        ({"order_id": "O1"}, {"order_id": "O2"}, "no"),
        ({"order_id": "O1"}, {}, "no"),
    ],
)
def test_an_approval_in_the_books_counts(cells: dict[str, Any], asked: dict[str, Any], outcome: str) -> None:
    verdict = check(look=replace(LOOK, grade="E", approvals=(approval(**cells),)), **asked)
    assert (verdict.outcome, verdict.approval is not None) == (outcome, outcome == "yes")
    assert [found.rule for found in verdict.failed] == ["status"], "what failed is told all the same"


def test_an_order_released_by_approval_is_kept() -> None:
    look = replace(LOOK, grade="E", approvals=(approval(),))
    first = check(look=look)
    assert check(look=later(LOOK, 5, grade="E"), earlier=first, stage="ship").outcome == "yes"


def test_other_money_is_converted_and_without_a_rate_not_released() -> None:
    look = replace(LOOK, rates={"USD": 7.0})
    assert check(1_428_57, look=look, currency="USD").after == 9_999_99
    assert check(1_428_58, look=look, currency="USD").outcome == "no"
    verdict = check(1, look=look, currency="EUR")
    assert (verdict.outcome, verdict.reason is not None) == ("approval", True)


def test_questions_that_cannot_be_asked() -> None:
    for asked in ({"amount": 0}, {"amount": -1}, {"deposit": -1}):
        with pytest.raises(SolventError, match=r"orders\.asked"):
            check(**asked)
    with pytest.raises(SolventError, match=r"orders\.asked"):
        check_order(OrderAsked("lamp", 1, "CNY"), LOOK, POLICY)


@settings(max_examples=60, deadline=None)
@given(
    amount=st.integers(1, 10**9),
    exposure=st.integers(-(10**6), 10**9),
    limit=st.none() | st.integers(0, 10**9),
    cover=st.none() | st.integers(0, 10**9),
    sub=st.none() | st.integers(0, 10**9),
    grade=st.sampled_from(["A", "D", "E"]),
    share=st.floats(0, 0.9),
)
def test_the_softer_ways_are_the_edges(  # noqa: PLR0917
    amount: int, exposure: int, limit: int | None, cover: int | None, sub: int | None, grade: str, share: float
) -> None:
    """A unit less of deposit, or more of a lot, and the answer is another."""
    look = replace(
        LOOK, exposure=exposure, limit=limit, grade=grade, parts={"ordered": 0, "deposit": 0, "reserved": 0},
        sub_limits={} if sub is None else {"orders": sub}, cover_id=None if cover is None else "B", cover_amount=cover,
        eligible=max(exposure, 0),
    )  # fmt: skip
    deposit = int(amount * share)
    verdict = check(amount, look=look, deposit=deposit)
    ways = verdict.softer
    assert (ways is None) is (verdict.outcome == "yes")
    if ways is None:
        return
    assert deposit < ways.deposit <= amount
    assert check(amount, look=look, deposit=ways.deposit).outcome == "yes"
    assert check(amount, look=look, deposit=ways.deposit - 1).outcome != "yes"
    if ways.lot is not None:
        assert check(ways.lot, look=look, deposit=deposit * ways.lot // amount).outcome == "yes"
    if ways.lots is not None and ways.lot_amount is not None:
        assert ways.lots * ways.lot_amount >= amount > (ways.lots - 1) * ways.lot_amount
        assert check(ways.lot_amount, look=look, deposit=deposit * ways.lot_amount // amount).outcome == "yes"
    if ways.approval_deposit is not None:
        assert check(amount, look=look, deposit=ways.approval_deposit).outcome == "approval"


def test_what_would_pass_in_numbers() -> None:
    """700 over a limit of 10,000 by an order of 1,000: deposit 700, lot 300, four lots of 250."""
    look = replace(LOOK, exposure=9_700_00, delay_days=12.4)
    ways = check(1_000_00, look=look).softer
    assert ways is not None
    assert (ways.deposit, ways.lot, ways.lots, ways.lot_amount, ways.lot_days) == (700_00, 300_00, 4, 250_00, 42)
    assert (ways.approval_deposit, ways.approval_lot) == (None, None)
    few = check(1_000_00, look=replace(LOOK, exposure=9_850_00)).softer
    assert few is not None
    assert (few.lot, few.lots) == (150_00, None), "seven lots are more than six"
    doubted = check(1_000_00, look=replace(look, grade="D")).softer
    assert doubted is not None
    assert (doubted.deposit, doubted.lot) == (1_000_00, None)
    assert (doubted.approval_deposit, doubted.approval_lot) == (700_00, 300_00)


def books(books_of: Callable[..., Books]) -> Books:
    return books_of(
        "2026-06-30",
        customers="customer_id terms_days\nlantern 45",
        orders="""
        order_id customer_id ordered_on amount deposit_amount
        O1       lantern     2026-06-01 100    30
        O2       lantern     2026-06-15 7      -
        """,
        deliveries="delivery_id order_id customer_id delivered_on amount\nD1 O1 lantern 2026-06-10 40",
        open_items="""
        item_id customer_id issued_on  due_on     amount delivery_id
        I1      lantern     2026-05-01 2026-06-20 50     D0
        I2      lantern     2026-05-01 2026-06-10 25     D0
        """,
        receipts="receipt_id customer_id received_on amount\nR lantern 2026-06-05 5\nX lantern 2026-06-25 -1",
        disputes="dispute_id item_id opened_on closed_on\nQ I2 2026-06-12 -",
        limits="limit_id customer_id kind amount valid_from terms_days\nL lantern total 500 2026-01-01 60",
        events="event_id customer_id happened_on kind severity\nE lantern 2026-06-01 penalty 2",
        registrations="customer_id told_on status\nlantern 2026-01-01 active\nlantern 2026-06-01 suspended",
        approvals="""
        approval_id customer_id order_id approved_on until_on   amount reason asked_by approved_by
        A1          lantern     -        2026-06-10  2026-06-30 20     good   li       wang
        A2          lantern     O1       2026-06-10  2026-07-30 20     good   li       wang
        A3          lantern     -        2026-05-10  2026-06-29 20     good   li       wang
        """,
    )


def test_the_look_is_what_the_books_say(books_of: Callable[..., Books]) -> None:
    ledger = books(books_of)
    look = look_of(ledger, POLICY, "lantern", exposures(ledger))
    # Ordered 60 less its deposit of 18, delivered 40, and the other order of 7; cash of 4 stands for the deposit.
    assert look.orders == {"O1": 82_00, "O2": 7_00}
    assert look.exposure == 75_00 + 82_00 + 7_00
    assert look.overdue == ((10, 50_00),), "what is in dispute is owed and no sign of conduct"
    assert (look.open, look.last_paid_on, look.agreed_days) == (75_00, date(2026, 6, 5), 60)
    assert (look.limit, look.status, look.grade, look.known) == (500_00, "suspended", None, True)
    assert [event.kind for event in look.events] == ["penalty"]
    assert [(found.approval_id, found.left) for found in look.approvals] == [("A1", 13_00), ("A2", 20_00)]


def test_a_customer_that_nobody_knows(books_of: Callable[..., Books]) -> None:
    ledger = books(books_of)
    look = look_of(ledger, POLICY, "nobody", exposures(ledger))
    assert (look.known, look.exposure, look.limit) == (False, 0, None)
    verdict = check_order(OrderAsked("nobody", 1, "CNY"), look, POLICY)
    assert (verdict.outcome, [found.part for found in verdict.failed]) == ("approval", ["undecided"])


def test_grades_reach_the_check(books_of: Callable[..., Books]) -> None:
    ledger = books(books_of)
    table = pl.DataFrame({"customer_id": ["lantern"], "grade": ["E"], "yearly_default_chance": [0.5]})
    graded = Grades(table, pl.DataFrame(), ())
    look = look_of(ledger, POLICY, "lantern", exposures(ledger), graded=graded)
    assert check_order(OrderAsked("lantern", 50_00, "CNY"), look, POLICY).outcome == "no"
