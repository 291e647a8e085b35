"""Balance rise: a customer owes far more than it usually does (REQUIREMENTS AR-07)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.money import digits
from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import usual_balances
from solvent.decisions.warnings.evidence.rows import reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class BalanceRise(Terms, key="warnings.balance_rise"):
    """What is usual, which balances count, and where the lines lie."""

    months: int = term(12, unit="month ends whose mean is usual", source="own choice: a year holds every season")
    least_months: int = term(6, unit="month ends since the first invoice", source="own choice: fewer make no habit")
    least_amount: float = term(
        0.0, unit="main units of the books' currency below which no balance is high", source="own choice: none yet"
    )
    yellow: float = term(
        1.5,
        unit="share over the usual balance, strictly over it",
        most=10,
        source="own choice: beyond what seasons make",
    )
    orange: float = term(
        3.0, unit="share over the usual balance, strictly over it", most=10, source="own choice: four times as much"
    )


def read(view: View, terms: BalanceRise) -> pl.DataFrame | None:
    """What each customer owes over the mean of its month ends, less one; net of money that no item took."""
    books = view.books
    usual = usual_balances(books, terms.months).filter(
        (pl.col("months") >= terms.least_months) & (pl.col("usual_amount") > 0)
    )
    told = usual.join(view.owed.lazy(), on="customer_id", how="left").with_columns(pl.col("open_amount").fill_null(0))
    rise = pl.col("open_amount") / pl.col("usual_amount") - 1
    small = pl.col("open_amount") < terms.least_amount * 10 ** digits(books.currency)
    value = pl.when(small).then(pl.min_horizontal(rise, 0.0)).otherwise(rise)
    facts = ("open_amount", "usual_amount", rise.alias("rise_share"), pl.col("overdue_amount").fill_null(0))
    return reading(told, "customer_id", value, *facts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="share",
    owner="credit",
    terms=BalanceRise,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("collect_first", "ask_security"),
)
