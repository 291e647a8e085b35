"""Grade fall: a customer's grade is worse than it was a quarter ago (REQUIREMENTS RD-06)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.credit.grading.chances import GRADES
from solvent.decisions.warnings.evidence.items import delays
from solvent.decisions.warnings.evidence.rows import reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class GradeFall(Terms, key="warnings.grade_fall"):
    """With which day the grade is compared, and where the lines lie."""

    days: int = term(91, unit="days back", source="own choice: a quarter")
    least_points: float = term(
        5.0,
        unit="points lost, a lower grade with fewer is no fall",
        source="own choice: what lies on a line may cross it",
    )
    yellow: float = term(1.0, unit="grades lower, from it", source="REQUIREMENTS RD-06")
    orange: float = term(2.0, unit="grades lower, from it", source="own choice: two at once")


def read(view: View, terms: GradeFall) -> pl.DataFrame | None:
    """By how many grades each customer fell; 0 where it did not. Both days are graded by today's policy."""
    before = view.earlier(terms.days).grades.table
    place = {grade: step for step, grade in enumerate(GRADES)}
    columns = ("customer_id", "grade", "points")
    both = view.grades.table.select(columns).join(
        before.select("customer_id", pl.col("grade", "points").name.suffix("_before")), on="customer_id"
    )
    step = [
        pl.col(name).replace_strict(place, default=None, return_dtype=pl.Int64) for name in ("grade", "grade_before")
    ]
    lost = pl.col("points_before") - pl.col("points")
    fell = pl.when(lost >= terms.least_points).then((step[0] - step[1]).clip(0)).otherwise(0)
    rows = delays(view.books, view.open_items, terms.days, 0)
    told = (
        both.lazy()
        .with_columns(fell.alias("steps"), lost.alias("lost_points"))
        .join(view.owed.lazy().select("customer_id", "open_amount"), on="customer_id", how="left")
        .join(rows.select("customer_id", "evidence"), on="customer_id", how="left")
    )
    facts = ("grade", "grade_before", "lost_points", pl.col("open_amount").fill_null(0))
    return reading(told, "customer_id", pl.col("steps"), *facts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=GradeFall,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    past=False,
    proposes=("lower_limit", "stricter_terms"),
)
