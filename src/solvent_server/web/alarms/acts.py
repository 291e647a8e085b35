"""Acts: what a person does to a case, with its line in the trail, and taken back while nothing has followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from solvent.base.money import minor
from solvent.base.problem import SolventError
from solvent.decisions.warnings import handling
from solvent.decisions.warnings.casebook import CASES
from solvent_server.store.keeping import cases
from solvent_server.store.models import Company

ACKNOWLEDGE, SNOOZE, ASSIGN, CLOSE = "acknowledge", "snooze", "assign", "close"
DONE: Mapping[str, str] = {
    ACKNOWLEDGE: "You look after this alarm from now on.",
    SNOOZE: "This alarm is quiet until the day you named, unless it grows worse.",
    ASSIGN: "This alarm went to somebody else, to whom it is new.",
    CLOSE: "This alarm is closed.",
}
"""What was done, as the person is told afterwards."""
Told = dict[str, Any]
"""What a browser's session keeps of the last thing that was done, so that it can be taken back."""


def do(company: Company, case_id: str, what: str, asked: Mapping[str, str], by: str) -> Told:
    """Do it, and tell what is needed to take it back.

    Args:
        what: a key of DONE.
        asked: the fields of the form: until, reason; owner; action, result, avoided.

    Raises:
        SolventError: the case is not known or closed, or something that was asked for is missing.
    """
    today = datetime.now(UTC).date()
    does = _does(case_id, what, asked, company.currency, today=today, by=by)
    before: list[pl.DataFrame] = []

    def noted(kept: cases.Kept) -> cases.Kept:
        before.append(kept[0].filter(pl.col("case_id") == case_id))
        return does(kept)

    _, history = cases.change(company, noted, actor=by, action=f"cases.{what}")
    step = history.filter(pl.col("case_id") == case_id).get_column("step").max()
    return {"company": company.code, "case": case_id, "what": what, "step": step, "row": _packed(before[-1])}


def take_back(company: Company, told: Told, by: str) -> None:
    """Take back what ``do`` told of.

    Raises:
        SolventError: something has happened to the case since.
    """
    today, before = datetime.now(UTC).date(), _unpacked(told["row"])
    cases.change(
        company,
        lambda kept: handling.taken_back(kept, before, int(told["step"]), on=today, by=by),
        actor=by,
        action="cases.taken_back",
    )


def _does(
    case_id: str, what: str, asked: Mapping[str, str], currency: str, *, today: date, by: str
) -> Callable[[cases.Kept], cases.Kept]:
    """What is done to the cases."""
    ids = [case_id]
    if what == ACKNOWLEDGE:
        return lambda kept: handling.acknowledged(kept, ids, on=today, by=by)
    if what == SNOOZE:
        until, reason = _day(asked.get("until", "")), asked.get("reason", "")
        return lambda kept: handling.snoozed(kept, ids, until, reason, on=today, by=by)
    if what == ASSIGN:
        return lambda kept: handling.assigned(kept, ids, asked.get("owner", ""), on=today, by=by)
    action, result, avoided = asked.get("action", ""), asked.get("result", ""), _amount(asked, currency)
    return lambda kept: handling.closed(kept, ids, action, result, on=today, by=by, avoided_amount=avoided)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SolventError("warnings.until_no_day") from None


def _amount(asked: Mapping[str, str], currency: str) -> int | None:
    """Money as a person writes it, in main units; None where nothing is written."""
    text = asked.get("avoided", "").replace(",", "").replace("\uff0c", "").replace(" ", "").strip()
    if not text:
        return None
    try:
        told = Decimal(text)
        if not told.is_finite() or not 0 <= told < 10**13:
            raise InvalidOperation
        return minor(told, currency)
    except (InvalidOperation, ValueError):
        raise SolventError("warnings.avoided_no_amount") from None


def _packed(row: pl.DataFrame) -> dict[str, Any]:
    """A case as JSON can carry it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.row(0, named=True).items()
    }


def _unpacked(told: Mapping[str, Any]) -> pl.DataFrame:
    row = {
        name: date.fromisoformat(told[name]) if kind == pl.Date and told[name] else told[name]
        for name, kind in CASES.items()
    }
    return pl.DataFrame([row], CASES, orient="row")
