"""Shocks: the library of scenarios, the smallest shocks that break the floor, and the crisis plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any
from urllib.parse import urlencode

from solvent.base.money import minor
from solvent.base.terms import Policy, terms_of
from solvent.decisions.liquidity.stress.answers import Answers
from solvent.decisions.liquidity.stress.reverse import Broken
from solvent.files.cash.runs import Run
from solvent.files.commands.cash.asked import Paths
from solvent.files.commands.cash.stress import reverse_sentence
from solvent.simulation.bending.library import COMBINATIONS, scenarios
from solvent_server.web.cash.sheets import Row, Sheet, sheet
from solvent_server.web.cash.told import NONE, Told
from solvent_server.web.parts.table import Cell

Json = Mapping[str, Any]
TOGETHER = tuple(one.name for one in COMBINATIONS)
HAPPENS: Mapping[str, str] = {
    "all_pay_later": "every customer pays {days} days later",
    "currency_shock": "foreign currencies lose {share}",
    "largest_fails": "largest debtors that pay nothing any more: {customers}",
    "limit_cut": "banks call {share} of what is drawn, to be paid back in {days} days",
    "over_expansion": "costs rise by {cost_share} and stock by {stock_days} days at once; {sales_share} more sales "
    "bring their money after {sales_after} weeks",
    "peak_season": "for {weeks} weeks {share} more is bought; its sales bring their money after {money_after} weeks",
    "sales_fall": "sales fall by {share}; after {cost_after} weeks {cost_follows} of that is saved on purchases",
    "sales_stop": "no sales for {weeks} weeks; {cost_follows} of the purchases stop too",
    "stock_build_up": "{days} days of stock more, bought and paid for earlier",
    "supplier_shortens": "suppliers want their money {days} days earlier",
}
"""What happens in a scenario, in plain words; its sizes are the policy's."""


@dataclass(frozen=True)
class Library:
    """The scenarios told. together: mild, moderate, severe; alone: each for itself; still: those that touch nothing."""

    together: Sheet
    alone: Sheet
    still: str


def library(stress: Json, told: Told, lab: str, policy: Policy) -> Library:
    """Every scenario on the same paths, the worst first; each leads to the lab, where it can be bent further.

    Args:
        lab: the address of the what-if lab. policy: by which the scenarios have their sizes.
    """
    say = told.language.say
    changed = [row for row in stress["scenarios"] if row["changed"]]
    by_name = {row["scenario"]: row for row in changed}
    base = _row(say("as it stands"), "", stress["base"], told)
    own = []
    for row in changed:
        if row["scenario"] not in TOGETHER:
            name, *figures = _row(*_named(row, told, lab), _plain(row), told)
            own.append([name, Cell(_happens(row["scenario"], told, policy), "wrap"), *figures])
    name, *figures = base
    joint = [_row(*_named(by_name[name], told, lab), _plain(by_name[name]), told) for name in TOGETHER
             if name in by_name]  # fmt: skip
    heads = [say("scenario"), say("chance under the floor"), say("lowest, median"), say("worst week, to"),
             say("gap in the week to"), say("deepest, one of twenty")]  # fmt: skip
    still = [told.name("scenario", row["scenario"]) for row in stress["scenarios"] if not row["changed"]]
    return Library(
        sheet(say("Mild, moderate, severe"), heads, [base, *joint]),
        sheet(
            say("One thing at a time, the worst first"),
            [heads[0], say("what happens"), *heads[1:]],
            [[name, "", *figures], *own],
            left=2,
        ),
        told.language.listed(still) if still else "",
    )


def _happens(scenario: str, told: Told, policy: Policy) -> str:
    """What a scenario does, in words; empty for one that a package brought."""
    if scenario not in HAPPENS:
        return ""
    kind, _ = scenarios()[scenario]
    decided = policy.terms(kind)
    sizes = {
        name: told.language.share(value)
        if name.endswith(("share", "follows"))
        else told.language.number(value, 0 if float(value).is_integer() else 1)
        for name, value in ((name, getattr(decided, name)) for name in terms_of(kind))
    }
    return told.language.say(HAPPENS[scenario], **sizes)


