"""Order jump: a customer bought far more in the last full month than it does (REQUIREMENTS RD-03)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.money import digits
from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import first_days, purchases
from solvent.decisions.warnings.evidence.rows import keys, minor, reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class OrderJump(Terms, key="warnings.order_jump"):
    """What is usual, which jumps count, and where the lines lie."""

    base_months: int = term(6, unit="full months before, whose mean is usual", source="FORMULAS Appendix B")
    seasonal: bool = term(
        False, unit="yes: usual is the same month a year before", source="own choice: on where trade has seasons"
    )
    least_amount: float = term(
        0.0, unit="main units of the books' currency below which no month jumps", source="FORMULAS Appendix B"
    )
    spreads: float = term(
        3.0, unit="standard deviations of the months before, within which no month jumps; 0: the lines alone",
        source="own choice: months that swing by a tenth meet RD-03's line",
    )  # fmt: skip
    yellow: float = term(0.30, unit="share over usual, strictly over it", most=10, source="REQUIREMENTS RD-03")
    orange: float = term(1.00, unit="share over usual, strictly over it", most=10, source="own choice: twice as much")


def read(view: View, terms: OrderJump) -> pl.DataFrame | None:
    """Each customer known for the base months: purchases of the last full month over the usual, less one.

    A month within the customer's own swings, or under the least amount, is no jump: 0.
    """
    back = 12 if terms.seasonal else terms.base_months
    last = month_ends(view.as_of, 1)[0]
    first = month_ends(view.as_of, back + 1)[0].replace(day=1)
    rows = purchases(view.books, (view.as_of - first).days + 1)
    month = (last.year * 12 + last.month) - (
        pl.col("bought_on").dt.year().cast(pl.Int64) * 12 + pl.col("bought_on").dt.month().cast(pl.Int64)
    )
    now, base = month == 0, month == 12 if terms.seasonal else month.is_between(1, terms.base_months)
    spent = pl.col("worth")
    named = rows.filter(now).group_by("customer_id").agg(keys(by=spent).alias("evidence"))
    told = (
        rows.group_by("customer_id")
        .agg(
            spent.is_not_null().all().alias("rated"),
            minor(spent.filter(now).sum()).alias("month_amount"),
            minor(spent.filter(base).sum() / (1 if terms.seasonal else terms.base_months)).alias("usual_amount"),
        )
        .join(named, on="customer_id", how="left")
        .join(_spread(rows.with_columns(month.alias("month")), terms.base_months), on="customer_id", how="left")
        .with_columns(pl.col("spread").fill_null(0.0))
        .join(first_days(view.books), on="customer_id")
        .filter("rated", pl.col("first_on") < first.replace(day=2), pl.col("usual_amount") > 0)
    )
    rise = pl.col("month_amount") / pl.col("usual_amount") - 1
    small = pl.col("month_amount") < terms.least_amount * 10 ** digits(view.books.currency)
    swings = pl.col("month_amount") - pl.col("usual_amount") < terms.spreads * pl.col("spread")
    value = pl.when(small | swings).then(pl.min_horizontal(rise, 0.0)).otherwise(rise)
    facts = ("month_amount", "usual_amount", rise.alias("rise_share"), pl.lit(last).alias("month_on"))
    return reading(told, "customer_id", value, *facts)


def _spread(rows: pl.LazyFrame, months: int) -> pl.LazyFrame:
    """customer_id, spread: standard deviation of the full months before the last; one without purchases is 0."""
    monthly = rows.filter(pl.col("month").is_between(1, months)).group_by("customer_id", "month")
    worth = pl.col("worth")
    mean = worth.sum() / months
    square = ((worth**2).sum() / months - mean**2).clip(0)
    return monthly.agg(worth.sum()).group_by("customer_id").agg(square.sqrt().alias("spread"))


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="share",
    owner="sales",
    terms=OrderJump,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("ask_security",),
)
