"""The lines: floor, orange line and first reserve, and how near the weeks come to them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from solvent.decisions.liquidity.accounts import accounts, by_currency, daily
from solvent.decisions.liquidity.floor import Floor, Lines, fixed_cost, lines, lowest, recent, under, weekly_mean
from solvent.measures.sums import Figure

THREE_MONTHS = """
line_id account_id booked_on amount category
L0 A 2026-07-20 -9.00 payroll
L1 A 2026-08-10 -100.00 payroll
L2 A 2026-08-12 -20.00 rent
L3 A 2026-09-10 -110.00 payroll
L4 A 2026-09-12 -20.00 rent
L5 A 2026-10-10 -120.00 payroll
L6 A 2026-10-12 -20.00 rent
L7 A 2026-10-13 -500.00 supplier
L8 A 2026-10-31 400.00 customer
"""


def figure(value: float | None) -> Figure:
    return Figure(value, "told", {})


def told(floor: int | None, apart: int = 0, orange: int | None = None) -> Lines:
    one = None if floor is None else floor / 3
    return Lines(figure(one), figure(floor), figure(orange), figure(one), apart, pl.DataFrame())


def test_the_floor_is_three_months_of_fixed_cost_with_its_base_named(books_of) -> None:
    books = books_of("2026-10-31", bank_lines=THREE_MONTHS)
    found = lines(books, 600_00)
    assert found.fixed.value == 130_00  # (120 + 130 + 140) / 3, July is no part of it
    assert found.floor.value == 390_00
    assert found.reserve.value == 130_00
    assert found.orange.value == 900_00
    assert found.line == 390_00
    assert found.floor.inputs["months"] == "2026-08, 2026-09, 2026-10"
    assert found.floor.inputs["categories"] == "payroll, rent, utilities, interest"
    assert found.by_category["amount"].sum() == 390_00


def test_what_is_set_apart_stands_on_top_of_the_floor(books_of) -> None:
    found = lines(books_of("2026-10-31", bank_lines=THREE_MONTHS), None, Floor(ring_fenced=50.5))
    assert found.ring_fenced == 50_50
    assert found.line == 390_00 + 50_50
    assert found.orange.value is None
    assert found.orange.why is not None
    assert found.orange.why.code == "liquidity.floor.no_spend"


@pytest.mark.parametrize(("first", "known"), [("2026-08-11", True), ("2026-08-12", False)])
def test_lines_may_begin_ten_days_into_the_first_month_and_no_more(books_of, first: str, known: bool) -> None:
    rows = f"""
line_id account_id booked_on amount category
L1 A {first} -100.00 payroll
L5 A 2026-10-31 -120.00 payroll
"""
    figure_, _ = fixed_cost(books_of("2026-10-31", bank_lines=rows))
    assert (figure_.value is not None) is known
    if not known:
        assert figure_.why is not None
        assert figure_.why.code == "liquidity.floor.months_missing"


@pytest.mark.parametrize(("last", "known"), [("2026-10-21", True), ("2026-10-20", False)])
def test_lines_may_end_ten_days_before_the_last_month_does(books_of, last: str, known: bool) -> None:
    rows = f"""
line_id account_id booked_on amount category
L1 A 2026-08-01 -100.00 payroll
L5 A {last} -120.00 payroll
"""
    figure_, _ = fixed_cost(books_of("2026-10-31", bank_lines=rows))
    assert (figure_.value is not None) is known


def test_without_lines_or_fixed_categories_no_floor_is_made_up(books_of) -> None:
    bare, _ = fixed_cost(books_of("2026-10-31"))
    assert bare.why is not None
    assert bare.why.code == "liquidity.floor.no_bank_lines"
    rows = """
line_id account_id booked_on amount category
L1 A 2026-08-01 -100.00 supplier
L5 A 2026-10-31 -120.00 -
"""
    none, _ = fixed_cost(books_of("2026-10-31", bank_lines=rows))
    assert none.value is None
    assert none.why is not None
    assert none.why.code == "liquidity.floor.no_fixed_lines"


@pytest.mark.parametrize(("unknown", "noticed"), [("-33.33", False), ("-33.34", True)])
def test_outgoings_without_a_category_are_told_over_one_in_ten(books_of, unknown: str, noticed: bool) -> None:
    rows = f"""
line_id account_id booked_on amount category
L1 A 2026-08-01 -100.00 payroll
L2 A 2026-09-01 -100.00 payroll
L3 A 2026-10-30 -100.00 payroll
L4 A 2026-10-30 {unknown} -
"""
    found, _ = fixed_cost(books_of("2026-10-31", bank_lines=rows))
    assert bool(found.notices) is noticed


def test_fixed_cost_in_money_without_a_rate_is_not_known(books_of) -> None:
    rows = THREE_MONTHS.replace("amount category", "amount category currency").replace("payroll", "payroll USD")
    rows = rows.replace("rent", "rent CNY").replace("supplier", "supplier CNY").replace("customer", "customer CNY")
    found, _ = fixed_cost(books_of("2026-10-31", bank_lines=rows))
    assert found.value is None
    assert found.why is not None
    assert found.why.code == "liquidity.floor.no_rate"


def test_cash_day_by_day_from_balances_and_the_lines_between(books_of) -> None:
    books = books_of(
        "2026-10-31",
        balances="account_id day_on amount\nA 2026-10-28 100.00",
        bank_lines="""
