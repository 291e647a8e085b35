"""``solvent credit-start``: what an open-items list alone tells, whom to look at first, and what to get next."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.credit.credit import credit
from solvent.documents.credit.start import start_page
from solvent.files.asking import add_day, add_ledger, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.pages.outputs import add_document, deliver
from solvent.files.screen import Screen
from solvent.measures.trade.behaviour import Behaviour, behaviour


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    add_document(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    books, policy = asked.books, asked.policy
    with screen.working("Computing"):
        paying = behaviour(books, policy.terms(Behaviour))
        document = start_page(books, credit(books, paying, policy), policy)
    deliver(document, args, screen)
    return OK


COMMAND = Command("show what an open-items list alone tells, and what to get next", _add, _run)
