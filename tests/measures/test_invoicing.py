"""Invoicing: each clock from both sides of its line, the holidays of China, the price of a day, and lone papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.measures.trade.invoicing import Invoicing, clock_rates, clocks, late_cost, unmatched
from thorough import cases

BooksOf = Callable[..., Books]

DELIVERED = """
delivery_id customer_id delivered_on statement_sent_on amount salesperson
d1          lantern     2026-03-02   2026-03-05        1000   wei
d2          lantern     2026-03-02   2026-03-06        2000   wei
d3          harbour     2026-03-02   -                 500    ann
d4          harbour     2026-03-10   -                 700    ann
"""
INVOICED = """
item_id customer_id issued_on  due_on     amount delivery_id salesperson
i1      lantern     2026-03-03 2026-04-02 600    d1          wei
i1b     lantern     2026-03-09 2026-04-02 400    d1          wei
i2      lantern     2026-03-06 2026-04-02 2000   d2          wei
i9      harbour     2026-03-06 2026-04-02 33     -           -
"""
CUSTOMERS = "customer_id salesperson\nlantern wei\nharbour ann"


def one(books_of: BooksOf, delivered: str, invoiced: str, as_of: str = "2026-12-31") -> dict[str, object]:
    """One delivery on a day and its invoice on another."""
    items = f"item_id customer_id issued_on due_on amount delivery_id\ni lantern {invoiced} 2027-01-31 5 d"
    frame = clocks(
        books_of(
            as_of,
            open_items=items,
            deliveries=f"delivery_id customer_id delivered_on amount\nd lantern {delivered} 5",
        )
    )
    return frame.row(0, named=True)


def test_clocks_by_hand(books_of: BooksOf) -> None:
    """Monday the 2nd: invoiced on Tuesday, on Friday, not at all by Tuesday the 10th; and today's delivery waits."""
    frame = clocks(books_of("2026-03-10", open_items=INVOICED, deliveries=DELIVERED))
    columns = ["delivery_id", "invoiced_on", "e_invoice", "formal", "statement", "workdays_taken", "days_late"]
    assert frame.select(columns).rows() == [
        ("d1", date(2026, 3, 3), "met", "met", "met", 1, 0),
        ("d2", date(2026, 3, 6), "late", "late", "late", 4, 3),
        ("d3", None, "late", "late", "late", 6, 7),
        ("d4", None, "waiting", "waiting", "waiting", 0, 0),
    ]


@pytest.mark.parametrize(("invoiced", "state"), [("2026-03-02", "met"), ("2026-03-03", "met"), ("2026-03-04", "late")])
def test_the_first_clock_counts_days_where_no_hour_is_known(books_of: BooksOf, invoiced: str, state: str) -> None:
    assert one(books_of, "2026-03-02", invoiced)["e_invoice"] == state


@pytest.mark.parametrize(("minutes", "state"), [(1439, "met"), (1440, "met"), (1441, "late")])
def test_the_first_clock_counts_hours_where_both_are_known(minutes: int, state: str) -> None:
    at = pl.datetime(2026, 3, 2, 16, 0, time_unit="us")
    day, own = (
        date(2026, 3, 2),
        {"customer_id": "lantern", "currency": "CNY", "amount": 5, "recorded_on": date(2026, 3, 2)},
    )
    issued = date(2026, 3, 3)
    items = {"item_id": "i", "invoice_id": "i", "issued_on": issued, "due_on": issued, "delivery_id": "d", **own}
    goods = {"delivery_id": "d", "delivered_on": day, **own}
    frames = {
        "open_items": pl.LazyFrame([items]).with_columns((at + pl.duration(minutes=minutes)).alias("issued_at")),
        "deliveries": pl.LazyFrame([goods]).with_columns(at.alias("delivered_at")),
    }
    tables = {name: TABLES[name].conform(frame) for name, frame in frames.items()}
    assert clocks(open_books(Ledger(tables, currency="CNY"), issued)).item(0, "e_invoice") == state


