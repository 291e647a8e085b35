"""Read: files into a ledger. Good rows load, bad rows come back with a reason, and each is counted exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem
from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, REJECTED, Intake, Reading, Source
from solvent.intake.ledger.cells.currency import unit_and_currency
from solvent.intake.ledger.columns import known, mapping_toml, read_columns
from solvent.intake.ledger.fields import plain
from solvent.intake.ledger.format import LISTS, Format
from solvent.intake.ledger.grid import Sheet, sheets
from solvent.intake.ledger.rows.account import account
from solvent.intake.ledger.rows.documents import documents
from solvent.intake.ledger.rows.gather import Gathered, gather
from solvent.intake.ledger.rows.gather import located as gathered_at
from solvent.intake.ledger.rows.places import PLACE
from solvent.intake.ledger.rows.shape import continued, shaped
from solvent.intake.ledger.rows.sieve import FAULTS, Sieve
from solvent.intake.ledger.rows.tables import agreed_terms, joined, own_table
from solvent.intake.ledger.totals import control_total, footer_problems

__all__ = ["mapping_toml", "read_ledger"]


KEY_APART = "\x1f"
"""Between the cells of a key that has several."""


@dataclass
class _Part:
    """One sheet while it is read."""

    sheet: Sheet
    reading: Reading
    sieve: Sieve
    as_it_stands: Sheet
    table: pl.DataFrame | None = None
    postings: pl.DataFrame | None = None
    closing: int | None = None


def read_ledger(sources: Sequence[Source], *, formats: Sequence[Format] = (), currency: str | None = None) -> Intake:
    """Read files of any layout into one ledger.

    Args:
        sources: files as bytes; they may be parts of one ledger (invoices here, receipts there).
        formats: layouts to try before the header words, later ones first.
        currency: what amounts are in where nothing names a currency; also the company's own currency.

    Returns:
        The ledger with every row that could be read. No bytes raise an error.
    """
    parts, problems = _parts(sources, formats, currency)
    for part in parts:
        problems += part.sieve.notes
        problems += _about(part)
    masters = [agreed_terms(part.sieve) for part in parts if part.reading.role == "customers"]
    gathered = gather(_handed_over(parts), masters)
    problems += gathered.problems
    faults = [_with_cells(part, gathered) for part in parts]
    tables = _tables(parts, gathered)
    own = _own_currency(parts, tables, currency)
    problems += [problem for part in parts for problem in footer_problems(part.sheet, part.reading, part.sieve)]
    control = control_total([(part.sheet, part.reading, part.sieve, part.closing) for part in parts], tables)
    problems += _assumptions(parts, tables)
    ledger = Ledger(
        {name: frame.lazy() for name, frame in tables.items() if frame.height}, own, control, tuple(problems)
    )
    counts = [_count(part, rejected) for part, rejected in zip(parts, faults)]
    return Intake(
        ledger,
        pl.concat(counts) if counts else pl.DataFrame(schema=COUNTS),
        pl.concat(faults) if faults else pl.DataFrame(schema=REJECTED),
        tuple(part.reading for part in parts),
    )


def located(
    sources: Sequence[Source], table: str, key: str, *, formats: Sequence[Format] = (), currency: str | None = None
) -> list[tuple[Sheet, Reading, list[int]]]:
    """Where one row of a table stands: each sheet that has something of it, as it stands in the file, with the rows.

    Args:
        key: the cells of the table's key as text, with KEY_APART between.
        formats, currency: those with which ``read_ledger`` made the row.
    """
    parts, _ = _parts(sources, formats, currency)
    places = [pl.DataFrame(schema=PLACE)]
    for part in parts:
        if part.reading.role == table and part.table is not None:
            cells = [pl.col(column).cast(pl.String).fill_null("") for column in TABLES[table].key]
            mine = part.table.filter(pl.concat_str(cells, separator=KEY_APART) == key)
            sheet = (pl.lit(part.sheet.source).alias("source"), pl.lit(part.sheet.name).alias("sheet"))
            places.append(mine.select(*sheet, "_row"))
    masters = [agreed_terms(part.sieve) for part in parts if part.reading.role == "customers"]
    places.append(gathered_at(_handed_over(parts), masters, table, key))
    every = pl.concat(places)
    found = []
    for part in parts:
        here = every.filter((pl.col("source") == part.sheet.source) & (pl.col("sheet") == part.sheet.name))
        if here.height:
            found.append((part.as_it_stands, part.reading, here.get_column("_row").unique().sort().to_list()))
    return found


def _parts(
    sources: Sequence[Source], formats: Sequence[Format], currency: str | None
) -> tuple[list[_Part], list[Problem]]:
    """Every sheet of the files, read by its role, and what stood in the way of others."""
    parts: list[_Part] = []
    problems: list[Problem] = []
    words = {text for form in formats for text in form.columns}
    for source in sources:
        read, told = sheets(source, known=lambda text: known(text) or plain(text) in words)
        problems += told
        for bare in read:
            sheet = shaped(bare)
            parts.append(_read(sheet, bare, read_columns(sheet, formats, currency), currency))
    return parts, problems


def _read(sheet: Sheet, bare: Sheet, reading: Reading, currency: str | None) -> _Part:
    """One sheet by its role; rejected rows are taken out of what it gives."""
    if reading.role in LISTS:
        sheet = continued(sheet, reading)
    sieve = Sieve(sheet, reading)
    part = _Part(sheet, reading, sieve, bare)
    if reading.role == "account":
        part.postings, part.closing = account(sieve)
    elif reading.role in LISTS:
        part.postings = documents(sieve)
    elif reading.role in TABLES:
        part.table = own_table(sieve, currency or UNKNOWN)
    else:
        sieve.reject(pl.repeat(True, sheet.rows.height, eager=True), "intake.sheet.no_role")
    rejected = sieve.rejected().select("_row")
    if part.postings is not None and rejected.height:
        part.postings = part.postings.join(rejected, on="_row", how="anti")
    return part


def _handed_over(parts: Sequence[_Part]) -> Iterator[pl.DataFrame]:
    """The postings of each sheet, let go of as they are taken: a large ledger stands in memory once."""
    for part in parts:
        if part.postings is not None:
            postings, part.postings = part.postings, None
            yield postings


def _with_cells(part: _Part, gathered: Gathered) -> pl.DataFrame:
    """The rejected rows of a sheet: unreadable ones, doubled ones, and rows with more cells than columns."""
    sheet = part.sheet
    faults = part.sieve.rejected()
    doubled = gathered.doubled.filter((pl.col("source") == sheet.source) & (pl.col("sheet") == sheet.name))
    late = doubled.join(faults, on="_row", how="anti").select(
        "_row",
        pl.lit(10**6).cast(pl.Int64).alias("rank"),
        pl.lit("intake.row.doubled").alias("code"),
        pl.lit(part.reading.header("invoice_id") or "").alias("column"),
        pl.col("invoice_id").alias("value"),
        pl.lit("{}").alias("facts"),
    )
    every = pl.concat([faults, late.cast(FAULTS)]).sort("_row")
    named = pl.concat_list(pl.exclude("_row")) if sheet.columns else pl.lit([], dtype=pl.List(pl.String))
    cells = sheet.rows.join(every.select("_row"), on="_row", how="semi").select("_row", named.alias("cells"))
    told = every.join(cells, on="_row", how="left", maintain_order="left")
    ragged = sheet.ragged.select(
        "_row",
        pl.lit("intake.row.ragged").alias("code"),
        pl.lit("").alias("column"),
        pl.lit(None, dtype=pl.String).alias("value"),
        pl.lit("{}").alias("facts"),
        pl.concat_list("cells").alias("cells"),
    )
    both = pl.concat([told.select(ragged.columns), ragged])
    return both.select(
        pl.lit(sheet.source).alias("source"),
        pl.lit(sheet.name).alias("sheet"),
        pl.col("_row").alias("row"),
        "column",
        "value",
        "code",
        "facts",
        "cells",
    ).cast(pl.Schema(REJECTED))


def _count(part: _Part, rejected: pl.DataFrame) -> pl.DataFrame:
    rows = part.sheet.rows.height + part.sheet.ragged.height
    told = (part.sheet.source, part.sheet.name, part.reading.role, rows, rows - rejected.height, rejected.height)
    return pl.DataFrame([told], schema=COUNTS, orient="row")


def _tables(parts: Sequence[_Part], gathered: Gathered) -> dict[str, pl.DataFrame]:
    """The tables of all sheets: those that were tables already, then what documents and accounts became."""
    pieces: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        if part.table is not None:
            kept = part.table.join(part.sieve.rejected().select("_row"), on="_row", how="anti").drop("_row")
            pieces.setdefault(part.reading.role, []).append(kept)
    for name, frame in gathered.tables.items():
        pieces.setdefault(name, []).append(frame)
    return {name: joined(frames, name) for name, frames in pieces.items()}


def _own_currency(parts: Sequence[_Part], tables: dict[str, pl.DataFrame], told: str | None) -> str:
    """The company's own currency: told, or that of bookings, or the one that everything is in."""
    if told is not None:
        return told
    booked = {code for part in parts for code in _booked_in(part)}
    if len(booked) == 1:
        return booked.pop()
    money = [tables[name] for name in ("open_items", "receipts", "credit_notes") if name in tables]
    if not money:
        return UNKNOWN
    rows = pl.concat([frame.select("currency", "amount", "booked_amount") for frame in money])
    alike = (pl.col("amount") == pl.col("booked_amount")).fill_null(False).all()
    used = rows.group_by("currency").agg(alike.alias("alike"))
    own = used.filter("alike") if used.height > 1 else used
    return str(own.item(0, "currency")) if own.height == 1 else UNKNOWN


