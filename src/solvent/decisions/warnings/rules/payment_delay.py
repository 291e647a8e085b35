"""Payment delay: a customer pays later, on average, than a customer may (REQUIREMENTS RD-02)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import delays
from solvent.decisions.warnings.evidence.rows import reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class PaymentDelay(Terms, key="warnings.payment_delay"):
    """Over which days the average is told, and where the lines lie."""

    days: int = term(180, unit="days of payments", source="own choice: half a year holds enough of them")
    least_count: int = term(3, unit="payments and overdue items", source="own choice: fewer make no average")
    yellow: float = term(15.0, unit="days late on average, strictly over it", most=36_525, source="REQUIREMENTS RD-02")
    orange: float = term(30.0, unit="days late on average, strictly over it", most=36_525, source="own choice: a month")
    red: float = term(60.0, unit="days late on average, strictly over it", most=36_525, source="own choice: two months")


def read(view: View, terms: PaymentDelay) -> pl.DataFrame | None:
    """Each customer's average delay by amount (FORMULAS 4.2.7); what is overdue counts to today."""
    told = delays(view.books, view.open_items, terms.days, 0).filter(pl.col("recent_count") >= terms.least_count)
    facts = (pl.col("recent_delay_days").alias("delay_days"), pl.col("recent_count").alias("count"), "overdue_amount")
    return reading(told, "customer_id", pl.col("recent_delay_days"), *facts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="days",
    owner="collections",
    terms=PaymentDelay,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
    proposes=("collect_first", "stricter_terms"),
)
