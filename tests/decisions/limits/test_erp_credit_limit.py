"""The credit-limit cases of other systems' tests: ours exactly, or why ours is better."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.order.check import Verdict, check_order
from solvent.decisions.limits.order.look import look_of
from solvent.decisions.limits.order.rule import OrderAsked

DAY = "2026-06-30"
ITEM = "item_id customer_id issued_on due_on amount delivery_id order_id\nI lantern 2026-06-01 {0} {1} {2} {3}"
ORDER = "order_id customer_id ordered_on amount\nO1 lantern 2026-06-01 {0}"
DELIVERY = "delivery_id order_id customer_id delivered_on amount\nD1 O1 lantern 2026-06-10 {0}"
LIMITS = "limit_id customer_id kind amount valid_from\nL lantern total {0} 2026-01-01"
SUB = "\nS lantern {0} {1} 2026-01-01"
LATER = "2026-07-31"

OURS: dict[int, str] = {
    0: (
        "The order is refused, and so is picking and shipping it. Invoicing what was delivered is not: an invoice "
        "that is held back makes the debt later and no smaller, and without it nothing can be collected or insured."
    ),
    2: (
        "A limit may be set below what is owed: when a grade falls or cover is cut, that is what has to be decided. "
        "It stands from its day on, old debt stays as it is, and every new order on credit is refused. Deciding "
        "twice is no error either: both decisions stay on record, the newer counts."
    ),
    3: (
        "A draft is no fact of the books: what it bills stands as delivered or ordered until it is an invoice. The "
        "total is the same 550, in the state in which the goods are."
    ),
    6: "A sub-limit of 0 allows nothing of that kind; no sub-limit is no row. A source's 0 is mapped by its user.",
    10: "The draft of 100 is the delivery of 100, or the order of 100: counted once, as the case demands.",
}


def cases(reference: Path) -> list[dict[str, Any]]:
    text = (reference / "erp-expected" / "cases.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["credit_limit"]["cases"]
    return found


def check(books: Books, amount: float, **asked: Any) -> Verdict:
    look = look_of(books, Policy(books.as_of), "lantern", exposures(books))
    order = OrderAsked("lantern", round(amount * 100), "CNY", **asked)
    return check_order(order, replace(look, usual_purchases=None), Policy(books.as_of))


def failed(verdict: Verdict) -> set[tuple[str, str]]:
    return {(found.rule, found.part) for found in verdict.failed}


def part(books: Books, name: str) -> float:
    return float(exposures(books).table.item(0, name)) / 100


def test_every_case_is_tested_here(reference: Path) -> None:
    told = {name.split("_")[2] for name in globals() if name.startswith("test_case_")}
    assert sorted(int(number) for number in told) == list(range(len(cases(reference))))
    assert set(OURS) <= set(range(len(cases(reference))))


@pytest.mark.parametrize("owed", [49.99, 200, 12345.67])
def test_case_0_a_new_order_over_the_limit(books_of: Callable[..., Books], owed: float) -> None:
    item = ITEM.format(LATER, owed, "-", "-")
    books = books_of(DAY, open_items=item, limits=LIMITS.format(max(owed - 50, 0)))
    for stage in ("order", "pick", "ship"):
        verdict = check(books, 100, stage=stage)
        assert verdict.outcome == "no"
        assert failed(verdict) == {("limit", "total")}
    assert check(books, 100, stage="invoice").outcome == "yes"


def test_case_1_raising_an_order_past_the_limit(books_of: Callable[..., Books]) -> None:
    owed = 500
    tables = {
        "orders": ORDER.format(100),
        "deliveries": "delivery_id order_id customer_id delivered_on amount\nD0 O0 lantern 2026-05-01 500",
        "open_items": ITEM.format(LATER, owed, "D0", "O0"),
        "limits": LIMITS.format(owed + 100),
    }
    books = books_of(DAY, **tables)
    assert check(books, 100, order_id="O1").outcome == "yes"
    assert check(books, 100.01, order_id="O1").outcome == "no"
    assert check(books, 200, order_id="O1").outcome == "no"


def test_case_2_a_limit_below_exposure(books_of: Callable[..., Books]) -> None:
    twice = LIMITS.format(400) + "\nM lantern total 400 2026-06-01"
    books = books_of(DAY, open_items=ITEM.format(LATER, 500, "-", "-"), limits=twice)
    row = exposures(books).table.row(0, named=True)
    assert (row["limit"], row["limit_id"], row["over"]) == (40000, "M", True)
    assert check(books, 0.01).outcome == "no"


def test_case_3_and_10_a_draft_counts_in_the_state_of_its_goods(
    reference: Path, books_of: Callable[..., Books]
) -> None:
    given = cases(reference)[3]
    books = books_of(DAY, orders=ORDER.format(550), deliveries=DELIVERY.format(550))
    assert part(books, "exposure") == part(books, "delivered") == given["out"]["risk_total"]


def test_case_4_over_the_limit(reference: Path, books_of: Callable[..., Books]) -> None:
    _exceeded(cases(reference)[4], books_of)


def test_case_5_under_the_limit(reference: Path, books_of: Callable[..., Books]) -> None:
    _exceeded(cases(reference)[5], books_of)


def _exceeded(given: dict[str, Any], books_of: Callable[..., Books]) -> None:
    item = ITEM.format(LATER, given["in"]["risk_total"], "-", "-")
    books = books_of(DAY, open_items=item, limits=LIMITS.format(given["in"]["limit"]))
    assert exposures(books).table.item(0, "over") is given["out"]["exceeded"]
    assert (check(books, 0.01).outcome != "yes") is given["out"]["exceeded"]


def test_case_6_a_sub_limit_on_what_is_overdue(reference: Path, books_of: Callable[..., Books]) -> None:
    given = cases(reference)[6]["in"]
    limits = LIMITS.format(given["limit"]) + SUB.format("overdue", given["unpaid_sub_limit"])
    books = books_of(DAY, open_items=ITEM.format("2026-06-29", given["unpaid_overdue"], "-", "-"), limits=limits)
    assert ("sub_limits", "overdue") in failed(check(books, 1))
    assert ("limit", "total") not in failed(check(books, 1))
    exact = limits.replace(str(given["unpaid_sub_limit"]), str(given["unpaid_overdue"]))
    books = books_of(DAY, open_items=ITEM.format("2026-06-29", given["unpaid_overdue"], "-", "-"), limits=exact)
    assert ("sub_limits", "overdue") not in failed(check(books, 1))


def test_case_7_a_sub_limit_on_what_is_not_due(reference: Path, books_of: Callable[..., Books]) -> None:
    given = cases(reference)[7]["in"]
    limits = LIMITS.format(10**6) + SUB.format("not_due", given["open_sub_limit"])
    books = books_of(DAY, open_items=ITEM.format(LATER, given["open_not_due"], "-", "-"), limits=limits)
    assert failed(check(books, 1)) == {("sub_limits", "not_due")}


def test_case_8_a_sub_limit_on_orders(reference: Path, books_of: Callable[..., Books]) -> None:
    given = cases(reference)[8]["in"]
    limits = LIMITS.format(10**6) + SUB.format("orders", given["order_sub_limit"])
    assert failed(check(books_of(DAY, limits=limits), given["sale_order"])) == {("sub_limits", "orders")}
    assert check(books_of(DAY, limits=limits), given["order_sub_limit"]).outcome == "yes"


def test_case_9_a_second_order_needs_approval(reference: Path, books_of: Callable[..., Books]) -> None:
    given = cases(reference)[9]
    limits = LIMITS.format(10**6) + SUB.format("orders", given["in"]["order_sub_limit"])
    tables = {"orders": ORDER.format(given["in"]["sale_order"]), "limits": limits}
    verdict = check(books_of(DAY, **tables), given["in"]["second_order"])
    assert verdict.outcome == "approval"
    let = "approval_id customer_id approved_on until_on amount reason asked_by approved_by\n"
    tables["approvals"] = let + "A lantern 2026-06-30 2026-07-31 100 good li wang"
    approved = check(books_of(DAY, **tables), given["in"]["second_order"])
    assert approved.outcome == "yes"
    assert approved.approval is not None
    tables["orders"] = ORDER.format(100) + "\nO2 lantern 2026-06-30 100"
    assert part(books_of(DAY, **tables), "ordered") == given["out"]["after_approval_risk_orders"]


def test_case_11_an_invoice_takes_the_place_of_its_order(reference: Path, books_of: Callable[..., Books]) -> None:
    given = cases(reference)[11]
    books = books_of(DAY, orders=ORDER.format(100), open_items=ITEM.format(LATER, 100, "-", "O1"))
    assert part(books, "ordered") == given["out"]["risk_orders"]
    assert part(books, "delivered") == given["out"]["risk_invoice_draft"]
    assert part(books, "not_due") == given["out"]["risk_invoice_open"]


def test_case_12_a_refunded_invoice_leaves_the_order(reference: Path, books_of: Callable[..., Books]) -> None:
    given = cases(reference)[12]["out"]
    tables = {
        "orders": ORDER.format(100),
        "open_items": ITEM.format(LATER, 100, "-", "O1"),
        "credit_notes": "credit_note_id customer_id issued_on amount\nC lantern 2026-06-20 100",
        "allocations": "allocation_id item_id source source_id allocated_on amount\nA I credit_note C 2026-06-20 100",
    }
    books = books_of(DAY, limits=LIMITS.format(99), **tables)
    assert part(books, "ordered") == part(books, "exposure") == given["risk_orders"]
    assert exposures(books).table.item(0, "over") is given["exceeded_with_limit_99"]
    assert exposures(books_of(DAY, limits=LIMITS.format(100), **tables)).table.item(0, "over") is False


def test_case_10_once(books_of: Callable[..., Books]) -> None:
    books = books_of(DAY, orders=ORDER.format(100), deliveries=DELIVERY.format(100))
    assert (part(books, "ordered"), part(books, "delivered")) == (0, 100)
