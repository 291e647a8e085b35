"""Backup: everything in one file that either database can take back, made while others work.

A zip of one Parquet file a table, read in one consistent state, the originals, the witness, and a manifest with the
number of rows and a hash of each part.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import polars as pl
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

from solvent.base.problem import SolventError
from solvent_server.store import audit, database
from solvent_server.store.keeping import originals
from solvent_server.store.models import AuditLine, Batch, Company

_MANIFEST = "manifest.json"
_TYPES = {
    "BigAutoField": pl.Int64, "AutoField": pl.Int64, "BigIntegerField": pl.Int64, "IntegerField": pl.Int64,
    "ForeignKey": None, "OneToOneField": None, "BooleanField": pl.Boolean, "FloatField": pl.Float64,
    "DateField": pl.Date, "DateTimeField": pl.Datetime("us"),
}  # fmt: skip
_PART = 100_000
_SHA = re.compile("[0-9a-f]{64}")
_DAMAGED = (
    OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError, BadZipFile, EOFError, zlib.error,
    pl.exceptions.PolarsError,
)  # fmt: skip
"""All that a file which is no whole backup can make the readers of zip, JSON and Parquet say."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def backup(target: Path) -> dict[str, Any]:
    """Write a backup; gives its manifest.

    Raises:
        SolventError: the file is there already.
    """
    if target.exists():
        raise SolventError("store.backup.exists", str(target))
    with database.told():
        return _backup(target)


def _backup(target: Path) -> dict[str, Any]:
    part = target.with_name(target.name + ".part")
    manifest: dict[str, Any] = {"format": 1, "tables": {}, "originals": {}}
    with ZipFile(part, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        with database.still():
            seq, hashed = audit.head()
            manifest["head"] = {"seq": seq, "hash": hashed}
            for table in tables():
                manifest["tables"][table] = _table_out(archive, table)
            hashes = list(apps.get_model("store", "Original").objects.values_list("sha256", flat=True))
        for sha in hashes:
            path = originals.place_of(sha)
            archive.write(path, f"originals/{sha}", ZIP_STORED)
            manifest["originals"][sha] = path.stat().st_size
        archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
    part.replace(target)
    return manifest


def restore(source: Path) -> dict[str, Any]:
    """Take a backup back into an empty store, whole or not at all; gives its manifest.

    Originals come first: they lie under their hash and do no harm where the tables then are refused.

    Raises:
        SolventError: the store is not empty, or the file is not a whole backup.
    """
    _refuse_unless_empty(source)
    try:
        with ZipFile(source) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
            for sha in manifest["originals"]:
                _original_in(archive, sha, str(source))
            with database.writing():
                _refuse_unless_empty(source)
                _tables_in(archive, manifest, str(source))
                _witness_anew()
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise SolventError("store.disk", str(database.folder()), error=str(error.strerror)) from error
        raise SolventError("store.restore.damaged", str(source), part=str(error)) from error
    return manifest


def _refuse_unless_empty(source: Path) -> None:
    if any(model.objects.exists() for model in (Company, AuditLine, Batch, get_user_model())):
        raise SolventError("store.restore.not_empty", str(source))


def _tables_in(archive: ZipFile, manifest: dict[str, Any], place: str) -> None:
    for table in tables():
        if table in manifest["tables"]:
            _table_in(archive, table, manifest["tables"][table], place)
    _sequences(list(manifest["tables"]))
    if audit.head() != (manifest["head"]["seq"], manifest["head"]["hash"]):
        raise SolventError("store.restore.damaged", place, part="head")


def tables() -> list[str]:
    """Every table, those that others point to before those that point."""
    every = [model for app in ("auth", "store") for model in apps.get_app_config(app).get_models(True)]
    wanted = {model._meta.db_table: model for model in every if "permission" not in model._meta.db_table}
    done: list[str] = []
    while wanted:
        for name, model in list(wanted.items()):
            points = {f.related_model._meta.db_table for f in model._meta.fields if f.is_relation}
            if not (points - {name}) & set(wanted):
                done.append(name)
                del wanted[name]
    return done


def _model(table: str) -> Any:
    return next(model for model in apps.get_models(True) if model._meta.db_table == table)


def _schema(table: str) -> dict[str, Any]:
    told = {}
    for field in _model(table)._meta.fields:
        kind = field.target_field if field.is_relation else field
        told[field.column] = _TYPES.get(kind.get_internal_type(), pl.String) or pl.Int64
    return told


def _parts(table: str, schema: dict[str, Any]) -> Iterator[pl.DataFrame]:
    """The rows of a table over this transaction's own connection, in parts."""
    names = ", ".join(f'"{name}"' for name in schema)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f'SELECT {names} FROM "{table}" ORDER BY 1')
        while rows := cursor.fetchmany(_PART):
            yield _framed(rows, schema)