def _booked_in(part: _Part) -> set[str]:
    """The currency in which a sheet's bookings are: as its column says, or the header over the bookings."""
    code = _first_code(part) if part.reading.header("booked_currency") else None
    header = part.reading.header("booked_amount") if code is None else None
    named = unit_and_currency([header])[1] if header else None
    return {found for found in (code, named) if found}


def _first_code(part: _Part) -> str | None:
    """The first currency that the sheet's own-currency column names."""
    codes = part.sieve.currency("booked_currency", None).drop_nulls()
    return str(codes[0]) if codes.len() else None


def _about(part: _Part) -> list[Problem]:
    """What a reader has to know of how a sheet was understood."""
    reading, told = part.reading, []
    if not reading.role:
        told.append(Problem("intake.sheet.no_role", reading.place, {"columns": ", ".join(reading.columns[:8])}))
    days = [meant for meant in reading.mapping.values() if meant.endswith("_on")]
    if days and not reading.certain and reading.date_order != "ymd":
        told.append(Problem("intake.date_order_assumed", reading.place, {"order": reading.date_order}))
    return told


def _assumptions(parts: Sequence[_Part], tables: dict[str, pl.DataFrame]) -> list[Problem]:
    """What had to be assumed for the ledger as a whole."""
    money = [name for name in ("open_items", "receipts", "credit_notes") if name in tables and tables[name].height]
    told = []
    if any((tables[name]["currency"] == UNKNOWN).any() for name in money):
        told.append(Problem("intake.currency_unknown"))
    if money and not any(part.reading.header("recorded_on") for part in parts):
        told.append(Problem("books.recorded_on_assumed"))
    return told
