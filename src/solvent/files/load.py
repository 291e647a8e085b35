"""Load: a ledger from the disk: a folder, a workbook or a single file, with the formats that apply to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from solvent.base.money import UNKNOWN, is_currency
from solvent.base.problem import LedgerError
from solvent.books.books import TABLES
from solvent.files.folder import MANIFEST, parquet_tables, read_manifest
from solvent.files.journal_store import stored_journal
from solvent.intake.intake import Intake, Source
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.read import read_ledger

CORRECTIONS = ".corrections.csv"
"""Ending of a file of rejected rows: read when it is named itself, passed over in a folder."""
READABLE = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".html", ".htm")
MAX_BYTES = 400_000_000


@dataclass(frozen=True)
class Loaded:
    """What was found at a path: the intake (ledger, counts, rejected rows, readings) and the files it came from."""

    intake: Intake
    paths: Sequence[Path]


def load(path: Path, *, formats: Path | None = None, currency: str | None = None) -> Loaded:
    """Read a ledger.

    Args:
        path: a folder (ours or of any exports), a workbook, or a single file.
        formats: a folder of further format files (TOML); formats in the ledger's own folder are found by themselves.
        currency: what the amounts are in where the files name no currency.

    Raises:
        LedgerError: there is nothing at the path, nothing readable in it, or a format file is wrong.
    """
    if currency is not None and not is_currency(currency):
        raise LedgerError("files.currency_unknown", "", currency=currency)
    if not path.exists():
        raise LedgerError("files.nothing_there", str(path))
    folder = path if path.is_dir() else path.parent
    layouts = [*shipped_formats(), *_formats(_tomls(folder)), *(_formats(_tomls(formats)) if formats else ())]
    if path.is_file():
        return Loaded(read_ledger([_source(path, path.parent)], formats=layouts, currency=currency), [path])
    return _load_folder(path, layouts, currency)


def shipped_formats() -> Sequence[Format]:
    """The formats that come with Solvent, by name."""
    shelf = files("solvent.intake.ledger").joinpath("formats")
    found = sorted((entry for entry in shelf.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return [Format.parse(entry.read_text("utf-8"), entry.name) for entry in found]


def _load_folder(folder: Path, layouts: Sequence[Format], currency: str | None) -> Loaded:
    manifest = read_manifest(folder) or {}
    own = currency or manifest.get("currency")
    typed = parquet_tables(folder)
    paths = [
        entry
        for entry in sorted(folder.iterdir())
        if entry.is_file()
        and entry.suffix.lower() in READABLE
        and not entry.name.startswith(("~$", "."))
        and not entry.name.endswith(CORRECTIONS)
    ]
    if not typed and not paths:
        raise LedgerError("files.nothing_readable", str(folder), known=", ".join(READABLE))
    untyped = [path for path in paths if path.stem not in typed]
    told = own if own is not None and own != UNKNOWN else None
    intake = read_ledger([_source(path, folder) for path in untyped], formats=layouts, currency=told)
    if not typed:
        return Loaded(intake, paths)
    tables = {**intake.ledger.tables, **typed}
    ledger = replace(intake.ledger, tables=tables, currency=own or UNKNOWN)
    if not untyped:
        ledger = replace(ledger, journal=stored_journal(folder, ledger), problems=())
    parts = [folder / name for name in TABLES if name in typed]
    return Loaded(replace(intake, ledger=ledger), [*parts, *untyped])


def _source(path: Path, root: Path) -> Source:
    if path.stat().st_size > MAX_BYTES:
        raise LedgerError("files.too_large", str(path), megabytes=MAX_BYTES // 1_000_000)
    return Source(str(path.relative_to(root)), path.read_bytes())


def _tomls(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        raise LedgerError("files.nothing_there", str(folder))
    return sorted(path for path in folder.glob("*.toml") if path.name != MANIFEST)


def _formats(paths: Iterable[Path]) -> Sequence[Format]:
    """Format files; a TOML file that is something else (a policy, a project file) is left alone."""
    found = []
    for path in paths:
        text = path.read_text("utf-8", errors="replace")
        if "[columns]" in text or "match" in text:
            found.append(Format.parse(text, path.name))
    return found
