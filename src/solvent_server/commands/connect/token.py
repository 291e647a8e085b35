"""``solvent token``: the tokens by which other systems ask: made, listed, revoked. The secret is shown once."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen, write_json
from solvent_server.commands.opening import actor, add_store, company_of, open_store

_HEADS = ("number", "name", "person", "scopes", "calls a minute", "until", "last used", "state")


def _add(parser: ArgumentParser, language: Language) -> None:
    say = language.say
    parser.add_argument("name", nargs="?", metavar="NAME", help=say("of a new token; without it all are listed"))
    parser.add_argument("--person", metavar="PERSON", help=say("in whose name it asks, and may do no more"))
    parser.add_argument(
        "--scopes", metavar="SCOPES", default="read", help=say("what it is for, with commas between; by default read")
    )
    parser.add_argument("--rate", type=int, metavar="CALLS", help=say("how many calls a minute"))
    parser.add_argument("--days", type=int, metavar="DAYS", help=say("for how many days; by default until revoked"))
    parser.add_argument("--revoke", type=int, metavar="TOKEN", help=say("let nobody in by this one any more"))
    parser.add_argument("--json", metavar="FILE", nargs="?", const="-", help=say("write the list as JSON"))
    add_store(parser, language)


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.store.connect import tokens  # noqa: PLC0415 (needs the store)

    company, language = company_of(args), screen.language
    if args.revoke is not None:
        row = tokens.revoke(company, args.revoke, actor=actor())
        screen.line(language.say("Token {name} lets nobody in any more.", name=row.name))
        return OK
    if args.name is not None:
        scopes = [scope.strip() for scope in args.scopes.split(",") if scope.strip()]
        row, secret = tokens.make(
            company, args.name, args.person or "", scopes, actor=actor(), days=args.days,
            rate=tokens.RATE if args.rate is None else args.rate,
        )  # fmt: skip
        screen.line(language.say("Token {name} is made. Its secret is shown this once:", name=row.name))
        screen.line(secret)
        return OK
    every = [tokens.plain(one) for one in tokens.every(company)]
    if args.json is not None:
        write_json({"company": company.code, "tokens": every}, args.json)
    elif every:
        screen.table(_HEADS, [_row(one, language) for one in every], left=len(_HEADS))
    else:
        screen.line(language.say("There is no token yet: solvent token NAME --person PERSON --scopes read"))
    return OK


def _row(told: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    state = language.say("revoked") if told["revoked_at"] else language.say("in force")
    return (
        str(told["token"]), told["name"], told["person"], ", ".join(told["scopes"]), language.count(told["rate"]),
        (told["expires_at"] or "-")[:10], (told["used_at"] or "-")[:16].replace("T", " "), state,
    )  # fmt: skip


COMMAND = Command("let other systems ask: tokens, their scopes and how long they last", _add, _run)
