"""Counts: how many requests were answered, how, and in what time, over all processes that answer.

Each process counts for itself and writes its counts down now and then; whoever is asked adds up those of all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic

from solvent_server.store import database

EVERY = 2.0
"""Seconds between two times of writing down."""
BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds up to which the parts of the histogram reach."""
_counts: dict[str, float] = {}
_lock = Lock()
_written = {"at": 0.0}


def count(view: str, status: int, seconds: float) -> None:
    """One request was answered."""
    with _lock:
        _add(f"requests {view} {status // 100}xx", 1)
        _add("seconds", seconds)
        _add("count", 1)
        for bound in BOUNDS:
            if seconds <= bound:
                _add(f"bucket {bound}", 1)
        if monotonic() - _written["at"] >= EVERY:
            _written["at"] = monotonic()
            _write()


def total() -> Mapping[str, float]:
    """The counts of all processes together."""
    with _lock:
        told = dict(_counts)
    for file in _place().glob("[0-9]*.json"):
        if file.stem == str(os.getpid()):
            continue
        with suppress(OSError, ValueError):
            for name, value in json.loads(file.read_text("utf-8")).items():
                told[name] = told.get(name, 0.0) + float(value)
    return told


def forget() -> None:
    """Begin anew, as a server does when it starts."""
    with _lock:
        _counts.clear()
    for file in _place().glob("[0-9]*.json"):
        file.unlink(missing_ok=True)


def _add(name: str, value: float) -> None:
    _counts[name] = _counts.get(name, 0.0) + value


def _write() -> None:
    with suppress(OSError):  # a full disk is told by what needs it
        _place().mkdir(exist_ok=True)
        part = _place() / f"{os.getpid()}.part"
        part.write_text(json.dumps(_counts), "utf-8")
        part.replace(_place() / f"{os.getpid()}.json")


def _place() -> Path:
    return database.folder() / "metrics"
