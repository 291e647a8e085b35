"""Quick: a small firm judged in five minutes by six plain facts: age, capital, two ratios, a reference, our record.

Points are few and whole, so that a person can add them up. What is not known counts nothing; with too little known the
answer is never ``pass``; nor is it for a firm that pays late, us or another supplier, whatever else it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.credit.grading.factors.record import own_record
from solvent.credit.grading.factors.register import registered
from solvent.credit.grading.factors.reputation import others_say
from solvent.credit.grading.factors.statements import newest_ratios


@dataclass(frozen=True)
class Quick(Terms, key="credit.grading.quick"):
    """The lines of the quick screen: two points from the second line on, one from the first, none under it."""

    age_years: tuple[float, ...] = term((1.0, 3.0), unit="years since founded", source="CAPABILITIES row 12")
    capital_times: tuple[float, ...] = term((0.2, 1.0), unit="capital / a year's purchases", source="own choice")
    current_ratio: tuple[float, ...] = term((1.0, 1.5), unit="times", source="REQUIREMENTS EW-06")
    equity_share: tuple[float, ...] = term((0.1, 0.3), unit="share of total assets", most=1, source="own choice")
    reference_days: tuple[float, ...] = term(
        (15.0, 3.0), unit="days beyond terms, at most", source="REQUIREMENTS RD-02"
    )
    payment_index: tuple[float, ...] = term((70.0, 78.0), unit="index points", source="FORMULAS 4.2.9: 15 and 3 days")
    pass_share: float = term(
        0.65, unit="share of the points that could be had, pass from it on", most=1, source="own choice"
    )
    refuse_share: float = term(0.35, unit="share of the points, refuse strictly under it", most=1, source="own choice")
    least_known: int = term(3, unit="facts known, pass needs", source="own choice: half of them")


DEFAULTS = Quick()
FACTS = ("age_years", "capital_times", "current_ratio", "equity_share", "reference_days", "payment_index")
LESS_IS_BETTER = ("reference_days",)
MOST = 2


def quick_screen(books: Books, behaviour: pl.DataFrame, told: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The quick screen of every customer.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour``; told: ``credit.ratios.ratios``; both of the same books.

    Returns: as ``judged``, sorted by customer_id.
    """
    record = own_record(books, behaviour, policy).select("customer_id", "payment_index", "yearly_purchases")
    every = pl.concat([record.select("customer_id"), books.table("customers").select("customer_id")]).unique()
    for part in (record, registered(books), others_say(books), newest_ratios(books, told)):
        every = every.join(part, on="customer_id", how="left")
    times = pl.when(pl.col("yearly_purchases") > 0).then(pl.col("capital") / pl.col("yearly_purchases"))
    facts = every.with_columns(times.alias("capital_times")).sort("customer_id").collect()
    return judged(facts, policy.terms(Quick))


def judged(facts: pl.DataFrame, terms: Quick = DEFAULTS) -> pl.DataFrame:
    """Points and the answer.

    Args:
        facts: customer_id, the columns of FACTS (Float64; empty or absent: not known), and where there is one
            ``status`` of the register: any other than ``active`` is refused whatever the points.

    Returns:
        customer_id, the points of each fact as ``NAME_points`` (Int64, empty: not known), points, most (Int64: what
        could be had of what is known), known (Int64), answer (``pass``, ``look``, ``refuse``).

    >>> judged(pl.DataFrame({"customer_id": ["a"], "age_years": [3.0], "current_ratio": [1.0]})).row(0)[-4:]
    (3, 4, 2, 'look')
    """
    there = [name for name in FACTS if name in facts.columns]
    cells = [_points(name, getattr(terms, name)).alias(f"{name}_points") for name in there]
    none = [pl.lit(None, dtype=pl.Int64).alias(f"{name}_points") for name in FACTS if name not in there]
    points = [f"{name}_points" for name in FACTS]
    scored = facts.with_columns(*cells, *none).with_columns(
        pl.sum_horizontal(points).alias("points"),
        pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in points).alias("known"),
    )
    share = pl.col("points") / pl.col("most")
    gone = (pl.col("status") != "active").fill_null(False) if "status" in facts.columns else pl.lit(False)
    pays_late = (pl.col("payment_index_points") == 0) | (pl.col("reference_days_points") == 0)
    answer = (
        pl.when(gone)
        .then(pl.lit("refuse"))
        .when(pl.col("known") < terms.least_known)
        .then(pl.lit("look"))
        .when((share >= terms.pass_share) & ~pays_late.fill_null(False))
        .then(pl.lit("pass"))
        .when(share < terms.refuse_share)
        .then(pl.lit("refuse"))
        .otherwise(pl.lit("look"))
    )
    told = scored.with_columns((pl.col("known") * MOST).alias("most")).with_columns(answer.alias("answer"))
    return told.select("customer_id", *points, "points", "most", "known", "answer")


def _points(name: str, lines: Sequence[float]) -> pl.Expr:
    value = pl.col(name)
    reached = [(value <= line if name in LESS_IS_BETTER else value >= line).cast(pl.Int64) for line in lines]
    return pl.when(value.is_not_null()).then(pl.sum_horizontal(reached))
