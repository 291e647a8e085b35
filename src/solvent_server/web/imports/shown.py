"""Shown: what was understood of a file, in the words of its reader."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem, SolventError
from solvent.books.books import TABLES
from solvent.files.corrections import problem_of, write_rejected
from solvent.files.language import Language
from solvent.intake.intake import Intake, Reading
from solvent_server.store import batches
from solvent_server.store.errands import readings
from solvent_server.store.keeping import parking
from solvent_server.store.models import Company, Errand
from solvent_server.web.imports.corrected import BANK, BANK_MEANS, MEANS, ORDERS

MINOR = "minor units"
FIRST_ROWS, FIRST_REJECTED, FIRST_CHANGES, MOST_PROBLEMS = 5, 50, 20, 50
MADE = ("allocation_id",)
"""Columns that we make ourselves and nobody looks for."""
WORDS = ("source", "kind", "category")
"""Columns whose cells are codes of ours."""
NO_ROLE = "intake.sheet.no_role"
"""Of rows of a sheet that was not understood: the sheet is told once, as a statement in quarantine is, and there is
nothing in its rows to correct."""
LEFT_OUT = (NO_ROLE, "intake.sheet.no_header", "intake.sheet.left_out")


@dataclass(frozen=True)
class Table:
    """A small table: heads, rows of text, how many there are in all."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    count: int


@dataclass(frozen=True)
class Sheet:
    """One sheet and how it was understood."""

    place: str
    sheet: str
    role: str
    facts: Sequence[tuple[str, str]]
    mapping: Sequence[tuple[str, str]]
    unused: Sequence[str]
    rows_in: int
    loaded: int
    rejected: int


@dataclass(frozen=True)
class Seen:
    """A file as it was understood. counts: table, new, known, changed. changed: what loading it would correct. unread:
    places of sheets that were left out."""

    sheets: Sequence[Sheet]
    counts: Sequence[tuple[str, Mapping[str, int]]]
    changed: Table
    first: Sequence[tuple[str, Table]]
    problems: Sequence[str]
    more_problems: int
    rejected: Table
    statements: Table
    quarantined: int = 0
    refused: str = ""
    sheets_rejected: Sequence[tuple[str, str]] = field(default=())
    unread: Sequence[str] = field(default=())
    understood: bool = True

    @property
    def loads(self) -> bool:
        """True where loading it would do anything."""
        return any(count[part] for _, count in self.counts for part in ("new", "known", "changed"))


def looked_at(company: Company, errand: Errand, language: Language) -> Seen | None:
    """Everything of a file that was read; None where it is not kept any more."""
    kept = readings.kept(errand.id)
    if kept is None:
        return None
    intake, problems = kept
    counts: Mapping[str, Any] = {}
    first: Mapping[str, pl.DataFrame] = {}
    changed, refused = pl.DataFrame(), ""
    if errand.batch is not None and errand.batch.state == "staged":
        try:
            preview = batches.preview(company, errand.batch.id)
            counts, changed = preview.counts, preview.changed
            first = parking.parked(errand.batch.id)[0]
        except SolventError as error:
            refused = language.problem(error.problem)
    elif errand.batch is not None:
        counts = errand.batch.counts
    told_once = [NO_ROLE, *intake.documents.filter(pl.col("code") != "").get_column("code").unique()]
    intake = replace(intake, rejected=intake.rejected.filter(~pl.col("code").is_in(told_once)))
    by_sheet = intake.rejected.select("source", "sheet").unique(maintain_order=True)
    return Seen(
        sheets=[_sheet(one, intake, language) for one in intake.readings],
        counts=[(names_of(language, name), count) for name, count in counts.items()],
        changed=_changes(changed, language, company.currency or UNKNOWN),
        first=[
            (names_of(language, name), _rows(name, frame, language)) for name, frame in first.items() if frame.height
        ],
        problems=[language.problem(one) for one in islice(problems, MOST_PROBLEMS)],
        more_problems=max(len(problems) - MOST_PROBLEMS, 0),
        rejected=_rejected(intake, language),
        statements=_statements(intake.documents, language),
        quarantined=intake.documents.filter(pl.col("code") != "").height,
        refused=refused,
        sheets_rejected=[(str(source), str(sheet)) for source, sheet in by_sheet.iter_rows()],
        understood=bool(intake.documents.height) or any(one.role for one in intake.readings),
        unread=[one.place for one in problems if one.code in LEFT_OUT],
    )


OWN_REASONS = {
    r"automatic": "sure matches, made at once",
    r"the sample company": "the sample company",
    r"entered by mistake": "entered by mistake",
    r"proposal (?P<number>\d+)": "proposal {number}",
    r"proposal (?P<number>\d+): (?P<text>.*)": "proposal {number}: {text}",
    r"placed by hand: (?P<number>.*)": "placed by hand: {number}",
    r"placing of (?P<number>.*) taken back": "placing of {number} taken back",
}
"""What the trail says of batches that no file brought, and the sentence of it."""


def called(language: Language, reason: str) -> str:
    """What a batch that no file brought is called: what its maker wrote, or what we write, in the reader's words."""
    for pattern, says in OWN_REASONS.items():
        found = re.fullmatch(pattern, reason, re.DOTALL)
        if found:
            return language.say(says, **found.groupdict())
    return reason


def names_of(language: Language, code: str) -> str:
    """A table of the books, or another code, in words."""
    return language.say("customer data") if code == "customers" else language.words(code)


