"""Carry: an intake through files and back, exactly, without anything in them that could run.

Frames travel as uncompressed Arrow, so that what is read is never larger than the file; the rest travels as JSON.
Whoever unpacks trusts nothing: names, shapes and types are looked at, and anything else is an error.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, fields
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from solvent.base.problem import Problem
from solvent.base.table import DType
from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, DOCUMENTS, REJECTED, Intake, Reading

RESULT = "intake.json"
_FRAMES: Mapping[str, dict[str, DType]] = {"counts": COUNTS, "rejected": REJECTED, "documents": DOCUMENTS}
_TUPLES = {field.name for field in fields(Reading) if str(field.type).startswith("tuple")}


class CarryError(Exception):
    """What came back is not an intake."""


def pack(intake: Intake, folder: Path) -> None:
    """Write an intake into a folder. The journal is not carried: it is built again from the tables."""
    frames = {"counts": intake.counts, "rejected": intake.rejected, "documents": intake.documents}
    tables = {name: frame.collect() for name, frame in intake.ledger.tables.items()}
    for name, frame in [*frames.items(), *((f"table.{name}", frame) for name, frame in tables.items())]:
        frame.rechunk().write_ipc(folder / f"{name}.arrow", compression="uncompressed")
    told = {
        "tables": list(tables),
        "currency": intake.ledger.currency,
        "control_total": intake.ledger.control_total,
        "problems": [[problem.code, problem.place, dict(problem.facts)] for problem in intake.ledger.problems],
        "readings": [asdict(reading) for reading in intake.readings],
    }
    (folder / RESULT).write_text(json.dumps(told), "ascii")


def unpack(folder: Path, most_bytes: int) -> Intake:
    """Read an intake that ``pack`` wrote.

    Raises:
        CarryError: something is missing, too large, or of another shape.
    """
    try:
        told = json.loads(left_behind(folder / RESULT, most_bytes))
        frames = {name: _frame(folder / f"{name}.arrow", schema, most_bytes) for name, schema in _FRAMES.items()}
        tables = {
            name: _frame(folder / f"table.{name}.arrow", TABLES[name].schema, most_bytes).lazy()
            for name in told["tables"]
        }
        ledger = Ledger(
            tables,
            _of(str, told["currency"]),
            None if told["control_total"] is None else _of(int, told["control_total"]),
            tuple(_problem(*problem) for problem in told["problems"]),
        )
        readings = tuple(_reading(reading) for reading in told["readings"])
        return Intake(ledger, frames["counts"], frames["rejected"], readings, frames["documents"])
    except CarryError:
        raise
    except Exception as error:
        raise CarryError(str(error)) from error


def left_behind(path: Path, most: int) -> bytes:
    """The bytes of a plain file that a child wrote; it may have put a link, a pipe or a mountain there instead.

    Raises:
        CarryError: it is not there, is no plain file, or has more bytes than ``most``.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise CarryError(path.name) from error
    with os.fdopen(handle, "rb") as file:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode) or told.st_size > most:
            raise CarryError(path.name)
        return file.read(most)


def _frame(path: Path, schema: Mapping[str, DType], most: int) -> pl.DataFrame:
    frame = pl.read_ipc(BytesIO(left_behind(path, most)))
    if dict(frame.schema) != dict(pl.Schema(schema)):
        raise CarryError(f"{path.name}: {frame.schema}")
    return frame


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise CarryError(f"{value!r} is no {kind.__name__}")
    return value


def _problem(code: Any, place: Any, facts: Any) -> Problem:
    for name, value in facts.items():
        if not (value is None or isinstance(value, (str, int, float))):
            raise CarryError(f"{name}: {value!r}")
    return Problem(_of(str, code), _of(str, place), facts)


def _reading(told: Mapping[str, Any]) -> Reading:
    values: dict[str, Any] = {name: tuple(value) if name in _TUPLES else value for name, value in told.items()}
    return Reading(**values)
