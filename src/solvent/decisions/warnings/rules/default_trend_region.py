"""Default trend by region: more of what a region owes is not paid in the end (REQUIREMENTS RD-04)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.segments import default_rise
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View
from solvent.measures.timeliness import Timeliness


@dataclass(frozen=True)
class DefaultTrendRegion(Terms, key="warnings.default_trend_region"):
    """How much must have fallen due, and where the lines lie; which months, and what a default is: with timeliness."""

    least_count: int = term(30, unit="items due in all the months", source="own choice: fewer make no rate")
    yellow: float = term(0.05, unit="rise of the default share, strictly over it", source="own choice")
    orange: float = term(0.10, unit="rise of the default share, strictly over it", source="own choice")


def read(view: View, terms: DefaultTrendRegion) -> pl.DataFrame | None:
    """The default share of the newest months that can be judged, less that of as many before."""
    told, measured = view.timeliness["region"], view.policy.terms(Timeliness)
    return default_rise(view.books, view.open_items, told, "region", terms=measured, least_count=terms.least_count)


RULE = Rule(
    about="region",
    layer="top",
    crossed="over",
    unit="share",
    owner="credit",
    terms=DefaultTrendRegion,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
