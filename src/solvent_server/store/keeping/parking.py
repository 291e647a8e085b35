"""Parking: what was read of a file, beside the database until it is committed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

import polars as pl

from solvent.base.problem import SolventError
from solvent_server.store import database

_READY = "ready.json"


def park(batch: int, tables: Mapping[str, pl.DataFrame], documents: pl.DataFrame) -> None:
    """Write the frames of a batch; the last file says that all are there."""
    place = _place(batch)
    place.mkdir(parents=True, exist_ok=True)
    (place / _READY).unlink(missing_ok=True)
    for name, frame in tables.items():
        frame.write_parquet(place / f"{name}.parquet")
    documents.write_parquet(place / "_documents.parquet")
    (place / _READY).write_text(json.dumps(sorted(tables)), "ascii")


def parked(batch: int) -> tuple[Mapping[str, pl.DataFrame], pl.DataFrame]:
    """The frames of a batch and its documents.

    Raises:
        SolventError: they are not there, or not all; the file has to be read again.
    """
    place = _place(batch)
    try:
        names = json.loads((place / _READY).read_text("ascii"))
        tables = {name: pl.read_parquet(place / f"{name}.parquet") for name in names}
        return tables, pl.read_parquet(place / "_documents.parquet")
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise SolventError("store.batch.not_parked", "", batch=batch) from error


def clear(batch: int) -> None:
    """Take the frames of a committed batch away."""
    rmtree(_place(batch), ignore_errors=True)


def _place(batch: int) -> Path:
    return database.folder() / "staged" / str(batch)
