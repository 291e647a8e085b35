"""Answers, stress tests, reverse stress, what-ifs and expansion plans on paths whose answers are known."""

from datetime import date, timedelta

import numpy as np
import pytest
from made import DAY, drawn, paths_of, world

import pace
from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.decisions.liquidity.stress.answers import answers
from solvent.decisions.liquidity.stress.expansion import Phase, expansion
from solvent.decisions.liquidity.stress.reverse import reverse, shock, week_of
from solvent.decisions.liquidity.stress.stress import stress
from solvent.decisions.liquidity.stress.what_if import PlannedFlow, WhatIf, planned, what_if
from solvent.simulation.bending.library import Combined, Part, bent
from solvent.simulation.bending.world import World

POLICY = Policy(DAY)
NOTHING = Combined("nothing", ())


def test_answers_of_two_paths():
    paths = paths_of({"receipts_open": [[0, 0, 0], [0, 0, 0]], "payroll": [[-300, -500, 0], [-300, -100, 0]]})
    told = answers(paths, 400)
    assert told.lowest == 400
    assert told.chance == 0.5
    assert told.gap_on == paths.horizon.ends[1]
    assert told.gap == 200
    assert told.deep == 200
    assert told.end == 400
    safe = answers(paths, 200)
    assert (safe.gap_on, safe.gap, safe.chance) == (None, 0, 0.0)


def test_standing_at_the_line_is_not_under_it():
    paths = paths_of({"payroll": [-600.0, 0.0]})
    assert answers(paths, 400).chance == 0.0
    assert answers(paths, 400.01).chance == 1.0


def test_alpha_is_reached_at_it():
    flows = np.zeros((10, 1))
    flows[0, 0] = -900
    assert answers(paths_of({"payroll": flows}), 500).gap_on is not None
    assert answers(paths_of({"payroll": np.vstack([flows, flows[1:]])}), 500).gap_on is None


def test_a_stress_test_holds_every_scenario_worst_first():
    paths = drawn()
    told = stress(paths, world(paths), 300_000, POLICY)
    assert told.rows["chance"].is_sorted(descending=True)
    assert told.rows["chance_change"].to_list() == pytest.approx([c - told.base.chance for c in told.rows["chance"]])
    assert told.next_on == DAY + timedelta(days=91)
    assert told.rows.filter(changed=False).is_empty()
    bare = stress(paths, World(), 300_000, POLICY)
    assert set(bare.rows.filter(changed=False)["scenario"]) == {"largest_fails", "limit_cut", "currency_shock"}
    own = Combined("mine", (Part("all_pay_later", {"days": 60}),))
    assert stress(paths, World(), 1.0, POLICY, own=[own], names=["mine"]).rows["scenario"].to_list() == ["mine"]


def test_reverse_stress_holds_just_below_and_breaks_just_above():
    paths = drawn()
    seen = world(paths)
    line = float(np.quantile(paths.balance.min(axis=1), 0.02)) - 150_000
    found = reverse(paths, seen, line, POLICY)
    assert answers(paths, line).gap_on is None
    broken = [one for one in found if one.length]
    assert broken
    for one in broken:
        assert answers(bent(paths, seen, shock(one.sizes, one.loses_largest), POLICY), line).gap_on is not None
        less = {name: size * (one.length - 0.006) / one.length for name, size in one.sizes.items()}
        assert answers(bent(paths, seen, shock(less, one.loses_largest), POLICY), line).gap_on is None, one
        assert one.told is not None
        assert 1 <= week_of(paths, one.told.gap_on) <= len(paths.horizon.week_ends)
    assert [one.distance for one in found] == sorted(one.distance for one in found)


def test_reverse_stress_says_when_it_is_broken_already_and_when_nothing_breaks_it():
    paths = drawn(100)
    assert all(one.length == 0.0 for one in reverse(paths, World(), 1e9, POLICY))
    assert all(one.length is None for one in reverse(paths, World(), -1e12, POLICY))


