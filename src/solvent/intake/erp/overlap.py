"""Overlap: which piece of money settles which piece of debt, where both stand in an order: the first pays the first."""

from __future__ import annotations

import polars as pl


def overlap(debts: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Each group's claims laid along its debts, end to end.

    Args:
        debts: ``group``, ``debt``, ``size`` (Int64, not negative), ``turn`` (any order).
        claims: ``group``, ``claim``, ``size``, ``turn``.

    Returns:
        group, debt, claim, amount: so much of the claim falls on the debt, never nothing. What a group claims beyond
        its debts falls on none.

    >>> debts = pl.DataFrame({"group": ["i", "i"], "debt": ["i1", "i2"], "size": [60, 40], "turn": [1, 2]})
    >>> claims = pl.DataFrame({"group": ["i", "i"], "claim": ["a", "b"], "size": [50, 70], "turn": [1, 2]})
    >>> overlap(debts, claims).rows()
    [('i', 'i1', 'a', 50), ('i', 'i1', 'b', 10), ('i', 'i2', 'b', 40)]
    """
    left, right = _laid(debts, "debt"), _laid(claims, "claim")
    both = left.join(right, on="group", how="inner", suffix="_claim")
    begin, end = pl.max_horizontal("begin", "begin_claim"), pl.min_horizontal("end", "end_claim")
    return (
        both.with_columns((end - begin).alias("amount"))
        .filter(pl.col("amount") > 0)
        .sort("group", "begin", "begin_claim")
        .select("group", "debt", "claim", "amount")
    )


def _laid(pieces: pl.DataFrame, name: str) -> pl.DataFrame:
    """Where each piece begins and ends when all of its group lie end to end, in the order of turn and name."""
    return (
        pieces.sort("group", "turn", name)
        .with_columns(pl.col("size").cum_sum().over("group").alias("end"))
        .with_columns((pl.col("end") - pl.col("size")).alias("begin"))
        .select("group", name, "begin", "end")
    )
