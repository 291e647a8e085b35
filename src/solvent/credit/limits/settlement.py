"""Settlement: how a customer had better pay, by the risk of its country and its grade (REQUIREMENTS TR-03)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books

METHODS = (
    "open_account",
    "documentary_collection",
    "letter_of_credit",
    "confirmed_letter_of_credit",
    "cash_in_advance",
)
"""From the least safe for the seller to the safest."""


@dataclass(frozen=True)
class Settling(Terms, key="credit.limits.settlement"):
    """Up to which country level which method will do; one grade D is one method safer, E pays in advance."""

    open_account: int = term(2, unit="country level, 1 to 5, up to which", source="own choice: low-risk countries")
    documentary_collection: int = term(
        3, unit="country level, 1 to 5, up to which", source="own choice: a middling one"
    )
    letter_of_credit: int = term(4, unit="country level, 1 to 5, up to which", source="own choice: a high one")


DEFAULTS = Settling()


def settlement(books: Books, graded: pl.DataFrame, terms: Settling = DEFAULTS) -> pl.DataFrame:
    """What to ask of each graded customer.

    Args:
        graded: ``credit.grading.grade.Grades.table``.

    Returns: customer_id, country, country_level (Int64), settlement (one of METHODS; empty where no level of its
    country is known, unless its grade alone asks for cash in advance).
    """
    newest = (
        books.table("risk_levels")
        .filter(pl.col("kind") == "country")
        .sort("told_on")
        .unique("code", keep="last", maintain_order=True)
        .select(pl.col("code").alias("country"), pl.col("level").alias("country_level"))
    )
    named = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    level = pl.col("country_level")
    step = (
        pl.when(level <= terms.open_account)
        .then(0)
        .when(level <= terms.documentary_collection)
        .then(1)
        .when(level <= terms.letter_of_credit)
        .then(2)
        .when(level.is_not_null())
        .then(3)
    )
    place = pl.when(pl.col("grade") == "E").then(4).otherwise(step + (pl.col("grade") == "D").cast(pl.Int32))
    names = dict(enumerate(METHODS))
    return (
        graded.lazy()
        .select("customer_id", "grade")
        .join(named.select("customer_id", "country"), on="customer_id", how="left", maintain_order="left")
        .join(newest, on="country", how="left", maintain_order="left")
        .select(
            "customer_id",
            "country",
            "country_level",
            place.replace_strict(names, default=None, return_dtype=pl.String).alias("settlement"),
        )
        .collect()
    )
