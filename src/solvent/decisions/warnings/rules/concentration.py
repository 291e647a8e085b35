"""Concentration: too much of sales hangs on one name (REQUIREMENTS EW-02, FORMULAS 4.2.17)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import keys, reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class Concentration(Terms, key="warnings.concentration"):
    """Where the lines lie; over which months sales are told stands with the measure."""

    orange: float = term(0.25, unit="share of sales, strictly over it", most=1, source="REQUIREMENTS EW-02")
    red: float = term(0.50, unit="share of sales, strictly over it", most=1, source="own choice: half of all trade")


def read(view: View, terms: Concentration) -> pl.DataFrame | None:
    """Each group of connected customers, or customer that stands alone: its share of the trailing year's sales."""
    books = view.books
    group = pl.coalesce("group_id", "customer_id")
    ours = books.table("customers").select("customer_id", "group_id").unique("customer_id")
    items = view.open_items.lazy().join(ours, on="customer_id", how="left").with_columns(group.alias("group_id"))
    rows = items.group_by("group_id").agg(keys(by=pl.col("worth")).alias("evidence"))
    told = view.concentration.shares.lazy().join(rows, on="group_id", how="left")
    names = pl.lit(view.concentration.effective_names, dtype=pl.Float64).alias("effective_names")
    facts = ("sales_share", "open_share", pl.col("sales").alias("sales_amount"), "customers", names)
    return reading(told, "group_id", pl.col("sales_share"), *facts)


RULE = Rule(
    about="group",
    layer="middle",
    crossed="over",
    unit="share",
    owner="sales",
    terms=Concentration,
    lines=lambda terms: Lines(orange=terms.orange, red=terms.red),
    read=read,
)
