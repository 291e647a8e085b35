"""Every rule of the order check under, at and over its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from solvent.base.terms import Policy, terms_of
from solvent.decisions.limits.order.rule import Case, Finding, Happened, Look, OrderAsked, case_of, rules

DAY = date(2026, 6, 30)
LOOK = Look(DAY, "CNY", "lantern", exposure=0, limit=10_000_00, undecided=False)
ASKED = OrderAsked("lantern", 100_00, "CNY")


def case(asked: dict[str, Any] | None = None, **look: Any) -> Case:
    told = case_of(replace(ASKED, **(asked or {})), replace(LOOK, **look))
    assert told is not None
    return told


def found(rule: str, told: Case, **terms: Any) -> dict[str, Finding]:
    kind = rules()[rule].terms
    own = Policy(DAY, {kind.key: [(date.min, terms)]} if terms else {}).terms(kind)
    return {finding.part: finding for finding in rules()[rule].read(told, own)}


def test_every_rule_has_terms_of_its_own_name() -> None:
    for name, rule in rules().items():
        assert rule.terms.key == f"limits.order.{name}"
        assert terms_of(rule.terms)


def test_every_finding_names_its_rule() -> None:
    everything = case(
        {"terms_days": 45}, group_limit=1, group_exposure=0, cover_id="B", cover_amount=5, overdue=((4, 9),), open=9,
        usual_purchases=10, grade="A", status="active", sub_limits={"orders": 1}, parts={"ordered": 0, "deposit": 0},
        events=(Happened("E", "bankrupt", DAY, 3),),
    )  # fmt: skip
    for name in rules():
        if name != "cash_gap":
            told = found(name, everything)
            assert told
            assert all(finding.rule == name for finding in told.values())


@pytest.mark.parametrize(("exposure", "passed"), [(9_899_99, True), (9_900_00, True), (9_900_01, False)])
def test_limit(exposure: int, passed: bool) -> None:
    told = found("limit", case(exposure=exposure))["total"]
    assert (told.passed, told.effect, told.value, told.line) == (passed, "no", exposure + 100_00, 10_000_00)


@pytest.mark.parametrize(("open_", "new", "watch"), [(41, 50, True), (30, 50, False), (30, 50.01, True)])
def test_watch_on_the_whole_limit(open_: float, new: float, watch: bool) -> None:
    """Limit 100, open 41, new 50: 91 % used; the line of 80 is not held against what is left of the limit."""
    told = found("limit", case({"amount": round(new * 100)}, exposure=open_ * 100, limit=100_00))["watch"]
    assert (not told.passed, told.effect) == (watch, "warn")


def test_limit_of_nothing_wants_payment_first() -> None:
    told = found("limit", case(limit=0, exposure=-50_00))["total"]
    assert (told.passed, told.effect, told.why.code) == (False, "no", "orders.limit.prepay")
    assert found("limit", case(limit=0, exposure=-100_00))["total"].passed


@pytest.mark.parametrize(("cover", "effect"), [(50_00, "approval"), (49_99, "no"), (None, "no")])
def test_an_insured_excess_is_for_approval(cover: int | None, effect: str) -> None:
    """Exposure 10,050 with the order over a limit of 10,000: passes where at least 50 of it is insured."""
    told = found("limit", case(exposure=9_950_00, eligible=9_950_00, cover_id="B", cover_amount=cover))["total"]
    assert (told.passed, told.effect) == (False, effect)
    hard = case(exposure=9_950_00, eligible=9_950_00, cover_id="B", cover_amount=50_00)
    assert found("limit", hard, insured_excess_may_pass=False)["total"].effect == "no"


@pytest.mark.parametrize(("group", "passed"), [(399_99, True), (400_00, True), (400_01, False)])
def test_limit_of_the_group(group: int, passed: bool) -> None:
    told = found("limit", case(group_id="G", group_exposure=group, group_limit=500_00))["group"]
    assert (told.passed, told.effect) == (passed, "no")


def test_exposure_that_is_not_known_is_never_released() -> None:
    told = found("limit", case(exposure=None))["total"]
    assert (told.passed, told.effect) == (False, "approval")


@pytest.mark.parametrize(
    ("kind", "stage", "parts", "line", "passed"),
    [
        ("orders", "order", {"ordered": 50_00, "deposit": -10_00, "reserved": 5_00}, 145_00, True),
        ("orders", "order", {"ordered": 50_00, "deposit": -10_00, "reserved": 5_00}, 144_99, False),
        ("deliveries", "order", {"delivered": 50_00}, 50_00, True),
        ("deliveries", "ship", {"delivered": 50_00}, 150_00, True),
        ("deliveries", "ship", {"delivered": 50_00}, 149_99, False),
        ("not_due", "order", {"not_due": 50_00}, 50_00, True),
        ("not_due", "order", {"not_due": 50_01}, 50_00, False),
        ("overdue", "order", {"overdue": 50_01}, 50_00, False),
        ("overdue", "order", {"overdue": None}, 50_00, False),
    ],
)
def test_sub_limits(kind: str, stage: str, parts: dict[str, int], line: int, passed: bool) -> None:
    told = found("sub_limits", case({"stage": stage}, parts=parts, sub_limits={kind: line}))
    assert list(told) == [kind]
    assert (told[kind].passed, told[kind].effect) == (passed, "approval")


@pytest.mark.parametrize(
    ("days", "late", "oldest"),
    [(17, True, True), (18, True, True), (19, False, True), (60, False, True), (61, False, False)],
)
def test_overdue_days(days: int, late: bool, oldest: bool) -> None:
    told = found("overdue_days", case(overdue=((days, 100_00), (500, 99_99))))
    assert (told["late"].passed, told["late"].effect) == (late, "approval")
    assert (told["oldest"].passed, told["oldest"].effect, told["oldest"].value) == (oldest, "no", days)


def test_overdue_days_are_not_passed_where_an_amount_has_no_rate() -> None:
    assert not found("overdue_days", case(exposure=None))
    assert not found("overdue_days", case(exposure=None, overdue=((61, 100_00),)))["oldest"].passed


@pytest.mark.parametrize(("late", "passed"), [(29_99, True), (30_00, True), (30_01, False)])
def test_overdue_share(late: int, passed: bool) -> None:
    told = found("overdue_share", case(open=100_00, overdue=((4, late), (3, 20_00))))["share"]
    assert (told.passed, told.effect) == (passed, "approval")
    assert not found("overdue_share", case(open=0))


@pytest.mark.parametrize(("days", "passed"), [(59, True), (60, True), (61, False)])
def test_last_payment(days: int, passed: bool) -> None:
    told = found("last_payment", case(last_paid_on=DAY - timedelta(days=days), overdue=((5, 1),)))["days"]
    assert (told.passed, told.effect, told.value) == (passed, "approval", days)
    assert not found("last_payment", case(last_paid_on=DAY - timedelta(days=days)))
    assert found("last_payment", case(overdue=((days, 1),)))["days"].passed is passed
    assert not found("last_payment", case(overdue=((days, 1),), payments_known=False))


@pytest.mark.parametrize(
    ("grade", "passed", "effect"), [("A", True, None), ("C", True, None), ("D", False, "approval"), ("E", False, "no")]
)
def test_grade(grade: str, passed: bool, effect: str | None) -> None:
    told = found("status", case(grade=grade))["grade"]
    assert told.passed is passed
    assert effect is None or told.effect == effect


@pytest.mark.parametrize(
    ("kind", "severity", "age", "effect"),
    [
        ("bankrupt", None, 730, "no"),
        ("bankrupt", None, 731, None),
        ("tax_arrears", None, 180, "approval"),
        ("tax_arrears", None, 181, None),
        ("negative_news", 3, 180, "approval"),
        ("negative_news", 2, 10, None),
        ("capital_raised", None, 0, None),
    ],
)
def test_events(kind: str, severity: int | None, age: int, effect: str | None) -> None:
    told = found("status", case(events=(Happened("E1", kind, DAY - timedelta(days=age), severity),)))
    assert [finding.effect for finding in told.values()] == ([] if effect is None else [effect])


@pytest.mark.parametrize(("state", "effect"), [("active", None), ("suspended", "approval"), ("revoked", "no")])
def test_register(state: str, effect: str | None) -> None:
    told = found("status", case(status=state))["register"]
    assert (None if told.passed else told.effect) == effect


def test_granted_expired_and_undecided() -> None:
    assert found("granted", case())["limit"].passed
    expired = found("granted", case(limit=None, expired_on=date(2026, 6, 29)))["expired"]
    assert (expired.passed, expired.effect, expired.value) == (False, "approval", "2026-06-29")
    undecided = found("granted", case(limit=None, undecided=True))["undecided"]
    assert (undecided.passed, undecided.effect) == (False, "approval")
    assert found("granted", case(limit=None), refuses=True)["undecided"].effect == "no"


@pytest.mark.parametrize(
    ("asked", "agreed", "passed"),
    [(44, 45, True), (45, 45, True), (46, 45, False), (30, None, True), (31, None, False)],
)
def test_terms_agreed(asked: int, agreed: int | None, passed: bool) -> None:
    told = found("terms_agreed", case({"terms_days": asked}, agreed_days=agreed))["days"]
    assert (told.passed, told.effect) == (passed, "approval")
    assert not found("terms_agreed", case(agreed_days=agreed))


@pytest.mark.parametrize(("amount", "passed"), [(999_999_99, True), (1_000_000_00, True), (1_000_000_01, False)])
def test_authority(amount: int, passed: bool) -> None:
    told = found("authority", case({"amount": amount}))["amount"]
    assert (told.passed, told.effect) == (passed, "approval")


@pytest.mark.parametrize(("amount", "passed"), [(499_99, True), (500_00, True), (500_01, False)])
def test_far_over_usual_purchases(amount: int, passed: bool) -> None:
    told = found("authority", case({"amount": amount}, usual_purchases=100_00))["usual"]
    assert (told.passed, told.effect) == (passed, "approval")
    assert "usual" not in found("authority", case({"amount": amount}, usual_purchases=0))


@pytest.mark.parametrize(("cover", "passed"), [(900_01, True), (900_00, True), (899_99, False)])
def test_cover(cover: int, passed: bool) -> None:
    """Exposure 1,000 with the order, of which a tenth may stand without cover."""
    told = found("cover", case(exposure=900_00, eligible=900_00, cover_id="B", cover_amount=cover))["gap"]
    assert (told.passed, told.effect) == (passed, "approval")
    assert not found("cover", case(exposure=900_00))


@pytest.mark.parametrize(
    ("look", "code"),
    [
        ({"longest_days": 59, "agreed_days": 60}, "orders.cover.not_new"),
        ({"longest_days": 60, "agreed_days": 60}, "orders.cover.gap"),
        ({"extension_days": 29, "overdue": ((30, 1),)}, "orders.cover.not_new"),
        ({"extension_days": 30, "overdue": ((30, 1),)}, "orders.cover.gap"),
    ],
)
def test_new_deliveries_are_covered_within_terms_and_without_long_delay(look: dict[str, Any], code: str) -> None:
    told = found("cover", case(cover_id="B", cover_amount=1_000_00, **look))["gap"]
    assert (told.why.code, told.passed) == (code, code == "orders.cover.gap")


def test_a_withdrawn_cover_covers_nothing() -> None:
    told = found("cover", case(cover_id="B", cover_amount=0))["gap"]
    assert (told.passed, told.why.code) == (False, "orders.cover.none")
