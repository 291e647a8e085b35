"""Cards: the key figures of the day, each with its trend, what it is held against, and how it was come by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from solvent.decisions.warnings.rules.dso_rise import DsoRise
from solvent_server.store.keeping.assessments import Kept
from solvent_server.web.alarms.gathered import TIERS
from solvent_server.web.alarms.rules import policy_of
from solvent_server.web.cash.fan import spark
from solvent_server.web.cash.told import NONE, Told
from solvent_server.web.parts.page import Look
from solvent_server.web.today import held
from solvent_server.web.today.held import Target, Trend

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
    sign: why. trend: points of a small line, and what that line is of. to: where the figure leads. target: what it
    ought to be; moved: where it went since, None where nothing earlier is known.
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
    target: Target | None = None
    moved: Trend | None = None


def cards(look: Look, told: Told, live: pl.DataFrame, before: Kept | None) -> Sequence[Card]:
    """The cards in no order; a figure that is not known has a card that says so.

    Args:
        live: the alarms that are not closed. before: an earlier assessment, to tell what has moved.
    """
    assert look.kept is not None
    report = look.kept.report
    return [
        _cash(look, told, report),
        _lowest(look, told, report["cash_outlook"], before),
        _chance(look, told, report["cash_outlook"], before),
        _receivables(look, told, report),
        _dso(look, told, report),
        _alarms(look, live, before),
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
    weeks = [row for row in cash["recent_weeks"] or [] if row["cash"] is not None]
    first = (float(weeks[0]["cash"]), date.fromisoformat(weeks[0]["week_end"])) if weeks else (None, None)
    return Card(
        "cash",
        say("Cash now"),
        told.money(report["cash"]),
        told.currency,
        [say("floor {amount}", amount=told.money(floor))],
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
        spark([float(row["cash"]) for row in weeks]),
        say("cash at the end of the last {count} weeks", count=len(weeks)),
        look.address("cash"),
        held.at_least(look, told, "{amount} or more, the orange line", now, None if orange is None else float(orange)),
        held.moved(look, now, first, told.brief, more=True),
    )


def _times(look: Look, figure: Json) -> str:
    times = (figure.get("inputs") or {}).get("times")
    return NONE if times is None else look.language.number(float(times), 1)


def _lowest(look: Look, told: Told, cash: Json, before: Kept | None) -> Card:
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
        held.at_least(
            look, told, "{amount} or more, the floor", float(low["lowest_p50"]), None if floor is None else float(floor)
        ),
        held.of_report(look, before, held.lowest_of, told.brief, more=True),
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


def _chance(look: Look, told: Told, cash: Json, before: Kept | None) -> Card:
    say, gap = look.say, cash["gap"]
    title = say("Chance of falling under the floor")
    if gap is None or gap["horizon_chance"] is None:
        return Card("chance", title, NONE, "", [_no_paths(look)], [_as_of(look)])
    first, weeks = gap["week_end"], cash["weeks_ahead"] or []
    until = weeks[-1]["week_end"] if weeks else None
    lines = [say("at any time until {day}", day=told.day(until))]
    if first is not None:
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
        Target(say("no week with {share} or more", share=told.share(gap["alpha"])), first is None),
        held.of_report(look, before, held.chance_of, held.points(look), more=False),
    )


def _receivables(look: Look, told: Told, report: Json) -> Card:
    say, aging = look.say, report["aging"]
    parts = [aging.get(bucket) for bucket in LEDGER]
    overdue = None if any(part is None for part in parts) else f"{sum(float(part) for part in parts):.2f}"
    history, health = report["dso_history"], report["cash_outlook"]["health"]
    assert look.kept is not None
    now = None if report["open_total"] is None else float(report["open_total"])
    line = next((row["line"] for row in health if row["code"] == "liquidity.health.overdue"), None)
    share = report["overdue_share"]
    target = None
    if line is not None:
        met = None if share is None else share <= line
        target = Target(say("at most {share} of it overdue", share=told.share(line)), met)
    return Card(
        "receivables",
        say("Open receivables"),
        told.money(report["open_total"]),
        told.currency,
        [say("overdue {amount}, {share} of it", amount=told.money(overdue), share=told.share(share))],
        [
            (say("Base"), say("open items of all customers, less receipts and credit notes")),
            (
                say("Formula"),
                say("invoiced less paid; overdue: the due day is over, money without an item is not set off"),
            ),
            (say("Differs from the control account by"), told.money(report["tie_out_difference"])),
            _as_of(look),
        ],
        "yellow" if target is not None and target.met is False else "",
        say("too much of it is overdue") if target is not None and target.met is False else "",
        spark([None if row["receivables"] is None else float(row["receivables"]) for row in history]),
        say("receivables at the last {count} month ends", count=len(history)),
        look.address("receivables"),
        target,
        held.moved(look, now, held.month_before(history, look.kept.as_of, "receivables"), told.brief, more=None),
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
    most, now = policy_of(look.kept).terms(DsoRise).yellow, report["dso"]["simple_90"]
    mark = "yellow" if rise is not None and rise > most else ""
    target = None
    if mean is not None:
        limit = mean * (1 + most)
        met = None if now is None else now <= limit
        target = Target(say("at most {days}: its mean and {share}", days=told.days(limit), share=told.share(most)), met)
    return Card(
        "dso",
        say("Days sales outstanding"),
        told.days(now),
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
        target,
        held.moved(look, now, held.month_before(history, look.kept.as_of, "simple_days"), told.days, more=False),
    )


def _alarms(look: Look, live: pl.DataFrame, before: Kept | None) -> Card:
    say, language = look.say, look.language
    counts = dict(live.group_by("tier").len().iter_rows())
    told = [f"{say(tier)} {language.count(counts.get(tier, 0))}" for tier in reversed(TIERS)]
    waiting = live.filter(pl.col("state") == "open").height
    mark = next((tier for tier in reversed(TIERS) if counts.get(tier)), "")
    fresh = None
    if before is not None:
        count = live.filter(pl.col("opened_on") > before.as_of).height
        fresh = Trend(
            "▲" if count else "▶", say("{count} new since {day}", count=count, day=language.day(before.as_of)),
            None if not count else False,
        )  # fmt: skip
    return Card(
        "alarms",
        say("Open alarms"),
        language.count(live.height),
        "",
        [" · ".join(told)],
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
        target=Target(
            say("none that nobody has seen; now {count}", count=language.count(waiting)) if waiting
            else say("none that nobody has seen"), not waiting,
        ),
        moved=fresh,
    )  # fmt: skip
