"""Piles: what is owed laid against what was given, oldest first, until one of the two is used up."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from solvent.base.problem import Problem

ALLOCATED = {
    "item_id": pl.String,
    "source": pl.String,
    "source_id": pl.String,
    "allocated_on": pl.Date,
    "amount": pl.Int64,
}


@dataclass
class Settlement:
    """The receivables tables while they are made: items and sources with what is left of them, and allocations.

    items: ``size`` is what is still to be settled of an item. sources: receipts and credit notes under one head,
    ``source`` and ``source_id`` name one, ``face`` is its amount without the sign of the account (a refund is
    negative), ``size`` what is not used yet.
    """

    items: pl.DataFrame
    sources: pl.DataFrame
    allocations: list[pl.DataFrame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def settle(self, found: pl.DataFrame) -> None:
        """Note allocations (columns of ALLOCATED) and lessen what is left of items and sources by them."""
        if found.is_empty():
            return
        self.allocations.append(found.select(list(ALLOCATED)))
        self.items = rest_of(self.items, found, ["item_id"])
        self.sources = rest_of(self.sources, found, ["source", "source_id"])

    def add(self, made: pl.DataFrame) -> None:
        """Add sources; columns that they lack are empty."""
        told = [
            (pl.col(name) if name in made.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in self.sources.schema.items()
        ]
        self.sources = pl.concat([self.sources, made.select(told)])

    def note(self, code: str, rows: pl.DataFrame, **facts: str | int) -> None:
        """A problem about rows, told with the place of the first and their number; nothing where there are none."""
        if rows.height:
            source, sheet, row = rows.select("source_file", "sheet", "_row").row(0)
            place = f"{source}!{sheet}:{row}" if sheet else f"{source}:{row}"
            self.problems.append(Problem(code, place, {"count": rows.height, **facts}))


def laid_against(owed: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Settle two piles in each group, in their order: the first given fills the first owed, its rest the next.

    Args:
        owed: ``group``, ``item_id`` (String), ``size`` (Int64, not negative), in the order in which it is filled.
        given: ``group``, ``source``, ``source_id``, ``size``, in the order in which it is used.

    Returns:
        item_id, source, source_id, amount (Int64, positive): what of each source goes to each item. What is left of
        either pile in a group is in no row.

    >>> owed = pl.DataFrame({"group": ["g", "g"], "item_id": ["a", "b"], "size": [30, 50]})
    >>> given = pl.DataFrame({"group": ["g"], "source": ["receipt"], "source_id": ["r"], "size": [40]})
    >>> laid_against(owed, given).rows()
    [('a', 'receipt', 'r', 30), ('b', 'receipt', 'r', 10)]
    """
    end = pl.col("size").cum_sum().over("group").alias("end")
    places = owed.filter(pl.col("size") > 0).with_row_index("place").with_columns(end).sort("end", "place")
    sources = given.filter(pl.col("size") > 0).with_row_index("turn").with_columns(end).sort("end", "turn")
    cuts = pl.concat([places.select("group", "end"), sources.select("group", "end")]).unique().sort("group", "end")
    cuts = cuts.with_columns((pl.col("end") - pl.col("end").shift(1).over("group").fill_null(0)).alias("amount"))
    found = cuts.sort("end")
    for pile, names in ((places, ("place", "item_id")), (sources, ("turn", "source", "source_id"))):
        found = found.join_asof(
            pile.select("group", "end", *names), on="end", by="group", strategy="forward", check_sortedness=False
        )
    whole = found.filter(pl.col("place").is_not_null() & pl.col("turn").is_not_null())
    return whole.sort("place", "turn").select("item_id", "source", "source_id", "amount")


def rest_of(pile: pl.DataFrame, used: pl.DataFrame, key: list[str], size: str = "size") -> pl.DataFrame:
    """The pile with ``size`` lessened by what was used of it."""
    taken = used.group_by(key).agg(pl.col("amount").sum().alias("taken"))
    beside = pile.select(key).join(taken, on=key, how="left", maintain_order="left").get_column("taken")
    return pile.with_columns((pl.col(size) - beside.fill_null(0)).alias(size))