def meaning(language: Language, role: str, name: str) -> str:
    """What a field or a column of one of our tables is, in words."""
    if role == BANK:
        return language.say(BANK_MEANS[name]) if name in BANK_MEANS else language.words(name)
    return language.say(MEANS[name]) if role not in TABLES and name in MEANS else language.words(name)


def correction_file(intake: Intake, sheet: str, language: Language) -> str:
    """The rejected rows of a sheet as CSV: reason first, then the row as it stood, in safe cells."""
    frame = intake.rejected.filter(pl.col("sheet") == sheet) if sheet else intake.rejected
    if not sheet and frame.height:
        frame = frame.filter(pl.col("sheet") == frame.item(0, "sheet"))
    columns: Sequence[str] = ()
    for reading in intake.readings:
        if frame.height and reading.sheet == frame.item(0, "sheet"):
            columns = reading.columns
    page = io.StringIO()
    write_rejected(csv.writer(page), frame, columns, language)
    return page.getvalue()


def _sheet(one: Reading, intake: Intake, language: Language) -> Sheet:
    counted = intake.counts.filter((pl.col("source") == one.source) & (pl.col("sheet") == one.sheet))
    say = language.say
    facts = [(say("Header in row"), language.count(one.header_row))]
    if one.encoding:
        facts.append((say("Encoding"), one.encoding))
    if one.date_order:
        sure = say("proved by the cells") if one.certain else say("assumed; no cell proves it")
        facts.append((say("Order of day and month"), f"{say(ORDERS[one.date_order])} ({sure})"))
    if one.mark:
        facts.append((say("Decimal mark"), one.mark))
    if one.unit and one.unit != 1:
        facts.append((say("Amounts are in units of"), language.count(one.unit)))
    facts += [(say("Amounts are in units of") + f" ({text})", language.count(unit)) for text, unit in one.units.items()]
    if one.currency:
        facts.append((say("Currency"), language.currency(one.currency)))
    return Sheet(
        one.place, one.sheet, language.words(one.role) if one.role else say("not recognised"), facts,
        [(text, meaning(language, one.role, name)) for text, name in one.mapping.items() if name], one.unused,
        *(int(counted.get_column(name).sum()) for name in ("rows_in", "rows_loaded", "rows_rejected")),
    )  # fmt: skip


def _rejected(intake: Intake, language: Language) -> Table:
    rows = []
    for row in intake.rejected.head(FIRST_REJECTED).iter_rows(named=True):
        problem = problem_of(row, placed=False)
        rows.append([str(row["sheet"]), language.count(row["row"]), str(row["column"] or ""), str(row["value"] or ""),
                     language.problem(problem)])  # fmt: skip
    heads = [language.say(head) for head in ("Sheet", "Row", "Column", "Value", "Reason")]
    return Table(heads, rows, intake.rejected.height)


def _changes(changed: pl.DataFrame, language: Language, currency: str) -> Table:
    rows = [
        [names_of(language, row["table"]), str(row["key"]).replace("\x1f", " "), language.words(row["column"]),
         *(_changed(language, row, row[name], currency) for name in ("old", "new"))]
        for row in changed.head(FIRST_CHANGES).iter_rows(named=True)
    ]  # fmt: skip
    return Table([language.say(head) for head in ("Table", "Key", "Column", "Was", "Becomes")], rows, changed.height)


def _changed(language: Language, row: Mapping[str, Any], cell: str | None, currency: str) -> str:
    """A cell that is corrected, as a reader reads it; ``changed`` has it as text."""
    column = TABLES[row["table"]].columns[row["column"]]
    if cell is None:
        return "–"
    if column.unit == MINOR and cell.lstrip("-").isdecimal():
        return language.money(int(cell), row.get("currency") or currency)
    return language.day(date.fromisoformat(cell[:10])) if column.dtype == pl.Date else cell


def _statements(documents: pl.DataFrame, language: Language) -> Table:
    rows = []
    for row in documents.head(FIRST_REJECTED).iter_rows(named=True):
        verdict = language.say("accepted")
        if row["code"]:
            verdict = language.problem(_aside(row))
        span = [language.day(day) for day in (row["from_on"], row["to_on"]) if day is not None]
        rows.append([
            language.words(row["kind"]), row["number"] or "–", row["account_id"] or "–",
            " – ".join(dict.fromkeys(span)), language.money(row["closing"], row["currency"] or UNKNOWN), verdict,
        ])  # fmt: skip
    heads = [language.say(head) for head in ("Kind", "Number", "Account", "From and to", "Closing balance", "Verdict")]
    return Table(heads, rows, documents.height)


def _aside(row: Mapping[str, Any]) -> Problem:
    """Why a statement or invoice was put into quarantine."""
    return Problem(row["code"], "", json.loads(row["facts"]) if row["facts"] else {})


def _rows(name: str, frame: pl.DataFrame, language: Language) -> Table:
    """The first rows; columns in which nothing stands are left out."""
    columns = TABLES[name].columns
    have = [one for one in columns if one in frame.columns and one not in MADE]
    full = [one for one in have if frame.get_column(one).null_count() < frame.height]
    money = {one for one in full if columns[one].unit == MINOR}
    rows = []
    for row in frame.head(FIRST_ROWS).iter_rows(named=True):
        currency = str(row.get("currency") or UNKNOWN)
        rows.append([
            "" if row[one] is None else language.money(row[one], currency) if one in money
            else language.day(row[one]) if columns[one].dtype == pl.Date
            else language.words(row[one]) if one in WORDS else str(row[one])
            for one in full
        ])  # fmt: skip
    return Table([language.words(one) for one in full], rows, frame.height)
