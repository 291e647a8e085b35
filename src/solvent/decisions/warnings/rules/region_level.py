"""Region level: a region in which we have customers became riskier (REQUIREMENTS EW-03, CR-12)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.segments import level_rise
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class RegionLevel(Terms, key="warnings.region_level"):
    """Within which days a change is news, and where the lines lie."""

    days: int = term(90, unit="days within which a change is news", source="own choice: a quarter's review")
    yellow: float = term(
        0.5, unit="levels riskier, half for an outlook that turned worse, from it", source="own choice: any worsening"
    )
    orange: float = term(1.0, unit="levels riskier, from it", source="own choice: a whole level")
    red: float = term(2.0, unit="levels riskier, from it", source="own choice: two levels at once")


def read(view: View, terms: RegionLevel) -> pl.DataFrame | None:
    """By how many levels each region in which we have customers became riskier."""
    return level_rise(view.books, view.open_items, "region", terms.days)


RULE = Rule(
    about="region",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=RegionLevel,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
)
