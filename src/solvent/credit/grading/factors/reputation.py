"""Reputation: what other suppliers, agencies and insurers say, and how risky country, region and industry are."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Terms, term
from solvent.books.books import Books


@dataclass(frozen=True)
class Reputation(Terms, key="credit.grading.reputation"):
    """How long others' word counts, and what it is worth in days and levels."""

    reference_months: int = term(24, unit="months a reference counts", source="own choice")
    good_days: float = term(0.0, unit="days beyond terms of a good opinion without days", source="own choice")
    fair_days: float = term(15.0, unit="days beyond terms of a fair opinion", source="own choice: RD-02's line")
    poor_days: float = term(45.0, unit="days beyond terms of a poor opinion", source="own choice")
    opinion_months: int = term(18, unit="months an opinion without an end counts", source="own choice")
    level_months: int = term(24, unit="months a risk level counts", source="own choice")
    outlook_step: float = term(0.5, unit="levels that an outlook or an index moves", source="own choice")
    index_months: int = term(6, unit="months an index reading counts", source="own choice")
    risky_industries: tuple[str, ...] = term(
        ("manufactur", "wholesale", "retail", "foreign trade", "制造", "批发", "零售", "外贸"),
        unit="words of industries that start as risky",
        source="REQUIREMENTS CR-12",
    )
    risky_level: float = term(
        4.0, unit="level of those until one is told", source="REQUIREMENTS CR-12: high bad-debt industries"
    )


DEFAULTS = Reputation()


def others_say(books: Books, terms: Reputation = DEFAULTS) -> pl.LazyFrame:
    """customer_id; reference_days, agency_chance, insurer_decision (Float64): a row where anybody says anything.

    reference_days: mean over those who speak, each by the newest it told; insurer_decision: 0 refused or withdrawn, 1
    reduced, 2 granted, the newest that counts.
    """
    day = books.as_of
    words = {"good": terms.good_days, "fair": terms.fair_days, "poor": terms.poor_days}
    spoken = pl.col("opinion").replace_strict(words, default=None, return_dtype=pl.Float64)
    references = (
        books.table("trade_references")
        .filter(pl.col("told_on") > months_before(day, terms.reference_months))
        .with_columns(pl.coalesce("beyond_terms_days", spoken).alias("days"))
        .filter(pl.col("days").is_not_null())
        .sort("told_on")
        .group_by("customer_id", "told_by")
        .agg(pl.col("days").last())
        .group_by("customer_id")
        .agg(pl.col("days").mean().round(9).alias("reference_days"))
    )
    until = pl.coalesce("valid_until", pl.col("told_on").dt.offset_by(f"{terms.opinion_months}mo"))
    agencies = (
        books.table("opinions")
        .filter((until >= day) & pl.col("yearly_default_chance").is_not_null())
        .sort("told_on")
        .group_by("customer_id")
        .agg(pl.col("yearly_default_chance").last().alias("agency_chance"))
    )
    worth = {"refused": 0.0, "withdrawn": 0.0, "reduced": 1.0, "granted": 2.0}
    insurers = (
        books.table("buyer_limits")
        .filter(pl.col("valid_until").is_null() | (pl.col("valid_until") >= day))
        .sort("valid_from", "recorded_on")
        .group_by("customer_id")
        .agg(pl.col("decision").last().replace_strict(worth, default=None, return_dtype=pl.Float64))
        .rename({"decision": "insurer_decision"})
    )
    told = references.join(agencies, on="customer_id", how="full", coalesce=True)
    return told.join(insurers, on="customer_id", how="full", coalesce=True)


def surroundings(books: Books, terms: Reputation = DEFAULTS) -> pl.LazyFrame:
    """Of each customer of the customers table: how risky its country, region and industry are.

    Returns:
        customer_id; country_told, region_told, industry_told (Int64: the newest level as told, 1 to 5); country_level,
        industry_level (Float64: the level moved by its outlook, the industry's by its index too; of a risky industry
        without a level ``risky_level``).
    """
    customers = books.table("customers").unique("customer_id", keep="first")
    told = customers.select("customer_id", "country", "region", "industry")
    levels = (
        books.table("risk_levels")
        .filter(pl.col("told_on") > months_before(books.as_of, terms.level_months))
        .sort("told_on")
        .group_by("kind", "code")
        .agg(pl.col("level").last(), pl.col("outlook").last())
    )
    index = _index(books, terms)
    step = pl.col("outlook").replace_strict(
        {"worse": terms.outlook_step, "better": -terms.outlook_step}, default=0.0, return_dtype=pl.Float64
    )
    for kind in ("country", "region", "industry"):
        own = levels.filter(pl.col("kind") == kind).select(
            pl.col("code").alias(kind),
            pl.col("level").alias(f"{kind}_told"),
            (pl.col("level") + step.fill_null(0.0)).alias(f"{kind}_level"),
        )
        told = told.join(own, on=kind, how="left")
    risky = pl.col("industry").str.to_lowercase().str.contains_any(list(terms.risky_industries))
    told = told.join(index, on="industry", how="left").with_columns(
        pl.coalesce(
            pl.col("industry_level") + pl.col("moved").fill_null(0.0), pl.when(risky).then(terms.risky_level)
        ).alias("industry_level")
    )
    return told.select("customer_id", "country_told", "region_told", "industry_told", "country_level", "industry_level")


def _index(books: Books, terms: Reputation) -> pl.LazyFrame:
    """industry, moved: how the newest reading of an index of the industry moves its level."""
    under = pl.col("value") < pl.col("neutral")
    return (
        books.table("indices")
        .filter(
            (pl.col("kind") == "industry") & pl.col("neutral").is_not_null(),
            pl.col("day_on") > months_before(books.as_of, terms.index_months),
        )
        .sort("day_on")
        .group_by(pl.col("code").alias("industry"))
        .agg(pl.when(under.last()).then(terms.outlook_step).otherwise(0.0).alias("moved"))
    )
