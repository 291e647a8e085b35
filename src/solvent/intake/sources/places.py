"""Places: where in a file a row of the books stands, found by reading the file again with the readers that read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from solvent.base.money import decimal
from solvent.intake.bank import read as bank
from solvent.intake.bank.read import is_statement
from solvent.intake.bank.statement import Statement
from solvent.intake.bank.table.find import found_tables
from solvent.intake.einvoice import read as einvoice
from solvent.intake.einvoice.invoice import EInvoice
from solvent.intake.einvoice.read import is_einvoice
from solvent.intake.intake import Known, Reading, Source
from solvent.intake.ledger import read as ledger
from solvent.intake.ledger.grid import Sheet
from solvent.intake.ledger.reading.encoding import encoding_of
from solvent.intake.sources import frame
from solvent.intake.sources.bundle import parts_of
from solvent.intake.sources.importer import Records
from solvent.intake.sources.take import Desk, recognised, says_yes

BESIDE, MOST = 3, 20
"""So many rows are shown before and after, and of so many rows of one sheet the surroundings."""
_LONG, _WIDE = 400, 60
_SHOWN = ("booked_on", "value_on", "amount", "currency", "counterparty", "counterparty_account", "reference",
          "bank_reference")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row of a file as it was read. number: its place there, from 1. here: it is one that was asked for."""

    number: int
    here: bool
    cells: Sequence[str]


@dataclass(frozen=True)
class Place:
    """One sheet, list or statement of a file, and in it the rows that made a row of the books.

    kind: ``sheet`` (rows of a table), ``lines`` (lines of a text), ``entries`` (of a statement), ``invoices``,
    ``records`` (of another system). sheet: the worksheet, or the name of the list. role, header_row, columns: of the
    sheet. mapping: header text to field. rows: those asked for, with their neighbours; count: how many were asked for.
    """

    kind: str
    source: str
    sheet: str
    role: str
    header_row: int
    columns: Sequence[str]
    mapping: Mapping[str, str]
    rows: Sequence[Row]
    count: int


def places_in(source: Source, known: Known, desk: Desk, table: str, key: str) -> list[Place]:
    """Every place of a file from which a row of ``table`` came; none where the file does not give that row now.

    Args:
        known: what the books know; what of it was not known when the file was loaded may name a customer otherwise.
        desk: the readers that stood ready when the file was loaded.
        key: the cells of the table's key as text, with U+001F between.
    """
    parts = parts_of(source) if recognised(source, desk) is None else []
    members = [part for part in parts if recognised(part, desk) is not None]
    found = [place for one in (members if parts else [source]) for place in _of_one(one, known, desk, table, key)]
    lists = [part for part in parts if part not in members]
    return [*found, *_of_lists(lists, known, desk, table, key)]


def _of_one(source: Source, known: Known, desk: Desk, table: str, key: str) -> Iterator[Place]:
    for importer in desk.importers:
        if says_yes(importer, source):
            yield from _records(source, *frame.located(importer, source, known, table, key))
            return
    if is_einvoice(source):
        yield from _invoices(source, *einvoice.located(source, known, table, key))
        return
    if is_statement(source, desk.profiles):
        found = bank.located(source, known, desk.profiles, table, key)
        if found:
            yield from _statements(source, found, desk)
            return
    yield from _of_lists([source], known, desk, table, key)


def _of_lists(sources: Sequence[Source], known: Known, desk: Desk, table: str, key: str) -> Iterator[Place]:
    for sheet, reading, rows in ledger.located(sources, table, key, formats=desk.formats, currency=known.currency):
        yield _sheet(sheet, reading, rows)


def _sheet(sheet: Sheet, reading: Reading, wanted: Sequence[int]) -> Place:
    """Rows of a sheet as they stand: the total rows and those with too many cells are among the neighbours."""
    columns = sheet.columns[:_WIDE]
    rows = pl.concat([sheet.rows.select("_row", *columns), sheet.footers.select("_row", *columns)])
    told = [(int(row[0]), row[1:]) for row in _near(rows, wanted).iter_rows()]
    return Place(
        "sheet", sheet.source, sheet.name, reading.role, sheet.header_row, columns,
        {text: meant for text, meant in reading.mapping.items() if text in columns and meant},
        _rows(told, wanted), len(wanted),
    )  # fmt: skip


