"""Length: what a day costs by hand, the best terms, the break-even from both sides, and what must hold of any deal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.decisions.limits.length import FARTHEST, Deal, Length, break_even, compared, cost_share, costs, deals

DEAL = Deal(
    sales=36_500_000, terms_days=60, delay_days=0.0, default_chance=0.0, margin_share=0.3, funding_rate=0.10,
    loss_given_default=1.0,
)  # fmt: skip


def row(deal: Deal, days: int) -> dict[str, object]:
    return compared(deal, (days,)).table.row(by_predicate=pl.col("terms_days") == days, named=True)


def test_waiting_costs_amount_times_days_times_rate_over_365() -> None:
    """FORMULAS 4.5.9: 365,000 for 30 days at 10 % is 3,000."""
    assert row(DEAL, 30)["funding"] == 300_000
    assert row(DEAL, 30)["next_day"] == 10_000
    assert row(replace(DEAL, delay_days=10.0), 30)["funding"] == 400_000
    assert row(replace(DEAL, delay_days=-10.0), 30)["funding"] == 300_000


def test_expected_loss_is_the_hazard_of_the_days_out() -> None:
    deal = replace(DEAL, default_chance=0.02, funding_rate=0.0)
    assert row(deal, 365)["expected_loss"] == pytest.approx(0.02 * 36_500_000, abs=1)
    assert row(deal, 0)["expected_loss"] == 0
    half = 1 - 0.98 ** (30 / 365)
    assert row(deal, 30)["expected_loss"] == pytest.approx(half * 36_500_000, abs=1)
    insured = replace(deal, insured_share=0.9, premium_rate=0.003)
    assert row(insured, 30)["expected_loss"] == pytest.approx(half * 3_650_000, abs=1)
    assert row(insured, 30)["insurance"] == 109_500
    assert row(insured, 0)["insurance"] == 0


def test_the_neutral_price_earns_what_cash_earns() -> None:
    deal = replace(DEAL, default_chance=0.05, delay_days=7.0, premium_rate=0.002)
    for days in (0, 30, 90):
        told = row(deal, days)
        factor, cost = float(told["price_factor"]), float(told["cost_share"])  # type: ignore[arg-type]
        assert factor * (1 - cost) == pytest.approx(1.0)


def test_nobody_said_what_sales_hang_on_terms() -> None:
    told = compared(DEAL)
    assert told.best_days is None
    assert told.table["sales"].unique().to_list() == [36_500_000]
    assert told.table["may_lose_share"].to_list()[0] == pytest.approx(1 - (0.3 - 60 * 0.1 / 365) / 0.3)


@pytest.mark.parametrize(("lost", "best"), [(0.0, 0), (0.005, 0), (0.02, 60)])
def test_the_best_terms_weigh_lost_sales(lost: float, best: int) -> None:
    assert compared(replace(DEAL, lost_share=lost)).best_days == best


def test_longer_terms_pay_only_where_they_sell_more() -> None:
    assert compared(replace(DEAL, lost_share=0.02, gained_share=0.02)).best_days == 120
    assert compared(replace(DEAL, lost_share=0.02, gained_share=0.001)).best_days == 60
    nothing = compared(replace(DEAL, lost_share=0.5)).table
    assert nothing.filter(pl.col("terms_days") == 0).item(0, "sales") == 0


def test_break_even_from_both_sides() -> None:
    deal = replace(DEAL, margin_share=0.01)
    days = break_even(deal)
    assert days == 36
    assert cost_share(deal, np.array([36.0]))[0] <= 0.01 < cost_share(deal, np.array([37.0]))[0]
    assert break_even(replace(DEAL, margin_share=36 * 0.1 / 365)) == 36
    assert break_even(replace(DEAL, margin_share=-0.01)) is None
    assert break_even(replace(DEAL, margin_share=0.9)) == FARTHEST
    assert break_even(replace(DEAL, margin_share=0.0)) == 0


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(-30, 90), st.floats(0, 1), st.floats(0, 0.02))
def test_a_day_more_never_costs_less(chance: float, rate: float, delay: float, insured: float, premium: float) -> None:
    deal = replace(
        DEAL, default_chance=chance, funding_rate=rate, delay_days=delay, insured_share=insured, premium_rate=premium
    )
    days = np.arange(0, 200, dtype=np.float64)
    assert (np.diff(cost_share(deal, days)) >= -1e-12).all()
    for part in costs(deal, days):
        assert (part >= 0).all()
    assert cost_share(deal, days)[0] == 0.0


def test_industries_are_weighed_by_what_they_buy() -> None:
    rows = pl.DataFrame(
        {
            "key": ["a", "a", "b", None, "c"], "sales": [100, 300, 50, 70, 0], "terms_days": [30, 50, None, 30, 30],
            "delay_days": [0.0, None, 1.0, 1.0, 1.0], "default_chance": [0.04, 0.0, 0.1, 0.1, 0.1],
            "insured_share": [0.8, None, None, None, None], "premium_rate": [0.004, None, None, None, None],
        }
    )  # fmt: skip
    told = deals(rows, Length(), margin_share=0.2)
    assert list(told) == ["a"]
    deal = told["a"]
    assert (deal.sales, deal.terms_days, deal.delay_days) == (400, 45, 0.0)
    assert (deal.default_chance, deal.insured_share, deal.margin_share) == pytest.approx((0.01, 0.2, 0.2))
    assert deal.premium_rate == pytest.approx(0.001)
