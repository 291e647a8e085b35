"""Grade shown: the list of grades, and one customer's whole card, screening and advice, on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from solvent.base.problem import Fact
from solvent.credit.grading.advice import Change, Sheet
from solvent.credit.grading.quick import FACTS
from solvent.files.commands.credit.grade_words import (
    ANSWER,
    AXIS,
    BASIS,
    CAP,
    FACTOR,
    LOOK,
    REGISTER_STATE,
    STATE,
    TIER,
    UNIT,
)
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent.measures.sums import Figure

Row = Mapping[str, Any]
UNITS = {
    "equity_share": "share", "current_ratio": "times", "quick_ratio": "times", "net_margin": "share",
    "capital_times": "times", "on_time_share": "share", "recent_delay_days": "days", "delay_rise_days": "days",
    "oldest_overdue_days": "days",
}  # fmt: skip
"""Units of what a customer can change."""


def show_all(as_of: date, rows: pl.DataFrame, most: int, screen: Screen) -> None:
    """The customers, the worst first, and how many there are of each grade."""
    language = screen.language
    screen.heading(language.say("Grades at the end of {day}", day=language.day(as_of)))
    counts = rows.group_by("grade").len().sort("grade")
    parts = [f"{grade} {language.count(count)}" for grade, count in counts.iter_rows()]
    screen.line(language.say("{count} customers: {parts}", count=language.count(rows.height), parts=" · ".join(parts)))
    shown, colours = [], []
    for row in rows.head(most).iter_rows(named=True):
        word, colour = TIER[row["tier"]]
        why = [language.say(FACTOR[name]) for name in row["reasons"] or ()]
        if row["capped_by"] is not None:
            why.insert(0, language.say(CAP[row["capped_by"]]))
        shown.append(
            (
                language.say(word),
                row["customer_id"],
                row["name"] or "",
                row["grade"],
                language.share(row["yearly_default_chance"]),
                language.number(row["ability"], 0),
                language.number(row["willingness"], 0),
                language.listed(why) if why else "",
            )
        )
        colours.append(colour)
    screen.coloured(
        ("", "customer_id", "name", "grade", "chance to fail", "ability", "willingness", "lowered by"), shown, colours
    )
    if rows.height > most:
        told = language.say("{count} more rows; --top or --csv shows them.", count=rows.height - most)
        screen.line(told, style="dim")


def show_admission(found: Figure, screen: Screen) -> None:
    """How long admissions took, where any was asked for."""
    language, inputs = screen.language, found.inputs
    if found.value is None:
        return
    told = language.say(
        "Admission took {mean} days on average (median {median}) over {count} decisions; {open} are open.",
        mean=language.days(found.value),
        median=language.days(_float(inputs["median_days"])),
        count=inputs["decided"],
        open=inputs["open"],
    )
    if inputs["change"] is not None:
        told += " " + language.say(
            "Change against before: {change}, target {target}.",
            change=language.share(_float(inputs["change"])),
            target=language.share(_float(inputs["target_change"])),
        )
    screen.line(told)


def _float(value: Fact) -> float | None:
    return None if value is None else float(value)


def show_quick(as_of: date, rows: pl.DataFrame, most: int, screen: Screen) -> None:
    """The quick screen: points of what is known, and the answer."""
    language = screen.language
    screen.heading(language.say("Quick screen at the end of {day}", day=language.day(as_of)))
    shown, colours = [], []
    for row in rows.head(most).iter_rows(named=True):
        word, colour = ANSWER[row["answer"]]
        shown.append((language.say(word), row["customer_id"], row["name"] or "", f"{row['points']}/{row['most']}"))
        colours.append(colour)
        points = [row[f"{name}_points"] for name in FACTS]
        shown[-1] = (*shown[-1], *("-" if one is None else str(one) for one in points))
    facts = [language.say(FACTOR[name]) for name in FACTS]
    screen.coloured(("", "customer_id", "name", "points", *facts), shown, colours)
    if rows.height > most:
        told = language.say("{count} more rows; --top or --csv shows them.", count=rows.height - most)
        screen.line(told, style="dim")


@dataclass(frozen=True)
class Full:
    """All that is shown of one customer: its row of the table, its card, screening steps, advice and changes."""

    as_of: date
    row: Row
    card: pl.DataFrame
    steps: pl.DataFrame
    sheet: Sheet
    changes: pl.DataFrame


def show_one(full: Full, screen: Screen) -> None:
    """One customer: grade and what it rests on, the card with its points, the screening, and what would help."""
    language, row = screen.language, full.row
    screen.heading(f"{row['customer_id']} {row['name'] or ''} · {language.day(full.as_of)}")
    word, colour = TIER[row["tier"]]
    screen.line(
        language.say(
            "Grade {grade} ({colour}), chance to fail within a year {chance}; it rests on {basis}.",
            grade=row["grade"],
            colour=language.say(word),
            chance=language.share(row["yearly_default_chance"]),
            basis=language.say(BASIS[row["basis"]]),
        ),
        style=colour,
    )
    screen.line(
        language.say(
            "Ability {ability} of 100, willingness {willingness} of 100; {share} of the card is known.",
            ability=language.number(row["ability"], 0),
            willingness=language.number(row["willingness"], 0),
            share=language.share(row["known_share"]),
        )
    )
    if row["capped_by"] is not None:
        told = "By points it would be {grade}; what caps it: {cap}."
        screen.line(language.say(told, grade=row["own_grade"], cap=language.say(CAP[row["capped_by"]])), style="yellow")
    _card(full.card, screen)
    _screening(full.steps, screen)
    _advice(full.sheet, full.changes, screen)


def _card(card: pl.DataFrame, screen: Screen) -> None:
    language = screen.language
    for axis, name in AXIS.items():
        screen.heading(name)
        own = card.filter(pl.col("axis") == axis)
        rows = [
            (
                language.say(FACTOR[row["factor"]]),
                language.say(LOOK[row["look"]]),
                value_text(row["value"], row["unit"], language),
                language.number(row["points"], 1),
                language.number(row["best"], 1),
                language.number(row["lost"], 1) if row["lost"] else "",
            )
            for row in own.iter_rows(named=True)
        ]
        screen.table(("factor", "belongs to", "value", "points", "of", "lost"), rows, left=3)


def value_text(value: float | None, unit: str, language: Language) -> str:
    """A factor's value as a person reads it."""
    if value is None:
        return language.say("not known")
    if unit == "share":
        return language.share(value)
    if unit in UNIT:
        return language.say(UNIT[unit]).format(value=language.number(value, {"days": 0, "years": 1}.get(unit, 2)))
    return language.number(value, 0 if float(value).is_integer() else 2)


