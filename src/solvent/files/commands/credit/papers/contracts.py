"""``solvent contracts``: clauses that are missing, unclear or unfavourable, and which contracts legal should update."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.credit.contracts import Clauses, contract_findings
from solvent.documents.credit.contracts import SHOWN, contract_list
from solvent.files.asking import add_day, add_ledger, add_policy, ask
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.pages.outputs import add_document, deliver
from solvent.files.screen import Screen, write_csv


def _add(parser: ArgumentParser, language: Language) -> None:
    add_ledger(parser, language)
    add_day(parser, language)
    add_policy(parser, language)
    parser.add_argument(
        "--top", type=int, default=SHOWN, metavar="N", help=language.say("how many rows are shown; the largest first")
    )
    add_document(parser, language)
    told = language.say("write it as {form} to this file, - for standard output")
    parser.add_argument("--csv", metavar="FILE", nargs="?", const="-", help=told.format(form="CSV"))


def _run(args: Namespace, screen: Screen) -> int:
    asked = ask(args, screen)
    with screen.working("Computing"):
        told = contract_findings(asked.books, asked.policy.terms(Clauses))
    if args.csv is not None:
        write_csv(told.findings.columns, told.findings.iter_rows(), args.csv)
        if args.html is None and args.markdown is None and args.json is None:
            return OK
    deliver(contract_list(asked.books, told, shown=args.top), args, screen)
    return OK


COMMAND = Command("list clauses on payment that are missing, unclear or unfavourable", _add, _run)
