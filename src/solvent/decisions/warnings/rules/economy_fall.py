"""Economy fall: an index of the whole economy stands under neutral and falls (REQUIREMENTS EW-03, CR-12)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.segments import index_fall
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class EconomyFall(Terms, key="warnings.economy_fall"):
    """What falling means, and where the lines lie."""

    readings: int = term(
        3, unit="readings before, falling when lower than each of them", source="own choice: a quarter of months"
    )
    yellow: float = term(
        0.0, unit="share under neutral while it falls, strictly over it", most=10, source="REQUIREMENTS CR-12"
    )
    orange: float = term(
        0.05, unit="share under neutral while it falls, strictly over it", most=10, source="own choice"
    )


def read(view: View, terms: EconomyFall) -> pl.DataFrame | None:
    """How far the lowest index of the whole economy is under neutral, 0 where none falls."""
    return index_fall(view.books, view.open_items, None, terms.readings)


RULE = Rule(
    about="company",
    layer="top",
    crossed="over",
    unit="share",
    owner="credit",
    terms=EconomyFall,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
