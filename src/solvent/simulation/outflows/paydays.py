"""Paydays: on which day a payment falls when its own day is a day off, as whole days of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from solvent.base.calendar import FIRST_YEAR, LAST_YEAR, days_off, month_end
from solvent.simulation.horizon import Ints

AFTER, BEFORE, SAME = "after", "before", "same"
"""What happens on a day off: paid on the next working day, on the one before, or all the same."""

RULES = (AFTER, BEFORE, SAME)
RUN_SHARE = 0.8
"""Share of payments on one weekday from which there is a pay run on it."""


@dataclass(frozen=True)
class Paydays:
    """The working days of a country between two years; days are ordinals (``date.toordinal``).

    origin: the first day. before, after: [days], the nearest working day up to each day, and from it on.
    """

    origin: int
    before: Ints
    after: Ints

    def moved(self, days: Ints, rule: str) -> Ints:
        """Where payments due on ``days`` fall by one of RULES.

        >>> told = paydays("GB", 2026, 2026)
        >>> saturday = np.array([date(2026, 6, 6).toordinal()])
        >>> [date.fromordinal(int(told.moved(saturday, rule)[0])).day for rule in RULES]
        [8, 5, 6]
        """
        if rule == SAME:
            return days
        table = self.after if rule == AFTER else self.before
        return table[np.clip(days - self.origin, 0, len(table) - 1)]

    def nearest(self, days: Ints) -> Ints:
        """The nearest working day of each, the earlier where two are as near."""
        back, on = self.moved(days, BEFORE), self.moved(days, AFTER)
        near: Ints = np.where(days - back <= on - days, back, on)
        return near


@cache
def paydays(country: str, first_year: int, last_year: int) -> Paydays:
    """The working days of a country; a month more at either end, so that moved days are found."""
    first, last = max(first_year - 1, FIRST_YEAR), min(last_year + 1, LAST_YEAR)
    off = {day.toordinal() for day in days_off(country, first, last)}
    origin = date(first, 1, 1).toordinal()
    days = np.arange(origin, date(last, 12, 31).toordinal() + 1, dtype=np.int64)
    open_ = np.array([day not in off for day in days.tolist()])
    before = np.maximum.accumulate(np.where(open_, days, origin))
    after = np.minimum.accumulate(np.where(open_, days, days[-1])[::-1])[::-1]
    return Paydays(origin, before, np.ascontiguousarray(after))


def pay_run(days: Ints) -> int | None:
    """The weekday (0: Monday) on which next to all payments are made; None: there is none."""
    if len(days) < 8:
        return None
    counts = np.bincount((days + 6) % 7, minlength=7)
    return int(counts.argmax()) if counts.max() >= RUN_SHARE * len(days) else None


def on_run(calendar: Paydays, days: Ints, weekday: int | None) -> Ints:
    """The nearest pay day of each: a working day, or the weekday of the pay run, moved off days off."""
    if weekday is None:
        return calendar.nearest(days)
    ahead = (weekday - (days + 6) % 7 + 3) % 7 - 3
    return calendar.nearest(days + ahead)


def month_number(day: date) -> int:
    """Months since year 0: neighbours differ by 1."""
    return day.year * 12 + day.month - 1


def nth_of(month: int, day: int) -> int:
    """The ordinal of a day of the month told by number, at most its last one.

    >>> date.fromordinal(nth_of(month_number(date(2026, 2, 1)), 31)).isoformat()
    '2026-02-28'
    """
    first = date(month // 12, month % 12 + 1, 1)
    return first.toordinal() + min(day, month_end(first).day) - 1