def test_a_what_if_adds_its_plan_and_nothing_else():
    paths = drawn(200)
    flow = PlannedFlow(DAY + timedelta(days=20), -50_000, months=3)
    told = what_if(paths, World(), WhatIf(NOTHING, [flow]), 300_000, POLICY)
    assert (told.paths.balance[:, -1] - paths.balance[:, -1]) == pytest.approx(-150_000)
    assert told.before == answers(paths, 300_000)
    assert told.weeks["before_p50"][0] == told.weeks["after_p50"][0]
    nothing = what_if(paths, World(), WhatIf(NOTHING), 300_000, POLICY)
    assert nothing.after == nothing.before


def test_planned_money_falls_into_its_bin_or_outside():
    ahead = paths_of({"payroll": [0.0] * 8}).horizon
    told = planned([PlannedFlow(ahead.ends[2], 5), PlannedFlow(date(2030, 1, 1), 7), PlannedFlow(DAY, 1)], ahead)
    assert told.tolist() == [1, 0, 5, 0, 0, 0, 0, 0]


def test_a_what_if_takes_a_quarter_of_a_second_at_most():
    paths = drawn(10_000)
    asked = WhatIf(Combined("x", (Part("all_pay_later", {"days": 9}), Part("sales_fall"))), [PlannedFlow(DAY, -1)])
    seen = world(paths)
    paths.balance  # noqa: B018 - stored paths have been asked before
    pace.quick(0.25, lambda: what_if(paths, seen, asked, 300_000.0, POLICY))


def test_a_gate_opens_on_the_paths_that_can_bear_it():
    paths = paths_of({"receipts_open": [[0, 500, 0], [0, 0, 0]]})
    phase = Phase("hall", paths.horizon.ends[1], 800, gate=200)
    told = expansion(paths, [phase], 100, POLICY)
    assert told.phases["open_share"].to_list() == [0.5]
    assert told.paths.balance[:, -1].tolist() == [700, 1000]
    ungated = expansion(paths, [Phase("hall", paths.horizon.ends[1], 800, gate=None)], 100, POLICY)
    assert ungated.phases["open_share"].to_list() == [1.0]


def test_the_reserve_pays_first_and_core_cash_is_told_when_it_is_eaten():
    paths = paths_of({"receipts_open": [0.0] * 20}, opening=5000)
    at = paths.horizon.ends[3]
    within = expansion(paths, [Phase("a", at, 600, gate=None)], 1000, POLICY, reserve=600)
    assert (within.eaten_share, within.core_kept, within.first_safe_on) == (0.0, True, at)
    beyond = expansion(paths, [Phase("a", at, 601, gate=None)], 1000, POLICY, reserve=600)
    assert (beyond.eaten_share, beyond.eaten, beyond.core_kept) == (1.0, 1, False)
    assert beyond.first_safe_on is None


def test_a_plan_is_put_off_until_the_money_is_there():
    flows = {"receipts_open": [0.0, 0, 0, 0, 0, 3000, 0, 0, 0, 0, 0, 0]}
    paths = paths_of(flows, opening=1500)
    phase = Phase("a", paths.horizon.ends[0], 500, 600, paths.horizon.ends[0] + timedelta(days=1), 1, 0.0, 0)
    told = expansion(paths, [phase], 1400, POLICY, reserve=500)
    assert told.first_safe_on is not None


def test_receipts_of_an_expansion_come_with_their_luck():
    paths = drawn(2_000)
    phase = Phase("shop", DAY + timedelta(days=7), 10_000, 4_000, DAY + timedelta(days=37), 3, 0.3, None)
    told = expansion(paths, [phase], 0, POLICY, reserve=10_000)
    gain = told.paths.balance[:, -1] - paths.balance[:, -1] + 10_000
    assert gain.mean() == pytest.approx(12_000, rel=0.03)
    assert gain.std() == pytest.approx(12_000 * 0.307, rel=0.1)


@pytest.mark.parametrize(("phases", "code"), [([], "no_phases"), ([Phase("a", DAY, 1)], "too_early")])
def test_a_plan_that_cannot_be_is_refused(phases, code):
    with pytest.raises(SolventError, match=code):
        expansion(drawn(5), phases, 0, POLICY)
