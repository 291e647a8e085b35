"""Scenarios: what each changes and what it leaves, to the cent; combinations and a company's own."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import DAY, drawn, paths_of, world

from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.simulation.bending.library import COMBINATIONS, Combined, Part, bent, combined, library, scenarios
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.bending.world import World
from solvent.simulation.horizon import weekly

POLICY = Policy(DAY)


def bend(paths, name, seen=None, **values):
    return bent(paths, seen or World(), Combined(name, (Part(name, values),)), POLICY)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.floats(-40, 40))
def test_a_shift_loses_nothing_but_what_leaves_the_horizon(seed, days):
    ahead = weekly(DAY, 12)
    flow = np.random.default_rng(seed).random((3, 12)) * 1e6
    moved = moved_by(flow, ahead, days)
    before, after = flow.sum(axis=1), moved.sum(axis=1)
    assert (after <= before * (1 + 1e-12)).all()
    if days <= 0:
        assert after == pytest.approx(before)
    else:
        gone = int(days // 7)
        part = flow[:, 12 - gone :].sum(axis=1) + flow[:, 11 - gone] * (days % 7) / 7
        assert after == pytest.approx(before - part)


def test_a_whole_week_later_is_the_next_bin():
    moved = moved_by(np.array([[7.0, 14.0, 0.0, 21.0]]), weekly(DAY, 4), 7)
    assert moved.tolist() == [[0.0, 7.0, 14.0, 0.0]]
    half = moved_by(np.array([[7.0, 0.0, 0.0, 0.0]]), weekly(DAY, 4), 3)
    assert half[0] == pytest.approx([4.0, 3.0, 0.0, 0.0])


def test_all_pay_later_moves_customers_and_nobody_else():
    paths = paths_of({"receipts_open": [70, 0, 0], "payroll": [-5, -5, -5]})
    told = bend(paths, "all_pay_later", days=7)
    assert told.flow("receipts_open").tolist() == [[0, 70, 0]]
    assert told.flow("payroll").tolist() == [[-5, -5, -5]]


def test_the_largest_takes_its_open_items_and_its_share_of_sales():
    paths = paths_of({"receipts_open": [30, 30, 30], "receipts_sales": [0, 20, 40]})
    seen = World(customers={"C1": np.array([[10.0, 20, 0]]), "C2": np.array([[5.0, 0, 0]])}, sales_shares={"C1": 0.25})
    told = bend(paths, "largest_fails", seen, week=0)
    assert told.flow("receipts_open").tolist() == [[20, 10, 30]]
    assert told.flow("receipts_sales").tolist() == [[0, 15, 30]]
    both = bend(paths, "largest_fails", seen, customers=2, week=1)
    assert both.flow("receipts_open").tolist() == [[30, 10, 30]]


def test_sales_fall_at_once_and_costs_follow_later():
    paths = paths_of({"receipts_sales": [10, 10, 10], "suppliers_future": [-4, -4, -4], "receipts_open": [1, 1, 1]})
    told = bend(paths, "sales_fall", share=0.5, cost_follows=0.5, cost_after=2)
    assert told.flow("receipts_sales").tolist() == [[5, 5, 5]]
    assert told.flow("suppliers_future").tolist() == [[-4, -4, -3]]
    assert told.flow("receipts_open").tolist() == [[1, 1, 1]]


def test_a_line_that_ends_anyway_is_not_repaid_twice():
    paths = paths_of({"receipts_open": [0.0] * 10})
    seen = World(drawn={"ends": (100, date(2026, 12, 20)), "runs": (60, None)})
    told = bend(paths, "limit_cut", seen, share=0.5, days=14)
    change = told.flow("facility_repaid")[0]
    assert change.sum() == -30
    assert change[1] == -80
    assert change[6] == 50


def test_currencies_suppliers_stock_and_seasons():
    paths = paths_of({"receipts_open": [100.0] * 20, "receipts_sales": [50.0] * 20, "suppliers_future": [-70.0] * 20})
    fallen = bend(paths, "currency_shock", World(foreign={"USD": 0.3, "EUR": 0.1}), share=0.1)
    assert fallen.flow("receipts_open")[0, 0] == pytest.approx(96)
    risen = bend(paths, "currency_shock", World(foreign={"USD": 0.4}), share=-0.1)
    assert risen.flow("receipts_open")[0, 0] == pytest.approx(104)
    for name in ("supplier_shortens", "stock_build_up"):
        earlier = bend(paths, name, days=14).flow("suppliers_future")[0]
        assert earlier[0] == pytest.approx(-70 * 3)
        assert earlier.sum() == pytest.approx(-70 * 22)
    peak = bend(paths, "peak_season", share=0.5, weeks=4, money_after=10)
    assert peak.flow("suppliers_future")[0, :5].tolist() == [-105, -105, -105, -105, -70]
    assert peak.flow("receipts_sales")[0, 9:15].tolist() == [50, 75, 75, 75, 75, 50]


@pytest.mark.parametrize("name", sorted(scenarios()))
def test_every_scenario_has_terms_and_leaves_the_paths_alone(name):
    paths = drawn(20)
    kept = {kind: flow.copy() for kind, flow in paths.flows.items()}
    told = bend(paths, name, world(paths))
    assert told.net.shape == paths.net.shape
    assert np.isfinite(told.net).all()
    assert all((paths.flows[kind] == flow).all() for kind, flow in kept.items())
    bare = paths_of({"payroll": [-1.0, -1.0]})
    assert bend(bare, name).net == pytest.approx(bend(bare, name).net)
    assert scenarios()[name][0].__doc__


def test_mild_is_milder_than_moderate_and_moderate_than_severe():
    paths = drawn()
    lowest = [np.median(bent(paths, world(paths), each, POLICY).balance.min(axis=1)) for each in COMBINATIONS]
    assert np.median(paths.balance.min(axis=1)) > lowest[0] > lowest[1] > lowest[2]


def test_the_policy_decides_where_a_combination_does_not():
    paths = paths_of({"receipts_open": [70, 0, 0, 0]})
    policy = Policy(DAY, {"scenario.all_pay_later": [(date(2026, 1, 1), {"days": 14.0})]})
    told = bent(paths, World(), Combined("x", (Part("all_pay_later"),)), policy)
    assert told.flow("receipts_open").tolist() == [[0, 0, 70, 0]]


def test_a_company_s_own_scenario():
    own = combined(
        "mine", {"name": "bad spring", "parts": [{"scenario": "all_pay_later", "days": 7}, {"scenario": "sales_fall"}]}
    )
    assert own.name == "bad spring"
    assert [part.scenario for part in own.parts] == ["all_pay_later", "sales_fall"]
    assert {each.name for each in library()} >= {*scenarios(), "mild", "moderate", "severe"}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, "scenario.no_parts"),
        ({"parts": []}, "scenario.no_parts"),
        ({"parts": ["all_pay_later"]}, "scenario.no_parts"),
        ({"parts": [{"scenario": "war"}]}, "scenario.unknown"),
        ({"parts": [{"scenario": "all_pay_later", "weeks": 2}]}, "scenario.key_unknown"),
        ({"parts": [{"scenario": "all_pay_later", "days": "two"}]}, "scenario.value_kind"),
        ({"parts": [{"scenario": "all_pay_later", "days": True}]}, "scenario.value_kind"),
        ({"parts": [{"scenario": "largest_fails", "customers": 1.5}]}, "scenario.value_kind"),
        ({"parts": [{"scenario": "all_pay_later"}], "day": 1}, "scenario.key_unknown"),
    ],
)
def test_a_scenario_that_says_nonsense_is_refused(told, code):
    with pytest.raises(SolventError, match=code):
        combined("mine", told)
