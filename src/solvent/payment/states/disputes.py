"""Disputes: an item in dispute is not paid before it is settled, and then soon; both learned from past disputes.

A mark without a day changes nothing: nobody knows when it was set, whether it still holds, or whether it is taken away
when an item is paid. The laws already hold, on average, what disputes cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.payment.grid import Floats, Ints
from solvent.payment.states.waits import MOST, Waits, after_another, counted, memoryless, steps


@dataclass(frozen=True)
class Disputed(Terms, key="payment.disputes"):
    """How long a dispute lasts where little is known, and how much the past counts."""

    price_days: float = term(5.0, unit="median days, disputes over price", source="FORMULAS 4.3.9")
    quantity_days: float = term(7.0, unit="median days, disputes over quantity", source="FORMULAS 4.3.9")
    quality_days: float = term(14.0, unit="median days, disputes over quality", source="FORMULAS 4.3.9")
    contract_days: float = term(21.0, unit="median days, disputes over the contract", source="FORMULAS 4.3.9")
    other_days: float = term(14.0, unit="median days, other disputes", source="own choice: as over quality")
    disputes: float = term(5.0, unit="past disputes as good as these medians", source="own choice")
    payments: float = term(
        20.0, unit="payments after settlement at which half is believed", source="own choice: as for parts"
    )


DEFAULTS = Disputed()

KINDS: Mapping[str, tuple[str, ...]] = {
    "contract": ("contract", "terms", "合同", "条款"),
    "quality": ("quality", "defect", "damage", "质量", "破损", "瑕疵"),
    "quantity": ("quantity", "short", "not received", "数量", "短少", "未收到"),
    "price": ("price", "价格", "单价"),
}
"""Words in a reason that tell what a dispute is about."""


@dataclass(frozen=True)
class Settling:
    """How long disputes last, by kind, and how long payment takes after settlement."""

    lasting: Mapping[str, Waits]
    paying: Waits


def running(books: Books) -> pl.DataFrame:
    """The disputes that are open at the end of the books' day, one an item, the oldest.

    Returns: item_id, opened_on (Date), kind (String), amount (Int64; empty: the whole).
    """
    return (
        _told(books)
        .filter(pl.col("closed_on").is_null())
        .sort("opened_on", "dispute_id")
        .unique("item_id", keep="first", maintain_order=True)
        .select("item_id", "opened_on", "kind", "amount")
    )


def learned(items: pl.DataFrame, books: Books, terms: Disputed = DEFAULTS) -> Settling:
    """How disputes of the past went.

    A dispute that nobody closed ended with its item at the latest.

    Args:
        items: as ``history.history`` gives them.
    """
    ends = items.select("item_id", "ended_on").unique("item_id", keep="first", maintain_order=True)
    over = pl.when(pl.col("ended_on").is_not_null()).then(pl.max_horizontal("ended_on", "opened_on"))
    told = (
        _told(books)
        .join(ends, on="item_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("closed_on", over).alias("closed_on"))
        .drop("ended_on")
    )
    until = pl.col("closed_on").fill_null(books.as_of)
    lasted = told.select((until - pl.col("opened_on")).dt.total_days()).to_series().to_numpy().astype(np.int64)
    closed = told.get_column("closed_on").is_not_null().to_numpy()
    medians = {
        "price": terms.price_days,
        "quantity": terms.quantity_days,
        "quality": terms.quality_days,
        "contract": terms.contract_days,
        "other": terms.other_days,
    }
    lasting = {kind: counted(lasted, closed, memoryless(median), terms.disputes) for kind, median in medians.items()}
    after = (
        told.filter(pl.col("closed_on").is_not_null())
        .join(items, on="item_id", how="inner")
        .filter(
            (pl.col("closed_on") >= pl.col("due_on"))
            & (pl.col("ended_on").is_null() | (pl.col("ended_on") > pl.col("closed_on")))
        )
    )
    # What was credited or lost after the settlement is money that never comes.
    never = pl.col("end").is_in(["credited", "lost"]).fill_null(False)
    days = (pl.col("ended_on").fill_null(books.as_of) - pl.col("closed_on")).dt.total_days()
    waited = pl.when(never).then(MOST + 1).otherwise(days)
    paid = (after.get_column("end") == "paid").fill_null(False).to_numpy()
    paying = counted(after.select(waited).to_series().to_numpy().astype(np.int64), paid)
    return Settling(lasting, paying)


def disputed_chances(
    daily: Floats, due: Ints, passed: Ints, kinds: Sequence[str], *, settling: Settling, terms: Disputed = DEFAULTS
) -> Floats:
    """The chances of items in dispute: nothing until it is settled; then as after settlements of the past.

    An item whose dispute ends before its due day goes back to its own law, given that it was not paid meanwhile; so
    do, in part, the others where the past holds few settlements.

    Args:
        daily: [items, days], cumulative from day 0 on, without the dispute.
        due: [items], day of the horizon on which each is due; negative: before day 0.
        passed: [items], days since the dispute was opened on day 0.
        kinds: [items], what it is about.

    Returns:
        [items, days].
    """
    days = daily.shape[1]
    settled = np.empty_like(daily)
    for place, (kind, since) in enumerate(zip(kinds, passed, strict=True)):
        settled[place] = settling.lasting[kind].after(int(since), days - 1)
    step = steps(settled)
    overdue = np.arange(days)[None, :] >= due[:, None]
    waits = settling.paying.cumulative[:days]
    if len(waits) < days:
        waits = np.concatenate([waits, np.full(days - len(waits), waits[-1])])
    behind = settling.paying.behind(0)
    believed = behind / (behind + terms.payments)
    soon = believed * step * overdue
    own = step - soon
    left = np.maximum(1.0 - daily, 1e-9)
    restarted = daily * np.cumsum(own / left, axis=1) - np.cumsum(own * daily / left, axis=1)
    told = after_another(np.cumsum(soon, axis=1), waits) + restarted
    grown: Floats = np.clip(np.maximum.accumulate(told, axis=1), 0.0, 1.0)
    return grown


def _told(books: Books) -> pl.DataFrame:
    """Disputes with a day, as known at the end of the books' day, with their kind."""
    reason = pl.col("reason").fill_null("").str.to_lowercase()
    kind = pl.lit("other")
    for name, words in reversed(tuple(KINDS.items())):
        kind = pl.when(reason.str.contains_any(list(words))).then(pl.lit(name)).otherwise(kind)
    return (
        books.table("disputes")
        .filter(pl.col("opened_on") <= books.as_of)
        .with_columns(
            pl.when(pl.col("closed_on") <= books.as_of).then("closed_on").alias("closed_on"), kind.alias("kind")
        )
        .sort("dispute_id")
        .collect()
    )
