"""Stock: inventory days on cost of sales, turnover, and the line of ninety days from both sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from solvent.books.books import Books
from solvent.measures.company.stock import Stock, dio, inventory, slow_movers, slow_share, stock_turnover

BooksOf = Callable[..., Books]

SOLD = "item_id customer_id issued_on due_on amount\na lantern 2024-01-05 2024-02-04 90"
STOCK = """
sku   counted_on quantity value moved_on   received_on
bolt  2026-05-31 5        900   2026-05-01 2026-05-01
bolt  2026-06-30 10       300   2026-06-01 2026-06-01
gear  2026-06-30 10       500   2026-01-01 2026-06-01
crate 2026-06-30 10       100   -          2026-03-31
pin   2026-06-30 10       60    -          -
dust  2026-06-30 10       0     2020-01-01 2020-01-01
"""
COGS = """
entity_id period_end months line      currency amount
own       2025-12-31 12     cogs      CNY      3840
own       2025-12-31 12     inventory CNY      480
"""


def test_inventory_days_and_turnover_by_hand(books_of: BooksOf) -> None:
    """960 in stock, 3,840 cost of sales in the year: 91.25 days, four times a year."""
    books = books_of("2026-06-30", open_items=SOLD, stock=STOCK, statements=COGS)
    assert inventory(books) == 96_000
    assert dio(books).value == pytest.approx(91.25)
    assert stock_turnover(books).value == pytest.approx(4.0)
    assert dict(dio(books).inputs) == {"inventory": 96_000, "cogs": 384_000, "days": 365}


def test_turnover_is_a_year_over_the_days(books_of: BooksOf) -> None:
    quarter = "entity_id period_end months line currency amount\nown 2026-03-31 3 cogs CNY 700"
    books = books_of("2026-06-30", open_items=SOLD, stock=STOCK, statements=quarter)
    days, times = dio(books).value, stock_turnover(books).value
    assert days is not None
    assert times is not None
    assert days == pytest.approx(960 / 700 * 91)
    assert days * times == pytest.approx(365)


def test_stock_of_the_statement_where_nothing_was_counted(books_of: BooksOf) -> None:
    assert dio(books_of("2026-06-30", open_items=SOLD, statements=COGS)).value == pytest.approx(480 / 3840 * 365)


def test_missing_inputs_are_told(books_of: BooksOf) -> None:
    bare = books_of("2026-06-30", open_items=SOLD)
    cogs = books_of("2026-06-30", open_items=SOLD, statements=COGS.replace("inventory", "ebit     "))
    for figure in (dio(bare), stock_turnover(bare)):
        assert (figure.value, figure.why and figure.why.code) == (None, "measures.stock.no_cogs")
    for figure in (dio(cogs), stock_turnover(cogs), slow_share(cogs)):
        assert (figure.value, figure.why and figure.why.code) == (None, "measures.stock.no_stock")


def test_slow_stock_by_hand(books_of: BooksOf) -> None:
    """Moved 180 days ago is slow whatever came in since; never moved counts since it came; of no day at all is slow."""
    books = books_of("2026-06-30", open_items=SOLD, stock=STOCK)
    frame = slow_movers(books)
    assert frame.select("sku", "value", "idle_days").rows() == [
        ("gear", 50_000, 180),
        ("crate", 10_000, 91),
        ("pin", 6_000, None),
    ]
    assert slow_share(books).value == pytest.approx(660 / 960)


@pytest.mark.parametrize("column", ["moved_on", "received_on"])
@pytest.mark.parametrize(("idle", "slow"), [(89, False), (90, False), (91, True)])
def test_the_line_of_ninety_days(books_of: BooksOf, column: str, idle: int, slow: bool) -> None:
    day = date(2026, 6, 30) - timedelta(days=idle)
    stock = f"sku counted_on quantity value {column}\nbolt 2026-06-30 1 5 {day}\nnut 2026-06-30 1 5 2026-06-30"
    books = books_of("2026-06-30", open_items=SOLD, stock=stock)
    assert slow_movers(books).get_column("sku").to_list() == (["bolt"] if slow else [])
    assert slow_share(books).value == (0.5 if slow else 0.0)
    assert slow_movers(books, Stock(slow_days=idle - 1)).height == 1


def test_a_share_needs_every_rate(books_of: BooksOf) -> None:
    stock = "sku counted_on quantity value currency moved_on\nbolt 2026-06-30 1 5 CNY 2026-06-01\n"
    books = books_of("2026-06-30", open_items=SOLD, stock=stock + "nut 2026-06-30 1 5 USD 2026-06-01")
    assert slow_share(books).value is None


def test_cost_of_sales_below_zero_gives_no_days(books_of: BooksOf) -> None:
    loss = "entity_id period_end months line currency amount\nown 2025-12-31 12 cogs CNY -5"
    books = books_of("2026-06-30", open_items=SOLD, stock=STOCK, statements=loss)
    for figure in (dio(books), stock_turnover(books)):
        assert (figure.value, figure.why and figure.why.code) == (None, "measures.stock.no_cogs")
