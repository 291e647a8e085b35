"""Parts: when the rest of a part-paid item comes, learned from items that were paid in several parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.payment.grid import Floats, Ints
from solvent.payment.states.waits import MOST, Waits, after_another, counted


@dataclass(frozen=True)
class Parts(Terms, key="payment.parts"):
    """How much the history of parts counts beside the item's own law."""

    items: float = term(20.0, unit="parts of the past at which half is believed", source="own choice")


DEFAULTS = Parts()


@dataclass(frozen=True)
class Rests:
    """How long rests are waited for, from the day of the part before. next_share: of the rest, in the next part."""

    waits: Waits
    next_share: float


def part_days(books: Books) -> pl.DataFrame:
    """Days on which money came on an item, in order: ``customer_no``, ``item_id``, ``paid_on``, ``paid`` (Int64)."""
    receipt = (pl.col("kind") == "receipt") & pl.col("due_on").is_not_null() & (pl.col("event_on") <= books.as_of)
    return (
        books.journal.events.filter(receipt)
        .group_by("customer_no", "item_id", pl.col("event_on").alias("paid_on"))
        .agg((-pl.col("amount").sum()).alias("paid"))
        .filter(pl.col("paid") > 0)
        .sort("customer_no", "item_id", "paid_on")
        .collect(engine="streaming")
    )


def learned(items: pl.DataFrame, days: pl.DataFrame, books: Books) -> Rests:
    """How rests were waited for.

    Args:
        items: as ``history.history`` gives them.
        days: as ``part_days`` gives them.
    """
    key = ("customer_no", "item_id")
    several = items.filter((pl.col("parts") > 1) | ((pl.col("parts") > 0) & pl.col("end").is_null()))
    rows = days.join(several.select(*key, "end", "face"), on=key, how="inner", maintain_order="left")
    rest = pl.col("face") - pl.col("paid").cum_sum().over(key)
    pieces = rows.with_columns(
        pl.col("paid_on").shift(-1).over(key).alias("next_on"),
        (pl.col("paid").shift(-1).over(key) / rest).clip(0.0, 1.0).alias("share"),
        rest.alias("rest"),
    ).filter((pl.col("next_on").is_not_null() | pl.col("end").is_null()) & (pl.col("rest") > 0))
    wait = (pl.col("next_on").fill_null(books.as_of) - pl.col("paid_on")).dt.total_days()
    waited = pieces.select(wait).to_series().cast(pl.Int64).to_numpy()
    came = pieces.get_column("next_on").is_not_null()
    share = pieces.filter(came).get_column("share").mean()
    return Rests(counted(waited, came.to_numpy()), share if isinstance(share, float) else 1.0)


def rest_chances(daily: Floats, passed: Ints, rests: Rests, terms: Parts = DEFAULTS) -> Floats:
    """The chances of part-paid items: those of the past rests, as far as there are enough, on their own laws.

    Args:
        daily: [items, days], cumulative from day 0 on, by the item's own law.
        passed: [items], days since the last part on day 0.

    Returns:
        The share of the rest that is there by each day, [items, days].
    """
    out = daily.copy()
    days = daily.shape[1] - 1
    again = rests.waits.cumulative[: days + 1]
    if len(again) <= days:
        again = np.concatenate([again, np.full(days + 1 - len(again), again[-1])])
    for since in np.unique(passed):
        rows = passed == since
        first = rests.waits.after(int(since), days)
        behind = rests.waits.behind(int(min(since, MOST)))
        told = rests.next_share * first + (1.0 - rests.next_share) * after_another(first[None, :], again)[0]
        believed = behind / (behind + terms.items)
        out[rows] = believed * told + (1.0 - believed) * daily[rows]
    return out
