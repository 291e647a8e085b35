"""``solvent undo``: take an import back; refused, with the reason, where something was built on it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import actor, add_store, company_of, open_store


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("batch", type=int, metavar="IMPORT", help=language.say("number of the import"))
    add_store(parser, language)
    parser.add_argument("--reason", default="", help=language.say("why, for the audit trail"))


def _run(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.store import batches  # noqa: PLC0415 (needs the store)

    with screen.working("Undoing"):
        batches.undo(company_of(args), args.batch, actor(), args.reason)
    screen.line(
        screen.language.say("Import {batch} no longer counts; the file can be imported again.", batch=args.batch)
    )
    return OK


COMMAND = Command("take an import back", _add, _run)
