"""Facts: rows of the books' tables in and out of the store, by company, as known at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import polars as pl

from solvent.books.books import TABLES
from solvent_server.store import database
from solvent_server.store.models import Batch

_APART = "\x1f"
LEFT_OUT = ("recorded_on",)
"""When a fact became known is not part of what it says."""
FEW = 2_000
"""Keys up to which rows are asked for one by one, and not by reading the table."""


def keyed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of a table with ``key`` (the table's key as text) and ``digest`` (of what they say, stable for ever).

    The digest is over the filled columns with their names, so that a column added later changes no old digest.
    Control characters that a database cannot keep, or that keep columns apart here, become U+FFFD. What is no finite
    number becomes empty, and there is one zero.
    """
    table = TABLES[name]
    number = pl.col(pl.Float64)
    finite = pl.when(number == 0).then(0.0).when(number.is_finite()).then(number)
    clean = frame.with_columns(pl.col(pl.String).str.replace_all("[\x00\x1f]", "\ufffd"), finite.name.keep())
    said = []
    for column, declared in table.columns.items():
        if column not in LEFT_OUT:
            cell = _text(clean, column, declared.dtype)
            told = pl.concat_str(pl.lit(f"{column}="), pl.lit(cell), pl.lit(_APART))
            said.append(pl.when(pl.lit(cell.is_not_null())).then(told).otherwise(pl.lit("")))
    whole = clean.select(
        pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in table.key], separator=_APART).alias(
            "key"
        ),
        pl.concat_str(said).alias("said"),
    )
    digests = [blake2b(text.encode(), digest_size=16).hexdigest() for text in whole.get_column("said")]
    return clean.with_columns(whole.get_column("key"), pl.Series("digest", digests, dtype=pl.String))


def _text(frame: pl.DataFrame, column: str, dtype: Any) -> pl.Series:
    """Cells as text that never changes from one version of an engine to the next; empty stays empty."""
    cells = frame.get_column(column)
    if dtype == pl.Float64:
        return pl.Series(column, [None if cell is None else repr(float(cell)) for cell in cells], dtype=pl.String)
    if dtype == pl.Date:
        cells = cells.cast(pl.Int32)
    elif isinstance(dtype, pl.Datetime):
        cells = cells.cast(pl.Int64)
    elif dtype == pl.Boolean:
        cells = cells.cast(pl.Int8)
    return cells.cast(pl.String)


