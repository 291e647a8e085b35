"""Timeliness: on time and in default, month by month, at each line, and where both are heading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from solvent.base.problem import SolventError
from solvent.books.books import Books, open_books
from solvent.files.load import load
from solvent.measures.collection import Collection, on_time
from solvent.measures.sums import DIMENSIONS
from solvent.measures.timeliness import Timeliness, fallen_due, timeliness, trend

BooksOf = Callable[..., Books]

CUSTOMERS = """
customer_id region industry country
lantern     north  lamps    CN
kettle      south  pots     DE
"""
BOOK = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-01 2026-01-10 100
b       lantern     2026-01-01 2026-01-31 200
c       kettle      2026-01-01 2026-01-31 300
d       kettle      2026-01-15 2026-02-28 400
"""
MONEY = """
receipt_id customer_id received_on amount
r1         lantern     2026-01-10  100
r2         lantern     2026-05-01  150
r3         lantern     2026-05-02  50
r4         kettle      2026-02-01  290
"""
APPLIED = """
allocation_id item_id source      source_id allocated_on amount
x1            a       receipt     r1        2026-01-10   100
x2            b       receipt     r2        2026-05-01   150
x3            b       receipt     r3        2026-05-02   50
x4            c       receipt     r4        2026-02-01   290
x5            c       discount    -         2026-02-01   10
x6            d       write_off   -         2026-04-01   400
"""


def books_on(books_of: BooksOf, as_of: str) -> Books:
    return books_of(as_of, customers=CUSTOMERS, open_items=BOOK, receipts=MONEY, allocations=APPLIED)


def test_by_hand(books_of: BooksOf) -> None:
    """Due in January: 590 after a discount, 100 of it on its day. 1 May is the ninetieth day of b."""
    told = timeliness(books_on(books_of, "2026-06-15"))
    assert told.rows() == [
        (date(2026, 1, 31), 59_000, 10_000, 5000, pytest.approx(10 / 59), pytest.approx(5 / 59), 3),
        (date(2026, 2, 28), 40_000, 0, 40_000, 0.0, 1.0, 1),
    ]


@pytest.mark.parametrize(("as_of", "judged"), [("2026-04-30", False), ("2026-05-01", True)])
def test_a_month_is_judged_when_its_last_day_is_so_old(books_of: BooksOf, as_of: str, judged: bool) -> None:
    row = timeliness(books_on(books_of, as_of)).row(0, named=True)
    assert (row["default_share"] is not None) is judged
    assert (row["default_amount"] is not None) is judged
    assert row["on_time_share"] == pytest.approx(10 / 59)


@pytest.mark.parametrize(("grace", "amount"), [(0, 10_000), (1, 39_000)])
def test_the_grace(books_of: BooksOf, grace: int, amount: int) -> None:
    """Item c was paid on the day after its due day."""
    told = timeliness(books_on(books_of, "2026-06-15"), terms=Timeliness(grace_days=grace))
    assert told.item(0, "on_time_amount") == amount


def test_a_month_whose_grace_runs_is_not_told(books_of: BooksOf) -> None:
    terms = Timeliness(grace_days=10)
    assert timeliness(books_on(books_of, "2026-02-09"), terms=terms).item(0, "on_time_share") is None
    assert timeliness(books_on(books_of, "2026-02-10"), terms=terms).item(0, "on_time_share") is not None


@pytest.mark.parametrize(
    ("by", "south"), [("customer", "kettle"), ("region", "south"), ("industry", "pots"), ("country", "DE")]
)
def test_by_dimension(books_of: BooksOf, by: str, south: str) -> None:
    told = timeliness(books_on(books_of, "2026-06-15"), by)
    rows = told.filter(pl.nth(0) == south)
    assert rows.get_column("default_share").to_list() == [0.0, 1.0]
    assert rows.get_column("due_amount").to_list() == [29_000, 40_000]
    assert told.height == 3, "nothing of lantern fell due in February"


@pytest.mark.parametrize("by", [None, *DIMENSIONS])
def test_one_look_at_the_items_serves_every_dimension(books_of: BooksOf, by: str | None) -> None:
    """Also those that items have of their own, which customers' months cannot tell."""
    seller = BOOK.replace("amount\n", "amount currency salesperson\n")
    seller = seller.replace(" 100\n", " 100 CNY ada\n").replace(" 200\n", " 200 EUR ada\n")
    seller = seller.replace(" 300\n", " 300 CNY bo\n").replace(" 400\n", " 400 CNY -\n")
    rates = """
    currency quote day_on     rate
    EUR      CNY   2026-01-01 8
    """
    books = books_of(
        "2026-06-15", customers=CUSTOMERS, open_items=seller, receipts=MONEY, allocations=APPLIED, fx_rates=rates
    )
    told = timeliness(books, by, months=fallen_due(books))
    assert told.equals(timeliness(books, by))
    assert not told.is_empty()


