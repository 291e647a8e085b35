"""Inventory days: stock turns more slowly than it did (REQUIREMENTS EW-07, FORMULAS 4.2.18)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.company import days_rise
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class InventoryDays(Terms, key="warnings.inventory_days"):
    """Which periods the mean is of, and where the lines lie."""

    periods: int = term(4, unit="periods before, whose mean is usual", source="own choice: quarters of a year")
    yellow: float = term(
        0.3, unit="share over the mean, strictly over it", most=10, source="own choice: beyond what seasons make"
    )
    orange: float = term(
        0.6, unit="share over the mean, strictly over it", most=10, source="own choice: beyond what seasons make"
    )


def read(view: View, terms: InventoryDays) -> pl.DataFrame | None:
    """Days inventory of our newest statement over the mean of those before, less one."""
    return days_rise(view.books, "inventory", ("cogs",), terms.periods)


RULE = Rule(
    about="company",
    layer="base",
    crossed="over",
    unit="share",
    owner="cfo",
    terms=InventoryDays,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