def sound(name: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that keep the table's laws and have a key of their own; and the others, with ``rule``.

    Of rows that say the same under one key the first stays and the others are simply the same row.
    """
    table = TABLES[name]
    rows = keyed(name, frame).unique(["key", "digest"], keep="first", maintain_order=True)
    rules = {code: rule for code, rule in table.broken().items() if code != "key.doubled"}
    broken = pl.coalesce(pl.when(rule).then(pl.lit(code)) for code, rule in rules.items())
    doubled = pl.when(~pl.col("key").is_first_distinct()).then(pl.lit("key.doubled"))
    told = rows.with_columns(pl.coalesce(broken, doubled).alias("rule"))
    return told.filter(pl.col("rule").is_null()).drop("rule"), told.filter(pl.col("rule").is_not_null())


def insert(name: str, frame: pl.DataFrame, company: int, batch: int) -> None:
    """Insert rows that have ``key``, ``version`` and ``digest``, in the open transaction."""
    columns = ["key", "version", "digest", *TABLES[name].columns]
    ready = frame.select(pl.lit(company).alias("company_id"), pl.lit(batch).alias("batch_id"), *columns)
    database.write(f"fact_{name}", ready)


def mark(table: str, facts: Mapping[str, Sequence[int]], batch: int) -> None:
    """Insert rows of ``store_retraction`` or ``store_sighting``, in the open transaction."""
    frames = [
        pl.DataFrame({"fact": list(ids)}, schema={"fact": pl.Int64}).select(
            pl.lit(name).alias("table"), "fact", pl.lit(batch).alias("batch_id")
        )
        for name, ids in facts.items()
    ]
    some = [frame for frame in frames if frame.height]
    if some:
        database.write(table, pl.concat(some))


def standing(name: str, company: int, columns: Mapping[str, Any], until: datetime | None = None) -> pl.DataFrame:
    """The facts of a table that count for a company, at ``until`` or now, with ``id`` and ``batch_id``.

    Args:
        columns: name to type, of the fact table.
    """
    rows = database.read(
        f"fact_{name}", {"id": pl.Int64, "batch_id": pl.Int64, **columns}, "WHERE company_id = ?", [company]
    )
    gone = database.read("store_retraction", {"fact": pl.Int64, "batch_id": pl.Int64}, 'WHERE "table" = ?', [name])
    if until is not None:
        late = Batch.objects.filter(company_id=company).exclude(committed_at__lte=until).values_list("id", flat=True)
        told = pl.DataFrame({"batch_id": list(late)}, schema={"batch_id": pl.Int64})
        if told.height:
            rows, gone = (frame.join(told, on="batch_id", how="anti") for frame in (rows, gone))
    return rows.join(gone.select(pl.col("fact").alias("id")), on="id", how="anti") if gone.height else rows


def standing_of(name: str, company: int, keys: Sequence[str]) -> pl.DataFrame:
    """The facts of a few keys that count now, in the table's own columns.

    Args:
        keys: each the cells of the table's key as text, with slashes between, as evidence names them.
    """
    wanted = pl.Series("key", [_APART.join(_cells(name, key)) for key in keys], dtype=pl.String)
    ids = standing_keys(name, company, wanted).get_column("id").drop_nulls().to_list()
    schema = TABLES[name].schema
    if not ids:
        return pl.DataFrame(schema=schema)
    marks = ", ".join("?" for _ in ids)
    return database.read(f"fact_{name}", schema, f"WHERE id IN ({marks})", ids)


def _cells(name: str, key: str) -> Sequence[str]:
    """A key with slashes between into its cells; a slash too many belongs to the first of them."""
    return key.rsplit("/", len(TABLES[name].key) - 1) if len(TABLES[name].key) > 1 else [key]


def standing_keys(name: str, company: int, keys: pl.Series) -> pl.DataFrame:
    """What stands of some keys: ``key``, ``id``, ``batch_id``, ``digest``, and ``newest``, the key's highest version.

    A key that never was is not there; one of which nothing stands has no id.
    """
    every = versions(name, company, keys)
    newest = every.group_by("key").agg(pl.col("version").max().alias("newest"))
    return newest.join(every.filter(pl.col("gone_in").is_null()).drop("version", "gone_in"), on="key", how="left")


def versions(name: str, company: int, keys: pl.Series) -> pl.DataFrame:
    """Every version of some keys: ``id``, ``batch_id``, ``key``, ``digest``, ``version``, ``gone_in``: retracted by."""
    columns = {"id": pl.Int64, "batch_id": pl.Int64, "key": pl.String, "digest": pl.String, "version": pl.Int64}
    if keys.len() <= FEW:
        every = _by_key(name, company, keys.to_list(), columns)
        gone = _retracted(name, every.get_column("id").to_list())
    else:
        every = database.read(f"fact_{name}", columns, "WHERE company_id = ?", [company])
        every = every.join(keys.alias("key").to_frame().unique(), on="key", how="semi")
        gone = database.read("store_retraction", {"fact": pl.Int64, "batch_id": pl.Int64}, 'WHERE "table" = ?', [name])
    return every.join(gone.select(pl.col("fact").alias("id"), pl.col("batch_id").alias("gone_in")), on="id", how="left")


def _by_key(name: str, company: int, keys: Sequence[str], columns: Mapping[str, Any]) -> pl.DataFrame:
    told: list[tuple[Any, ...]] = []
    names = ", ".join(f'"{column}"' for column in columns)
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        marks = ", ".join("%s" for _ in part)
        told += database.rows(
            f'SELECT {names} FROM "fact_{name}" WHERE company_id = %s AND "key" IN ({marks})', [company, *part]
        )
    return pl.DataFrame(told, schema=dict(columns), orient="row")


def _retracted(name: str, ids: Sequence[int]) -> pl.DataFrame:
    told: list[tuple[Any, ...]] = []
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ", ".join("%s" for _ in part)
        told += database.rows(
            f'SELECT fact, batch_id FROM store_retraction WHERE "table" = %s AND fact IN ({marks})', [name, *part]
        )
    return pl.DataFrame(told, schema={"fact": pl.Int64, "batch_id": pl.Int64}, orient="row")


def fingerprint(rows: pl.DataFrame) -> str:
    """One hash over rows, whatever their order; every column counts."""
    joined = rows.select(
        pl.concat_str([pl.col(column).cast(pl.String).fill_null("\x00") for column in rows.columns], separator=_APART)
    ).to_series()
    return _one(joined.sort())


def _one(texts: Iterable[str]) -> str:
    whole = blake2b(digest_size=16)
    for text in texts:
        whole.update(text.encode())
        whole.update(b"\x1e")
    return whole.hexdigest()


PRINTED = ("key", "version", "digest", "recorded_on")
"""The columns of a fact that a batch's fingerprint holds; the digest holds the rest."""
