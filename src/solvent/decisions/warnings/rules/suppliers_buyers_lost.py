"""Suppliers or buyers lost: a customer's own trade breaks off, up or down the stream (REQUIREMENTS EW-03)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.happened import events, everybody
from solvent.decisions.warnings.evidence.rows import keys, reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class SuppliersBuyersLost(Terms, key="warnings.suppliers_buyers_lost"):
    """For how long a loss is news, and where the lines lie."""

    days: int = term(180, unit="days within which a loss is news", source="own choice: half a year")
    yellow: float = term(1.0, unit="suppliers and buyers lost, from it", source="own choice: the first")
    orange: float = term(2.0, unit="suppliers and buyers lost, from it", source="own choice: no single case any more")


def read(view: View, terms: SuppliersBuyersLost) -> pl.DataFrame | None:
    """How many suppliers and buyers of its own each customer lost in the last days."""
    books = view.books
    if not books.has("events"):
        return None
    lost = events(books, terms.days).filter(pl.col("kind").is_in(["supplier_lost", "buyer_lost"]))
    supplier = pl.col("kind") == "supplier_lost"
    one = lost.group_by("customer_id").agg(
        supplier.sum().cast(pl.Int64).alias("suppliers"),
        (~supplier).sum().cast(pl.Int64).alias("buyers"),
        keys(by=pl.col("happened_on")).alias("evidence"),
    )
    every = everybody(books).join(one, on="customer_id", how="left")
    every = every.join(view.owed.lazy().drop("evidence"), on="customer_id", how="left")
    counts = [pl.col(name).fill_null(0) for name in ("suppliers", "buyers", "open_amount")]
    return reading(every, "customer_id", counts[0] + counts[1], *counts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="times",
    owner="credit",
    terms=SuppliersBuyersLost,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit",),
)
