"""Incoming: rows and files from other systems: invoices, receipts, orders, events; each loaded once, each told of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

import polars as pl
from django.conf import settings
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field, WithJsonSchema, create_model

from solvent.books.books import TABLES, Ledger
from solvent.files.guard.limits import GUARD
from solvent.intake.intake import COUNTS, REJECTED, Intake, Source
from solvent_server.api.parts.door import Caller, Door
from solvent_server.api.parts.once import Key, once
from solvent_server.api.parts.pages import Cursor, Limit, cursor, place
from solvent_server.api.parts.rows import MOST, held, shape
from solvent_server.api.parts.shapes import HOME, Asked, Place, of
from solvent_server.api.parts.signed import HookDoor
from solvent_server.api.parts.trouble import Trouble, spoken
from solvent_server.store import batches
from solvent_server.store.connect import named
from solvent_server.store.errands import queue, sudden
from solvent_server.store.models import Batch, Company, Errand, Hook

router = Router(tags=["incoming"])
INTO: Mapping[str, str] = {
    "customers": "customers",
    "invoices": "open_items",
    "receipts": "receipts",
    "credit-notes": "credit_notes",
    "allocations": "allocations",
    "orders": "orders",
    "deliveries": "deliveries",
    "events": "events",
}
"""What rows may be told of, and the table of the books that they go into."""
SHAPES = {table: shape(TABLES[table]) for table in INTO.values()}
FileName = Annotated[
    str,
    Query(
        ..., min_length=1, max_length=120, pattern=r"^[^/\\\x00-\x1f\x7f]+$",
        description="name of the file, with its ending",
    ),
]  # fmt: skip
Account = Annotated[str, Query("", max_length=64, description="our account, where a statement does not name it")]
Of = Annotated[str, Query("", pattern=r"^([A-Z]{3})?$", description="of amounts, where the file names none")]
NUMBER = Path(..., ge=1, le=2**53)


class CountOut(Schema):
    """What became of rows. rejected: left out, each with its reason in ``problems``."""

    new: int
    known: int
    changed: int
    rejected: int


class LoadedOut(Schema):
    """What was loaded. batch: the import, by which it can be taken back; null where no row was good.

    already: the very same rows came before, and nothing was done.
    """

    batch: int | None
    already: bool
    counts: CountOut
    problems: list[Place]


class ErrandOut(Schema):
    """A file that was handed in, or rows of it that are loaded. state: waiting, running, done or failed.

    told: what came of it, or why nothing did. batch: what waits to be loaded, or was.
    """

    errand: int
    what: Literal["read", "load", "assess"]
    state: Literal["waiting", "running", "done", "failed"]
    name: str | None
    batch: int | None
    told: dict[str, Any]
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class ErrandsOut(Schema):
    """A page of errands, the newest first."""

    rows: list[ErrandOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


def _body(table: str) -> type[Asked]:
    """The body of a request that tells rows of a table: told in full, held against the table row by row."""
    row = Annotated[Any, WithJsonSchema(SHAPES[table].model_json_schema())]
    told: dict[str, Any] = {
        "rows": (Annotated[list[row], Field(min_length=1, max_length=MOST)], ...),
        "keep_good": (
            Annotated[bool, Field(strict=True)],
            Field(False, description="load the rows that fit and tell the others; by default all or none"),
        ),
    }
    title = "".join(word.title() for word in table.split("_"))
    made: type[Asked] = create_model(f"{title}In", __base__=Asked, __doc__=TABLES[table].says, **told)
    return made


def load(company: Company, table: str, asked: Any, request: HttpRequest, *, actor: str, name: str) -> LoadedOut:
    """Rows into the books: all that fit, or none where one does not and ``keep_good`` does not say otherwise.

    Raises:
        Trouble: rows do not fit.
    """
    found = held(table, SHAPES[table], asked.rows, company, spoken(request))
    if found.bad and not (asked.keep_good and found.good.height):
        raise Trouble("api.rows", found.places, count=found.bad, of=len(asked.rows))
    data = json.dumps({"table": table, "rows": asked.rows}, ensure_ascii=False, sort_keys=True).encode()
    source = Source(f"{name}-{sha256(data).hexdigest()[:8]}.json", data)
    counts = {"source": source.name, "sheet": "", "table": table, "rows_in": len(asked.rows),
              "rows_loaded": len(asked.rows) - found.bad, "rows_rejected": found.bad}  # fmt: skip
    intake = Intake(
        Ledger({table: found.good.lazy()}, company.currency), pl.DataFrame([counts], COUNTS),
        pl.DataFrame(schema=REJECTED),
    )  # fmt: skip
    staged = batches.stage(company, intake, original=source, kind="source", actor=actor)
    if staged.already:
        before = Batch.objects.get(id=staged.batch).counts.get(table, {})
        again = {"new": 0, "known": before.get("new", 0) + before.get("known", 0) + before.get("changed", 0)}
        return _loaded(staged.batch, again, found.bad, found.places, already=True)
    done = batches.commit(company, staged.batch, actor)
    sudden.ask_after(company, done.batch, actor, small=False)
    return _loaded(done.batch, done.counts[table], found.bad, found.places)


def _loaded(batch: int, counts: Mapping[str, int], bad: int, places: Any, *, already: bool = False) -> LoadedOut:
    told = CountOut(new=counts["new"], known=counts["known"], changed=counts.get("changed", 0), rejected=bad)
    return LoadedOut(batch=batch, already=already, counts=told, problems=[Place(**one) for one in places])


def _told(word: str, table: str) -> None:
    """The operation by which rows of a table come in."""
    body = _body(table)

    def rows(request: HttpRequest, company: str, asked: Any, key: Key) -> LoadedOut:
        caller: Caller = request.auth
        return load(caller.company, table, asked, request, actor=caller.actor, name=f"api-{word}")

    rows.__annotations__ |= {"asked": body, "key": Key, "request": HttpRequest, "company": str}
    rows.__doc__ = f"Load {word.replace('-', ' ')}: all rows or none, unless ``keep_good`` is told."
    settled = once()(rows)
    router.post(
        HOME + f"/{word}", auth=Door("data"), response=of(LoadedOut), operation_id=f"load_{table}",
        summary=f"Load {word.replace('-', ' ')}",
    )(settled)  # fmt: skip


for _word, _table in INTO.items():
    _told(_word, _table)


EventsIn = _body("events")
STAMP = {
    "in": "header", "name": "X-Solvent-Timestamp", "required": True, "schema": {"type": "string"},
    "description": "seconds since 1970 at which it was signed, not older than five minutes",
}  # fmt: skip
"""Of what comes in at a web-hook, beside its signature."""


@router.post(
    HOME + "/hooks/{int:number}/events",
    auth=HookDoor(),
    response=of(LoadedOut),
    operation_id="hook_events",
    openapi_extra={"parameters": [STAMP]},
)
def events(
    request: HttpRequest,
    company: str,
    asked: EventsIn,  # type: ignore[valid-type]
    number: int = NUMBER,
) -> LoadedOut:
    """Events that come in at a web-hook, signed over the body as it stands; each event is stored once."""
    hook: Hook = request.auth
    return load(hook.company, "events", asked, request, actor=named.actor_of(hook), name="hook-events")


@router.post(
    HOME + "/imports", auth=Door("data"), response=of(ErrandOut, 202), operation_id="hand_in_file",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {
        "schema": {"type": "string", "format": "binary"}}}}},
)  # fmt: skip
@once(202)
def hand_in(
    request: HttpRequest, company: str, *, key: Key, name: FileName, account: Account, currency: Of
) -> ErrandOut:  # fmt: skip
    """Hand in a file as the body of the request, to be read by the worker; load it when it was read."""
    caller: Caller = request.auth
    data = request.body
    if not data:
        raise Trouble("api.empty")
    largest = min(GUARD.file_bytes, settings.SOLVENT_UPLOAD_BYTES)
    if len(data) > largest:
        raise Trouble("api.too_large", megabytes=largest // 1_000_000)
    return _errand(queue.ask_read(caller.company, Source(name, data), caller.actor, account=account, currency=currency))


@router.get(HOME + "/imports", auth=Door("data"), response=of(ErrandsOut), operation_id="list_imports")
def listed(request: HttpRequest, company: str, limit: Limit, cursor_: Cursor) -> ErrandsOut:
    """Files that were handed in and what became of them, the newest first."""
    caller: Caller = request.auth
    last = place(cursor_, int)
    found = Errand.objects.filter(company=caller.company).select_related("original").order_by("-id")
    page = list((found if last is None else found.filter(id__lt=last[0]))[: limit + 1])
    more = cursor(page[limit - 1].id) if len(page) > limit else None
    return ErrandsOut(rows=[_errand(one) for one in page[:limit]], next=more)


@router.get(HOME + "/imports/{int:number}", auth=Door("data"), response=of(ErrandOut), operation_id="read_import")
def one(request: HttpRequest, company: str, number: int = NUMBER) -> ErrandOut:
    """What became of a file."""
    caller: Caller = request.auth
    found = queue.one(caller.company, number)
    if found is None:
        raise Trouble("api.gone")
    return _errand(found)


class LoadIn(Asked):
    """Nothing more has to be told."""


@router.post(
    HOME + "/imports/{int:number}/load",
    auth=Door("data"),
    response=of(ErrandOut, 202),
    operation_id="load_import",
)
@once(202)
def load_file(request: HttpRequest, company: str, asked: LoadIn, key: Key, number: int = NUMBER) -> ErrandOut:
    """Load what was read of a file."""
    caller: Caller = request.auth
    found = queue.one(caller.company, number)
    if found is None or found.batch_id is None:
        raise Trouble("api.gone")
    return _errand(queue.ask_load(caller.company, found.batch_id, caller.actor))


def _errand(errand: Errand) -> ErrandOut:
    told = {name: value for name, value in errand.told.items() if name != "traceback"}
    return ErrandOut(
        errand=errand.id, what=errand.what, state=errand.state, name=errand.asked.get("name"), batch=errand.batch_id,
        told=told, asked_at=errand.asked_at, started_at=errand.started_at, ended_at=errand.ended_at,
    )  # fmt: skip
