"""Assessments: what a run gave, kept in a folder of its own, to be looked at by many and replaced by the next.

``sheet.json`` is written last, so a folder half written is none. ``report.json`` holds the figures, ``NAME.parquet``
the frames that pages list, ``run`` the simulated paths that a what-if lays its changes over.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl

import solvent
from solvent.assessment import Assessment
from solvent.base.problem import SolventError
from solvent.documents.figures import figures
from solvent.documents.frames import frames
from solvent.files.cash.runs import Run, is_run, load_run, save_run
from solvent.simulation.company import world_of
from solvent_server.store import database

SHEET, REPORT, RUN = "sheet.json", "report.json", "run"
KEPT = 8
"""So many of the newest assessments of a company are kept; of older ones the last of each month."""


@dataclass(frozen=True)
class Kept:
    """One kept assessment; what is in it is read when it is asked for, and once."""

    folder: Path
    sheet: Mapping[str, Any]

    @property
    def as_of(self) -> date:
        """The day at whose end everything in it stands."""
        return date.fromisoformat(self.sheet["as_of"])

    @property
    def currency(self) -> str:
        """The currency of its figures."""
        return str(self.sheet["currency"])

    @cached_property
    def report(self) -> Mapping[str, Any]:
        """``documents.figures.figures``."""
        told: Mapping[str, Any] = json.loads((self.folder / REPORT).read_text("utf-8"))
        return told

    def frame(self, name: str) -> pl.LazyFrame:
        """One of ``documents.frames.frames``.

        Raises:
            SolventError: the assessment is of a version that had no such frame.
        """
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise SolventError("store.assessment.frame_missing", self.folder.name, name=name)
        return pl.scan_parquet(path)

    @cached_property
    def run(self) -> Run | None:
        """The simulated paths; None where there was nothing to simulate."""
        return load_run(self.folder / RUN) if is_run(self.folder / RUN) else None


def keep(code: str, assessment: Assessment, made_at: str) -> Kept:
    """Write an assessment of a company beside the earlier ones, and make it the newest.

    Args:
        made_at: the moment, ``audit.moment`` as ISO text; of two of one day the later counts.
    """
    snapshot = assessment.snapshot
    home = _home(code)
    folder = home / f"{snapshot.as_of.isoformat()}.{made_at.replace(':', '').replace('+', 'Z')[:17]}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / REPORT).write_text(json.dumps(figures(assessment), ensure_ascii=False), "utf-8")
    for name, frame in frames(assessment).items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd")
    if snapshot.paths is not None and snapshot.company is not None:
        facts = {"floor_minor": assessment.outlook.lines.line}
        save_run(Run(snapshot.paths, world_of(snapshot.company, snapshot.books), facts), folder / RUN)
    sheet = {
        "as_of": snapshot.as_of.isoformat(),
        "made_at": made_at,
        "currency": snapshot.books.currency,
        "seed": assessment.seed,
        "solvent": solvent.__version__,
    }
    (folder / SHEET).write_text(json.dumps(sheet), "utf-8")
    _tidy(home)
    return _read(folder, (folder / SHEET).stat().st_mtime_ns)


def latest(code: str) -> Kept | None:
    """The newest kept assessment of a company; None: there is none yet."""
    every = earlier(code)
    return every[-1] if every else None


def earlier(code: str) -> list[Kept]:
    """Every kept assessment of a company, by day and moment."""
    sheets = sorted(_home(code).glob(f"*/{SHEET}"), key=lambda path: path.parent.name)
    return [_read(path.parent, path.stat().st_mtime_ns) for path in sheets]


def _home(code: str) -> Path:
    return database.folder() / "assessments" / code


@lru_cache(maxsize=64)
def _read(folder: Path, stamp: int) -> Kept:
    """One object a process for each assessment, whatever asks for it; ``stamp`` tells when it was written anew."""
    return Kept(folder, json.loads((folder / SHEET).read_text("utf-8")))


def _tidy(home: Path) -> None:
    folders = sorted(path.parent for path in home.glob(f"*/{SHEET}"))
    last_of_month = {folder.name[:7]: folder for folder in folders}
    for folder in folders[:-KEPT]:
        if folder not in last_of_month.values():
            shutil.rmtree(folder, ignore_errors=True)
