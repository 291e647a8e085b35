"""``solvent columns``: how a ledger was understood, sheet by sheet, and a format file of it to correct and keep."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from solvent.files.asking import add_ledger
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.load import load_asked
from solvent.files.screen import Screen
from solvent.intake.ledger.read import mapping_toml


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    parser.add_argument(
        "--save", type=Path, metavar="DIR", help=language.say("write a format file for each sheet into this folder")
    )


def _run(args: Namespace, screen: Screen) -> int:
    language = screen.language
    with screen.working("Reading the ledger"):
        intake = load_asked(args.ledger, formats=args.formats, currency=args.currency).intake
    for reading in intake.readings:
        place = f"{reading.source} {reading.sheet}".strip()
        screen.heading(place)
        told = (
            "header in row {row}; {encoding}; decimal mark {mark}; day order {order}; unit {unit}; currency {currency}"
        )
        screen.line(
            language.say(
                told,
                row=reading.header_row,
                encoding=reading.encoding or language.say("workbook"),
                mark=reading.mark,
                order=reading.date_order,
                unit=reading.unit,
                currency=reading.currency or language.say("not named"),
            ),
            style="dim",
        )
        screen.table(("column", "read as"), list(reading.mapping.items()), left=2)
        if reading.unused:
            screen.line(language.say("not used: {columns}", columns=", ".join(reading.unused)), style="dim")
        if args.save is not None:
            args.save.mkdir(parents=True, exist_ok=True)
            name = "".join(letter if letter.isalnum() else "_" for letter in place)
            path = args.save / f"{name}.toml"
            path.write_text(mapping_toml(reading), "utf-8")
            screen.line(language.say("Written to {place}.", place=path))
    screen.problems(intake.ledger.problems)
    return OK


COMMAND = Command("show how the columns of a ledger were understood", _add, _run)
