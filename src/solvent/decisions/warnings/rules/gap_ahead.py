"""Gap ahead: cash may fall under its floor in a week to come (REQUIREMENTS CA-03, FORMULAS 4.6.5)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.liquidity.gap import Gaps, weekly
from solvent.decisions.warnings.evidence.rows import MOST, own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class GapAhead(Terms, key="warnings.gap_ahead"):
    """Where the lines lie."""

    yellow: float = term(0.05, unit="highest chance of a week, from it", source="own choice: half of a gap's")
    orange: float = term(0.10, unit="highest chance of a week, from it", source="FORMULAS 4.6.4, 4.6.5")
    red: float = term(0.50, unit="highest chance of a week, from it", source="own choice: more likely than not")


def read(view: View, terms: GapAhead) -> pl.DataFrame | None:
    """The highest chance of any week ahead of falling under the floor, on the simulated paths.

    The facts tell the first week whose chance reaches the orange line, or, where none does, that of the highest.
    """
    paths = None if view.snapshot is None else view.snapshot.paths
    line = view.cash_lines.line
    if paths is None or line is None or paths.opening is None:
        return None
    weeks = weekly(paths, line, view.policy.terms(Gaps))
    worst = weeks.sort("chance", "week", descending=[True, False]).row(0, named=True)
    reached = weeks.filter(pl.col("chance") >= terms.orange - 1e-12)
    first = reached.row(0, named=True) if reached.height else worst
    largest = view.open_items.lazy().sort("worth", "item_id", descending=[True, False], nulls_last=True).head(MOST)
    return own(
        worst["chance"],
        largest.select("key").collect()["key"].to_list(),
        week_on=first["week_end"],
        chance_share=first["chance"],
        expected_amount=first["expected"] or 0,
        deep_amount=first["deep"] or 0,
        worst_on=worst["week_end"],
        worst_share=worst["chance"],
    )


RULE = Rule(
    about="company",
    layer="base",
    crossed="from",
    unit="share",
    owner="treasury",
    terms=GapAhead,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
    past=False,
)