def _near(rows: pl.DataFrame, wanted: Sequence[int]) -> pl.DataFrame:
    """The rows asked for, the first MOST of them, and their neighbours, in the file's order."""
    ordered = rows.sort("_row", maintain_order=True).with_row_index("at")
    at = ordered.filter(pl.col("_row").is_in(list(wanted[:MOST]))).get_column("at").to_list()
    beside = BESIDE if len(at) < 4 else int(len(at) < 7)
    near = sorted({place for one in at for place in range(max(one - beside, 0), one + beside + 1)})
    return ordered.filter(pl.col("at").is_in(near)).drop("at")


def _rows(told: Sequence[tuple[int, Sequence[object]]], wanted: Sequence[int]) -> list[Row]:
    here = set(wanted)
    return [Row(number, number in here, [_text(cell) for cell in cells]) for number, cells in told]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return (cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str).strip('"'))[:_LONG]


def _statements(source: Source, found: Sequence[tuple[Statement, list[int]]], desk: Desk) -> Iterator[Place]:
    """Lines of statements: as rows of their sheet, as lines of their text, else as the entries that were read."""
    told: set[tuple[str, tuple[int, ...]]] = set()
    for statement, rows in found:
        sheet = statement.reading.sheet if statement.reading else ""
        if (sheet, tuple(rows)) in told:
            continue
        told.add((sheet, tuple(rows)))
        if statement.reading is not None:
            for one in found_tables(source, desk.profiles)[0]:
                if one.sheet.name == sheet:
                    meant = {text: name for name, texts in one.columns.of.items() for text in texts}
                    yield replace(_sheet(one.sheet, statement.reading, rows), mapping=meant)
        elif statement.format.startswith(("mt94", "mt90")) and rows:
            yield _lines(source, rows)
        else:
            yield _entries(statement, rows)


def _lines(source: Source, wanted: Sequence[int]) -> Place:
    """Lines of a text as they stand."""
    codec, skip = encoding_of(source.data)
    lines = source.data[skip:].decode(codec, "replace").splitlines()
    numbers = sorted(
        {near for row in wanted for near in range(max(row - BESIDE, 1), min(row + BESIDE, len(lines)) + 1)}
    )
    told = [(number, [lines[number - 1]]) for number in numbers]
    return Place("lines", source.name, "", "", 0, (), {}, _rows(told, wanted), len(wanted))


def _entries(statement: Statement, wanted: Sequence[int]) -> Place:
    """Entries of a statement as they were read."""
    money = [str(decimal(amount, statement.currency)) for amount in statement.lines["amount"]]
    rows = statement.lines.with_columns(pl.Series("amount", money, dtype=pl.String)).rename({"row": "_row"})
    told = [(int(row[0]), row[1:]) for row in _near(rows.select("_row", *_SHOWN), wanted).iter_rows()]
    return Place(
        "entries", statement.source, statement.number, statement.format, 0, _SHOWN, {}, _rows(told, wanted), len(wanted)
    )


def _invoices(source: Source, found: Sequence[EInvoice], wanted: Sequence[int]) -> Iterator[Place]:
    if not wanted:
        return
    columns = ("number", "issued_on", "due_on", "seller", "buyer", "amount", "currency")
    told = [
        (one.part, [one.number, one.issued_on, one.due_on, one.seller.name, one.buyer.name,
                    None if one.total is None else str(decimal(one.total, one.currency)), one.currency])
        for one in found if any(abs(one.part - row) <= BESIDE for row in wanted)
    ]  # fmt: skip
    yield Place("invoices", source.name, "", found[0].format, 0, columns, {}, _rows(told, wanted), len(wanted))


def _records(source: Source, records: Records, found: Sequence[tuple[str, int]]) -> Iterator[Place]:
    """Records of another system, each list by itself."""
    for sheet in dict.fromkeys(name for name, _ in found):
        wanted = sorted({row for name, row in found if name == sheet})
        rows = records[sheet]
        near = [
            number for number in range(1, len(rows) + 1)
            if any(abs(number - row) <= (BESIDE if len(wanted) < 4 else 0) for row in wanted[:MOST])
        ]  # fmt: skip
        few = [rows.row(number - 1, named=True) if isinstance(rows, pl.DataFrame) else rows[number - 1]
               for number in near]  # fmt: skip
        columns = tuple(dict.fromkeys(str(name) for one in few for name in one))[:_WIDE]
        told = [(number, [one.get(name) for name in columns]) for number, one in zip(near, few)]
        yield Place("records", source.name, sheet, "", 0, columns, {}, _rows(told, wanted), len(wanted))
