"""Heartbeat: a sign that a worker is alive, whatever it is busy with."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from solvent_server.store import database

EVERY = 5.0
"""Seconds between two beats."""
GONE = 60.0
"""Seconds after which a worker that has not beaten counts as gone."""


def beat() -> None:
    """This process is alive."""
    place = _place()
    with suppress(OSError):  # a full disk is told by what needs it
        place.mkdir(exist_ok=True)
        (place / str(os.getpid())).touch()


def stop() -> None:
    """This process ends, and is not to be missed."""
    with suppress(OSError):
        (_place() / str(os.getpid())).unlink(missing_ok=True)


def age() -> float | None:
    """Seconds since the last beat of any worker; None: there has been none."""
    beats = []
    for file in _place().glob("[0-9]*"):
        with suppress(OSError):
            since = max(time.time() - file.stat().st_mtime, 0.0)
            beats.append(since)
            if since > 24 * 60 * GONE:
                file.unlink()
    return min(beats, default=None)


def _place() -> Path:
    return database.folder() / "workers"