@pytest.mark.parametrize(
    ("delivered", "invoiced", "workdays", "state"),
    [
        ("2026-03-05", "2026-03-10", 3, "met"),
        ("2026-03-05", "2026-03-11", 4, "late"),
        ("2025-09-29", "2025-10-10", 3, "met"),
        ("2025-09-29", "2025-10-11", 4, "late"),
        ("2025-09-26", "2025-09-28", 1, "met"),
        ("2025-12-31", "2026-01-05", 2, "met"),
    ],
)
def test_the_formal_clock_counts_workdays(
    books_of: BooksOf, delivered: str, invoiced: str, workdays: int, state: str
) -> None:
    """National Day rests to 8 October; 28 September, 11 October 2025 and 4 January 2026, all weekend, are worked."""
    row = one(books_of, delivered, invoiced)
    assert (row["workdays_taken"], row["formal"]) == (workdays, state)


@pytest.mark.parametrize(("as_of", "state"), [("2026-03-05", "waiting"), ("2026-03-06", "late")])
def test_a_statement_not_sent_waits_and_then_is_late(books_of: BooksOf, as_of: str, state: str) -> None:
    frame = clocks(books_of(as_of, open_items=INVOICED, deliveries=DELIVERED.replace("2026-03-06  ", "-           ")))
    assert frame.filter(delivery_id="d3").item(0, "statement") == state


def test_statements_that_nobody_records_are_not_late(books_of: BooksOf) -> None:
    assert one(books_of, "2026-03-02", "2026-03-03")["statement"] is None


def test_an_invoice_before_its_delivery_is_in_time(books_of: BooksOf) -> None:
    row = one(books_of, "2026-03-02", "2025-12-20")
    assert (row["e_invoice"], row["formal"], row["days_late"]) == ("met", "met", 0)


def test_rates_leave_out_what_still_waits(books_of: BooksOf) -> None:
    frame = clocks(books_of("2026-03-10", open_items=INVOICED, deliveries=DELIVERED))
    assert clock_rates(frame).rows() == [(4, pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3))]
    assert clock_rates(frame, "salesperson").select("salesperson", "deliveries", "e_invoice_share").rows() == [
        ("ann", 2, 0.0),
        ("wei", 2, 0.5),
    ]
    assert clock_rates(frame, "month").get_column("month").to_list() == [date(2026, 3, 31)]


def test_what_late_invoicing_costs_by_hand(books_of: BooksOf) -> None:
    """2,000 three days late and 500 seven: 9,500 money days at 7.3 % a year."""
    books = books_of("2026-03-10", open_items=INVOICED, deliveries=DELIVERED)
    figure = late_cost(books, clocks(books), Invoicing(funding_rate=0.073))
    assert figure.value == pytest.approx(950_000 * 0.073 / 365)
    assert figure.inputs["days"] == pytest.approx(9500 / 2500)
    assert (figure.inputs["late"], figure.inputs["not_invoiced"]) == (2, 120_000)


def test_cost_needs_deliveries_and_rates(books_of: BooksOf) -> None:
    bare = books_of("2026-03-10", open_items=INVOICED)
    abroad = books_of(
        "2026-03-10",
        open_items=INVOICED,
        deliveries="delivery_id customer_id delivered_on currency amount\nd3 harbour 2026-03-02 USD 5",
    )
    for books, code in ((bare, "no_deliveries"), (abroad, "no_rate")):
        figure = late_cost(books, clocks(books))
        assert (figure.value, figure.why and figure.why.code) == (None, f"measures.invoicing.{code}")


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 900)), min_size=1, max_size=8), st.integers(2, 5))
@settings(max_examples=cases(10, 100), deadline=None, derandomize=True)
def test_cost_grows_with_the_amount_and_is_nothing_in_time(
    books_of: BooksOf, drawn: list[tuple[int, int]], times: int
) -> None:
    def cost(factor: int) -> float:
        first = date(2026, 3, 2)
        goods = ["delivery_id customer_id delivered_on amount"]
        items = ["item_id customer_id issued_on due_on amount delivery_id"]
        for at, (days, amount) in enumerate(drawn):
            goods.append(f"d{at} lantern {first} {amount * factor}")
            items.append(f"i{at} lantern {first + timedelta(days=days)} 2027-01-01 {amount * factor} d{at}")
        books = books_of("2026-04-30", open_items="\n".join(items), deliveries="\n".join(goods))
        value = late_cost(books, clocks(books)).value
        assert value is not None
        return value

    assert cost(times) == pytest.approx(times * cost(1))
    assert (cost(1) > 0) == any(days > 1 for days, _ in drawn)


