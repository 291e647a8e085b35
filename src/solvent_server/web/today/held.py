"""Held: what a key figure of the day is held against: its target, whether it keeps it, and where it has moved since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from solvent_server.store.keeping.assessments import Kept
from solvent_server.web.cash.told import NONE, Told
from solvent_server.web.parts.page import Look

STEADY = 0.001
"""A change of less than this share of what was counts as none."""


@dataclass(frozen=True)
class Target:
    """What a figure ought to be, in words. met: whether it is; None: that cannot be told."""

    text: str
    met: bool | None


@dataclass(frozen=True)
class Trend:
    """Where a figure has moved. sign: an arrow; text: by how much, since when. good: None where it is neither."""

    sign: str
    text: str
    good: bool | None = None


def moved(
    look: Look, now: float | None, was: tuple[float | None, date | None], form: Callable[[float], str],
    *, more: bool | None,
) -> Trend | None:  # fmt: skip
    """How a figure stands to an earlier one; None where one of them is not known.

    Args:
        was: the earlier figure and its day. form: how a change is written, without its sign. more: whether more is
            better; None: neither.
    """
    before, since = was
    if now is None or before is None or since is None:
        return None
    change = now - before
    if abs(change) <= STEADY * abs(before):
        return Trend("▶", look.say("as on {day}", day=look.language.day(since)))
    text = look.say(
        "{change} since {day}", change=("+" if change > 0 else "−") + form(abs(change)), day=look.language.day(since)
    )
    return Trend("▲" if change > 0 else "▼", text, None if more is None else (change > 0) is more)


def month_before(rows: Sequence[Mapping[str, Any]], as_of: date, column: str) -> tuple[float | None, date | None]:
    """The figure of the last month end before a day, and that month end."""
    for row in reversed(rows):
        ended = date.fromisoformat(row["month_end"])
        if ended < as_of:
            return (None if row[column] is None else float(row[column])), ended
    return None, None


def lowest_of(report: Mapping[str, Any]) -> float | None:
    """The lowest median balance of thirteen weeks."""
    weeks = [row["lowest_p50"] for row in (report["cash_outlook"]["weeks_ahead"] or [])[:13]]
    return min((float(value) for value in weeks if value is not None), default=None)


def chance_of(report: Mapping[str, Any]) -> float | None:
    """The chance to fall under the floor in all weeks."""
    hole = report["cash_outlook"]["gap"]
    return None if hole is None else hole["horizon_chance"]


def points(look: Look) -> Callable[[float], str]:
    """A change of a share."""
    return lambda value: look.say("{points} percentage points", points=f"{value * 100:.1f}")


def of_report(look: Look, before: Kept | None, read: Callable[[Mapping[str, Any]], float | None],
              form: Callable[[float], str], *, more: bool) -> Trend | None:  # fmt: skip
    """How a figure of the report stands to that of an earlier assessment."""
    assert look.kept is not None
    if before is None:
        return None
    return moved(look, read(look.kept.report), (read(before.report), before.as_of), form, more=more)


def at_least(look: Look, told: Told, name: str, now: float | None, line: float | None) -> Target:
    """A balance that ought not to be under a line.

    Args:
        name: a sentence with ``{amount}``.
    """
    if line is None:
        return Target(NONE, None)
    return Target(look.say(name, amount=told.money(f"{line:.2f}")), None if now is None else now >= line)
