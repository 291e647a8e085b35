"""Terms by grade and order size, and points: what is earned, lost and bought."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.credit import credit
from solvent.credit.limits.points import Points, extra_days, points
from solvent.credit.limits.terms_of_payment import PaymentTerms, grid, payment_terms
from solvent.measures.trade.behaviour import behaviour

BooksOf = Callable[..., Books]


def test_the_grid_of_grades_and_sizes() -> None:
    told = {(grade, size): (days, share) for grade, size, days, share in grid().rows()}
    assert [told[grade, "usual"] for grade in "ABCDE"] == [(60, 0.0), (45, 0.0), (30, 0.0), (15, 0.3), (0, 1.0)]
    assert told["A", "large"] == (67, 0.0)
    assert told["B", "very_large"] == (60, 0.0)
    assert told["C", "large"] == (30, 0.2)
    assert told["D", "very_large"] == (15, 0.5)
    assert told["E", "very_large"] == (0, 1.0)


def test_no_extra_passes_the_longest() -> None:
    told = grid(PaymentTerms(days=(85, 10)))
    assert told.filter(pl.col("grade") == "A")["terms_days"].to_list() == [85, 90, 90]
    assert told.filter(pl.col("grade") == "E")["terms_days"].to_list() == [10, 10, 10]


@pytest.mark.parametrize(
    ("times", "size"), [(None, "usual"), (1.99, "usual"), (2.0, "large"), (4.99, "large"), (5.0, "very_large")]
)
def test_sizes_begin_at_their_lines(times: float | None, size: str) -> None:
    rows = pl.DataFrame({"grade": ["A"], "times": [times]}, {"grade": pl.String, "times": pl.Float64})
    assert payment_terms(rows).item(0, "size") == size


def test_risk_levels_shorten_days_and_no_grade_has_no_terms() -> None:
    rows = pl.DataFrame({"grade": ["A", "A", None], "times": [1.0] * 3, "level_factor": [0.75, 0.0, 1.0]})
    assert payment_terms(rows)["terms_days"].to_list() == [45, 0, None]


ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-01 2026-01-31 1000
b       lantern     2026-02-01 2026-03-03 1000
c       lantern     2024-02-01 2024-03-03 1000
d       harbour     2026-01-01 2026-01-31 1000
"""
RECEIPTS = """
receipt_id customer_id received_on amount
r          lantern     2026-01-31  1000
s          lantern     2026-03-08  1000
t          lantern     2024-03-03  1000
"""
PAID = """
allocation_id item_id source     source_id allocated_on amount
1             a       receipt    r         2026-01-31   1000
2             b       receipt    s         2026-03-08   1000
3             c       receipt    t         2024-03-03   1000
4             d       write_off  -         2026-02-01   1000
"""


def test_money_days_on_time_earn_and_late_ones_lose(books_of: BooksOf) -> None:
    books = books_of("2026-06-30", open_items=ITEMS, receipts=RECEIPTS, allocations=PAID)
    told = points(books, Points(size=1000.0, earned_share=1.0, lost_times=2.0))
    # 1,000 for 30 days on time; 1,000 late by 5 days, twice; the old one and the write-off earn nothing.
    assert told.select("customer_id", "earned", "lost", "balance").rows() == [("lantern", 30.0, 10.0, 20.0)]
    assert told.item(0, "money_days") == 3_000_000.0
    sparing = points(books, Points(size=1000.0, earned_share=0.2))
    assert sparing.item(0, "balance") == 0.0


@pytest.mark.parametrize(("day", "points_left"), [("2027-01-30", 30.0), ("2027-01-31", None)])
def test_points_are_forgotten_after_the_window(books_of: BooksOf, day: str, points_left: float | None) -> None:
    books = books_of(day, open_items=ITEMS, receipts=RECEIPTS, allocations=PAID)
    told = points(books, Points(earned_share=1.0, lost_times=0.0))
    assert (told.item(0, "earned") if told.item(0, "earned") else None) == points_left


def bought(**cells: object) -> dict[str, object]:
    row = {"customer_id": "x", "grade": "A", "balance": 50.0, "purchases_year": 1_000_000, "given_days": None}
    schema = {"customer_id": pl.String, "grade": pl.String, "balance": pl.Float64}
    frame = pl.DataFrame([{**row, **cells}], {**schema, "purchases_year": pl.Int64, "given_days": pl.Int64})
    return extra_days(frame, "CNY").row(0, named=True)


def test_a_day_costs_a_years_purchases_for_a_day() -> None:
    told = bought()
    assert (told["price"], told["extra_days"], told["spent"], told["left"]) == (10.0, 5, 0.0, 50.0)
    assert bought(balance=49.9)["extra_days"] == 4
    assert bought(balance=5000.0)["extra_days"] == 10
    assert bought(given_days=3)["left"] == 20.0


def test_only_good_grades_that_buy_may_spend() -> None:
    assert [bought(grade=grade)["extra_days"] for grade in ("A", "B", "C", None)] == [5, 5, 0, 0]
    assert bought(purchases_year=0)["extra_days"] == 0
    assert bought(balance=None)["extra_days"] == 0


def test_prepayment_only_has_no_days_and_a_whole_deposit(books_of: BooksOf) -> None:
    limits = "limit_id customer_id kind amount valid_from\nL lantern total 5000 2026-01-01\n"
    events = "event_id customer_id happened_on kind\n1 lantern 2026-05-01 bankrupt\n"
    books = books_of("2026-06-30", open_items=ITEMS, receipts=RECEIPTS, allocations=PAID, limits=limits, events=events)
    row = credit(books, behaviour(books), Policy(books.as_of)).limits.table.row(
        by_predicate=pl.col("customer_id") == "lantern", named=True
    )
    assert (row["amount"], row["terms_days"], row["deposit_share"], row["move"]) == (0, 0, 1.0, "lower")
