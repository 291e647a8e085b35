"""Backups: those that pages have asked for, in the data folder, the newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from solvent_server.store import audit, database
from solvent_server.store.keeping.backup import backup

FOLDER = "backups"
_NAME = re.compile(r"solvent-\d{4}-\d{2}-\d{2}T\d{6}\.zip")


@dataclass(frozen=True)
class Made:
    """One backup. size: bytes."""

    name: str
    size: int
    at: datetime
    path: Path


def make(at: datetime, *, actor: str) -> tuple[Made, dict[str, Any]]:
    """One more, named by the moment; gives it and its manifest.

    Raises:
        SolventError: one of this very second is there already, or the disk is full.
    """
    name = f"solvent-{at.astimezone(UTC):%Y-%m-%dT%H%M%S}.zip"
    place = database.folder() / FOLDER
    with database.told():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    manifest = backup(place / name)
    (place / name).chmod(0o600)
    made = _made(place / name)
    with database.writing():
        told = {"name": name, "bytes": made.size}
        audit.append(actor, "backup.made", f"backup {name}", told, company="", at=audit.moment())
    return made, manifest


def every() -> list[Made]:
    """Every backup there, the newest first."""
    place = database.folder() / FOLDER
    found = [path for path in place.glob("solvent-*.zip") if _NAME.fullmatch(path.name)]
    return sorted((_made(path) for path in found), key=lambda made: made.name, reverse=True)


def one(name: str) -> Made | None:
    """A backup by its name; None where there is none of that name."""
    return next((made for made in every() if made.name == name), None)


def taken(made: Made, *, actor: str) -> None:
    """Somebody takes it out of the house: a line in the trail before the first byte."""
    with database.writing():
        told = {"name": made.name, "bytes": made.size}
        audit.append(actor, "backup.taken", f"backup {made.name}", told, company="", at=audit.moment())


def _made(path: Path) -> Made:
    told = path.stat()
    return Made(path.name, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC), path)
