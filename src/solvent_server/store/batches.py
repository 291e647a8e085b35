"""Batches: what comes in is staged, looked at, and then committed whole or not at all; and can be undone.

A row whose key is not there is new. A row whose key is there and says the same is known. One that says something else
is a correction: the old row is retracted and the new one inserted as its next version. Nothing is ever updated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent.intake.intake import Intake, Source
from solvent_server.store import audit, database, facts, originals
from solvent_server.store.models import Batch, Company, StatementRecord
from solvent_server.store.references import built_on

Frames = Mapping[str, pl.DataFrame]
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Staged:
    """A batch that waits. already: it was committed before, and nothing is to be done."""

    batch: int
    already: bool
    committed_at: datetime | None = None


@dataclass(frozen=True)
class Preview:
    """What a commit would do now.

    counts: table to ``new``, ``known``, ``changed``. changed: table, key, column, old, new (as text), the first few
    hundred. documents: statements and invoices, as DOCUMENTS says.
    """

    batch: int
    counts: Counts
    changed: pl.DataFrame
    documents: pl.DataFrame


@dataclass(frozen=True)
class Committed:
    """What a commit did."""

    batch: int
    counts: Counts
    at: datetime


@dataclass(frozen=True)
class _Change:
    """For one table: rows to insert with their version, and facts to retract."""

    insert: pl.DataFrame
    retract: Sequence[int]
    known: int
    changed: int
    pairs: pl.DataFrame = field(default_factory=pl.DataFrame)


CHANGED = {"table": pl.String, "key": pl.String, "column": pl.String, "old": pl.String, "new": pl.String}
_SHOWN = 300


def stage(company: Company, intake: Intake, *, original: Source, kind: str, account_id: str = "", actor: str) -> Staged:
    """Keep the file and what was read of it, until it is committed.

    The same file of the same kind and account that is committed already, or staged already, is found again.
    """
    kept = originals.keep(original)
    like = Batch.objects.filter(company=company, original=kept, kind=kind, account_id=account_id)
    done = like.filter(state="committed").order_by("-id").first()
    if done is not None:
        return Staged(done.id, True, done.committed_at)
    with transaction.atomic():
        audit.lock()
        batch = like.filter(state="staged").order_by("-id").first()
        if batch is None:
            batch = Batch.objects.create(
                company=company, kind=kind, name=original.name, original=kept, account_id=account_id,
                state="staged", actor=actor, created_at=datetime.now(UTC),
            )  # fmt: skip
    tables = {name: frame.collect() for name, frame in intake.ledger.tables.items() if name in TABLES}
    _park(batch.id, tables, intake.documents)
    return Staged(batch.id, False)


def preview(batch_id: int) -> Preview:
    """Compare a staged batch with what stands now."""
    batch = _staged(batch_id)
    tables, documents = _parked(batch_id)
    changes = {name: _change(name, frame, batch.company_id) for name, frame in tables.items()}
    shown = [_differences(name, change.pairs) for name, change in changes.items() if change.changed]
    changed = pl.concat(shown).head(_SHOWN) if shown else pl.DataFrame(schema=CHANGED)
    return Preview(batch_id, _counts(changes), changed, documents)


def commit(batch_id: int, actor: str) -> Committed:
    """Put a staged batch into the books, whole or not at all."""
    tables, documents = _parked(batch_id)
    with transaction.atomic():
        audit.lock()
        batch = _staged(batch_id)
        done = _enter(batch, tables, documents, actor)
    _clear(batch_id)
    return done


def record(company: Company, tables: Frames, *, kind: str, actor: str, reason: str = "") -> Committed:
    """Rows that a person or a rule decided, in one transaction."""
    with transaction.atomic():
        audit.lock()
        batch = Batch.objects.create(
            company=company, kind=kind, state="staged", actor=actor, reason=reason, created_at=datetime.now(UTC)
        )
        return _enter(batch, tables, None, actor)


def undo(batch_id: int, actor: str, reason: str) -> Committed:
    """Take a committed batch back: its rows no longer count, and what it had corrected counts again.

    Raises:
        SolventError: it is not committed, it is an undo itself, or something was built on it.
    """
    with transaction.atomic():
        audit.lock()
        batch = Batch.objects.select_related("company").filter(id=batch_id).first()
        if batch is None:
            raise SolventError("store.batch.unknown", "", batch=batch_id)
        if batch.state != "committed" or batch.kind == "undo":
            raise SolventError("store.undo.not_committed", "", batch=batch_id, state=batch.state)
        mine = {name: frame for name in TABLES if (frame := _mine(name, batch)).height}
        built = built_on(batch, mine)
        if built is not None:
            raise SolventError("store.undo.built_on", "", batch=batch_id, **built)
        back = Batch.objects.create(
            company=batch.company, kind="undo", state="staged", actor=actor, reason=reason, undoes=batch,
            created_at=datetime.now(UTC),
        )  # fmt: skip
        changes = {name: _back(name, batch, frame) for name, frame in mine.items()}
        Batch.objects.filter(id=batch.id).update(state="undone")
        return _written(back, changes, actor, "undo", {"undoes": batch.id, "reason": reason})


def withdraw(company: Company, keys: Mapping[str, Sequence[str]], *, actor: str, reason: str) -> Committed:
    """Rows that shall no longer count, by table and key: how a match or another decision is taken back."""
    with transaction.atomic():
        audit.lock()
        batch = Batch.objects.create(
            company=company, kind="person", state="staged", actor=actor, reason=reason, created_at=datetime.now(UTC)
        )
        changes = {}
        for name, wanted in keys.items():
            standing = facts.standing(name, company.pk, {"key": pl.String})
            gone = standing.filter(pl.col("key").is_in(list(wanted))).get_column("id").to_list()
            none = facts.keyed(name, TABLES[name].empty()).with_columns(pl.lit(0, dtype=pl.Int64).alias("version"))
            changes[name] = _Change(none, gone, 0, len(gone))
        return _written(
            batch, changes, actor, "withdraw", {"reason": reason, "keys": {k: list(v) for k, v in keys.items()}}
        )


def _enter(batch: Batch, tables: Frames, documents: pl.DataFrame | None, actor: str) -> Committed:
    changes = {name: _change(name, frame, batch.company_id) for name, frame in tables.items()}
    for row in documents.iter_rows(named=True) if documents is not None else ():
        told = {name: "" if value is None and name in ("number", "account_id", "currency", "code", "facts") else value
                for name, value in row.items() if name != "source"}  # fmt: skip
        StatementRecord.objects.create(batch=batch, **told)
    facts_told = {"name": batch.name, "original": batch.original_id or "", "reason": batch.reason}
    return _written(batch, changes, actor, f"commit.{batch.kind}", facts_told)


def _written(
    batch: Batch, changes: Mapping[str, _Change], actor: str, action: str, told: Mapping[str, Any]
) -> Committed:
    at = audit.moment()
    for name, change in changes.items():
        facts.insert(name, change.insert, batch.company_id, batch.id)
    facts.retract({name: change.retract for name, change in changes.items()}, batch.id)
    counts = _counts(changes)
    digests = {
        name: facts.total_digest(change.insert.get_column("digest")) for name, change in changes.items()
        if change.insert.height
    }  # fmt: skip
    Batch.objects.filter(id=batch.id).update(state="committed", committed_at=at, counts=counts, digests=digests)
    whole = {**told, "counts": counts, "digests": digests}
    audit.append(actor, action, f"batch {batch.id}", whole, company=batch.company.code, at=at)
    return Committed(batch.id, counts, at)


def _change(name: str, frame: pl.DataFrame, company: int) -> _Change:
    """What a frame changes in a table."""
    mine = facts.keyed(name, frame).unique("key", keep="first", maintain_order=True)
    standing = facts.standing(name, company, {"key": pl.String, "digest": pl.String})
    there = mine.join(
        standing.rename({"digest": "stood", "id": "fact"}).drop("batch_id"), on="key", how="left", maintain_order="left"
    )
    new = there.filter(pl.col("fact").is_null())
    changed = there.filter(pl.col("fact").is_not_null() & (pl.col("stood") != pl.col("digest")))
    fresh = pl.concat([new, changed])
    return _Change(
        _versioned(name, fresh, company),
        changed.get_column("fact").to_list(),
        there.height - fresh.height,
        changed.height,
        changed,
    )


def _versioned(name: str, rows: pl.DataFrame, company: int) -> pl.DataFrame:
    """The rows with the next version of their key."""
    if not rows.height:
        return rows.with_columns(pl.lit(0, dtype=pl.Int64).alias("version"))
    versions = facts.newest_versions(name, company)
    joined = rows.join(versions, on="key", how="left", maintain_order="left")
    return joined.with_columns((pl.col("version") + 1).fill_null(0))


def _mine(name: str, batch: Batch) -> pl.DataFrame:
    """What stands today of the rows that a batch inserted: ``id``, ``key``, ``corrected``, ``remains``.

    A row that a later batch corrected and whose correction was undone stands again under another number; it is still
    this batch's. A row that says something else today was ``corrected``. A key ``remains`` where the batch itself was
    the correction: the row before it will stand again.
    """
    columns = {"id": pl.Int64, "key": pl.String, "digest": pl.String}
    inserted = database.read(f"fact_{name}", columns, "WHERE batch_id = ?", [batch.id])
    if not inserted.height:
        return inserted.select("id", "key", pl.lit(False).alias("corrected"), pl.lit(False).alias("remains"))
    undos = list(Batch.objects.filter(company_id=batch.company_id, kind="undo").values_list("id", flat=True))
    standing = facts.standing(name, batch.company_id, {"key": pl.String, "digest": pl.String})
    both = inserted.rename({"id": "was"}).join(standing, on="key", suffix="_now")
    restored = (pl.col("digest") == pl.col("digest_now")) & pl.col("batch_id").is_in(undos)
    before = _retracted_by(name, batch).select("key").unique().with_columns(pl.lit(True).alias("remains"))
    return both.join(before, on="key", how="left").select(
        "id",
        "key",
        (~((pl.col("id") == pl.col("was")) | restored)).alias("corrected"),
        pl.col("remains").fill_null(False),
    )


def _retracted_by(name: str, batch: Batch) -> pl.DataFrame:
    """The facts that a batch retracted, whole."""
    gone = database.read("store_retraction", {"fact": pl.Int64}, 'WHERE "table" = ? AND batch_id = ?', [name, batch.id])
    columns = {"id": pl.Int64, "key": pl.String, "digest": pl.String, **TABLES[name].schema}
    if not gone.height:
        return pl.DataFrame(schema=columns)
    rows = database.read(f"fact_{name}", columns, "WHERE company_id = ?", [batch.company_id])
    return rows.join(gone.select(pl.col("fact").alias("id")), on="id", how="semi")


def _back(name: str, batch: Batch, mine: pl.DataFrame) -> _Change:
    """Retract what a batch inserted; insert again what it had retracted."""
    again = _retracted_by(name, batch).drop("id")
    return _Change(_versioned(name, again, batch.company_id), mine.get_column("id").to_list(), 0, again.height)


def _counts(changes: Mapping[str, _Change]) -> Counts:
    return {
        name: {"new": change.insert.height - change.changed, "known": change.known, "changed": change.changed}
        for name, change in changes.items()
    }


def _differences(name: str, pairs: pl.DataFrame) -> pl.DataFrame:
    """Column by column what a correction changes."""
    ids = pairs.get_column("fact").to_list()[:_SHOWN]
    columns = {"id": pl.Int64, **TABLES[name].schema}
    marks = ", ".join("?" for _ in ids)
    old = database.read(f"fact_{name}", columns, f"WHERE id IN ({marks})", ids)
    both = pairs.head(_SHOWN).join(old, left_on="fact", right_on="id", suffix="_old")
    told = []
    for column in TABLES[name].columns:
        if column in facts.LEFT_OUT or f"{column}_old" not in both.columns:
            continue
        differs = ~pl.col(column).eq_missing(pl.col(f"{column}_old"))
        told.append(
            both.filter(differs).select(
                pl.lit(name).alias("table"),
                "key",
                pl.lit(column).alias("column"),
                pl.col(f"{column}_old").cast(pl.String).alias("old"),
                pl.col(column).cast(pl.String).alias("new"),
            )
        )
    return pl.concat(told) if told else pl.DataFrame(schema=CHANGED)


def _staged(batch_id: int) -> Batch:
    batch = Batch.objects.select_related("company").filter(id=batch_id).first()
    if batch is None:
        raise SolventError("store.batch.unknown", "", batch=batch_id)
    if batch.state != "staged":
        raise SolventError("store.batch.not_staged", "", batch=batch_id, state=batch.state)
    return batch


def _place(batch_id: int) -> Path:
    return database.folder() / "staged" / str(batch_id)


def _park(batch_id: int, tables: Frames, documents: pl.DataFrame) -> None:
    """Write what was read beside the database; the last file says that all are there."""
    place = _place(batch_id)
    place.mkdir(parents=True, exist_ok=True)
    (place / "ready.json").unlink(missing_ok=True)
    for name, frame in tables.items():
        frame.write_parquet(place / f"{name}.parquet")
    documents.write_parquet(place / "_documents.parquet")
    (place / "ready.json").write_text(json.dumps(sorted(tables)), "ascii")


def _parked(batch_id: int) -> tuple[Frames, pl.DataFrame]:
    place = _place(batch_id)
    if not (place / "ready.json").exists():
        _staged(batch_id)
        raise SolventError("store.batch.not_parked", "", batch=batch_id)
    names = json.loads((place / "ready.json").read_text("ascii"))
    tables = {name: pl.read_parquet(place / f"{name}.parquet") for name in names}
    return tables, pl.read_parquet(place / "_documents.parquet")


def _clear(batch_id: int) -> None:
    place = _place(batch_id)
    for path in sorted(place.glob("*")) if place.exists() else ():
        path.unlink(missing_ok=True)
    if place.exists():
        place.rmdir()
