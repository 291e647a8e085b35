"""``solvent aging``: what stands open, how old it is, by whom; item by item where asked."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.books.books import Basis, Books
from solvent.files.asking import Asked, add_day, add_ledger, add_outputs, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.corrections import report_intake
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv, write_json
from solvent.measures.aging import Aging, aging, aging_by_item, bucket_names, tie_out
from solvent.measures.sums import DIMENSIONS

MOST = 40
ITEM_MONEY = ("face", "paid", "credited", "closed", "amount", "future_amount", "remaining")
ITEM_SHOWN = ("customer_id", "item_id", "issued_on", "due_on", "days_past_due", "bucket", "currency", "face", "amount")


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument("--by", choices=tuple(DIMENSIONS), help=language.say("a row for each of these"))
    parser.add_argument("--items", action="store_true", help=language.say("every open item by itself"))
    parser.add_argument(
        "--top", type=int, default=MOST, metavar="N", help=language.say("how many rows are shown; the largest first")
    )
    add_outputs(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    if asked.books.basis is Basis.MIXED and args.by != "currency" and not args.items:
        used = asked.books.table("open_items").select(pl.col("currency").unique().sort()).collect()
        raise SolventError("books.mixed_currencies", "", currencies=", ".join(used.get_column("currency")))
    terms = asked.policy.terms(Aging)
    with screen.working("Computing"):
        frame = aging_by_item(asked.books, terms=terms) if args.items else aging(asked.books, args.by, terms=terms)
    rows = list(_in_main_units(frame, asked.books, args.by, bucket_names(terms), items=args.items))
    if args.json is not None:
        told = {"as_of": asked.books.as_of.isoformat(), "currency": asked.books.currency, "by": args.by, "rows": rows}
        write_json(told, args.json)
    if args.csv is not None:
        write_csv(frame.columns, (list(row.values()) for row in rows), args.csv)
    if args.json is None and args.csv is None:
        _show(asked, frame, args, screen, bucket_names(terms))
    return OK


def _in_main_units(
    frame: pl.DataFrame, books: Books, by: str | None, buckets: Sequence[str], *, items: bool
) -> Sequence[Mapping[str, Any]]:
    """The rows as they leave us: money as decimal text in main units, days as ISO text."""
    money = {*ITEM_MONEY} if items else {*buckets, "total"}
    told = []
    for row in frame.iter_rows(named=True):
        currency = row["currency"] if items or by == "currency" else books.currency
        told.append(
            {
                name: _cell(value, currency)
                if name in money
                else (value.isoformat() if name.endswith("_on") and value else value)
                for name, value in row.items()
            }
        )
    return told


def _cell(value: int | None, currency: str) -> str | None:
    return None if value is None else str(decimal(value, currency))


def _show(asked: Asked, frame: pl.DataFrame, args: Namespace, screen: Screen, buckets: Sequence[str]) -> None:
    language, books = screen.language, asked.books
    report_intake(asked.loaded.intake, screen)
    told = "Ageing at the end of {day}, {currency}"
    screen.heading(language.say(told, day=language.day(books.as_of), currency=language.currency(books.currency)))
    if args.items:
        shown = frame.sort("amount", descending=True).head(args.top).select(ITEM_SHOWN)
        rows = [
            [_text(name, row, row["currency"], language) for name in ITEM_SHOWN] for row in shown.iter_rows(named=True)
        ]
        screen.table(ITEM_SHOWN, rows, left=4)
    else:
        column = DIMENSIONS[args.by] if args.by else None
        heads = [*([column] if column else []), *buckets, "total"]
        shown = (frame.sort("total", descending=True) if column else frame).head(args.top)
        money = {*buckets, "total"}
        rows = [
            [
                _text(name, row, row["currency"] if args.by == "currency" else books.currency, language, money)
                for name in heads
            ]
            for row in shown.iter_rows(named=True)
        ]
        screen.table(heads, rows, left=1 if column else 0)
    if frame.height > args.top:
        screen.line(
            language.say("{count} more rows; --top or --csv shows them.", count=frame.height - args.top), style="dim"
        )
    if books.basis is not Basis.MIXED:
        tie = tie_out(books)
        difference = language.money(tie.difference, books.currency)
        screen.line(language.say("Difference to the ledger's control total: {amount}", amount=difference))


def _text(name: str, row: Mapping[str, Any], currency: str, language: Language, money: set[str] | None = None) -> str:
    value = row[name]
    if name in (money or ITEM_MONEY):
        return language.money(value, currency)
    if value is None:
        return language.say("(none)")
    if isinstance(value, bool):
        return language.say("yes") if value else language.say("no")
    if isinstance(value, int):
        return language.count(value)
    return language.say(value) if name == "bucket" else str(value)


COMMAND = Command("what stands open and how old it is", _add, _run)
