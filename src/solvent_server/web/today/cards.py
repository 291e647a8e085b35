"""Cards: the key figures of the day, each with its trend, what it is held against, and how it was come by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from solvent.decisions.warnings.rules.dso_rise import DsoRise
from solvent_server.web.alarms.gathered import TIERS
from solvent_server.web.alarms.rules import policy_of
from solvent_server.web.cash.fan import spark
from solvent_server.web.cash.told import NONE, Told
from solvent_server.web.parts.page import Look

Json = Any
WEEKS = 13
"""The lowest cash is looked for in so many weeks."""
LEDGER = ("1-30", "31-60", "61-90", "91-120", "121+")
"""Buckets of the ageing that are past due."""


@dataclass(frozen=True)
class Card:
    """One key figure.

    name: of the card, in the page's order. figure: as it is read; unit: beside it, small. lines: what stands under it.
    how: base, formula and the like, shown on demand. mark: tier of the figure, empty where nothing is crossed;
    sign: why. trend: points of a small line, and what that line is of. to: where the figure leads.
    """

    name: str
    title: str
    figure: str
    unit: str
    lines: Sequence[str]
    how: Sequence[tuple[str, str]]
    mark: str = ""
    sign: str = ""
    trend: str = ""
    trend_of: str = ""
    to: str = ""


def cards(look: Look, told: Told, live: pl.DataFrame) -> Sequence[Card]:
    """The cards in no order; a figure that is not known has a card that says so.

    Args:
        live: the alarms that are not closed.
    """
    assert look.kept is not None
    report = look.kept.report
    return [
        _cash(look, told, report),
        _lowest(look, told, report["cash_outlook"]),
        _chance(look, told, report["cash_outlook"]),
        _receivables(look, told, report),
        _dso(look, told, report),
        _alarms(look, live),
    ]


def _as_of(look: Look) -> tuple[str, str]:
    assert look.kept is not None
    return look.say("As of"), look.language.day(look.kept.as_of)


def _cash(look: Look, told: Told, report: Json) -> Card:
    say, cash = look.say, report["cash_outlook"]
    accounts = cash["accounts"] or []
    floor, orange = (cash["lines"][name]["value"] for name in ("floor", "orange"))
    now = None if report["cash"] is None else float(report["cash"])
    mark, sign = "", ""
    if now is not None and floor is not None and now < float(floor):
        mark, sign = "red", say("below the floor")
    elif now is not None and orange is not None and now < float(orange):
        mark, sign = "orange", say("under the orange line")
    weeks = cash["recent_weeks"] or []
    return Card(
        "cash",
        say("Cash now"),
        told.money(report["cash"]),
        told.currency,
        [say("floor {amount}", amount=told.money(floor)), say("orange line {amount}", amount=told.money(orange))],
        [
            (
                say("Base"),
                say("balances of {count} bank accounts, as last told", count=look.language.count(len(accounts))),
            ),
            (say("Formula"), say("sum of all balances, foreign ones at the day's rate")),
            (say("Floor"), say("{times} times the fixed cost of a month", times=_times(look, cash["lines"]["floor"]))),
            (
                say("Orange line"),
                say("{times} times the spending of a month", times=_times(look, cash["lines"]["orange"])),
            ),
            _as_of(look),
        ],
        mark,
        sign,
        spark([None if row["cash"] is None else float(row["cash"]) for row in weeks]),
        say("cash at the end of the last {count} weeks", count=len(weeks)),
        look.address("cash"),
    )


def _times(look: Look, figure: Json) -> str:
    times = (figure.get("inputs") or {}).get("times")
    return NONE if times is None else look.language.number(float(times), 1)


def _lowest(look: Look, told: Told, cash: Json) -> Card:
    say = look.say
    weeks = [row for row in (cash["weeks_ahead"] or [])[:WEEKS] if row["lowest_p50"] is not None]
    floor = cash["lines"]["floor"]["value"]
    if not weeks:
        return Card("lowest", say("Lowest expected cash"), NONE, "", [_no_paths(look)], [_as_of(look)])
    low = min(weeks, key=lambda row: float(row["lowest_p50"]))
    over = None if floor is None else float(low["lowest_p50"]) - float(floor)
    lines = [say("in the week to {day}", day=told.day(low["week_end"]))]
    mark, sign = "", ""
    if over is not None:
        room = told.money(f"{abs(over):.2f}")
        lines.append(
            say("{amount} above the floor", amount=room) if over >= 0 else say("{amount} under the floor", amount=room)
        )
        mark, sign = ("red", say("below the floor")) if over < 0 else ("", "")
    return Card(
        "lowest",
        say("Lowest expected cash"),
        told.money(low["lowest_p50"]),
        told.currency,
        lines,
        [
            (say("Base"), _paths(look, cash)),
            (
                say("Formula"),
                say("median over all paths of each week's lowest balance; the least of {count} weeks", count=WEEKS),
            ),
            (say("One path of twenty is lower than"), told.money(low["lowest_p05"])),
            _as_of(look),
        ],
        mark,
        sign,
        spark([float(row["lowest_p50"]) for row in weeks]),
        say("lowest balance of each of the next {count} weeks, median", count=len(weeks)),
        look.address("cash"),
    )


def _paths(look: Look, cash: Json) -> str:
    made = cash["simulation"]
    if made is None:
        return NONE
    return look.say(
        "{paths} simulated paths, with {items} open items, bills, orders, sales to come and costs",
        paths=look.language.count(made["paths"]),
        items=look.language.count(made["open_items"]),
    )


def _no_paths(look: Look) -> str:
    return look.say("Nothing could be simulated: balances or history are missing.")


def _chance(look: Look, told: Told, cash: Json) -> Card:
    say, gap = look.say, cash["gap"]
    title = say("Chance of falling under the floor")
    if gap is None or gap["horizon_chance"] is None:
        return Card("chance", title, NONE, "", [_no_paths(look)], [_as_of(look)])
    first, weeks = gap["week_end"], cash["weeks_ahead"] or []
    until = weeks[-1]["week_end"] if weeks else None
    lines = [say("at any time until {day}", day=told.day(until))]
    if first is None:
        lines.append(say("in no single week {share} or more", share=told.share(gap["alpha"])))
    else:
        lines.append(say("first in the week to {day}: {share}", day=told.day(first), share=told.share(gap["chance"])))
    mark = "red" if first is not None else ""
    return Card(
        "chance",
        title,
        told.share(gap["horizon_chance"]),
        "",
        lines,
        [
            (say("Base"), _paths(look, cash)),
            (
                say("Formula"),
                say("share of paths whose balance is ever under the floor of {amount}", amount=told.money(gap["line"])),
            ),
            (say("A week counts from"), told.share(gap["alpha"])),
            (say("If it happens, missing on average"), told.money(gap["expected"])),
            _as_of(look),
        ],
        mark,
        say("a gap may come") if mark else "",
        spark([row["chance"] for row in weeks]),
        say("chance of each week to come"),
        look.address("cash"),
    )


def _receivables(look: Look, told: Told, report: Json) -> Card:
    say, aging = look.say, report["aging"]
    parts = [aging.get(bucket) for bucket in LEDGER]
    overdue = None if any(part is None for part in parts) else f"{sum(float(part) for part in parts):.2f}"
    history = report["dso_history"]
    return Card(
        "receivables",
        say("Open receivables"),
        told.money(report["open_total"]),
        told.currency,
        [
            say("overdue {amount}", amount=told.money(overdue)),
            say("that is {share} of what is open", share=told.share(report["overdue_share"])),
        ],
        [
            (say("Base"), say("open items of all customers, less receipts and credit notes")),
            (
                say("Formula"),
                say("invoiced less paid; overdue: the due day is over, money without an item is not set off"),
            ),
            (say("Differs from the control account by"), told.money(report["tie_out_difference"])),
            _as_of(look),
        ],
        "",
        "",
        spark([None if row["receivables"] is None else float(row["receivables"]) for row in history]),
        say("receivables at the last {count} month ends", count=len(history)),
        look.address("receivables"),
    )


def _dso(look: Look, told: Told, report: Json) -> Card:
    say, history = look.say, report["dso_history"]
    last: Mapping[str, Any] = history[-1] if history else {}
    mean, rise = last.get("simple_days_mean"), last.get("simple_days_rise")
    lines = []
    if mean is not None:
        lines.append(say("mean of the year before {days}", days=told.days(mean)))
    if rise is not None:
        lines.append(
            say("{share} above it", share=told.share(rise))
            if rise >= 0
            else say("{share} under it", share=told.share(-rise))
        )
    assert look.kept is not None
    mark = "yellow" if rise is not None and rise > policy_of(look.kept).terms(DsoRise).yellow else ""
    return Card(
        "dso",
        say("Days sales outstanding"),
        told.days(report["dso"]["simple_90"]),
        say("days"),
        lines,
        [
            (say("Base"), say("receivables at the day's end, sales of the last 90 days")),
            (say("Formula"), say("receivables over sales, times 90")),
            (say("If everybody paid in time"), told.days(report["dso"]["best_possible_90"])),
            _as_of(look),
        ],
        mark,
        say("well above its mean") if mark else "",
        spark([row["simple_days"] for row in history]),
        say("days at the last {count} month ends", count=len(history)),
        look.address("receivable_days"),
    )


def _alarms(look: Look, live: pl.DataFrame) -> Card:
    say, language = look.say, look.language
    counts = dict(live.group_by("tier").len().iter_rows())
    told = [f"{say(tier)} {language.count(counts.get(tier, 0))}" for tier in reversed(TIERS)]
    waiting = live.filter(pl.col("state") == "open").height
    mark = next((tier for tier in reversed(TIERS) if counts.get(tier)), "")
    return Card(
        "alarms",
        say("Open alarms"),
        language.count(live.height),
        "",
        [" · ".join(told), say("{count} not seen yet", count=language.count(waiting))],
        [
            (say("Base"), say("every warning rule, asked with each assessment")),
            (
                say("Formula"),
                say("an alarm opens when a figure crosses a line, and closes when it has long been clear of it"),
            ),
            _as_of(look),
        ],
        mark,
        "",
        to=look.address("alarms"),
    )
