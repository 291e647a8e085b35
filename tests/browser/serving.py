"""Serving: ``solvent serve`` on a store of one's own, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from pace import NEVER
from solvent_server.store import database
from stores import empty_store


def new_store(folder: Path) -> None:
    """An empty store whose server takes the log-ins that this process signs; this process is connected to it."""
    empty_store(folder)
    database.connect(folder)
    from django.conf import settings  # noqa: PLC0415 (needs the store)

    (folder / "secret.key").write_text(settings.SECRET_KEY, "ascii")


@contextmanager
def serving(folder: Path, *more: str) -> Iterator[Callable[[], str]]:
    """``solvent serve`` in a process of its own, on a free port, until the tests end; what is given waits until it
    answers, and tells where."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    log = folder / "serve.log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "solvent.files.cli", "serve", "--data", str(folder), "--port", str(port), *more],
            stdout=told,
            stderr=subprocess.STDOUT,
            env={**os.environ, "POLARS_MAX_THREADS": "2"},
        )

    def answers() -> str:
        until = monotonic() + NEVER
        while not _answers(port):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
            assert process.poll() is None, log.read_text()
            assert monotonic() < until, log.read_text()
        return f"http://127.0.0.1:{port}"

    try:
        yield answers
    finally:
        process.terminate()
        try:
            process.wait(NEVER / 30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
