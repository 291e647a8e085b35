"""Own lateness: we pay suppliers later than we used to (REQUIREMENTS CA-09, CAPABILITIES 112)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import MOST, key, own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View
from solvent.measures.company.payables import lateness_by_month


@dataclass(frozen=True)
class OwnLateness(Terms, key="warnings.own_lateness"):
    """Which months are set beside which, and where the lines lie."""

    recent_months: int = term(1, unit="full months", source="own choice: a squeeze shows at once")
    before_months: int = term(6, unit="full months before those", source="own choice: half a year")
    yellow: float = term(
        3.0, unit="days later than before, strictly over it", most=36_525, source="own choice: half a week"
    )
    orange: float = term(
        10.0, unit="days later than before, strictly over it", most=36_525, source="own choice: beyond a pay run"
    )


def read(view: View, terms: OwnLateness) -> pl.DataFrame | None:
    """Days past due at which we paid suppliers in the last full months, by amount, less those of the months before.

    While we pay early on average, nothing is late: 0.
    """
    books = view.books
    months = lateness_by_month(books, terms.recent_months + terms.before_months)
    spans = (months.tail(terms.recent_months), months.head(terms.before_months))
    means = [_mean(span) for span in spans]
    if means[0] is None or means[1] is None:
        return None
    end = months["month_end"][-1]
    since = months_before(end.replace(day=1), terms.recent_months - 1) - timedelta(days=1)
    late = (
        books.table("bill_payments")
        .filter((pl.col("paid_on") > since) & (pl.col("paid_on") <= end))
        .join(books.table("bills").select("bill_id", "due_on"), on="bill_id")
        .filter(pl.col("paid_on") > pl.col("due_on"))
        .sort((pl.col("paid_on") - pl.col("due_on")) * pl.col("amount"), "payment_id", descending=[True, False])
    )
    evidence = late.head(MOST).select(key("bill_payments", "payment_id").alias("key")).collect()["key"].to_list()
    rise = means[0] - means[1] if means[0] > 0 else min(0.0, means[0] - means[1])
    share = int(spans[0]["paid_late"].sum()) / int(spans[0]["paid"].sum())
    return own(rise, evidence, recent_delay_days=means[0], before_delay_days=means[1], late_share=share, month_on=end)


def _mean(span: pl.DataFrame) -> float | None:
    told = span.filter(pl.col("delay_days").is_not_null() & (pl.col("paid") > 0))
    if told.is_empty():
        return None
    return float((told["delay_days"] * told["paid"]).sum()) / float(told["paid"].sum())


RULE = Rule(
    about="company",
    layer="base",
    crossed="over",
    unit="days",
    owner="treasury",
    terms=OwnLateness,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
