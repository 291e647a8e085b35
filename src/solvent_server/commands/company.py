"""``solvent company``: whose books are kept here, and by which names and numbers documents know us."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.base.money import is_currency
from solvent.base.problem import LedgerError
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import actor, add_store, open_store


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help=language.say("a short code; without it all are listed"))
    add_store(parser, language, company=False)
    parser.add_argument("--name", action="append", help=language.say("our name, as invoices print it; may be repeated"))
    parser.add_argument(
        "--tax-id", action="append", help=language.say("our tax number, by which invoices are told to be ours")
    )
    parser.add_argument("--currency", metavar="ISO", help=language.say("the company's own currency"))


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    if args.currency is not None and not is_currency(args.currency):
        raise LedgerError("files.currency_unknown", "", currency=args.currency)
    from solvent_server.store import work  # noqa: PLC0415 (needs the store)

    if args.code is not None:
        work.set_company(args.code, actor(), names=args.name, tax_ids=args.tax_id, currency=args.currency)
    rows = [(one.code, one.name or "-", one.currency or "-", ", ".join(one.tax_ids) or "-") for one in work.every()]
    if rows:
        screen.table(("company", "name", "currency", "tax numbers"), rows, left=4)
    else:
        screen.line(screen.language.say("No company yet: the first import makes one, or: solvent company CODE"))
    return OK


COMMAND = Command("name the company, its tax numbers and its currency", _add, _run)
