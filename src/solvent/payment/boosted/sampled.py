"""Sampled: whole customers drawn from a large history, so that what is learned of each stays whole."""

from __future__ import annotations

import polars as pl

from solvent.base.draws import uniform


def sampled(items: pl.DataFrame, most: int, seed: int, what: str) -> pl.DataFrame:
    """The items of customers drawn at random until there are about ``most``; all where there are no more.

    The draw belongs to the customer's number: an item more or less elsewhere changes little.
    """
    if items.height <= most:
        return items
    drawn = (
        items.group_by("customer_no")
        .len("count")
        .with_columns(uniform(seed, what, pl.col("customer_no")).alias("draw"))
        .sort("draw", "customer_no")
        .filter(pl.col("count").cum_sum() - pl.col("count") < most)
    )
    return items.join(drawn.select("customer_no"), on="customer_no", how="semi", maintain_order="left")
