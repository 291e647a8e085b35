"""``solvent serve``: the web application on this machine's own store; ``solvent work``: one more worker for it."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from multiprocessing import get_context
from pathlib import Path

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store, open_store

PORT = 8765


def _add(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language, company=False)
    parser.add_argument(
        "--address", default="127.0.0.1", help=language.say("on which address; by default this machine")
    )
    parser.add_argument("--port", type=int, default=PORT, help=language.say("on which port"))
    parser.add_argument("--workers", type=int, default=1, help=language.say("how many processes answer"))


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from django.conf import settings  # noqa: PLC0415 (needs the store)
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415

    from solvent_server.store import database  # noqa: PLC0415

    with screen.working("Setting up"):
        database.migrate()
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False)
    connections.close_all()
    os.environ["SOLVENT_DATA"] = str(database.folder())
    worker = get_context("spawn").Process(target=_worker, args=(str(database.folder()),), daemon=True)
    worker.start()
    screen.line(screen.language.say("Open {address} in a browser.", address=f"http://{args.address}:{args.port}/"))
    Granian(
        "solvent_server.wsgi:application",
        address=args.address,
        port=args.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=args.workers,
        blocking_threads=4,
        backpressure=64,
        log_access=False,
    ).serve()
    return OK


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
