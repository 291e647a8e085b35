"""Stores: one that was migrated once in a run, to copy wherever an empty store is asked for."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from solvent_server.store import database


@cache
def _migrated() -> Path:
    folder = TemporaryDirectory(prefix="solvent-template-")
    atexit.register(folder.cleanup)
    database.connect(Path(folder.name))
    database.migrate()
    database.close()
    return Path(folder.name) / "solvent.sqlite3"


def empty_store(data: Path) -> None:
    """A migrated store on SQLite with nothing in it in that folder; whatever was connected before is not any more."""
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(_migrated(), data / "solvent.sqlite3")
