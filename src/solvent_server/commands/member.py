"""``solvent member``: who may log in, and in which role he sees a company."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from getpass import getpass

from solvent.base.problem import SolventError
from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import actor, add_store, company_of, open_store

PASSWORD = "SOLVENT_PASSWORD"


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help=language.say("who; without it all are listed"))
    parser.add_argument("--role", metavar="ROLE", help=language.say("in which role; none: may not see the company"))
    parser.add_argument(
        "--password",
        action="store_true",
        help=language.say("set a password: asked for, or taken from SOLVENT_PASSWORD"),
    )
    add_store(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.store import access, work  # noqa: PLC0415 (needs the store)

    company = company_of(args)
    if args.name is not None:
        if args.role is not None and args.role not in (*access.ROLES, "none"):
            raise SolventError("store.role_unknown", "", role=args.role, known=", ".join(access.ROLES))
        secret = None
        if args.password:
            secret = os.environ.get(PASSWORD) or getpass(f"{screen.language.say('Password')}: ")
        work.set_member(company, args.name, args.role, secret, actor())
    rows = [(name, role) for name, role in work.members(company)]
    if rows:
        screen.table(("person", "role"), rows, left=2)
    else:
        screen.line(screen.language.say("Nobody has a role here yet: solvent member NAME --role cfo --password"))
    return OK


COMMAND = Command("who may log in, and what each may see", _add, _run)
