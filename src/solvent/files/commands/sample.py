"""``solvent sample``: a made company's ledger, by seed and size, from a stall to ten million invoices."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from solvent.files.asking import day
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.sample import SIZES, STORIES, Plan, generate, write_large, write_sample
from solvent.files.screen import Screen


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help=language.say("where the ledger is written"))
    parser.add_argument("--size", choices=tuple(SIZES), default="medium", help=language.say("how large a company"))
    parser.add_argument("--seed", type=int, default=1, help=language.say("another seed, another company"))
    parser.add_argument("--end-on", type=day, metavar="DAY", help=language.say("last day of its three years"))
    parser.add_argument(
        "--without",
        action="append",
        choices=STORIES,
        default=[],
        help=language.say("leave this story out; may be given again"),
    )
    parser.add_argument(
        "--invoices",
        type=int,
        metavar="N",
        help=language.say("instead: so many invoices, the receivables tables only, in Parquet parts"),
    )


def _run(args: Namespace, screen: Screen) -> int:
    if args.invoices is not None:
        with screen.progress("Writing the ledger") as told:
            write_large(args.folder, invoices=args.invoices, seed=args.seed, progress=told)
    else:
        with screen.working("Making the sample company"):
            write_sample(generate(plan(args)), args.folder)
    screen.line(screen.language.say("Written to {place}.", place=args.folder))
    screen.line(screen.language.say("Look at it with: solvent assess {place}", place=args.folder), style="dim")
    return OK


def plan(args: Namespace) -> Plan:
    """The sample company that the arguments ask for."""
    told = {story: story not in args.without for story in STORIES}
    made = Plan(
        seed=args.seed,
        size=args.size,
        slow_then_fails=told["slow_then_fails"],
        bust_out=told["bust_out"],
        squeeze=told["squeeze"],
        limit_withdrawn=told["limit_withdrawn"],
    )
    return made if args.end_on is None else replace(made, end_on=args.end_on)


COMMAND = Command("make a sample company's ledger", _add, _run)
