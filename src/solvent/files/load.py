"""Load: a ledger from the disk: a folder, a workbook or a single file, with the formats that apply to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import polars as pl

from solvent.base.money import UNKNOWN, is_currency
from solvent.base.problem import LedgerError
from solvent.books.books import TABLES, Ledger
from solvent.files.folder import MANIFEST, parquet_tables, read_manifest
from solvent.files.guard.registered import registered
from solvent.files.journal_store import RECEIVABLES, stored_journal
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.intake import COUNTS, REJECTED, Intake, Known, Source
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.read import read_ledger
from solvent.intake.sources.bundle import in_order, merged, parts_of
from solvent.intake.sources.take import Desk, Reader, recognised

CORRECTIONS = ".corrections.csv"
"""Ending of a file of rejected rows: read when it is named itself, passed over in a folder."""
TABULAR = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".html", ".htm")
DOCUMENTS = (".sta", ".mta", ".mt940", ".940", ".942", ".ofx", ".qfx", ".xml", ".pdf", ".ofd", ".json", ".zip")
READABLE = (*TABULAR, *DOCUMENTS)
BANK = ".bank.toml"
"""Ending of a bank's profile; every other TOML file with columns is a format of ledgers."""
MAX_BYTES = 400_000_000


@dataclass(frozen=True)
class Loaded:
    """What was found at a path: the intake (ledger, counts, rejected rows, readings) and the files it came from."""

    intake: Intake
    paths: Sequence[Path]


def load_asked(path: Path | None, *, formats: Path | None = None, currency: str | None = None) -> Loaded:
    """The ledger at a path, or, where none is named, what the company's own store holds.

    The store is found by the entry-point group ``solvent.ledgers``; the library itself knows of none.

    Raises:
        LedgerError: as ``load``; or no ledger is named and there is no store.
    """
    if path is not None:
        return load(path, formats=formats, currency=currency)
    for entry in entry_points(group="solvent.ledgers"):
        kept: Ledger = entry.load()()
        return Loaded(Intake(kept, pl.DataFrame(schema=COUNTS), pl.DataFrame(schema=REJECTED)), ())
    raise LedgerError("files.no_ledger_named")


def held_asked(path: Path | None, as_of: date) -> pl.DataFrame | None:
    """What the store holds of limits for orders that are not in its books yet; None where a ledger was named.

    Found by the entry-point group ``solvent.held``. Columns: customer_id, amount (minor units of the books' currency),
    order_id (empty: of none).
    """
    if path is not None:
        return None
    for entry in entry_points(group="solvent.held"):
        held: pl.DataFrame = entry.load()(as_of)
        return held
    return None


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
    desk = Desk(
        [*shipped_formats(), *_formats(_tomls(folder)), *(_formats(_tomls(formats)) if formats else ())],
        [*shipped_profiles(), *_profiles(folder), *(_profiles(formats) if formats else ())],
        registered(),
    )
    if path.is_file():
        return Loaded(_take([_source(path, path.parent)], desk, currency), [path])
    return _load_folder(path, desk, currency)


def _take(sources: Sequence[Source], desk: Desk, currency: str | None) -> Intake:
    """Statements, invoices and records of other systems each by its own reader; the rest together as one ledger."""
    known = Known(currency=currency)
    opened = [part for source in sources for part in (parts_of(source) or [source])]
    found = [(source, None if _own_table(source) else recognised(source, desk)) for source in opened]
    documents: list[tuple[Source, Reader]] = [(source, reader) for source, reader in found if reader is not None]
    rest = [source for source, reader in found if reader is None]
    if not documents:
        return read_ledger(rest, formats=desk.formats, currency=currency)
    read = list(in_order(documents, known))
    if rest:
        read.append(read_ledger(rest, formats=desk.formats, currency=currency))
    return merged(iter(read))


def _own_table(source: Source) -> bool:
    """A CSV file that is named as a table of the books and has that table's columns: nobody else need look at it."""
    name, _, ending = source.name.rpartition(".")
    if ending.lower() != "csv" or name not in TABLES:
        return False
    head = source.data[:4_000].split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").strip().split(",")
    return set(head) <= set(TABLES[name].columns) and set(TABLES[name].key) <= set(head)


def read_formats(folder: Path | None = None) -> Sequence[Format]:
    """The formats of ledgers that come with Solvent, and those of a folder."""
    return [*shipped_formats(), *(_formats(_tomls(folder)) if folder else ())]


def read_profiles(folder: Path | None = None) -> Sequence[Profile]:
    """The profiles of banks that come with Solvent, and those of a folder."""
    return [*shipped_profiles(), *(_profiles(folder) if folder else ())]


def shipped_profiles() -> Sequence[Profile]:
    """The profiles of banks that come with Solvent, by name."""
    shelf = files("solvent.intake.bank.table").joinpath("profiles")
    found = sorted((entry for entry in shelf.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return [Profile.parse(entry.read_text("utf-8"), entry.name) for entry in found]


def _profiles(folder: Path) -> Sequence[Profile]:
    paths = sorted(folder.glob(f"*{BANK}"))
    return [Profile.parse(path.read_text("utf-8", errors="replace"), path.name) for path in paths]


def shipped_formats() -> Sequence[Format]:
    """The formats that come with Solvent, by name."""
    shelf = files("solvent.intake.ledger").joinpath("formats")
    found = sorted((entry for entry in shelf.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return [Format.parse(entry.read_text("utf-8"), entry.name) for entry in found]


def _load_folder(folder: Path, desk: Desk, currency: str | None) -> Loaded:
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
    sources = [_source(path, folder) for path in untyped]
    known = [
        source
        for path, source in zip(untyped, sources)
        if path.suffix.lower() not in DOCUMENTS or parts_of(source) or recognised(source, desk) is not None
    ]
    intake = _take(known, desk, told)
    if not typed:
        return Loaded(intake, paths)
    tables = {**intake.ledger.tables, **typed}
    ledger = replace(intake.ledger, tables=tables, currency=own or UNKNOWN)
    if not untyped:
        ledger = replace(ledger, problems=())
    # Further tables beside the Parquet ones change no receivable, as long as they are not receivables themselves.
    if all(name in typed or not intake.ledger.has(name) for name in RECEIVABLES):
        ledger = replace(ledger, journal=stored_journal(folder, ledger))
    parts = [folder / name for name in TABLES if name in typed]
    return Loaded(replace(intake, ledger=ledger), [*parts, *untyped])


def _source(path: Path, root: Path) -> Source:
    if path.stat().st_size > MAX_BYTES:
        raise LedgerError("files.too_large", str(path), megabytes=MAX_BYTES // 1_000_000)
    return Source(str(path.relative_to(root)), path.read_bytes())


def _tomls(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        raise LedgerError("files.nothing_there", str(folder))
    return sorted(path for path in folder.glob("*.toml") if path.name != MANIFEST and not path.name.endswith(BANK))


def _formats(paths: Iterable[Path]) -> Sequence[Format]:
    """Format files; a TOML file that is something else (a policy, a project file) is left alone."""
    found = []
    for path in paths:
        text = path.read_text("utf-8", errors="replace")
        if "[columns]" in text or re.search(r"^match\s*=", text, re.MULTILINE):
            found.append(Format.parse(text, path.name))
    return found
