"""Horizon: the days ahead, cut at every week's and every month's end, so that both add up from the same paths."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from solvent.base.calendar import month_end
from solvent.base.terms import Terms, term

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_BINS = 64
"""No horizon has more bins: the kernel keeps one row of a path in so many places."""


@dataclass(frozen=True)
class Outlooked(Terms, key="simulation.horizon"):
    """How far and how finely the company looks ahead."""

    weeks: int = term(26, unit="full calendar weeks after the current one", source="DESIGN 1: 26 weeks and 6 months")
    months: int = term(6, unit="month ends that the horizon reaches at least", source="REQUIREMENTS CA-03")
    paths: int = term(10_000, unit="simulated paths", source="DESIGN 1: 5 % quantiles right to about 0.3 %")


DEFAULTS = Outlooked()


@dataclass(frozen=True)
class Horizon:
    """Bins of days after ``as_of``; the last day of each is in ``ends``.

    A bin lies in one calendar week (Monday to Sunday) and in one month: bin sums add up to weeks and to months.
    """

    as_of: date
    ends: tuple[date, ...]

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def starts(self) -> tuple[date, ...]:
        """The first day of each bin."""
        return tuple(day + timedelta(days=1) for day in (self.as_of, *self.ends[:-1]))

    @property
    def end_days(self) -> Ints:
        """[bins]: days from ``as_of`` to the end of each bin."""
        return np.array([(day - self.as_of).days for day in self.ends], dtype=np.int64)

    @property
    def lengths(self) -> Ints:
        """[bins]: days in each bin."""
        return np.diff(self.end_days, prepend=0).astype(np.int64)

    @property
    def week_of(self) -> Ints:
        """[bins]: place of its week, 0 the week of the day after ``as_of``."""
        first = _sunday(self.ends[0])
        return np.array([(_sunday(day) - first).days // 7 for day in self.ends], dtype=np.int64)

    @property
    def month_of(self) -> Ints:
        """[bins]: place of its month, 0 the month of the day after ``as_of``."""
        first = self.as_of + timedelta(days=1)
        return np.array([(day.year - first.year) * 12 + day.month - first.month for day in self.ends], dtype=np.int64)

    @property
    def week_ends(self) -> tuple[date, ...]:
        """The last day of each week within the horizon: its Sunday."""
        return self._last_of(self.week_of)

    @property
    def month_ends(self) -> tuple[date, ...]:
        """The last day of each month within the horizon; the last may be cut short."""
        return self._last_of(self.month_of)

    def _last_of(self, places: Ints) -> tuple[date, ...]:
        return tuple(self.ends[int(np.flatnonzero(places == place)[-1])] for place in range(int(places[-1]) + 1))

    def by_week(self, binned: Floats) -> Floats:
        """Flows in bins, [..., bins], as flows in weeks, [..., weeks]."""
        return _summed(binned, self.week_of)

    def by_month(self, binned: Floats) -> Floats:
        """Flows in bins, [..., bins], as flows in months, [..., months]."""
        return _summed(binned, self.month_of)

    def at_week_ends(self, levels: Floats) -> Floats:
        """Levels at bin ends, [..., bins], as levels at the ends of weeks."""
        picked: Floats = levels[..., [int(np.flatnonzero(self.week_of == w)[-1]) for w in range(len(self.week_ends))]]
        return picked

    def at_month_ends(self, levels: Floats) -> Floats:
        """Levels at bin ends, [..., bins], as levels at the ends of months."""
        picked: Floats = levels[..., [int(np.flatnonzero(self.month_of == m)[-1]) for m in range(len(self.month_ends))]]
        return picked

    def bin_of(self, day: date) -> int:
        """The bin of a day: 0 for days up to the first bin's end (what is overdue falls there), len: beyond."""
        return bisect_left(self.ends, day)

    def bins_of(self, days: Any) -> Ints:
        """The bins of days told as whole days after ``as_of``; those at or before 0 fall into bin 0."""
        return np.searchsorted(self.end_days, np.asarray(days), side="left").astype(np.int64)


def horizon(as_of: date, terms: Outlooked = DEFAULTS) -> Horizon:
    """The rest of the current week, ``weeks`` full weeks and at least ``months`` month ends after ``as_of``.

    >>> ahead = horizon(date(2026, 10, 30), Outlooked(weeks=2, months=0))
    >>> [day.isoformat() for day in ahead.ends]
    ['2026-10-31', '2026-11-01', '2026-11-08', '2026-11-15']
    >>> ahead.week_of.tolist(), ahead.month_of.tolist()
    ([0, 0, 1, 2], [0, 1, 1, 1])
    """
    first = as_of + timedelta(days=1)
    last = _sunday(first) + timedelta(days=7 * terms.weeks)
    months = _month_ends(first, terms.months)
    if months:
        last = max(last, _sunday(months[-1]))
    sundays = _every(_sunday(first), 7, last)
    inner = [
        day for day in _month_ends(first, (last.year - first.year) * 12 + last.month - first.month + 1) if day < last
    ]
    return Horizon(as_of, tuple(sorted({*sundays, *inner})))


def weekly(as_of: date, weeks: int) -> Horizon:
    """Plain weeks of seven days after ``as_of``, for calculations that ask for no calendar."""
    return Horizon(as_of, tuple(as_of + timedelta(days=7 * (week + 1)) for week in range(weeks)))


def _sunday(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())


def _every(first: date, step: int, last: date) -> Sequence[date]:
    return [first + timedelta(days=offset) for offset in range(0, (last - first).days + 1, step)]


def _month_ends(first: date, count: int) -> Sequence[date]:
    ends: list[date] = []
    day = first
    for _ in range(count):
        ends.append(month_end(day))
        day = ends[-1] + timedelta(days=1)
    return ends


def _summed(binned: Floats, places: Ints) -> Floats:
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    added: Floats = np.add.reduceat(binned, starts, axis=-1)
    return added
