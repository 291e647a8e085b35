"""Company report: a neutral extract, in JSON, CSV or a workbook, as registrations, events, opinions and references."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from solvent.base.problem import Problem
from solvent.intake.credit.pages import Page, pages
from solvent.intake.credit.reports.fields import FIELDS, RECORDS, field_of
from solvent.intake.credit.reports.tables import events, opinions, references, registrations
from solvent.intake.intake import Known, Source
from solvent.intake.ledger.reading.workbook import kind_of as bytes_kind
from solvent.intake.limits import Refused
from solvent.intake.sources.importer import Mapped, Records

_JSON = re.compile(rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"company_report"\s*:')
_MARKS = ("company_report", "record", "记录类型")
_MOST, _LOOKED = 20_000_000, 8_192
_LISTS = {"registrations": "registration", "events": "event", "opinions": "opinion", "references": "reference"}
_TABLES = {
    "registration": ("registrations", registrations),
    "event": ("events", events),
    "opinion": ("opinions", opinions),
    "reference": ("trade_references", references),
}


class CompanyReport:
    """The importer of company reports; ``docs/howto/add-a-provider.md`` says what they hold."""

    name = "company_report"

    def identify(self, source: Source) -> bool:
        """True for JSON that begins with ``company_report``, or a table whose headings are a report's."""
        if _JSON.match(source.data[:_LOOKED]):
            return True
        kind = bytes_kind(source.data)
        if len(source.data) > _MOST or kind not in ("zip", "compound", "text"):
            return False
        if kind == "text" and source.data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"["):
            return False
        start = source
        if kind == "text":
            start = Source(source.name, source.data[:_LOOKED].rpartition(b"\n")[0] or source.data[:_LOOKED])
        try:
            found = [_heading(page) for page in pages(start, _known, whole=False)]
        except Refused:
            return False
        return any(place is not None for place in found)

    def read(self, source: Source) -> Records:
        """A list for each kind of record, every value as text; ``strange``: headings and kinds that nobody knows."""
        if _JSON.match(source.data[:_LOOKED]):
            rows = _from_json(source)
        else:
            rows = [row for page in pages(source, _known) for row in _from_page(page)]
        told: dict[str, list[dict[str, Any]]] = {kind: [] for kind in FIELDS}
        strange: dict[tuple[str, str], None] = {}
        for row in rows:
            record = RECORDS.get(str(row.get("record") or "").strip().lower())
            if record is None:
                strange["record", str(row.get("record") or "")] = None
                continue
            known: dict[str, Any] = {}
            for heading, value in row.items():
                field = field_of(str(heading))
                if field in FIELDS[record]:
                    known.setdefault(field, value)
                elif field != "record":
                    strange["column", str(heading)] = None
            told[record].append({**known, "_file": source.name})
        odd = [{"what": what, "word": word, "_file": source.name} for what, word in strange]
        return {**{record: rows for record, rows in told.items() if rows}, **({"strange": odd} if odd else {})}

    def map(self, records: Records, known: Known) -> Mapped:
        """The records as tables; one event told by two sources is one event."""
        tables, refused, problems = {}, [], _strange(records)
        for record, (table, build) in _TABLES.items():
            if record in records and len(records[record]):
                made = build(records, known)
                tables[table] = made.frame
                refused.append(made.refused)
                problems += made.problems
        return Mapped(tables, pl.concat(refused) if refused else Mapped({}).refused, problems=problems)


def _known(text: str) -> bool:
    return field_of(text) is not None or text.strip().lower() in _MARKS


def _heading(page: Page) -> int | None:
    """The place of the row of headings: it names the kind of record and at least three columns of one."""
    for place, row in enumerate(page.rows[:10]):
        cells = [cell.strip().lower() for cell in row.cells if cell]
        fields = {field for cell in row.cells if cell and (field := field_of(cell))} - {"record"}
        if any(mark in cells for mark in _MARKS) and len(fields) >= 3:
            return place
    return None


def _from_page(page: Page) -> list[dict[str, Any]]:
    place = _heading(page)
    if place is None:
        return []
    heads = ["record" if cell.strip().lower() in _MARKS else cell for cell in page.rows[place].cells]
    return [
        {head: cell for head, cell in zip(heads, row.cells) if head and cell}
        for row in page.rows[place + 1 :]
        if any(row.cells)
    ]


def _from_json(source: Source) -> list[dict[str, Any]]:
    """Every record, with what the report says for all of them where it does not say so itself.

    Raises:
        Refused: it is no JSON, or not in the shape of a report.
    """
    try:
        told = json.loads(source.data.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
        shared = {key: told[key] for key in ("source", "told_on", "currency", "customer") if told.get(key) is not None}
        rows = [dict(row) for row in told.get("records") or []]
        for key, record in _LISTS.items():
            rows += [{"record": record, **dict(row)} for row in told.get(key) or []]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(Problem("intake.file.unreadable", source.name, {"kind": "json"})) from error
    return [{**shared, **{str(key): value for key, value in row.items()}} for row in rows]


def _strange(records: Records) -> list[Problem]:
    rows: Sequence[Mapping[str, Any]] = [*records.get("strange", [])]
    told = []
    for what in ("record", "column"):
        words = sorted({str(row.get("word") or "") for row in rows if row.get("what") == what})
        place = str(rows[0].get("_file") or "") if rows else ""
        if words and what == "record":
            facts = {"words": ", ".join(words), "known": ", ".join(FIELDS)}
            told.append(Problem("credit.report.record_unknown", place, facts))
        elif words:
            told.append(Problem("credit.report.columns_unused", place, {"columns": ", ".join(words)}))
    return told
