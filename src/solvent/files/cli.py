"""Cli: the command line. Commands are found by the entry-point group ``solvent.commands``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points

import solvent
from solvent.base.problem import SolventError
from solvent.files.command import UNREADABLE, USAGE, Command
from solvent.files.language import Language, chosen
from solvent.files.screen import Screen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit codes are those of ``solvent.files.command``."""
    told = list(sys.argv[1:] if arguments is None else arguments)
    language = chosen(_asked(told))
    commands = found(next((word for word in told if not word.startswith("-")), None))
    parser = build(commands, language)
    args = parser.parse_args(told)
    if args.command is None:
        parser.print_help()
        return USAGE
    screen = Screen(language)
    try:
        return commands[args.command].run(args, screen)
    except SolventError as error:
        screen.problems([error.problem])
        return UNREADABLE
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def found(asked: str | None = None) -> Mapping[str, Command]:
    """Every installed command by name, in the order of the names.

    Args:
        asked: a command that is wanted: where there is one of that name, it alone is brought in.
    """
    points = sorted(entry_points(group="solvent.commands"), key=lambda point: point.name)
    wanted = [point for point in points if point.name == asked]
    return {point.name: point.load() for point in wanted or points}


def build(commands: Mapping[str, Command], language: Language) -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="solvent",
        description=language.say(
            "Who will pay, when, how much cash there will be, what could break it, and what to do today."
        ),
        epilog=language.say(
            "Exit codes: 0 done, 1 a check found something wrong, 2 wrong usage, 3 the machine lacks something, "
            "4 the ledger or policy cannot be read."
        ),
    )
    parser.add_argument("--version", action="version", version=f"solvent {solvent.__version__}")
    _add_language(parser, language)
    inside = parser.add_subparsers(dest="command", metavar=language.say("COMMAND"))
    for name, command in commands.items():
        says = language.say(command.says)
        own = inside.add_parser(name, help=says, description=says)
        _add_language(own, language)
        command.add(own, language)
    return parser


def _add_language(parser: argparse.ArgumentParser, language: Language) -> None:
    parser.add_argument(
        "--lang",
        choices=("en", "zh"),
        default=argparse.SUPPRESS,
        help=language.say("language of what is shown; by default that of the locale"),
    )


def _asked(arguments: Sequence[str]) -> str | None:
    """The language named on the command line, needed before the parser can be built in it."""
    for place, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
    return None


if __name__ == "__main__":
    sys.exit(main())
