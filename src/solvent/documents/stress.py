"""Stress: stress tests, reverse stress, what-ifs and the crisis plan as plain values for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solvent.decisions.liquidity.stress.answers import Answers
from solvent.decisions.liquidity.stress.crisis import CrisisPlan
from solvent.decisions.liquidity.stress.expansion import Expansion
from solvent.decisions.liquidity.stress.reverse import Broken
from solvent.decisions.liquidity.stress.stress import Stressed
from solvent.decisions.liquidity.stress.what_if import Difference
from solvent.documents.values import amount, rows

Json = Any


def answers_figures(told: Answers, currency: str) -> dict[str, Json]:
    """The few figures that two sets of paths are compared by."""
    return {
        "lowest_median": amount(told.lowest, currency),
        "lowest_on": told.lowest_on.isoformat(),
        "chance_under_floor": told.chance,
        "gap_on": None if told.gap_on is None else told.gap_on.isoformat(),
        "gap": amount(told.gap, currency),
        "deepest_one_of_twenty": amount(told.deep, currency),
        "end_median": amount(told.end, currency),
    }


def stress_figures(told: Stressed, currency: str) -> dict[str, Json]:
    """A stress test with what it was made of."""
    return {
        "as_of": told.as_of.isoformat(),
        "currency": currency,
        "seed": told.seed,
        "paths": told.paths,
        "floor": amount(round(told.line), currency),
        "next_on": told.next_on.isoformat(),
        "base": answers_figures(told.base, currency),
        "scenarios": rows(told.rows, currency),
    }


def reverse_figures(broken: Sequence[Broken], currency: str) -> list[dict[str, Json]]:
    """The smallest shocks, nearest first."""
    return [
        {
            "direction": list(one.direction),
            "loses_largest": one.loses_largest,
            "distance": None if one.length is None else one.distance,
            "sizes": dict(one.sizes),
            "there": None if one.told is None else answers_figures(one.told, currency),
        }
        for one in broken
    ]


def crisis_figures(plan: CrisisPlan, currency: str) -> dict[str, Json]:
    """The crisis plan."""
    return {
        "day": plan.day.isoformat(),
        "need": amount(plan.need, currency),
        "left_open": amount(plan.open, currency),
        "steps": rows(plan.rows, currency),
    }


def difference_figures(told: Difference, currency: str) -> dict[str, Json]:
    """A what-if, before and after."""
    return {
        "before": answers_figures(told.before, currency),
        "after": answers_figures(told.after, currency),
        "weeks": rows(told.weeks, currency),
    }


def expansion_figures(told: Expansion, currency: str) -> dict[str, Json]:
    """An expansion plan laid over the paths."""
    return {
        "before": answers_figures(told.before, currency),
        "after": answers_figures(told.after, currency),
        "phases": rows(told.phases, currency),
        "operating_cash_used_share": told.eaten_share,
        "operating_cash_used": amount(told.eaten, currency),
        "core_cash_kept": told.core_kept,
        "first_safe_on": None if told.first_safe_on is None else told.first_safe_on.isoformat(),
    }