def _named(row: Json, told: Told, lab: str) -> tuple[str, str]:
    return told.name("scenario", row["scenario"]), f"{lab}?{urlencode({'scenario': row['scenario']})}"


def _plain(row: Json) -> Json:
    """A scenario's row by the names of answers."""
    names = {"chance": "chance_under_floor", "lowest": "lowest_median", "deep": "deepest_one_of_twenty"}
    return {names.get(name, name): value for name, value in row.items()}


def _row(name: str, to: str, row: Json, told: Told) -> Row:
    bad = row["gap_on"] is not None
    deep = row["deepest_one_of_twenty"]
    return [
        Cell(name, "wrap", to),
        Cell(told.share(row["chance_under_floor"]) + (" ▲" if bad else ""), "right bed-red" if bad else "right"),
        told.money(row["lowest_median"]),
        told.day(row["lowest_on"]),
        told.day(row["gap_on"]),
        told.money(deep) if deep and float(deep) else "–",
    ]


def reverse(report: Json, run: Run, told: Told, lab: str) -> Sequence[tuple[str, str]]:
    """The smallest shocks in sentences, the nearest first, each with the address where it can be tried; where the floor
    is broken without any, what is missing.

    Args:
        lab: the address of the what-if lab.
    """
    made = [_broken(row, told.currency) for row in report["reverse_stress"]]
    if any(one.length == 0.0 for one in made):
        return _broken_already(report["cash_outlook"]["gap"], told, lab)
    line = run.facts.get("floor_minor")
    asked = Paths(run.paths, run.world, int(line or 0), line is not None, Policy(run.paths.horizon.as_of), None)
    return [(reverse_sentence(one, asked, told.language), _tried(one, lab)) for one in made]


def _broken_already(hole: Json | None, told: Told, lab: str) -> Sequence[tuple[str, str]]:
    """That no shock is needed, how much is missing, and what might help."""
    say = told.language.say
    said = [(say("The floor is broken already, without any shock: the question is what mends it."), "")]
    if hole is not None and hole["week_end"] is not None:
        text = say(
            "Until {day} {median} more would hold the floor in the middle of the cases, {deep} in 19 of 20.",
            day=told.day(hole["week_end"]), median=told.money(hole["median"]), deep=told.money(hole["deep"]),
        )  # fmt: skip
        said.append((text, ""))
        said.append((say("What if customers paid 10 days earlier?"), f"{lab}?delay=-10"))
    return said


def _tried(one: Broken, lab: str) -> str:
    """The lab with the sizes of a shock; empty where it has no slider for one of them."""
    if not one.length or not set(one.sizes) <= {"delay_days", "sales_share", "supplier_days"}:
        return ""
    asked = {
        "delay": ceil(one.sizes.get("delay_days", 0.0)),
        "sales": ceil(one.sizes.get("sales_share", 0.0) * 100),
        "suppliers": ceil(one.sizes.get("supplier_days", 0.0)),
        "fails": int(one.loses_largest),
    }
    return f"{lab}?{urlencode({name: value for name, value in asked.items() if value})}"


def _broken(row: Json, currency: str) -> Broken:
    """A smallest shock out of the report: whether there is one, and of which sizes."""
    sizes, there = row["sizes"], row["there"]
    length = None if row["distance"] is None else 1.0 if any(sizes.values()) else 0.0
    return Broken(
        tuple(row["direction"]),
        length,
        sizes,
        row["loses_largest"],
        None if there is None else _answers(there, currency),
    )


