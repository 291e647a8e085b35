"""``solvent peers``: payment experience to and from other suppliers, without names: export and import."""

from __future__ import annotations

import csv
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path

import polars as pl

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.credit.peers import TAPE, Peers, peer_references, peer_tape
from solvent.files.asking import add_day, add_ledger, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen, write_csv
from solvent.measures.trade.behaviour import Behaviour, behaviour

LARGEST = 200_000_000
"""Bytes of a tape; a larger one is none."""


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument(
        "what", choices=("export", "import"), help=language.say("write our tape, or read that of a peer")
    )
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument(
        "--secret-file", type=Path, metavar="FILE", help=language.say("a file with the secret that the peers share")
    )
    parser.add_argument("--tape", type=Path, metavar="FILE", help=language.say("the peer's tape, for import"))
    parser.add_argument(
        "--told-by", default="peer", metavar="NAME", help=language.say("under which name the peer speaks, for import")
    )
    parser.add_argument(
        "--out", default="-", metavar="FILE", help=language.say("where the CSV goes, - for standard output")
    )


def _run(args: Namespace, screen: Screen) -> int:
    secret = _secret(args.secret_file)
    asked = ask(args, screen)
    books, terms = asked.books, asked.policy.terms(Peers)
    if args.what == "export":
        told = peer_tape(books, behaviour(books, asked.policy.terms(Behaviour)), secret, terms)
        write_csv(told.tape.columns, told.tape.iter_rows(), args.out)
        lines = {
            "rows": told.tape.height, "unnamed": told.unnamed, "untraded": told.untraded, "alone": told.alone
        }  # fmt: skip
        text = (
            "Told of {rows} customers. Not told of: {unnamed} without a number, {untraded} with too little trade, "
            "{alone} who could be recognised."
        )
        screen.err.print(screen.language.say(text, **lines))
        return OK
    heard = peer_references(books, _tape(args.tape), secret, args.told_by, terms)
    screen.problems(heard.problems)
    money = ("high_credit", "limit")
    rows = [
        [
            (None if row[name] is None else decimal(row[name], row["currency"])) if name in money else row[name]
            for name in heard.references.columns
        ]
        for row in heard.references.iter_rows(named=True)
    ]
    write_csv(heard.references.columns, rows, args.out)
    text = "{rows} trade references of our customers; {strangers} rows are of companies that are none of ours."
    screen.err.print(screen.language.say(text, rows=len(rows), strangers=heard.strangers))
    return OK


def _secret(path: Path | None) -> str:
    """The secret out of its file, so that it stands in no list of processes and no shell history."""
    if path is None:
        raise SolventError("peers.secret_missing")
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SolventError("peers.file_unreadable", str(path), error=str(error)) from error


def _tape(path: Path | None) -> pl.DataFrame:
    """A tape out of a CSV file; a cell of another kind than the tape's is no tape."""
    if path is None:
        raise SolventError("peers.file_unreadable", "--tape", error="-")
    try:
        if path.stat().st_size > LARGEST:
            raise SolventError("peers.file_unreadable", str(path), error=f"> {LARGEST}")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        told = [
            {name: _cell(row.get(name)) if name != "told_on" else _day(row.get(name)) for name in TAPE} for row in rows
        ]
        missing = {name for name in TAPE if rows and name not in rows[0]}
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        raise SolventError("peers.file_unreadable", str(path), error=str(error)) from error
    return pl.DataFrame(told, schema=dict(TAPE)).drop(missing)


def _cell(text: str | None) -> str | None:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return text.removeprefix("'") or None if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


COMMAND = Command("share payment experience with other suppliers without names: export and import", _add, _run)
