"""Timeliness: of what falls due, a customer pays less on time than it used to (REQUIREMENTS RD-04)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import delays
from solvent.decisions.warnings.evidence.rows import reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class Timeliness(Terms, key="warnings.timeliness"):
    """Which months are set beside which, and where the lines lie."""

    recent_months: int = term(3, unit="full months of due dates", source="own choice: a quarter")
    before_months: int = term(12, unit="full months before those", source="own choice: a year holds every season")
    least_count: int = term(6, unit="items due in either span", source="own choice: fewer make no share")
    yellow: float = term(0.40, unit="fall of the on-time share, strictly over it", source="own choice: two in five")
    orange: float = term(0.60, unit="fall of the on-time share, strictly over it", source="own choice: three in five")


def read(view: View, terms: Timeliness) -> pl.DataFrame | None:
    """The on-time share of the months before, less that of the last full months, by amount (FORMULAS 4.2.15)."""
    months = view.timeliness["customer"].lazy().filter(pl.col("on_time_amount").is_not_null())
    ends = months.select(pl.col("month_end").unique().sort(descending=True)).collect()["month_end"].to_list()
    spans = {
        "now": ends[: terms.recent_months],
        "before": ends[terms.recent_months : terms.recent_months + terms.before_months],
    }
    if len(spans["before"]) < terms.before_months:
        return None
    cells = []
    for name, span in spans.items():
        inside = pl.col("month_end").is_in(span)
        due = pl.col("due_amount").filter(inside).sum()
        share = pl.when(due > 0).then(pl.col("on_time_amount").filter(inside).sum() / due)
        cells += [share.alias(f"{name}_share"), pl.col("due_count").filter(inside).sum().alias(f"{name}_count")]
    rows = delays(view.books, view.open_items, 31 * terms.recent_months, 0).select("customer_id", "evidence")
    told = (
        months.group_by("customer_id")
        .agg(cells)
        .filter(pl.min_horizontal("now_count", "before_count") >= terms.least_count)
        .join(rows, on="customer_id", how="left")
    )
    return reading(told, "customer_id", pl.col("before_share") - pl.col("now_share"), "now_share", "before_share")


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="share",
    owner="collections",
    terms=Timeliness,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("collect_first", "stricter_terms"),
)
