"""Payables: days payable two ways, our own lateness, suppliers' terms, and the published cycle."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import Problem
from solvent.books.books import Books
from solvent.measures.company.payables import (
    Payables,
    cash_conversion_cycle,
    dpo,
    dpo_cogs,
    lateness,
    payables,
    suppliers,
)
from solvent.measures.sums import Figure

BooksOf = Callable[..., Books]

SOLD = "item_id customer_id issued_on due_on amount\na lantern 2024-01-05 2024-02-04 90"
BILLS = """
bill_id supplier_id issued_on  due_on     amount
a       mill        2025-12-01 2025-12-31 600
b       mill        2026-05-01 2026-05-31 400
c       forge       2026-06-15 2026-06-30 200
"""
PAID = """
payment_id bill_id paid_on    amount
p          a       2026-01-10 600
q          b       2026-05-21 100
"""
COGS = """
entity_id period_end months line currency amount
own       2025-12-31 12     cogs CNY      3000
"""


def code(figure: Figure) -> str | None:
    assert figure.value is None
    return figure.why.code if figure.why else None


def test_days_payable_on_purchases_by_hand(books_of: BooksOf) -> None:
    """300 and 200 open of 1,200 bought in the year: 500 / 1200 x 365."""
    books = books_of("2026-06-30", open_items=SOLD, bills=BILLS, bill_payments=PAID)
    figure = dpo(books)
    assert payables(books) == 50_000
    assert figure.value == pytest.approx(500 / 1200 * 365)
    assert dict(figure.inputs) == {"payables": 50_000, "purchases": 120_000, "days": 365}
    assert (figure.variant, dpo(books, Payables(days=90)).variant) == ("dpo_purchases_365", "dpo_purchases_90")


@pytest.mark.parametrize(("issued", "purchases"), [("2025-06-30", 100), ("2025-07-01", 400), ("2025-07-02", 400)])
def test_the_window_is_the_trailing_days(books_of: BooksOf, issued: str, purchases: int) -> None:
    bills = f"bill_id supplier_id issued_on due_on amount\na m {issued} 2026-07-31 300\nb m 2026-06-30 2026-07-31 100"
    figure = dpo(books_of("2026-06-30", open_items=SOLD, bills=bills))
    assert figure.inputs["purchases"] == purchases * 100
    assert figure.value == pytest.approx(400 / purchases * 365)


def test_days_payable_on_cost_of_sales_by_hand(books_of: BooksOf) -> None:
    books = books_of("2026-06-30", open_items=SOLD, bills=BILLS, bill_payments=PAID, statements=COGS)
    assert dpo_cogs(books).value == pytest.approx(500 / 3000 * 365)


def test_cost_of_sales_is_of_the_newest_four_quarters(books_of: BooksOf) -> None:
    quarters = "entity_id period_end months line currency amount\n" + "\n".join(
        f"own {day} 3 cogs CNY {amount}"
        for day, amount in (
            ("2025-03-31", 9000),
            ("2025-06-30", 100),
            ("2025-09-30", 200),
            ("2025-12-31", 300),
            ("2026-03-31", 400),
        )
    )
    figure = dpo_cogs(books_of("2026-06-30", open_items=SOLD, bills=BILLS, bill_payments=PAID, statements=quarters))
    assert (figure.inputs["cogs"], figure.inputs["days"]) == (100_000, 365)


def test_missing_inputs_are_told(books_of: BooksOf) -> None:
    bare = books_of("2026-06-30", open_items=SOLD)
    bills = books_of("2026-06-30", open_items=SOLD, bills=BILLS)
    old = books_of("2028-06-30", open_items=SOLD, bills=BILLS)
    assert code(dpo(bare)) == "measures.payables.no_bills"
    assert code(dpo(old)) == "measures.payables.no_bills"
    assert code(dpo_cogs(bills)) == "measures.payables.no_cogs"
    assert code(lateness(bare)) == "measures.payables.nothing_paid"


def test_a_bill_without_a_rate_makes_no_figure(books_of: BooksOf) -> None:
    bills = "bill_id supplier_id issued_on due_on currency amount\na m 2026-05-01 2026-05-31 CNY 5\n"
    books = books_of("2026-06-30", open_items=SOLD, bills=bills + "b m 2026-05-01 2026-05-31 USD 7")
    assert payables(books) is None
    assert code(dpo(books)) == "measures.payables.no_rate"


def test_our_own_lateness_by_hand(books_of: BooksOf) -> None:
    """600 ten days late, 100 ten early, 300 open and 30 days over; 200 due today is not: 14,000 / 1,000."""
    figure = lateness(books_of("2026-06-30", open_items=SOLD, bills=BILLS, bill_payments=PAID))
    assert figure.value == pytest.approx((6000 - 1000 + 9000) / 1000)
    assert dict(figure.inputs) == {"paid": 70_000, "late_share": pytest.approx(600 / 700)}


def test_suppliers_by_hand(books_of: BooksOf) -> None:
    frame = suppliers(books_of("2026-06-30", open_items=SOLD, bills=BILLS, bill_payments=PAID))
    assert frame.rows() == [
        ("forge", "CNY", 1, 15.0, None, 20_000, 0),
        ("mill", "CNY", 2, 30.0, pytest.approx((600 * 40 + 100 * 20) / 700), 30_000, 30_000),
    ]


def test_the_published_cycle() -> None:
    assert cash_conversion_cycle(Figure(45, "i", {}), Figure(60, "s", {}), Figure(30, "p", {})).value == 75


@given(st.floats(0, 400), st.floats(0, 400), st.floats(0, 400), st.integers(0, 2))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_cycle_needs_all_three_and_says_which_is_missing(i: float, s: float, p: float, gone: int) -> None:
    parts = [Figure(i, "i", {}), Figure(s, "s", {}), Figure(p, "p", {})]
    assert cash_conversion_cycle(*parts).value == pytest.approx(i + s - p)
    why = Problem("measures.payables.no_bills")
    parts[gone] = Figure(None, "gone", {}, why)
    assert cash_conversion_cycle(*parts).value is None
    assert cash_conversion_cycle(*parts).why == why


def test_the_reason_is_the_true_one(books_of: BooksOf) -> None:
    foreign = "bill_id supplier_id issued_on due_on currency amount\nb m 2026-05-01 2026-05-31 USD 7"
    loss = "entity_id period_end months line currency amount\nown 2025-12-31 12 cogs CNY -5"
    assert code(dpo_cogs(books_of("2026-06-30", open_items=SOLD, statements=COGS))) == "measures.payables.no_bills"
    abroad = books_of("2026-06-30", open_items=SOLD, bills=foreign, statements=COGS)
    assert code(dpo_cogs(abroad)) == "measures.payables.no_rate"
    assert code(lateness(abroad)) == "measures.payables.no_rate"
    negative = books_of("2026-06-30", open_items=SOLD, bills=BILLS, statements=loss)
    assert code(dpo_cogs(negative)) == "measures.payables.no_cogs"


def test_half_years_told_once_a_year_are_not_put_together(books_of: BooksOf) -> None:
    """Two first halves are not a year."""
    halves = "entity_id period_end months line currency amount\nown 2024-06-30 6 cogs CNY 900\n"
    books = books_of(
        "2025-07-31",
        open_items=SOLD,
        bills=BILLS.replace("2026", "2025"),
        statements=halves + "own 2025-06-30 6 cogs CNY 100",
    )
    assert (dpo_cogs(books).inputs["cogs"], dpo_cogs(books).inputs["days"]) == (10_000, 182)
