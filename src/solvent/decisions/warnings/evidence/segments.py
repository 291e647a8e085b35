"""Segments: default rates and risk levels of regions, industries and countries, with what we have at stake there."""

from __future__ import annotations

from typing import Literal

import polars as pl

from solvent.books.books import Books
from solvent.decisions.warnings.evidence.rows import days_since, key, keys, reading, total
from solvent.measures.timeliness import Timeliness, trend

Segment = Literal["customer", "country", "region", "industry"]
_COLUMN = {"customer": "customer_id", "country": "country", "region": "region", "industry": "industry"}


def exposed(books: Books, items: pl.DataFrame, by: Segment) -> pl.LazyFrame:
    """What is owed to us by segment: the segment's column, open_amount (Int64), customers (Int64), evidence (largest
    items)."""
    rows = items.lazy()
    if by != "customer":
        rows = rows.join(books.table("customers").select("customer_id", by), on="customer_id", how="left")
    return rows.group_by(_COLUMN[by]).agg(
        total(pl.col("worth")).alias("open_amount"),
        pl.col("customer_id").n_unique().cast(pl.Int64).alias("customers"),
        keys(by=pl.col("worth")).alias("evidence"),
    )


def default_rise(
    books: Books, items: pl.DataFrame, told: pl.DataFrame, by: Segment, *, terms: Timeliness, least_count: int
) -> pl.DataFrame | None:
    """How much the default share of a segment rose: of the newest months that can be judged over as many before.

    Args:
        told: ``measures.timeliness.timeliness`` by the same segment.
        least_count: items due in all months together, fewer are not judged.

    Returns: READING, with now_share, before_share (Float64), open_amount (Int64).
    """
    if told.is_empty():
        return None
    counts = told.lazy().group_by(_COLUMN[by]).agg(pl.col("due_count").sum())
    rows = (
        trend(told, by, terms)
        .lazy()
        .join(counts, on=_COLUMN[by], how="left")
        .filter(pl.col("due_count") >= least_count)
        .join(exposed(books, items, by), on=_COLUMN[by], how="left")
    )
    facts = (
        pl.col("default_share").alias("now_share"),
        pl.col("default_before").alias("before_share"),
        pl.col("open_amount").fill_null(0),
    )
    return reading(rows, _COLUMN[by], pl.col("default_change"), *facts)


def level_rise(books: Books, items: pl.DataFrame, by: Segment, days: int) -> pl.DataFrame | None:
    """By how many levels a country, region or industry became riskier within the last days (REQUIREMENTS CR-12).

    The newest level less the lowest that was told since, or stood at the beginning of, those days; an outlook that
    turned ``worse`` counts as half a level, alone or beside. Only segments in which we have customers.

    Returns: READING, with level, before (Int64), outlook, told_on, open_amount, customers.
    """
    if not books.has("risk_levels"):
        return None
    rows = books.table("risk_levels").filter(pl.col("kind") == by).sort("told_on")
    inside = days_since(books, "told_on") < days
    named = key("risk_levels", "kind", "code", "told_on")
    level, outlook = pl.col("level"), pl.col("outlook")
    before = pl.min_horizontal(level.filter(inside).min(), level.filter(~inside).last())
    turned = (outlook.last() == "worse").fill_null(False) & (outlook.filter(inside).n_unique() > 0)
    turned = turned & (outlook.filter(~inside).last().ne_missing("worse") | outlook.filter(inside).ne("worse").any())
    told = rows.group_by(pl.col("code").alias(_COLUMN[by])).agg(
        level.last(),
        before.alias("before"),
        outlook.last(),
        turned.fill_null(False).alias("turned"),
        pl.col("told_on").last(),
        named.reverse().head(3).alias("levels"),
    )
    ours = books.table("customers").select(by).drop_nulls().unique()
    at_stake = exposed(books, items, by).rename({"evidence": "items"})
    joined = told.join(ours, on=by, how="semi").join(at_stake, on=by, how="left")
    value = pl.col("level") - pl.col("before") + 0.5 * pl.col("turned")
    evidence = pl.concat_list("levels", pl.col("items").fill_null([])).list.head(10).alias("evidence")
    facts = ("level", "before", "outlook", "told_on", pl.col("open_amount").fill_null(0))
    return reading(joined.with_columns(evidence), by, value, *facts, pl.col("customers").fill_null(0))


def index_fall(books: Books, items: pl.DataFrame, by: Segment | None, spans: int) -> pl.DataFrame | None:
    """How far an index stands under neutral while it falls: share under neutral, 0 where it does not fall.

    It falls where its newest reading is lower than each of the ``spans`` readings before. Of a segment with several
    indices the lowest counts. ``by`` None: indices of the whole economy, whose subject is ``own``.

    Returns: READING, with series, reading, mean, neutral (Float64), day_on, open_amount.
    """
    if not books.has("indices"):
        return None
    kind = pl.col("kind").is_null() if by is None else pl.col("kind") == by
    rows = books.table("indices").filter(kind).sort("day_on")
    newest, neutral = pl.col("value").last(), pl.col("neutral").drop_nulls().last()
    told = rows.group_by("code", "series").agg(
        newest.alias("reading"),
        pl.col("value").slice(-spans - 1, spans).mean().alias("mean"),
        pl.col("value").slice(-spans - 1, spans).min().alias("least"),
        neutral.alias("neutral"),
        pl.col("day_on").last(),
        pl.len().alias("readings"),
        key("indices", "series", "day_on").reverse().head(spans + 1).alias("evidence"),
    )
    told = told.filter((pl.col("readings") > spans) & (pl.col("neutral") > 0))
    falls = (pl.col("reading") < pl.col("least")) & (pl.col("reading") < pl.col("neutral"))
    under = pl.when(falls).then(1 - pl.col("reading") / pl.col("neutral")).otherwise(0.0)
    told = told.with_columns(under.alias("under_share")).sort("under_share", "series", descending=[True, False])
    facts = ("series", "reading", "mean", "neutral", "day_on", "under_share")
    if by is None:
        at_stake = items.lazy().select(total(pl.col("worth")).alias("open_amount"))
        one = told.head(1).with_columns(pl.lit("own").alias("subject")).join(at_stake, how="cross")
        return reading(one, "subject", pl.col("under_share"), *facts, "open_amount")
    one = told.group_by(pl.col("code").alias(by), maintain_order=True).first()
    ours = books.table("customers").select(by).drop_nulls().unique()
    joined = one.join(ours, on=by, how="semi").join(exposed(books, items, by).drop("evidence"), on=by, how="left")
    return reading(joined, by, pl.col("under_share"), *facts, pl.col("open_amount").fill_null(0))
