"""``solvent approve-order``: let an order through although the rules say no: so much, until a day, by two people."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.files.asking import day
from solvent.files.command import OK, Command
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


def _add(parser: ArgumentParser, language: Language) -> None:
    say = language.say
    inside = parser.add_subparsers(dest="do", metavar=language.say("COMMAND"), required=True)
    one = part(inside, "ask", say("ask for it; a second person approves"), language)
    one.add_argument("customer", metavar="CUSTOMER", help=say("whose order it is"))
    one.add_argument("amount", type=amount, metavar="AMOUNT", help=say("up to so much, in main units"))
    one.add_argument("--until", type=day, metavar="DAY", required=True, help=say("last day it counts"))
    one.add_argument("--order", metavar="ORDER", help=say("only this order; without it any of the customer's"))
    one.add_argument("--currency", metavar="ISO", help=say("by default the company's own"))
    add_decision(one, language)
    for name, says in (("approve", "let count what somebody else decided"), ("refuse", "refuse it, or take it back")):
        two = part(inside, name, say(says), language)
        two.add_argument("proposal", type=int, metavar="PROPOSAL", help=say("number of the proposal"))
        add_decision(two, language)
    three = part(inside, "show", say("what was asked for, and what became of it"), language)
    add_list(three, language)


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    company = company_of(args)
    from solvent_server.store.desk import proposals  # noqa: PLC0415 (needs the store)

    if args.do == "show":
        every = [one for one in proposals.proposals(company) if one.table == "approvals"]
        if args.json is not None:
            write_json({"company": company.code, "approvals": [plain(one) for one in every]}, args.json)
        elif every:
            shown(every, screen)
        else:
            screen.line(screen.language.say("Nobody asked to let an order through."))
        return OK
    if args.do == "ask":
        currency = currency_of(args, company)
        cells = {
            "customer_id": args.customer, "order_id": args.order, "until_on": args.until, "currency": currency,
            "amount": in_minor(args.amount, currency),
        }  # fmt: skip
        done = proposals.propose(company, "approvals", cells, actor=actor(), reason=args.reason)
    elif args.do == "approve":
        done = proposals.approve(company, args.proposal, actor=actor(), reason=args.reason)
    else:
        done = proposals.refuse(company, args.proposal, actor=actor(), reason=args.reason)
    decided(done, screen)
    return OK


COMMAND = Command("let an order through against the rules: asked by one person, approved by another", _add, _run)
