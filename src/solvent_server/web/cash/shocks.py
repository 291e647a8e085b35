"""Shocks: the library of scenarios, the smallest shocks that break the floor, and the crisis plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from solvent.base.money import minor
from solvent.base.terms import Policy
from solvent.decisions.liquidity.stress.answers import Answers
from solvent.decisions.liquidity.stress.reverse import Broken
from solvent.files.cash.runs import Run
from solvent.files.commands.cash.asked import Paths
from solvent.files.commands.cash.stress import reverse_sentence
from solvent.simulation.bending.library import COMBINATIONS
from solvent_server.web.cash.sheets import Row, Sheet, sheet
from solvent_server.web.cash.told import Told
from solvent_server.web.parts.table import Cell

Json = Mapping[str, Any]
TOGETHER = tuple(one.name for one in COMBINATIONS)


@dataclass(frozen=True)
class Library:
    """The scenarios told. together: mild, moderate, severe; alone: each for itself; still: those that touch nothing."""

    together: Sheet
    alone: Sheet
    still: str


def library(stress: Json, told: Told, lab: str) -> Library:
    """Every scenario on the same paths, the worst first; each leads to the lab, where it can be bent further.

    Args:
        lab: the address of the what-if lab.
    """
    say = told.language.say
    changed = [row for row in stress["scenarios"] if row["changed"]]
    by_name = {row["scenario"]: row for row in changed}
    base = _row(say("as it stands"), "", stress["base"], told)
    own = [_row(*_named(row, told, lab), _plain(row), told) for row in changed if row["scenario"] not in TOGETHER]
    joint = [_row(*_named(by_name[name], told, lab), _plain(by_name[name]), told) for name in TOGETHER
             if name in by_name]  # fmt: skip
    heads = [say("scenario"), say("chance under the floor"), say("lowest, median"), say("worst week, to"),
             say("gap in the week to"), say("deepest, one of twenty")]  # fmt: skip
    still = [told.name("scenario", row["scenario"]) for row in stress["scenarios"] if not row["changed"]]
    return Library(
        sheet(say("Mild, moderate, severe"), heads, [base, *joint]),
        sheet(say("One thing at a time, the worst first"), heads, [base, *own]),
        told.language.listed(still) if still else "",
    )


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


def reverse(report: Json, run: Run, told: Told) -> Sequence[str]:
    """The smallest shocks in sentences, the nearest first; a single one where the floor is broken without any."""
    made = [_broken(row, told.currency) for row in report["reverse_stress"]]
    if made and all(one.length == 0.0 for one in made):
        return [told.language.say("The floor is broken already, without any shock.")]
    line = run.facts.get("floor_minor")
    asked = Paths(run.paths, run.world, int(line or 0), line is not None, Policy(run.paths.horizon.as_of), None)
    return [reverse_sentence(one, asked, told.language) for one in made]


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


def crisis(
    plan: Json, told: Told, names: Mapping[str, str], customer: Mapping[str, str]
) -> tuple[Sheet | None, Sheet | None]:
    """The crisis plan ranked: what is needed first; and the steps after the first few.

    Args:
        names: what customers and suppliers are called, by id.
        customer: id of a customer to the address of its page.
    """
    say = told.language.say
    if not plan["steps"]:
        return None, None
    rows: list[Row] = []
    marks = []
    for row in plan["steps"]:
        subject = row["subject"]
        shown = names.get(subject) or told.name("flow", subject)
        rows.append(
            [
                told.language.count(row["rank"]),
                told.name("step", row["step"]),
                Cell(shown, "wrap", customer.get(subject, "")),
                told.day(row["by_on"]),
                say("needed") if row["needed"] else say("made ready"),
                told.money(row["amount"]),
                told.money(row["gain"]),
                told.money(row["cumulative"]),
            ]
        )
        marks.append("needed" if row["needed"] else "")
    heads = [say("rank"), say("what to do"), say("who or what"), say("do it by"), say("state"), say("about"),
             say("brings"), say("together")]  # fmt: skip
    made = sheet(say("Crisis plan"), heads, rows, left=5)
    first = max(MOST, sum(mark == "needed" for mark in marks))
    rest = Sheet(say("More steps"), made.heads, made.rows[first:], marks[first:])
    return Sheet(made.caption, made.heads, made.rows[:first], marks[:first]), rest if rest.rows else None
