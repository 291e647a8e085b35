"""Actual: forecasts beside what came, and why they differ: kind by kind, week by week, down to the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent_server.store.keeping.assessments import Kept
from solvent_server.web.cash.sheets import Row, Sheet, sheet
from solvent_server.web.cash.told import Told
from solvent_server.web.parts.table import Cell

Json = Mapping[str, Any]
MOST = 50
"""So many rows of a reason are shown."""
CAME: Mapping[str, str] = {
    "on_time": "due in these days, and paid",
    "arrears": "due before, and paid now",
    "early": "due later, and paid already",
}
MISSING: Mapping[str, str] = {
    "later": "due in these days, but paid later",
    "open": "due in these days, and still open",
    "disputed": "due in these days, and in dispute",
}
WHY: Mapping[str, str] = {**CAME, **MISSING}
"""Every reason: what came, then what did not."""


STEPS: Mapping[str, str] = {"past": "came otherwise than expected", "ahead": "is expected otherwise from now on"}
REST = "rates, transfers under way and the rest"


def compared(cash: Json, told: Told, to: Callable[[str], str]) -> Sheet | None:
    """Forecast against actual since an earlier forecast, kind by kind.

    Args:
        to: the address of the weeks of a kind.
    """
    say = told.language.say
    if not cash["compared"] or not cash["compared"]["whats"]:
        return None
    rows: list[Row] = [
        [
            Cell(told.name("compared", row["what"]), "", to(row["what"])),
            told.money(row["forecast"]),
            told.money(row["actual"]),
            told.money(row["difference"]),
            told.money(row["shifted"]),
            told.share(row["wape"]),
            told.share(row["inside80_share"]),
        ]
        for row in cash["compared"]["whats"]
    ]
    heads = [say("what"), say("forecast"), say("actual"), say("difference"), say("only in another week"),
             say("share of error"), say("in the 80 % band")]  # fmt: skip
    return sheet(say("Actual against forecast"), heads, rows)


def compared_weeks(cash: Json, told: Told, what: str) -> Sheet | None:
    """One kind of flow week by week: forecast with its range, what came, and whether it was within; None: not asked."""
    say = told.language.say
    found = [row for row in (cash["compared"] or {}).get("rows", ()) if row["what"] == what]
    if not found:
        return None
    rows = [
        [
            told.day(row["week_end"]),
            told.money(row["forecast"]),
            f"{told.money(row['p10'])} – {told.money(row['p90'])}",
            told.money(row["actual"]),
            told.money(row["difference"]),
            say("within") if row["inside80"] else say("outside"),
        ]
        for row in found
    ]
    heads = [say("week to"), say("forecast"), say("8 of 10 paths"), say("actual"), say("difference"),
             say("in the 80 % band")]  # fmt: skip
    return sheet(say("{what}, week by week", what=told.name("compared", what)), heads, rows)


def receipts(cash: Json, told: Told, week: Callable[[str], str]) -> Sheet | None:
    """Receipts of open items: the forecast of the last month end that is over, and what came.

    Args:
        week: the address of what lies behind the difference of a week, by its last day.
    """
    board, say = cash["scoreboard"], told.language.say
    span = span_of((board or {}).get("weeks", ()), "")
    if span is None:
        return None
    rows: list[Row] = []
    for row in board["weeks"]:
        if row["by"] != "solvent" or row["actual"] is None or row["made_on"] != span.made_on.isoformat():
            continue
        off = float(row["actual"]) - float(row["forecast"])
        rows.append(
            [
                Cell(f"{told.short(row['week_from'])} – {told.short(row['week_upto'])}", "", week(row["week_upto"])),
                told.money(row["forecast"]),
                told.money(row["actual"]),
                told.money(f"{off:.2f}"),
            ]
        )
    caption = say("Receipts of items open on {day}: actual against forecast", day=told.day(span.made_on))
    return sheet(caption, [say("week"), say("forecast"), say("actual"), say("difference")], rows)


@dataclass(frozen=True)
class Bridge:
    """Why the expected balance of a day is not what it was: in a sentence, and its parts, the largest first."""

    sentence: str
    parts: Sheet


def bridge(cash: Json, told: Told) -> Bridge | None:
    """What moved the forecast since the one before; None where nothing can be compared."""
    held, say = cash["bridge"], told.language.say
    if held is None or held["day"] is None:
        return None
    parts = sorted((row for row in held["parts"] if float(row["amount"])), key=lambda row: -abs(float(row["amount"])))
    rows = [
        [
            say(REST) if row["what"] in (None, "other") else told.name("compared", row["what"]),
            say(STEPS[row["step"]]),
            told.money(row["amount"]),
        ]
        for row in parts
    ]
    text = say(
        "The last forecast expected {old} on {day}, this one expects {new}: {change}.",
        old=told.money(held["old"]), day=told.day(held["day"]), new=told.money(held["new"]),
        change=told.money(held["change"]),
    )  # fmt: skip
    made = sheet(say("Why the forecast has moved"), [say("what"), say("how"), say("amount")], rows, left=2)
    return Bridge(text, made)


@dataclass(frozen=True)
class Span:
    """Days that are looked at: those of a week, or of all weeks together. made_on: day of the forecast."""

    made_on: date
    first: date
    last: date


@dataclass(frozen=True)
class Reasons:
    """Why. summary: in a sentence. table: a row a reason, which opens its rows. rows: those of the reason asked for."""

    title: str
    summary: str
    table: Sheet
    rows: Sheet | None


def span_of(weeks: Sequence[Json], asked: str) -> Span | None:
    """The week that ends on the day asked for, else all weeks of the newest forecast that are over; None: there are
    none.

    Args:
        weeks: of the scoreboard.
    """
    ours = [row for row in weeks if row["by"] == "solvent" and row["actual"] is not None]
    if not ours:
        return None
    made = max(row["made_on"] for row in ours)
    told = [row for row in ours if row["made_on"] == made]
    told = [row for row in told if row["week_upto"] == asked] or told
    first, last = min(row["week_from"] for row in told), max(row["week_upto"] for row in told)
    return Span(*(date.fromisoformat(day) for day in (made, first, last)))


def parted(kept: Kept, span: Span) -> pl.DataFrame | None:
    """What was open on the day of the forecast and was due or paid in the days: why (one of WHY), customer_id, item_id,
    due_on, paid_on (empty: still open) and worth (minor units of the books' currency). None: an assessment of an
    earlier version has no such lists.
    """
    key = ["customer_id", "item_id"]
    due, came = (pl.col(name).is_between(span.first, span.last) for name in ("due_on", "paid_on"))
    known = pl.col("issued_on") <= span.made_on
    try:
        issued = kept.frame("invoices").select(*key, "issued_on")
        paid = kept.frame("paid").filter(pl.col("paid_on") > span.made_on).join(issued, on=key).filter(known)
        left = kept.frame("receivables").filter((pl.col("kind") == "invoice") & known & due)
        why = (
            pl.when(came & due)
            .then(pl.lit("on_time"))
            .when(came)
            .then(pl.when(pl.col("due_on") < span.first).then(pl.lit("arrears")).otherwise(pl.lit("early")))
            .when(due & (pl.col("paid_on") > span.last))
            .then(pl.lit("later"))
        )
        told = [*key, "due_on", "paid_on", "worth"]
        settled = paid.with_columns(why.alias("why")).filter(pl.col("why").is_not_null()).select("why", *told)
        waits = left.with_columns(
            pl.when("disputed").then(pl.lit("disputed")).otherwise(pl.lit("open")).alias("why"),
            pl.lit(None, dtype=pl.Date).alias("paid_on"),
        ).select("why", *told)
        return pl.concat([settled, waits]).collect()
    except (SolventError, pl.exceptions.ColumnNotFoundError):
        return None


def reasons(
    rows: pl.DataFrame, span: Span, told: Told, *, asked: str, names: Mapping[str, str], to: Callable[[str, str], str]
) -> Reasons:
    """The reasons with their sums, and the rows of one of them.

    Args:
        rows: of ``parted``. asked: the reason whose rows are shown. names: what customers are called.
        to: address of a page by its kind, ``why`` or ``customer``, and its key.
    """
    say, language = told.language.say, told.language
    sums = {
        why: (count, worth) for why, count, worth in rows.group_by("why").agg(pl.len(), pl.col("worth").sum()).rows()
    }
    lines: list[list[str | Cell]] = []
    marks = []
    for group, kinds in (("came in these days", CAME), ("did not come in these days", MISSING)):
        held = [sums.get(why, (0, 0)) for why in kinds]
        lines.append([say(group), language.count(sum(count for count, _ in held)),
                      language.money(sum(worth for _, worth in held), told.currency)])  # fmt: skip
        marks.append("sum")
        for why, text in kinds.items():
            count, worth = sums.get(why, (0, 0))
            name = Cell(say(text), "under", to("why", why) if count else "")
            lines.append([name, language.count(count), language.money(worth, told.currency)])
            marks.append("")
    title = say("Why: receipts from {first} to {last}", first=told.day(span.first), last=told.day(span.last))
    made = sheet(title, [say("reason"), say("payments and items"), say("amount")], lines)
    missing = sum(sums.get(why, (0, 0))[1] for why in MISSING)
    extra = sum(sums.get(why, (0, 0))[1] for why in ("arrears", "early"))
    summary = say(
        "Of what was due in these days {missing} did not come in them; {extra} came that was due before or later.",
        missing=language.money(missing, told.currency), extra=language.money(extra, told.currency),
    )  # fmt: skip
    return Reasons(title, summary, Sheet(made.caption, made.heads, made.rows, marks),
                   _rows(rows, told, asked, names, to))  # fmt: skip


def _rows(
    rows: pl.DataFrame, told: Told, asked: str, names: Mapping[str, str], to: Callable[[str, str], str]
) -> Sheet | None:
    say, language = told.language.say, told.language
    part = rows.filter(pl.col("why") == asked).sort("worth", "item_id", descending=[True, False])
    if asked not in WHY or part.is_empty():
        return None
    lines: list[list[str | Cell]] = [
        [
            Cell(names.get(row["customer_id"], row["customer_id"]), "wrap", to("customer", row["customer_id"])),
            Cell(row["item_id"], "", to("item", row["item_id"])),
            told.day(row["due_on"]),
            told.day(row["paid_on"]),
            language.money(row["worth"], told.currency),
        ]
        for row in part.head(MOST).iter_rows(named=True)
    ]
    caption = say(WHY[asked]) + (
        say(" (the {most} largest of {count})", most=MOST, count=part.height) if part.height > MOST else ""
    )
    heads = [say("customer"), say("item"), say("due"), say("paid on"), say("amount")]
    return sheet(caption[:1].upper() + caption[1:], heads, lines, left=4)
