"""References: which rows of the books lean on which others, so that nothing is taken away from under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from solvent_server.store import facts
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


def built_on(batch: Batch, mine: Mapping[str, pl.DataFrame]) -> dict[str, str | int] | None:
    """What was built on a batch's rows by others: the first thing found, or None.

    Args:
        mine: table to ``id``, ``key``, ``corrected``, ``remains`` of what stands of the batch's rows.
    """
    for name, frame in mine.items():
        corrected = frame.filter("corrected")
        if corrected.height:
            told = str(corrected.item(0, "key"))
            return {"table": name, "row": told, "by": name, "count": corrected.height, "other": told}
    for leaning in LEANINGS:
        if leaning.on not in mine:
            continue
        kind = {leaning.kind[0]: pl.String} if leaning.kind else {}
        columns = {"key": pl.String, leaning.column: pl.String, **kind}
        rows = facts.standing(leaning.table, batch.company_id, columns).filter(pl.col("batch_id") != batch.id)
        if leaning.kind:
            rows = rows.filter(pl.col(leaning.kind[0]) == leaning.kind[1])
        held = mine[leaning.on].filter(~pl.col("remains")).select(pl.col("key").alias(leaning.column))
        found = rows.join(held, on=leaning.column, how="semi")
        if found.height:
            return {
                "table": leaning.on,
                "row": str(found.item(0, leaning.column)),
                "by": leaning.table,
                "other": str(found.item(0, "key")),
                "count": found.height,
            }
    return None
