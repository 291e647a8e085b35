"""Heartbeat: a sign that a worker is alive, whatever it is busy with, and the name of what it has begun.

An empty file a worker in the data folder, which every worker sees, touched now and then; and one beside it for what it
works at. A worker that was killed takes nothing of it away: its beats end, and its process is there no more.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Set
from contextlib import suppress
from functools import cache
from pathlib import Path

from solvent_server.store import database

EVERY = 5.0
"""Seconds between two beats."""
GONE = 60.0
"""Seconds after which a worker that has not beaten counts as gone."""


def beat() -> None:
    """This process is alive."""
    with suppress(OSError):  # a full disk is told by what needs it
        _place().mkdir(exist_ok=True)
        (_place() / _me()).touch()


def stop() -> None:
    """This process ends, and is not to be missed."""
    end()
    with suppress(OSError):
        (_place() / _me()).unlink(missing_ok=True)


def begin(name: str) -> None:
    """This process works at something, and at nothing else; told before anybody can see that it has begun."""
    beat()
    end()
    with suppress(OSError):
        (_place() / f"{_me()}+{name}").touch()


def end() -> None:
    """This process works at nothing."""
    for file in _place().glob(f"{os.getpid()}@*+*"):
        if file.name.startswith(f"{_me()}+"):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def at_work() -> Set[str]:
    """What workers that are alive have begun."""
    marks = [file.name.partition("+") for file in _place().glob("[0-9]*+*")]
    return {name for worker, _, name in marks if _lives(worker)}


def age() -> float | None:
    """Seconds since the last beat of any worker; None: there has been none."""
    beats = []
    for file in _place().glob("[0-9]*"):
        with suppress(OSError):
            since = _since(file)
            if "+" not in file.name:
                beats.append(since)
            if since > 24 * 60 * GONE:
                file.unlink()
    return min(beats, default=None)


def _lives(worker: str) -> bool:
    """True where it beats, and its process is there as far as can be seen from here."""
    try:
        if _since(_place() / worker) >= GONE:
            return False
        number, _, host = worker.partition("@")
        if host == _here() and sys.platform != "win32":
            os.kill(int(number), 0)
    except PermissionError:  # it is there, and somebody else's
        return True
    except (OSError, ValueError):
        return False
    return True


def _since(file: Path) -> float:
    return max(time.time() - file.stat().st_mtime, 0.0)


def _me() -> str:
    return f"{os.getpid()}@{_here()}"


@cache
def _here() -> str:
    """Where numbers of processes mean the same: this machine, or this container of it."""
    with suppress(OSError):
        return f"{socket.gethostname()}.{os.stat('/proc/self/ns/pid').st_ino}"
    return socket.gethostname()


def _place() -> Path:
    return database.folder() / "workers"
