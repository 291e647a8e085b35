"""Assessments: what a run gave, kept in a folder of its own, to be looked at by many and replaced by the next.

``sheet.json`` is written last, so a folder half written is none. ``report.json`` holds the figures, ``NAME.parquet``
the frames that pages list, ``run`` the simulated paths that a what-if lays its changes over.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

import solvent
from solvent.assessment import Assessment
from solvent.base.problem import SolventError
from solvent.base.terms import FAMILIES, Policy, terms_of
from solvent.decisions.liquidity.stress.what_if import Difference, WhatIf, what_if
from solvent.documents.figures import figures
from solvent.documents.frames import frames
from solvent.files.cash.runs import Run, is_run, load_run, save_run
from solvent.simulation.company import world_of
from solvent_server.store import database

SHEET, REPORT, RUN = "sheet.json", "report.json", "run"
OF_WHAT_IF = ("liquidity.gap", "scenario.")
"""Families of the policy that a what-if asks."""
LEFT = 24 * 60 * 60
"""Seconds after which a folder without a sheet is being written by nobody any more."""
KEPT = 8
"""So many of the newest assessments of a company are kept; of older ones the last of each month."""


@dataclass(frozen=True)
class Kept:
    """One kept assessment; what is in it is read when it is asked for, and once."""

    folder: Path
    sheet: Mapping[str, Any] = field(compare=False)

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

    def answer(self, asked: WhatIf) -> Difference | None:
        """A what-if over the kept paths, by the policy that they were drawn with; None: there are no paths."""
        if self.run is None:
            return None
        line = float(self.run.facts.get("floor_minor") or 0)
        return what_if(self.run.paths, self.run.world, asked, line, self._policy())

    def _policy(self) -> Policy:
        """The policy that it was made with, as far as a what-if asks it."""
        entries = {
            key: [
                (date.fromisoformat(entry["since"]), {name: value for name, value in entry.items() if name != "since"})
                for entry in told
            ]
            for key, told in self.report["policy"].items()
            if key.startswith(OF_WHAT_IF)
        }
        return Policy(self.as_of, entries)


def keep(code: str, assessment: Assessment, made_at: str) -> Kept:
    """Write an assessment of a company beside the earlier ones, and make it the newest.

    Args:
        made_at: the moment, ``audit.moment`` as ISO text; of two of one day the later counts.

    Raises:
        SolventError: the disk is full; nothing of it is left there.
    """
    home = _home(code)
    folder = home / f"{assessment.snapshot.as_of.isoformat()}.{made_at.replace(':', '').replace('+', 'Z')[:17]}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with database.told():
            _write(folder, assessment, made_at)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _tidy(home)
    os.utime(home)
    return _read(folder, (folder / SHEET).stat().st_mtime_ns)


def _write(folder: Path, assessment: Assessment, made_at: str) -> None:
    """The files of an assessment, the sheet last."""
    snapshot = assessment.snapshot
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
        "policy": policy_digest(assessment.policy),
        "solvent": solvent.__version__,
    }
    (folder / SHEET).write_text(json.dumps(sheet), "utf-8")


def policy_digest(policy: Policy) -> str:
    """A name of what is decided on the policy's day: equal where the same terms have the same values.

    >>> policy_digest(Policy(date(2026, 10, 31))) == policy_digest(Policy(date(2026, 11, 1)))
    True
    """
    told = {}
    for key in sorted(policy.overrides):
        kind = FAMILIES[key]
        stands, plain = policy.terms(kind), terms_of(kind)
        differs = {name: getattr(stands, name) for name in plain if getattr(stands, name) != plain[name].default}
        if differs:
            told[key] = differs
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def latest(code: str) -> Kept | None:
    """The newest kept assessment of a company; None: there is none yet."""
    every = earlier(code)
    return every[-1] if every else None


def earlier(code: str) -> list[Kept]:
    """Every kept assessment of a company, by day and moment."""
    home = _home(code)
    try:
        changed = home.stat().st_mtime_ns
    except FileNotFoundError:
        return []
    known = _KNOWN.get(home)
    if known is None or known[0] != changed:
        sheets = sorted(home.glob(f"*/{SHEET}"), key=lambda path: path.parent.name)
        known = (changed, [_read(path.parent, path.stat().st_mtime_ns) for path in sheets])
        if time.time_ns() - changed > SETTLED:
            _KNOWN[home] = known
    return list(known[1])


_KNOWN: dict[Path, tuple[int, list[Kept]]] = {}
"""What there was when the folder of a company last changed; ``keep`` touches it when an assessment is whole."""
SETTLED = 2_000_000_000
"""Nanoseconds: a folder that changed this shortly ago may change again within one tick of the disk's clock."""


def days(code: str) -> list[date]:
    """The days that assessments are kept of, the newest first."""
    return sorted({kept.as_of for kept in earlier(code)}, reverse=True)


def of_day(code: str, day: str) -> Kept | None:
    """The last assessment of a day, told as ISO text; None: none is kept."""
    return next((kept for kept in reversed(earlier(code)) if kept.sheet["as_of"] == day), None)


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
    for left in set(home.iterdir()) - set(folders):  # somebody was killed while writing
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT:
                shutil.rmtree(left, ignore_errors=True)
