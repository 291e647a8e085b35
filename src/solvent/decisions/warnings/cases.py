"""Cases: what becomes of findings from day to day: opened, raised at once, lowered slowly, closed with a result.

A case is one rule's finding on one subject. It is told by two frames, CASES and HISTORY, which whoever keeps them hands
in and takes back; nothing here knows a disk. All is done in columns: the number of cases costs nothing but memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from solvent.base.problem import SolventError
from solvent.decisions.warnings.casebook import (
    ACKNOWLEDGED,
    CASES,
    CLOSED,
    HISTORY,
    OPEN,
    SNOOZED,
    Handling,
    happened,
    none_yet,
    shaped,
    written,
)
from solvent.decisions.warnings.engine import Findings
from solvent.decisions.warnings.leads import with_outcomes
from solvent.decisions.warnings.rule import Tier
from solvent.decisions.warnings.troubles import Outcomes

__all__ = ["CASES", "HISTORY", "Handling", "advance", "none_yet"]

_SAME = ("rule", "subject")
_NEWEST = ("layer", "value", "line", "unit", "facts", "evidence")
"""What a case takes over from each new finding; its owner stays, for a person may have assigned it."""


def advance(
    cases: pl.DataFrame,
    findings: Findings,
    as_of: date,
    terms: Handling,
    history: pl.DataFrame,
    *,
    outcomes: Outcomes | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cases after one more day. The same day twice changes nothing.

    A worse tier counts at once. A better one counts when the value has been clear of the old one by the margin for
    ``quiet_days``; clear of all for ``cool_down_days`` the case closes. Found again within the cool-down it is the same
    case; one that a person closed comes back in that time only when it is worse, or had been quiet in between. A rule
    that could not say anything moves nothing.

    Args:
        cases, history: as this function or ``none_yet`` gave them.
        outcomes: what customers owe, and their troubles; None: leads and avoided losses are not told.

    Raises:
        SolventError: the cases have been played up to a later day.
    """
    newest = cases.get_column("advanced_on").max()
    if isinstance(newest, date) and newest > as_of:
        raise SolventError("warnings.cases_ahead", "", day=as_of.isoformat(), newest=newest.isoformat())
    age = (pl.lit(as_of) - pl.col("closed_on")).dt.total_days()
    alive = (pl.col("state") != CLOSED) | (age <= terms.cool_down_days)
    past, current = cases.filter(~alive), cases.filter(alive)
    # Of an open and a closed case of the same rule and subject the open one counts, of closed ones the newest.
    current = current.sort("closed_on", descending=True, nulls_last=False, maintain_order=True)
    first = current.select(pl.struct(_SAME).is_first_distinct().alias("first")).get_column("first")
    past, current = pl.concat([past, current.filter(~first)]), current.filter(first)
    moved = _moved(_beside(current, findings), findings, as_of, terms)
    fresh = _opened(current, findings, as_of)
    events = [*_events(moved), happened(fresh.with_columns(pl.lit(0).alias("was")), "opened")]
    every = pl.concat([past, shaped(moved), fresh])
    if outcomes is not None:
        every, told = with_outcomes(every, outcomes, terms)
        events.append(told)
    return every.with_columns(pl.lit(as_of).alias("advanced_on")).sort("case_id"), written(history, events, as_of)


