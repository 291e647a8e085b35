"""Collection: the published index, the month it looks at, and what counts as paid on time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from solvent.base.problem import Problem
from solvent.books.books import Basis, Books
from solvent.measures.collection import Collection, cei, cei_share, on_time

BooksOf = Callable[..., Books]


def test_the_published_example() -> None:
    """Begin 900, sales of the quarter 1,500, end 1,000 of which 700 current: full sales, and a third of them."""
    full, third = cei_share(900, 1500, 1000, 700), cei_share(900, 500, 1000, 700)
    assert full is not None
    assert third is not None
    assert (round(100 * full, 2), round(100 * third, 2)) == (82.35, 57.14)


@pytest.mark.parametrize(("current", "expected"), [(1399, 400.0), (1400, None), (1401, None)])
def test_nothing_to_collect(current: int, expected: float | None) -> None:
    assert cei_share(400, 1000, 1000, current) == expected


FEBRUARY = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-05 2026-02-04 90
b       lantern     2026-02-10 2026-02-20 50
c       lantern     2026-02-28 2026-03-30 30
d       lantern     2026-03-01 2026-03-31 70
"""
PAID = """
receipt_id customer_id received_on amount
r          lantern     2026-02-28  60
s          lantern     2026-03-01  30
"""
APPLIED = """
allocation_id item_id source  source_id allocated_on amount
x             a       receipt r         2026-02-28   60
y             a       receipt s         2026-03-01   30
"""


@pytest.mark.parametrize("as_of", ["2026-02-28", "2026-03-01", "2026-03-30"])
def test_the_last_full_calendar_month(books_of: BooksOf, as_of: str) -> None:
    """February: 90 at its begin, 80 sold, 110 at its end of which 30 current: 60 of 140 collected."""
    figure = cei(books_of(as_of, open_items=FEBRUARY, receipts=PAID, allocations=APPLIED))
    assert figure.inputs == {
        "month": "2026-02",
        "begin": 9000,
        "sales": 8000,
        "end_total": 11_000,
        "end_current": 3000,
    }
    assert figure.value == pytest.approx(100 * 60 / 140)


def test_a_day_later_it_is_march(books_of: BooksOf) -> None:
    figure = cei(books_of("2026-03-31", open_items=FEBRUARY, receipts=PAID, allocations=APPLIED))
    assert figure.inputs["month"] == "2026-03"
    assert figure.value == pytest.approx(100 * (110 + 70 - 150) / (110 + 70 - 70))


def test_a_month_with_nothing_due_has_no_index(books_of: BooksOf) -> None:
    figure = cei(books_of("2026-01-31", open_items=FEBRUARY))
    assert figure.value is None
    assert figure.why == Problem("measures.collection.nothing_to_collect", "", {"month": "2026-01"})


def test_without_a_rate_there_is_no_index(books_of: BooksOf) -> None:
    items = """item_id customer_id issued_on due_on currency amount
        a lantern 2026-01-05 2026-02-04 CNY 90
        b lantern 2026-01-05 2026-02-04 USD 90"""
    assert cei(books_of("2026-02-28", open_items=items)).why == Problem("measures.collection.no_rate")


