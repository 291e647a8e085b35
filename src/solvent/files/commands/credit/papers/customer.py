"""``solvent customer``: the credit report of one customer, or the sheet of advice that can be sent to it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.base.problem import SolventError
from solvent.credit.grading.advice import advice
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.states import Exposed
from solvent.decisions.warnings.engine import warn
from solvent.decisions.warnings.view import View
from solvent.documents.content import Document
from solvent.documents.credit.advice import advice_sheet
from solvent.documents.credit.report import credit_report, known
from solvent.files.asking import Asked, add_day, add_ledger, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.corrections import report_intake
from solvent.files.language import Language
from solvent.files.pages.outputs import add_document, deliver
from solvent.files.screen import Screen


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    parser.add_argument("customer", metavar="ID", help=language.say("number of the customer in the books"))
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument(
        "--advice", action="store_true", help=language.say("the sheet of advice that can be sent to the customer")
    )
    parser.add_argument("--from", dest="sender", metavar="NAME", help=language.say("our own name, under the sheet"))
    add_document(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    if not known(asked.books, args.customer):
        raise SolventError("documents.customer_unknown", args.customer)
    with screen.working("Computing"):
        document = _document(asked, args)
    if args.html is None and args.markdown is None and args.json is None:
        report_intake(asked.loaded.intake, screen)
    deliver(document, args, screen)
    return OK


def _document(asked: Asked, args: Namespace) -> Document:
    books, policy = asked.books, asked.policy
    view = View(books, policy)
    if args.advice:
        told = advice(view.credit.grades, policy)
        return advice_sheet(books, view.credit, told, policy, args.customer, from_whom=args.sender)
    exposed = exposures(books, terms=policy.terms(Exposed)).table
    found = warn(view).table
    return credit_report(books, view.credit, view.behaviour, policy, args.customer, exposure=exposed, findings=found)


COMMAND = Command("write the credit report of one customer, or advice that can be sent to it", _add, _run)
