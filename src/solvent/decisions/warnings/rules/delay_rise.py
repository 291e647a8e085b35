"""Delay rise: a customer pays later than it used to (CAPABILITIES 43, REQUIREMENTS RD-02)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import delays
from solvent.decisions.warnings.evidence.rows import reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class DelayRise(Terms, key="warnings.delay_rise"):
    """Which days are set beside which, and where the lines lie."""

    recent_days: int = term(60, unit="days that count as recent", source="own choice: two months' runs of payment")
    before_days: int = term(365, unit="days before those", source="own choice: a year holds every season")
    least_recent: int = term(3, unit="recent payments and overdue items", source="own choice: fewer make no average")
    least_before: int = term(5, unit="payments before", source="own choice: fewer make no habit")
    yellow: float = term(
        15.0, unit="days later than before, strictly over it", most=36_525, source="REQUIREMENTS RD-02"
    )
    orange: float = term(
        30.0, unit="days later than before, strictly over it", most=36_525, source="own choice: a month"
    )
    red: float = term(
        60.0, unit="days later than before, strictly over it", most=36_525, source="own choice: two months"
    )


def read(view: View, terms: DelayRise) -> pl.DataFrame | None:
    """Each customer's average delay of recent days less that of the year before, by amount."""
    told = delays(view.books, view.open_items, terms.recent_days, terms.before_days).filter(
        (pl.col("recent_count") >= terms.least_recent) & (pl.col("before_count") >= terms.least_before)
    )
    rise = pl.col("recent_delay_days") - pl.col("before_delay_days")
    facts = ("recent_delay_days", "before_delay_days", rise.alias("rise_days"), "overdue_amount")
    return reading(told, "customer_id", rise, *facts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="days",
    owner="credit",
    terms=DelayRise,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
    proposes=("lower_limit", "collect_first"),
)
