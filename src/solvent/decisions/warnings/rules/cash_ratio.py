"""Cash ratio: cash is too little for what is soon due (REQUIREMENTS EW-06, FORMULAS 4.2.23)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.company import newest_ratio
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View
from solvent.measures.company.statements import Statements


@dataclass(frozen=True)
class CashRatio(Terms, key="warnings.cash_ratio"):
    """Where the lines lie; how long a statement is believed stands with our statements."""

    yellow: float = term(0.2, unit="cash ratio, strictly under it", source="own choice: a textbook's fifth")
    orange: float = term(0.1, unit="cash ratio, strictly under it", source="own choice: half of it")


def read(view: View, terms: CashRatio) -> pl.DataFrame | None:
    """Cash over current liabilities at our newest statement."""
    believed = view.policy.terms(Statements)
    return newest_ratio(view.books, view.ratios, "cash_ratio", ("cash", "current_liabilities"), believed)


RULE = Rule(
    about="company",
    layer="base",
    crossed="under",
    unit="times",
    owner="cfo",
    terms=CashRatio,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
