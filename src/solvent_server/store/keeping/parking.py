"""Parking: what was read of a file, beside the database until it is committed.

Each reading lies in a folder of its own, and one small file says which of them counts: so a batch never gets tables of
two readings, whoever reads the same file at the same time.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent_server.store import database
from solvent_server.store.models import Batch

_READY = "ready.json"


def park(batch: int, tables: Mapping[str, pl.DataFrame], documents: pl.DataFrame) -> None:
    """Write the frames of a batch; the last file says that all are there."""
    place, mine = _place(batch), secrets.token_hex(6)
    (place / mine).mkdir(parents=True)
    try:
        for name, frame in {**tables, "_documents": documents}.items():
            memory = BytesIO()
            frame.write_parquet(memory)
            (place / mine / f"{name}.parquet").write_bytes(memory.getvalue())
        (place / mine / _READY).write_text(json.dumps({"reading": mine, "tables": sorted(tables)}), "ascii")
        before = _ready(place).get("reading")
        os.replace(place / mine / _READY, place / _READY)
    except OSError:
        rmtree(place / mine, ignore_errors=True)
        raise
    if before is not None:
        rmtree(place / before, ignore_errors=True)


def parked(batch: int) -> tuple[Mapping[str, pl.DataFrame], pl.DataFrame]:
    """The frames of a batch and its documents.

    Raises:
        SolventError: they are not there, or not all; the file has to be read again.
    """
    place = _place(batch)
    ready = _ready(place)
    try:
        return _read(place, ready)
    except (OSError, KeyError, pl.exceptions.PolarsError) as error:
        if _ready(place) != ready:  # read again meanwhile, and the reading before was taken away
            return parked(batch)
        raise SolventError("store.batch.not_parked", "", batch=batch) from error


def _read(place: Path, ready: Mapping[str, Any]) -> tuple[Mapping[str, pl.DataFrame], pl.DataFrame]:
    folder = place / ready["reading"]
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in ready["tables"]}
    return tables, pl.read_parquet(folder / "_documents.parquet")


def _ready(place: Path) -> Mapping[str, Any]:
    """Which reading counts, and its tables; empty where there is none."""
    try:
        told = json.loads((place / _READY).read_text("ascii"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def clear(batch: int) -> None:
    """Take the frames of a committed batch away."""
    rmtree(_place(batch), ignore_errors=True)


def sweep() -> None:
    """Take away what lies here of batches that wait no more: somebody was killed before clearing up."""
    folder = _place(0).parent
    lying = {int(path.name) for path in folder.glob("[0-9]*")} if folder.exists() else set()
    if lying:
        waiting = Batch.objects.filter(state="staged").values_list("id", flat=True)
        for batch in lying.difference(waiting):
            clear(batch)


def _place(batch: int) -> Path:
    return database.folder() / "staged" / str(batch)