line_id account_id booked_on amount category
L1 A 2026-10-26 -30.00 rent
L2 A 2026-10-28 10.00 customer
L3 A 2026-10-30 -5.00 rent
""",
    )
    levels = daily(books, date(2026, 10, 25))
    # Before the first line nothing is known; from it on the later balance and the lines between tell it.
    assert levels["cash"].to_list() == [None, 90_00, 90_00, 100_00, 100_00, 95_00, 95_00]


def test_every_account_in_one_view_with_its_age(books_of) -> None:
    books = books_of(
        "2026-10-31",
        balances="""
account_id day_on amount currency
A 2026-10-28 100.00 CNY
B 2026-10-27 10.00 USD
C 2026-10-31 5.00 KWD
""",
        bank_lines="line_id account_id booked_on amount category currency\nL1 B 2026-10-27 3.00 customer USD",
        fx_rates="currency quote day_on rate\nUSD CNY 2026-10-30 7.0",
    )
    view = accounts(books)
    assert view["balance"].to_list() == [100_00, 10_00, 5_000]
    assert view["in_base"].to_list() == [100_00, 70_00, None]
    assert view["age_days"].to_list() == [3, 4, 0]
    assert view["stale"].to_list() == [False, True, False]  # over three days, not at three
    assert by_currency(view)["in_base"].to_list() == [100_00, None, 70_00]


def test_the_mean_of_each_past_week_against_the_lines(books_of) -> None:
    books = books_of(
        "2026-10-31",
        balances="account_id day_on amount\nA 2026-09-01 110.00",
        bank_lines="""
line_id account_id booked_on amount category
L1 A 2026-10-19 -70.00 rent
L2 A 2026-10-31 1.00 customer
""",
    )
    weeks = recent(books, told(100_00, orange=50_00))
    assert weeks["week_end"].to_list() == [date(2026, 10, 25) - timedelta(days=7 * back) for back in (4, 3, 2, 1, 0)]
    assert weeks["cash"].to_list() == [110_00] * 4 + [40_00]
    assert weeks["near"].to_list() == [True] * 5  # 1.10 times the floor is near
    assert weeks["under_orange"].to_list() == [False] * 4 + [True]
    above = recent(books, told(99_99))
    assert above["near"].to_list() == [False] * 4 + [True]
    unknown = recent(books, told(None))
    assert unknown["near"].to_list() == [None] * 5


@pytest.mark.parametrize(("last", "known"), [("2026-10-23", True), ("2026-10-22", False)])
def test_a_week_counts_up_to_the_weekend_that_the_bank_is_closed(books_of, last: str, known: bool) -> None:
    books = books_of("2026-10-31", balances=f"account_id day_on amount\nA 2026-09-01 110.00\nA {last} 110.00")
    assert (
        recent(books, told(100_00)).filter(pl.col("week_end") == date(2026, 10, 25))["cash"].to_list() == [110_00]
    ) is known


def test_the_chance_of_falling_under_is_strict_and_by_week(paths_of) -> None:
    day = date(2026, 10, 30)
    flow = np.zeros((10, len(paths_of(day, {}, 0).horizon)))
    flow[0, 3] = -1.0  # one path of ten, in the bin after the first two weeks, by one cent
    paths = paths_of(day, {"other_operating": flow}, 100)
    found = under(paths, told(100))
    assert found is not None
    week = int(paths.horizon.week_of[3])
    assert found["chance"].to_list()[:week] == [0.0] * week
    assert found["chance"][week] == pytest.approx(0.1)
    assert under(paths, told(None)) is None
    assert under(paths_of(day, {}, None), told(100)) is None


@pytest.mark.parametrize(("opening", "near"), [(110_00, True), (110_01, False)])
def test_a_week_is_near_at_one_point_one_times_the_floor(paths_of, opening: int, near: bool) -> None:
    found = under(paths_of(date(2026, 10, 30), {"rent": 0.0}, opening), told(100_00))
    assert found is not None
    assert set(found["near"].to_list()) == {near}


def test_what_is_set_apart_is_no_operating_cash(paths_of) -> None:
    found = under(paths_of(date(2026, 10, 30), {"rent": 0.0}, 150_00), told(100_00, apart=60_00))
    assert found is not None
    assert set(found["chance"].to_list()) == {1.0}
    assert found["times"][0] == pytest.approx(0.9)


def test_the_mean_of_a_week_is_that_of_its_days(paths_of) -> None:
    day = date(2026, 11, 1)  # a Sunday: the first week is whole
    paths = paths_of(day, {"rent": 0.0}, 700)
    flow = np.zeros((1, len(paths.horizon)))
    flow[0, 0] = -70.0
    mean = weekly_mean(paths_of(day, {"rent": flow}, 700))
    assert mean[0, 0] == pytest.approx(np.mean([700 - 10 * step for step in range(1, 8)]))
    assert lowest(paths_of(day, {"rent": flow}, 700))[0, 0] == 630
