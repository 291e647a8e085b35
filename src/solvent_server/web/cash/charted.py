"""Charted: the charts of the pages about cash, out of a kept report, and what lies behind one week of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from solvent_server.web.cash.outlook import BANDS, WEEKS
from solvent_server.web.cash.sheets import Sheet, sheet
from solvent_server.web.cash.told import Told
from solvent_server.web.charts import cash as charts
from solvent_server.web.charts.chart import Chart
from solvent_server.web.parts.table import Cell

Json = Mapping[str, Any]
MOST = 25
"""So many items of a week are shown."""


def fan(cash: Json, told: Told, name: str, caption: str, week: Callable[[str], str]) -> Chart | None:
    """The cash line. week: the address of what lies behind a week, by its last day."""
    rows, bundle, hole = cash["fan"] or [], cash["lines"], cash["gap"]
    chance = {row["week_end"]: row["chance"] for row in cash["weeks_ahead"] or []}
    line = {kind: bundle[kind]["value"] for kind in ("floor", "orange", "reserve")}
    weeks = charts.Weeks(
        [date.fromisoformat(row["week_end"]) for row in rows],
        {share: [float(row[column]) for row in rows] for share, column in BANDS.items()},
        {kind: None if value is None else float(value) for kind, value in line.items()},
        [chance.get(row["week_end"]) for row in rows],
        hole["alpha"] if hole else None,
        to=[week(row["week_end"]) if place < WEEKS else "" for place, row in enumerate(rows)],
    )
    return charts.fan(name, caption, weeks, told.language)


def flows(cash: Json, told: Told, week: Callable[[str], str]) -> Chart | None:
    """What comes in and goes out in each of thirteen weeks, means."""
    came: dict[str, float] = {}
    went: dict[str, float] = {}
    for row in cash["table"] or []:
        if row["kind"] is None or row["week"] >= WEEKS:
            continue
        amount = float(row["mean"])
        for side, part in ((came, max(amount, 0.0)), (went, min(amount, 0.0))):
            side[row["week_end"]] = side.get(row["week_end"], 0.0) + part
    ends = list(came)
    return charts.flows(
        [date.fromisoformat(end) for end in ends],
        [round(came[end], 2) for end in ends],
        [round(went[end], 2) for end in ends],
        told.language,
        [week(end) for end in ends],
    )


def against(cash: Json, told: Told) -> Chart | None:
    """Receipts of the last month end whose forecast is over: forecast and what came."""
    board = cash["scoreboard"] or {}
    ours = [row for row in board.get("weeks", ()) if row["by"] == "solvent" and row["actual"] is not None]
    if not ours:
        return None
    last = max(row["made_on"] for row in ours)
    rows = [row for row in ours if row["made_on"] == last]
    return charts.against(
        [(date.fromisoformat(row["week_from"]), date.fromisoformat(row["week_upto"])) for row in rows],
        [float(row["forecast"]) for row in rows],
        [float(row["actual"]) for row in rows],
        told.language,
        date.fromisoformat(last),
    )


def leads(board: Json, told: Told) -> Chart | None:
    """The error of weekly receipts by weeks ahead, ours first."""
    errors = {(row["by"], row["lead_weeks"]): row["wape"] for row in board["leads"]}
    names = sorted({by for by, _ in errors}, key=lambda by: (by != "solvent", by))
    weeks = sorted({week for _, week in errors})
    by_name = {told.name("by", by): [errors.get((by, week)) for week in weeks] for by in names}
    return charts.leads(weeks, by_name, told.language)


def week_sheet(cash: Json, told: Told, end: str) -> Sheet | None:
    """One week of the table, kind by kind with its range; None where the table has no such week."""
    say = told.language.say
    rows: list[list[str | Cell]] = []
    marks = []
    for row in cash["table"] or []:
        if row["week_end"] != end or row["week"] >= WEEKS:
            continue
        if row["kind"] is not None and not any(float(row[name]) for name in ("mean", "p10", "p90")):
            continue
        name = told.name("group", row["group"]) if row["kind"] is None else told.name("flow", row["kind"])
        figures = [told.money(row[column]) for column in ("mean", "p10", "p50", "p90")]
        rows.append([Cell(name, "" if row["kind"] is None else "under"), *figures])
        marks.append("sum" if row["kind"] is None else "")
    if not rows:
        return None
    heads = [say("kind"), say("mean"), told.language.share(0.1), say("median"), told.language.share(0.9)]
    made = sheet(say("The week to {day}, kind by kind", day=told.day(end)), heads, rows)
    return Sheet(made.caption, made.heads, made.rows, marks)


def bills_then(cash: Json, told: Told, end: str) -> Sheet | None:
    """The bills that the plan pays in that week, the first to be paid first; None: there are none."""
    say, last = told.language.say, date.fromisoformat(end)
    days = (last - timedelta(days=6), last)
    found = [row for row in cash["spending"]["bills"] if days[0] <= date.fromisoformat(row["pay_on"]) <= days[1]]
    rows: Sequence[list[str | Cell]] = [
        [
            told.day(row["pay_on"]),
            row["bill_id"],
            row["supplier_name"] or row["supplier_id"] or "",
            told.day(row["due_on"]),
            Cell(told.sentence(row["reason"]), "wrap"),
            told.money(row["amount"]),
        ]
        for row in found[:MOST]
    ]
    if not rows:
        return None
    heads = [say("pay on"), say("bill"), say("supplier"), say("due"), say("why"), say("amount")]
    return sheet(say("Bills that the plan pays in the week to {day}", day=told.day(end)), heads, rows, left=5)


def due_then(items: pl.LazyFrame, told: Told, end: str, customer: Callable[[str], str]) -> Sheet | None:
    """The open items that are most likely paid in that week, the largest first; None: there are none.

    Args:
        items: as ``documents.frames.items`` gives them. customer: the address of a customer's page.
    """
    say, language, last = told.language.say, told.language, date.fromisoformat(end)
    inside = pl.col("likely_on").is_between(last - timedelta(days=6), last)
    found = items.filter(inside).sort("open", descending=True).head(MOST).collect()
    rows: Sequence[list[str | Cell]] = [
        [
            Cell(row["name"], "", customer(row["customer_id"])),
            row["item_id"],
            told.day(row["due_on"]),
            told.day(row["likely_on"]),
            language.share(row["late_share"]),
            row["currency"],
            language.money(row["open"], row["currency"]),
        ]
        for row in found.iter_rows(named=True)
    ]
    if not rows:
        return None
    heads = [say("customer"), say("item"), say("due"), say("likely paid on"), say("chance to be late"),
             say("currency"), say("open")]  # fmt: skip
    return sheet(say("Items that are most likely paid in the week to {day}", day=told.day(end)), heads, rows, left=4)