def _screening(steps: pl.DataFrame, screen: Screen) -> None:
    language = screen.language
    screen.heading("Screening")
    rows = [
        (
            language.say(LOOK[row["step"]]),
            language.say("must pass") if row["gate"] else language.say("looked into"),
            language.say(STATE[row["state"]]),
            "-" if row["told_on"] is None else language.day(row["told_on"]),
            "-" if row["expires_on"] is None else language.day(row["expires_on"]),
            _why(row, language),
        )
        for row in steps.iter_rows(named=True)
    ]
    screen.table(("step", "kind", "state", "found on", "good until", "evidence"), rows, left=6)


def _why(row: Row, language: Language) -> str:
    told = [text for text in (row["evidence"], row["reviewer"]) if text]
    reason: str | None = row["reason"]
    if reason is not None and reason.startswith("status:"):
        state = reason.removeprefix("status:")
        reason = language.say("the register says: {state}", state=language.say(REGISTER_STATE.get(state, state)))
    if row["state"] in ("open", "expired") and row["at_hand"]:
        told.append(language.say("the file holds what it needs"))
    return " · ".join([*told, *([reason] if reason else [])])


def _advice(sheet: Sheet, changes: pl.DataFrame, screen: Screen) -> None:
    language = screen.language
    if not sheet.changes:
        return
    screen.heading("What would help")
    rows = [
        (
            language.say(FACTOR[row["factor"]]),
            _value(row["factor"], row["from_value"], language),
            _value(row["factor"], row["to_value"], language),
            language.number(row["points_gain"], 1),
            row["grade_after"],
        )
        for row in changes.iter_rows(named=True)
    ]
    screen.table(("factor", "today", "at least to", "points", "grade then"), rows, left=3)
    if sheet.held_by:
        held = language.listed([language.say(CAP[name]) for name in sheet.held_by])
        screen.line(language.say("More points do not help as long as this holds the grade: {what}.", what=held))
    for way in sheet.ways:
        told = language.listed([_change(change, language) for change in way])
        screen.line(language.say("Grade {grade} is reached by: {changes}.", grade=sheet.next_grade, changes=told))
    if sheet.deposit_share is not None:
        told = "With {share} of each order paid before delivery we risk no more than with grade {grade}."
        screen.line(language.say(told, share=language.share(sheet.deposit_share), grade=sheet.next_grade))


def _change(change: Change, language: Language) -> str:
    to = _value(change.factor, change.to_value, language)
    return language.say("{factor} to {value}", factor=language.say(FACTOR[change.factor]), value=to)


def _value(factor: str, value: float | None, language: Language) -> str:
    return value_text(value, UNITS.get(factor, "points"), language)
