"""Ability: can the customer pay? Statements, size and age, the register, and what lies around it."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term
from solvent.credit.grading.factors.factor import Factor, Shape, factors_of

_USUAL = "own choice: usual bands of trade credit analysis"
_WEIGHT = "own choice: statements weigh about 60 of 100, the register 20, surroundings and opinions 20"


@dataclass(frozen=True)
class AbilityPoints(Terms, key="credit.grading.ability"):
    """The printed points of ability: lines between bins, and the points of each bin."""

    equity_share_edges: tuple[float, ...] = term(
        (0.0, 0.1, 0.2, 0.35), unit="share of total assets", most=1, rising=True, source=_USUAL
    )
    equity_share_points: tuple[float, ...] = term((0.0, 3.0, 6.0, 9.0, 12.0), unit="points", source=_WEIGHT)
    current_ratio_edges: tuple[float, ...] = term(
        (0.8, 1.0, 1.5), unit="times", rising=True, source="REQUIREMENTS EW-06: alarm under 1, healthy from 1.5"
    )
    current_ratio_points: tuple[float, ...] = term((0.0, 2.0, 5.0, 8.0), unit="points", source=_WEIGHT)
    quick_ratio_edges: tuple[float, ...] = term(
        (0.5, 0.8, 1.0), unit="times", rising=True, source="REQUIREMENTS EW-01: alarm at .8"
    )
    quick_ratio_points: tuple[float, ...] = term((0.0, 2.0, 4.0, 6.0), unit="points", source=_WEIGHT)
    net_margin_edges: tuple[float, ...] = term(
        (0.0, 0.01, 0.03), unit="share of sales", most=1, rising=True, source=_USUAL
    )
    net_margin_points: tuple[float, ...] = term((0.0, 3.0, 5.0, 8.0), unit="points", source=_WEIGHT)
    altman_z_edges: tuple[float, ...] = term(
        (0.0, 1.1, 2.6), unit='Z"', rising=True, source="FORMULAS 4.7.1: its zones"
    )
    altman_z_points: tuple[float, ...] = term((0.0, 4.0, 8.0, 12.0), unit="points", source=_WEIGHT)
    altman_change_edges: tuple[float, ...] = term(
        (-1.0, -0.3), unit='Z" over a year', least=None, rising=True, source="own choice"
    )
    altman_change_points: tuple[float, ...] = term((0.0, 3.0, 6.0), unit="points", source=_WEIGHT)
    sales_growth_edges: tuple[float, ...] = term(
        (-0.2, -0.05), unit="share over a year before", least=None, most=10, rising=True, source=_USUAL
    )
    sales_growth_points: tuple[float, ...] = term((0.0, 3.0, 6.0), unit="points", source=_WEIGHT)
    age_years_edges: tuple[float, ...] = term(
        (1.0, 3.0, 8.0), unit="years since founded", most=100, rising=True, source=_USUAL
    )
    age_years_points: tuple[float, ...] = term((0.0, 2.0, 4.0, 6.0), unit="points", source=_WEIGHT)
    employees_edges: tuple[float, ...] = term(
        (5.0, 20.0, 100.0), unit="people", rising=True, source="own choice: sizes of firms"
    )
    employees_points: tuple[float, ...] = term((0.0, 1.0, 2.0, 3.0), unit="points", source=_WEIGHT)
    capital_times_edges: tuple[float, ...] = term(
        (0.2, 0.5, 2.0),
        unit="capital / what it buys of us in a year",
        rising=True,
        source="own choice: whatever the currency",
    )
    capital_times_points: tuple[float, ...] = term((0.0, 2.0, 3.0, 5.0), unit="points", source=_WEIGHT)
    adverse_events_edges: tuple[float, ...] = term(
        (0.0, 1.0, 3.0), unit="sum of severities", rising=True, source="own choice: one to note, one grave, more"
    )
    adverse_events_points: tuple[float, ...] = term((8.0, 5.0, 2.0, 0.0), unit="points", source=_WEIGHT)
    management_changes_edges: tuple[float, ...] = term(
        (0.0, 1.0, 2.0), unit="changes in the span", rising=True, source="CAPABILITIES row 15; lines: own choice"
    )
    management_changes_points: tuple[float, ...] = term((4.0, 3.0, 1.0, 0.0), unit="points", source=_WEIGHT)
    chain_losses_edges: tuple[float, ...] = term(
        (0.0, 1.0), unit="suppliers and buyers lost", rising=True, source="own choice"
    )
    chain_losses_points: tuple[float, ...] = term((3.0, 1.0, 0.0), unit="points", source=_WEIGHT)
    agency_chance_edges: tuple[float, ...] = term(
        (0.005, 0.02, 0.05),
        unit="chance to fail in a year",
        most=1,
        rising=True,
        source="own choice: bands of the grades",
    )
    agency_chance_points: tuple[float, ...] = term((5.0, 4.0, 2.0, 0.0), unit="points", source=_WEIGHT)
    insurer_decision_edges: tuple[float, ...] = term(
        (1.0, 2.0), unit="0 refused or withdrawn, 1 reduced, 2 granted", rising=True, source="REQUIREMENTS RD-06"
    )
    insurer_decision_points: tuple[float, ...] = term((0.0, 2.0, 4.0), unit="points", source=_WEIGHT)
    country_level_edges: tuple[float, ...] = term(
        (2.0, 3.0, 4.0), unit="level, 1 safest", rising=True, source="REQUIREMENTS CR-12"
    )
    country_level_points: tuple[float, ...] = term((2.0, 1.5, 0.5, 0.0), unit="points", source=_WEIGHT)
    industry_level_edges: tuple[float, ...] = term(
        (2.0, 3.0, 4.0), unit="level, 1 safest", rising=True, source="REQUIREMENTS CR-12"
    )
    industry_level_points: tuple[float, ...] = term((2.0, 1.5, 0.5, 0.0), unit="points", source=_WEIGHT)


DEFAULTS = AbilityPoints()
SHAPES: tuple[Shape, ...] = (
    Shape("equity_share", "statements", "more", "share", True),
    Shape("current_ratio", "statements", "more", "times", True),
    Shape("quick_ratio", "statements", "more", "times", True),
    Shape("net_margin", "statements", "more", "share", True),
    Shape("altman_z", "statements", "more", "points", True),
    Shape("altman_change", "statements", "more", "points"),
    Shape("sales_growth", "statements", "more", "share"),
    Shape("age_years", "registry", "more", "years"),
    Shape("employees", "registry", "more", "count"),
    Shape("capital_times", "registry", "more", "times", True),
    Shape("adverse_events", "registry", "less", "points"),
    Shape("management_changes", "management", "less", "count"),
    Shape("chain_losses", "supply_chain", "less", "count"),
    Shape("agency_chance", "credit_report", "less", "share"),
    Shape("insurer_decision", "credit_report", "more", "level"),
    Shape("country_level", "surroundings", "less", "level"),
    Shape("industry_level", "surroundings", "less", "level"),
)


def ability(terms: AbilityPoints = DEFAULTS) -> tuple[Factor, ...]:
    """The factors of ability; their best bins add up to 100 points as long as the policy leaves them alone.

    >>> sum(factor.best for factor in ability())
    100.0
    """
    return factors_of("ability", SHAPES, terms)
