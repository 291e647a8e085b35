"""The crisis plan: what each step brings by the danger day, in time, and no money that never comes."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from made import DAY, paths_of

from solvent.base.terms import Policy
from solvent.decisions.liquidity.pools import Pool, Pools
from solvent.decisions.liquidity.stress.crisis import STEPS, Crisis, crisis

DANGER = DAY + timedelta(days=21)
ALL = Crisis(least=1)
BILLS = """
bill_id supplier_id issued_on due_on amount
B1 S1 2026-10-01 2026-11-05 100.00
B2 S1 2026-10-01 2026-11-20 300.00
B3 S2 2026-10-01 2026-11-23 500.00
B4 S3 2026-09-01 2026-10-23 700.00
"""


def emergency(by_gap=0, ready=10, free=()):
    """Pools with a second tier of 1000 that gives ``by_gap``, and free lines."""
    shape = ("tier", "pool", "gross", "cut", "net", "ready_on", "replaced", "by_gap")
    ready_on = DAY + timedelta(days=ready)
    rows = pl.DataFrame([(2, "receivables", 1000_00, 158_50, 841_50, ready_on, 0, by_gap)], shape, orient="row")
    lines = pl.DataFrame(list(free), {"facility_id": pl.String, "free": pl.Int64, "ends_on": pl.Date}, orient="row")
    return Pools(rows, pl.DataFrame(), lines, DANGER, None, None, None, None, 0, ())


def seen(books, chance=None, *, worth=(), due=(), starts=(0,), names=(), paths=None):
    """A snapshot of only what the plan looks at."""
    horizon = paths_of({"payroll": [0.0] * 8}).horizon
    book = SimpleNamespace(
        horizon=horizon,
        names=list(names),
        starts=np.array(starts),
        chance=np.zeros((0, 8)) if chance is None else np.array(chance, dtype=float),
        worth=np.array(worth, dtype=float),
        items=pl.DataFrame({"due_on": list(due)}, {"due_on": pl.Date}),
    )
    book.exposure = np.add.reduceat(book.worth, book.starts[:-1]) if names else np.zeros(0)
    return SimpleNamespace(
        as_of=DAY, policy=Policy(DAY), books=books, paths=paths, payment=object(), company=SimpleNamespace(book=book)
    )


@pytest.fixture
def books(books_of):
    return books_of("2026-11-01", bills="bill_id supplier_id issued_on due_on amount")


def test_chasing_brings_what_would_come_later_and_nothing_of_what_never_comes(books):
    late = [0.0] * 3 + [1.0] * 5  # paid in the fourth week, after the danger day, for certain
    lost = [0.0] * 8
    half = [0.2] * 3 + [0.6] * 5
    snapshot = seen(
        books,
        [late, lost, half, late],
        worth=[1000_00, 9000_00, 500_00, 800_00],
        due=[DAY, DAY, DAY, DANGER + timedelta(days=1)],
        starts=[0, 1, 2, 4],
        names=["sound", "failing", "both"],
    )
    told = crisis(snapshot, emergency(), DANGER, 350_00, ALL).rows
    assert told["subject"].to_list() == ["sound", "both"], "nothing can be brought forward that never comes"
    assert told["gain"].to_list() == [350_00, round(500_00 * 0.4 * 0.35)]
    assert told["risk"].to_list() == pytest.approx([0.0, 500 * 0.4 / 1300])
    assert told["needed"].to_list() == [True, False]
    assert told["by_on"].to_list() == [DANGER - timedelta(days=14)] * 2


def test_customers_worth_the_same_stand_in_the_order_of_their_names(books):
    names = [f"C{n:02d}" for n in range(40)]
    late = [[0.0] * 3 + [1.0] * 5] * 40
    snapshot = seen(books, late, worth=[100_00] * 40, due=[DAY] * 40, starts=range(41), names=names)
    assert crisis(snapshot, emergency(), DANGER, 0, ALL).rows["subject"].to_list() == names


def test_only_bills_that_waiting_carries_past_the_day_help(books_of):
    books = books_of("2026-11-01", bills=BILLS)
    told = crisis(seen(books), emergency(), DANGER, 0, ALL).rows
    # B3 is due after the day; B4, put off by 30 days, is due on the day itself.
    assert told.select("step", "subject", "amount", "gain").rows() == [("extend", "S1", 400_00, 200_00)]
    assert told["by_on"].item() == DAY + timedelta(days=1), "the first bill is due too soon for a week's notice"
    assert told["cost"].item() == round(200_00 * 0.08 * 30 / 365)


@pytest.mark.parametrize(("away", "by"), [(21, 14), (8, 1), (7, 1), (1, 1)])
def test_a_line_is_drawn_a_week_before_and_never_in_the_past(books, away, by):
    told = crisis(seen(books), emergency(free=[("L1", 50_00, None)]), DAY + timedelta(days=away), 0, ALL).rows
    assert told.select("step", "gain", "by_on").rows() == [("draw", 50_00, DAY + timedelta(days=by))]


@pytest.mark.parametrize("ready", [5, 10, 20, 21])
def test_receivables_are_assigned_so_early_that_the_money_is_there(books, ready):
    told = crisis(seen(books), emergency(by_gap=400_00, ready=ready), DANGER, 0, ALL).rows.row(0, named=True)
    assert told["step"] == "assign"
    assert told["by_on"] + timedelta(days=ready) <= DANGER
    assert told["by_on"] >= DAY
    assert told["gain"] == round(400_00 * 0.65)
    fee = Pool().fee
    assert told["cost"] == round(841_50 * fee / (1 - fee)), "the fee; the haircut comes back"


def test_spending_that_can_wait_and_debt_come_in_their_places(books):
    paths = paths_of({"capex": [-10_00.0] * 8, "loan_repaid": [-40_00.0] * 8, "rent": [-99_00.0] * 8})
    told = crisis(seen(books, paths=paths), emergency(free=[("L1", 5_00, None)]), DANGER, 40_00, ALL)
    assert told.rows.select("step", "gain").rows() == [("cut", 24_00), ("draw", 5_00), ("defer_debt", 60_00)]
    assert told.rows["cumulative"].to_list() == [24_00, 29_00, 89_00]
    assert told.rows["needed"].to_list() == [True, True, True]
    assert [STEPS.index(step) for step in told.rows["step"]] == sorted(STEPS.index(step) for step in told.rows["step"])
    assert told.open == 0
    assert crisis(seen(books, paths=paths), emergency(), DANGER, 100_00, ALL).open == 100_00 - 84_00


def test_crumbs_are_left_out_at_the_line(books):
    free = [("L1", 1000, None), ("L2", 999, None)]
    told = crisis(seen(books), emergency(free=free), DANGER, 0, Crisis(least=1000)).rows
    assert told["subject"].to_list() == ["L1"]


def test_with_nothing_to_chase_it_says_so(books):
    bare = SimpleNamespace(
        as_of=date(2026, 11, 1), policy=Policy(DAY), books=books, paths=None, payment=None, company=None
    )
    told = crisis(bare, emergency(), DANGER, 7_00, ALL)
    assert told.rows.is_empty()
    assert told.open == 7_00
    assert [problem.code for problem in told.problems] == ["crisis.no_receivables"]
