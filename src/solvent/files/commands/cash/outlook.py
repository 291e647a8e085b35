"""``solvent outlook``: how much cash there will be, week by week, what may break it, and what to do about it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from solvent.assessment import Assessment, assess
from solvent.base.money import decimal
from solvent.decisions.liquidity.liquidity import Outlook
from solvent.documents.outlook import outlook_figures
from solvent.documents.stress import answers_figures
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask
from solvent.files.cash.plots import Fan, check_plot, draw_fan
from solvent.files.cash.runs import Run, load_run, save_run
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import add_plot, add_simulation, threads, with_paths
from solvent.files.commands.cash.show import show_outlook
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.simulation.company import world_of


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    add_outputs(parser, language)
    add_simulation(parser, language)
    add_plot(parser, language)
    parser.add_argument("--table", action="store_true", help=language.say("show the weeks kind by kind too"))
    parser.add_argument(
        "--save", type=Path, metavar="DIR", help=language.say("keep the run in this folder, to be asked again")
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="DIR", help=language.say("a run kept earlier, to compare with what happened")
    )


def _run(args: Namespace, screen: Screen) -> int:
    if args.plot is not None:
        check_plot(args.plot)
    baseline = None if args.baseline is None else load_run(args.baseline).paths
    asked = ask(args, screen)
    with screen.working("Simulating"):
        assessment = assess(
            asked.books,
            with_paths(asked.policy, args.paths),
            seed=args.seed,
            workers=threads(args.workers),
            baseline=baseline,
        )
    company = assessment.snapshot.company
    if args.save is not None and company is not None:
        save_run(run_of(assessment), args.save)
    told = assessment.outlook
    if args.plot is not None:
        _plot(told, asked, args.plot, screen.language)
    if args.json is not None:
        write_json(cash_json(assessment), args.json)
    if args.csv is not None and told.table is not None:
        write_csv(told.table.columns, told.table.iter_rows(), args.csv)
    if args.json is None and args.csv is None:
        screen.line(
            screen.language.say("As of the end of {day}", day=screen.language.day(asked.books.as_of)), style="bold"
        )
        show_outlook(assessment, screen, whole=args.table)
        screen.problems(assessment.problems)
    return OK


def cash_json(assessment: Assessment) -> dict[str, Any]:
    """The outlook for machines."""
    snapshot = assessment.snapshot
    books = snapshot.books
    return {
        "schema": "solvent.outlook/1",
        "as_of": books.as_of.isoformat(),
        "known_on": None if books.known_on is None else books.known_on.isoformat(),
        "currency": books.currency,
        "seed": assessment.seed,
        "with_lines": None if assessment.with_lines is None else answers_figures(assessment.with_lines, books.currency),
        **outlook_figures(assessment.outlook, snapshot.company, snapshot.payment, books.currency),
    }


def run_of(assessment: Assessment) -> Run:
    """What is kept of an assessment to be asked again."""
    company = assessment.snapshot.company
    assert company is not None
    facts = {"floor_minor": assessment.outlook.lines.line, "policy": sorted(assessment.policy.overrides)}
    return Run(company.paths, world_of(company, assessment.snapshot.books), facts)


def _plot(told: Outlook, asked: Asked, path: Path, language: Language) -> None:
    fan = told.fan
    if fan is None:
        return
    currency = asked.books.currency

    def main_units(column: str) -> list[float]:
        return [float(decimal(value, currency)) for value in fan.get_column(column)]

    bands = {int(name[1:]) / 100: main_units(name) for name in fan.columns if name.startswith("p")}
    floor, orange = told.lines.line, told.lines.orange.value
    title = language.say("Cash, as of the end of {day}", day=language.day(asked.books.as_of))
    draw_fan(
        Fan(
            title,
            currency,
            fan.get_column("week_end").to_list(),
            bands,
            None if floor is None else float(decimal(floor, currency)),
            None if orange is None else float(decimal(round(orange), currency)),
        ),
        path,
        language,
    )


COMMAND = Command("how much cash there will be, week by week, what may break it, and what to do", _add, _run)