def test_what_has_no_pair_by_salesperson(books_of: BooksOf) -> None:
    books = books_of("2026-03-10", open_items=INVOICED, deliveries=DELIVERED, customers=CUSTOMERS)
    assert unmatched(books).rows() == [("ann", 2, 1)]


def test_invoices_that_never_name_a_delivery_are_not_accused(books_of: BooksOf) -> None:
    items = "item_id customer_id issued_on due_on amount\ni lantern 2026-03-06 2026-04-02 5"
    assert unmatched(books_of("2026-03-10", open_items=items, deliveries=DELIVERED)).rows() == [
        ("ann", None, None),
        ("wei", None, None),
    ]


def test_an_invoice_that_names_its_delivery_once_has_one(books_of: BooksOf) -> None:
    items = (
        "item_id invoice_id customer_id issued_on due_on amount delivery_id\n"
        "i1 i lantern 2026-03-03 2026-04-02 5 d1\ni2 i lantern 2026-03-03 2026-05-02 5 -"
    )
    told = unmatched(books_of("2026-03-10", open_items=items, deliveries=DELIVERED, customers=CUSTOMERS))
    assert told.rows() == [("ann", 2, 0), ("wei", 1, 0)]


def test_clocks_of_which_nothing_is_known_are_empty_and_cost_nothing(books_of: BooksOf) -> None:
    items = "item_id customer_id issued_on due_on amount\ni lantern 2026-03-06 2026-04-02 5"
    books = books_of("2026-03-10", open_items=items, deliveries=DELIVERED)
    frame = clocks(books)
    for column in ("e_invoice", "formal", "workdays_taken", "days_late"):
        assert frame[column].null_count() == 4
    figure = late_cost(books, frame)
    assert (figure.value, figure.why and figure.why.code) == (None, "measures.invoicing.not_linked")
    assert clock_rates(frame).item(0, "e_invoice_share") is None


def test_a_statement_of_tomorrow_is_not_known_today(books_of: BooksOf) -> None:
    frame = clocks(books_of("2026-03-05", open_items=INVOICED, deliveries=DELIVERED))
    assert frame["statement"].to_list() == ["met", "waiting", "waiting"]


@pytest.mark.parametrize(("seconds", "state", "late"), [(0, "met", 0), (1, "late", 1 / 86_400), (43_200, "late", 0.5)])
def test_a_day_is_over_after_its_last_second(seconds: int, state: str, late: float) -> None:
    """Half a day too late costs half a day, whatever the calendar says."""
    delivered = datetime.fromisoformat("2026-03-02T10:00:00")
    issued = delivered + timedelta(days=1, seconds=seconds)
    own = {"customer_id": "lantern", "currency": "CNY", "amount": 100, "recorded_on": date(2026, 3, 2)}
    goods = {**own, "delivery_id": "d", "delivered_on": delivered.date(), "delivered_at": delivered}
    item = {**own, "item_id": "i", "invoice_id": "i", "delivery_id": "d", "due_on": date(2026, 5, 1)}
    item |= {"issued_on": issued.date(), "issued_at": issued}
    rows = {"deliveries": goods, "open_items": item}
    tables = {name: TABLES[name].conform(pl.DataFrame([row]).lazy()) for name, row in rows.items()}
    row = clocks(open_books(Ledger(tables, currency="CNY"), date(2026, 3, 31))).row(0, named=True)
    assert (row["e_invoice"], row["days_late"]) == (state, pytest.approx(late))
