"""States: the chances of open items with what is known of them: parts that came, disputes, promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.payment.grid import Floats
from solvent.payment.states.disputes import Disputed, Settling, disputed_chances, running
from solvent.payment.states.disputes import learned as settling_of
from solvent.payment.states.parts import Parts, Rests, part_days, rest_chances
from solvent.payment.states.parts import learned as rests_of
from solvent.payment.states.promises import Promised, Word, outcomes, promised_chances, standing, word


@dataclass(frozen=True)
class Known:
    """What is known of the open items beyond their age, and what it means; frozen.

    rows: a row an item of which anything is known, with ``row`` (UInt32, its place among the open items), ``due_on``,
    ``last_part_on`` (Date; empty: no part came), ``disputed`` (Float64, share of what is open; 0: not), ``dispute_on``
    (Date), ``kind`` (String), ``promised`` (Float64, share of what is open; 0: not), ``promised_on``, ``made_on``
    (Date) and ``instalments`` as ``standing`` gives them, ``kept``, ``weight`` (Float64, as in ``Word``). Without rows
    nothing changes.
    """

    rows: pl.DataFrame
    rests: Rests
    settling: Settling
    word: Word
    parts: Parts
    disputes: Disputed


def known(history: pl.DataFrame, open_items: pl.DataFrame, books: Books, policy: Policy) -> Known:
    """What is known of the open items at the end of the books' day.

    Args:
        history: as ``history.history`` gives it.
        open_items: those of its rows that stand open.
    """
    parts, disputes, promises = policy.terms(Parts), policy.terms(Disputed), policy.terms(Promised)
    key = ("customer_no", "item_id")
    days = part_days(books)
    last = days.group_by(key).agg(pl.col("paid_on").max().alias("last_part_on"))
    said = outcomes(books, promises)
    believed = word(said, books.journal.customers.height, promises)
    kept = pl.DataFrame({"kept": believed.kept, "weight": believed.weight}).with_row_index("customer_no")
    open_share = (pl.col("amount") / pl.col("open")).clip(0.0, 1.0)
    rows = (
        open_items.select(*key, "due_on", "currency", "open", "face")
        .with_row_index("row")
        .join(last, on=key, how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("open") < pl.col("face")).then("last_part_on").alias("last_part_on"))
        .join(running(books), on="item_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("kind").is_null()).then(0.0).otherwise(open_share.fill_null(1.0)).alias("disputed"),
            pl.col("opened_on").alias("dispute_on"),
        )
        .drop("amount", "opened_on")
        .join(standing(books, open_items), on=key, how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("promised_on").is_null()).then(0.0).otherwise(open_share).alias("promised"))
        .join(kept, on="customer_no", how="left", maintain_order="left")
        .filter(pl.col("last_part_on").is_not_null() | (pl.col("disputed") > 0) | (pl.col("promised") > 0))
    )
    return Known(rows, rests_of(history, days, books), settling_of(history, books, disputes), believed, parts, disputes)


def changed(daily: Floats, first: date, rows: pl.DataFrame, what: Known) -> Floats:
    """The chances of items of which something is known.

    Args:
        daily: [rows, days], cumulative by the items' own laws: the first column is the end of ``first``, by which
            nothing had come.
        rows: those of ``what.rows`` that are asked about.

    Returns:
        [rows, days]: share of what is open that is there by each day; grows along a row, within 0 and 1.

    A customer that promises to pay what it disputes takes its word back, so a promise goes before an older dispute.
    """
    out = daily.copy()
    places = rows.with_columns((pl.col("^.*_on$") - pl.lit(first)).dt.total_days())
    column = {name: places.get_column(name) for name in places.columns}
    part = column["last_part_on"].is_not_null().to_numpy()
    if part.any():
        passed = -column["last_part_on"].fill_null(0).to_numpy()[part].astype(np.int64)
        out[part] = rest_chances(out[part], np.maximum(passed, 0), what.rests, what.parts)
    promised = column["promised"].to_numpy()
    newer = (column["made_on"] > column["dispute_on"]).fill_null(False).to_numpy() & (promised > 0)
    share = np.where(newer, np.minimum(column["disputed"].to_numpy(), 1.0 - promised), column["disputed"].to_numpy())
    disputed = share > 0
    base = out.copy()
    if disputed.any():
        due = column["due_on"].to_numpy()[disputed].astype(np.int64)
        passed = np.maximum(-column["dispute_on"].fill_null(0).to_numpy()[disputed].astype(np.int64), 0)
        kinds = rows.get_column("kind").filter(pl.Series(disputed)).to_list()
        held = disputed_chances(base[disputed], due, passed, kinds, settling=what.settling, terms=what.disputes)
        out[disputed] += share[disputed, None] * (held - base[disputed])
    weight = np.where(newer, promised, np.minimum(promised, 1.0 - share))
    stand = weight > 0
    if stand.any():
        out[stand] += weight[stand, None] * _by_word(base[stand], rows.filter(pl.Series(stand)), first, what.word)
    return np.clip(np.maximum.accumulate(out, axis=1), 0.0, 1.0)


def _by_word(base: Floats, rows: pl.DataFrame, first: date, word: Word) -> Floats:
    """By how much promises change the chances of promised items [rows, days]: each instalment moves its own share."""
    kept, trust = rows.get_column("kept").to_numpy(), rows.get_column("weight").to_numpy()
    parts = (
        rows.select(pl.int_range(pl.len()).alias("place"), "instalments")
        .explode("instalments", empty_as_null=False)
        .unnest("instalments")
        .select(
            "place",
            (pl.col("promised_on") - pl.lit(first)).dt.total_days().clip(1).alias("until"),
            (pl.col("amount") / pl.col("amount").sum().over("place")).alias("share"),
            pl.int_range(pl.len()).over("place").alias("number"),
        )
    )
    moved = np.zeros_like(base)
    for part in parts.partition_by("number"):
        place = part.get_column("place").to_numpy()
        given = promised_chances(
            base[place], part.get_column("until").to_numpy(), kept[place], trust[place], word.leads
        )
        moved[place] += part.get_column("share").to_numpy()[:, None] * (given - base[place])
    return moved


def blocks(count: int, size: int = 10_000) -> Sequence[slice]:
    """Rows in lots, so that daily chances of all of them are never held at once."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
