"""Read: an upload through the guard: looked at, then read in a process of its own; whatever happens there is told."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from solvent.base.problem import Problem
from solvent.files.guard.carry import CarryError, left_behind, unpack
from solvent.files.guard.child import ASK, DATA, DONE, HOW
from solvent.files.guard.gate import refused_at_sight
from solvent.files.guard.limits import GUARD, GuardLimits
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.ledger.format import Format
from solvent.intake.sources.frame import nothing

_KEPT = ("LD_LIBRARY_PATH", "SYSTEMROOT")
"""What a child needs of the environment to start at all; nothing else is handed on, least of all secrets."""
_OUT_OF_MEMORY = ("memory allocation", "cannot allocate", "out of memory", "memoryerror", "std::bad_alloc")
_TAIL, _TALK = 4_000, 50_000_000


def read_guarded(
    source: Source,
    known: Known,
    formats: Sequence[Format] = (),
    profiles: Sequence[Profile] = (),
    limits: GuardLimits = GUARD,
) -> Intake:
    """Take in an upload that nobody trusts.

    Returns:
        The intake that ``solvent.intake.sources.take.take_in`` gives for these bytes, with every registered importer;
        or an intake of nothing with the one problem that says why: turned away at sight, too much memory, too long,
        or the reader fell over. Never raises for anything in the file.
    """
    problem = refused_at_sight(source, limits)
    if problem is not None:
        return nothing(problem)
    with TemporaryDirectory(prefix="solvent-guard-") as place:
        folder = Path(place)
        code, walls = run_child(folder, source, (known, tuple(formats), tuple(profiles)), limits)
        if code is None:
            return nothing(
                Problem("sources.guard.too_long", source.name, {"seconds": limits.wall_for(len(source.data))})
            )
        return _told(folder, source.name, code, walls)


def run_child(
    folder: Path, source: Source, ask: tuple[object, ...], limits: GuardLimits, row: tuple[str, ...] | None = None
) -> tuple[int | None, Mapping[str, int]]:
    """Have a child read an upload in ``folder``: its exit code (None: it had to be ended), and the walls it had.

    Args:
        ask: known, formats, profiles. row: table and key of the row whose places are wanted; nothing in it: only the
            first rows of each sheet; None: the whole reading.
    """
    size = len(source.data)
    walls = {
        "memory": limits.memory_for(size),
        "cpu": limits.cpu_for(size),
        "file": limits.result_bytes,
        "files": limits.open_files,
    }
    (folder / HOW).write_text(json.dumps({"name": source.name, "limits": walls, "row": row}), "ascii")
    (folder / DATA).write_bytes(source.data)
    (folder / ASK).write_bytes(pickle.dumps(ask))
    return _run(folder, limits.wall_for(size), limits.threads), walls


def _run(folder: Path, wall: int, threads: int) -> int | None:
    """The child's exit code, negative for a signal; None where it had to be ended."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"POLARS_MAX_THREADS": str(threads), "TMPDIR": str(folder), "HOME": str(folder), "LANG": "C.UTF-8"}
    with (folder / "said").open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-I", "-m", "solvent.files.guard", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        try:
            return child.wait(wall)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if child.returncode is None:
                _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and everything that it started; nobody has waited for it yet, so the number is still its own."""
    if hasattr(os, "killpg"):
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
    child.wait()


def _told(folder: Path, name: str, code: int, walls: Mapping[str, int]) -> Intake:
    """What the child left behind, or why there is nothing."""
    done = done_of(folder) if code == 0 else {}
    if done.get("outcome") == "read":
        try:
            intake = unpack(folder, walls["file"])
        except CarryError:
            return nothing(Problem("sources.guard.crashed", name))
        return intake if "memory" not in done["missing"] else _unwalled(intake, name)
    if code == -getattr(signal, "SIGXCPU", 0):
        return nothing(Problem("sources.guard.too_long", name, {"seconds": walls["cpu"]}))
    if done.get("outcome") == "memory" or code == -getattr(signal, "SIGKILL", 0) or _starved(folder):
        return nothing(Problem("sources.guard.memory", name, {"megabytes": walls["memory"] // 1_000_000}))
    return nothing(Problem("sources.guard.crashed", name))


def done_of(folder: Path) -> Mapping[str, Any]:
    """How a child says that it ended; empty where it says nothing that can be believed."""
    try:
        told = json.loads(left_behind(folder / DONE, _TAIL))
    except (CarryError, ValueError, RecursionError):
        return {}
    fair = isinstance(told, dict) and isinstance(told.get("missing"), list)
    return told if fair else {}


def _starved(folder: Path) -> bool:
    """True where the child's last words speak of memory: an engine that gets none ends its process at once."""
    try:
        words = left_behind(folder / "said", _TALK)[-_TAIL:].decode("utf-8", "replace").lower()
    except CarryError:
        return False
    return any(word in words for word in _OUT_OF_MEMORY)


def _unwalled(intake: Intake, name: str) -> Intake:
    """An intake with the word that this system could not hold the reader's memory back."""
    problems = (*intake.ledger.problems, Problem("sources.guard.no_walls", name))
    return replace(intake, ledger=replace(intake.ledger, problems=problems))
