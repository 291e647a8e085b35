"""What lies outside: plans past the horizon, and payments of the past."""

from __future__ import annotations

from datetime import date, timedelta

from made import DAY, drawn, paths_of

from solvent.base.terms import Policy
from solvent.decisions.liquidity.stress.expansion import Phase, expansion
from solvent.decisions.liquidity.stress.what_if import PlannedFlow, planned

POLICY = Policy(DAY)


def test_a_start_past_the_horizon_is_not_called_safe():
    paths = paths_of({"receipts_open": [0.0] * 10}, opening=1000)
    unbearable = Phase("hall", paths.horizon.ends[6], 5000, gate=None)
    told = expansion(paths, [unbearable], 100, POLICY)
    assert not told.core_kept
    assert told.first_safe_on is None, "from the fourth week on it would only be out of sight"
    unseen = expansion(paths, [Phase("hall", paths.horizon.ends[-1] + timedelta(days=1), 5000)], 100, POLICY)
    assert unseen.first_safe_on is None
    assert unseen.phases["open_share"].to_list() == [None]


def test_a_later_phase_that_was_never_seen_does_not_stop_the_search():
    paths = paths_of({"receipts_open": [0.0, 0, 0, 6000, 0, 0, 0, 0, 0, 0]}, opening=1000)
    soon = Phase("one", paths.horizon.ends[0], 500, 700, paths.horizon.ends[0] + timedelta(days=7), 1, 0.0, None)
    far = Phase("two", paths.horizon.ends[-1] + timedelta(days=40), 500, gate=None)
    told = expansion(paths, [soon, far], 900, POLICY, reserve=0)
    assert not told.core_kept
    with_reserve = expansion(paths, [soon, far], 400, POLICY, reserve=500)
    assert with_reserve.first_safe_on == paths.horizon.ends[0]


def test_phases_are_laid_in_the_order_of_their_days():
    paths = paths_of({"receipts_open": [0.0] * 6}, opening=1000)
    ends = paths.horizon.ends
    first, second = Phase("first", ends[1], 700, gate=0), Phase("second", ends[3], 700, gate=0)
    forward = expansion(paths, [first, second], 100, POLICY)
    backward = expansion(paths, [second, first], 100, POLICY)
    assert forward.phases["open_share"].to_list() == [1.0, 0.0]
    assert backward.phases.equals(forward.phases)
    assert (backward.paths.balance == forward.paths.balance).all()


def test_a_plan_that_changes_nothing_may_be_begun():
    paths = drawn(50)
    assert expansion(paths, [Phase("a", DAY + timedelta(days=9), 0, gate=None)], 0, POLICY).core_kept


def test_monthly_payments_of_past_days_are_over_and_a_single_one_is_still_to_be_made():
    ahead = paths_of({"payroll": [0.0] * 8}).horizon  # from 2 November on, weeks
    told = planned([PlannedFlow(date(2026, 8, 20), -10, months=12)], ahead)
    assert told.tolist() == [0, 0, -10, 0, 0, 0, -10, 0]
    assert planned([PlannedFlow(date(2026, 8, 20), -10)], ahead).tolist() == [-10, 0, 0, 0, 0, 0, 0, 0]
    on_the_day = planned([PlannedFlow(DAY, -10, months=2)], ahead)
    assert on_the_day.tolist() == [0, 0, 0, 0, -10, 0, 0, 0]
