"""Related party: another member of a customer's group is in trouble (REQUIREMENTS EW-03, CAPABILITIES 52)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.happened import events
from solvent.decisions.warnings.evidence.rows import keys, reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class RelatedParty(Terms, key="warnings.related_party"):
    """What counts as trouble of another member, and where the lines lie."""

    days: int = term(180, unit="days within which an event counts", source="own choice: half a year")
    overdue_days: int = term(60, unit="days past due, trouble strictly over it", source="own choice: a default")
    least_share: float = term(
        0.05, unit="share of its face, less is a rest and no delay", most=1, source="own choice: bank fees"
    )
    owed_share: float = term(
        0.10,
        unit="share of what the member owes that is so late, trouble from it",
        most=1,
        source="own choice: one in ten",
    )
    grave: tuple[str, ...] = term(
        (
            "insolvency_filed",
            "bankrupt",
            "dishonest_debtor",
            "spending_restricted",
            "enforcement_opened",
            "licence_revoked",
            "deregistered",
        ),
        unit="kinds of event that are grave, 3",
        source="own choice: it does not pay, or may not trade, any more",
    )
    yellow: float = term(2.0, unit="severity, from it", source="own choice: another member pays nothing")
    orange: float = term(3.0, unit="severity, from it", source="own choice: another member fails")


def read(view: View, terms: RelatedParty) -> pl.DataFrame | None:
    """For each member of a group: the worst trouble of the others, 3 a grave event, 2 a default on us, else 0."""
    books = view.books
    members = books.table("customers").filter(pl.col("group_id").is_not_null()).select("customer_id", "group_id")
    if members.head(1).collect().is_empty():
        return None
    late = view.open_items.lazy().filter(
        (pl.col("late_days") > terms.overdue_days) & (pl.col("face_share") >= terms.least_share)
    )
    happened = events(books, terms.days).filter(pl.col("kind").is_in(list(terms.grave)))
    troubles = pl.concat(
        [
            late.group_by("customer_id")
            .agg(pl.col("worth").sum(), pl.lit(2.0).alias("trouble"), keys(by=pl.col("late_days")).alias("rows"))
            .join(view.owed.lazy().select("customer_id", "open_amount"), on="customer_id")
            .filter(pl.col("worth") >= terms.owed_share * pl.col("open_amount") - 1e-6)
            .select("customer_id", "trouble", "rows"),
            happened.group_by("customer_id").agg(
                pl.lit(3.0).alias("trouble"), keys(by=pl.col("happened_on")).alias("rows")
            ),
        ]
    )
    every = members.join(troubles, on="customer_id", how="left").with_columns(pl.col("trouble").fill_null(0.0))
    worst = every.sort("trouble", "customer_id", descending=[True, False]).rename({"customer_id": "other_id"})
    # Of each group the worst of two members is enough: the worst one looks at the second, all others at the worst.
    two = worst.unique(["group_id", "other_id"], keep="first", maintain_order=True)
    two = two.group_by("group_id", maintain_order=True).head(2)
    pairs = members.join(two, on="group_id").filter(pl.col("customer_id") != pl.col("other_id"))
    told = (
        pairs.sort("trouble", descending=True)
        .group_by("customer_id")
        .agg(pl.col("trouble", "other_id", "rows", "group_id").first())
        .rename({"rows": "evidence"})
        .join(view.owed.lazy().select("customer_id", "open_amount"), on="customer_id", how="left")
    )
    return reading(told, "customer_id", pl.col("trouble"), "other_id", "group_id", pl.col("open_amount").fill_null(0))


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=RelatedParty,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit", "ask_security"),
)
