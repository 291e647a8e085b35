"""Current ratio: current assets are too few for what is soon due (REQUIREMENTS EW-06, FORMULAS 4.2.22)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.company import newest_ratio
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View
from solvent.measures.company.statements import Statements


@dataclass(frozen=True)
class CurrentRatio(Terms, key="warnings.current_ratio"):
    """Where the lines lie; how long a statement is believed stands with our statements."""

    yellow: float = term(1.5, unit="current ratio, strictly under it", source="REQUIREMENTS EW-06")
    orange: float = term(1.0, unit="current ratio, strictly under it", source="REQUIREMENTS EW-06")


def read(view: View, terms: CurrentRatio) -> pl.DataFrame | None:
    """Current assets over current liabilities at our newest statement."""
    believed = view.policy.terms(Statements)
    return newest_ratio(view.books, view.ratios, "current_ratio", ("current_assets", "current_liabilities"), believed)


RULE = Rule(
    about="company",
    layer="base",
    crossed="under",
    unit="times",
    owner="cfo",
    terms=CurrentRatio,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
