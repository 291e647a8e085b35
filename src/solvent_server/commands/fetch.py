"""``solvent fetch``: a live system's records into the company's books, by the same way as a file."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime, time
from getpass import getpass

from solvent.files.asking import day
from solvent.files.command import FOUND, OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen, write_json
from solvent_server.commands.opening import company_of, open_store
from solvent_server.commands.take_in import add_loading, load_one, wants_a_person
from solvent_server.connectors import erpnext, odoo
from solvent_server.connectors.wire import Settings

SYSTEMS = {"erpnext": erpnext.fetch, "odoo": odoo.fetch}


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("system", choices=sorted(SYSTEMS), help=language.say("which system"))
    parser.add_argument("url", metavar="URL", help=language.say("its address, https://books.example.com"))
    add_loading(parser, language)
    parser.add_argument("--there", metavar="NAME", default="", help=language.say("the company, as it is called there"))
    parser.add_argument("--database", default="", help=language.say("of Odoo, where one address serves several"))
    parser.add_argument("--login", default="", help=language.say("of Odoo before 19, whose key is used as a password"))
    parser.add_argument(
        "--since", type=day, metavar="DAY", help=language.say("only what changed since the start of this day (UTC)")
    )


def _run(args: Namespace, screen: Screen) -> int:
    secret = os.environ.get("SOLVENT_SECRET") or getpass(screen.language.say("API key: "))
    open_store(args.data)
    company = company_of(args, args.currency)
    since = datetime.combine(args.since, time(), UTC).replace(tzinfo=None) if args.since else None
    with screen.working("Asking the system"):
        source = SYSTEMS[args.system](Settings(args.url, args.there, args.database, args.login), secret, since)
    told = load_one(company, source, args, screen)
    if args.json is not None:
        write_json({"company": company.code, "files": [told]}, args.json)
    return FOUND if wants_a_person(told) else OK


COMMAND = Command("fetch the records of ERPNext or Odoo into the company's books", _add, _run)
