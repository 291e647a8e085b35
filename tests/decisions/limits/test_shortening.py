"""Shortening: who is asked, what steps do to money that is known beforehand, and what a test has shown by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from solvent.books.books import Books
from solvent.decisions.limits.shortening import (
    STEPS,
    Shortening,
    before_after,
    candidates,
    settlement_gain,
    steps,
    yearly_share,
)
from solvent.simulation.horizon import weekly
from solvent.simulation.paths import CashPaths

BooksOf = Callable[..., Books]
DAY = date(2026, 10, 30)


def test_candidates_have_days_over_and_the_most_money_in_them() -> None:
    rows = pl.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "e"], "agreed_days": [37, 36, 90, None, 90],
            "grade_days": [30, 30, 30, 30, 30], "purchases_year": [365_000, 365_000, 36_500, 999, 0],
        }
    )  # fmt: skip
    told = candidates(rows)
    assert told.select("customer_id", "days_over", "tied_up").rows() == [("a", 7, 7000), ("c", 60, 6000)]
    assert candidates(rows, Shortening(most=1))["customer_id"].to_list() == ["a"]


def even(weeks: int = 26, per_week: float = 700.0) -> CashPaths:
    """700 a week of receipts of sales to come, 100 a day, 500 of bills to come, on every path."""
    flows = {"receipts_sales": np.full((10, weeks), per_week), "suppliers_future": np.full((10, weeks), -500.0)}
    return CashPaths(weekly(DAY, weeks), "CNY", 1, 1000, flows, np.zeros(10))


def test_money_that_comes_earlier_is_days_times_its_daily_flow() -> None:
    """100 a day, of which a half belongs to those asked: ten days earlier free 500; a discount costs its share."""
    terms = Shortening(small_share=1.0, small_days=10, new_share=1.0, take_up=0.5, discount_share=0.02, new_days=20)
    told = {step.step: step for step in steps(even(), 0.5, terms_days=30, line=0.0, terms=terms)}
    assert tuple(told) == STEPS
    assert told["by_order_size"].freed == 500
    assert told["weekly_settlement"].freed == pytest.approx(0.5 * 1150, abs=1)
    new = told["new_products"]
    # Half pays 20 days earlier less the discount, half 10 days: on all receipts of the horizon and what follows it.
    received = 100 * (26 * 7 + 20) * 0.5 * 0.5
    assert new.days == 15.0
    assert new.discount == pytest.approx(received * 0.02, abs=1)
    assert new.freed == pytest.approx(0.5 * (0.5 * 2000 + 0.5 * 1000) - received * 0.02, abs=1)


def test_nothing_is_shortened_below_nothing() -> None:
    told = {step.step: step for step in steps(even(), 1.0, terms_days=5, line=0.0)}
    assert told["by_order_size"].days == 5
    assert told["weekly_settlement"].days == 5
    assert told["new_products"].days == 0
    assert told["new_products"].freed == pytest.approx(-told["new_products"].discount, abs=1)


def test_lost_sales_cost_their_margin() -> None:
    terms = Shortening(small_share=1.0, small_days=0, lost_share=0.1, cost_share=0.5)
    told = {step.step: step for step in steps(even(), 0.5, terms_days=30, line=0.0, terms=terms)}["by_order_size"]
    lost = 26 * 700 * 0.5 * 0.1
    assert told.lost_margin == round(lost * 0.5)
    assert told.freed == pytest.approx(-lost * 0.5, abs=1)


def test_the_chance_under_the_floor_is_before_and_after() -> None:
    flows = {"receipts_sales": np.full((10, 26), 100.0), "rent": np.full((10, 26), -100.0)}
    paths = CashPaths(weekly(DAY, 26), "CNY", 1, 1000, flows, np.zeros(10))
    told = steps(paths, 1.0, terms_days=30, line=1000.5)
    assert {step.before.chance for step in told} == {1.0}
    assert {step.step: step.after.chance for step in told}["weekly_settlement"] == 0.0


def test_settlement_waits_half_of_its_period() -> None:
    assert settlement_gain(30, 7) == 11.5
    assert settlement_gain(7, 7) == 0.0


ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-03-20 2026-04-19 1000
b       lantern     2026-04-10 2026-04-20 1000
c       harbour     2026-03-20 2026-04-19 500
d       harbour     2026-04-10 2026-05-10 600
e       harbour     2026-05-20 2026-05-30 600
"""
RECEIPTS = """
receipt_id customer_id received_on amount
r          lantern     2026-04-19  1000
s          lantern     2026-04-18  980
t          harbour     2026-04-24  500
u          harbour     2026-05-13  600
"""
PAID = """
allocation_id item_id source   source_id allocated_on amount
1             a       receipt  r         2026-04-19   1000
2             b       receipt  s         2026-04-18   980
3             b       discount -         2026-04-18   20
4             c       receipt  t         2026-04-24   500
5             d       receipt  u         2026-05-13   600
"""


def test_before_and_after_against_all_others(books_of: BooksOf) -> None:
    books = books_of("2026-05-30", open_items=ITEMS, receipts=RECEIPTS, allocations=PAID)
    told = before_after(books, ["lantern"], date(2026, 4, 1), window_days=40)
    rows = {(row["group"], row["period"]): row for row in told.table.iter_rows(named=True)}
    assert rows["asked", "before"]["days_to_pay"] == 30.0
    assert rows["asked", "after"]["days_to_pay"] == 8.0
    assert (rows["asked", "after"]["discount"], rows["asked", "after"]["discount_share"]) == (2000, 0.02)
    assert (rows["asked", "before"]["terms_days"], rows["asked", "after"]["terms_days"]) == (30.0, 10.0)
    assert (rows["others", "before"]["days_to_pay"], rows["others", "after"]["days_to_pay"]) == (35.0, 33.0)
    # Those asked pay 22 days sooner, the others 2: the test brought 20. They buy as much, the others a fifth more.
    assert told.effect_days == -20.0
    assert told.purchases_effect == pytest.approx(1 / 1.2 - 1, abs=1e-4)
    assert rows["others", "after"]["invoices"] == 1


def test_young_invoices_do_not_look_fast(books_of: BooksOf) -> None:
    """Too little time since the test began: nothing is told of it."""
    books = books_of("2026-05-10", open_items=ITEMS, receipts=RECEIPTS, allocations=PAID)
    told = before_after(books, ["lantern"], date(2026, 4, 1), window_days=40)
    assert told.effect_days is None
    assert told.purchases_effect is None
    assert told.table.filter(pl.col("period") == "after").is_empty()


@pytest.mark.parametrize(("bought", "sold", "share"), [(5, 10, 0.5), (11, 10, 1.0), (-1, 10, 0.0), (5, 0, 0.0)])
def test_a_share_is_a_share(bought: int, sold: int, share: float) -> None:
    assert yearly_share(bought, sold) == share
