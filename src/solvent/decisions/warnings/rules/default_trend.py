"""Default trend: more of what a customer owes is not paid in the end (REQUIREMENTS RD-04)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.segments import default_rise
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View
from solvent.measures.timeliness import Timeliness


@dataclass(frozen=True)
class DefaultTrend(Terms, key="warnings.default_trend"):
    """How much must have fallen due, and where the lines lie; which months, and what a default is: with timeliness."""

    least_count: int = term(6, unit="items due in all the months", source="own choice: fewer make no rate")
    yellow: float = term(0.1, unit="rise of the default share, strictly over it", source="own choice")
    orange: float = term(0.25, unit="rise of the default share, strictly over it", source="own choice")


def read(view: View, terms: DefaultTrend) -> pl.DataFrame | None:
    """The default share of the newest months that can be judged, less that of as many before."""
    told, measured = view.timeliness["customer"], view.policy.terms(Timeliness)
    return default_rise(view.books, view.open_items, told, "customer", terms=measured, least_count=terms.least_count)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="share",
    owner="credit",
    terms=DefaultTrend,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit", "stricter_terms"),
)
