"""Chain: whether balances beside the lines follow from the lines, and what stood before the first and after the last.

A balance less all that was booked up to it is what stood before the first line. If the column is right, that is the
same number at every line, whatever lines have no balance. Banks print the newest line first or last, and some turn
the lines of each day around; the order in which the column is right is the order of booking.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

ORDERS = ("oldest_first", "newest_first", "days_turned", "days_turned_newest_first")


@dataclass(frozen=True)
class Chain:
    """Balances of one account in the order of booking.

    opening, closing: what stood before the first and after the last line. breaks: numbers of the rows where the
    balance does not follow. order: one of ORDERS. checked: how many balances were compared with another.
    """

    opening: int
    closing: int
    breaks: tuple[int, ...]
    order: str
    checked: int


def chain_of(lines: pl.DataFrame) -> Chain | None:
    """The chain of the balances, in the order that breaks it least; None where no line has a balance.

    Args:
        lines: ``row``, ``booked_on``, ``amount``, ``balance`` of one account and currency.
    """
    lines = lines.select("row", "booked_on", pl.col("amount", "balance").cast(pl.Int128))
    if lines.get_column("balance").null_count() == lines.height:
        return None
    days = lines.get_column("booked_on").drop_nulls()
    falling = days.len() > 1 and days[0] > days[-1]
    tried = ORDERS if not falling else (ORDERS[1], ORDERS[0], ORDERS[3], ORDERS[2])
    best: Chain | None = None
    for order in tried:
        here = _in_order(ordered(lines, order), order)
        if best is None or len(here.breaks) < len(best.breaks):
            best = here
        if not best.breaks:
            break
    return best


def ordered(lines: pl.DataFrame, order: str) -> pl.DataFrame:
    """The lines in the order of booking, if they stand in ``order``."""
    if order == "oldest_first":
        return lines
    if order == "newest_first":
        return lines.reverse()
    place = pl.int_range(pl.len())
    run = (pl.col("booked_on") != pl.col("booked_on").shift(1)).fill_null(True).cum_sum()
    turned = order == "days_turned"
    return (
        lines.with_columns(place.alias("_place"), run.alias("_run"))
        .sort("_run", "_place", descending=[not turned, turned])
        .drop("_place", "_run")
    )


def _in_order(lines: pl.DataFrame, order: str) -> Chain:
    before = pl.col("balance") - pl.col("amount").cum_sum()
    told = lines.with_columns(before.alias("before")).filter(pl.col("balance").is_not_null())
    breaks = told.filter((pl.col("before") != pl.col("before").shift(1)).fill_null(False)).get_column("row").to_list()
    total = int(lines.get_column("amount").sum())
    first, last = int(told.item(0, "before")), int(told.item(-1, "before"))
    return Chain(first, last + total, tuple(breaks), order, told.height - 1)
