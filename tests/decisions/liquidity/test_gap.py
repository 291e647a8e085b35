"""The gap: chance at the line, sizes of closed form, tail parts that add up, drivers that move money and keep it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.decisions.liquidity.attribution import Attribution, later_receipts, more_stock, moved_by, rounded, tail
from solvent.decisions.liquidity.gap import Gaps, at_risk, drivers, gap, weekly
from solvent.simulation.horizon import Horizon, horizon
from solvent.simulation.horizon import weekly as plain_weeks
from solvent.simulation.paths import FLOWS, CashPaths

DAY = date(2026, 10, 31)


def falling(paths_of, paths: int, under: int, depth: float = 10.0) -> CashPaths:
    """So many paths, of which some fall under 0 in the fourth bin: by depth, twice depth, …"""
    bins = len(horizon(DAY))
    flow = np.zeros((paths, bins))
    flow[:under, 3] = -depth * np.arange(1, under + 1)
    return paths_of(DAY, {"other_operating": flow}, 0)


@pytest.mark.parametrize(("under", "there"), [(9, False), (10, True), (11, True)])
def test_a_week_is_a_gap_from_one_path_in_ten_on(paths_of, under: int, there: bool) -> None:
    found, why = gap(falling(paths_of, 100, under), 0)
    assert why is None
    assert found is not None
    assert (found.week_end is not None) is there
    assert found.horizon_chance == pytest.approx(under / 100)
    assert (found.chance == pytest.approx(under / 100)) if there else found.chance is None


def test_the_sizes_are_of_the_paths_that_fall_under(paths_of) -> None:
    found, _ = gap(falling(paths_of, 50, 21), 0)
    assert found is not None
    sizes = 10.0 * np.arange(1, 22)
    assert found.expected == found.median == 110
    assert found.deep == round(float(np.quantile(sizes, 0.95))) == 200
    paths = falling(paths_of, 50, 21)
    assert found.day == paths.horizon.ends[3]
    assert found.week_end == paths.horizon.week_ends[int(paths.horizon.week_of[3])]
    assert (found.worst_median, found.worst_deep) == (110, 200)


def test_at_the_line_is_not_under_it(paths_of) -> None:
    at, _ = gap(paths_of(DAY, {"rent": 0.0}, 100), 100)
    below, _ = gap(paths_of(DAY, {"rent": 0.0}, 99), 100)
    assert at is not None
    assert below is not None
    assert (at.horizon_chance, below.horizon_chance) == (0.0, 1.0)
    assert (below.median, below.deep, below.expected) == (1, 1, 1)
    assert at.worst_median is None


def test_no_floor_or_no_balance_is_no_gap_but_a_reason(paths_of) -> None:
    paths = paths_of(DAY, {"rent": -1.0}, 100)
    _, why = gap(paths, None)
    assert why is not None
    assert why.code == "liquidity.gap.no_floor"
    found, why = gap(paths_of(DAY, {"rent": -1.0}, None), 0)
    assert found is None
    assert why is not None
    assert why.code == "liquidity.gap.no_opening"


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), share=st.floats(0.01, 1.0), step=st.integers(1, 180))
def test_the_parts_of_the_tail_add_up(seed: int, share: float, step: int) -> None:
    ahead, noise = horizon(DAY), np.random.default_rng(seed)
    kinds = noise.choice(FLOWS, size=int(noise.integers(1, 8)), replace=False)
    flows = {str(kind): noise.normal(0, 1e5, (40, len(ahead))) for kind in kinds}
    paths = CashPaths(ahead, "CNY", 0, 0, flows, np.zeros(40))
    told = tail(paths, DAY + timedelta(days=step), Attribution(tail_share=share))
    level = paths.balance[:, min(ahead.bin_of(DAY + timedelta(days=step)), len(ahead) - 1)]
    worst = np.sort(level)[: max(1, round(share * 40))]
    assert told["part"].sum() == round(worst.mean() - level.mean())
    assert told["kind"].n_unique() == len(kinds)


def test_the_tail_names_the_flow_that_makes_it(paths_of) -> None:
    bad = np.zeros((100, 1))
    bad[:5] = -1000.0
    told = tail(paths_of(DAY, {"receipts_open": 50.0 + bad, "rent": -7.0}, 0), DAY + timedelta(days=30))
    assert told["kind"][0] == "receipts_open"
    assert told["share"][0] == pytest.approx(1.0)
    assert told.filter(pl.col("kind") == "rent")["part"].item() == 0


@given(st.lists(st.floats(-1e9, 1e9), max_size=20))
def test_rounded_parts_add_up_and_stay_near(parts: list[float]) -> None:
    told = rounded(parts)
    assert sum(told) == round(sum(parts))
    assert all(abs(one - part) <= 1.0 + 1e-6 for one, part in zip(told, parts))


def even(daily: float, ahead: Horizon) -> np.ndarray:
    return daily * ahead.lengths[None, :].astype(np.float64)


@pytest.mark.parametrize("days", [1, 5, 7, 30])
def test_later_receipts_cost_the_last_days_and_earlier_ones_win_them(paths_of, days: int) -> None:
    ahead = horizon(DAY)
    paths = paths_of(DAY, {"receipts_sales": even(100.0, ahead), "rent": -1.0}, 0)
    later, sooner = later_receipts(paths, days), later_receipts(paths, -days)
    assert (later.balance - paths.balance)[0, -1] == pytest.approx(-100 * days)
    assert (sooner.balance - paths.balance)[0, -1] == pytest.approx(100 * days)
    # Money that would have come before today comes at once, so the first bin has the days that were moved into it.
    assert sooner.flow("receipts_sales")[0, 0] == pytest.approx(100 * (ahead.lengths[0] + days))
    assert later.flow("receipts_sales")[0].min() >= 0
    assert (later.flow("rent") == paths.flow("rent")).all()


def test_open_items_are_paid_once_whenever(paths_of) -> None:
    ahead = horizon(DAY)
    flow = np.zeros((1, len(ahead)))
    flow[0, 2:6] = 500.0
    paths = paths_of(DAY, {"receipts_open": flow}, 0)
    for days in (-20, -5, 5, 20):
        assert later_receipts(paths, days).flow("receipts_open").sum() == pytest.approx(2000.0)


@settings(max_examples=40, deadline=None)
@given(days=st.integers(-40, 40), seed=st.integers(0, 999))
def test_what_is_moved_is_kept_or_falls_past_the_end(days: int, seed: int) -> None:
    ahead = horizon(DAY)
    flow = np.random.default_rng(seed).uniform(0, 10, (3, len(ahead)))
    out = moved_by(flow, ahead, days)
    assert (out >= -1e-9).all()
    # By any day as much has come as before `days` earlier.
    run, was = np.cumsum(out, axis=1), np.cumsum(flow, axis=1)
    known = np.concatenate([[0.0], ahead.end_days.astype(float)])
    for row in range(3):
        expected = np.interp(ahead.end_days - days, known, np.concatenate([[0.0], was[row]]))
        assert run[row] == pytest.approx(expected)


def test_more_stock_is_bought_and_paid_earlier(paths_of) -> None:
    ahead = horizon(DAY)
    paths = paths_of(DAY, {"suppliers_future": -even(10.0, ahead)}, 0)
    assert (more_stock(paths, 10).balance - paths.balance)[0, -1] == pytest.approx(-100.0)
    assert (more_stock(paths, -10).balance - paths.balance)[0, -1] == pytest.approx(100.0)
    bare = paths_of(DAY, {"rent": -1.0}, 0)
    assert more_stock(bare, 10) is bare


def test_drivers_tell_the_change_of_the_chance_on_the_same_paths(company_paths) -> None:
    paths = company_paths(DAY, opening=50_000_00)
    line = 20_000_00
    told = drivers(paths, line)
    assert max(weekly(paths, line)["chance"]) > 0
    worse = told.filter((pl.col("driver") == "dso") & (pl.col("days") == 5)).row(0, named=True)
    better = told.filter((pl.col("driver") == "dso") & (pl.col("days") == -5)).row(0, named=True)
    assert worse["chance_change"] >= 0 >= better["chance_change"]
    assert worse["lowest_change"] < 0 < better["lowest_change"]
    assert told["driver"].to_list() == ["dso", "dso", "dio", "dio"]


def test_cash_flow_at_risk_is_the_mean_less_its_low_quantile(paths_of) -> None:
    flow = np.linspace(-100, 100, 201)[:, None]
    ahead = plain_weeks(date(2026, 10, 31), 4)
    told = at_risk(paths_of(DAY, {"receipts_sales": flow, "capex": -5.0}, 0, ahead), Gaps(risk=0.05))
    bins = int((ahead.month_of == 0).sum())
    row = told.row(0, named=True)
    assert (row["mean"], row["low"], row["at_risk"]) == (-5 * bins, -95 * bins, 90 * bins)
    assert (row["operating_mean"], row["operating_at_risk"]) == (0, 90 * bins)
