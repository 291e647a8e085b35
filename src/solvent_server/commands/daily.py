"""``solvent daily``: assess every company of the store and keep what is found, for the pages to show."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.base.problem import LedgerError
from solvent.files.asking import day
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store, company_of, open_store


def _add(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language)
    parser.add_argument(
        "--as-of", type=day, metavar="DAY", help=language.say("end of this day; by default the last that is known")
    )
    parser.add_argument(
        "--backtest",
        action="store_true",
        help=language.say("how each rule would have warned over the ledger's own past"),
    )


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.jobs.daily import assess_company, back_test  # noqa: PLC0415 (needs the store)
    from solvent_server.store import work  # noqa: PLC0415

    companies = [company_of(args)] if args.company else work.every()
    for company in companies:
        try:
            with screen.working("Computing"):
                kept = assess_company(company, as_of=args.as_of)
        except LedgerError as error:
            screen.problems([error.problem])
            continue
        if args.backtest:
            with screen.working("Computing"):
                back_test(company, as_of=args.as_of)
        told = screen.language.say(
            "{company}: assessed as of {day}.",
            company=company.name or company.code,
            day=screen.language.day(kept.as_of),
        )
        screen.line(told)
    return OK


COMMAND = Command("assess every company and keep it for the pages", _add, _run)
