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
    Leaning("bill_payments", "bill_id", "bills"),
    Leaning("bank_matches", "line_id", "bank_lines"),
    Leaning("bank_matches", "target_id", "receipts", ("target", "receipt")),
    Leaning("bank_matches", "target_id", "bill_payments", ("target", "bill_payment")),
    Leaning("bank_matches", "target_id", "planned_flows", ("target", "planned_flow")),
    Leaning("bank_matches", "target_id", "bank_lines", ("target", "transfer")),
)
_MINE = {"id": pl.Int64, "key": pl.String, "corrected": pl.Boolean, "remains": pl.Boolean}


def mine_of(name: str, batch: Batch) -> pl.DataFrame:
    """What stands today of the rows that a batch answers for: ``id``, ``key``, ``corrected``, ``remains``.

    These are the rows that it inserted, less those that another import, still counting, has brought too; and rows of
    an undone import that only this one has brought as well. A row that a later batch corrected and whose correction
    was undone stands again under another number; it is still this batch's. A row that says something else today was
    ``corrected``. A key ``remains`` where the batch itself was the correction: the row before it will stand again.
    """
    columns = {"id": pl.Int64, "batch_id": pl.Int64, "key": pl.String, "digest": pl.String}
    states = dict(Batch.objects.filter(company_id=batch.company_id).values_list("id", "state"))
    undos = list(Batch.objects.filter(company_id=batch.company_id, kind="undo").values_list("id", flat=True))
    seen = database.read("store_sighting", {"fact": pl.Int64, "batch_id": pl.Int64}, 'WHERE "table" = ?', [name])
    others = [one for one, state in states.items() if state == "committed" and one != batch.id]
    held = seen.filter(pl.col("batch_id").is_in(others)).select(pl.col("fact").alias("id"))
    own = database.read(f"fact_{name}", columns, "WHERE batch_id = ?", [batch.id])
    looked = seen.filter(pl.col("batch_id") == batch.id).select(pl.col("fact").alias("id"))
    if looked.height:
        every = database.read(f"fact_{name}", columns, "WHERE company_id = ?", [batch.company_id])
        undone = [one for one, state in states.items() if state == "undone"]
        adopted = every.filter(pl.col("batch_id").is_in(undone)).join(looked, on="id", how="semi")
        own = pl.concat([own, adopted])
    own = own.join(held, on="id", how="anti")
    if not own.height:
        return pl.DataFrame(schema=_MINE)
    stands = facts.standing_keys(name, batch.company_id, own.get_column("key")).filter(pl.col("id").is_not_null())
    both = own.select(pl.col("id").alias("was"), "key", "digest").join(stands, on="key", suffix="_now")
    restored = (pl.col("digest") == pl.col("digest_now")) & pl.col("batch_id").is_in(undos)
    gone = database.read("store_retraction", {"fact": pl.Int64}, 'WHERE "table" = ? AND batch_id = ?', [name, batch.id])
    keys = database.read(f"fact_{name}", {"id": pl.Int64, "key": pl.String}, "WHERE company_id = ?", [batch.company_id])
    before = keys.join(gone.select(pl.col("fact").alias("id")), on="id", how="semi").select("key").unique()
    return both.join(before.with_columns(pl.lit(True).alias("remains")), on="key", how="left").select(
        "id",
        "key",
        (~((pl.col("id") == pl.col("was")) | restored)).alias("corrected"),
        pl.col("remains").fill_null(False),
    )


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
