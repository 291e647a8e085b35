"""The emergency pools: what each gives by the gap, and no euro twice."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from solvent.decisions.liquidity.floor import Lines
from solvent.decisions.liquidity.gap import gap
from solvent.decisions.liquidity.pools import Pool, pools, receivables
from solvent.measures.sums import Figure

DAY = date(2026, 10, 31)
CUSTOMERS = """
customer_id insured
C1 yes
C2 no
C3 yes
"""
ITEMS = """
item_id customer_id issued_on due_on amount
I1 C1 2026-10-01 2026-12-31 100.00
I2 C2 2026-10-01 2026-12-31 200.00
I3 C1 2026-08-01 2026-10-01 40.00
I4 C1 2026-08-01 2026-09-30 80.00
I5 C3 2026-10-01 2026-11-05 60.00
I6 C3 2026-10-01 2026-11-05 70.00
"""
DISPUTES = "dispute_id item_id opened_on\nD1 I6 2026-10-20"
FACILITIES = """
facility_id told_on kind amount drawn committed ends_on
F1 2026-10-31 revolving 500.00 100.00 yes -
F1 2026-06-30 revolving 900.00 0.00 yes -
F2 2026-10-31 overdraft 300.00 0.00 no -
F3 2026-10-31 factoring 300.00 0.00 yes -
F4 2026-10-31 working_capital 50.00 0.00 yes 2026-11-10
"""


def told(reserve: int | None, floor: int = 0, apart: int = 0) -> Lines:
    def figure(value: float | None) -> Figure:
        return Figure(value, "told", {})

    return Lines(figure(reserve), figure(floor), figure(None), figure(reserve), apart, pl.DataFrame())


def test_only_insured_undisputed_and_not_too_late_receivables_can_be_assigned(books_of) -> None:
    books = books_of("2026-10-31", customers=CUSTOMERS, open_items=ITEMS, disputes=DISPUTES)
    found, problems = receivables(books, None, date(2026, 11, 15))
    assert found["item_id"].to_list() == ["I1", "I5", "I3"]  # I3 is 30 days overdue, I4 31
    assert [problem.code for problem in problems] == ["liquidity.pools.no_curves"]
    one = found.row(0, named=True)
    assert one["advance"] == int(100_00 * 0.85 * 0.99)
    # Without curves I1 is paid in December and I5 before the day: its early cash only replaces the later receipt.
    assert found["added"].to_list() == [one["advance"], 0, 0]


def test_the_tiers_against_a_gap(books_of, paths_of) -> None:
    books = books_of("2026-10-31", customers=CUSTOMERS, open_items=ITEMS, disputes=DISPUTES, facilities=FACILITIES)
    flow = np.zeros((1, len(paths_of(DAY, {}, 0).horizon)))
    flow[0, 4] = -900_00.0  # in the week to 22 November
    paths = paths_of(DAY, {"other_operating": flow}, 1000_00)
    hole, _ = gap(paths, 300_00)
    assert hole is not None
    assert hole.median == 200_00
    found = pools(books, 1000_00, told(120_00, 300_00), hole, paths=paths)
    rows = {row["pool"]: row for row in found.rows.iter_rows(named=True)}
    assert rows["reserve"]["by_gap"] == 100_00  # 1000 - 900 is all that is left of 120 on that day
    assert rows["receivables"]["gross"] == 200_00
    assert rows["receivables"]["by_gap"] == 84_15
    assert rows["receivables"]["replaced"] == rows["receivables"]["net"] - 84_15
    assert rows["lines"]["by_gap"] == 400_00  # committed, not cancelled at will, not ended, of nothing else
    assert found.lines["facility_id"].to_list() == ["F1"]
    assert (found.need_median, found.left_median) == (200_00, 0)


@pytest.mark.parametrize(("days", "given"), [(22, 84_15), (23, 0)])
def test_what_comes_after_the_gap_does_not_fill_it(books_of, paths_of, days: int, given: int) -> None:
    books = books_of("2026-10-31", customers=CUSTOMERS, open_items=ITEMS)
    flow = np.zeros((1, len(paths_of(DAY, {}, 0).horizon)))
    flow[0, 3] = -900_00.0
    paths = paths_of(DAY, {"other_operating": flow}, 1000_00)
    hole, _ = gap(paths, 300_00)
    assert hole is not None
    assert hole.day == date(2026, 11, 22)
    found = pools(books, 1000_00, told(0), hole, paths=paths, terms=Pool(cash_days=days))
    assert found.rows.filter(pl.col("pool") == "receivables")["by_gap"].item() == given


def test_a_line_that_the_forecast_draws_is_not_free_again(books_of, paths_of) -> None:
    books = books_of("2026-10-31", facilities=FACILITIES)
    drawn = np.zeros((1, len(paths_of(DAY, {}, 0).horizon)))
    drawn[0, 0] = 300_00.0
    paths = paths_of(DAY, {"facility_drawn": drawn}, 0)
    found = pools(books, 0, told(0), None, paths=paths)
    assert found.rows.filter(pl.col("pool") == "lines")["net"].item() == 100_00  # of 400 free


def test_money_set_apart_is_in_no_tier_and_a_short_reserve_is_told(books_of) -> None:
    books = books_of("2026-10-31", facilities=FACILITIES)
    short = pools(books, 150_00, told(120_00, apart=60_00), None)
    row = short.rows.row(0, named=True)
    assert (row["gross"], row["net"], row["cut"]) == (120_00, 90_00, 30_00)
    assert "liquidity.pools.reserve_short" in [problem.code for problem in short.problems]
    whole = pools(books, 180_00, told(120_00, apart=60_00), None)
    assert "liquidity.pools.reserve_short" not in [problem.code for problem in whole.problems]
    assert whole.ring_fenced == 60_00


def test_nothing_known_is_an_empty_pool_with_its_reason(books_of) -> None:
    found = pools(books_of("2026-10-31"), None, told(120_00), None)
    assert found.rows["by_gap"].to_list() == [0, 0, 0]
    assert {problem.code for problem in found.problems} == {
        "liquidity.pools.no_cash",
        "liquidity.pools.none_insured",
        "liquidity.pools.no_facilities",
    }
