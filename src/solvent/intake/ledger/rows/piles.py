"""Piles: what is owed laid against what was given, oldest first, until one of the two is used up."""

from __future__ import annotations

import polars as pl


def laid_against(owed: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Settle two piles in each group, in their order: the first given fills the first owed, its rest the next.

    Args:
        owed: ``group``, ``item_id`` (String), ``size`` (Int64, not negative), in the order in which it is filled.
        given: ``group``, ``source_id``, ``size``, in the order in which it is used.

    Returns:
        group, item_id, source_id, amount (Int64, positive): what of each source goes to each item. What is left of
        either pile in a group is in no row.

    >>> owed = pl.DataFrame({"group": ["g", "g"], "item_id": ["a", "b"], "size": [30, 50]})
    >>> given = pl.DataFrame({"group": ["g"], "source_id": ["r"], "size": [40]})
    >>> laid_against(owed, given).rows()
    [('g', 'a', 'r', 30), ('g', 'b', 'r', 10)]
    """
    ends = (pl.col("size").cum_sum().over("group"), (pl.col("size").cum_sum().over("group") - pl.col("size")))
    places = owed.filter(pl.col("size") > 0).with_row_index("place")
    left = places.with_columns(ends[0].alias("end"), ends[1].alias("begin")).drop("size")
    sources = given.filter(pl.col("size") > 0).with_row_index("turn")
    right = sources.with_columns(ends[0].alias("until"), ends[1].alias("from")).drop("size")
    overlap = pl.min_horizontal("end", "until") - pl.max_horizontal("begin", "from")
    return (
        left.join(right, on="group", how="inner")
        .with_columns(overlap.alias("amount"))
        .filter(pl.col("amount") > 0)
        .sort("group", "place", "turn")
        .select("group", "item_id", "source_id", "amount")
    )


def rest_of(pile: pl.DataFrame, used: pl.DataFrame, key: str) -> pl.DataFrame:
    """The pile with ``size`` lessened by what was used of it; ``key`` is ``item_id`` or ``source_id``."""
    taken = used.group_by(key).agg(pl.col("amount").sum().alias("taken"))
    joined = pile.join(taken, on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.col("size") - pl.col("taken").fill_null(0)).drop("taken")
