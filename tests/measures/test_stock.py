"""Stock: inventory days on cost of sales, turnover, and the line of ninety days from both sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from solvent.base.problem import Problem
from solvent.books.books import Books
from solvent.measures.company.statements import Statements
from solvent.measures.company.stock import (
    Stock,
    dio,
    inventory,
    slow_by_family,
    slow_movers,
    slow_share,
    stock_turnover,
)

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
    assert inventory(books).value == 96_000
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


def test_idle_is_counted_up_to_the_count(books_of: BooksOf) -> None:
    """Of what happened after the count nothing is known: 90 days at the count are 90 days three months later."""
    stock = "sku counted_on quantity value moved_on\nbolt 2026-03-31 1 5 2025-12-31\nnut 2026-03-31 1 5 2025-12-30"
    frame = slow_movers(books_of("2026-06-30", open_items=SOLD, stock=stock))
    assert frame.select("sku", "idle_days").rows() == [("nut", 91)]


def test_by_family(books_of: BooksOf) -> None:
    stock = """
    sku   family counted_on quantity value moved_on
    bolt  iron   2026-06-30 2        20    2026-06-29
    nail  iron   2026-06-30 5        50    2026-01-01
    rivet copper 2026-06-30 1        200   2026-01-01
    plate -      2026-06-30 1        100   -
    """
    frame = slow_by_family(books_of("2026-06-30", open_items=SOLD, stock=stock))
    assert frame.select("family", "articles", "slow_articles", "value", "slow_value", "slow_share").rows() == [
        ("copper", 1, 1, 20_000, 20_000, 1.0),
        ("iron", 2, 1, 7000, 5000, pytest.approx(5 / 7)),
        (None, 1, 1, 10_000, 10_000, 1.0),
    ]


def test_stock_without_a_rate_is_told_as_such(books_of: BooksOf) -> None:
    """Not the same as no stock: somebody has to give a rate, not a count."""
    stock = "sku counted_on quantity value currency\nbolt 2026-06-30 1 5 USD\nnut 2026-06-30 1 5 CNY"
    books = books_of("2026-06-30", open_items=SOLD, stock=stock, statements=COGS)
    for figure in (inventory(books), dio(books), stock_turnover(books), slow_share(books)):
        assert (figure.value, figure.why and figure.why.code) == (None, "measures.stock.no_rate")


@pytest.mark.parametrize("line", ["inventory", "cogs"])
def test_a_newest_statement_without_a_rate_is_not_passed_over(books_of: BooksOf, line: str) -> None:
    text = COGS + f"own 2026-03-31 3 {line} USD 90\n"
    books = books_of("2026-06-30", open_items=SOLD, statements=text)
    for figure in (dio(books), stock_turnover(books)):
        assert (figure.value, figure.why and figure.why.code) == (None, "measures.stock.no_rate")


def test_how_long_a_statement_is_believed_is_the_company_s_own(books_of: BooksOf) -> None:
    """The statement ended 181 days before the day of the books."""
    books = books_of("2026-06-30", open_items=SOLD, statements=COGS)
    assert inventory(books, Statements(valid_days=181)).value == 48_000
    assert dio(books, Statements(valid_days=181)).value == pytest.approx(480 / 3840 * 365)
    short = Statements(valid_days=180)
    assert [dio(books, short).why, inventory(books, short).why] == [
        Problem("measures.stock.no_cogs"),
        Problem("measures.stock.no_stock"),
    ]
