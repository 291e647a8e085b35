"""``solvent enter``: what a person found or did about a customer: a screening step, a review, an event, a reference."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.desk.asked import add_decision, cells
from solvent_server.commands.opening import actor, company_of, open_store

TABLES = ("screenings", "reviews", "admissions", "events", "trade_references", "opinions")


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("table", choices=TABLES, help=language.say("into which table"))
    parser.add_argument(
        "cells",
        nargs="+",
        metavar="COLUMN=VALUE",
        help=language.say("the cells, days as 2026-03-10, money in main units; columns: solvent dictionary"),
    )
    add_decision(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    company = company_of(args)
    from solvent_server.store.desk import decided  # noqa: PLC0415 (needs the store)

    row = cells(args.cells, args.table, company.currency)
    done = decided.enter(company, args.table, row, actor=actor(), reason=args.reason)
    told = "It counts from now on, as import {batch}. To take it back: solvent undo {batch}"
    if done.counts[args.table]["known"]:
        told = "That was entered before; nothing changes."
    screen.line(screen.language.say(told, batch=done.batch))
    return OK


COMMAND = Command("enter a screening step, a review, an admission, an event, a reference or an opinion", _add, _run)
