"""Handling: what people do with cases: acknowledge, snooze, assign, close with an action and a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from solvent.base.problem import SolventError
from solvent.decisions.warnings.casebook import ACKNOWLEDGED, CASES, CLOSED, OPEN, SNOOZED, event, written

Kept = tuple[pl.DataFrame, pl.DataFrame]
"""Cases and their history."""

ACTIONS = (
    "lower_limit",
    "stricter_terms",
    "hold_supply",
    "collect_first",
    "report_to_insurer",
    "ask_security",
    "other",
    "none",
)
"""What a person may say was done; the first six are those that are proposed."""

RESULTS = ("paid", "secured", "reduced", "accepted", "false_alarm", "lost", "other")
"""What a person may say came of it. By themselves cases close as ``subsided``, ``no_reading`` or ``switched_off``."""

LOUD = ("opened", "reopened", "raised", "woken", "escalated")
"""What others are to be told of."""


def acknowledged(kept: Kept, ids: Sequence[str], *, on: date, by: str) -> Kept:
    """Somebody has seen these cases and looks after them: they wait no longer, a snooze ends.

    Raises:
        SolventError: a case is not known, or closed.
    """
    cases, history = kept
    chosen = _chosen(cases, ids)
    changes = {"state": ACKNOWLEDGED, "acknowledged_on": on, "acknowledged_by": by, **_AWAKE}
    rows = cases.filter(chosen & (pl.col("state") != ACKNOWLEDGED))
    return _with(cases, chosen, changes), written(history, [event(rows, "acknowledged", by, None)], on)


def snoozed(kept: Kept, ids: Sequence[str], until: date, reason: str, *, on: date, by: str) -> Kept:
    """These cases are quiet until the end of a day, unless they grow worse.

    Raises:
        SolventError: a case is not known, or closed; the day is not to come; there is no reason.
    """
    if until <= on:
        raise SolventError("warnings.snooze_past", "", until=until.isoformat(), day=on.isoformat())
    _said(reason)
    cases, history = kept
    chosen = _chosen(cases, ids)
    changes = {"state": SNOOZED, "snoozed_until": until, "snooze_reason": reason.strip()}
    made = _with(cases, chosen, changes).with_columns(
        pl.when(chosen).then("tier").otherwise("snoozed_tier").alias("snoozed_tier")
    )
    told = f"{until.isoformat()}: {reason.strip()}"
    return made, written(history, [event(cases.filter(chosen), "snoozed", by, told)], on)


def assigned(kept: Kept, ids: Sequence[str], owner: str, *, on: date, by: str) -> Kept:
    """These cases go to another owner, to whom they are new.

    Raises:
        SolventError: a case is not known, or closed.
    """
    _said(owner)
    cases, history = kept
    chosen = _chosen(cases, ids)
    changes = {"state": OPEN, "owner": owner.strip(), "waiting_on": on, "escalated_on": None, "escalated_to": None}
    changes |= {"acknowledged_on": None, "acknowledged_by": None, **_AWAKE}
    return _with(cases, chosen, changes), written(
        history, [event(cases.filter(chosen), "assigned", by, owner.strip())], on
    )


def closed(
    kept: Kept, ids: Sequence[str], action: str, result: str, *, on: date, by: str, avoided_amount: int | None = None
) -> Kept:
    """These cases end with what was done and what came of it.

    Args:
        action: one of ACTIONS. result: one of RESULTS.
        avoided_amount: the loss that was avoided, as the person says; None: as the books tell it, if they do.

    Raises:
        SolventError: a case is not known, or closed; the action or the result is not one of those named.
    """
    if action not in ACTIONS:
        raise SolventError("warnings.action_unknown", "", action=action, known=", ".join(ACTIONS))
    if result not in RESULTS:
        raise SolventError("warnings.result_unknown", "", result=result, known=", ".join(RESULTS))
    cases, history = kept
    chosen = _chosen(cases, ids)
    changes: dict[str, object] = {"state": CLOSED, "closed_on": on, "closed_by": by, "action": action, "result": result}
    # That it was quiet before does not count: what is still there when a person closes it is not news the day after.
    changes |= {"quiet_on": None, **_AWAKE}
    if avoided_amount is not None:
        changes["avoided_amount"] = avoided_amount
    told = f"{action}, {result}"
    return _with(cases, chosen, changes), written(history, [event(cases.filter(chosen), "closed", by, told)], on)


def taken_back(kept: Kept, before: pl.DataFrame, step: int, *, on: date, by: str) -> Kept:
    """Somebody takes back what he has just done to a case: it is as it was, and both doings stay in its history.

    Args:
        before: the case as it stood, one row of CASES.
        step: the entry of the history that is taken back.

    Raises:
        SolventError: the case is not known, or something has happened to it since.
    """
    cases, history = kept
    name = str(before.item(0, "case_id"))
    steps = history.filter(pl.col("case_id") == name)
    now = cases.filter(pl.col("case_id") == name)
    if now.is_empty():
        raise SolventError("warnings.case_unknown", "", case=name)
    played = now.item(0, "advanced_on") != before.item(0, "advanced_on")
    if played or steps.get_column("step").max() != step:
        raise SolventError("warnings.case_moved_on", "", case=name)
    told = str(steps.row(-1, named=True)["what"])
    made = pl.concat([cases.filter(pl.col("case_id") != name), before.select(cases.columns)]).sort("case_id")
    return made, written(history, [event(before, "taken_back", by, told)], on)


def to_tell(kept: Kept) -> pl.DataFrame:
    """The cases of which others have not been told yet: opened, back, worse, woken or waiting too long since.

    Returns: the columns of CASES and ``news`` (List[String], of LOUD, in order), the worst first.
    """
    cases, history = kept
    last = history.filter(pl.col("what") == "told").group_by("case_id").agg(pl.col("step").max().alias("told_step"))
    news = (
        history.filter(pl.col("what").is_in(LOUD))
        .join(last, on="case_id", how="left", maintain_order="left")
        .filter(pl.col("told_step").is_null() | (pl.col("step") > pl.col("told_step")))
        .group_by("case_id")
        .agg(pl.col("what").sort_by("step").unique(maintain_order=True).alias("news"))
    )
    loud = cases.filter(~pl.col("state").is_in([SNOOZED, CLOSED]))
    return loud.join(news, on="case_id").sort("tier", "case_id", descending=[True, False])


def told(kept: Kept, ids: Sequence[str], on: date, whom: str) -> Kept:
    """It is written down that others were told of these cases as they stand."""
    cases, history = kept
    rows = cases.filter(pl.col("case_id").is_in(list(ids)))
    return cases, written(history, [event(rows, "told", None, whom)], on)


_AWAKE = {"snoozed_until": None, "snoozed_tier": None, "snooze_reason": None}


def _chosen(cases: pl.DataFrame, ids: Sequence[str]) -> pl.Expr:
    """Which rows are meant.

    Raises:
        SolventError: a case is not known, or closed.
    """
    states = dict(cases.select("case_id", "state").iter_rows())
    for name in ids:
        if name not in states:
            raise SolventError("warnings.case_unknown", "", case=name)
        if states[name] == CLOSED:
            raise SolventError("warnings.case_closed", "", case=name)
    return pl.col("case_id").is_in(list(ids))


def _with(cases: pl.DataFrame, chosen: pl.Expr, changes: Mapping[str, object]) -> pl.DataFrame:
    return cases.with_columns(
        pl.when(chosen).then(pl.lit(value, dtype=CASES[name])).otherwise(name).alias(name)
        for name, value in changes.items()
    )


def _said(text: str) -> None:
    if not text.strip():
        raise SolventError("warnings.nothing_said")
