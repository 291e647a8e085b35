"""Balance too high: a customer owes nearly as much as its limit, or more (REQUIREMENTS AR-07, FORMULAS 4.1.4)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import minor, reading, worth
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class BalanceTooHigh(Terms, key="warnings.balance_too_high"):
    """Where the lines lie; what a customer owes beside its balance, orders and deliveries, is the order check's."""

    yellow: float = term(
        0.80, unit="share of the limit, strictly over it", most=1, source="FORMULAS 4.1.4: we ship 80 %"
    )
    orange: float = term(1.00, unit="share of the limit, strictly over it", most=1, source="REQUIREMENTS AR-07")
    red: float = term(
        1.25, unit="share of the limit, strictly over it", most=10, source="own choice: a quarter beyond it"
    )


def read(view: View, terms: BalanceTooHigh) -> pl.DataFrame | None:
    """What each customer with a limit of its own owes, as a share of it; a limit of nothing has no share."""
    books = view.books
    standing = (
        books.table("limits")
        .filter((pl.col("kind") == "total") & pl.col("customer_id").is_not_null())
        .filter(pl.col("valid_until").is_null() | (pl.col("valid_until") >= view.as_of))
        .sort("valid_from", "recorded_on", "limit_id")
        .with_columns(worth(books).alias("limit"))
        .group_by("customer_id")
        .agg(pl.col("limit", "limit_id", "valid_from").last())
        .filter(pl.col("limit") > 0)
    )
    if not books.has("limits"):
        return None
    told = standing.join(view.owed.lazy(), on="customer_id", how="left").with_columns(
        pl.col("open_amount", "overdue_amount").fill_null(0),
        pl.concat_list(
            pl.concat_str(pl.lit("limits:"), "limit_id"),
            pl.col("evidence").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        ).list.head(10).alias("evidence"),
    )  # fmt: skip
    facts = ("open_amount", minor(pl.col("limit")).alias("limit_amount"), "overdue_amount")
    return reading(told, "customer_id", pl.col("open_amount") / pl.col("limit"), *facts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="share",
    owner="credit",
    terms=BalanceTooHigh,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
    proposes=("hold_supply", "collect_first"),
)
