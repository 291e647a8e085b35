"""``solvent backup``, ``restore`` and ``migrate``: keep the store, take it back, bring it up to date."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from solvent.files.command import OK, Command
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store, open_store


def _add_backup(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=language.say("where to, for example solvent.zip"))
    add_store(parser, language, company=False)


def _backup(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.store.keeping.backup import backup  # noqa: PLC0415 (needs the store)

    with screen.working("Writing the backup"):
        manifest = backup(args.file)
    _told("Everything is in {file}: {rows} rows, {files} original files.", manifest, args.file, screen)
    return OK


def _restore(args: Namespace, screen: Screen) -> int:
    open_store(args.data)
    from solvent_server.store.keeping.backup import restore  # noqa: PLC0415 (needs the store)

    with screen.working("Reading the backup"):
        manifest = restore(args.file)
    _told("{file} was taken back: {rows} rows, {files} original files.", manifest, args.file, screen)
    return OK


def _told(text: str, manifest: dict[str, dict[str, dict[str, int]]], file: Path, screen: Screen) -> None:
    language = screen.language
    rows = sum(table["rows"] for table in manifest["tables"].values())
    files = len(manifest["originals"])
    screen.line(language.say(text, file=file, rows=language.count(rows), files=language.count(files)))


def _add_migrate(parser: ArgumentParser, language: Language) -> None:
    add_store(parser, language, company=False)


def _migrate(args: Namespace, screen: Screen) -> int:
    open_store(args.data, migrated=False)
    from solvent_server.store import database  # noqa: PLC0415 (needs the store)

    with screen.working("Bringing the store up to date"):
        database.migrate()
    screen.line(screen.language.say("The store in {place} is up to date.", place=database.folder()))
    return OK


BACKUP = Command("write everything into one file, while others go on working", _add_backup, _backup)
RESTORE = Command("take a backup back into an empty store", _add_backup, _restore)
MIGRATE = Command("set the store up, or bring it up to date", _add_migrate, _migrate)
