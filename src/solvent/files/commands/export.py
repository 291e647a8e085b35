"""``solvent export``: a ledger, however it came, in our own folder layout: CSV, Excel or Parquet."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from solvent.books.books import TABLES
from solvent.files.asking import add_ledger
from solvent.files.command import OK, Command
from solvent.files.folder import in_words, write_tables
from solvent.files.language import Language
from solvent.files.load import load_asked
from solvent.files.screen import Screen

SHEET_ROWS = 1_048_575


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    parser.add_argument("to", metavar="TO", type=Path, help=language.say("a folder, or a file that ends in .xlsx"))
    parser.add_argument(
        "--form", choices=("csv", "parquet"), default="csv", help=language.say("how a folder's tables are written")
    )


def _run(args: Namespace, screen: Screen) -> int:
    language = screen.language
    with screen.working("Reading the ledger"):
        loaded = load_asked(args.ledger, formats=args.formats, currency=args.currency)
    ledger = loaded.intake.ledger
    with screen.working("Writing"):
        tables = {name: ledger.table(name).collect() for name in TABLES}
        tables = {name: frame for name, frame in tables.items() if not frame.is_empty()}
        if args.to.suffix.lower() == ".xlsx":
            write_workbook(tables, args.to, currency=ledger.currency)
        else:
            write_tables(tables, args.to, currency=ledger.currency, form=args.form)
    for name, frame in tables.items():
        screen.line(f"{name}: {language.count(frame.height)}")
    screen.line(language.say("Written to {place}.", place=args.to))
    return OK


def write_workbook(tables: dict[str, pl.DataFrame], path: Path, *, currency: str) -> None:
    """One sheet a table, every cell as text or a plain value, never a formula; sheets of over a million rows go on."""
    with Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}) as book:
        head = book.add_format({"bold": True})
        for name, frame in tables.items():
            words = in_words(name, frame, tables, currency).select(pl.all().cast(pl.String))
            for number, start in enumerate(range(0, max(words.height, 1), SHEET_ROWS)):
                sheet = book.add_worksheet(name if number == 0 else f"{name} {number + 1}")
                sheet.freeze_panes(1, 0)
                for column, title in enumerate(words.columns):
                    sheet.write_string(0, column, title, head)
                    cells = words.get_column(title).slice(start, SHEET_ROWS)
                    for row, cell in enumerate(cells, start=1):
                        if cell is not None:
                            sheet.write_string(row, column, cell)
                sheet.set_column(0, words.width - 1, 16)


COMMAND = Command("write a ledger in the folder layout, as CSV, Parquet or one workbook", _add, _run)
