"""Concentration: the published index, the line of one quarter, and connected customers as one name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solvent.books.books import Books
from solvent.measures.concentration import Concentration, concentration, hhi, shares

BooksOf = Callable[..., Books]

CUSTOMERS = """
customer_id group_id
lantern     parent
candle      parent
torch       -
"""


def sold(books_of: BooksOf, amounts: dict[str, float], day: str = "2026-01-15", customers: str = CUSTOMERS) -> Books:
    items = [f"{name} {name} {day} {day} {amount}" for name, amount in amounts.items()]
    return books_of(
        "2026-03-15",
        customers=customers,
        open_items="\n".join(["item_id customer_id issued_on due_on amount", *items]),
    )


def test_the_published_example(books_of: BooksOf) -> None:
    amounts = dict(zip("abcdefghi", (30, 20, 15, 10, 5, 5, 5, 5, 5)))
    told = concentration(sold(books_of, amounts))
    assert told.hhi is not None
    assert told.effective_names is not None
    assert round(told.hhi, 6) == 0.175
    assert round(told.effective_names, 2) == 5.71
    assert (told.top_sales_id, told.top_share_sales, told.top_share_open) == ("a", 0.3, 0.3)
    assert told.over == ("a",)
    assert hhi([1.0]) == 1.0


@pytest.mark.parametrize(("amount", "over"), [(24.99, ()), (25, ()), (25.01, ("torch",))])
def test_strictly_over_the_line(books_of: BooksOf, amount: float, over: tuple[str, ...]) -> None:
    rest = {"a": round(43.75 - amount, 2), "b": 18.75, "c": 18.75, "d": 18.75}
    assert concentration(sold(books_of, {"torch": amount, **rest})).over == over


def test_the_line_is_a_term(books_of: BooksOf) -> None:
    books = sold(books_of, {"torch": 30, "lantern": 70})
    assert concentration(books, terms=Concentration(single_share=0.7)).over == ()
    assert concentration(books, terms=Concentration(single_share=0.2)).over == ("parent", "torch")


def test_connected_customers_are_one_name(books_of: BooksOf) -> None:
    frame = shares(sold(books_of, {"torch": 40, "lantern": 35, "candle": 25, "stranger": 10}))
    assert frame.select("group_id", "customers", "sales", "open").rows() == [
        ("parent", 2, 6000, 6000),
        ("torch", 1, 4000, 4000),
        ("stranger", 1, 1000, 1000),
    ]
    assert frame.get_column("sales_share").sum() == pytest.approx(1)
    assert frame.get_column("open_share").to_list() == pytest.approx([6 / 11, 4 / 11, 1 / 11])


@pytest.mark.parametrize(("day", "counts"), [("2025-03-15", False), ("2025-03-16", True), ("2026-03-15", True)])
def test_twelve_calendar_months_of_sales(books_of: BooksOf, day: str, counts: bool) -> None:
    told = concentration(sold(books_of, {"torch": 40}, day))
    assert told.top_share_sales == (1.0 if counts else None)
    assert told.top_share_open == 1.0


def test_sales_are_net_and_open_amounts_positive(books_of: BooksOf) -> None:
    """Torch is credited more than it was sold; lantern's advance does not lower what it owes."""
    books = books_of(
        "2026-03-15",
        customers=CUSTOMERS,
        open_items="""item_id customer_id issued_on due_on amount
            a torch   2026-01-01 2026-01-31 20
            b lantern 2026-01-01 2026-01-31 60
            c other   2026-01-01 2026-01-31 20""",
        receipts="receipt_id customer_id received_on amount\nr lantern 2026-02-01 55",
        credit_notes="credit_note_id customer_id issued_on amount\nn torch 2026-02-01 30\nm other 2026-02-01 5",
    )
    frame = shares(books)
    assert frame.select("group_id", "sales", "open", "sales_share", "open_share").rows() == [
        ("parent", 6000, 6000, 0.8, 0.6),
        ("other", 1500, 2000, 0.2, 0.2),
        ("torch", -1000, 2000, 0.0, 0.2),
    ]


def test_the_largest_debtor_may_be_another_than_the_largest_buyer(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-15",
        open_items="""item_id customer_id issued_on due_on amount
            a torch   2026-01-01 2026-01-31 20
            b lantern 2026-01-01 2026-01-31 60""",
        receipts="receipt_id customer_id received_on amount\nr lantern 2026-02-01 50",
        allocations="allocation_id item_id source source_id allocated_on amount\nx b receipt r 2026-02-01 50",
    )
    told = concentration(books)
    assert (told.top_sales_id, told.top_share_sales) == ("lantern", 0.75)
    assert (told.top_open_id, told.top_share_open) == ("torch", pytest.approx(2 / 3))


def test_equal_names_stand_by_id(books_of: BooksOf) -> None:
    assert shares(sold(books_of, {"z": 1, "a": 1, "m": 1})).get_column("group_id").to_list() == ["a", "m", "z"]


def test_nothing_sold_nothing_open(books_of: BooksOf) -> None:
    books = books_of("2026-03-15", deliveries="delivery_id customer_id delivered_on amount\nd lantern 2026-03-01 100")
    told = concentration(books)
    assert (told.top_sales_id, told.top_share_sales, told.top_share_open, told.hhi, told.over) == (None,) * 4 + ((),)
    assert told.effective_names is None
    assert told.shares.height == 0


def test_without_a_rate_no_share_is_told(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-15",
        open_items="""item_id customer_id issued_on due_on currency amount
            a lantern 2026-01-05 2026-02-04 CNY 90
            b candle  2026-01-05 2026-02-04 USD 90""",
    )
    told = concentration(books)
    assert told.shares.select("group_id", "sales", "sales_share").rows() == [
        ("candle", None, None),
        ("lantern", 9000, None),
    ]
    assert (told.top_sales_id, told.hhi, told.top_share_open) == (None, None, None)
