"""``solvent serve``: the web application on this machine's own store; ``solvent work``: one more worker for it."""

from __future__ import annotations

import logging
import os
import socket
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from multiprocessing import get_context, set_start_method
from pathlib import Path
from signal import SIGTERM, signal
from threading import Event, Thread
from time import sleep
from typing import Any

from solvent.base.problem import SolventError
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store, open_store
from solvent_server.settings import HASHED

PORT = 8765
COLLECTED = ".collected"
"""Says which state of the pages' files was laid ready, compressed and under names of their own."""
LEAVE = 60
"""Seconds that a page may still take when the server is told to stop."""
AGAIN = 5.0
"""Seconds before a worker is begun again, or the store is asked again whether it answers."""


def _add(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language, company=False)
    parser.add_argument(
        "--address", default="127.0.0.1", help=language.say("on which address; by default this machine")
    )
    parser.add_argument("--port", type=int, default=PORT, help=language.say("on which port"))
    parser.add_argument("--workers", type=int, default=1, help=language.say("how many processes answer"))
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help=language.say("answer pages only; solvent work, started apart, does what they ask for"),
    )


def _run(args: Namespace, screen: Screen) -> int:
    if not is_free(_here(args.address), args.port):
        raise SolventError("store.port_taken", "", port=str(args.port))
    open_store(args.data, migrated=False)
    from solvent_server.store.start import first  # noqa: PLC0415 (needs the store)

    with screen.working("Setting up"):
        prepare()
    _say_of_charts(screen)
    key = first.new_key()
    if key is not None:
        screen.line(screen.language.say("Nobody is here yet. The first person lets himself in with this key, once:"))
        screen.line(f"  {key}", style="bold")
    told = screen.language.say("Open {address} in a browser.", address=f"http://{_here(args.address)}:{args.port}/")
    serve(args.address, args.port, args.workers, lambda: screen.line(told), worker=not args.no_worker)
    return OK


def _say_of_charts(screen: Screen) -> None:
    from solvent_server.web.charts.library import built  # noqa: PLC0415 (needs the store)

    if not built():
        say = screen.language.say
        screen.line(
            say(
                "The charts of the pages were not built, so pages show tables in their place. "
                "To build them: python build_assets.py"
            ),
            style="dim",
        )


def prepare() -> None:
    """Bring the store and what pages are dressed in up to date."""
    from django.conf import settings  # noqa: PLC0415 (needs the store)
    from django.core.management import call_command  # noqa: PLC0415

    from solvent_server.store import database  # noqa: PLC0415

    database.migrate()
    root: Path = settings.STATIC_ROOT
    root.mkdir(parents=True, exist_ok=True)
    state, mark = _state_of_files(), root / COLLECTED
    if mark.is_file() and mark.read_text("ascii") == state:
        return
    settings.STORAGES["staticfiles"]["BACKEND"] = HASHED
    call_command("collectstatic", verbosity=0, interactive=False)
    mark.write_text(state, "ascii")


def _state_of_files() -> str:
    """One figure for all files of the pages: another one where any of them is another."""
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415 (needs the store)

    told = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            told.append(f"{name} {stat.st_size} {stat.st_mtime_ns}")
    return sha256("\n".join(sorted(told)).encode()).hexdigest()


def serve(address: str, port: int, workers: int, ready: Callable[[], None], *, worker: bool = True) -> None:
    """Answer until told to stop, with a worker beside; ``ready`` is called once the address answers."""
    from django.db import connections  # noqa: PLC0415 (needs the store)
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    from solvent_server.store import database  # noqa: PLC0415

    # a process that answers begins afresh: one that is forked off threads at work (Polars, Numba) would wait for ever
    set_start_method("spawn", force=True)
    connections.close_all()
    os.environ["SOLVENT_DATA"] = str(database.folder())
    over = Event()
    if worker:
        Thread(target=_keep_working, args=(str(database.folder()), over), daemon=True).start()
    Thread(target=_when_open, args=(address, port, ready), daemon=True).start()
    Granian(
        "solvent_server.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=6,  # one works at a time (web.parts.turns); the others hold what takes long
        backpressure=64,
        log_access=False,
        log_level=LogLevels.error,
        log_dictconfig=_logging(),
        respawn_failed_workers=True,
        workers_kill_timeout=LEAVE,
    ).serve()
    over.set()


def _logging() -> dict[str, Any]:
    """The log of the settings, which what the server itself has to say goes into too."""
    from django.conf import settings  # noqa: PLC0415 (needs the store)

    own = {name: {"handlers": ["told"], "propagate": False} for name in ("_granian", "granian.access")}
    return {**settings.LOGGING, "loggers": {**settings.LOGGING["loggers"], **own}}


def is_free(address: str, port: int) -> bool:
    """True where nobody answers on the port."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return False
    except OSError:
        return True


def _here(address: str) -> str:
    """How this machine reaches an address that it answers at."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)


def _when_open(address: str, port: int, ready: Callable[[], None]) -> None:
    while is_free(_here(address), port):
        sleep(0.1)
    ready()


def _keep_working(data: str, over: Event) -> None:
    """A worker beside the pages as long as they are served; where one is ended, for want of memory, another one."""
    while not over.is_set():
        beside = get_context("spawn").Process(target=_worker, args=(data,), daemon=True)
        beside.start()
        beside.join()
        if not over.wait(AGAIN):
            logging.getLogger("solvent.work").error("the worker ended with %s; another one begins", beside.exitcode)


def _worker(data: str) -> None:
    """Do what the pages ask for, in a process of its own, as long as they are served."""
    served_by = os.getppid()
    _end_when_told()
    with suppress(KeyboardInterrupt):
        _work(Path(data), lambda: os.getppid() != served_by)


def _work(data: Path | None, until: Callable[[], bool]) -> None:
    """Work; a store that does not answer yet, or waits to be brought up to date, is waited for."""
    while not until():
        try:
            open_store(data)
            break
        except SolventError as error:
            if error.problem.code not in ("store.database", "store.behind"):
                raise
            logging.getLogger("solvent.work").warning("waiting for the store: %s", error)
            sleep(AGAIN)
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)

    worker.work(until)


def _end_when_told() -> None:
    """Leave at SIGTERM as at the end of the program: nothing half done counts, and the next worker does it anew."""
    signal(SIGTERM, lambda *_: sys.exit(0))


def _add_work(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language, company=False)
    parser.add_argument("--once", action="store_true", help=language.say("end when nothing waits any more"))


def _run_work(args: Namespace, screen: Screen) -> int:
    _end_when_told()
    if args.once:
        open_store(args.data)
        from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)

        worker.work_off()
        return OK
    screen.line(screen.language.say("Waiting for work."), style="dim")
    with suppress(KeyboardInterrupt):
        _work(args.data, lambda: False)
    return OK


COMMAND = Command("open the web application", _add, _run)
WORK = Command("do what pages have asked for: read files, load them, assess", _add_work, _run_work)
