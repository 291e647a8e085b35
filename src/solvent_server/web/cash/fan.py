"""Fan: the cash line as a still picture, for paper and where no script runs; and small lines beside figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from solvent.files.language import Language
from solvent_server.web.charts.chart import bounds

WIDE, HIGH, LEFT, RIGHT, TOP, FOOT = 880.0, 320.0, 74.0, 12.0, 12.0, 28.0
BANDS = ((0.05, 0.95), (0.10, 0.90), (0.25, 0.75))
"""Shares of paths between which each band lies, the widest first."""


@dataclass(frozen=True)
class Line:
    """A level across the whole picture. kind: ``floor``, ``orange``, ``reserve`` or ``zero``."""

    kind: str
    y: float


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Picture:
    """What is drawn, in units of the picture.

    bands: outlines, the widest first. middle, other: points of a polyline; other is empty without a second line.
    """

    wide: float
    high: float
    left: float
    right: float
    foot: float
    bands: Sequence[str]
    middle: str
    other: str
    lines: Sequence[Line]
    levels: Sequence[Tick]
    days: Sequence[Tick]


def picture(
    days: Sequence[date],
    bands: Mapping[float, Sequence[float]],
    levels: Mapping[str, float | None],
    language: Language,
    other: Sequence[float] = (),
) -> Picture | None:
    """The cash line of some days; None without a day.

    Args:
        bands: share of paths to the balance at each day, main units; 0.5 is the line.
        levels: kind of line to its balance; None: not known, and not drawn.
        other: a second line, as it is without a change.
    """
    if not days:
        return None
    lines = {kind: level for kind, level in levels.items() if level is not None}
    lowest = min(*bands[BANDS[0][0]], 0.0, *lines.values(), *other)
    highest = max(*bands[BANDS[0][1]], 0.0, *lines.values(), *other)
    low, high, step = bounds(lowest, highest)
    across, up = WIDE - LEFT - RIGHT, HIGH - TOP - FOOT

    def x(place: int) -> float:
        return round(LEFT + across * (place / max(len(days) - 1, 1)), 1)

    def y(level: float) -> float:
        return round(TOP + up * (high - level) / (high - low), 1)

    def points(values: Sequence[float], places: Sequence[int]) -> str:
        return " ".join(f"{x(place)},{y(values[place])}" for place in places)

    forth, back = range(len(days)), range(len(days) - 1, -1, -1)
    every = max(1, ceil(len(days) / 9))
    count = round((high - low) / step)
    return Picture(
        WIDE,
        HIGH,
        LEFT,
        WIDE - RIGHT,
        HIGH - FOOT,
        [f"{points(bands[top], forth)} {points(bands[bottom], back)}" for bottom, top in BANDS],
        points(bands[0.5], forth),
        points(other, forth) if other else "",
        [Line(kind, y(level)) for kind, level in {"zero": 0.0, **lines}.items()],
        [Tick(y(low + step * place), language.brief(low + step * place)) for place in range(count + 1)],
        [Tick(x(place), language.short_day(days[place])) for place in forth if place % every == 0],
    )


def spark(values: Sequence[float | None]) -> str:
    """A few figures as a small line, points in a box of 96 by 24; gaps are left out.

    >>> spark([1.0, None, 3.0])
    '2.0,22.0 94.0,2.0'
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    return " ".join(
        f"{round(2 + 92 * place / (len(values) - 1), 1)},{round(22 - 20 * (value - low) / span, 1)}"
        for place, value in enumerate(values)
        if value is not None
    )
