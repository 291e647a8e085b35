"""Applying: ``solvent scorecard apply``: a kept scorecard on a file: points, chance and reasons of each row."""

from __future__ import annotations

import json
from argparse import SUPPRESS, ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from solvent.base.problem import LedgerError, SolventError
from solvent.credit.grading.learned import KeptCard, Told, applied, card_of
from solvent.credit.scorecard.stability import band
from solvent.files.command import OK
from solvent.files.commands.scorecard.reading import read_frame
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json

REASONS = 4


def add(parser: ArgumentParser, language: Language) -> None:
    """The arguments of ``apply``."""
    parser.add_argument("card", type=Path, metavar="CARD", help=language.say("the file that train --save wrote"))
    parser.add_argument(
        "file", type=Path, metavar="FILE", help=language.say("CSV (packed or not), Parquet or workbook")
    )
    parser.add_argument(
        "--lang",
        choices=("en", "zh"),
        default=SUPPRESS,
        help=language.say("language of what is shown; by default that of the locale"),
    )
    told = language.say("write it as {form} to this file, - for standard output")
    parser.add_argument("--json", metavar="FILE", nargs="?", const="-", help=told.format(form="JSON"))
    parser.add_argument("--csv", metavar="FILE", nargs="?", const="-", help=told.format(form="CSV"))


def run(args: Namespace, screen: Screen) -> int:
    """Apply the card; a card that failed its gate is shown with the warning, since here nothing is decided by it."""
    with screen.working("Reading the file"):
        card = read_card(args.card)
        frame = read_frame(args.file)
        told = applied(card, frame)
    problems = list(told.problems)
    if not card.for_use:
        problems.append(SolventError("credit.grading.card_gate", checks=", ".join(card.failing)).problem)
    rows = _rows(card, told)
    if args.json is not None:
        found: dict[str, Any] = {
            "target": card.target, "for_use": card.for_use, "learned_from": {"n": card.rows, "failures": card.failures},
            "stability": None if told.shift is None else {"index": told.shift, "band": band(told.shift)},
            "rows": rows.to_dicts(),
            "problems": [
                {"code": one.code, "place": one.place, "facts": dict(one.facts), "says": screen.language.problem(one)}
                for one in problems
            ],
        }  # fmt: skip
        write_json(found, args.json)
    if args.csv is not None:
        flat = rows.with_columns(pl.col("reasons").list.join("; "))
        write_csv(flat.columns, flat.iter_rows(), args.csv)
    if args.json is None and args.csv is None:
        _show(card, told, screen)
    screen.problems(problems)
    return OK


def read_card(path: Path) -> KeptCard:
    """A kept card from the disk.

    Raises:
        LedgerError: there is no such file, or it is no JSON.
        SolventError: it is no kept card.
    """
    if not path.is_file():
        raise LedgerError("files.nothing_there", str(path))
    try:
        told = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LedgerError("credit.grading.card_broken", str(path), what=str(error)) from error
    return card_of(told)


def _rows(card: KeptCard, told: Told) -> pl.DataFrame:
    """row (of the file, from 1), points, chance, reasons (columns that cost most points)."""
    reasons = [[name for name, _, _ in card.card.reasons(places, REASONS)] for places in told.places]
    return pl.DataFrame(
        {
            "row": np.arange(1, len(told.points) + 1),
            "points": told.points,
            "chance": told.chance,
            "reasons": pl.Series(reasons, dtype=pl.List(pl.String)),
        }
    )


def _show(card: KeptCard, told: Told, screen: Screen) -> None:
    language = screen.language
    screen.heading("Chances by the kept card")
    screen.line(
        language.say(
            "Learned from {rows} rows with {failures} failures; {count} rows told.",
            rows=language.count(card.rows),
            failures=language.count(card.failures),
            count=language.count(len(told.points)),
        ),
        style="dim",
    )
    edges = np.array_split(np.argsort(told.chance, kind="stable"), min(10, len(told.chance)))
    rows = [
        (
            language.count(len(part)),
            str(int(told.points[part].max())),
            str(int(told.points[part].min())),
            language.share(float(told.chance[part].mean())),
        )
        for part in edges
    ]
    screen.table(("rows", "most points", "fewest points", "mean chance"), rows, left=0)
    if told.shift is not None:
        text = "Stability index of the points: {index}."
        screen.line(language.say(text, index=language.number(told.shift, 3)))
