"""``solvent assess``: everything that a ledger says about the company at the end of a day."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from solvent.assessment import Assessment, assess
from solvent.books.books import open_books
from solvent.documents.figures import figures
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import add_simulation, threads, with_paths
from solvent.files.commands.cash.show import show_brief
from solvent.files.commands.credit.warnings.brief import show_credit_brief
from solvent.files.commands.show import show
from solvent.files.corrections import Corrections, intake_figures, report_intake, write_corrections
from solvent.files.language import Language
from solvent.files.load import load
from solvent.files.policy_file import read_policy
from solvent.files.screen import Screen, write_csv, write_json

ABSENT = (
    "measures.invoicing.no_deliveries",
    "measures.payables.no_bills",
    "measures.payables.no_cogs",
    "measures.payables.nothing_paid",
    "measures.stock.no_cogs",
    "measures.stock.no_stock",
)
"""Codes that only say what the ledger does not hold: told in JSON, and on the screen by the figure's absence."""


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    add_outputs(parser, language)
    parser.add_argument(
        "--corrections",
        type=Path,
        metavar="DIR",
        default=Path(),
        help=language.say("where rejected rows are written, to be corrected; by default here"),
    )
    add_simulation(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    with screen.working("Computing"):
        assessment = assess(
            asked.books, with_paths(asked.policy, args.paths), seed=args.seed, workers=threads(args.workers)
        )
    corrections = write_corrections(asked.loaded.intake, args.corrections, screen.language)
    if args.json is not None or args.csv is not None:
        told = figures(assessment)
        told["rows"], told["sources"] = intake_figures(asked.loaded.intake)
        if args.json is not None:
            write_json(told, args.json)
        if args.csv is not None:
            write_csv(("figure", "value"), _flat("", told), args.csv)
    else:
        _show(asked, assessment, corrections, screen)
    return OK


def assess_path(path: Path, screen: Screen) -> int:
    """Assess a ledger with everything by default and show it."""
    with screen.working("Reading the ledger"):
        loaded = load(path)
        books = open_books(loaded.intake.ledger)
    asked = Asked(loaded, books, read_policy(books.as_of))
    with screen.working("Computing"):
        assessment = assess(books, asked.policy, seed=1, workers=threads())
    _show(asked, assessment, write_corrections(loaded.intake, Path(), screen.language), screen)
    return OK


def _show(asked: Asked, assessment: Assessment, corrections: Corrections, screen: Screen) -> None:
    language, books = screen.language, assessment.snapshot.books
    screen.line(language.say("As of the end of {day}", day=language.day(books.as_of)), style="bold")
    report_intake(asked.loaded.intake, screen, corrections)
    show(assessment, screen)
    show_brief(assessment.outlook, screen, books.currency)
    show_credit_brief(assessment, screen)
    screen.problems(problem for problem in assessment.problems if problem.code not in ABSENT)


def _flat(prefix: str, told: object) -> list[tuple[str, object]]:
    """Nested figures as lines of dotted names."""
    if isinstance(told, dict):
        return [line for name, value in told.items() for line in _flat(f"{prefix}.{name}" if prefix else name, value)]
    if isinstance(told, list):
        return [line for place, value in enumerate(told) for line in _flat(f"{prefix}.{place}", value)]
    return [(prefix, told)]


COMMAND = Command("everything that a ledger says about the company at the end of a day", _add, _run)
