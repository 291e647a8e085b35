"""``solvent demo``: the sample company, made and assessed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from solvent.files.command import Command
from solvent.files.commands import assess
from solvent.files.language import Language
from solvent.files.sample import Plan, generate, write_sample
from solvent.files.screen import Screen

FOLDER = Path("sample")


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("--seed", type=int, default=1, help=language.say("another seed, another company"))
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help=language.say("where its ledger is written, ./sample by default")
    )


def _run(args: Namespace, screen: Screen) -> int:
    language = screen.language
    with screen.working("Making the sample company"):
        write_sample(generate(Plan(seed=args.seed)), args.folder)
    screen.line(language.say("A made company; its ledger lies in {place}.", place=args.folder), style="dim")
    code = assess.assess_path(args.folder, screen)
    screen.heading("Now with your own ledger")
    screen.line("  solvent assess " + language.say("YOUR-FOLDER-OR-FILE"))
    screen.line("  solvent aging " + language.say("YOUR-FOLDER-OR-FILE") + " --by customer")
    return code


COMMAND = Command("make the sample company and assess it", _add, _run)
