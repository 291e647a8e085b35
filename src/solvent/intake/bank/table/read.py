"""Read: a table of any bank into statements, one for each account and currency in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from solvent.base.money import UNKNOWN, decimal, digits
from solvent.base.problem import Fact, Problem
from solvent.intake.bank.statement import LINES, Statement
from solvent.intake.bank.table.chain import chain_of
from solvent.intake.bank.table.entries import Entries, entries_of, reading_of
from solvent.intake.bank.table.find import Found, found_tables, looks_like_statement
from solvent.intake.bank.table.layout.about import About, about, amount_in, label_of
from solvent.intake.bank.table.layout.columns import Columns
from solvent.intake.bank.table.layout.profile import Profile, profile_toml
from solvent.intake.bank.table.rows import Prepared, prepared
from solvent.intake.bank.table.totals import BLOCKING, totals_wrong
from solvent.intake.intake import REJECTED, Known, Source
from solvent.intake.ledger.grid import Sheet
from solvent.intake.ledger.header import is_day, is_number
from solvent.intake.ledger.reading.raw import folded

__all__ = ["BLOCKING", "Profile", "profile_toml", "is_table_statement", "table_statements"]


@dataclass(frozen=True)
class _Table:
    """One table read: what its rows came to, and what else is to be told of it."""

    sheet: Sheet
    columns: Columns
    about: About
    entries: Entries
    ready: Prepared
    problems: tuple[Problem, ...]


def is_table_statement(source: Source, profiles: Sequence[Profile]) -> bool:
    """True for a file in which some table looks like a bank's statement, and not like a ledger of invoices.

    Never raises on any bytes. Of a text only the beginning is looked at.
    """
    return any(looks_like_statement(one) for one in found_tables(source, profiles, brief=True)[0])


def table_statements(source: Source, profiles: Sequence[Profile], known: Known) -> list[Statement]:
    """The statements in a file that holds tables: CSV, TSV, XLS, XLSX, HTML.

    Args:
        profiles: layouts to try before the header words, later ones first.
        known: currencies of our accounts, and the company's own, where the file names none.

    Returns:
        One statement for each table, account and currency, in the file's order; none where no table tells days and
        amounts. Every row is a line, rejected, or left out with a problem that counts it. Never raises on any bytes.
    """
    tables, problems = found_tables(source, profiles)
    statements: list[Statement] = []
    for one in tables:
        if one.columns.days and one.columns.money:
            statements += _statements(_table(one, known), len(statements))
    if statements and problems:
        first = statements[0]
        statements[0] = replace(first, problems=(*problems, *first.problems))
    return statements


def _table(found: Found, known: Known) -> _Table:
    sheet, columns, profile = found.sheet, found.columns, found.columns.profile
    place = f"{sheet.source}!{sheet.name}" if sheet.name else sheet.source
    told = found.about
    ready = prepared(sheet, columns, told, place)
    beneath = [[folded(str(cell)) for cell in row[1:] if cell is not None] for row in ready.footers.iter_rows()]
    told = about(sheet.preamble, beneath, (sheet.source, sheet.name))
    told = replace(told, until=found.about.until or told.until)
    reading, assumed = reading_of(ready.sheet, columns, told, known, profile.name if profile else "table")
    entries = entries_of(ready, columns, told, reading)
    rules = {"sign": {"sides": "", "card": "spending"}.get(entries.rule, entries.rule)}
    rules["sign"] = rules["sign"] if rules["sign"] in ("signed", "spending", "words") else ""
    if found.headerless:
        rules["headerless"] = "yes"
    if profile:
        rules["profile"] = profile.name
    reading = replace(reading, values={"rules": rules})
    problems = [*ready.told, *found.problems, *entries.notes, *entries.problems]
    above = sum(_is_movement(row) for row in sheet.preamble)
    if above:
        problems.append(Problem("bank.table.above_header", place, {"count": above}))
    if ready.apart:
        problems.append(Problem("bank.table.rows_apart", place, {"count": ready.apart}))
    if assumed and (entries.counted.is_empty() or (entries.counted["currency"] == reading.currency).any()):
        problems.append(_currency_assumed(reading.currency, place))
    if entries.rule == "card":
        problems.append(Problem("bank.table.sign_assumed", place))
    if not reading.certain and reading.date_order != "ymd":
        problems.append(Problem("intake.date_order_assumed", place, {"order": reading.date_order}))
    footers = ready.footers
    problems += totals_wrong(
        entries.counted, footers=footers, columns=columns, about=told, reading=reading, place=place
    )
    return _Table(sheet, columns, told, replace(entries, reading=reading), ready, tuple(problems))


def _is_movement(cells: Sequence[str]) -> bool:
    """True for a row with a day and an amount: none of a heading, which has labels beside its figures."""
    days = [cell for cell in cells if is_day(cell) or re.match(r"(?:19|20)[0-9]{6}$", cell)]
    figures = [cell for cell in cells if is_number(cell) and re.search(r"[.,][0-9]{2}\b", cell)]
    return len(cells) > 3 and bool(days) and any(cell not in days for cell in figures)


def _currency_assumed(currency: str, place: str) -> Problem:
    if currency == UNKNOWN:
        return Problem("bank.table.currency_unknown", place)
    return Problem("bank.table.currency_assumed", place, {"currency": currency})


def _statements(table: _Table, before: int) -> Iterator[Statement]:
    """The statements of one table; what is told of the table, and its rejected rows, go with the first."""
    frame = table.entries.frame
    keys = frame.select("account_id", "currency").unique(maintain_order=True).rows()
    default = (table.about.account, table.entries.reading.currency)
    for place, (account, currency) in enumerate(keys or [default]):
        mine = frame.filter((pl.col("account_id") == account) & (pl.col("currency") == currency))
        yield _statement(table, mine, str(account), str(currency), before + place + 1, alone=len(keys) < 2)


def _statement(table: _Table, mine: pl.DataFrame, account: str, currency: str, part: int, *, alone: bool) -> Statement:
    told, entries, profile = table.about, table.entries, table.columns.profile
    first = part == 1 or entries.frame.is_empty() or mine["row"][0] == entries.frame["row"][0]
    lines = mine.select(LINES.keys()).cast(pl.Schema(LINES))
    days = lines["booked_on"]
    opening, closing, problems = _balances(table, lines, currency, alone=alone)
    from_on = told.days.get("from") or days.min()
    to_on = told.days.get("to") or days.max()
    return Statement(
        source=table.sheet.source,
        part=part,
        kind="statement",
        format=entries.reading.format,
        account_id=account,
        currency=currency,
        lines=lines,
        bank=(profile.bank if profile else "") or told.bank,
        from_on=from_on,  # type: ignore[arg-type]
        to_on=to_on,  # type: ignore[arg-type]
        opening=opening,
        closing=closing,
        closing_on=to_on if closing is not None else None,  # type: ignore[arg-type]
        rejected=entries.rejected if first else pl.DataFrame(schema=REJECTED),
        problems=(*(table.problems if first else ()), *problems),
        reading=entries.reading,
    )


def _balances(
    table: _Table, lines: pl.DataFrame, currency: str, *, alone: bool
) -> tuple[int | None, int | None, list[Problem]]:
    """What stood on the account before and after: as told, else as the balances beside the lines give it."""
    mark = table.entries.reading.mark
    problems: list[Problem] = []
    opening = table.about.money("opening", mark=mark, digits=digits(currency)) if alone else None
    closing = table.about.money("closing", mark=mark, digits=digits(currency)) if alone else None
    opening = _of_row(table, "opening", currency) if opening is None and alone else opening
    closing = _of_row(table, "closing", currency) if closing is None and alone else closing
    chain = chain_of(lines)
    if chain is None:
        return opening, closing, problems
    place = f"{table.entries.reading.place}:{chain.breaks[0]}" if chain.breaks else table.entries.reading.place
    if chain.breaks:
        facts: dict[str, Fact] = {"count": len(chain.breaks), "checked": chain.checked}
        problems.append(Problem("bank.table.balance_breaks", place, facts))
    if not chain.breaks:
        if opening is not None and opening != chain.opening:
            problems.append(Problem("bank.table.opening_differs", place, _two(opening, chain.opening, currency)))
        if closing is not None and closing != chain.closing:
            problems.append(Problem("bank.table.closing_differs", place, _two(closing, chain.closing, currency)))
    return chain.opening if opening is None else opening, chain.closing if closing is None else closing, problems


def _two(told: int, found: int, currency: str) -> dict[str, Fact]:
    return {"told": str(decimal(told, currency)), "found": str(decimal(found, currency)), "currency": currency}


def _of_row(table: _Table, name: str, currency: str) -> int | None:
    """A balance that stands in the balance column of a row of its own, under its label."""
    header = table.columns.one("balance")
    if header is None:
        return None
    for row in table.ready.footers.iter_rows(named=True):
        texts = [folded(str(cell)) for key, cell in row.items() if key not in ("_row", header) and cell]
        if any(label_of(text) == name for text in texts) and row[header] is not None:
            return amount_in(row[header], mark=table.entries.reading.mark, digits=digits(currency))
    return None
