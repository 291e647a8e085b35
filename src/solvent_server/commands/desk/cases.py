"""``solvent cases``: warnings that somebody has to see to: refresh, list, acknowledge, snooze, assign, close."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from solvent.assessment import look_ahead
from solvent.base.money import decimal
from solvent.books.books import open_books
from solvent.decisions.warnings import handling
from solvent.decisions.warnings.casebook import CLOSED, Handling
from solvent.decisions.warnings.cases import advance
from solvent.decisions.warnings.engine import warn
from solvent.decisions.warnings.troubles import Trouble, outcomes
from solvent.decisions.warnings.view import View
from solvent.files.asking import add_policy, day
from solvent.files.command import OK, Command
from solvent.files.commands.cash.asked import add_simulation, threads, with_paths
from solvent.files.language import Language
from solvent.files.notify.words import (
    COLOUR,
    HAPPENED,
    OWNER,
    named,
    said,
    sentence,
    standing,
    subject,
    tier,
)
from solvent.files.policy_file import read_policy
from solvent.files.screen import Screen, write_json
from solvent.measures.measures import measure
from solvent.snapshot import Snapshot
from solvent_server.commands.desk.asked import add_list, amount, in_minor, part
from solvent_server.commands.opening import actor, add_store, company_of, open_store

if TYPE_CHECKING:
    from solvent_server.store.models import Company

_HEADS = ("", "case", "who", "what was found", "state", "since", "for")
_MONEY = ("owes_amount", "avoided_amount")


def _add(parser: ArgumentParser, language: Language) -> None:
    say = language.say
    inside = parser.add_subparsers(dest="do", metavar=language.say("COMMAND"), required=True)
    one = part(inside, "refresh", say("ask every rule about the books, and bring the cases up to that day"), language)
    one.add_argument("--as-of", type=day, metavar="DAY", help=say("look at the books of this day"))
    one.add_argument("--no-paths", action="store_true", help=say("without simulated paths; rules that need them rest"))
    add_policy(one, language)
    add_simulation(one, language)
    add_store(one, language)
    two = part(inside, "list", say("cases that are not closed, the worst first"), language)
    two.add_argument("--all", action="store_true", help=say("closed ones too"))
    two.add_argument("--history", metavar="CASE", help=say("all that happened to this case"))
    two.add_argument("--top", type=int, default=40, metavar="N", help=say("how many rows are shown; the largest first"))
    add_list(two, language)
    _add_acts(inside, language)


def _add_acts(inside: Any, language: Language) -> None:
    """What a person does to cases."""
    say = language.say
    one = part(inside, "ack", say("they have been seen and are looked after"), language)
    two = part(inside, "snooze", say("they are quiet until a day, unless they grow worse"), language)
    two.add_argument("--until", type=day, metavar="DAY", required=True, help=say("last quiet day"))
    two.add_argument("--reason", required=True, help=say("why, for the audit trail"))
    three = part(inside, "assign", say("they go to somebody else"), language)
    three.add_argument("--to", metavar="OWNER", required=True, help=say("to whom"))
    four = part(inside, "close", say("they end, with what was done and what came of it"), language)
    four.add_argument("--action", choices=handling.ACTIONS, required=True, help=say("what was done"))
    four.add_argument("--result", choices=handling.RESULTS, required=True, help=say("what came of it"))
    four.add_argument("--avoided", type=amount, metavar="AMOUNT", help=say("the loss that was avoided, in main units"))
    for parser in (one, two, three, four):
        parser.add_argument("cases", nargs="+", metavar="CASE", help=say("names of cases, as the list tells them"))
        add_store(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    company = company_of(args)
    if args.do == "refresh":
        return _refresh(company, args, screen)
    if args.do == "list":
        return _list(company, args, screen)
    from solvent_server.store import access  # noqa: PLC0415 (needs the store)
    from solvent_server.store.keeping import cases  # noqa: PLC0415

    today, who = datetime.now(UTC).date(), access.person(actor())

    def does(kept: handling.Kept) -> handling.Kept:
        if args.do == "ack":
            return handling.acknowledged(kept, args.cases, on=today, by=who)
        if args.do == "snooze":
            return handling.snoozed(kept, args.cases, args.until, args.reason, on=today, by=who)
        if args.do == "assign":
            return handling.assigned(kept, args.cases, args.to, on=today, by=who)
        avoided = None if args.avoided is None else in_minor(args.avoided, company.currency)
        return handling.closed(kept, args.cases, args.action, args.result, on=today, by=who, avoided_amount=avoided)

    cases.change(company, does, actor=actor(), action=f"cases.{args.do}")
    count = len(args.cases)
    if count == 1:
        screen.line(screen.language.say("Written down for case {case}.", case=args.cases[0]))
    else:
        screen.line(screen.language.say("Written down for {count} cases.", count=count))
    return OK


def _refresh(company: Company, args: Namespace, screen: Screen) -> int:
    """Every rule over the stored books; what they find is played into the cases."""
    from solvent_server.store import books as kept  # noqa: PLC0415 (needs the store)
    from solvent_server.store.keeping import cases  # noqa: PLC0415

    with screen.working("Reading the books"):
        books = open_books(kept.ledger(company), args.as_of)
    policy = read_policy(books.as_of, args.policy, args.preset)
    with screen.working("Computing"):
        told = with_paths(policy, args.paths)
        snapshot = Snapshot(books, told, measure(books, told))
        if not args.no_paths:
            snapshot = look_ahead(snapshot, seed=args.seed, workers=threads(args.workers))
        findings = warn(View(books, told, snapshot))
        known = outcomes(books, told.terms(Trouble))
    terms = told.terms(Handling)
    after, history = cases.change(
        company, lambda now: advance(now[0], findings, books.as_of, terms, now[1], outcomes=known),
        actor=actor(), action="cases.played",
    )  # fmt: skip
    screen.problems(findings.problems)
    today = history.filter(pl.col("day_on") == books.as_of).get_column("what")
    language = screen.language
    screen.line(
        language.say(
            "{day}: {open} cases are open; {fresh} are new, {worse} grew worse, {closed} closed.",
            day=language.day(books.as_of),
            open=language.count(after.filter(pl.col("state") != CLOSED).height),
            fresh=language.count(int(today.is_in(["opened", "reopened"]).sum())),
            worse=language.count(int((today == "raised").sum())),
            closed=language.count(int((today == "closed").sum())),
        )
    )
    return OK


def _list(company: Company, args: Namespace, screen: Screen) -> int:
    from solvent_server.store.keeping import cases  # noqa: PLC0415 (needs the store)

    every, history = cases.kept(company)
    rows = every if args.all else every.filter(pl.col("state") != CLOSED)
    rows = rows.sort("tier", "opened_on", "case_id", descending=[True, False, False])
    if args.history is not None:
        rows, history = (frame.filter(pl.col("case_id") == args.history) for frame in (every, history))
    else:
        history = history.clear()
    currency = company.currency
    if args.json is not None:
        told = [_plain(row, currency) for row in rows.iter_rows(named=True)]
        steps = [_plain(row, currency) for row in history.iter_rows(named=True)]
        asked = {} if args.history is None else {"history": steps}
        write_json({"company": company.code, "currency": currency, "cases": told, **asked}, args.json)
        return OK
    if not rows.height:
        screen.line(screen.language.say("There are no such cases. To look for them: solvent cases refresh"))
        return OK
    _show(rows, history, company, args.top, screen)
    return OK


def _names(company: Company) -> dict[str, str]:
    """What customers and groups are called."""
    from solvent_server.store import facts  # noqa: PLC0415 (needs the store)

    told: dict[str, str] = {}
    for table, key in (("groups", "group_id"), ("customers", "customer_id")):
        rows = facts.standing(table, company.pk, {key: pl.String, "name": pl.String})
        told |= dict(rows.filter(pl.col("name").is_not_null()).select(key, "name").iter_rows())
    return told


def _show(rows: pl.DataFrame, history: pl.DataFrame, company: Company, most: int, screen: Screen) -> None:
    language, names = screen.language, _names(company)
    few = rows.head(most)
    shown = [
        (
            tier(row["tier"], language), row["case_id"], subject(row["about"], row["subject"], names, language),
            sentence(row["rule"], row["facts"] or "{}", language, company.currency), standing(row, language),
            language.day(row["opened_on"]), named(OWNER, row["escalated_to"] or row["owner"], language),
        )
        for row in few.iter_rows(named=True)
    ]  # fmt: skip
    screen.coloured(_HEADS, shown, [COLOUR[place] for place in few.get_column("tier")])
    if rows.height > most:
        screen.line(
            language.say("{count} more rows; --top or --csv shows them.", count=rows.height - most), style="dim"
        )
    if history.height:
        screen.heading("What happened")
        told = [
            (
                language.day(step["day_on"]), language.say(HAPPENED.get(step["what"], step["what"])),
                tier(step["to_tier"], language), step["by"] or "-", said(step["told"], language),
            )
            for step in history.iter_rows(named=True)
        ]  # fmt: skip
        screen.table(("day", "what", "tier", "by", "what was said"), told, left=5)


def _plain(row: dict[str, Any], currency: str) -> dict[str, Any]:
    """A row as it leaves us: money as decimal text in main units, days as ISO text."""
    told: dict[str, Any] = {}
    for name, value in row.items():
        if name in _MONEY and value is not None:
            told[name] = str(decimal(value, currency))
        else:
            told[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return told


COMMAND = Command("warnings that somebody has to see to: list, acknowledge, snooze, assign, close", _add, _run)
