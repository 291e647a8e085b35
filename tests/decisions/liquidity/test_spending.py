"""The plan for the use of funds: on due days where there is room, never under the floor where a plan can avoid it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Ledger, open_books
from solvent.books.payables import BILLS
from solvent.decisions.liquidity.spending import Spending, plan
from solvent.simulation.horizon import horizon
from solvent.simulation.paths import CashPaths
from thorough import cases

FRIDAY = date(2026, 10, 30)
BILLS_TEXT = """
bill_id supplier_id issued_on due_on amount
B1 S1 2026-10-01 2026-11-06 100.00
B2 S2 2026-10-01 2026-11-06 50.00
B3 S2 2026-09-01 2026-10-20 10.00
B4 S1 2026-10-01 2026-11-08 5.00
"""


def flat(paths_of, level: int) -> CashPaths:
    return paths_of(FRIDAY, {"suppliers_open": -1.0}, level)


def test_with_room_every_bill_is_paid_on_its_due_day_or_at_once(books_of, paths_of) -> None:
    found = plan(books_of("2026-10-30", bills=BILLS_TEXT), flat(paths_of, 1000_00), 100_00)
    assert found.feasible is True
    told = {row["bill_id"]: row for row in found.bills.iter_rows(named=True)}
    assert told["B1"]["pay_on"] == told["B2"]["pay_on"] == date(2026, 11, 6)
    assert told["B3"]["pay_on"] == date(2026, 11, 2)  # overdue: the first workday
    assert told["B3"]["reason"] == "liquidity.pay.overdue"
    assert told["B4"]["pay_on"] == date(2026, 11, 6)  # due on a Sunday: the Friday before
    assert found.days["level"].min() == 1000_00 - 165_00
    assert found.days["spent"].sum() == 165_00


@pytest.mark.parametrize(("level", "feasible", "missing"), [(165_00, True, None), (164_99, False, 1)])
def test_at_the_floor_a_plan_holds_and_a_cent_under_it_says_so(
    books_of, paths_of, level: int, feasible: bool, missing: int | None
) -> None:
    found = plan(books_of("2026-10-30", bills=BILLS_TEXT), flat(paths_of, 100_00 + level), 100_00)
    assert found.feasible is feasible
    assert found.missing == missing
    assert (found.missing_on is None) is feasible


def test_those_wait_who_can_and_the_key_supplier_does_not(books_of, paths_of) -> None:
    ahead = horizon(FRIDAY)
    money = np.zeros((1, len(ahead)))
    money[0, int(np.searchsorted(ahead.end_days, 16))] = 700_00.0  # comes in the week to 15 November
    books = books_of("2026-10-30", bills=BILLS_TEXT)
    paths = paths_of(FRIDAY, {"receipts_open": money}, 220_00)
    found = plan(books, paths, 100_00, Spending(key_share=0.6))
    assert found.feasible is True
    told = {row["bill_id"]: row for row in found.bills.iter_rows(named=True)}
    assert told["B1"]["tier"] == "key"
    assert told["B1"]["pay_on"] == date(2026, 11, 6)
    assert told["B2"]["tier"] == "other"
    assert told["B2"]["pay_on"] > date(2026, 11, 6)
    assert told["B2"]["pay_on"] <= told["B2"]["latest_on"] <= date(2026, 11, 16)
    assert told["B2"]["reason"] == "liquidity.pay.waits"
    assert found.days["room"].min() >= 0


def test_bills_on_hand_are_not_counted_twice(books_of, paths_of) -> None:
    ahead = horizon(FRIDAY)
    open_ = np.zeros((1, len(ahead)))
    open_[0, 1] = -165_00.0
    found = plan(books_of("2026-10-30", bills=BILLS_TEXT), paths_of(FRIDAY, {"suppliers_open": open_}, 265_00), 100_00)
    assert found.feasible is True
    assert found.days["room"].min() == 0


def test_a_planned_payment_moves_out_of_the_paths_into_the_plan(books_of, paths_of) -> None:
    ahead = horizon(FRIDAY)
    capex = np.zeros((1, len(ahead)))
    capex[0, ahead.bin_of(date(2026, 11, 10))] = -300_00.0
    later = np.zeros((1, len(ahead)))
    later[0, ahead.bin_of(date(2026, 11, 25))] = 400_00.0
    flows = "flow_id due_on amount category\nP1 2026-11-10 -300.00 capex"
    books = books_of("2026-10-30", planned_flows=flows)
    found = plan(books, paths_of(FRIDAY, {"capex": capex, "receipts_open": later}, 200_00), 100_00)
    row = found.bills.row(0, named=True)
    assert (row["kind"], row["tier"], row["reason"]) == ("planned", "planned", "liquidity.pay.waits")
    assert found.feasible is True
    assert date(2026, 11, 10) < row["pay_on"] <= date(2026, 12, 10)
    assert found.days["level"][-1] == 300_00


def test_without_forecast_or_floor_bills_stand_on_their_due_days(books_of, paths_of) -> None:
    books = books_of("2026-10-30", bills=BILLS_TEXT)
    blind = plan(books, None, 100_00)
    assert blind.feasible is None
    assert [problem.code for problem in blind.problems] == ["liquidity.spending.no_forecast"]
    assert blind.bills.filter(pl.col("bill_id") == "B1")["pay_on"].item() == date(2026, 11, 6)
    assert [p.code for p in plan(books, flat(paths_of, 1), None).problems] == ["liquidity.spending.no_floor"]
    none = plan(books_of("2026-10-30"), flat(paths_of, 100_00), 0)
    assert none.bills.is_empty()
    assert none.feasible is True
    assert [problem.code for problem in none.problems] == ["liquidity.spending.no_bills"]


def test_a_bill_without_a_rate_is_told_and_not_planned(books_of, paths_of) -> None:
    rows = BILLS_TEXT.replace("amount", "amount currency").replace(".00\n", ".00 CNY\n")
    rows += "B9 S9 2026-10-01 2026-11-06 1.00 USD\n"
    found = plan(books_of("2026-10-30", bills=rows), flat(paths_of, 1000_00), 0)
    assert found.bills.filter(pl.col("bill_id") == "B9")["reason"].item() == "liquidity.pay.no_rate"
    assert "liquidity.spending.no_rate" in [problem.code for problem in found.problems]


@settings(max_examples=cases(20, 150), deadline=None)
@given(
    bills=st.lists(st.tuples(st.integers(-20, 60), st.integers(1, 50_000), st.integers(0, 3)), min_size=1, max_size=12),
    seed=st.integers(0, 9999),
    opening=st.integers(0, 200_000),
)
def test_no_payment_takes_a_day_under_the_floor_that_a_plan_could_keep_above(
    bills: list[tuple[int, int, int]], seed: int, opening: int
) -> None:
    frame = pl.DataFrame(
        {
            "bill_id": [f"B{place:02d}" for place in range(len(bills))],
            "supplier_id": [f"S{supplier}" for _, _, supplier in bills],
            "issued_on": [FRIDAY - timedelta(days=60)] * len(bills),
            "due_on": [FRIDAY + timedelta(days=due) for due, _, _ in bills],
            "currency": ["CNY"] * len(bills),
            "amount": [amount for _, amount, _ in bills],
            "recorded_on": [FRIDAY - timedelta(days=60)] * len(bills),
        }
    )
    books = open_books(Ledger({"bills": BILLS.conform(frame.lazy())}, currency="CNY"), FRIDAY)
    ahead = horizon(FRIDAY)
    flow = np.random.default_rng(seed).normal(500, 8000, (5, len(ahead)))
    paths = CashPaths(ahead, "CNY", 0, opening, {"receipts_open": flow}, np.zeros(5))
    found = plan(books, paths, 10_000)
    told = found.bills
    assert told["amount"].sum() == sum(amount for _, amount, _ in bills)
    assert (told["pay_on"] > FRIDAY).all()
    assert (told["pay_on"] <= told["latest_on"]).all()
    # The plan that pays everything at its latest leaves most cash on every day: what it cannot keep, none can.
    levels = np.quantile(paths.balance, 0.25, axis=0)
    known = np.interp(
        np.arange(1, ahead.end_days[-1] + 1), np.concatenate([[0], ahead.end_days]), np.concatenate([[opening], levels])
    )
    latest = np.zeros(len(known) + 1)
    for day, amount in told.select("latest_on", "amount").iter_rows():
        latest[(day - FRIDAY).days] += amount
    best = known - 10_000 - np.cumsum(latest)[1:]
    room = found.days["room"].to_numpy()
    assert (room[best >= 0] >= -1).all()
    assert found.feasible == bool((best >= -0.5).all())
    if not found.feasible:
        assert found.missing == pytest.approx(-best.min(), abs=1)
