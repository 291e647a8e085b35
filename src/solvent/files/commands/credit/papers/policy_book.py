"""``solvent policy-book``: the credit policy as a document for staff or customers, and what in it ought to change."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date

from solvent.base.money import UNKNOWN
from solvent.credit.credit import credit
from solvent.documents.policy_book.book import policy_book
from solvent.documents.policy_book.changes import policy_changes
from solvent.files.asking import add_day, add_ledger, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.pages.outputs import add_document, deliver
from solvent.files.policy_file import read_policy
from solvent.files.screen import Screen
from solvent.measures.trade.behaviour import Behaviour, behaviour


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument(
        "--for",
        dest="audience",
        choices=("staff", "customers"),
        default="staff",
        help=language.say("for whom it is written; customers get a shorter one"),
    )
    parser.add_argument("--company", metavar="NAME", help=language.say("our own name, on the first page"))
    add_document(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    if args.ledger is None:
        today = date.today()  # noqa: DTZ011 (a policy holds by the calendar of whoever reads it)
        policy = read_policy(args.as_of or today, args.policy, args.preset)
        deliver(policy_book(policy, args.currency or UNKNOWN, args.audience, company=args.company), args, screen)
        return OK
    asked = ask(args, screen)
    books, policy = asked.books, asked.policy
    changes = None
    if args.audience == "staff":
        with screen.working("Computing"):
            paying = behaviour(books, policy.terms(Behaviour))
            changes = policy_changes(books, credit(books, paying, policy), paying, policy)
    document = policy_book(policy, books.currency, args.audience, company=args.company, changes=changes)
    deliver(document, args, screen)
    return OK


COMMAND = Command("write the credit policy as a document, and what in it ought to change", _add, _run)
