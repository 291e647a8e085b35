"""The DSO family: published numbers, each variant on one small ledger, and why there may be no value."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.calendar import month_end
from solvent.base.problem import Problem
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.measures import dso
from solvent.measures.dso import Dso, countback_days, days_of_sales, facts_of, family, km_median, monthly_sales
from solvent.measures.dso_detail import by_customer, history
from thorough import cases

BooksOf = Callable[..., Books]

YEAR = """
item_id customer_id issued_on  due_on     amount
a       lantern     2025-03-10 2025-04-09 50
b       lantern     2026-01-10 2026-02-09 100
c       candle      2026-02-10 2026-03-12 80
d       lantern     2026-03-05 2026-04-04 70
"""
PAID = """
receipt_id customer_id received_on amount
r          lantern     2026-03-01  60
s          lantern     2025-04-09  50
"""
APPLIED = """
allocation_id item_id source  source_id allocated_on amount
x             b       receipt r         2026-03-01   60
y             a       receipt s         2025-04-09   50
"""


@pytest.fixture
def books(books_of: BooksOf) -> Books:
    """As of 2026-03-15: 40 + 80 + 70 open, of which b (40) and c (80) are overdue; 250 sold in 90 days."""
    return books_of("2026-03-15", open_items=YEAR, receipts=PAID, allocations=APPLIED)


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("days", "expected"), [([30, 30, 30], 73.714), ([31, 30, 31], 75.171)], ids=["30-day months", "31/30/31"]
)
def test_countback_of_the_published_example(days: list[int], expected: float) -> None:
    value = countback_days(212, [100, 80, 70], days)
    assert value is not None
    assert round(value, 3) == expected
    assert round(days_of_sales(212, 250, 90), 2) == 76.32


def test_countback_of_the_reference_data(reference: Path) -> None:
    (case,) = json.loads((reference / "dso-examples" / "examples.json").read_text("utf-8"))["count_back"]
    newest_first = case["monthly_credit_sales_oldest_first"][::-1]
    value = countback_days(case["ending_receivables"], newest_first, [case["days_per_month"]] * 3)
    assert value is not None
    assert round(value, 3) == case["dso_days"]


@pytest.mark.parametrize(
    ("receivables", "expected"),
    [(0, 0.0), (99, 29.7), (100, 30.0), (101, 30.375), (180, 60.0), (249, 89.57143), (250, 90.0), (251, None)],
)
def test_countback_at_each_line(receivables: int, expected: float | None) -> None:
    assert countback_days(receivables, [100, 80, 70], [30, 30, 30]) == pytest.approx(expected)


def test_countback_skips_a_month_of_no_or_negative_sales() -> None:
    assert countback_days(140, [100, 0, -5, 80], [30, 31, 30, 31]) == 30 + 40 / 80 * 31


def test_the_family_on_one_ledger(books: Books) -> None:
    told = family(books)
    assert {name: figure.variant for name, figure in told.items()} == {
        "simple": "simple_90",
        "best_possible": "best_possible_90",
        "countback": "countback",
        "average": "average_365",
        "delinquent": "add_90",
        "turnover": "turnover_365",
    }
    value = {name: figure.value for name, figure in told.items()}
    assert value["simple"] == 190 * 90 / 250
    assert value["best_possible"] == 70 * 90 / 250
    assert value["delinquent"] == pytest.approx(120 * 90 / 250)
    assert value["countback"] == 15 + 28 + 31 * 40 / 100
    assert value["average"] == (50 + 190) / 2 * 365 / 250
    assert value["turnover"] == 250 / 120
    assert told["average"].inputs["receivables_begin"] == 5000
    assert all(figure.why is None for figure in told.values())
    assert codes(told["simple"].notices) == codes(told["countback"].notices) == []


def test_each_variant_alone_is_the_family(books: Books) -> None:
    for name, figure in family(books).items():
        assert getattr(dso, name)(books) == figure


def test_sales_are_net_of_credit_notes_of_the_window(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-15",
        open_items=YEAR,
        credit_notes="""credit_note_id customer_id issued_on amount
            old lantern 2025-12-15 30
            new lantern 2025-12-16 25""",
    )
    figure = dso.simple(books)
    assert figure.inputs["sales"] == 25_000 - 2500
    assert figure.inputs["receivables"] == 30_000 - 5500


def test_the_window_begins_after_its_first_day(books_of: BooksOf) -> None:
    """90 days up to 2026-03-15 begin with 2025-12-16."""
    for day, sold in (("2025-12-15", 0), ("2025-12-16", 100)):
        books = books_of("2026-03-15", open_items=f"item_id customer_id issued_on due_on amount\na x {day} {day} 1")
        assert facts_of(books).sales(90) == sold


def test_a_ledger_that_begins_inside_the_window_says_so(books_of: BooksOf) -> None:
    for day, told in (("2025-12-16", []), ("2025-12-17", ["measures.dso.history_short"])):
        books = books_of(
            "2026-03-15",
            open_items=f"item_id customer_id issued_on due_on amount\na x {day} {day} 1",
            receipts="receipt_id customer_id received_on amount\nr x 2026-01-01 0.50",
        )
        figure = dso.simple(books)
        assert figure.value == 45
        assert codes(tuple(figure.notices)) == told
    assert figure.notices[0].facts == {"first_on": "2025-12-17", "window_from": "2025-12-16", "days": 90}


def test_a_list_of_open_items_says_that_it_has_no_receipts(books_of: BooksOf) -> None:
    figure = dso.simple(books_of("2026-03-15", open_items=YEAR))
    assert figure.value == 300 * 90 / 250
    assert codes(tuple(figure.notices)) == ["measures.dso.no_receipts"]


def test_nothing_sold_in_the_window(books_of: BooksOf) -> None:
    books = books_of("2026-12-31", open_items=YEAR)
    for figure in (dso.simple(books), dso.best_possible(books), dso.delinquent(books)):
        assert figure.value is None
        assert figure.why == Problem("measures.dso.no_sales", "", {"days": 90})


def test_countback_when_sales_run_out(books_of: BooksOf) -> None:
    """A refund leaves more open than was ever sold."""
    refund = "receipt_id customer_id received_on amount\nr lantern 2026-03-01 -1"
    figure = dso.countback(books_of("2026-03-15", open_items=YEAR, receipts=refund))
    assert figure.value is None
    assert figure.why is not None
    assert figure.why.code == "measures.dso.sales_run_out"
    assert figure.why.facts == {"first_on": "2025-03-10", "days": 365 + 15}


def test_countback_in_the_customers_favour(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-15",
        open_items=YEAR,
        receipts="receipt_id customer_id received_on amount\nr lantern 2026-03-01 301",
    )
    figure = dso.countback(books)
    assert (figure.value, figure.why) == (None, Problem("measures.dso.receivables_negative"))
    assert dso.turnover(books).value == 250 / 24.5


def test_countback_tells_the_months_that_it_skipped(books_of: BooksOf) -> None:
    """March has no sales yet, and February was credited more than it was sold: neither counts any day."""
    books = books_of(
        "2026-03-15",
        open_items="""item_id customer_id issued_on due_on amount
            a lantern 2025-12-10 2026-01-09 50
            b lantern 2026-01-10 2026-02-09 100
            c lantern 2026-02-10 2026-03-12 10""",
        credit_notes="credit_note_id customer_id issued_on amount\nn lantern 2026-02-20 20",
    )
    figure = dso.countback(books)
    assert figure.value == 31 + 31 * 40 / 50
    assert figure.notices[-1] == Problem("measures.dso.month_skipped", "", {"months": "2026-03, 2026-02"})


def test_months_are_whole_and_the_running_one_counts_its_elapsed_days(books: Books) -> None:
    months = monthly_sales(facts_of(books))
    assert months.height == 13
    assert months.head(4).rows() == [
        (date(2026, 3, 31), 15, 7000),
        (date(2026, 2, 28), 28, 8000),
        (date(2026, 1, 31), 31, 10_000),
        (date(2025, 12, 31), 31, 0),
    ]


def test_days_to_pay_weigh_by_amount(books_of: BooksOf) -> None:
    """a: 60 paid after 10 days and 40 open for 50; b: 100 less a credit of 30, paid after 30 days; c is too old."""
    books = books_of(
        "2026-03-15",
        open_items="""item_id customer_id issued_on due_on amount
            a lantern 2026-01-24 2026-02-23 100
            b lantern 2026-01-31 2026-03-02 100
            c lantern 2025-03-15 2025-03-15 900""",
        receipts="""receipt_id customer_id received_on amount
            r lantern 2026-02-03 60
            s lantern 2026-03-02 70""",
        credit_notes="credit_note_id customer_id issued_on amount\nn lantern 2026-02-10 30",
        allocations="""allocation_id item_id source source_id allocated_on amount
            x a receipt     r 2026-02-03 60
            y b receipt     s 2026-03-02 70
            z b credit_note n 2026-02-10 30""",
    )
    figure = dso.weighted_days_to_pay(books)
    assert figure.value == (60 * 10 + 40 * 50 + 70 * 30) / 170
    assert figure.inputs == {"paid": 13_000, "open": 4000}
    # at risk 200: 60 paid at 10 days leaves 0.7; 30 are censored; 70 of the 110 left are paid at 30 days
    assert dso.days_to_pay_median(books).value == 30.0
    assert dso.days_to_pay_median(books, date(2026, 3, 1)).why == Problem(
        "measures.dso.median_not_reached", "", {"days": 365}
    )


def test_the_median_counts_what_is_open_as_not_yet_paid() -> None:
    assert km_median([5, 10, 20], [40, 0, 20], [0, 60, 0]) == 20.0
    assert km_median([5, 10, 20], [40, 0, 0], [0, 60, 0]) is None
    assert km_median([5, 6], [49, 1], [0, 50]) == 6.0
    assert km_median([5, 6], [49, 0], [0, 51]) is None
    assert km_median([], [], []) is None


def test_by_customer_is_the_company_where_there_is_one_customer(books_of: BooksOf) -> None:
    items = YEAR.replace("candle ", "lantern")
    books = books_of("2026-03-15", open_items=items, receipts=PAID, allocations=APPLIED)
    (row,) = by_customer(books).iter_rows(named=True)
    told = family(books)
    assert row["countback_days"] == pytest.approx(told["countback"].value)
    assert row["simple_days"] == told["simple"].value
    assert row["best_possible_days"] == told["best_possible"].value
    assert row["delinquent_days"] == pytest.approx(told["delinquent"].value)
    assert (row["receivables"], row["current"], row["sales"]) == (19_000, 7000, 25_000)


def test_by_customer_each_by_itself(books: Books) -> None:
    frame = by_customer(books)
    assert frame.get_column("customer_id").to_list() == ["candle", "lantern"]
    candle, lantern = frame.iter_rows(named=True)
    assert (candle["receivables"], candle["current"], candle["simple_days"], candle["countback_days"]) == (
        8000,
        0,
        90.0,
        28.0,
    )
    assert lantern["countback_days"] == pytest.approx(15 + 31 * 40 / 100)


def test_by_customer_without_a_value(books_of: BooksOf) -> None:
    """An advance: nothing sold; sold long ago: no simple DSO; a refund beyond all sales: no countback."""
    books = books_of(
        "2026-03-15",
        open_items="""item_id customer_id issued_on due_on amount
            a old    2025-03-10 2025-04-09 50
            b refund 2026-03-10 2026-04-09 50""",
        receipts="""receipt_id customer_id received_on amount
            r advance 2026-03-01 5
            s refund  2026-03-01 -5""",
    )
    told = {row["customer_id"]: row for row in by_customer(books).iter_rows(named=True)}
    assert told["advance"]["simple_days"] is told["advance"]["countback_days"] is None
    assert (told["old"]["simple_days"], told["old"]["countback_days"]) == (None, 31.0)
    assert (told["refund"]["simple_days"], told["refund"]["countback_days"]) == (99.0, None)


def monthly(books_of: BooksOf, terms: list[int]) -> Books:
    """100 sold on the first of each month, each paid after so many days; as of the end of the last month."""
    items, receipts, allocations = [], [], []
    for number, days in enumerate(terms):
        day = date(2024 + number // 12, number % 12 + 1, 1)
        paid = day + timedelta(days=days)
        items.append(f"i{number} lantern {day} {day + timedelta(days=30)} 100")
        receipts.append(f"r{number} lantern {paid} 100")
        allocations.append(f"a{number} i{number} receipt r{number} {paid} 100")
    last = date(2024 + len(terms) // 12, len(terms) % 12 + 1, 1) - timedelta(days=1)
    return books_of(
        str(last),
        open_items="\n".join(["item_id customer_id issued_on due_on amount", *items]),
        receipts="\n".join(["receipt_id customer_id received_on amount", *receipts]),
        allocations="\n".join(["allocation_id item_id source source_id allocated_on amount", *allocations]),
    )


def test_history_is_each_variant_as_of_each_month_end(books_of: BooksOf) -> None:
    books = monthly(books_of, [35, 40, 75, 20, 35, 100, 64, 45, 36, 33, 80, 41, 40, 90, 35])
    frame = history(books, 13)
    assert frame.get_column("month_end").to_list()[-2:] == [date(2025, 2, 28), date(2025, 3, 31)]
    assert frame.height == 13
    for row in frame.iter_rows(named=True):
        told = family(books, row["month_end"])
        assert row["receivables"] == told["simple"].inputs["receivables"]
        assert row["current"] == told["best_possible"].inputs["current"]
        assert row["sales"] == told["simple"].inputs["sales"]
        for name in ("simple", "best_possible", "delinquent", "average", "countback"):
            assert row[f"{name}_days"] == pytest.approx(told[name].value), (name, row["month_end"])
        assert row["turnover_times"] == pytest.approx(told["turnover"].value)


def test_history_counts_what_was_sold_on_the_last_day_of_the_window_and_not_on_the_day_before_it(
    books_of: BooksOf,
) -> None:
    """90 days up to 2026-03-31 begin with 2026-01-01."""
    for day, sold in (("2025-12-31", 0), ("2026-01-01", 100), ("2026-03-31", 100)):
        books = books_of("2026-03-31", open_items=f"item_id customer_id issued_on due_on amount\na x {day} {day} 1")
        assert history(books, 1).item(0, "sales") == sold


def test_the_running_mean_leaves_out_the_month_itself_and_months_not_wholly_known(books_of: BooksOf) -> None:
    """Sold on the first, paid on day 35; the ledger begins with January 2024, so a window of 90 days is whole in March.

    April has 30 days: its invoice and nothing else is open at its end, so a month counts back its own days.
    """
    books = monthly(books_of, [35] * 12 + [200, 200])
    frame = history(books, 14)
    counted = frame.filter(pl.col("month_end").is_between(date(2024, 3, 31), date(2025, 1, 31)))
    february = frame.row(-1, named=True)
    assert counted.get_column("countback_days").to_list() == [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]
    assert february["countback_days"] == 28 + 31
    assert february["countback_days_mean"] == pytest.approx(337 / 11)
    assert february["countback_days_rise"] == pytest.approx(59 / (337 / 11) - 1)
    assert february["simple_days_mean"] == pytest.approx(counted.get_column("simple_days").mean())


@pytest.mark.parametrize(("least", "told"), [(5, True), (6, True), (7, False)])
def test_a_running_mean_needs_its_months(books_of: BooksOf, least: int, told: bool) -> None:
    """Nine months from January: the months of March to August, six of them, stand before September."""
    books = monthly(books_of, [35] * 9)
    row = history(books, 1, terms=Dso(least_months=least)).row(0, named=True)
    assert (row["simple_days_mean"] is not None) is told
    assert row["average_days_mean"] is None


def test_the_whole_family_without_a_rate(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-15",
        open_items="""item_id customer_id issued_on due_on currency amount
            a lantern 2026-01-10 2026-02-09 CNY 100
            b candle  2026-01-10 2026-02-09 USD 100""",
    )
    for figure in (*family(books).values(), dso.weighted_days_to_pay(books), dso.days_to_pay_median(books)):
        assert (figure.value, figure.why) == (None, Problem("measures.dso.no_rate")), figure.variant
    told = by_customer(books)
    assert told.select("customer_id", "receivables", "simple_days", "countback_days").rows() == [
        ("candle", None, None, None),
        ("lantern", 10_000, 90.0, 31.0),
    ]
    assert history(books, 1).select("receivables", "simple_days", "countback_days").row(0) == (None, None, None)


def test_an_empty_ledger_has_no_value(books_of: BooksOf) -> None:
    books = books_of("2026-03-01", deliveries="delivery_id customer_id delivered_on amount\nd lantern 2026-03-01 100")
    told = family(books)
    assert [figure.value for figure in told.values()] == [None, None, 0.0, None, None, None]
    assert by_customer(books).height == 0
    assert history(books, 2).get_column("simple_days").to_list() == [None, None]


RATE = {"currency": "USD", "quote": "CNY", "day_on": date(2025, 1, 1), "recorded_on": date(2025, 1, 1), "rate": 7.1234}


def abroad(sold: list[tuple[date, date, int]], as_of: date) -> Books:
    """Items of one customer in dollars (day of issue, due day, cents), nothing paid, and a rate."""
    items = [
        {"item_id": f"i{at}", "invoice_id": f"i{at}", "customer_id": "lantern", "currency": "USD", "amount": cents}
        | {"issued_on": issued, "due_on": due, "recorded_on": issued}
        for at, (issued, due, cents) in enumerate(sold)
    ]
    frames = {"open_items": pl.DataFrame(items), "fx_rates": pl.DataFrame([RATE])}
    told = {name: TABLES[name].conform(frame.lazy()) for name, frame in frames.items()}
    return open_books(Ledger(told, currency="CNY"), as_of)


def test_receivables_are_converted_once() -> None:
    """4 cents current and 4 overdue are 28.49 fen each and 56.99 together: 57, not twice 28."""
    end = date(2026, 3, 31)
    books = abroad([(date(2026, 3, 1), date(2026, 4, 1), 4), (date(2026, 3, 1), date(2026, 3, 2), 4)], end)
    assert facts_of(books).receivables == 57
    assert history(books, 1).item(0, "receivables") == 57
    assert by_customer(books).select("receivables", "current").row(0) == (57, 28)


@settings(max_examples=cases(6, 60), deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 60), st.integers(1, 9_999)), min_size=1, max_size=8))
def test_where_nothing_was_ever_paid_countback_is_the_days_of_all_months_sold_in(
    drawn: list[tuple[int, int, int]],
) -> None:
    """No rounding of a month may make the sales run out before what is owed of them does."""
    end, first = date(2026, 6, 30), date(2026, 1, 1)
    issued = [first + timedelta(days=day) for day, _, _ in drawn]
    sold = [(on, on + timedelta(days=terms), cents) for on, (_, terms, cents) in zip(issued, drawn, strict=True)]
    books, days = abroad(sold, end), sum(month_end(day).day for day in {on.replace(day=1) for on in issued})
    assert family(books)["countback"].value == days
    assert history(books, 1).item(0, "countback_days") == days
    assert by_customer(books).item(0, "countback_days") == pytest.approx(days)
