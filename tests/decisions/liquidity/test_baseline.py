"""An earlier forecast against what happened, and the bridge from it to today's: both add up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.cash import CATEGORIES, INTERNAL
from solvent.decisions.liquidity.baseline import COMPARED, change, compare
from solvent.simulation.horizon import horizon
from solvent.simulation.paths import FLOWS, CashPaths

SUNDAY = date(2026, 10, 4)

LINES = """
line_id account_id booked_on amount category
L1 A 2026-10-05 100.00 customer
L2 A 2026-10-08 -40.00 payroll
L3 A 2026-10-11 -10.00 transfer
L4 A 2026-10-12 30.00 customer
L5 A 2026-10-14 5.00 other_operating
L6 A 2026-10-15 -8.00 other_operating
L7 A 2026-10-16 -3.00 -
L8 A 2026-10-20 1.00 customer
"""


def test_every_kind_and_category_can_be_compared() -> None:
    kinds = [kind for named in COMPARED.values() for kind in named]
    assert sorted(kinds) == sorted(FLOWS)
    assert set(CATEGORIES) - set(INTERNAL) <= set(COMPARED)


def test_full_weeks_are_compared_thing_by_thing(books_of, paths_of) -> None:
    ahead = horizon(SUNDAY)
    receipts = np.zeros((101, len(ahead)))
    receipts[:, 0] = np.arange(101) * 100.0  # 0 to 100.00, mean 50.00
    receipts[:, 1] = 30_00.0
    paths = paths_of(SUNDAY, {"receipts_open": receipts, "payroll": -40_00.0}, 0)
    found = compare(paths, books_of("2026-10-21", bank_lines=LINES))
    assert not found.problems
    rows = {(row["week_end"], row["what"]): row for row in found.rows.iter_rows(named=True)}
    first, second = date(2026, 10, 11), date(2026, 10, 18)
    assert {end for end, _ in rows} == {first, second}  # the third week is not over
    one = rows[first, "customer"]
    assert (one["forecast"], one["actual"], one["difference"]) == (50_00, 100_00, 50_00)
    assert (one["inside50"], one["inside80"], one["inside90"], one["inside95"]) == (False,) * 4
    assert one["rank"] == pytest.approx(100.5 / 101)
    paid = rows[first, "payroll"]
    assert (paid["difference"], paid["inside50"]) == (0, True)
    assert rows[second, "payroll"]["difference"] == 40_00  # forecast and not paid
    assert rows[second, "other_in"]["actual"] == 5_00
    assert rows[second, "other_operating"]["actual"] == -8_00
    assert rows[second, "uncategorised"]["actual"] == -3_00
    assert rows[first, "net"]["actual"] == 60_00  # the transfer is no flow
    parts = found.rows.filter(pl.col("what") != "net").group_by("week_end").agg(pl.col("difference").sum())
    for end, difference in parts.iter_rows():
        assert difference == rows[end, "net"]["difference"]
    whats = {row["what"]: row for row in found.whats.iter_rows(named=True)}
    assert whats["customer"]["share"] == pytest.approx(50_00 / whats["net"]["difference"])
    assert sum(row["share"] for what, row in whats.items() if what != "net") == pytest.approx(1.0)


def test_money_that_came_a_week_later_is_shifted_and_not_lost(books_of, paths_of) -> None:
    receipts = np.zeros((4, len(horizon(SUNDAY))))
    receipts[:, 0] = 130_00.0
    rows = (
        "line_id account_id booked_on amount category\nL1 A 2026-10-05 30.00 customer\nL2 A 2026-10-18 100.00 customer"
    )
    found = compare(paths_of(SUNDAY, {"receipts_open": receipts}, 0), books_of("2026-10-18", bank_lines=rows))
    row = found.whats.filter(pl.col("what") == "customer").row(0, named=True)
    assert (row["difference"], row["shifted"], row["weeks"]) == (0, 100_00, 2)
    assert row["wape"] == pytest.approx(200 / 130)


@pytest.mark.parametrize(("actual", "inside"), [("9.75", False), ("10.00", True), ("90.00", True), ("90.25", False)])
def test_the_80_percent_band_holds_its_edges(books_of, paths_of, actual: str, inside: bool) -> None:
    flow = np.zeros((101, len(horizon(SUNDAY))))
    flow[:, 0] = np.arange(101) * 100.0
    rows = f"line_id account_id booked_on amount category\nL1 A 2026-10-11 {actual} customer"
    found = compare(paths_of(SUNDAY, {"receipts_sales": flow}, 0), books_of("2026-10-11", bank_lines=rows))
    assert found.rows.filter(pl.col("what") == "customer")["inside80"].to_list() == [inside]


def test_too_early_or_no_bank_is_told(books_of, paths_of) -> None:
    paths = paths_of(SUNDAY, {"payroll": -1.0}, 0)
    none = compare(paths, books_of("2026-10-21"))
    assert [problem.code for problem in none.problems] == ["liquidity.compare.no_bank_lines"]
    rows = "line_id account_id booked_on amount category\nL1 A 2026-10-10 1.00 customer"
    early = compare(paths, books_of("2026-10-21", bank_lines=rows))
    assert [problem.code for problem in early.problems] == ["liquidity.compare.no_full_week"]
    foreign = "line_id account_id booked_on amount category currency\nL1 A 2026-10-11 1.00 customer USD"
    unrated = compare(paths, books_of("2026-10-21", bank_lines=foreign))
    assert [problem.code for problem in unrated.problems] == ["liquidity.compare.no_rate"]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9999), gone=st.integers(0, 60), opening=st.integers(-(10**8), 10**8))
def test_the_bridge_adds_up_exactly(seed: int, gone: int, opening: int) -> None:
    noise = np.random.default_rng(seed)

    def one(day: date, start: int) -> CashPaths:
        ahead = horizon(day)
        kinds = noise.choice(FLOWS, size=5, replace=False)
        flows = {str(kind): noise.normal(0, 1e6, (11, len(ahead))) for kind in kinds}
        return CashPaths(ahead, "CNY", 0, start, flows, np.zeros(11))

    old = one(SUNDAY, 1_000_000)
    new = one(SUNDAY + timedelta(days=gone), opening)
    told = change(old, new)
    assert told.why is None
    assert told.day is not None
    assert told.old is not None
    assert told.new is not None
    assert told.parts["amount"].sum() == told.change == told.new - told.old
    place = new.horizon.bin_of(told.day)
    assert new.horizon.ends[place] == told.day
    assert told.new == pytest.approx(float(new.balance[:, place].mean()), abs=0.51)


def test_the_same_forecast_of_a_quiet_company_changes_nothing(books_of, paths_of) -> None:
    old = paths_of(SUNDAY, {"payroll": -7.0 * horizon(SUNDAY).lengths}, 10_000)
    later = SUNDAY + timedelta(days=10)
    new = paths_of(later, {"payroll": -7.0 * horizon(later).lengths}, 10_000 - 70)
    told = change(old, new)
    assert told.change == 0
    assert told.day is not None
    assert told.day <= later + timedelta(days=91)
    assert told.parts.rows() == [("past", None, 0)]


def test_the_past_is_told_thing_by_thing_with_books(books_of, paths_of) -> None:
    ahead = horizon(SUNDAY)
    week = np.zeros((1, len(ahead)))
    week[0, 0] = 1.0
    old = paths_of(SUNDAY, {"receipts_open": 130_00 * week, "payroll": -40_00 * week}, 1000_00)
    later = date(2026, 10, 11)
    new = paths_of(later, {"rent": -1_00.0 * (np.arange(len(horizon(later))) == 0)}, 1049_00)
    told = change(old, new, books_of("2026-10-11", bank_lines=LINES))
    parts = {(step, what): amount for step, what, amount in told.parts.iter_rows()}
    assert parts["past", "customer"] == -30_00
    assert parts["past", "payroll"] == 0
    assert parts["past", "other"] == -11_00  # the transfer under way, and one that the bank has not told
    assert parts["ahead", "rent"] == -1_00
    assert told.change == -42_00


def test_sales_to_come_that_became_items_change_nothing(paths_of) -> None:
    later = SUNDAY + timedelta(days=7)
    old = paths_of(SUNDAY, {"receipts_sales": 7.0 * horizon(SUNDAY).lengths}, 0)
    new = paths_of(later, {"receipts_open": 7.0 * horizon(later).lengths}, 49)
    assert change(old, new).parts.rows() == [("past", None, 0)]


def test_forecasts_that_cannot_be_compared_say_why(paths_of) -> None:
    old, new = paths_of(SUNDAY, {}, 0), paths_of(SUNDAY, {}, 0, currency="EUR")
    assert change(old, new).why is not None
    none = change(old, paths_of(SUNDAY, {}, None)).why
    assert none is not None
    assert none.code == "liquidity.change.no_opening"
    far = change(old, paths_of(date(2028, 1, 1), {}, 0)).why
    assert far is not None
    assert far.code == "liquidity.change.no_common_day"
