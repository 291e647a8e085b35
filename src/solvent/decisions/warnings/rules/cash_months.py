"""Cash months: cash is too little for what goes out in a month (REQUIREMENTS EW-04, FORMULAS 4.6.2)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.company import balance_keys
from solvent.decisions.warnings.evidence.rows import own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class CashMonths(Terms, key="warnings.cash_months"):
    """Where the lines lie; which months spend is the mean of stands with the measure."""

    orange: float = term(1.5, unit="months of spend, strictly under it", most=1_200, source="REQUIREMENTS EW-04")
    red: float = term(
        0.5, unit="months of spend, strictly under it", most=1_200, source="own choice: two weeks are left"
    )


def read(view: View, terms: CashMonths) -> pl.DataFrame | None:
    """Cash on all accounts, less what is set apart for expansion, over mean monthly spend."""
    if view.cash is None or not view.monthly_spend:
        return None
    cash = view.cash - view.cash_lines.ring_fenced
    months = cash / view.monthly_spend
    return own(months, balance_keys(view.books), months=months, cash_amount=cash, spend_amount=view.monthly_spend)


RULE = Rule(
    about="company",
    layer="base",
    crossed="under",
    unit="months",
    owner="treasury",
    terms=CashMonths,
    lines=lambda terms: Lines(orange=terms.orange, red=terms.red),
    read=read,
)
