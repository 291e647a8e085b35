"""Readings: how a file was understood and which of its rows were not, kept for the page that shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from shutil import rmtree
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem
from solvent.books.books import Ledger
from solvent.intake.intake import Intake, Reading
from solvent_server.store import database

_SHEET, _COUNTS, _REJECTED, _DOCUMENTS = "reading.json", "counts.parquet", "rejected.parquet", "documents.parquet"


def keep(errand: int, intake: Intake, problems: list[Problem]) -> None:
    """Write it down, less the rows themselves, which are parked with their batch."""
    place = _place(errand)
    rmtree(place, ignore_errors=True)
    with database.told():
        place.mkdir(parents=True)
        intake.counts.write_parquet(place / _COUNTS)
        intake.rejected.write_parquet(place / _REJECTED)
        intake.documents.write_parquet(place / _DOCUMENTS)
        told = {
            "readings": [{name: _plain(value) for name, value in asdict(one).items()} for one in intake.readings],
            "problems": [
                {"code": one.code, "place": one.place, "facts": {name: _fact(fact) for name, fact in one.facts.items()}}
                for one in problems
            ],
        }
        (place / _SHEET).write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def kept(errand: int) -> tuple[Intake, list[Problem]] | None:
    """What was kept, as an intake without its rows; None where it was discarded or cleared away."""
    place = _place(errand)
    try:
        told = json.loads((place / _SHEET).read_text("utf-8"))
        counts, rejected, documents = (pl.read_parquet(place / name) for name in (_COUNTS, _REJECTED, _DOCUMENTS))
    except (OSError, ValueError):
        return None
    readings = tuple(_reading(one) for one in told["readings"])
    problems = [Problem(one["code"], one["place"], one["facts"]) for one in told["problems"]]
    return Intake(Ledger({}, UNKNOWN), counts, rejected, readings, documents), problems


def lying() -> list[int]:
    """The errands of which something is kept."""
    folder = _place(0).parent
    return sorted(int(path.name) for path in folder.glob("[0-9]*")) if folder.exists() else []


def clear(errand: int) -> None:
    """Take it away."""
    rmtree(_place(errand), ignore_errors=True)


def _reading(told: Mapping[str, Any]) -> Reading:
    return Reading(**{**told, "columns": tuple(told["columns"]), "unused": tuple(told["unused"])})


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _fact(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


def _place(errand: int) -> Path:
    return database.folder() / "readings" / str(errand)
