"""Limit withdrawn: the insurer covers less of a customer than it did, or nothing more (REQUIREMENTS RD-06)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.rows import days_since, keys, minor, reading, worth
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class LimitWithdrawn(Terms, key="warnings.limit_withdrawn"):
    """Against which time cover is held, and where the lines lie."""

    days: int = term(365, unit="days within which cover was higher", source="own choice: a year of a policy")
    yellow: float = term(
        0.0, unit="share of the cover that is gone, strictly over it", most=1, source="own choice: any of it"
    )
    orange: float = term(
        0.5, unit="share of the cover that is gone, strictly over it", most=1, source="own choice: half of it"
    )


def read(view: View, terms: LimitWithdrawn) -> pl.DataFrame | None:
    """Each customer that was covered: the share of its highest cover of the days that is gone, by all policies."""
    books = view.books
    if not books.has("buyer_limits"):
        return None
    # A decision counts until the next one of the same policy and buyer, or its own last day.
    rows = books.table("buyer_limits").sort("valid_from", "limit_id").with_columns(
        pl.col("valid_from").shift(-1).over("policy_id", "customer_id").alias("next_from"), worth(books).alias("worth")
    )  # fmt: skip
    ended = (pl.col("valid_until") < view.as_of).fill_null(False)
    until = pl.min_horizontal("next_from", "valid_until")
    within = until.is_null() | (days_since(books, "valid_from") < terms.days)
    within = within | ((pl.lit(view.as_of) - until).dt.total_days() < terms.days)
    newest = pl.col("next_from").is_null()
    by_policy = (
        rows.with_columns(pl.when(newest & ended).then(0.0).otherwise("worth").alias("now"))
        .group_by("policy_id", "customer_id")
        .agg(
            pl.col("worth").is_not_null().all().alias("rated"),
            pl.col("now").filter(newest).last(),
            pl.col("worth").filter(within).max().alias("before"),
            pl.col("decision").filter(newest).last(),
            pl.col("valid_from").filter(newest).last(),
            keys("limit_id", by=pl.col("valid_from")).alias("keys"),
        )
    )
    told = (
        by_policy.group_by("customer_id")
        .agg(
            pl.col("rated").all(),
            pl.col("now", "before").sum(),
            pl.col("decision", "valid_from").sort_by("valid_from").last(),
            pl.col("keys").explode().head(10),
        )
        .filter("rated", pl.col("before") > 0)
        .join(view.owed.lazy().rename({"evidence": "items"}), on="customer_id", how="left")
        .with_columns(
            pl.concat_list(
                pl.col("keys").list.eval(pl.concat_str(pl.lit("buyer_limits:"), pl.element())),
                pl.col("items").fill_null([]),
            ).list.head(10).alias("evidence"),
            pl.col("open_amount").fill_null(0),
        )
    )  # fmt: skip
    uncovered = (pl.col("open_amount") - minor(pl.col("now"))).clip(0).alias("uncovered_amount")
    facts = (
        "decision",
        pl.col("valid_from").alias("decided_on"),
        minor(pl.col("before")).alias("before_amount"),
        minor(pl.col("now")).alias("now_amount"),
        "open_amount",
        uncovered,
    )
    return reading(told, "customer_id", 1 - pl.col("now") / pl.col("before"), *facts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="over",
    unit="share",
    owner="credit",
    terms=LimitWithdrawn,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit", "hold_supply", "ask_security"),
)
