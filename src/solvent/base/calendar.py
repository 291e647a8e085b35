"""Calendar: workdays by country (with Chinese make-up workdays), month ends, trailing windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import holidays
import polars as pl

FIRST_YEAR, LAST_YEAR = 1990, 2060


def month_end(day: date) -> date:
    """The last day of the day's month.

    >>> month_end(date(2024, 2, 3))
    datetime.date(2024, 2, 29)
    """
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day.

    >>> months_before(date(2026, 3, 31), 1), months_before(date(2026, 1, 15), 12)
    (datetime.date(2026, 2, 28), datetime.date(2025, 1, 15))
    """
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), month_end(first))


def month_ends(as_of: date, count: int) -> Sequence[date]:
    """The last ``count`` month ends that are over at the end of ``as_of``, oldest first.

    >>> month_ends(date(2026, 3, 15), 2)
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28))
    """
    newest = as_of if as_of == month_end(as_of) else as_of.replace(day=1) - timedelta(days=1)
    return tuple(month_end(months_before(newest.replace(day=1), back)) for back in range(count - 1, -1, -1))


def quarter_ends(as_of: date, count: int) -> Sequence[date]:
    """The last ``count`` quarter ends that are over at the end of ``as_of``, oldest first.

    >>> quarter_ends(date(2026, 3, 31), 2)
    (datetime.date(2025, 12, 31), datetime.date(2026, 3, 31))
    """
    return tuple(day for day in month_ends(as_of, 3 * count) if day.month % 3 == 0)


@cache
def days_off(country: str, first_year: int, last_year: int) -> frozenset[date]:
    """Every day in the years given on which ``country`` (ISO 3166 code) does not work, weekends included.

    A weekend day that China makes a workday (调休) is not in it. A country unknown to the calendar has weekends only.
    """
    years = range(first_year, last_year + 1)
    known = country in holidays.list_supported_countries()
    calendar: holidays.HolidayBase = (
        holidays.country_holidays(country, years=years) if known else holidays.HolidayBase(years=years)
    )
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    every = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return frozenset(day for day in every if not calendar.is_working_day(day))


def workdays_between(start: pl.Expr, end: pl.Expr, *, country: str, years: tuple[int, int]) -> pl.Expr:
    """Working days after ``start`` up to and including ``end``; negative where ``end`` is earlier.

    Args:
        start, end: Date expressions.
        country: ISO 3166 code, ``CN``.
        years: the first and last year that the dates can fall in.
    """
    off = days_off(country, *years)
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    running, count = [], 0
    for offset in range((last - first).days + 1):
        count += (first + timedelta(days=offset)) not in off
        running.append(count)
    table = pl.Series(running, dtype=pl.Int64)

    def position(day: pl.Expr) -> pl.Expr:
        return (day - pl.lit(first)).dt.total_days().clip(0, len(running) - 1).cast(pl.UInt32)

    return pl.lit(table).gather(position(end)) - pl.lit(table).gather(position(start))
