"""Alarms: what the warning rules have found and what became of it; people's doings with them, by their systems."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import polars as pl
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from solvent.decisions.warnings import handling
from solvent.decisions.warnings.casebook import CLOSED
from solvent.files.language import Language
from solvent.files.notify.words import TIER, sentence
from solvent_server.api.parts.door import Caller, Door
from solvent_server.api.parts.once import Key, once
from solvent_server.api.parts.pages import Cursor, Limit, after, cursor, place
from solvent_server.api.parts.shapes import HOME, Asked, Day, Money, Name, Positive, Text, in_minor, money, of
from solvent_server.api.parts.trouble import Trouble, spoken
from solvent_server.store.keeping import cases
from solvent_server.store.models import Company

router = Router(tags=["alarms"])
State = Literal["open", "acknowledged", "snoozed", "closed"]
Action = Literal[
    "lower_limit", "stricter_terms", "hold_supply", "collect_first", "report_to_insurer", "ask_security", "other",
    "none",
]  # fmt: skip
Result = Literal["paid", "secured", "reduced", "accepted", "false_alarm", "lost", "other"]
WhichState = Annotated[State | None, Query(None, description="by default all that are not closed")]
Filter = Annotated[str | None, Query(None, max_length=200)]
ID = Path(..., min_length=1, max_length=400)
SHOWN = ("case_id", "rule", "layer", "about", "subject", "owner", "state", "value", "line", "unit", "opened_on",
         "raised_on", "acknowledged_on", "acknowledged_by", "snoozed_until", "escalated_on", "escalated_to",
         "closed_on", "closed_by", "action", "result")  # fmt: skip


class AlarmOut(Schema):
    """An alarm. tier: yellow, orange or red; evidence: rows of the books, as table:key."""

    case_id: str
    rule: str
    layer: str | None
    about: str | None = Field(description="customer, group or company")
    subject: str | None
    owner: str | None
    state: str
    tier: str
    value: float | None
    line: float | None
    unit: str | None
    facts: dict[str, Any]
    says: str = Field(description="what was found, in the language asked for")
    evidence: list[str]
    owes: Money | None
    avoided: Money | None
    opened_on: date | None
    raised_on: date | None
    acknowledged_on: date | None
    acknowledged_by: str | None
    snoozed_until: date | None
    escalated_on: date | None
    escalated_to: str | None
    closed_on: date | None
    closed_by: str | None
    action: str | None
    result: str | None


class AlarmsOut(Schema):
    """A page of alarms, by their name."""

    rows: list[AlarmOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class Acknowledge(Asked):
    """Somebody has seen it and looks after it."""

    act: Literal["acknowledge"]


class Snooze(Asked):
    """It is quiet until the end of a day, unless it grows worse."""

    act: Literal["snooze"]
    until: Day
    reason: Annotated[Text, Field(min_length=1)]


class Assign(Asked):
    """It goes to another owner."""

    act: Literal["assign"]
    owner: Name


class Close(Asked):
    """It ends with what was done and what came of it."""

    act: Literal["close"]
    action: Action
    result: Result
    avoided: Positive | None = Field(None, description="the loss that was avoided, main units of the books' currency")


class ActIn(Asked):
    """What a person does to an alarm."""

    doing: Annotated[Acknowledge | Snooze | Assign | Close, Field(discriminator="act")]


def page_of_alarms(
    caller: Caller, asked: Mapping[str, str | None], last: str | None, limit: int, language: Language
) -> tuple[list[AlarmOut], str | None]:
    """Alarms that fit, by their name, after the last that was seen; without a state all that are not closed. Those that
    tell of our own cash only for a token that reaches so far."""
    frame = _seen(caller).lazy()
    if asked.get("state") is None:
        frame = frame.filter(pl.col("state") != CLOSED)
    for name, wanted in asked.items():
        if wanted is not None:
            frame = frame.filter(pl.col(name) == wanted)
    rows, more = after(frame, "case_id", last, limit)
    return [_out(row, caller.company, language) for row in rows], more


def _seen(caller: Caller) -> pl.DataFrame:
    every = cases.every(caller.company)
    return every if caller.may("cash") else cases.without_cash(every)


def _one(caller: Caller, case_id: str, language: Language) -> AlarmOut:
    rows = _seen(caller).filter(pl.col("case_id") == case_id).to_dicts()
    if not rows:
        raise Trouble("api.gone")
    return _out(rows[0], caller.company, language)


def _out(row: Mapping[str, Any], company: Company, language: Language) -> AlarmOut:
    currency, facts = company.currency, row["facts"] or "{}"
    return AlarmOut(
        **{name: row[name] for name in SHOWN},
        tier=TIER[min(max(int(row["tier"]), 1), 3)],
        facts=json.loads(facts),
        says=sentence(row["rule"], facts, language, currency),
        evidence=list(row["evidence"] or []),
        owes=money(row["owes_amount"], currency),
        avoided=money(row["avoided_amount"], currency),
    )


@router.get(HOME + "/alarms", auth=Door("read"), response=of(AlarmsOut), operation_id="list_alarms")
def listed(
    request: HttpRequest, company: str, *, limit: Limit, cursor_: Cursor, state: WhichState, rule: Filter,
    subject: Filter,
) -> AlarmsOut:  # fmt: skip
    """Alarms, by their name."""
    caller: Caller = request.auth
    last = place(cursor_, str)
    asked = {"state": state, "rule": rule, "subject": subject}
    rows, more = page_of_alarms(caller, asked, last[0] if last else None, limit, spoken(request))
    return AlarmsOut(rows=rows, next=None if more is None else cursor(more))


@router.get(HOME + "/alarms/{path:case_id}", auth=Door("read"), response=of(AlarmOut), operation_id="read_alarm")
def one(request: HttpRequest, company: str, case_id: str = ID) -> AlarmOut:
    """One alarm."""
    caller: Caller = request.auth
    return _one(caller, case_id, spoken(request))


@router.post(
    HOME + "/alarms/{path:case_id}",
    auth=Door("alarms"),
    response=of(AlarmOut),
    operation_id="handle_alarm",
)
@once()
def handle(request: HttpRequest, company: str, asked: ActIn, key: Key, case_id: str = ID) -> AlarmOut:
    """Acknowledge, snooze, assign or close an alarm."""
    caller: Caller = request.auth
    if not _seen(caller).filter(pl.col("case_id") == case_id).height:
        raise Trouble("api.gone")
    doing = asked.doing
    cases.change(caller.company, _does(case_id, doing, caller), actor=caller.actor, action=f"cases.{doing.act}")
    return _one(caller, case_id, spoken(request))


def _does(
    case_id: str, doing: Acknowledge | Snooze | Assign | Close, caller: Caller
) -> Callable[[cases.Kept], cases.Kept]:
    """What is done to the cases."""
    ids, today, by = [case_id], datetime.now(UTC).date(), caller.person
    if isinstance(doing, Acknowledge):
        return lambda kept: handling.acknowledged(kept, ids, on=today, by=by)
    if isinstance(doing, Snooze):
        until, reason = doing.until, doing.reason
        return lambda kept: handling.snoozed(kept, ids, until, reason, on=today, by=by)
    if isinstance(doing, Assign):
        owner = doing.owner
        return lambda kept: handling.assigned(kept, ids, owner, on=today, by=by)
    avoided = None if doing.avoided is None else in_minor(doing.avoided, caller.company.currency, "doing/avoided")
    action, result = doing.action, doing.result
    return lambda kept: handling.closed(kept, ids, action, result, on=today, by=by, avoided_amount=avoided)
