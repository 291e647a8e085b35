"""Terms of payment: days and deposit by grade and by the size of an order."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.credit.grading.chances import GRADES

SIZES = ("usual", "large", "very_large")
"""Classes of orders, by how many usual orders they are."""


@dataclass(frozen=True)
class PaymentTerms(Terms, key="credit.limits.terms"):
    """How long whom, and who pays what before delivery; five numbers are those of grades A to E."""

    days: tuple[int, ...] = term(
        (60, 45, 30, 15, 0), unit="days from invoice, by grade", source="REQUIREMENTS CR-04; days our own choice"
    )
    deposit_share: tuple[float, ...] = term(
        (0.0, 0.0, 0.0, 0.3, 1.0),
        unit="share of an order paid before, by grade",
        most=1,
        source="own choice: from D on",
    )
    large_times: float = term(2.0, unit="usual orders, large from it", source="own choice: clearly more than usual")
    very_large_times: float = term(5.0, unit="usual orders, very large from it", source="own choice")
    large_extra_days: int = term(7, unit="more days for a large order", source="REQUIREMENTS CR-08; days ours")
    very_large_extra_days: int = term(15, unit="more days for a very large order", source="REQUIREMENTS CR-08; ours")
    extra_to_grade: str = term(
        "B",
        unit="worst grade that gets more days for size",
        choices=("A", "B", "C", "D", "E"),
        source="own choice: sound ones",
    )
    large_deposit_share: float = term(
        0.2,
        unit="more deposit on a large order of the other grades",
        source="own choice: a larger risk",
    )
    longest_days: int = term(
        90, unit="days that no extra may pass", source="own choice: three months; FORMULAS 4.3.6 knows 60 by law"
    )


DEFAULTS = PaymentTerms()


def size_class(times: pl.Expr, terms: PaymentTerms = DEFAULTS) -> pl.Expr:
    """Which of SIZES an order is; ``times``: usual orders. Where no usual order is known, it is usual."""
    return (
        pl.when(times >= terms.very_large_times)
        .then(pl.lit("very_large"))
        .when(times >= terms.large_times)
        .then(pl.lit("large"))
        .otherwise(pl.lit("usual"))
    )


def grid(terms: PaymentTerms = DEFAULTS) -> pl.DataFrame:
    """The terms as a table for people: grade, size (one of SIZES), terms_days (Int64), deposit_share (Float64)."""
    extra = {"usual": 0, "large": terms.large_extra_days, "very_large": terms.very_large_extra_days}
    last = GRADES.index(terms.extra_to_grade) if terms.extra_to_grade in GRADES else -1
    rows = []
    for place, grade in enumerate(GRADES):
        days, share = at(terms.days, place), at(terms.deposit_share, place)
        for size in SIZES:
            longer = extra[size] if place <= last and days > 0 else 0
            more = terms.large_deposit_share if place > last and size != "usual" else 0.0
            allowed = max(min(int(days) + longer, terms.longest_days), 0)
            rows.append((grade, size, allowed, min(share + more, 1.0)))
    schema = {"grade": pl.String, "size": pl.String, "terms_days": pl.Int64, "deposit_share": pl.Float64}
    return pl.DataFrame(rows, schema, orient="row")


def payment_terms(rows: pl.DataFrame, terms: PaymentTerms = DEFAULTS) -> pl.DataFrame:
    """The rows with the terms of their order.

    Args:
        rows: ``grade`` (String), ``times`` (Float64: the order over the customer's usual one; empty: not known), and
            ``level_factor`` (Float64, 0 to 1: what country and industry leave of the days) where there is one.

    Returns: the rows with size, terms_days, deposit_share; days and deposit are empty where there is no grade.
    """
    told = rows.with_columns(size_class(pl.col("times"), terms).alias("size")).join(
        grid(terms), on=["grade", "size"], how="left", maintain_order="left"
    )
    if "level_factor" not in rows.columns:
        return told
    days = (pl.col("terms_days") * pl.col("level_factor").fill_null(1.0)).floor().cast(pl.Int64)
    return told.with_columns(days.alias("terms_days"))


def at(values: tuple[float, ...], place: int) -> float:
    """The value of a grade; a policy that names fewer than five means the last one for the rest.

    >>> at((60, 30), 0), at((60, 30), 4)
    (60, 30)
    """
    return values[min(place, len(values) - 1)]


def by_grade(values: tuple[float, ...], grade: str = "grade") -> pl.Expr:
    """The value of each row's grade; empty where there is none."""
    told = {name: float(at(values, place)) for place, name in enumerate(GRADES)}
    return pl.col(grade).replace_strict(told, default=None, return_dtype=pl.Float64)