def _beside(current: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """The cases beside today's readings (``raw``, ``held``) and findings (``now_…``); empty where there is none."""
    read = findings.readings.select(*_SAME, pl.col("tier").alias("raw"), "held", pl.col("value").alias("now_read"))
    found = findings.table.select(*_SAME, *(pl.col(name).alias(f"now_{name}") for name in _NEWEST))
    return current.join(read, on=_SAME, how="left", maintain_order="left").join(
        found, on=_SAME, how="left", maintain_order="left"
    )


def _moved(rows: pl.DataFrame, findings: Findings, as_of: date, terms: Handling) -> pl.DataFrame:
    """The cases after today, with ``was`` (tier before) and a flag for each thing that happened."""
    day, raw, tier = pl.lit(as_of), pl.col("raw"), pl.col("tier")
    is_read, found = raw.is_not_null(), raw.fill_null(0) > 0
    closed = pl.col("state") == CLOSED
    again = closed & found & (pl.col("closed_by").is_null() | (raw > tier) | pl.col("quiet_on").is_not_null())
    rows = rows.with_columns(tier.alias("was"), again.alias("reopened"), is_read.alias("is_read"), found.alias("found"))
    worse = ~closed & (raw.fill_null(0) > tier)
    rows = rows.with_columns(
        worse.alias("raised"),
        pl.when(worse | pl.col("reopened")).then(raw).otherwise(tier).alias("tier"),
        pl.when(pl.col("reopened")).then(pl.lit(OPEN)).otherwise("state").alias("state"),
    )
    rows = _newest(rows, day)
    rows = _calmed(rows, day, terms)
    live, rested = pl.col("state") != CLOSED, _since("quiet_on", as_of) >= terms.cool_down_days
    subsided = live & rested.fill_null(False)
    off = live & pl.col("rule").is_in(list(findings.off))
    gone = _since("read_on", as_of) >= terms.unread_days
    unread = live & ~pl.col("is_read") & ~pl.col("rule").is_in(list(findings.silent)) & gone
    result = (
        pl.when(off)
        .then(pl.lit("switched_off"))
        .when(subsided)
        .then(pl.lit("subsided"))
        .otherwise(pl.lit("no_reading"))
    )
    ends = off | subsided | unread
    rows = rows.with_columns(
        ends.alias("ended"),
        pl.when(ends).then(day).otherwise("closed_on").alias("closed_on"),
        pl.when(ends).then(result).otherwise("result").alias("result"),
        pl.when(ends).then(pl.lit(CLOSED)).otherwise("state").alias("state"),
    )
    return _escalated(_woken(rows, as_of), as_of, terms)


def _newest(rows: pl.DataFrame, day: pl.Expr) -> pl.DataFrame:
    """What the newest reading and finding say, and what opening again or growing worse wipes out."""
    again, anew = pl.col("reopened"), pl.col("reopened") | pl.col("raised")
    wake = pl.col("raised") & (pl.col("state") == SNOOZED) & (pl.col("tier") > pl.col("snoozed_tier"))
    seen = pl.col("raised") & (pl.col("state") == ACKNOWLEDGED)
    live = pl.col("state") != CLOSED
    empty = {name: pl.lit(None, dtype=CASES[name]) for name in CASES}
    gone = ("closed_on", "closed_by", "action", "result")
    return rows.with_columns(
        pl.when(live & pl.col("found")).then(f"now_{name}").otherwise(name).alias(name) for name in _NEWEST
    ).with_columns(
        pl.when(live & pl.col("is_read")).then("now_read").otherwise("value").alias("value"),
        pl.max_horizontal("worst_tier", "tier").alias("worst_tier"),
        pl.when(anew).then(day).otherwise("raised_on").alias("raised_on"),
        pl.when(anew).then(day).otherwise("waiting_on").alias("waiting_on"),
        pl.when(live & pl.col("found")).then(day).otherwise("seen_on").alias("seen_on"),
        pl.when(pl.col("is_read")).then(day).otherwise("read_on").alias("read_on"),
        *(pl.when(again).then(empty[name]).otherwise(name).alias(name) for name in gone),
        *(pl.when(anew).then(empty[name]).otherwise(name).alias(name) for name in ("escalated_on", "escalated_to")),
        *(
            pl.when(again | seen).then(empty[name]).otherwise(name).alias(name)
            for name in ("acknowledged_on", "acknowledged_by")
        ),
        pl.when(seen | wake).then(pl.lit(OPEN)).otherwise("state").alias("state"),
        wake.fill_null(False).alias("woken"),
    )


def _calmed(rows: pl.DataFrame, day: pl.Expr, terms: Handling) -> pl.DataFrame:
    """How long each case is clear of its tier, and of all; lowered where that is long enough."""
    held, is_read = pl.col("held"), pl.col("is_read")
    clear = held < pl.col("tier")
    rows = rows.with_columns(
        pl.when(~is_read).then("calm_on").when(clear).then(pl.coalesce("calm_on", day)).alias("calm_on"),
        pl.when(~is_read).then("calm_tier").when(clear).then(pl.max_horizontal("calm_tier", "held")).alias("calm_tier"),
        pl.when(~is_read).then("quiet_on").when(held == 0).then(pl.coalesce("quiet_on", day)).alias("quiet_on"),
    )
    # Nothing is lower than yellow: from there a case closes.
    target = pl.max_horizontal("calm_tier", pl.lit(int(Tier.YELLOW)))
    long = (day - pl.col("calm_on")).dt.total_days() >= terms.quiet_days
    lower = (is_read & (pl.col("state") != CLOSED) & long & (target < pl.col("tier"))).fill_null(False)
    after = pl.when(lower).then(target).otherwise("tier")
    still = lower & (held < after)
    return rows.with_columns(
        lower.alias("lowered"),
        after.alias("tier"),
        pl.when(lower).then(pl.when(still).then(day)).otherwise("calm_on").alias("calm_on"),
        pl.when(lower).then(pl.when(still).then(held)).otherwise("calm_tier").alias("calm_tier"),
    )


def _woken(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Those whose snooze is over, or broken by a worse tier, wait to be seen again."""
    over = (pl.col("state") == SNOOZED) & (pl.lit(as_of) > pl.col("snoozed_until"))
    woken = (pl.col("woken") | over) & (pl.col("state") != CLOSED)
    asleep = pl.col("state").is_in([SNOOZED]) & ~over
    rows = rows.with_columns(woken.alias("woken"), asleep.alias("asleep"))
    return rows.with_columns(
        pl.when(over).then(pl.lit(OPEN)).otherwise("state").alias("state"),
        pl.when(pl.col("woken")).then(pl.lit(as_of)).otherwise("waiting_on").alias("waiting_on"),
        *(
            pl.when(pl.col("asleep")).then(name).otherwise(pl.lit(None, dtype=CASES[name])).alias(name)
            for name in ("snoozed_until", "snoozed_tier", "snooze_reason")
        ),
    )


def _escalated(rows: pl.DataFrame, as_of: date, terms: Handling) -> pl.DataFrame:
    """Those that waited too long to be seen go to whom the terms name, once."""
    days, to = pl.lit(terms.yellow_days), pl.lit(terms.yellow_to)
    for tier, wait, who in (
        (Tier.ORANGE, terms.orange_days, terms.orange_to),
        (Tier.RED, terms.red_days, terms.red_to),
    ):
        days = pl.when(pl.col("tier") == int(tier)).then(wait).otherwise(days)
        to = pl.when(pl.col("tier") == int(tier)).then(pl.lit(who)).otherwise(to)
    waits = (pl.col("state") == OPEN) & pl.col("escalated_on").is_null()
    late = (waits & (_since("waiting_on", as_of) >= days)).fill_null(False)
    return rows.with_columns(
        late.alias("escalated"),
        pl.when(late).then(pl.lit(as_of)).otherwise("escalated_on").alias("escalated_on"),
        pl.when(late).then(to).otherwise("escalated_to").alias("escalated_to"),
    )


def _opened(current: pl.DataFrame, findings: Findings, as_of: date) -> pl.DataFrame:
    """A new case for each finding that has none."""
    day = as_of.isoformat()
    anew = findings.table.join(current, on=_SAME, how="anti")
    told = anew.with_columns(
        pl.concat_str("rule", pl.lit(":"), "subject", pl.lit(f":{day}")).alias("case_id"),
        pl.lit(OPEN).alias("state"),
        pl.col("tier").alias("worst_tier"),
        *(pl.lit(as_of).alias(name) for name in ("opened_on", "raised_on", "waiting_on", "seen_on", "read_on")),
    )
    return shaped(told)


def _since(column: str, as_of: date) -> pl.Expr:
    return (pl.lit(as_of) - pl.col(column)).dt.total_days()


def _events(moved: pl.DataFrame) -> Sequence[pl.DataFrame]:
    """What happened to standing cases today, in the order in which it happens to one."""
    told = {"escalated": "escalated_to", "ended": "result"}
    names = {"ended": "closed"}
    return [
        happened(moved.filter(pl.col(flag)), names.get(flag, flag), told.get(flag))
        for flag in ("reopened", "raised", "lowered", "woken", "escalated", "ended")
    ]
