"""Idle funds: current assets are so much more than what is soon due that some lie idle (REQUIREMENTS EW-06)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.company import newest_ratio
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View
from solvent.measures.company.statements import Statements


@dataclass(frozen=True)
class IdleFunds(Terms, key="warnings.idle_funds"):
    """Where the lines lie; how long a statement is believed stands with our statements."""

    yellow: float = term(2.0, unit="current ratio, strictly over it", source="REQUIREMENTS EW-06")


def read(view: View, terms: IdleFunds) -> pl.DataFrame | None:
    """Current assets over current liabilities at our newest statement."""
    believed = view.policy.terms(Statements)
    return newest_ratio(
        view.books, view.ratios, "current_ratio", ("cash", "current_assets", "current_liabilities"), believed
    )


RULE = Rule(
    about="company",
    layer="base",
    crossed="over",
    unit="times",
    owner="cfo",
    terms=IdleFunds,
    lines=lambda terms: Lines(terms.yellow),
    read=read,
)
