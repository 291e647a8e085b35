"""``solvent work``: does what pages have asked for: reads files, loads them, assesses. ``solvent serve`` starts one."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store, open_store


def _add(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language, company=False)
    parser.add_argument("--once", action="store_true", help=language.say("end when nothing waits any more"))
    parser.add_argument(
        "--alone", action="store_true", help=language.say("no other worker runs: begin again what was left half done")
    )


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)
    from solvent_server.store.errands import queue  # noqa: PLC0415

    if args.once:
        if args.alone:
            queue.begin_again()
        while worker.do_next():
            continue
        return OK
    parent = os.getppid()
    screen.line(screen.language.say("Waiting for work."), style="dim")
    worker.work(lambda: os.getppid() != parent, alone=args.alone)
    return OK


COMMAND = Command("do what pages have asked for: read files, load them, assess", _add, _run)
