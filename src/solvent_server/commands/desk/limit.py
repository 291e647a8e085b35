"""``solvent limit``: set a customer's or a group's limit, approve what a colleague set, and show what counts."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from solvent.base.money import decimal
from solvent.books.credit.granted import LIMIT_KINDS
from solvent.files.asking import day
from solvent.files.command import OK, Command
from solvent.files.commands.credit.order_names import KIND
from solvent.files.language import Language
from solvent.files.screen import Screen, write_json
from solvent_server.commands.desk.asked import (
    add_decision,
    add_list,
    amount,
    currency_of,
    decided,
    in_minor,
    part,
    plain,
    shown,
)
from solvent_server.commands.opening import actor, company_of, open_store

if TYPE_CHECKING:
    from solvent_server.store.models import Company

_HEADS = ("subject", "kind", "limit", "terms", "deposit", "from", "until", "decided by", "approved by")


def _add(parser: ArgumentParser, language: Language) -> None:
    say = language.say
    inside = parser.add_subparsers(dest="do", metavar=language.say("COMMAND"), required=True)
    one = part(inside, "set", say("decide a limit; above your own authority it waits for a second person"), language)
    one.add_argument("subject", metavar="CUSTOMER", help=say("the customer, or with --group the group"))
    one.add_argument("amount", type=amount, metavar="AMOUNT", help=say("the limit in main units; 0: nothing on credit"))
    one.add_argument("--group", action="store_true", help=say("the limit is shared by a group's members"))
    one.add_argument("--kind", choices=LIMIT_KINDS, default="total", help=say("what is limited"))
    one.add_argument("--currency", metavar="ISO", help=say("by default the company's own"))
    one.add_argument("--terms", type=int, metavar="DAYS", help=say("days from invoice to due date"))
    one.add_argument("--deposit", type=float, metavar="SHARE", help=say("share to be paid before delivery: 0.3"))
    one.add_argument("--from", dest="since", type=day, metavar="DAY", help=say("first day it counts; by default today"))
    one.add_argument("--until", type=day, metavar="DAY", help=say("last day it counts"))
    add_decision(one, language)
    for name, says in (("approve", "let count what somebody else decided"), ("refuse", "refuse it, or take it back")):
        two = part(inside, name, say(says), language)
        two.add_argument("proposal", type=int, metavar="PROPOSAL", help=say("number of the proposal"))
        add_decision(two, language)
    three = part(inside, "show", say("limits that count, what waits, and who may decide how much"), language)
    three.add_argument("subject", nargs="?", metavar="CUSTOMER", help=say("only this customer or group"))
    add_list(three, language)
    four = part(inside, "authority", say("say up to how much a colleague decides alone"), language)
    four.add_argument("person", metavar="PERSON", help=say("the account of the colleague"))
    four.add_argument("amount", type=amount, metavar="AMOUNT", help=say("in main units; 0: nothing any more"))
    four.add_argument("--currency", metavar="ISO", help=say("by default the company's own"))
    add_decision(four, language)


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    company = company_of(args)
    from solvent_server.store.desk import proposals  # noqa: PLC0415 (needs the store)

    if args.do == "show":
        return _show(company, args, screen)
    if args.do == "set":
        decided(proposals.propose(company, "limits", _cells(args, company), actor=actor(), reason=args.reason), screen)
    elif args.do == "authority":
        currency = currency_of(args, company)
        proposals.give_authority(company, args.person, currency, in_minor(args.amount, currency), actor=actor())
        told = "{person} decides up to {currency} {amount} alone."
        money = screen.language.money(in_minor(args.amount, currency), currency)
        screen.line(screen.language.say(told, person=args.person, currency=currency, amount=money))
    else:
        done = proposals.approve if args.do == "approve" else proposals.refuse
        decided(done(company, args.proposal, actor=actor(), reason=args.reason), screen)
    return OK


def _cells(args: Namespace, company: Company) -> dict[str, Any]:
    currency = currency_of(args, company)
    return {
        "group_id" if args.group else "customer_id": args.subject,
        "kind": args.kind,
        "currency": currency,
        "amount": in_minor(args.amount, currency),
        "terms_days": args.terms,
        "deposit_share": args.deposit,
        "valid_from": args.since,
        "valid_until": args.until,
    }


def _show(company: Company, args: Namespace, screen: Screen) -> int:
    from solvent_server.store import books  # noqa: PLC0415 (needs the store)
    from solvent_server.store.desk import proposals  # noqa: PLC0415

    today = datetime.now(UTC).date()
    rows = books.ledger(company).table("limits").collect()
    runs = pl.col("valid_until").is_null() | (pl.col("valid_until") >= today)
    keys = ("customer_id", "group_id", "kind")
    newest = rows.filter((pl.col("valid_from") <= today) & runs).sort("valid_from", "recorded_on", "limit_id")
    counts = newest.unique(keys, keep="last", maintain_order=True).sort(keys, nulls_last=True)
    if args.subject is not None:
        counts = counts.filter(pl.coalesce("customer_id", "group_id") == args.subject)
    waiting = [
        one for one in proposals.proposals(company, waiting=True)
        if one.table == "limits" and args.subject in (None, one.row.get("customer_id"), one.row.get("group_id"))
    ]  # fmt: skip
    may = proposals.authorities(company)
    if args.json is not None:
        told = {
            "company": company.code,
            "limits": [_plain(row) for row in counts.iter_rows(named=True)],
            "waiting": [plain(one) for one in waiting],
            "authorities": [
                {"person": one.person, "currency": one.currency, "amount": str(decimal(one.amount, one.currency))}
                for one in may
            ],
        }
        write_json(told, args.json)
        return OK
    _table(counts, screen)
    if waiting:
        screen.heading("Waiting for a second person")
        shown(waiting, screen)
    if may:
        screen.heading("Who decides how much alone")
        money = [(one.person, f"{one.currency} {screen.language.money(one.amount, one.currency)}") for one in may]
        screen.table(("person", "up to"), money, left=2)
    return OK


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
    return {**told, "amount": str(decimal(row["amount"], row["currency"]))}


def _table(counts: pl.DataFrame, screen: Screen) -> None:
    language = screen.language
    if not counts.height:
        screen.line(language.say("No limit counts today."))
        return
    rows = [
        (
            row["customer_id"] or row["group_id"], language.say(KIND.get(row["kind"], "credit limit")),
            f"{row['currency']} {language.money(row['amount'], row['currency'])}",
            "-" if row["terms_days"] is None else language.count(row["terms_days"]),
            language.share(row["deposit_share"]),
            language.day(row["valid_from"]), language.day(row["valid_until"]) if row["valid_until"] else "-",
            row["decided_by"] or "-", row["approved_by"] or "-",
        )
        for row in counts.iter_rows(named=True)
    ]  # fmt: skip
    screen.table(_HEADS, rows, left=len(_HEADS))


COMMAND = Command("set limits, approve what a colleague set, show what counts", _add, _run)
