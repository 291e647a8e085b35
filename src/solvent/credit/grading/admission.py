"""Admission: how many days it takes from a request for credit to its decision, against the time before (GO-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import Figure


@dataclass(frozen=True)
class Admission(Terms, key="credit.grading.admission"):
    """What admission days are held against."""

    recent_days: int = term(365, unit="days of decisions", source="own choice: one year")
    target_change: float = term(-0.4, unit="change against the time before", least=None, source="REQUIREMENTS GO-06")
    reference_days: float = term(
        0.0, unit="days it took before; 0: as the books' own earlier decisions", source="own choice"
    )


DEFAULTS = Admission()


def admission_days(books: Books, terms: Admission = DEFAULTS) -> Figure:
    """Mean days from request to decision, of the requests decided within the last ``recent_days``.

    Inputs: decided (how many), median_days, admitted, refused, open (requests without a decision), oldest_open_days,
    before_days (mean of what was decided before, or the policy's reference; None where neither is known), change (over
    it), target_change, reached (1 or 0; None where it cannot be said). A request that was withdrawn counts nowhere.
    """
    since = books.as_of - timedelta(days=terms.recent_days)
    asked = books.table("admissions").filter(pl.col("decision").is_null() | (pl.col("decision") != "withdrawn"))
    known = pl.col("decided_on") <= books.as_of
    days = (pl.col("decided_on") - pl.col("asked_on")).dt.total_days()
    recent, before = known & (pl.col("decided_on") > since), known & (pl.col("decided_on") <= since)
    waits = (pl.lit(books.as_of) - pl.col("asked_on")).dt.total_days().filter(~known.fill_null(False))
    row = (
        asked.select(
            days.filter(recent).mean().alias("mean"),
            days.filter(recent).median().alias("median_days"),
            recent.sum().alias("decided"),
            (recent & (pl.col("decision") == "admitted")).sum().alias("admitted"),
            (recent & (pl.col("decision") == "refused")).sum().alias("refused"),
            days.filter(before).mean().alias("before_days"),
            waits.len().alias("open"),
            waits.max().alias("oldest_open_days"),
        )
        .collect()
        .row(0, named=True)
    )
    mean = row.pop("mean")
    earlier = terms.reference_days or row["before_days"]
    change = None if mean is None or not earlier else mean / earlier - 1.0
    reached = None if change is None else int(change <= terms.target_change)
    inputs: dict[str, Fact] = {
        **row, "before_days": earlier, "change": change, "target_change": terms.target_change, "reached": reached
    }  # fmt: skip
    if mean is None:
        return Figure(
            None, "admission_days", inputs, Problem("credit.grading.no_admissions", "", {"open": row["open"]})
        )
    return Figure(float(mean), "admission_days", inputs)
