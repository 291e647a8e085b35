"""Order volatility: a customer's months of buying swing more than before (REQUIREMENTS RD-03, FORMULAS 4.2.16)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import first_days, purchases
from solvent.decisions.warnings.evidence.rows import MOST, reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class OrderVolatility(Terms, key="warnings.order_volatility"):
    """Which months are set beside which, and where the lines lie."""

    months: int = term(12, unit="full months, and as many before", source="FORMULAS 4.2.16")
    yellow: float = term(
        0.60, unit="rise of the variation coefficient, strictly over it", source="own choice: beyond a season"
    )
    orange: float = term(
        1.00, unit="rise of the variation coefficient, strictly over it", source="own choice: a whole mean more"
    )


def read(view: View, terms: OrderVolatility) -> pl.DataFrame | None:
    """Standard deviation over mean of the last full months, less that of as many before, of customers known for all."""
    ends = month_ends(view.as_of, 2 * terms.months)
    last, first = ends[-1], ends[0].replace(day=1)
    month = (last.year * 12 + last.month) - (
        pl.col("bought_on").dt.year().cast(pl.Int64) * 12 + pl.col("bought_on").dt.month().cast(pl.Int64)
    )
    rows = purchases(view.books, (view.as_of - first).days + 1).with_columns(month.alias("month"))
    rows = rows.filter(pl.col("month").is_between(0, 2 * terms.months - 1))
    monthly = rows.group_by("customer_id", "month").agg(
        pl.when(pl.col("worth").is_not_null().all()).then(pl.col("worth").sum()),
        pl.len().cast(pl.Int64).alias("count"),
    )
    now, worth = pl.col("month") < terms.months, pl.col("worth")

    def swing(inside: pl.Expr) -> pl.Expr:
        # A month without purchases has no row and counts as nothing.
        mean = worth.filter(inside).sum() / terms.months
        square = (worth.filter(inside) ** 2).sum() / terms.months
        return pl.when((mean > 0) & worth.is_not_null().all()).then((square - mean**2).clip(0).sqrt() / mean)

    told = monthly.group_by("customer_id").agg(
        swing(now).alias("volatility"),
        swing(~now).alias("before"),
    )
    told = told.join(_largest(rows, monthly.filter(now)), on="customer_id", how="left")
    told = told.join(first_days(view.books), on="customer_id").filter(pl.col("first_on") < first.replace(day=2))
    return reading(told, "customer_id", pl.col("volatility") - pl.col("before"), "volatility", "before")


def _largest(rows: pl.LazyFrame, monthly: pl.LazyFrame) -> pl.LazyFrame:
    """customer_id, evidence: purchases of its largest months, month by month.

    Only months that can reach the list are looked into: before the others as many are named as are shown.
    """
    ordered = monthly.sort("customer_id", "worth", "month", descending=[False, True, False])
    before = (pl.col("count").cum_sum() - pl.col("count")).over("customer_id")
    place = pl.int_range(pl.len()).over("customer_id").alias("place")
    shown = ordered.with_columns(before.alias("before"), place).filter(pl.col("before") < MOST)
    found = rows.join(shown.select("customer_id", "month", "place"), on=["customer_id", "month"])
    order = (pl.col("place"), pl.col("worth"), pl.col("key"))
    named = pl.col("key").sort_by(*order, descending=[False, True, False], nulls_last=True).head(MOST)
    return found.group_by("customer_id").agg(named.alias("evidence"))


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="points",
    owner="sales",
    terms=OrderVolatility,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
