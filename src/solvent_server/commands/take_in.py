"""``solvent import``: files into the company's books: recognised, looked at, and loaded whole or not at all."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solvent.base.problem import LedgerError, Problem
from solvent.files.command import FOUND, OK, Command
from solvent.files.corrections import report_intake, write_corrections
from solvent.files.language import Language
from solvent.files.load import CORRECTIONS, MAX_BYTES, READABLE, read_formats, read_profiles
from solvent.files.screen import Screen, write_json
from solvent.intake.intake import Source
from solvent_server.commands.opening import actor, add_store, company_of, open_store

if TYPE_CHECKING:
    from solvent_server.jobs.intake import Taken
    from solvent_server.store.batches import Committed, Preview
    from solvent_server.store.models import Company

KINDS = {
    "ledger": "a ledger",
    "bank": "bank statements",
    "einvoice": "e-invoices",
    "source": "records of another system",
    "nothing": "nothing that can be read",
}
_HEADS = ("rows of", "new", "there already", "corrected")


def _add(parser: ArgumentParser, language: Language) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=language.say("files, or folders of files"))
    parser.add_argument(
        "--account", metavar="NUMBER", default="", help=language.say("our account, where a statement does not name it")
    )
    add_loading(parser, language)


def add_loading(parser: ArgumentParser, language: Language) -> None:
    """What every command that loads something can be told."""
    add_store(parser, language)
    parser.add_argument("--preview", action="store_true", help=language.say("only show what would happen"))
    parser.add_argument(
        "--currency", metavar="ISO", help=language.say("what the amounts are in where a file names no currency")
    )
    parser.add_argument(
        "--formats", type=Path, metavar="DIR", help=language.say("a folder of format files and bank profiles (TOML)")
    )
    parser.add_argument(
        "--corrections",
        type=Path,
        metavar="DIR",
        default=Path(),
        help=language.say("where rejected rows are written, to be corrected; by default here"),
    )
    parser.add_argument(
        "--json", metavar="FILE", nargs="?", const="-", help=language.say("write what happened as JSON")
    )


def _run(args: Namespace, screen: Screen) -> int:
    paths = [path for told in args.files for path in _paths(told)]
    open_store(args.data)
    company = company_of(args, args.currency)
    told = [load_one(company, Source(path.name, _bytes(path)), args, screen) for path in paths]
    if args.json is not None:
        write_json({"company": company.code, "files": told}, args.json)
    return FOUND if any(wants_a_person(one) for one in told) else OK


def load_one(company: Company, source: Source, args: Namespace, screen: Screen) -> Mapping[str, Any]:
    """One file through the guard into the books, shown as it goes; gives what happened, for machines."""
    from solvent_server.jobs.intake import take  # noqa: PLC0415 (needs the store)
    from solvent_server.store import batches  # noqa: PLC0415

    with screen.working("Reading the file"):
        taken = take(
            company, source, actor=actor(), account_id=getattr(args, "account", ""),
            formats=read_formats(args.formats), profiles=read_profiles(args.formats), currency=args.currency,
        )  # fmt: skip
    preview = done = None
    if taken.staged is not None and not taken.staged.already:
        with screen.working("Comparing with what is there"):
            preview = batches.preview(company, taken.staged.batch)
        if not args.preview:
            with screen.working("Loading"):
                done = batches.commit(company, taken.staged.batch, actor())
    if args.json is None:
        screen.line()
        kind = screen.language.say(KINDS[taken.kind])
        screen.line(screen.language.say("{file}: {kind}", file=source.name, kind=kind), style="bold")
        _show(taken, preview, done, args.corrections, screen)
    return _figures(source.name, taken, preview, done)


def _paths(told: Path) -> Sequence[Path]:
    """The file, or the files of a folder that may hold something."""
    if not told.exists():
        raise LedgerError("files.nothing_there", str(told))
    if told.is_file():
        return [told]
    found = [
        path
        for path in sorted(told.iterdir())
        if path.is_file() and not path.name.startswith((".", "~$")) and not path.name.endswith(CORRECTIONS)
        and path.suffix.lower() != ".toml"
    ]  # fmt: skip
    if not found:
        raise LedgerError("files.nothing_readable", str(told), known=", ".join(READABLE))
    return found


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise LedgerError("files.too_large", str(path), megabytes=MAX_BYTES // 1_000_000)
    return path.read_bytes()


def _figures(name: str, taken: Taken, preview: Preview | None, done: Committed | None) -> dict[str, Any]:
    counts: Mapping[str, Any] = done.counts if done else preview.counts if preview else {}
    return {
        "file": name,
        "kind": taken.kind,
        "batch": taken.staged.batch if taken.staged else None,
        "already_imported": bool(taken.staged and taken.staged.already),
        "loaded": done is not None,
        "tables": counts,
        "rows_rejected": int(taken.intake.counts["rows_rejected"].sum()) if taken.intake.counts.height else 0,
        "quarantined": taken.intake.documents.filter(taken.intake.documents["code"] != "").height,
        "problems": [{"code": one.code, "place": one.place, "facts": dict(one.facts)} for one in taken.problems],
    }


def wants_a_person(told: Mapping[str, Any]) -> bool:
    """True where nothing could be read, rows came back, or a statement or invoice is in quarantine."""
    nothing = told["batch"] is None
    return bool(nothing or told["rows_rejected"] or told["quarantined"])


def _show(taken: Taken, preview: Preview | None, done: Committed | None, corrections: Path, screen: Screen) -> None:
    language = screen.language
    if taken.staged is not None and taken.staged.already:
        day = language.day(taken.staged.committed_at.date()) if taken.staged.committed_at else "-"
        screen.line(
            language.say("Already imported on {day} as import {batch}; nothing was done.", day=day,
                         batch=taken.staged.batch)
        )  # fmt: skip
        return
    report_intake(taken.intake, screen, write_corrections(taken.intake, corrections, language))
    _documents(taken, screen)
    if preview is not None:
        rows = [
            (name, *(language.count(count[column]) for column in ("new", "known", "changed")))
            for name, count in preview.counts.items()
        ]
        screen.table(_HEADS, rows)
        for row in preview.changed.head(5).iter_rows(named=True):
            screen.line(
                language.say("{table} {key}: {column} {old} becomes {new}", **row).replace("\x1f", " "), style="dim"
            )
    screen.problems(taken.problems)
    if done is not None:
        screen.line(language.say("Loaded as import {batch}. To take it back: solvent undo {batch}", batch=done.batch))
    elif preview is not None:
        screen.line(language.say("Nothing was loaded: this was a preview."))
    else:
        screen.line(language.problem(Problem("store.import.nothing")))


def _documents(taken: Taken, screen: Screen) -> None:
    """Statements and invoices that were put aside, each with its reason."""
    held = taken.intake.documents
    if not held.height:
        return
    aside = held.filter(held["code"] != "")
    language = screen.language
    screen.line(
        language.say("{good} statements or invoices accepted, {bad} in quarantine.",
                     good=language.count(held.height - aside.height), bad=language.count(aside.height)),
        style="dim",
    )  # fmt: skip


COMMAND = Command("take files into the company's books: ledgers, bank statements, e-invoices, exports", _add, _run)
