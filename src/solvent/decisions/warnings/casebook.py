"""Casebook: the shape of cases and of what happened to them, and how an entry is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from solvent.base.terms import Terms, term

OPEN, ACKNOWLEDGED, SNOOZED, CLOSED = "open", "acknowledged", "snoozed", "closed"
STATES = (OPEN, ACKNOWLEDGED, SNOOZED, CLOSED)
HAPPENED = (
    "opened", "reopened", "raised", "lowered", "woken", "escalated", "closed", "trouble", "acknowledged", "snoozed",
    "assigned", "told", "taken_back",
)  # fmt: skip
"""What may happen to a case. The first eight happen by themselves, the rest by somebody."""


@dataclass(frozen=True)
class Handling(Terms, key="warnings.cases"):
    """How long things take before a case moves by itself, and whom it goes to when nobody looks at it."""

    quiet_days: int = term(14, unit="days clear of a tier after which it is left", source="own choice: two weeks")
    cool_down_days: int = term(
        30, unit="quiet days after which a case closes, and within which it is the same case", source="own choice"
    )
    unread_days: int = term(
        90, unit="days without a reading after which a case closes", source="own choice: one quarter"
    )
    yellow_days: int = term(14, unit="days a yellow case may wait to be seen", source="own choice: two weeks")
    orange_days: int = term(5, unit="days an orange case may wait to be seen", source="own choice: a working week")
    red_days: int = term(2, unit="days a red case may wait to be seen", source="own choice: a day and a night")
    yellow_to: str = term("credit", unit="who hears of a yellow case that waits", source="own choice: credit's head")
    orange_to: str = term("cfo", unit="who hears of an orange case that waits", source="own choice")
    red_to: str = term("general_manager", unit="who hears of a red case that waits", source="own choice")
    lead_within_days: int = term(
        120,
        unit="days after it was last seen in which trouble is a warning's own",
        source="own choice: CAPABILITIES 42",
    )


DEFAULTS = Handling()

CASES: Mapping[str, Any] = {
    "case_id": pl.String,
    "rule": pl.String,
    "layer": pl.String,
    "about": pl.String,
    "subject": pl.String,
    "owner": pl.String,
    "state": pl.String,
    "tier": pl.Int64,
    "worst_tier": pl.Int64,
    "value": pl.Float64,
    "line": pl.Float64,
    "unit": pl.String,
    "facts": pl.String,
    "evidence": pl.List(pl.String),
    "opened_on": pl.Date,
    "raised_on": pl.Date,
    "waiting_on": pl.Date,
    "seen_on": pl.Date,
    "read_on": pl.Date,
    "calm_on": pl.Date,
    "calm_tier": pl.Int64,
    "quiet_on": pl.Date,
    "acknowledged_on": pl.Date,
    "acknowledged_by": pl.String,
    "snoozed_until": pl.Date,
    "snoozed_tier": pl.Int64,
    "snooze_reason": pl.String,
    "escalated_on": pl.Date,
    "escalated_to": pl.String,
    "closed_on": pl.Date,
    "closed_by": pl.String,
    "action": pl.String,
    "result": pl.String,
    "owes_amount": pl.Int64,
    "trouble_on": pl.Date,
    "lead_days": pl.Int64,
    "avoided_amount": pl.Int64,
    "advanced_on": pl.Date,
}
"""A row a case. case_id: rule, subject and first day, ``order_jump:C7:2026-03-31``. state: one of STATES. tier: the one
that counts, worst_tier the worst it ever had; value to evidence: those of the last finding. raised_on: last day it got
worse. waiting_on: since when it waits to be seen. seen_on: last day it was found, read_on: last day it was judged.
calm_on, calm_tier: since when it is clear of its tier, and the worst it came to meanwhile; quiet_on: since when it is
clear of all. closed_by: empty: by itself. owes_amount: what a customer owed on the first day; trouble_on: when it first
was 60 days late or written off from then on, lead_days: days between; avoided_amount: by how much less it owed then, or
what a person says (minor units of the books' currency). advanced_on: last day that was played."""

HISTORY: Mapping[str, Any] = {
    "step": pl.Int64,
    "case_id": pl.String,
    "day_on": pl.Date,
    "what": pl.String,
    "from_tier": pl.Int64,
    "to_tier": pl.Int64,
    "by": pl.String,
    "told": pl.String,
}
"""A row for everything that happened to a case, in the order of ``step``. what: one of HAPPENED. by: who did it, empty:
nobody, it happened. told: to whom, why, with which action and result."""


def none_yet() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cases and history of a company that was never looked at."""
    return pl.DataFrame(schema=CASES), pl.DataFrame(schema=HISTORY)


def written(history: pl.DataFrame, events: Sequence[pl.DataFrame], day: date) -> pl.DataFrame:
    """The history with further events: case_id, what, from_tier, to_tier, by, told each, in the order given."""
    more = pl.concat(events).sort("case_id", maintain_order=True)
    first = int(history.get_column("step").max() or 0) + 1 if history.height else 1  # type: ignore[arg-type]
    numbered = more.with_columns(
        pl.int_range(first, first + more.height, dtype=pl.Int64).alias("step"), pl.lit(day).alias("day_on")
    )
    return pl.concat([history, numbered.select(pl.col(name).cast(kind) for name, kind in HISTORY.items())])


def event(rows: pl.DataFrame, what: str, by: str | None, told: str | None) -> pl.DataFrame:
    """The events of one thing that somebody did to some cases."""
    return rows.select(
        "case_id",
        pl.lit(what).alias("what"),
        pl.col("tier").alias("from_tier"),
        pl.col("tier").alias("to_tier"),
        pl.lit(by, dtype=pl.String).alias("by"),
        pl.lit(told, dtype=pl.String).alias("told"),
    )


def shaped(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of CASES, those that are not there empty."""
    return rows.select(
        (pl.col(name).cast(kind) if name in rows.columns else pl.lit(None, dtype=kind)).alias(name)
        for name, kind in CASES.items()
    )


def happened(rows: pl.DataFrame, what: str, told: str | None = None) -> pl.DataFrame:
    return rows.select(
        "case_id",
        pl.lit(what).alias("what"),
        pl.col("was").cast(pl.Int64).alias("from_tier"),
        pl.col("tier").alias("to_tier"),
        pl.lit(None, dtype=pl.String).alias("by"),
        (pl.col(told) if told else pl.lit(None, dtype=pl.String)).alias("told"),
    )
