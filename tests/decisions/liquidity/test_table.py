"""The rolling table and the fan: they add up, and quantiles are quantiles."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.decisions.liquidity.table import GROUPS, fan, fan_months, rolling, wide
from solvent.simulation.horizon import Outlooked, horizon
from solvent.simulation.paths import FLOWS, CashPaths

DAY = date(2026, 10, 31)


def test_every_kind_of_flow_stands_in_one_group() -> None:
    told = [kind for kinds in GROUPS.values() for kind in kinds]
    assert sorted(told) == sorted(FLOWS)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kinds=st.lists(st.sampled_from(FLOWS), unique=True, max_size=8),
    opening=st.integers(-(10**9), 10**9),
)
def test_the_table_adds_up_to_the_cent_in_every_column(seed: int, kinds: list[str], opening: int) -> None:
    ahead, noise = horizon(DAY, Outlooked(weeks=15, months=2)), np.random.default_rng(seed)
    flows = {kind: noise.normal(0, 1e6, (7, len(ahead))) for kind in kinds}
    table = rolling(CashPaths(ahead, "CNY", 0, opening, flows, np.zeros(7)))
    assert table["week"].n_unique() == 13
    before = opening
    for week in table.partition_by("week", maintain_order=True):
        one = {group: value for group, kind, value in week.select("group", "kind", "mean").iter_rows() if kind is None}
        parts = week.filter(pl.col("kind").is_not_null())
        for group in GROUPS:
            assert one.get(group, 0) == parts.filter(pl.col("group") == group)["mean"].sum()
        assert one["opening"] == before
        assert one["net"] == parts["mean"].sum()
        assert one["closing"] == one["opening"] + one["net"]
        before = one["closing"]
    mean = CashPaths(ahead, "CNY", 0, opening, flows, np.zeros(7)).balance.mean(axis=0)
    assert before == pytest.approx(ahead.at_week_ends(mean)[12], abs=0.5 * 13 * max(1, len(kinds)))


def test_quantiles_and_groups_of_a_known_flow(paths_of) -> None:
    rent = np.linspace(-100, 0, 101)[:, None]
    table = rolling(paths_of(DAY, {"rent": rent}, 1000))
    second = table.filter((pl.col("kind") == "rent") & (pl.col("week") == 1)).row(0, named=True)
    bins = int((paths_of(DAY, {}, 0).horizon.week_of == 1).sum())
    told = (second["mean"], second["p10"], second["p50"], second["p90"])
    assert told == (
        -50 * bins,
        -90 * bins,
        -50 * bins,
        -10 * bins,
    )
    assert table["group"].unique(maintain_order=True).to_list() == ["opening", "operating_out", "net", "closing"]
    assert wide(table).columns[:3] == ["group", "kind", "2026-11-01"]


def test_without_an_opening_balance_only_changes_are_told(paths_of) -> None:
    table = rolling(paths_of(DAY, {"rent": -10.0}, None))
    assert table.filter(pl.col("group") == "opening")["mean"].null_count() == 13
    assert table.filter((pl.col("group") == "closing") & (pl.col("week") == 0))["mean"].item() == -10


def test_the_fan_by_week_and_month(paths_of) -> None:
    rent = np.linspace(-100, 100, 201)[:, None]
    paths = paths_of(DAY, {"other_in": rent}, 0)
    weeks, months = fan(paths), fan_months(paths)
    assert weeks.height == 27
    assert weeks.columns == ["week_end", "mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95"]
    assert weeks.row(0)[1:] == (0, -90, -80, -50, 0, 50, 80, 90)
    assert months["month_end"].to_list() == [
        date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31),
        date(2027, 4, 30),
    ]  # fmt: skip


def test_the_fan_keeps_its_order_and_touches_the_balances(company_paths) -> None:
    paths = company_paths(DAY)
    told = fan(paths).drop("week_end", "mean").to_numpy()
    assert (np.diff(told, axis=1) >= 0).all()
    share = (paths.horizon.at_week_ends(paths.balance) <= told[:, 3] + 0.5).mean(axis=0)
    assert np.abs(share - 0.5).max() < 0.01
