"""Facts: rows of the books' tables in and out of the store, by company, as known at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

import polars as pl

from solvent.books.books import TABLES
from solvent_server.store import database
from solvent_server.store.models import Batch

_APART = "\x1f"
_EMPTY = "\x00"
LEFT_OUT = ("recorded_on",)
"""When a fact became known is not part of what it says."""


def keyed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of a table with ``key`` (the table's key as text) and ``digest`` (of what they say, stable for ever)."""
    table = TABLES[name]
    clean = frame.with_columns(pl.col(pl.String).str.replace_all("\x00", "\ufffd", literal=True))
    said = [_text(column, declared.dtype) for column, declared in table.columns.items() if column not in LEFT_OUT]
    whole = clean.select(
        pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in table.key], separator=_APART).alias(
            "key"
        ),
        pl.concat_str(said, separator=_APART).alias("said"),
    )
    digests = [blake2b(text.encode(), digest_size=16).hexdigest() for text in whole.get_column("said")]
    return clean.with_columns(whole.get_column("key"), pl.Series("digest", digests, dtype=pl.String))


def _text(column: str, dtype: Any) -> pl.Expr:
    """A cell as text that never changes from one version of an engine to the next."""
    cell = pl.col(column)
    if dtype == pl.Float64:
        cell = cell.reinterpret(signed=True)
    elif dtype == pl.Date:
        cell = cell.cast(pl.Int32)
    elif isinstance(dtype, pl.Datetime):
        cell = cell.cast(pl.Int64)
    elif dtype == pl.Boolean:
        cell = cell.cast(pl.Int8)
    return cell.cast(pl.String).fill_null(_EMPTY)


def insert(name: str, frame: pl.DataFrame, company: int, batch: int) -> None:
    """Insert rows that have ``key``, ``version`` and ``digest``, in the open transaction."""
    columns = ["key", "version", "digest", *TABLES[name].columns]
    ready = frame.select(pl.lit(company).alias("company_id"), pl.lit(batch).alias("batch_id"), *columns)
    database.write(f"fact_{name}", ready)


def retract(rows: Mapping[str, Iterable[int]], batch: int) -> None:
    """Let facts no longer count, from this batch on."""
    frames = [
        pl.DataFrame({"fact": list(ids)}, schema={"fact": pl.Int64}).select(
            pl.lit(name).alias("table"), "fact", pl.lit(batch).alias("batch_id")
        )
        for name, ids in rows.items()
    ]
    some = [frame for frame in frames if frame.height]
    if some:
        database.write("store_retraction", pl.concat(some))


def standing(name: str, company: int, columns: Mapping[str, Any], until: datetime | None = None) -> pl.DataFrame:
    """The facts of a table that count for a company, at ``until`` or now.

    Args:
        columns: name to type, of the fact table; ``id`` is needed and comes back.
    """
    wanted = {"id": pl.Int64, "batch_id": pl.Int64, **columns}
    rows = database.read(f"fact_{name}", wanted, "WHERE company_id = ?", [company])
    gone = database.read("store_retraction", {"fact": pl.Int64, "batch_id": pl.Int64}, 'WHERE "table" = ?', [name])
    if until is not None:
        seen = Batch.objects.filter(company_id=company, committed_at__lte=until).values_list("id", flat=True)
        told = pl.DataFrame({"batch_id": list(seen)}, schema={"batch_id": pl.Int64})
        rows, gone = (frame.join(told, on="batch_id", how="semi") for frame in (rows, gone))
    return rows.join(gone.select(pl.col("fact").alias("id")), on="id", how="anti")


def newest_versions(name: str, company: int, keys: pl.Series | None = None) -> pl.DataFrame:
    """The highest version of each key, retracted ones included: ``key``, ``version``."""
    rows = database.read(f"fact_{name}", {"key": pl.String, "version": pl.Int64}, "WHERE company_id = ?", [company])
    if keys is not None:
        rows = rows.filter(pl.col("key").is_in(keys.implode()))
    return rows.group_by("key").agg(pl.col("version").max())


def total_digest(digests: Iterable[str]) -> str:
    """One hash over the digests of many rows, whatever their order."""
    return blake2b("".join(sorted(digests)).encode(), digest_size=16).hexdigest()
