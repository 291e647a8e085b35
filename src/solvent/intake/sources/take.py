"""Take: one file of any kind into an intake, by the first reader that knows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from solvent.base.problem import Problem
from solvent.intake.bank.read import is_statement, read_statements
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.einvoice.read import is_einvoice, read_einvoices
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.read import read_ledger
from solvent.intake.ledger.reading.workbook import kind_of as bytes_kind
from solvent.intake.sources.bundle import in_order, merged, parts_of
from solvent.intake.sources.frame import ROLE, nothing, run_importer
from solvent.intake.sources.importer import Importer

Kind = Literal["source", "einvoice", "bank", "ledger", "nothing"]
"""What a file turned out to be: what an importer read, e-invoices, bank statements, a ledger, or nothing readable."""

Reader = Callable[[Source, Known], Intake]


@dataclass(frozen=True)
class Desk:
    """The readers that stand ready: layouts of ledgers, profiles of banks, importers of other systems."""

    formats: Sequence[Format] = ()
    profiles: Sequence[Profile] = ()
    importers: Sequence[Importer] = ()


def take_in(
    source: Source,
    known: Known,
    formats: Sequence[Format] = (),
    profiles: Sequence[Profile] = (),
    importers: Sequence[Importer] = (),
) -> Intake:
    """Take in one file, whatever it is.

    In this order: an importer that says it is its own, an e-invoice, a bank statement, an archive of several of these
    and of lists, and else a ledger; XML and JSON that nobody knows is refused. No bytes raise an error.
    What it turned out to be is told by ``kind_of``.

    Args:
        known: what the books already know.
        formats: layouts of ledgers to try before the header words.
        profiles: saved profiles of banks, tried before recognition by header words.
        importers: importers of other systems; an earlier one goes before a later one.
    """
    desk = Desk(formats, profiles, importers)
    reader = recognised(source, desk)
    if reader is not None:
        return reader(source, known)
    parts = parts_of(source)
    if parts:
        return _archive(parts, known, desk)
    stranger = _markup(source)
    if stranger:
        return nothing(Problem("sources.markup_unknown", source.name, {"kind": stranger}))
    return read_ledger([source], formats=formats, currency=known.currency)


def _archive(parts: Sequence[Source], known: Known, desk: Desk) -> Intake:
    """The files of an archive: statements and invoices each by its reader, the lists among the rest as one ledger."""
    found = [(part, recognised(part, desk)) for part in parts]
    members = [(part, reader) for part, reader in found if reader is not None]
    rest = [part for part, reader in found if reader is None]
    lists = read_ledger([part for part in rest if not _markup(part)], formats=desk.formats, currency=known.currency)
    if not members:
        return lists
    read = {reading.source for reading in lists.readings if reading.role}
    strange = [part.name for part in rest if part.name not in read]
    problems = [Problem("sources.bundle.member", name) for name in strange]
    if not read:
        return merged(in_order(members, known), problems)
    told = [one for one in lists.ledger.problems if not one.place.startswith(tuple(strange))]
    lists = replace(lists, ledger=replace(lists.ledger, problems=tuple(told)))
    return merged(chain(in_order(members, known), [lists]), problems)


def recognised(source: Source, desk: Desk) -> Reader | None:
    """The reader that knows this file by its content; None: it may be a ledger, or nothing."""
    for importer in desk.importers:
        if says_yes(importer, source):
            return lambda taken, known, chosen=importer: run_importer(chosen, taken, known)  # type: ignore[misc]
    if is_einvoice(source):
        return read_einvoices
    if _markup(source) != "JSON" and is_statement(source, desk.profiles):
        return lambda taken, known: _statements(taken, known, desk)
    return None


def _statements(source: Source, known: Known, desk: Desk) -> Intake:
    """Bank statements; what turns out to be none after all is a ledger, or nothing."""
    intake = read_statements(source, known, desk.profiles)
    return read_ledger([source], formats=desk.formats, currency=known.currency) if intake is None else intake


def kind_of(intake: Intake) -> Kind:
    """What the file was.

    Statements and invoices stand in ``documents``, accepted or not, and their kind tells them apart; an importer and a
    ledger leave readings; a file that no reader could make anything of leaves only its problem.
    """
    kinds = set(intake.documents["kind"].to_list())
    if kinds & {"invoice", "credit_note"}:
        return "einvoice"
    if kinds:
        return "bank"
    if any(reading.role == ROLE for reading in intake.readings):
        return "source"
    return "ledger" if intake.readings else "nothing"


def _markup(source: Source) -> str:
    """XML or JSON where a file is that, and no table in XML: it has no rows that a ledger could be read from."""
    if bytes_kind(source.data) != "text":
        return ""
    start = source.data[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if re.match(rb"<[?!A-Za-z_]", start):
        return "XML"
    return "JSON" if re.match(rb"\{\s*[\"}]|\[\s*[\[{\"]", start) else ""


def says_yes(importer: Importer, source: Source) -> bool:
    """True where the importer takes the file; one that fails at looking does not."""
    try:
        return bool(importer.identify(source))
    except MemoryError:
        raise
    except Exception:
        return False
