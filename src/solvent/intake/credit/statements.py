"""Statements: a customer's financial statements out of a workbook or a table in text, Chinese or English layout.

The importer knows the statements by their items. Items become lines as ``words`` says: the whole where it is told, else
the sum of its parts. What has no line here is told, and what nobody knows is listed among the rejected rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN, minor
from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.books.customers import OWN, STATEMENTS
from solvent.intake.credit.consistency import inconsistencies, told
from solvent.intake.credit.layout import lines_told, newest_day, read_pages
from solvent.intake.credit.lines import lines_of, notes_of, values_of
from solvent.intake.credit.pages import pages
from solvent.intake.intake import Known, Source
from solvent.intake.ledger.reading.workbook import kind_of
from solvent.intake.limits import Refused
from solvent.intake.sources.importer import REFUSED, ROW, SHEET, Mapped, Records


@dataclass(frozen=True)
class StatementSheets(Terms, key="intake.statement_sheets"):
    """What counts as a file of financial statements, and when its figures were known."""

    most_bytes: int = term(5_000_000, unit="bytes", source="own choice: larger files are ledgers")
    least_lines: int = term(4, unit="different lines that make it one", source="own choice: fewer may be chance")
    known_after_days: int = term(
        120,
        unit="days from the end of a period to the day its figures are taken to have been known",
        source="own choice: yearly accounts in China are filed by the end of April",
    )


TERMS = StatementSheets()
_KINDS = ("zip", "compound", "page", "xml", "text")

LONGEST_TEXT, LONGEST_LINE = 400_000, 8_000
"""Bytes that a statement as text or as a page has at most, in all and in one line."""


def _short(data: bytes) -> bool:
    """True where text is as short as a statement: a page or two, and no line that nobody would have written."""
    return len(data) <= LONGEST_TEXT and max(map(len, data.split(b"\n"))) <= LONGEST_LINE


class Statements:
    """The importer of financial statements of customers, and of our own."""

    name = "statement_sheets"

    def identify(self, source: Source) -> bool:
        """True for a small file in which enough lines of a statement stand, among them a total or a result."""
        if len(source.data) > TERMS.most_bytes or kind_of(source.data) not in _KINDS:
            return False
        if source.data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[") and kind_of(source.data) == "text":
            return False
        if kind_of(source.data) in ("text", "page") and not _short(source.data):
            return False
        try:
            found = lines_told(read_pages(pages(source, whole=False)).found)
        except Refused:
            return False
        return len(found) >= TERMS.least_lines and bool({"total_assets", "sales", "net_profit"} & set(found))

    def read(self, source: Source) -> Records:
        """``lines``: the lines read, with the row that each came from; ``items``: what nobody knows; ``notes``: what
        has no line here, and what was told twice."""
        reading = read_pages(pages(source))
        latest = newest_day(reading.found)
        if latest is None:
            raise Refused(Problem("credit.statement.no_period", source.name))
        values, odd = values_of(reading.found, latest)
        who = {"name": reading.name, "number": reading.number, "currency": reading.currency, "file": source.name}
        lines = [{**who, **line} for line in lines_of(values)]
        return {
            "lines": lines,
            "items": [{**who, **item} for item in odd],
            "notes": [{**who, **note} for note in notes_of(reading, values)],
        }

    def map(self, records: Records, known: Known) -> Mapped:
        """The lines as ``statements``; whose they are by tax number or name, else under the name as it stands."""
        lines, items = _dicts(records, "lines"), _dicts(records, "items")
        entity, problems = _entity(lines or items, known)
        said = next((str(row["currency"]) for row in lines if row.get("currency")), "")
        own = said or known.currency or UNKNOWN
        frame = _frame(lines, entity, own)
        problems += _told_notes(_dicts(records, "notes"))
        if frame.height:
            good = STATEMENTS.conform(frame.drop(SHEET, ROW).lazy())
            place = str(lines[0].get("file", ""))
            problems += told(inconsistencies(good), place)
            if not said:
                problems.append(Problem("credit.statement.currency_assumed", place, {"currency": own}))
        return Mapped({"statements": frame}, _unknown(items), problems=problems)


def _told_notes(notes: Sequence[Mapping[str, Any]]) -> list[Problem]:
    problems = []
    for note in notes:
        place, items = str(note.get("file") or ""), str(note.get("items") or "")
        facts: dict[str, Fact] = {"items": items}
        if note.get("note") == "other":
            facts |= {"count": int(note.get("count") or 0)}
            problems.append(Problem("credit.statement.items_without_line", place, facts))
        elif note.get("note") == "left":
            problems.append(Problem("credit.statement.left", place, {"title": items}))
        else:
            facts |= {"first": str(note.get("first")), "second": str(note.get("second"))}
            problems.append(Problem("credit.statement.item_twice", place, facts))
    return problems


def _entity(rows: Sequence[Mapping[str, Any]], known: Known) -> tuple[str, list[Problem]]:
    """Whose statements they are: ours, a known customer's, or under the name or number as it stands."""
    first = rows[0] if rows else {}
    name, number, place = (str(first.get(key) or "") for key in ("name", "number", "file"))
    if name in known.names or number in known.tax_ids:
        return OWN, []
    for said in (number, name):
        if said and said in known.customers:
            return known.customers[said], []
    if not name and not number:
        return "", [Problem("credit.statement.nobody", place)]
    return name or number, [Problem("credit.statement.customer_unknown", place, {"name": name or number})]


def _frame(lines: Sequence[Mapping[str, Any]], entity: str, currency: str) -> pl.DataFrame:
    """The lines as the table has them; what is finer than the currency is rounded, for sums of sheets leave such."""
    rows = []
    for place, line in enumerate(lines, start=1):
        end = date.fromisoformat(str(line["period_end"]))
        try:
            amount = minor(Decimal(str(line["amount"])), str(line.get("currency") or currency))
        except InvalidOperation:
            continue
        recorded = end + timedelta(days=TERMS.known_after_days)
        rows.append(
            ("lines", place, entity or None, end, int(line["months"]), line["line"], currency, amount, recorded)
        )
    schema = {SHEET: pl.String, ROW: pl.Int64, **STATEMENTS.schema}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _unknown(items: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    rows = [
        ("items", place, str(item.get("item") or ""), str(item.get("value") or ""), str(item.get("code")),
         json.dumps({"item": str(item.get("item") or "")}, ensure_ascii=False))
        for place, item in enumerate(items, start=1)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=REFUSED, orient="row")


def _dicts(records: Records, name: str) -> list[Mapping[str, Any]]:
    rows = records.get(name, [])
    return [*(rows.to_dicts() if isinstance(rows, pl.DataFrame) else rows)]
