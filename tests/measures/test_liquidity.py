"""Liquidity: ratios by hand, each band from both sides, cash flow by kind and by month, and what the accounts hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books
from solvent.books.cash import CATEGORIES, FINANCING, INTERNAL, INVESTING, OPERATING
from solvent.measures.company.liquidity import Liquidity, cash, monthly_spend, operating_cash_flow, ratios, reconciled

BooksOf = Callable[..., Books]

SOLD = "item_id customer_id issued_on due_on amount\na lantern 2024-01-05 2024-02-04 90"
LINES = "entity_id period_end months line currency amount\n"


def statement(**lines: str) -> str:
    """Our statement of a day, each line in its place."""
    day = lines.pop("day", "2026-03-31")
    return "\n".join(f"own {day} 12 {line} CNY {amount}" for line, amount in lines.items()) + "\n"


def told_at(books_of: BooksOf, *statements: str, terms: Liquidity | None = None) -> pl.DataFrame:
    return ratios(books_of("2026-12-31", open_items=SOLD, statements=LINES + "".join(statements)), terms or Liquidity())


def test_ratios_by_hand(books_of: BooksOf) -> None:
    told = statement(
        current_assets="180",
        inventory="50",
        prepayments="10",
        cash="30",
        trade_receivables="70",
        trade_payables="40",
        current_liabilities="100",
    )
    assert told_at(books_of, told).row(0, named=True) == {
        "period_end": date(2026, 3, 31),
        "current_ratio": 1.8,
        "quick_ratio": 1.2,
        "cash_ratio": 0.3,
        "wcr": 8_000,
        "operating_wcr": 8_000,
        "band": "healthy",
        "quick_low": False,
    }
    assert told_at(books_of, told, terms=Liquidity(less_prepayments=False)).item(0, "quick_ratio") == 1.3


@pytest.mark.parametrize(
    ("assets", "band"),
    [
        ("99.99", "danger"),
        ("100", "watch"),
        ("149.99", "watch"),
        ("150", "healthy"),
        ("200", "healthy"),
        ("200.01", "idle"),
    ],
)
def test_the_bands_of_the_current_ratio(books_of: BooksOf, assets: str, band: str) -> None:
    assert told_at(books_of, statement(current_assets=assets, current_liabilities="100")).item(0, "band") == band


def test_a_ratio_needs_its_lines(books_of: BooksOf) -> None:
    row = told_at(books_of, statement(current_assets="100", inventory="5")).row(0, named=True)
    assert [row[name] for name in ("current_ratio", "quick_ratio", "cash_ratio", "wcr", "band")] == [None] * 5
    assert told_at(books_of).is_empty()


def quick(day: str, assets: str) -> str:
    return statement(day=day, current_assets=assets, inventory="20", prepayments="0.01", current_liabilities="100")


@pytest.mark.parametrize(
    ("first", "second", "low"),
    [("100", "100", True), ("100", "100.01", False), ("100.01", "100", False), ("99", "98", True)],
)
def test_the_quick_line_at_two_quarter_ends_running(books_of: BooksOf, first: str, second: str, low: bool) -> None:
    """100 less 20.01 is 0.7999, 100.01 less 20.01 is 0.8 and not under it."""
    frame = told_at(books_of, quick("2025-12-31", first), quick("2026-03-31", second))
    assert frame.get_column("quick_low").to_list() == [False, low]


BANK = """
line_id account_id booked_on  amount category
1       main       2026-04-02 500    customer
2       main       2026-04-20 -350   supplier
3       main       2026-04-21 -100   capex
4       main       2026-04-22 200    loan_drawn
5       main       2026-04-23 -40    transfer
6       till       2026-04-23 40     transfer
7       main       2026-05-05 -90    payroll
8       main       2026-05-06 30     tax_refund
9       main       2026-05-07 -7     -
10      main       2026-07-01 -10    rent
11      main       2026-07-31 -20    rent
12      main       2026-08-01 -999   rent
"""


def test_cash_flow_by_hand(books_of: BooksOf) -> None:
    flow = operating_cash_flow(books_of("2026-08-15", open_items=SOLD, bank_lines=BANK))
    columns = ["operating", "investing", "financing", "internal", "uncategorised", "total", "spent", "negative_months"]
    assert flow.select("month_end", *columns).rows() == [
        (date(2026, 4, 30), 15_000, -10_000, 20_000, 0, 0, 25_000, 35_000, 0),
        (date(2026, 5, 31), -6_000, 0, 0, 0, -700, -6_700, 9_000, 1),
        (date(2026, 6, 30), 0, 0, 0, 0, 0, 0, 0, 0),
        (date(2026, 7, 31), -3_000, 0, 0, 0, 0, -3_000, 3_000, 1),
    ]
    assert monthly_spend(flow) == 4_000
    assert monthly_spend(flow, Liquidity(spend_months=4)) == 11_750
    assert monthly_spend(flow, Liquidity(spend_months=5)) is None


def test_every_category_is_of_one_kind() -> None:
    assert sorted(CATEGORIES) == sorted(set(OPERATING) | set(FINANCING) | set(INVESTING) | set(INTERNAL))


def test_negative_months_run_on_until_one_is_not(books_of: BooksOf) -> None:
    amounts = {1: -1, 2: -1, 3: 5, 4: -1, 5: -1, 6: -1}
    bank = "line_id account_id booked_on amount category\n" + "\n".join(
        f"{month} main 2026-0{month}-10 {amount} customer" for month, amount in amounts.items()
    )
    flow = operating_cash_flow(books_of("2026-06-30", open_items=SOLD, bank_lines=bank))
    assert flow.get_column("negative_months").to_list() == [1, 2, 0, 1, 2, 3]


def test_nothing_at_the_bank(books_of: BooksOf) -> None:
    books = books_of("2026-06-30", open_items=SOLD)
    flow = operating_cash_flow(books)
    assert (flow.height, monthly_spend(flow), cash(books)) == (0, None, None)


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 6, 30)),
            st.integers(-9_000, 9_000).filter(bool),
            st.sampled_from((*CATEGORIES, "-")),
        ),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_kinds_add_up_to_every_line(books_of: BooksOf, drawn: list[tuple[date, int, str]]) -> None:
    bank = "line_id account_id booked_on amount category\n" + "\n".join(
        f"{at} main {day} {amount} {category}" for at, (day, amount, category) in enumerate(drawn)
    )
    flow = operating_cash_flow(books_of("2026-06-30", open_items=SOLD, bank_lines=bank))
    assert flow.get_column("total").sum() == 100 * sum(amount for _, amount, _ in drawn)
    kinds = {"operating": OPERATING, "investing": INVESTING, "financing": FINANCING, "internal": INTERNAL}
    kinds["uncategorised"] = ("-",)
    for kind, names in kinds.items():
        assert flow.get_column(kind).sum() == 100 * sum(amount for _, amount, name in drawn if name in names), kind
    for row in flow.to_dicts():
        assert sum(row[kind] for kind in kinds) == row["total"]
    spent = -sum(amount for _, amount, category in drawn if category in OPERATING and amount < 0)
    assert flow.get_column("spent").sum() == 100 * spent


def test_cash_is_the_newest_balance_and_the_lines_since(books_of: BooksOf) -> None:
    """1,000 at the end of June and 30 out in July; the till has 5 since May."""
    balances = (
        "account_id day_on amount\nmain 2026-05-31 777\nmain 2026-06-30 1000\ntill 2026-05-31 5\nmain 2026-08-31 3"
    )
    books = books_of("2026-07-31", open_items=SOLD, bank_lines=BANK, balances=balances)
    assert cash(books) == 97_500


def test_cash_without_a_rate_is_not_told_short(books_of: BooksOf) -> None:
    balances = "account_id day_on currency amount\nmain 2026-05-31 CNY 777\nabroad 2026-05-31 USD 1"
    assert cash(books_of("2026-07-31", open_items=SOLD, balances=balances)) is None


def test_a_line_of_nothing_is_told_and_a_line_not_told_is_not_nothing(books_of: BooksOf) -> None:
    full = {"current_assets": "90", "current_liabilities": "100", "trade_receivables": "90", "trade_payables": "0"}
    none = told_at(books_of, statement(cash="0", inventory="0", prepayments="0", **full)).row(0, named=True)
    assert (none["cash_ratio"], none["quick_ratio"], none["operating_wcr"]) == (0.0, 0.9, 9_000)
    untold = told_at(books_of, statement(**full)).row(0, named=True)
    assert (untold["cash_ratio"], untold["quick_ratio"], untold["operating_wcr"]) == (None, None, None)


def test_only_quarter_ends_right_behind_each_other_run(books_of: BooksOf) -> None:
    months = told_at(books_of, quick("2026-04-30", "50"), quick("2026-05-31", "50"), quick("2026-06-30", "50"))
    assert not months.get_column("quick_low").any()
    gap = told_at(books_of, quick("2025-12-31", "50"), quick("2026-06-30", "50"))
    assert not gap.get_column("quick_low").any()
    between = told_at(books_of, quick("2026-03-31", "50"), quick("2026-05-31", "300"), quick("2026-06-30", "50"))
    assert between.get_column("quick_low").to_list() == [False, False, True]


def test_lines_of_one_day_count_whatever_period_they_came_with(books_of: BooksOf) -> None:
    told = statement(current_assets="150", current_liabilities="100")
    frame = told_at(books_of, told, "own 2026-03-31 3 cogs CNY 70\n")
    assert (frame.height, frame.item(0, "current_ratio")) == (1, 1.5)


def test_spend_without_a_rate_is_not_told_short(books_of: BooksOf) -> None:
    bank = "line_id account_id booked_on currency amount category\n1 main 2026-05-05 CNY -90 rent\n"
    books = books_of("2026-05-31", open_items=SOLD, bank_lines=bank + "2 abroad 2026-05-05 USD -5 rent")
    flow = operating_cash_flow(books)
    assert flow.select("operating", "spent").row(0) == (None, None)
    assert monthly_spend(flow, Liquidity(spend_months=1)) is None


BALANCES = """
account_id day_on     amount
main       2026-03-31 1000
till       2026-02-28 0
main       2026-04-30 1210
till       2026-04-30 40
main       2026-05-31 1140
main       2026-07-31 1110
"""


def test_cash_flow_against_the_accounts(books_of: BooksOf) -> None:
    """April brings 250 by lines and by accounts; in May the bank has 3 less than the lines; June and July agree."""
    books = books_of("2026-08-15", open_items=SOLD, bank_lines=BANK, balances=BALANCES)
    assert reconciled(books, operating_cash_flow(books)).rows() == [
        (date(2026, 4, 30), 25_000, 25_000, 0),
        (date(2026, 5, 31), -6_700, -7_000, -300),
        (date(2026, 6, 30), 0, 0, 0),
        (date(2026, 7, 31), -3_000, -3_000, 0),
    ]


def test_an_account_known_at_one_end_only_leaves_the_month_empty(books_of: BooksOf) -> None:
    begins = "\n".join(line for line in BALANCES.splitlines() if "till       2026-02" not in line)
    books = books_of("2026-08-15", open_items=SOLD, bank_lines=BANK, balances=begins)
    changes = reconciled(books, operating_cash_flow(books)).get_column("balance_change").to_list()
    assert changes == [None, -7_000, 0, -3_000]
    bare = books_of("2026-08-15", open_items=SOLD, bank_lines=BANK)
    assert reconciled(bare, operating_cash_flow(bare)).get_column("difference").null_count() == 4
    empty = books_of("2026-08-15", open_items=SOLD)
    assert reconciled(empty, operating_cash_flow(empty)).is_empty()
