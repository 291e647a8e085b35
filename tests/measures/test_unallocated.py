"""Unallocated cash on books told as text, each figure worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from solvent.base.problem import PolicyError
from solvent.books.books import Books
from solvent.measures.aging import UNAPPLIED, aging
from solvent.measures.company.unallocated import Unallocated, unallocated, unallocated_aging, unallocated_cash

Make = Callable[..., Books]

ITEMS = "item_id customer_id issued_on due_on amount\nI1 A 2026-01-01 2026-01-31 1000.00"
RECEIPTS = """receipt_id customer_id received_on amount
              R1 A 2026-02-01 1200.00
              R2 A 2026-03-30 50.00"""
ALLOCATIONS = "allocation_id item_id source source_id allocated_on amount\nA1 I1 receipt R1 2026-02-01 1000.00"
LINES = """line_id account_id booked_on amount category counterparty
           L1 OWN 2026-02-01 1200.00 customer A
           L2 OWN 2026-03-24 300.00 - 某人
           L3 OWN 2026-03-23 80.00 customer 某人
           L4 OWN 2026-03-20 5000.00 loan_drawn 银行
           L5 OWN 2026-03-20 -70.00 - 某人"""
MATCHES = """match_id line_id target target_id matched_on amount
             M1 L1 receipt R1 2026-02-01 1200.00
             M2 L3 receipt R9 2026-03-23 30.00"""


def whole(make: Make, **more: str) -> Books:
    told = {"open_items": ITEMS, "receipts": RECEIPTS, "allocations": ALLOCATIONS, "bank_lines": LINES}
    return make("2026-03-31", **{**told, "bank_matches": MATCHES, **more})


def test_rests_of_receipts_and_unknown_lines_each_with_its_age(books_of: Make) -> None:
    rows = unallocated(whole(books_of)).select("kind", "source_id", "customer_id", "days", "bucket", "amount").rows()
    assert rows == [
        ("receipt", "R1", "A", 58, "31-90", 200_00),
        ("line", "L3", None, 8, "8-30", 50_00),
        ("line", "L2", None, 7, "0-7", 300_00),
        ("receipt", "R2", "A", 1, "0-7", 50_00),
    ]


def test_by_kind_and_currency_and_by_customer(books_of: Make) -> None:
    told = unallocated_aging(whole(books_of))
    assert told.columns == ["kind", "currency", "0-7", "8-30", "31-90", "91+", "total", "count"]
    assert told.rows() == [
        ("line", "CNY", 300_00, 50_00, 0, 0, 350_00, 2),
        ("receipt", "CNY", 50_00, 0, 200_00, 0, 250_00, 2),
    ]
    people = unallocated_aging(whole(books_of), by_customer=True)
    assert people.select("kind", "customer_id", "total").rows() == [("line", None, 350_00), ("receipt", "A", 250_00)]


def test_the_figure_is_the_sum_of_its_parts(books_of: Make) -> None:
    figure = unallocated_cash(whole(books_of))
    assert figure.value == 600_00
    assert figure.inputs == {"receipts": 250_00, "lines": 350_00, "old": 200_00, "old_days": 30}
    assert figure.why is None


@pytest.mark.parametrize(("old_days", "old"), [(57, 200_00), (58, 0)])
def test_old_is_strictly_over_the_line(books_of: Make, old_days: int, old: int) -> None:
    assert unallocated_cash(whole(books_of), Unallocated(old_days=old_days)).inputs["old"] == old


def test_receipts_tie_to_the_ageing(books_of: Make) -> None:
    books = whole(books_of)
    assert aging(books).item(0, UNAPPLIED) == -unallocated_cash(books).inputs["receipts"]  # type: ignore[operator]


def test_the_books_are_asked_as_of_their_day(books_of: Make) -> None:
    told = {"open_items": ITEMS, "receipts": RECEIPTS, "allocations": ALLOCATIONS}
    early = books_of("2026-02-28", **told)
    assert unallocated_cash(early).value == 200_00


def test_a_receipt_that_was_taken_back_counts_with_neither(books_of: Make) -> None:
    undone = RECEIPTS + "\nR3 B 2026-03-01 75.00\nR3/back B 2026-03-01 -75.00\nR4 B 2026-03-02 75.00"
    rows = unallocated(whole(books_of, receipts=undone)).filter(pl.col("customer_id") == "B")
    assert rows.select("source_id", "amount").rows() == [("R4", 75_00)]


def test_an_overpayment_that_was_paid_back_is_placed(books_of: Make) -> None:
    books = whole(books_of, receipts=RECEIPTS + "\nR1X A 2026-03-20 -200.00")
    assert unallocated(books).filter(pl.col("kind") == "receipt")["source_id"].to_list() == ["R2"]
    assert aging(books).item(0, UNAPPLIED) == -50_00


def test_without_any_match_customers_lines_are_not_told_beside_their_receipts(books_of: Make) -> None:
    told = {"open_items": ITEMS, "receipts": RECEIPTS, "allocations": ALLOCATIONS, "bank_lines": LINES}
    assert unallocated(books_of("2026-03-31", **told)).filter(pl.col("kind") == "line")["source_id"].to_list() == ["L2"]


def test_currencies_are_converted_in_the_figure_and_kept_in_the_table(books_of: Make) -> None:
    abroad = """receipt_id customer_id received_on currency amount
                R1 A 2026-02-01 CNY 1200.00
                R2 A 2026-03-30 EUR 10.00"""
    rates = "currency quote day_on rate\nEUR CNY 2026-03-01 8.0"
    books = whole(books_of, receipts=abroad, fx_rates=rates)
    assert unallocated_cash(books).inputs["receipts"] == 280_00
    assert unallocated_aging(books).select("kind", "currency", "total").rows()[1:] == [
        ("receipt", "CNY", 200_00),
        ("receipt", "EUR", 10_00),
    ]
    unrated = unallocated_cash(whole(books_of, receipts=abroad))
    assert unrated.value is None
    assert unrated.why is not None
    assert unrated.why.code == "measures.unallocated.no_rate"


def test_nothing_is_nothing(books_of: Make) -> None:
    books = books_of("2026-03-31", open_items=ITEMS)
    assert unallocated_cash(books).value == 0
    assert unallocated_aging(books).is_empty()
    assert books.as_of == date(2026, 3, 31)


@pytest.mark.parametrize("edges", [(0, 7), (7, 7), (30, 7)])
def test_edges_rise_from_above_zero(edges: tuple[int, ...]) -> None:
    with pytest.raises(PolicyError):
        Unallocated(edges=edges)
