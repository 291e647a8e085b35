"""``solvent check``: the named invariants of a ledger, and a non-zero exit where one is broken."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import date
from importlib.metadata import entry_points

from solvent.books.books import open_books
from solvent.books.checks import Outcome, run_checks
from solvent.files.asking import add_ledger, add_outputs
from solvent.files.command import FOUND, OK, Command
from solvent.files.language import Language
from solvent.files.load import load_asked
from solvent.files.screen import Screen, write_csv, write_json
from solvent.files.sentences.checks import check_says

_HEADS = ("check", "level", "breaches", "subjects")


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_outputs(parser, language)
    parser.add_argument("--strict", action="store_true", help=language.say("count warnings as broken too"))


def _run(args: Namespace, screen: Screen) -> int:
    with screen.working("Reading the ledger"):
        loaded = load_asked(args.ledger, formats=args.formats, currency=args.currency)
    counts = loaded.intake.counts
    rejected = int(counts.get_column("rows_rejected").sum())
    with screen.working("Checking"):
        outcomes = [*run_checks(open_books(loaded.intake.ledger, date.max))]
        if args.ledger is None:
            outcomes += [one for entry in entry_points(group="solvent.checks") for one in entry.load()()]
    broken = [one for one in outcomes if one.breaches]
    failed = [one for one in broken if args.strict or one.level == "error"]
    rows = [(one.name, one.level, one.breaches, " ".join(one.subjects)) for one in outcomes]
    if args.json is not None:
        told = [dict(zip(_HEADS, (n, v, b, list(o.subjects)))) for (n, v, b, _), o in zip(rows, outcomes)]
        write_json({"checks": told, "rows_rejected": rejected, "failed": len(failed)}, args.json)
    if args.csv is not None:
        write_csv(_HEADS, rows, args.csv)
    if args.json is None and args.csv is None:
        _show(screen, len(outcomes), broken, rejected)
    return FOUND if failed else OK


def _show(screen: Screen, count: int, broken: Sequence[Outcome], rejected: int) -> None:
    language = screen.language
    if broken:
        screen.table(
            ("check", "level", "breaches", "what it means", "for example"),
            (
                (
                    one.name,
                    language.say(one.level),
                    language.count(one.breaches),
                    _says(one.name, language),
                    ", ".join(one.subjects),
                )
                for one in broken
            ),
            left=2,
        )
    told = "{count} checks; {broken} found something; {rejected} rows were rejected on reading."
    screen.line(language.say(told, count=count, broken=len(broken), rejected=language.count(rejected)))


def _says(name: str, language: Language) -> str:
    sentence, facts = check_says(name)
    return language.say(sentence, **facts)


COMMAND = Command("check the invariants of a ledger", _add, _run)
