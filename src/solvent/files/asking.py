"""Asking: the arguments that every command about a ledger shares, and the books that they ask for."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from solvent.base.terms import Policy
from solvent.books.books import Books, open_books
from solvent.files.language import Language
from solvent.files.load import Loaded, load_asked
from solvent.files.policy_file import PRESETS, read_policy
from solvent.files.screen import Screen


@dataclass(frozen=True)
class Asked:
    """The ledger, the books of the day asked for, and the policy of that day."""

    loaded: Loaded
    books: Books
    policy: Policy


def add_ledger(parser: ArgumentParser, language: Language) -> None:
    """LEDGER and how to read it."""
    parser.add_argument(
        "ledger",
        nargs="?",
        metavar="LEDGER",
        type=Path,
        help=language.say("a folder, a workbook or a single file; without it what was imported into the store"),
    )
    parser.add_argument(
        "--formats",
        type=Path,
        metavar="DIR",
        help=language.say("a folder of format files (TOML) for exports that are not recognised by themselves"),
    )
    parser.add_argument(
        "--currency", metavar="ISO", help=language.say("what the amounts are in where the ledger names no currency")
    )


def add_day(parser: ArgumentParser, language: Language) -> None:
    """The day of the books."""
    parser.add_argument(
        "--as-of",
        type=day,
        metavar="DAY",
        help=language.say("end of this day (2026-10-31); by default the last issue, delivery or receipt in the ledger"),
    )
    parser.add_argument(
        "--known-on", type=day, metavar="DAY", help=language.say("leave out what was recorded after this day")
    )


def add_policy(parser: ArgumentParser, language: Language) -> None:
    """The company's decisions."""
    parser.add_argument("--policy", type=Path, metavar="FILE", help=language.say("a policy file with dated overrides"))
    parser.add_argument(
        "--preset", choices=PRESETS, help=language.say("the default policy for a company of this stage")
    )


def add_outputs(parser: ArgumentParser, language: Language) -> None:
    """JSON and CSV instead of a table."""
    told = language.say("write it as {form} to this file, - for standard output")
    parser.add_argument("--json", metavar="FILE", nargs="?", const="-", help=told.format(form="JSON"))
    parser.add_argument("--csv", metavar="FILE", nargs="?", const="-", help=told.format(form="CSV"))


def day(text: str) -> date:
    """A day as ISO text."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: YYYY-MM-DD") from error


def ask(args: Namespace, screen: Screen) -> Asked:
    """Load the ledger of the arguments and open its books."""
    with screen.working("Reading the ledger"):
        loaded = load_asked(args.ledger, formats=args.formats, currency=args.currency)
        books = open_books(loaded.intake.ledger, args.as_of, args.known_on)
    policy = read_policy(books.as_of, getattr(args, "policy", None), getattr(args, "preset", None))
    return Asked(loaded, books, policy)
