"""``solvent demo``: the sample company, opened in a browser, or assessed on the screen."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from solvent.base.problem import SolventError
from solvent.files.command import OK, Command
from solvent.files.commands import assess
from solvent.files.language import Language
from solvent.files.sample import Plan, generate, write_sample
from solvent.files.screen import Screen

FOLDER = Path("sample")


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("--seed", type=int, default=1, help=language.say("another seed, another company"))
    parser.add_argument(
        "--text", "--print", action="store_true", help=language.say("assess it on the screen instead of in a browser")
    )
    parser.add_argument(
        "--folder", type=Path, help=language.say("with --text: where its ledger is written, ./sample by default")
    )
    parser.add_argument("--port", type=int, help=language.say("on which port; by default the first free one"))
    parser.add_argument("--no-open", action="store_true", help=language.say("serve it, and open no browser"))
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help=language.say("the data folder; the demo lies in demo inside of it")
    )
    parser.add_argument("--remove", action="store_true", help=language.say("take the sample company away again"))


def _run(args: Namespace, screen: Screen) -> int:
    """A terminal, or an option that only the browser's demo has, asks for it; a pipe gets the text."""
    if args.remove:
        return int(_installed("remove")(screen, data=args.data))
    asked = args.no_open or args.port is not None or args.data is not None
    if args.text or args.folder is not None or not (asked or sys.stdout.isatty()):
        return _text(args, screen)
    try:
        show = _installed("open")
        return int(show(screen, seed=args.seed, data=args.data, port=args.port, browser=not args.no_open))
    except SolventError as error:
        if error.problem.code != "store.extra_missing":
            raise
        screen.problems([error.problem])
        return _text(args, screen)
    except KeyboardInterrupt:
        return OK


def _installed(name: str) -> Any:
    """What the server's package registered for the demo.

    Raises:
        SolventError: nothing is registered.
    """
    for point in entry_points(group="solvent.demos", name=name):
        return point.load()
    raise SolventError("store.extra_missing")


def _text(args: Namespace, screen: Screen) -> int:
    language, folder = screen.language, args.folder or FOLDER
    with screen.working("Making the sample company"):
        write_sample(generate(Plan(seed=args.seed)), folder)
    screen.line(language.say("A made company; its ledger lies in {place}.", place=folder), style="dim")
    code = assess.assess_path(folder, screen)
    screen.heading("Now with your own ledger")
    screen.line("  solvent assess " + language.say("YOUR-FOLDER-OR-FILE"))
    screen.line("  solvent aging " + language.say("YOUR-FOLDER-OR-FILE") + " --by customer")
    screen.line("  solvent demo --no-open   " + language.say("the same company in the web application"))
    return code


COMMAND = Command("open the sample company in the web application, or assess it here", _add, _run)
