"""Salespeople: what was due and what came in by hand, the periods' edges, and sums that must agree with the whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books
from solvent.measures.trade.salespeople import collection_by_salesperson, periods

BooksOf = Callable[..., Books]

CUSTOMERS = "customer_id salesperson\nlantern wei\nharbour ann\nquarry -"
ITEMS = """
item_id customer_id issued_on  due_on     amount salesperson
a       lantern     2026-06-01 2026-07-01 100    -
b       lantern     2026-07-10 2026-07-31 200    zoe
c       harbour     2026-07-01 2026-08-01 400    -
d       harbour     2026-01-10 2026-02-10 800    -
e       quarry      2025-08-10 2025-08-16 50     -
"""
RECEIPTS = "receipt_id customer_id received_on amount\nr lantern 2026-07-20 60\ns harbour 2026-08-14 400"
CREDITS = "credit_note_id customer_id issued_on amount\nk lantern 2026-07-21 10"
SETTLED = """
allocation_id item_id source      source_id allocated_on amount
1             a       receipt     r         2026-07-20   60
2             a       credit_note k         2026-07-21   10
3             c       receipt     s         2026-08-14   400
4             d       write_off   -         2026-08-10   300
"""


def test_results_by_hand(books_of: BooksOf) -> None:
    """Credit lowers what was due, a write-off does not; the item's own salesperson answers for it and sold it.

    Of a's 90 in July 60 came 19 days late and 30 stand 45 days; b is 15 days over.
    """
    books = books_of(
        "2026-08-15",
        open_items=ITEMS,
        receipts=RECEIPTS,
        credit_notes=CREDITS,
        allocations=SETTLED,
        customers=CUSTOMERS,
    )
    frame = collection_by_salesperson(books).with_columns(pl.col("due", "collected", "overdue", "sales") // 100)
    month = frame.filter(period="month").drop("period").rows()
    assert month == [
        ("ann", 0, 0, None, 500, 400, None),
        ("wei", 90, 60, pytest.approx(2 / 3), 30, -10, pytest.approx((60 * 19 + 30 * 45) / 90)),
        ("zoe", 200, 0, 0.0, 200, 200, 15),
        (None, 0, 0, None, 50, 0, None),
    ]
    year = frame.filter(period="year").drop("period").rows()
    assert year == [
        ("ann", 1200, 400, pytest.approx(1 / 3), 500, 1200, pytest.approx((400 * 13 + 500 * 186) / 900)),
        ("wei", 90, 60, pytest.approx(2 / 3), 30, 90, pytest.approx((60 * 19 + 30 * 45) / 90)),
        ("zoe", 200, 0, 0.0, 200, 200, 15),
        (None, 50, 0, 0.0, 50, 0, 364),
    ]
    assert frame.filter(period="quarter", salesperson="ann").select("due", "collected").row(0) == (400, 400)


@pytest.mark.parametrize(("due", "counts"), [("06-30", False), ("07-01", True), ("07-31", True), ("08-01", False)])
def test_the_edges_of_the_month(books_of: BooksOf, due: str, counts: bool) -> None:
    items = f"item_id customer_id issued_on due_on amount salesperson\na lantern 2026-01-01 2026-{due} 10 wei"
    frame = collection_by_salesperson(books_of("2026-08-15", open_items=items))
    assert frame.filter(period="month").item(0, "due") == (1000 if counts else 0)


@pytest.mark.parametrize(
    ("as_of", "month", "quarter"),
    [
        (date(2026, 6, 30), (date(2026, 5, 31), date(2026, 6, 30)), (date(2026, 3, 31), date(2026, 6, 30))),
        (date(2026, 7, 1), (date(2026, 5, 31), date(2026, 6, 30)), (date(2026, 6, 30), date(2026, 7, 1))),
        (date(2026, 1, 2), (date(2025, 11, 30), date(2025, 12, 31)), (date(2025, 12, 31), date(2026, 1, 2))),
        (date(2024, 3, 30), (date(2024, 1, 31), date(2024, 2, 29)), (date(2023, 12, 31), date(2024, 3, 30))),
    ],
)
def test_periods(as_of: date, month: tuple[date, date], quarter: tuple[date, date]) -> None:
    assert (periods(as_of)["month"], periods(as_of)["quarter"]) == (month, quarter)


def test_nothing_owed_nothing_told(books_of: BooksOf) -> None:
    receipts = "receipt_id customer_id received_on amount\nr lantern 2020-07-20 60"
    assert collection_by_salesperson(books_of("2026-08-15", receipts=receipts)).is_empty()


@given(
    st.lists(
        st.tuples(st.sampled_from(("wei", "ann", "-")), st.integers(0, 500), st.integers(1, 99), st.integers(0, 99)),
        min_size=1,
        max_size=10,
    )
)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_the_parts_make_the_whole(books_of: BooksOf, drawn: list[tuple[str, int, int, int]]) -> None:
    """By salesperson, year: due, collected and overdue add up to those of all items."""
    as_of = date(2026, 8, 15)
    items = ["item_id customer_id issued_on due_on amount salesperson"]
    receipts = ["receipt_id customer_id received_on amount"]
    settled = ["allocation_id item_id source source_id allocated_on amount"]
    due = collected = overdue = 0
    for at, (who, back, amount, part) in enumerate(drawn):
        day, paid = as_of - timedelta(days=back), min(part, amount)
        items.append(f"i{at} c{at % 3} 2024-01-01 {day} {amount} {who}")
        if paid:
            receipts.append(f"r{at} c{at % 3} 2026-08-15 {paid}")
            settled.append(f"{at} i{at} receipt r{at} 2026-08-15 {paid}")
        if back < 365:
            due, collected = due + amount, collected + paid
        overdue += (amount - paid) if back else 0
    texts = {"open_items": items, "receipts": receipts, "allocations": settled}
    tables = {name: "\n".join(lines) for name, lines in texts.items() if len(lines) > 1}
    frame = collection_by_salesperson(books_of(as_of.isoformat(), **tables)).filter(period="year")
    whole = frame.select(pl.col("due", "collected", "overdue").sum()).row(0) if frame.height else (0, 0, 0)
    assert whole == (100 * due, 100 * collected, 100 * overdue)


def test_money_without_a_rate_is_empty_and_not_nothing(books_of: BooksOf) -> None:
    items = (
        "item_id customer_id issued_on due_on currency amount salesperson\n"
        "a lantern 2026-06-01 2026-07-01 CNY 100 wei\nb lantern 2026-06-01 2026-07-01 USD 900 wei\n"
        "c harbour 2026-06-01 2026-07-01 CNY 5 ann"
    )
    frame = collection_by_salesperson(books_of("2026-08-15", open_items=items)).filter(period="month")
    columns = ("salesperson", "due", "collected", "collection_share", "overdue")
    assert frame.select(columns).rows() == [("ann", 500, 0, 0.0, 500), ("wei", None, 0, None, None)]
