"""Agency warning: an insurer or agency warns of a customer, rates it lower, or gives it less (REQUIREMENTS RD-06)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.happened import events, everybody, graded
from solvent.decisions.warnings.evidence.rows import MOST, days_since, key, keys, reading
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class AgencyWarning(Terms, key="warnings.agency_warning"):
    """For how long it is news, how severe each kind is, when an opinion is worse, and where the lines lie."""

    days: int = term(120, unit="days within which it is news", source="own choice: four months")
    serious: tuple[str, ...] = term(
        ("agency_downgrade",), unit="kinds that are serious, 2", source="REQUIREMENTS RD-06"
    )
    grave: tuple[str, ...] = term(("insurer_warning",), unit="kinds that are grave, 3", source="REQUIREMENTS RD-06")
    chance_times: float = term(
        1.5,
        unit="times the chance to fail of the opinion before, worse from it",
        source="own choice: half as much more",
    )
    yellow: float = term(2.0, unit="severity, from it", source="own choice: what is serious")
    orange: float = term(3.0, unit="severity, from it", source="own choice: what is grave")


def read(view: View, terms: AgencyWarning) -> pl.DataFrame | None:
    """The highest severity for each customer; an opinion worse than the same agency's last counts as a downgrade."""
    books = view.books
    if not books.has("events") and not books.has("opinions"):
        return None
    told = graded(events(books, terms.days), {2: terms.serious, 3: terms.grave})
    opinions = books.table("opinions").sort("told_on", "opinion_id")
    chance, amount = pl.col("yearly_default_chance"), pl.col("amount")
    by = ("customer_id", "agency")
    same = pl.col("currency").eq_missing(pl.col("currency").shift(1).over(by))
    riskier = chance >= terms.chance_times * chance.shift(1).over(by)
    refused = same & (amount == 0) & (amount.shift(1).over(by) > 0)
    less = same & (amount < amount.shift(1).over(by))
    worse = opinions.with_columns(
        pl.when(refused).then(3).when(riskier | less).then(2).cast(pl.Int64).alias("severity")
    ).filter(pl.col("severity").is_not_null() & (days_since(books, "told_on") < terms.days))
    fallen = worse.select(
        "customer_id",
        pl.lit("opinion_worse").alias("kind"),
        "severity",
        pl.col("told_on").alias("happened_on"),
        key("opinions", "opinion_id").alias("key"),
    )
    found = pl.concat([told, fallen]).sort("severity", "happened_on", descending=True)
    one = found.group_by("customer_id", maintain_order=True).agg(
        pl.col("severity", "kind", "happened_on").first(),
        pl.len().cast(pl.Int64).alias("count"),
        keys().head(MOST).alias("evidence"),
    )
    every = everybody(books).join(one, on="customer_id", how="left")
    every = every.join(view.owed.lazy().drop("evidence"), on="customer_id", how="left")
    counts = (pl.col("count").fill_null(0), pl.col("open_amount").fill_null(0))
    return reading(every, "customer_id", pl.col("severity").fill_null(0), "kind", "happened_on", *counts)


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=AgencyWarning,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit", "report_to_insurer"),
)