def test_a_dimension_that_is_not_there(books_of: BooksOf) -> None:
    with pytest.raises(SolventError, match="dimension_unknown"):
        timeliness(books_on(books_of, "2026-06-15"), "colour")


def test_money_that_went_back_was_never_paid(books_of: BooksOf) -> None:
    """A payment returned by the bank on the third day: on time by the second, not by the fourth."""
    tables = {
        "open_items": "item_id customer_id issued_on due_on amount\na lantern 2026-01-01 2026-01-10 100",
        "receipts": "receipt_id customer_id received_on amount\nr lantern 2026-01-08 100\ns lantern 2026-01-12 -100",
        "allocations": "allocation_id item_id source source_id allocated_on amount\n"
        "x a receipt r 2026-01-08 100\ny a receipt s 2026-01-12 -100",
    }
    told = timeliness(books_of("2026-05-31", **tables), terms=Timeliness(grace_days=2)).row(0, named=True)
    assert told["on_time_share"] == 0.0
    assert told["default_share"] == 1.0


def test_nothing_ever_fell_due(books_of: BooksOf) -> None:
    books = books_of("2026-01-05", open_items=BOOK.replace("a       lantern     2026-01-01", "a lantern 2026-01-04"))
    assert timeliness(books).is_empty()
    assert timeliness(books, "region").is_empty()
    assert trend(timeliness(books)).row(0) == (None,) * 6
    assert trend(timeliness(books, "region"), "region").is_empty()


def test_the_trend_sets_amounts_beside_amounts() -> None:
    """Two months beside two: 30 of 400 defaulted after 10 of 200; the newest month is not judged yet."""
    ends = [date(2026, month, 28) for month in range(1, 6)]
    told = pl.DataFrame(
        {
            "month_end": ends,
            "due_amount": [100, 100, 100, 300, 500],
            "on_time_amount": [50, 50, 60, 100, 250],
            "default_amount": [10, 0, 30, 0, None],
        }
    )
    row = trend(told, terms=Timeliness(trend_months=2)).row(0, named=True)
    assert row["default_share"] == pytest.approx(30 / 400)
    assert row["default_before"] == pytest.approx(10 / 200)
    assert row["default_change"] == pytest.approx(0.025)
    assert row["on_time_share"] == pytest.approx(350 / 800)
    assert row["on_time_before"] == pytest.approx(110 / 200)
    short = trend(told.head(2), terms=Timeliness(trend_months=2)).row(0, named=True)
    assert short["default_before"] is None
    assert short["default_change"] is None


def test_segments_are_compared_over_the_same_months(books_of: BooksOf) -> None:
    told = trend(timeliness(books_on(books_of, "2026-06-15"), "region"), "region", Timeliness(trend_months=1))
    rows = {row["region"]: row for row in told.iter_rows(named=True)}
    assert (rows["south"]["default_share"], rows["south"]["default_before"]) == (1.0, 0.0)
    assert rows["north"]["default_share"] is None, "nothing fell due in the newest month"
    assert rows["north"]["default_before"] == pytest.approx(5 / 30)


def test_currencies_without_rates(books_of: BooksOf) -> None:
    items = """
item_id customer_id issued_on  due_on     amount currency
a       lantern     2026-01-01 2026-01-10 100    CNY
b       lantern     2026-01-01 2026-01-10 200    USD
"""
    books = books_of("2026-06-15", open_items=items)
    row = timeliness(books).row(0, named=True)
    assert (row["due_amount"], row["default_share"], row["due_count"]) == (None, None, 2)
    assert timeliness(books, "currency").get_column("due_amount").to_list() == [10_000, 20_000]
    assert trend(timeliness(books)).item(0, "default_share") is None


def test_customers_add_up_to_the_company_as_in_collection(reference: Path) -> None:
    """On a real ledger: by customer and in all, and beside the on-time rate of the same months."""
    books = open_books(load(reference / "ar-ibm" / "accounts_receivable.csv").intake.ledger, date(2013, 10, 31))
    whole, parts = timeliness(books), timeliness(books, "customer")
    added = parts.group_by("month_end").agg(pl.col("due_amount", "on_time_amount").sum()).sort("month_end")
    assert added.rows() == whole.select("month_end", "due_amount", "on_time_amount").rows()
    apart = pl.col("on_time_amount") + pl.col("default_amount").fill_null(0) <= pl.col("due_amount")
    assert whole.select(apart.all()).item()
    year = whole.tail(12)
    same = on_time(books, as_of=date(2013, 10, 31), since=date(2012, 10, 31), terms=Collection())
    assert year.get_column("due_amount").sum() == same.item(0, "due_amount")
    assert year.get_column("on_time_amount").sum() == same.item(0, "on_time_amount")
    assert year.get_column("due_count").sum() == same.item(0, "due_count")