def _answers(there: Json, currency: str) -> Answers:
    def whole(name: str) -> int:
        return minor(Decimal(there[name]), currency)

    gap_on = there["gap_on"]
    return Answers(
        whole("lowest_median"),
        date.fromisoformat(there["lowest_on"]),
        there["chance_under_floor"],
        None if gap_on is None else date.fromisoformat(gap_on),
        whole("gap"),
        whole("deepest_one_of_twenty"),
        whole("end_median"),
    )


MOST = 12
"""So many steps, and every needed one, are shown at once."""
WHO: Mapping[str, str] = {
    "chase": "collections",
    "extend": "purchasing",
    "cut": "finance director",
    "draw": "treasury",
    "assign": "treasury",
    "defer_debt": "finance director",
}
"""Who does a step of the crisis plan."""


@dataclass(frozen=True)
class Plan:
    """The crisis plan.

    kinds: its kinds of steps in their order. first: the steps that are needed, and a few more; rest: those after them;
    whole: all of them, for a file.
    """

    kinds: Sheet
    first: Sheet
    rest: Sheet | None
    whole: Sheet


def crisis(plan: Json, told: Told, named: Callable[[str, str], tuple[str, str]]) -> Plan | None:
    """The crisis plan: who does what by when, what it brings and costs, in which order; None: there is nothing to do.

    Args:
        named: a step's kind and subject to what the subject is called and the address of its page, which may be empty.
    """
    if not plan["steps"]:
        return None
    say, marks = told.language.say, []
    rows: list[Row] = []
    for row in plan["steps"]:
        called, page = named(row["step"], row["subject"])
        rows.append(
            [
                told.language.count(row["rank"]),
                say(WHO[row["step"]]),
                told.name("step", row["step"]),
                Cell(called, "wrap", page),
                told.day(row["by_on"]),
                say("needed") if row["needed"] else say("made ready"),
                *(
                    told.money(row[name]) if float(row[name]) else NONE
                    for name in ("amount", "gain", "cost", "cumulative")
                ),
            ]
        )
        marks.append("needed" if row["needed"] else "")
    heads = [say("rank"), say("done by"), say("what to do"), say("with whom or what"), say("do it by"), say("state"),
             say("about"), say("brings"), say("costs"), say("together")]  # fmt: skip
    whole = sheet(say("Crisis plan"), heads, rows, left=6)
    first = max(MOST, sum(mark == "needed" for mark in marks))
    rest = Sheet(say("More steps"), whole.heads, whole.rows[first:], marks[first:])
    return Plan(
        _kinds(plan, told),
        Sheet(whole.caption, whole.heads, whole.rows[:first], marks[:first]),
        rest if rest.rows else None,
        whole,
    )


def _kinds(plan: Json, told: Told) -> Sheet:
    """The kinds of steps in the order of the plan: who, by when, how many, what they bring and cost together."""
    say, language = told.language.say, told.language
    rows: list[Row] = []
    marks = []
    for step in dict.fromkeys(row["step"] for row in plan["steps"]):
        of_step = [row for row in plan["steps"] if row["step"] == step]
        needed = sum(row["needed"] for row in of_step)
        sums = [f"{sum(Decimal(row[name]) for row in of_step):.2f}" for name in ("gain", "cost")]
        rows.append(
            [
                Cell(told.name("step", step), "wrap"),
                say(WHO[step]),
                told.day(min(row["by_on"] for row in of_step)),
                say("needed: {count}", count=language.count(needed)) if needed else say("made ready"),
                language.count(len(of_step)),
                *(told.money(amount) if float(amount) else NONE for amount in sums),
                told.money(of_step[-1]["cumulative"]),
            ]
        )
        marks.append("sum" if needed else "")
    heads = [say("what to do"), say("done by"), say("first by"), say("state"), say("steps"), say("brings"),
             say("costs"), say("together")]  # fmt: skip
    made = sheet(say("The plan in its order"), heads, rows, left=4)
    return Sheet(made.caption, made.heads, made.rows, marks)
