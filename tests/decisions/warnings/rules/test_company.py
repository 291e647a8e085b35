"""Rules about ourselves: EW-01 to EW-07, CA-04 and WC-01, at, just under and just over each line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from string import Formatter
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.decisions.warnings.engine import warn
from solvent.decisions.warnings.rule import rules
from solvent.decisions.warnings.rules.gap_ahead import GapAhead
from solvent.decisions.warnings.view import View
from solvent.files.sentences import SENTENCES
from solvent.simulation.horizon import horizon
from solvent.simulation.paths import CashPaths

DAY = date(2026, 6, 30)


def statement(end: date, months: int = 3, **lines: int) -> list[dict[str, object]]:
    return [
        {"entity_id": "own", "period_end": end, "months": months, "line": line, "amount": amount}
        for line, amount in lines.items()
    ]


def tier_of(view: View, name: str) -> int | None:
    found = warn(view, {name: rules()[name]})
    assert not found.problems, found.problems
    return found.readings["tier"][0] if found.readings.height else None


def with_history(books, rise: float | None) -> View:
    """A view whose DSO stands so far over its mean."""
    view = View(books, Policy(books.as_of))
    row = {"month_end": DAY, "countback_days": 60.0, "countback_days_mean": 50.0, "countback_days_rise": rise}
    frame = pl.DataFrame([row], schema_overrides={"countback_days_rise": pl.Float64})
    view.__dict__["dso_history"] = frame
    return view


@pytest.mark.parametrize(
    ("rise", "tier"), [(0.2, 0), (0.200001, 1), (0.3, 1), (78 / 60 - 1, 1), (0.300001, 2), (None, None)],
    ids=["at yellow", "yellow", "at orange", "at orange in binary", "orange", "no mean yet"],
)  # fmt: skip
def test_dso_is_yellow_over_a_fifth_and_orange_over_three_tenths(books_with, paying, rise, tier):
    assert tier_of(with_history(books_with(**paying([(5, None), (40, 0)])), rise), "dso_rise") == tier


def test_a_list_of_open_items_alone_tells_nothing_of_receivables_days(books_with, paying):
    assert tier_of(with_history(books_with(**paying([(5, None)])), 2.0), "dso_rise") is None


def test_dso_rise_reads_the_measure_with_six_months_before(told, books_with):
    """Sales of 100 a month, paid after a month, and from the last but one month on not paid at all."""
    items, receipts, settled = [], [], []
    for back in range(11, -1, -1):
        index = DAY.year * 12 + DAY.month - 1 - back
        day = date(index // 12, index % 12 + 1, 1)
        name = f"i{back}"
        items.append({"item_id": name, "customer_id": "lantern", "issued_on": day,
                      "due_on": day + timedelta(days=30), "amount": 10_000})  # fmt: skip
        if back > 2:
            paid = day + timedelta(days=35)
            receipts.append({"receipt_id": name, "customer_id": "lantern", "received_on": paid, "amount": 10_000})
            settled.append({"allocation_id": name, "item_id": name, "source": "receipt", "source_id": name,
                            "allocated_on": paid, "amount": 10_000})  # fmt: skip
    books = books_with(open_items=items, receipts=receipts, allocations=settled)
    found = told(books, "dso_rise")
    assert found.tier == 2
    assert found.value == pytest.approx(found.facts["dso_days"] / found.facts["mean_days"] - 1)
    assert found.facts["month_on"] == DAY
    young = books_with(open_items=items[-6:], receipts=receipts[-3:], allocations=settled[-3:])
    assert told(young, "dso_rise").value is None


def quick(*ratios: float, ends: tuple[date, ...] = (date(2026, 3, 31), date(2026, 6, 30))) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for end, ratio in zip(ends, ratios):
        rows += statement(
            end, current_assets=round(1000 * ratio) + 300, inventory=200, prepayments=100, current_liabilities=1000
        )
    return rows


@pytest.mark.parametrize(
    ("ratios", "tier"), [((0.799, 0.799), 2), ((0.8, 0.5), 0), ((0.5, 0.8), 0), ((0.5, 0.799), 2), ((0.5,), None)],
    ids=["both under", "first at", "second at", "under", "one quarter"],
)  # fmt: skip
def test_the_quick_ratio_is_low_two_quarters_running(told, books_with, ratios, tier):
    assert told(books_with(statements=quick(*ratios)), "quick_ratio").tier == tier


def test_a_quarter_without_a_statement_breaks_the_run(told, books_with):
    apart = quick(0.5, 0.5, ends=(date(2025, 12, 31), date(2026, 6, 30)))
    assert told(books_with(statements=apart), "quick_ratio").value is None
    found = told(books_with(statements=quick(0.5, 0.6)), "quick_ratio")
    assert found.evidence[0] == "statements:own/2026-06-30/current_assets"


@pytest.mark.parametrize(
    ("rule", "current", "tier"),
    [
        ("current_ratio", 999, 2),
        ("current_ratio", 1000, 1),
        ("current_ratio", 1499, 1),
        ("current_ratio", 1500, 0),
        ("idle_funds", 2000, 0),
        ("idle_funds", 2001, 1),
    ],
)
def test_the_current_ratio_has_two_sides(told, books_with, rule, current, tier):
    books = books_with(statements=statement(DAY, current_assets=current, current_liabilities=1000, cash=500))
    found = told(books, rule)
    assert (found.value, found.tier) == (current / 1000, tier)
    assert found.facts["wcr_amount"] == current - 1000


@pytest.mark.parametrize(("cash", "tier"), [(200, 0), (199, 1), (100, 1), (99, 2)])
def test_the_cash_ratio(told, books_with, cash, tier):
    books = books_with(statements=statement(DAY, current_assets=1500, current_liabilities=1000, cash=cash))
    assert told(books, "cash_ratio").tier == tier


def test_a_statement_that_is_too_old_says_nothing(told, books_with):
    old = statement(DAY - timedelta(days=461), current_assets=500, current_liabilities=1000, cash=1)
    assert told(books_with(statements=old), "current_ratio").value is None
    believed = statement(DAY - timedelta(days=460), current_assets=500, current_liabilities=1000, cash=1)
    assert told(books_with(statements=believed), "current_ratio").tier == 2


@pytest.mark.parametrize(
    ("rule", "line", "flow"),
    [("inventory_days", "inventory", "cogs"), ("payables_days", "trade_payables", "purchases")],
)
@pytest.mark.parametrize("over", [False, True])
def test_days_of_stock_and_payables_rise_against_their_mean(told, books_with, *, rule, line, flow, over):
    yellow = {"inventory_days": 130, "payables_days": 120}[rule]
    ends = [date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31), DAY]
    rows: list[dict[str, object]] = []
    for end in ends:
        rows += statement(end, **{line: yellow + over if end == DAY else 100, flow: 300})
    found = told(books_with(statements=rows), rule)
    assert found.tier == int(over)
    assert found.facts["mean_days"] == pytest.approx(100 / 300 * 3 * 365 / 12)
    assert told(books_with(statements=rows[2:]), rule).value is None


def bank(*lines: tuple[date, int, str], cash: int | None = None, on: date = DAY) -> dict[str, list[dict[str, object]]]:
    rows: dict[str, list[dict[str, object]]] = {
        "bank_lines": [
            {"line_id": f"l{place}", "account_id": "acc", "booked_on": day, "amount": amount, "category": category}
            for place, (day, amount, category) in enumerate(lines)
        ]
    }
    if cash is not None:
        rows["balances"] = [{"account_id": "acc", "day_on": on, "amount": cash}]
    return rows


def spending(monthly: int) -> list[tuple[date, int, str]]:
    return [(date(2026, month, 1), -monthly, "payroll") for month in (3, 4, 5, 6)]


@pytest.mark.parametrize(("cash", "tier"), [(150_000, 0), (149_999, 2), (50_000, 2), (49_999, 3)])
def test_cash_months_are_orange_under_one_and_a_half(told, books_with, cash, tier):
    found = told(books_with(**bank(*spending(100_000), cash=cash)), "cash_months")
    assert found.value == pytest.approx(cash / 100_000)
    assert found.tier == tier
    assert found.evidence == ["balances:acc/2026-06-30"]


def test_cash_months_need_a_balance_and_three_months(told, books_with):
    assert told(books_with(**bank(*spending(100_000))), "cash_months").value is None
    assert told(books_with(**bank(*spending(100_000)[-2:], cash=5)), "cash_months").value is None


@pytest.mark.parametrize(
    ("flows", "months", "tier"),
    [([5, 5, -1, -1], 2, 3), ([5, 5, 5, -1], 1, 0), ([-1, -1, -1, 0], 0, 0), ([-1, -1, 5, -1], 1, 0)],
    ids=["two running", "one", "zero ends it", "broken"],
)
def test_operating_cash_flow_is_red_after_two_months_running(told, books_with, flows, months, tier):
    lines = [(date(2026, 3 + place, 15), flow * 100, "supplier") for place, flow in enumerate(flows) if flow]
    lines += [(date(2026, 6, 20), 10_000, "loan_drawn"), (date(2026, 6, 21), 1_000, "transfer")]
    found = told(books_with(**bank(*lines)), "operating_cash_flow")
    assert (found.value, found.tier) == (months, tier)


def weekly(cash: int) -> dict[str, list[dict[str, object]]]:
    """Fixed cost of 100 a month, so that the floor is 300, and a balance that stands for two weeks."""
    rows = bank(*spending(10_000))
    days = [DAY - timedelta(days=back) for back in range(20)]
    rows["balances"] = [{"account_id": "acc", "day_on": day, "amount": cash} for day in days]
    return rows


@pytest.mark.parametrize(("cash", "tier"), [(33_001, 0), (33_000, 1), (30_001, 1), (30_000, 2)])
def test_the_weeks_mean_comes_down_to_the_floor(told, books_with, cash, tier):
    found = told(books_with(**weekly(cash)), "cash_floor")
    assert (found.facts["floor_amount"], found.facts["mean_amount"]) == (30_000, cash)
    assert found.tier == tier
    assert found.facts["week_on"] == date(2026, 6, 28)


def ahead(books, under: int) -> View:
    """A view with a hundred paths, of which so many fall under the floor in the third week."""
    days = horizon(DAY)
    flow = np.zeros((100, len(days)))
    flow[:under, int(np.flatnonzero(days.week_of == 2)[0])] = -1_000_000.0
    paths = CashPaths(days, "CNY", 1, 60_000, {"other_operating": flow}, np.zeros(100))
    plain = View(books, Policy(books.as_of))
    view = replace(plain, snapshot=SimpleNamespace(paths=paths))  # type: ignore[arg-type]
    view.__dict__["cash_lines"] = plain.cash_lines
    return view


@pytest.mark.parametrize(
    ("under", "floor", "gap"), [(4, 0, 0), (5, 0, 1), (9, 0, 1), (10, 1, 2), (49, 1, 2), (50, 1, 3)]
)
def test_a_chance_ahead_counts_as_near_and_makes_a_gap(books_with, paying, under, floor, gap):
    books = books_with(**weekly(60_000), **paying([(-5, None)]))
    view = ahead(books, under)
    assert tier_of(view, "cash_floor") == floor
    assert tier_of(view, "gap_ahead") == gap
    told = rules()["gap_ahead"].read(view, GapAhead())
    assert told is not None
    named = {name for _, name, _, _ in Formatter().parse(SENTENCES["warning.gap_ahead"]) if name}
    assert named <= set(told.columns)


def test_without_paths_no_gap_is_told(told, books_with):
    assert told(books_with(**weekly(60_000)), "gap_ahead").value is None


def line(drawn: int, told_on: date = DAY, kind: str = "revolving", **more: object) -> dict[str, object]:
    return {"facility_id": "f", "told_on": told_on, "kind": kind, "amount": 1000, "drawn": drawn, **more}


@pytest.mark.parametrize(("drawn", "tier"), [(899, 0), (900, 1), (999, 1), (1000, 2)])
def test_a_bank_line_is_nearly_used_up_from_nine_tenths(told, books_with, drawn, tier):
    rows = [line(drawn), line(0, DAY - timedelta(days=30))]
    assert told(books_with(facilities=rows), "bank_line_use", "f").tier == tier


def test_loans_and_ended_lines_do_not_count(told, books_with):
    assert told(books_with(facilities=[line(1000, kind="term_loan")]), "bank_line_use", "f").value is None
    ended = line(1000, ends_on=DAY - timedelta(days=1))
    assert told(books_with(facilities=[ended]), "bank_line_use", "f").value is None
    assert told(books_with(facilities=[line(1000, ends_on=DAY)]), "bank_line_use", "f").tier == 2


def stock(slow: int, idle: int = 91) -> list[dict[str, object]]:
    moved = DAY - timedelta(days=idle)
    return [
        {"sku": "slow", "counted_on": DAY, "quantity": 1.0, "value": slow, "moved_on": moved},
        {"sku": "fast", "counted_on": DAY, "quantity": 1.0, "value": 1000 - slow, "moved_on": DAY},
    ]


@pytest.mark.parametrize(
    ("slow", "idle", "tier"), [(100, 91, 0), (101, 91, 1), (250, 91, 1), (251, 91, 2), (500, 90, 0)],
    ids=["at yellow", "yellow", "at orange", "orange", "ninety days is not over them"],
)  # fmt: skip
def test_stock_is_slow_over_ninety_days(told, books_with, slow, idle, tier):
    found = told(books_with(stock=stock(slow, idle)), "slow_stock")
    assert found.tier == tier
    if tier:
        assert found.evidence == ["stock:slow/2026-06-30"]


@pytest.mark.parametrize(("late", "tier"), [(3, 0), (4, 1), (10, 1), (11, 2), (-5, 0)])
def test_own_lateness_is_against_the_months_before(told, books_with, late, tier):
    bills, payments = [], []
    for month in range(7):
        index = DAY.year * 12 + DAY.month - 1 - month
        paid = date(index // 12, index % 12 + 1, 20)
        due = paid - timedelta(days=late if month == 0 else 0)
        bills.append({"bill_id": f"b{month}", "supplier_id": "s", "issued_on": due - timedelta(days=30), "due_on": due,
                      "amount": 100})  # fmt: skip
        payments.append({"payment_id": f"p{month}", "bill_id": f"b{month}", "paid_on": paid, "amount": 100})
    found = told(books_with(bills=bills, bill_payments=payments), "own_lateness")
    assert (found.value, found.tier) == (late, tier)
    one = books_with(bills=bills[:1], bill_payments=payments[:1])
    assert told(one, "own_lateness").value is None