@pytest.mark.parametrize(
    ("paid_on", "grace", "paid"),
    [("2026-02-10", 0, 100), ("2026-02-11", 0, 0), ("2026-02-13", 3, 100), ("2026-02-14", 3, 0)],
)
def test_on_time_to_the_day(books_of: BooksOf, paid_on: str, grace: int, paid: int) -> None:
    books = books_of(
        "2026-03-01",
        open_items="item_id customer_id issued_on due_on amount\na lantern 2026-01-11 2026-02-10 100",
        receipts=f"receipt_id customer_id received_on amount\nr lantern {paid_on} 100",
        allocations=f"allocation_id item_id source source_id allocated_on amount\nx a receipt r {paid_on} 100",
    )
    (row,) = on_time(books, terms=Collection(grace_days=grace)).iter_rows(named=True)
    assert (row["due_amount"], row["on_time_amount"]) == (10_000, 100 * paid)
    assert (row["due_count"], row["on_time_count"]) == (1, paid // 100)
    assert row["on_time_share"] == row["on_time_count_share"] == paid / 100


@pytest.mark.parametrize(
    ("due_on", "grace", "counts"),
    [
        *(("2026-03-01", 0, 1), ("2026-03-02", 0, 0), ("2026-02-26", 3, 1), ("2026-02-27", 3, 0)),
        *(("2025-03-01", 0, 0), ("2025-03-02", 0, 1)),
    ],
)
def test_the_period_counts_what_can_be_told(books_of: BooksOf, due_on: str, grace: int, counts: int) -> None:
    """Twelve months up to 2026-03-01, of which each item's grace is over."""
    items = f"item_id customer_id issued_on due_on amount\na lantern 2025-01-01 {due_on} 100"
    books = books_of("2026-03-01", open_items=items)
    (row,) = on_time(books, terms=Collection(grace_days=grace)).iter_rows(named=True)
    assert row["due_count"] == counts
    assert row["on_time_share"] == (0.0 if counts else None)


CUSTOMERS = """
customer_id region salesperson
lantern     east   mei
candle      west   li
"""
DUE = """
item_id customer_id issued_on  due_on     amount salesperson
a       lantern     2026-01-01 2026-01-31 100    -
b       lantern     2026-01-01 2026-01-31 40     zhao
c       candle      2026-01-01 2026-01-31 60     -
d       candle      2026-01-01 2026-01-31 20     -
"""
ALL_WAYS = """
allocation_id item_id source      source_id allocated_on amount
x             a       receipt     r         2026-01-20   70
y             a       credit_note n         2026-02-20   10
z             a       receipt     s         2026-02-01   20
u             b       receipt     r         2026-01-31   39
v             b       discount    -         2026-01-31   1
w             c       write_off   -         2026-02-10   60
q             d       credit_note n         2026-01-10   20
"""


@pytest.fixture
def books(books_of: BooksOf) -> Books:
    """a: 90 due, 70 of it on time. b: 39 due, all on time. c: 60 due, nothing. d: never due."""
    return books_of(
        "2026-03-01",
        customers=CUSTOMERS,
        open_items=DUE,
        receipts="receipt_id customer_id received_on amount\nr lantern 2026-01-20 109\ns lantern 2026-02-01 20",
        credit_notes="credit_note_id customer_id issued_on amount\nn lantern 2026-01-10 30",
        allocations=ALL_WAYS,
    )


def test_what_was_never_due_is_left_out(books: Books) -> None:
    (row,) = on_time(books).iter_rows(named=True)
    assert (row["due_amount"], row["on_time_amount"], row["due_count"], row["on_time_count"]) == (18_900, 10_900, 3, 1)
    assert row["on_time_share"] == 109 / 189
    assert row["on_time_count_share"] == 1 / 3


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("customer", [("candle", 6000, 0, 1, 0), ("lantern", 12_900, 10_900, 2, 1)]),
        ("region", [("east", 12_900, 10_900, 2, 1), ("west", 6000, 0, 1, 0)]),
        ("salesperson", [("li", 6000, 0, 1, 0), ("mei", 9000, 7000, 1, 0), ("zhao", 3900, 3900, 1, 1)]),
        ("industry", [(None, 18_900, 10_900, 3, 1)]),
        ("currency", [("CNY", 18_900, 10_900, 3, 1)]),
    ],
)
def test_by_dimension(books: Books, by: str, expected: list[tuple[object, ...]]) -> None:
    frame = on_time(books, by)
    amounts = frame.select(frame.columns[0], "due_amount", "on_time_amount", "due_count", "on_time_count")
    assert amounts.rows() == expected


def test_since_a_day(books: Books) -> None:
    assert on_time(books, since=date(2026, 1, 31)).item(0, "due_count") == 0
    assert on_time(books, since=date(2026, 1, 30)).item(0, "due_count") == 3


def test_paid_on_time_at_a_worse_rate_is_paid_on_time(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-01",
        open_items="""item_id customer_id issued_on due_on currency amount booked_amount
            a lantern 2026-01-01 2026-01-31 USD 10 71""",
        receipts="""receipt_id customer_id received_on currency amount booked_amount
            r lantern 2026-01-31 USD 10 68""",
        allocations="""allocation_id item_id source source_id allocated_on amount booked_amount
            x a receipt r 2026-01-31 10 68""",
    )
    assert books.basis is Basis.BOOKED
    (row,) = on_time(books).iter_rows(named=True)
    assert (row["due_amount"], row["on_time_amount"], row["due_count"], row["on_time_count"]) == (7100, 6800, 1, 1)
