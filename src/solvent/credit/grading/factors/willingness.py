"""Willingness: does the customer pay? Our own record of it, what others say, and what courts say."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term
from solvent.credit.grading.factors.factor import Factor, Shape, factors_of

_WEIGHT = "own choice: our own record weighs 80 of 100, courts 10, what others say 10"


@dataclass(frozen=True)
class WillingnessPoints(Terms, key="credit.grading.willingness"):
    """The printed points of willingness: lines between bins, and the points of each bin."""

    payment_index_edges: tuple[float, ...] = term(
        (40.0, 50.0, 60.0, 70.0, 78.0),
        unit="index points",
        rising=True,
        source="FORMULAS 4.2.9: 60, 30, 22, 15 and 3 days late",
    )
    payment_index_points: tuple[float, ...] = term((0.0, 5.0, 9.0, 13.0, 18.0, 22.0), unit="points", source=_WEIGHT)
    recent_delay_days_edges: tuple[float, ...] = term(
        (3.0, 15.0, 30.0, 60.0),
        unit="days late",
        most=36_525,
        rising=True,
        source="REQUIREMENTS RD-02: 15 days; others: own choice",
    )
    recent_delay_days_points: tuple[float, ...] = term((14.0, 10.0, 5.0, 2.0, 0.0), unit="points", source=_WEIGHT)
    delay_rise_days_edges: tuple[float, ...] = term(
        (3.0, 10.0, 20.0),
        unit="days later than before",
        most=36_525,
        rising=True,
        source="own choice: a week is noise, three are not",
    )
    delay_rise_days_points: tuple[float, ...] = term((12.0, 8.0, 3.0, 0.0), unit="points", source=_WEIGHT)
    on_time_share_edges: tuple[float, ...] = term(
        (0.3, 0.5, 0.7, 0.9),
        unit="share of what fell due",
        most=1,
        rising=True,
        source="REQUIREMENTS RD-04; lines: own choice",
    )
    on_time_share_points: tuple[float, ...] = term((0.0, 2.0, 4.0, 7.0, 10.0), unit="points", source=_WEIGHT)
    default_share_edges: tuple[float, ...] = term(
        (0.0, 0.02, 0.1),
        unit="share of what fell due",
        most=1,
        rising=True,
        source="REQUIREMENTS RD-04; lines: own choice",
    )
    default_share_points: tuple[float, ...] = term((6.0, 4.0, 2.0, 0.0), unit="points", source=_WEIGHT)
    oldest_overdue_days_edges: tuple[float, ...] = term(
        (0.0, 15.0, 30.0, 60.0, 90.0),
        unit="days overdue",
        most=36_525,
        rising=True,
        source="REQUIREMENTS RD-02; lines: own choice",
    )
    oldest_overdue_days_points: tuple[float, ...] = term((10.0, 8.0, 6.0, 3.0, 1.0, 0.0), unit="points", source=_WEIGHT)
    broken_promises_edges: tuple[float, ...] = term(
        (0.0, 1.0, 2.0), unit="promises broken", rising=True, source="own choice"
    )
    broken_promises_points: tuple[float, ...] = term((3.0, 2.0, 1.0, 0.0), unit="points", source=_WEIGHT)
    known_years_edges: tuple[float, ...] = term(
        (0.5, 1.0, 3.0), unit="years of trade with us", most=100, rising=True, source="own choice"
    )
    known_years_points: tuple[float, ...] = term((0.0, 1.0, 2.0, 3.0), unit="points", source=_WEIGHT)
    reference_days_edges: tuple[float, ...] = term(
        (3.0, 15.0, 30.0),
        unit="days beyond terms elsewhere",
        most=36_525,
        rising=True,
        source="FORMULAS 4.2.9; lines: own choice",
    )
    reference_days_points: tuple[float, ...] = term((10.0, 7.0, 3.0, 0.0), unit="points", source=_WEIGHT)
    lawsuits_edges: tuple[float, ...] = term(
        (0.0, 1.0, 3.0), unit="sum of severities", rising=True, source="own choice: one to note, one grave, more"
    )
    lawsuits_points: tuple[float, ...] = term((10.0, 6.0, 2.0, 0.0), unit="points", source=_WEIGHT)


DEFAULTS = WillingnessPoints()
SHAPES: tuple[Shape, ...] = (
    Shape("payment_index", "payment", "more", "points", True),
    Shape("recent_delay_days", "payment", "less", "days", True),
    Shape("delay_rise_days", "payment", "less", "days", True),
    Shape("on_time_share", "payment", "more", "share", True),
    Shape("default_share", "payment", "less", "share"),
    Shape("oldest_overdue_days", "payment", "less", "days", True),
    Shape("broken_promises", "payment", "less", "count"),
    Shape("known_years", "payment", "more", "years"),
    Shape("reference_days", "reputation", "less", "days"),
    Shape("lawsuits", "litigation", "less", "points"),
)


def willingness(terms: WillingnessPoints = DEFAULTS) -> tuple[Factor, ...]:
    """The factors of willingness; their best bins add up to 100 points as long as the policy leaves them alone.

    >>> sum(factor.best for factor in willingness())
    100.0
    """
    return factors_of("willingness", SHAPES, terms)
