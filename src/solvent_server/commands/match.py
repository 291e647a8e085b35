"""``solvent match``: money that came and went beside what it pays; sure matches are made, the others proposed."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import Books, open_books
from solvent.files.asking import day
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen, write_json
from solvent.intake.matching.entries import entries, made_by
from solvent.intake.matching.match import Matched, match
from solvent.intake.matching.question import Question, question
from solvent_server.commands.opening import actor, add_store, company_of, open_store
from solvent_server.web.matching.words import REASONS

if TYPE_CHECKING:
    from solvent_server.store.models import Company

_HEADS = ("line or receipt", "day", "amount", "payer", "customer", "pays", "why", "score")


def _add(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language)
    parser.add_argument("--as-of", type=day, metavar="DAY", help=language.say("look at the books of this day"))
    parser.add_argument("--apply", action="store_true", help=language.say("make the matches that are sure"))
    parser.add_argument(
        "--accept", nargs="+", default=[], metavar="LINE", help=language.say("make these proposed matches too")
    )
    parser.add_argument("--take-back", metavar="LINE", help=language.say("take back the match of this line"))
    parser.add_argument("--reason", default="", help=language.say("why, for the audit trail"))
    parser.add_argument("--json", metavar="FILE", nargs="?", const="-", help=language.say("write it as JSON"))


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    company = company_of(args)
    with screen.working("Reading the books"):
        books = _books(company, args.as_of)
    if args.take_back is not None:
        return _take_back(company, books, args, screen)
    with screen.working("Matching"):
        asked = question(books)
        matched = match(asked)
    made = _apply(company, args, matched, asked) if args.apply or args.accept else []
    if args.json is not None:
        write_json(_told(matched, made), args.json)
        return OK
    _show(matched, asked, screen)
    if made:
        told = "Made, as import {batch}. To take all of it back: solvent undo {batch}"
        for batch in made:
            screen.line(screen.language.say(told, batch=batch))
    elif (matched.decisions["decision"] == "automatic").any():
        screen.line(screen.language.say("Nothing was changed. To make the sure matches: solvent match --apply"))
    return OK


def _books(company: Company, as_of: date | None) -> Books:
    """The books on the day asked for, by default the last on which anything moved."""
    from solvent_server.store import books  # noqa: PLC0415 (needs the store)

    kept = books.ledger(company)
    if as_of is not None:
        return open_books(kept, as_of)
    days = [kept.table("bank_lines").select(pl.col("booked_on").max()).collect().item()]
    if any(kept.has(name) for name in ("open_items", "receipts", "credit_notes", "deliveries")):
        days.append(kept.last_day())
    told = [one for one in days if one is not None]
    if not told:
        raise SolventError("books.empty")
    return open_books(kept, max(told))


def _apply(company: Company, args: Namespace, matched: Matched, asked: Question) -> list[int]:
    """Write the sure matches, then those that a person accepted, each as one transaction."""
    from solvent_server.store import batches  # noqa: PLC0415 (needs the store)
    from solvent_server.store.desk.numbers import unheard_of  # noqa: PLC0415

    known = set(matched.decisions.filter(pl.col("decision") != "none").get_column("source_id"))
    for line in args.accept:
        if line not in known:
            raise SolventError("store.match.unknown", "", line=line)
    today = datetime.now(UTC).date()
    made = []
    if args.apply:
        rows = unheard_of(company, entries(matched, asked, today))
        if rows:
            made.append(batches.record(company, rows, kind="match", actor=actor(), reason="automatic").batch)
    if args.accept:
        sure = set(matched.decisions.filter(pl.col("decision") == "automatic").get_column("source_id"))
        wanted = [line for line in args.accept if line not in sure or not args.apply]
        rows = unheard_of(company, entries(matched, asked, today, chosen=wanted))
        if rows:
            reason = args.reason or "accepted"
            made.append(batches.record(company, rows, kind="match", actor=actor(), reason=reason).batch)
    return made


def _take_back(company: Company, books: Books, args: Namespace, screen: Screen) -> int:
    from solvent_server.store import batches  # noqa: PLC0415 (needs the store)

    keys = made_by(books, args.take_back)
    if not keys:
        raise SolventError("store.match.unknown", "", line=args.take_back)
    batches.withdraw(company, keys, actor=actor(), reason=args.reason or f"match of {args.take_back} taken back")
    told = "The match of {line} no longer counts: {rows} rows withdrawn."
    screen.line(screen.language.say(told, line=args.take_back, rows=sum(map(len, keys.values()))))
    return OK


def _told(matched: Matched, made: list[int]) -> dict[str, Any]:
    parts = matched.parts.partition_by("source", "source_id", as_dict=True)
    rows = []
    for row in matched.decisions.iter_rows(named=True):
        own = parts.get((row["source"], row["source_id"]))
        rows.append(
            {**row, "facts": json.loads(row["facts"]),
             "parts": own.drop("source", "source_id").to_dicts() if own is not None else []}
        )  # fmt: skip
    return {"imports": made, "matches": rows}


def _show(matched: Matched, asked: Question, screen: Screen) -> None:
    language = screen.language
    decisions = matched.decisions
    counts = {name: int((decisions["decision"] == name).sum()) for name in ("automatic", "proposed", "none")}
    screen.line(
        language.say("{automatic} sure, {proposed} to confirm, {none} without a match.",
                     **{name: language.count(count) for name, count in counts.items()}),
        style="bold",
    )  # fmt: skip
    names = dict(asked.customers.select("customer_id", "name").iter_rows())
    items = (
        matched.parts.group_by("source", "source_id")
        .agg(pl.col("target_id").str.join(", ").alias("pays"))
        .join(asked.money, on=["source", "source_id"])
    )
    shown = decisions.filter(pl.col("decision") == "proposed").sort("score", descending=True).head(30)
    rows = []
    for row in shown.join(asked.money, on=["source", "source_id"], suffix="_money").iter_rows(named=True):
        pays = items.filter(pl.col("source_id") == row["source_id"]).get_column("pays").to_list()
        customer = row["customer_id"] or ""
        rows.append(
            (row["source_id"], language.day(row["day_on"]), language.money(row["amount"], row["currency"]),
             row["payer"] or "-", names.get(customer) or customer or "-", pays[0][:60] if pays else "-",
             language.say(REASONS[row["reason"]]), language.share(row["score"]))
        )  # fmt: skip
    if rows:
        screen.heading("To confirm, with: solvent match --accept LINE")
        screen.table(_HEADS, rows, left=2)


COMMAND = Command("match money in and out with open items, bills and plans", _add, _run)
