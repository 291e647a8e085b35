"""Slow stock: too much of the stock has not moved for too long (REQUIREMENTS WC-01)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import MOST, own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View
from solvent.measures.company.stock import Stock, newest_count, slow_movers, slow_share


@dataclass(frozen=True)
class SlowStock(Terms, key="warnings.slow_stock"):
    """Where the lines lie; after how many days stock is slow stands with the measure (90, strictly over)."""

    yellow: float = term(
        0.10, unit="share of the value of stock, strictly over it", most=1, source="own choice: one in ten"
    )
    orange: float = term(
        0.25, unit="share of the value of stock, strictly over it", most=1, source="own choice: a quarter"
    )


def read(view: View, terms: SlowStock) -> pl.DataFrame | None:
    """The value of stock without movement for more than the days of the measure, over all stock, at the last count."""
    told = slow_share(view.books, view.policy.terms(Stock))
    if told.value is None:
        return None
    slow = slow_movers(view.books, view.policy.terms(Stock))
    counted = newest_count(view.books).select(pl.col("counted_on").max()).collect().item()
    evidence = [f"stock:{sku}/{counted}" for sku in slow["sku"].head(MOST)]
    inputs = {name: int(told.inputs[name] or 0) for name in ("slow", "stock")}
    return own(
        told.value,
        evidence,
        slow_amount=inputs["slow"],
        stock_amount=inputs["stock"],
        slow_share=told.value,
        articles=slow.height,
        days=view.policy.terms(Stock).slow_days,
        counted_on=counted,
    )


RULE = Rule(
    about="company",
    layer="base",
    crossed="over",
    unit="share",
    owner="sales",
    terms=SlowStock,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)
