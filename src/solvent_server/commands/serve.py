"""``solvent serve``: the web application on this machine's own store; ``solvent work``: one more worker for it."""

from __future__ import annotations

import os
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from hashlib import sha256
from multiprocessing import get_context, set_start_method
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store, open_store
from solvent_server.settings import HASHED

PORT = 8765
COLLECTED = ".collected"
"""Says which state of the pages' files was laid ready, compressed and under names of their own."""
PATIENCE = 60.0
"""Seconds after which a server that does not answer is not waited for any more."""


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
    open_store(args.data)
    from solvent_server.store.start import first  # noqa: PLC0415 (needs the store)

    with screen.working("Setting up"):
        prepare()
    _say_of_charts(screen)
    key = first.new_key()
    if key is not None:
        screen.line(screen.language.say("Nobody is here yet. The first person lets himself in with this key, once:"))
        screen.line(f"  {key}", style="bold")
    told = screen.language.say("Open {address} in a browser.", address=f"http://{args.address}:{args.port}/")
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
    if worker:
        beside = get_context("spawn").Process(target=_worker, args=(str(database.folder()),), daemon=True)
        beside.start()
    Thread(target=_when_open, args=(address, port, ready), daemon=True).start()
    Granian(
        "solvent_server.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=4,
        backpressure=64,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


def is_free(address: str, port: int) -> bool:
    """True where nobody answers on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as link:
        link.settimeout(1)
        return link.connect_ex((address, port)) != 0


def _when_open(address: str, port: int, ready: Callable[[], None]) -> None:
    until = monotonic() + PATIENCE
    here = "127.0.0.1" if address in ("", "0.0.0.0") else address
    while monotonic() < until:
        if not is_free(here, port):
            ready()
            return
        sleep(0.1)


def _worker(data: str) -> None:
    """Do what the pages ask for, in a process of its own, as long as they are served."""
    served_by = os.getppid()
    open_store(Path(data))
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)

    worker.work(lambda: os.getppid() != served_by, alone=True)


def _add_work(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language, company=False)
    parser.add_argument("--once", action="store_true", help=language.say("end when nothing waits any more"))


def _run_work(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)

    if args.once:
        while worker.do_next():
            continue
        return OK
    screen.line(screen.language.say("Waiting for work."), style="dim")
    worker.work()
    return OK


COMMAND = Command("open the web application", _add, _run)
WORK = Command("do what pages have asked for: read files, load them, assess", _add_work, _run_work)
