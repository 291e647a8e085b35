"""Quick ratio: too low at quarter ends running (REQUIREMENTS EW-01, FORMULAS 4.2.21)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.company import statement_keys
from solvent.decisions.warnings.evidence.rows import own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class QuickRatio(Terms, key="warnings.quick_ratio"):
    """How many quarters, and where the line lies."""

    quarters: int = term(2, unit="quarter ends running", source="REQUIREMENTS EW-01")
    orange: float = term(0.8, unit="quick ratio, strictly under it at each of them", source="REQUIREMENTS EW-01")


def read(view: View, terms: QuickRatio) -> pl.DataFrame | None:
    """The highest quick ratio of the last quarter ends: it is under the line when each of them is.

    Nothing where a quarter of them has no statement.
    """
    day = pl.col("period_end")
    ends = view.ratios.filter((day == day.dt.month_end()) & (day.dt.month() % 3 == 0)).tail(terms.quarters)
    if ends.height < terms.quarters or ends["quick_ratio"].null_count():
        return None
    first, last = ends["period_end"][0], ends["period_end"][-1]
    if (last.year - first.year) * 12 + last.month - first.month != 3 * (terms.quarters - 1):
        return None
    lines = ("current_assets", "inventory", "prepayments", "current_liabilities")
    return own(
        ends.select(pl.col("quick_ratio").max()).item(),
        statement_keys(view.books, ends["period_end"].to_list(), lines),
        quarters=terms.quarters,
        first_on=first,
        last_on=last,
        first_times=ends["quick_ratio"][0],
        last_times=ends["quick_ratio"][-1],
    )


RULE = Rule(
    about="company",
    layer="base",
    crossed="under",
    unit="times",
    owner="cfo",
    terms=QuickRatio,
    lines=lambda terms: Lines(orange=terms.orange),
    read=read,
)
