"""Assessments: which there are, the figures and the lists of one; and how sound the data are that they rest on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import polars as pl
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from solvent.base.problem import Problem
from solvent.files.language import Language
from solvent.files.screen import safe_cell
from solvent_server.api.customers import kept_of
from solvent_server.api.parts.door import Caller, Door
from solvent_server.api.parts.pages import Cursor, Limit, cursor, place
from solvent_server.api.parts.shapes import HOME, Says, of
from solvent_server.api.parts.trouble import Trouble, spoken
from solvent_server.store import access, books
from solvent_server.store.keeping import assessments
from solvent_server.store.keeping.assessments import Kept
from solvent_server.store.keeping.cases import without_cash
from solvent_server.store.models import Batch, Company

router = Router(tags=["assessments"])
NAME = Path(..., max_length=80, pattern=r"^[0-9A-Za-z.:_-]+$", description="name of the assessment, or latest")
FRAME = Path(..., max_length=60, pattern=r"^[a-z_]+$", description="name of the list")
Form = Annotated[Literal["ndjson", "csv"], Query("ndjson")]
LINES, CSV = "application/x-ndjson", "text/csv; charset=utf-8"
SEEN = frozenset({
    "ageing", "bills", "card", "clauses", "clocks", "customers", "decisions", "deliveries", "disputes", "findings",
    "invoices", "items", "limits", "members", "methods", "next_steps", "paid", "parts", "ratios", "receipts",
    "receivables", "register", "sheets", "steps", "stock", "suppliers", "timeline", "unplaced", "wrong_numbers",
})  # fmt: skip
"""Lists that whoever may see the company may see."""
DESK = frozenset({"admissions", "reviews"})
"""Lists of the credit desk; every other list tells of cash."""
PART = 2_000
"""Rows that are written at once."""
_FILES = {
    "content": {LINES: {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}},
    "description": "the rows, one a line; money in minor units of the assessment's currency, or of the row's own",
}


class AssessmentOut(Schema):
    """One kept assessment. frames: the lists it has."""

    assessment: str
    as_of: date
    made_at: str
    currency: str
    seed: int
    solvent: str
    frames: list[str]


class AssessmentsOut(Schema):
    """A page of assessments, the newest first."""

    rows: list[AssessmentOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class HealthOut(Schema):
    """How sound the data are. known_at: when the newest rows came in; behind: they are newer than the assessment.

    waiting: imports that were read and not loaded. tables: those that hold rows.
    """

    as_of: date | None
    made_at: str | None
    known_at: datetime | None
    behind: bool
    waiting: int
    tables: list[str]
    problems: list[ProblemOut]


class ProblemOut(Says):
    """What a reader of the figures has to know, with its place in the data."""

    place: str


HealthOut.model_rebuild()


def health_of(company: Company, language: Language) -> HealthOut:
    """How sound the data of a company are."""
    kept, known = assessments.latest(company.code), books.last_commit(company)
    made = None if kept is None else _moment(str(kept.sheet["made_at"]))
    behind = known is not None and (made is None or made < known)
    told = [] if kept is None else kept.report.get("problems", [])
    return HealthOut(
        as_of=None if kept is None else kept.as_of,
        made_at=None if kept is None else str(kept.sheet["made_at"]),
        known_at=known,
        behind=behind,
        waiting=Batch.objects.filter(company=company, state="staged").count(),
        tables=books.tables_with_facts(company),
        problems=[_problem(one, language) for one in told],
    )


def _problem(told: Mapping[str, Any], language: Language) -> ProblemOut:
    problem = Problem(told["code"], told["place"], told["facts"])
    return ProblemOut(code=problem.code, place=problem.place, facts=dict(problem.facts), says=language.problem(problem))


def _moment(text: str) -> datetime | None:
    told = datetime.fromisoformat(text)
    return told if told.tzinfo is not None else None


def _out(kept: Kept, caller: Caller) -> AssessmentOut:
    return AssessmentOut(
        assessment=kept.folder.name, as_of=kept.as_of, made_at=str(kept.sheet["made_at"]), currency=kept.currency,
        seed=int(kept.sheet["seed"]), solvent=str(kept.sheet["solvent"]), frames=_frames(kept, caller),
    )  # fmt: skip


def _frames(kept: Kept, caller: Caller) -> list[str]:
    """The lists of an assessment that the caller may see."""
    desk, cash = access.may(caller.token.user, "desk", caller.company), caller.may("cash")
    names = sorted(path.stem for path in kept.folder.glob("*.parquet"))
    return [name for name in names if name in SEEN or (desk if name in DESK else cash)]


@router.get(HOME + "/data", auth=Door("read"), response=of(HealthOut), operation_id="read_health")
def health(request: HttpRequest, company: str) -> HealthOut:
    """How fresh and how sound the data are."""
    caller: Caller = request.auth
    return health_of(caller.company, spoken(request))


@router.get(HOME + "/assessments", auth=Door("read"), response=of(AssessmentsOut), operation_id="list_assessments")
def listed(request: HttpRequest, company: str, limit: Limit, cursor_: Cursor) -> AssessmentsOut:
    """The kept assessments, the newest first."""
    caller: Caller = request.auth
    last = place(cursor_, str)
    every = assessments.earlier(caller.company.code)[::-1]
    rest = [kept for kept in every if last is None or kept.folder.name < last[0]]
    page = rest[:limit]
    more = cursor(page[-1].folder.name) if len(rest) > limit else None
    return AssessmentsOut(rows=[_out(kept, caller) for kept in page], next=more)


@router.get(
    HOME + "/assessments/{name}",
    auth=Door("read"),
    response=of(AssessmentOut),
    operation_id="read_assessment",
)
def one(request: HttpRequest, company: str, name: str = NAME) -> AssessmentOut:
    """One assessment, or the ``latest``."""
    caller: Caller = request.auth
    return _out(kept_of(caller.company, name), caller)


@router.get(
    HOME + "/assessments/{name}/figures", auth=Door("cash"), response=of(dict[str, Any]),
    operation_id="read_figures",
)  # fmt: skip
def figures(request: HttpRequest, company: str, name: str = NAME) -> Any:
    """Every figure, cash included, as ``solvent assess --json`` has it: docs/reference/assessment.schema.json."""
    caller: Caller = request.auth
    return dict(kept_of(caller.company, name).report)


@router.get(
    HOME + "/assessments/{name}/frames/{frame}", auth=Door("read"), response=of(None), operation_id="read_frame",
    openapi_extra={"responses": {200: _FILES}},
)  # fmt: skip
def frame(
    request: HttpRequest, company: str, *, form: Form, name: str = NAME, frame: str = FRAME
) -> StreamingHttpResponse:  # fmt: skip
    """The rows of one list, as JSON lines or CSV."""
    caller: Caller = request.auth
    kept = kept_of(caller.company, name)
    if frame not in _frames(kept, caller):
        raise Trouble("api.gone")
    rows = kept.frame(frame)
    if frame == "findings" and not caller.may("cash"):
        rows = without_cash(rows.collect()).lazy()
    told = as_csv(rows) if form == "csv" else as_lines(rows)
    return StreamingHttpResponse(told, content_type=CSV if form == "csv" else LINES)


def as_lines(rows: pl.LazyFrame) -> Iterator[bytes]:
    """JSON, a row a line."""
    for part in rows.collect().iter_slices(PART):
        yield part.write_ndjson().encode()


def as_csv(rows: pl.LazyFrame) -> Iterator[bytes]:
    """CSV; what a spreadsheet would run stands behind an apostrophe."""
    whole = rows.collect()
    yield _csv_lines([whole.columns])
    for part in whole.iter_slices(PART):
        yield _csv_lines([[_cell(cell) for cell in row] for row in part.iter_rows()])


def _csv_lines(rows: Sequence[Sequence[object]]) -> bytes:
    memory = io.StringIO()
    csv.writer(memory).writerows(rows)
    return memory.getvalue().encode()


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (list, dict)):
        return safe_cell(json.dumps(cell, ensure_ascii=False, default=str))
    return safe_cell(cell)
