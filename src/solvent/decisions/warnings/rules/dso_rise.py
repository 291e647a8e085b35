"""DSO rise: receivables days stand too far above their own mean (REQUIREMENTS EW-01, EW-04; FORMULAS 4.2.25)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import MOST, own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class DsoRise(Terms, key="warnings.dso_rise"):
    """Which variant of DSO is watched, and where the lines lie; the months of the mean are DSO's own terms."""

    variant: str = term(
        "countback",
        unit="variant of DSO: simple, best_possible, delinquent, average, countback",
        choices=("simple", "best_possible", "delinquent", "average", "countback"),
        source="FORMULAS Appendix B",
    )
    yellow: float = term(0.20, unit="share over the mean, strictly over it", most=10, source="REQUIREMENTS EW-04")
    orange: float = term(0.30, unit="share over the mean, strictly over it", most=10, source="REQUIREMENTS EW-01")


def read(view: View, terms: DsoRise) -> pl.DataFrame | None:
    """DSO of the last full month over the mean of the months before, less one; the month itself is not in the mean."""
    name = f"{terms.variant}_days"
    # A list of open items alone shows no sale that was paid: receivables days of it would be far too many.
    if not view.books.has("receipts") or view.dso_history.is_empty() or f"{name}_rise" not in view.dso_history.columns:
        return None
    last = view.dso_history.row(-1, named=True)
    late = view.open_items.lazy().filter(pl.col("late_days") > 0)
    largest = late.sort("worth", "item_id", descending=[True, False], nulls_last=True).head(MOST).select("key")
    return own(
        last[f"{name}_rise"],
        largest.collect()["key"].to_list(),
        dso_days=last[name],
        mean_days=last[f"{name}_mean"],
        rise_share=last[f"{name}_rise"],
        month_on=last["month_end"],
    )


RULE = Rule(
    about="company",
    layer="base",
    crossed="over",
    unit="share",
    owner="collections",
    terms=DsoRise,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
