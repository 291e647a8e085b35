"""Payables: days payable two ways, our own lateness, suppliers' terms, and the published cycle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import PolicyError, Problem
from solvent.books.books import Books
from solvent.measures.company.payables import (
    Payables,
    cash_conversion_cycle,
    dpo,
    dpo_cogs,
    lateness,
    lateness_by_month,
    payables,
    payables_aging,
    suppliers,
)
from solvent.measures.sums import Figure
from thorough import cases

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
@settings(max_examples=cases(15, 150), deadline=None, derandomize=True)
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


SOME = """
bill_id supplier_id issued_on  due_on     amount
a       anvil       2025-12-01 2025-12-31 100
b       anvil       2026-01-10 2026-02-09 300
c       bellows     2026-02-01 2026-03-03 200
d       bellows     2026-02-20 2026-03-02 400
"""
DONE = """
payment_id bill_id paid_on    amount
p          a       2026-01-10 60
q          a       2026-02-19 40
r          b       2026-02-04 100
s          d       2026-02-25 450
"""


@pytest.fixture
def books(books_of: BooksOf) -> Books:
    """At 1 March: a paid late, b 200 open and 20 days overdue, c open, d overpaid by 50."""
    return books_of("2026-03-01", open_items=SOLD, bills=SOME, bill_payments=DONE)


def test_ageing_of_what_we_owe_by_hand(books: Books) -> None:
    (row,) = payables_aging(books).iter_rows(named=True)
    assert {name: amount for name, amount in row.items() if amount} == {
        "current": 20_000,
        "1-30": 20_000,
        "overpaid": -5000,
        "total": 35_000,
    }
    assert row["total"] == payables(books)
    by = payables_aging(books, by_supplier=True).select("supplier_id", "current", "1-30", "overpaid", "total")
    assert by.rows() == [("anvil", 0, 20_000, 0, 20_000), ("bellows", 20_000, 0, -5000, 15_000)]


@pytest.mark.parametrize(
    ("late", "bucket"),
    [(-1, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (120, "91-120"), (121, "121+")],
)
def test_ageing_at_its_edges(books_of: BooksOf, late: int, bucket: str) -> None:
    due = date(2026, 3, 1) - timedelta(days=late)
    bills = f"bill_id supplier_id issued_on due_on amount\na anvil 2025-01-01 {due} 7"
    row = payables_aging(books_of("2026-03-01", open_items=SOLD, bills=bills)).row(0, named=True)
    assert {name for name, amount in row.items() if amount} == {bucket, "total"}


def test_a_bucket_without_a_rate_is_empty(books_of: BooksOf) -> None:
    bills = "bill_id supplier_id issued_on due_on currency amount\na m 2026-01-01 2026-01-31 USD 7"
    row = payables_aging(books_of("2026-03-01", open_items=SOLD, bills=bills)).row(0, named=True)
    assert (row["1-30"], row["current"], row["total"]) == (None, 0, None)


@pytest.mark.parametrize("edges", [(0, 30), (30, 30), (60, 30)])
def test_edges_have_to_rise(edges: tuple[int, ...]) -> None:
    with pytest.raises(PolicyError):
        Payables(edges=edges)


@pytest.mark.parametrize(("days", "paid"), [(10, 450), (11, 490), (25, 490), (26, 590), (365, 650)])
def test_our_lateness_is_of_the_trailing_days(books: Books, days: int, paid: int) -> None:
    """Ten days back from 1 March begin on 20 February; 40 were paid on the 19th, 100 on the 4th."""
    assert lateness(books, Payables(late_days=days)).inputs["paid"] == 100 * paid


def test_our_lateness_by_month(books: Books) -> None:
    rows = lateness_by_month(books, 3).rows(named=True)
    assert [row["month_end"] for row in rows] == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]
    assert [(row["paid"], row["paid_late"]) for row in rows] == [(0, 0), (6000, 6000), (59_000, 4000)]
    assert [row["late_share"] for row in rows] == [None, 1, pytest.approx(40 / 590)]
    assert [row["delay_days"] for row in rows] == [None, 10, pytest.approx((40 * 50 - 550 * 5) / 590)]


def test_bills_that_begin_inside_the_window_are_told(books: Books) -> None:
    facts = {"first_on": "2025-12-01", "window_from": "2025-03-02", "days": 365}
    assert dpo(books).notices == (Problem("measures.payables.history_short", "", facts),)
    assert dpo(books, Payables(days=91)).notices == ()


@pytest.mark.parametrize(("ended", "known"), [("2024-11-26", True), ("2024-11-25", False)])
def test_an_old_statement_is_not_believed(books_of: BooksOf, ended: str, known: bool) -> None:
    """460 days before 1 March 2026."""
    text = f"entity_id period_end months line currency amount\nown {ended} 12 cogs CNY 730"
    books = books_of("2026-03-01", open_items=SOLD, bills=SOME, statements=text)
    assert (dpo_cogs(books).value is not None) is known


def test_a_quarter_without_a_rate_is_not_passed_over(books_of: BooksOf) -> None:
    text = "entity_id period_end months line currency amount\nown 2025-12-31 3 cogs USD 5\nown 2025-09-30 3 cogs CNY 6"
    books = books_of("2026-03-01", open_items=SOLD, bills=SOME, statements=text)
    assert code(dpo_cogs(books)) == "measures.payables.no_rate"
