"""References: which rows a batch answers for today, and what was built on them since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from solvent_server.store import database, facts
from solvent_server.store.models import Batch


class Leaning(NamedTuple):
    """Rows of ``table`` whose ``column`` names a row of ``on``; where several tables can be named, ``kind`` tells."""

    table: str
    column: str
    on: str
    kind: tuple[str, str] | None = None


LEANINGS: Sequence[Leaning] = (
    Leaning("allocations", "item_id", "open_items"),
    Leaning("allocations", "source_id", "receipts", ("source", "receipt")),
    Leaning("allocations", "source_id", "credit_notes", ("source", "credit_note")),
    Leaning("disputes", "item_id", "open_items"),
    Leaning("promises", "item_id", "open_items"),
    Leaning("promises", "customer_id", "customers"),
    Leaning("limits", "customer_id", "customers"),
    Leaning("limits", "group_id", "groups"),
    Leaning("approvals", "customer_id", "customers"),
    Leaning("approvals", "order_id", "orders"),
    Leaning("screenings", "customer_id", "customers"),
    Leaning("admissions", "customer_id", "customers"),
    Leaning("reviews", "customer_id", "customers"),
    Leaning("contracts", "customer_id", "customers"),
    Leaning("buyer_limits", "policy_id", "insurance_policies"),
    Leaning("bill_payments", "bill_id", "bills"),
    Leaning("bank_matches", "line_id", "bank_lines"),
    Leaning("bank_matches", "target_id", "receipts", ("target", "receipt")),
    Leaning("bank_matches", "target_id", "bill_payments", ("target", "bill_payment")),
    Leaning("bank_matches", "target_id", "planned_flows", ("target", "planned_flow")),
    Leaning("bank_matches", "target_id", "bank_lines", ("target", "transfer")),
)
_MARKS = ("store_sighting", "store_retraction")
_MINE = {"key": pl.String, "id": pl.Int64, "again": pl.Int64, "corrected": pl.Boolean, "remains": pl.Boolean}


def mine_of(name: str, batch: Batch) -> pl.DataFrame:
    """What the keys of a table that a batch had a say in become without it, as if it had never been there.

    Every import and decision that counts says of some keys what they are: by a row it inserted, by a row that it
    found there already, or by taking one back. What was said last holds; that is so after an undo too.

    Returns:
        ``key``; ``id``: the fact that counts today and shall no longer; ``again``: the fact whose content shall count
        again; ``corrected``: the next to say anything of the key has corrected what the batch said; ``remains``:
        something counts under the key afterwards.
    """
    keys = _touched(name, batch)
    if not keys.len():
        return pl.DataFrame(schema=_MINE)
    rows = facts.versions(name, batch.company_id, keys)
    says, rank = _says(name, rows, batch)
    in_order = says.filter(pl.col("rank") != rank).sort("rank")
    after = in_order.filter(pl.col("rank") > rank).group_by("key").agg(pl.col("digest").first().alias("after"))
    last = in_order.group_by("key").agg(pl.col("digest").last().alias("last"), pl.col("fact").last().alias("again"))
    now = rows.filter(pl.col("gone_in").is_null()).select("key", "id", pl.col("digest").alias("now"))
    both = says.filter(pl.col("rank") == rank).select("key", "digest")
    for frame in (after, last, now):
        both = both.join(frame, on="key", how="left")
    moves = ~pl.col("last").eq_missing(pl.col("now"))
    return both.select(
        "key",
        pl.when(moves).then("id").alias("id"),
        pl.when(moves).then("again").alias("again"),
        (pl.col("after") != pl.col("digest")).fill_null(False).alias("corrected"),
        pl.col("last").is_not_null().alias("remains"),
    )


def _touched(name: str, batch: Batch) -> pl.Series:
    """The keys that a batch inserted, saw or took back."""
    keys = [database.read(f"fact_{name}", {"key": pl.String}, "WHERE batch_id = ?", [batch.id])]
    where = 'WHERE "table" = ? AND batch_id = ?'
    marks = [database.read(mark, {"fact": pl.Int64}, where, [name, batch.id]) for mark in _MARKS]
    ids = pl.concat(marks).get_column("fact")
    if ids.len():
        every = database.read(
            f"fact_{name}", {"id": pl.Int64, "key": pl.String}, "WHERE company_id = ?", [batch.company_id]
        )
        keys.append(every.filter(pl.col("id").is_in(ids.to_list())).select("key"))
    return pl.concat(keys).get_column("key").unique()


def _says(name: str, rows: pl.DataFrame, batch: Batch) -> tuple[pl.DataFrame, int]:
    """Who said what of some rows, ``key``, ``rank``, ``fact``, ``digest`` (both empty where it was taken back).

    rank: the place of who said so among the imports and decisions that count; the batch's own comes with it. An undo
    says nothing of its own: it only draws from what others have said.
    """
    counting = Batch.objects.filter(company_id=batch.company_id, state="committed").exclude(kind="undo")
    order = list(counting.order_by("committed_at").values_list("id", flat=True))
    ranks = pl.DataFrame(
        {"batch_id": order, "rank": range(len(order))}, schema={"batch_id": pl.Int64, "rank": pl.Int64}
    )
    seen = database.read("store_sighting", {"fact": pl.Int64, "batch_id": pl.Int64}, 'WHERE "table" = ?', [name])
    told = rows.select("key", "batch_id", pl.col("id").alias("fact"), "digest")
    sighted = seen.join(told.drop("batch_id"), on="fact").select("key", "batch_id", "fact", "digest")
    taken = rows.select("key", pl.col("gone_in").alias("batch_id")).drop_nulls().join(told, ["key", "batch_id"], "anti")
    said = pl.concat([told, sighted, taken], how="diagonal").join(ranks, on="batch_id").drop("batch_id")
    return said, order.index(batch.id)


def built_on(batch: Batch, mine: Mapping[str, pl.DataFrame]) -> dict[str, str | int] | None:
    """What was built on a batch's rows by others: the first thing found, or None.

    Args:
        mine: table to what ``mine_of`` gives.
    """
    for name, frame in mine.items():
        corrected = frame.filter("corrected")
        if corrected.height:
            told = _shown(corrected.item(0, "key"))
            return {"table": name, "row": told, "by": name, "count": corrected.height, "other": told}
    for leaning in LEANINGS:
        if leaning.on not in mine:
            continue
        kind = {leaning.kind[0]: pl.String} if leaning.kind else {}
        columns = {"key": pl.String, leaning.column: pl.String, **kind}
        rows = facts.standing(leaning.table, batch.company_id, columns)
        if leaning.table in mine:
            rows = rows.join(mine[leaning.table].select("id"), on="id", how="anti")
        if leaning.kind:
            rows = rows.filter(pl.col(leaning.kind[0]) == leaning.kind[1])
        held = mine[leaning.on].filter(~pl.col("remains")).select(pl.col("key").alias(leaning.column))
        found = rows.join(held, on=leaning.column, how="semi")
        if found.height:
            return {
                "table": leaning.on,
                "row": _shown(found.item(0, leaning.column)),
                "by": leaning.table,
                "other": _shown(found.item(0, "key")),
                "count": found.height,
            }
    return None


def _shown(key: str) -> str:
    return key.replace("\x1f", " ")