def _framed(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    plain = [[_plain(cell) for cell in row] for row in rows]
    loose = {name: pl.String if _temporal(dtype) else dtype for name, dtype in schema.items()}
    frame = pl.DataFrame(plain, schema=loose, orient="row", strict=False)
    return frame.with_columns(
        pl.col(name).str.to_date("%Y-%m-%d") if dtype == pl.Date
        else pl.col(name).str.replace("T", " ", literal=True).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
        for name, dtype in schema.items() if _temporal(dtype)
    )  # fmt: skip


def _temporal(dtype: Any) -> bool:
    return dtype == pl.Date or isinstance(dtype, pl.Datetime)


def _plain(cell: Any) -> Any:
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False)
    if hasattr(cell, "tzinfo"):
        return cell.replace(tzinfo=None).isoformat(" ") if not hasattr(cell, "date") else _utc(cell)
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def _utc(moment: Any) -> str:
    offset = moment.utcoffset()
    told = moment.replace(tzinfo=None) - offset if offset else moment.replace(tzinfo=None)
    return str(told.isoformat(" "))


def _table_out(archive: ZipFile, table: str) -> dict[str, Any]:
    schema, rows, hashes, part = _schema(table), 0, [], 0
    for frame in _parts(table, schema):
        memory = BytesIO()
        frame.write_parquet(memory)
        data = memory.getvalue()
        archive.writestr(f"tables/{table}/{part:06d}.parquet", data, ZIP_STORED)
        hashes.append(sha256(data).hexdigest())
        rows, part = rows + frame.height, part + 1
    return {"rows": rows, "parts": hashes}


def _table_in(archive: ZipFile, table: str, told: dict[str, Any], place: str) -> None:
    schema, rows = _schema(table), 0
    for part, hashed in enumerate(told["parts"]):
        data = archive.read(f"tables/{table}/{part:06d}.parquet")
        if sha256(data).hexdigest() != hashed:
            raise SolventError("store.restore.damaged", place, part=table)
        frame = _of_today(pl.read_parquet(BytesIO(data)), table, schema)
        rows += frame.height
        if table == "store_batch":
            frame = frame.sort(pl.col("undoes_id").fill_null(-1))
        database.write(table, frame)
    if rows != told["rows"]:
        raise SolventError("store.restore.damaged", place, part=table)


def _of_today(frame: pl.DataFrame, table: str, schema: dict[str, Any]) -> pl.DataFrame:
    """A part with the columns of today: one that came later than the backup, and may be empty, is."""
    fields = _model(table)._meta.fields
    later = {one.column for one in fields if one.null and one.column not in frame.columns}
    return frame.select(pl.lit(None, dtype=schema[name]).alias(name) if name in later else name for name in schema)


def _sequences(names: list[str]) -> None:
    """PostgreSQL counts on where the rows end."""
    if not database.on_postgresql():
        return
    with connection.cursor() as cursor:
        for table in names:
            if "id" in _schema(table):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT MAX(id) FROM \"{table}\"))"
                    f' WHERE EXISTS (SELECT 1 FROM "{table}")'
                )


def _original_in(archive: ZipFile, sha: str, place: str) -> None:
    if not _SHA.fullmatch(sha):
        raise SolventError("store.restore.damaged", place, part=sha)
    path = originals.place_of(sha)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(sha + ".part")
    with archive.open(f"originals/{sha}") as told, part.open("wb") as file:
        shutil.copyfileobj(told, file)
    if sha256(part.read_bytes()).hexdigest() != sha:
        part.unlink()
        raise SolventError("store.restore.damaged", place, part=sha)
    part.replace(path)


def _witness_anew() -> None:
    """The witness of the restored trail: a line for every line, as if each had been seen."""
    lines = AuditLine.objects.order_by("seq").values_list("seq", "hash")
    place = database.folder() / audit.WITNESS
    part = place.with_name(f"{audit.WITNESS}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.writelines(f"{seq} {hashed}\n" for seq, hashed in lines)
    part.replace(place)
