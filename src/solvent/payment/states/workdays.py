"""Workdays: money arrives on working days. What a law expects on days off comes on the next day on which banks work.

A law counts calendar days and knows nothing of Golden Week. Since its money only rolls forward, what is here by the
end of a day is what the law expects by the last working day up to it. Whether the rule holds for a company is read
from its own receipts: books that date money on Saturdays as on Tuesdays are not told otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.calendar import days_off
from solvent.base.terms import Terms, term
from solvent.payment.curves import Curves
from solvent.payment.grid import Floats, Ints

LONGEST = 30
"""No country is off for so many days on end."""


@dataclass(frozen=True)
class Workdays(Terms, key="payment.workdays"):
    """Which days banks work, and how it is told whether the books keep to them."""

    country: str = term(
        "CN", unit="ISO 3166 code", form="country", source="own choice: our bank's calendar, make-up days too"
    )
    most_share: float = term(
        0.5,
        unit="payments on days off over what chance would put there, up to which money waits for working days",
        source="own choice: back-tested; books in between are rare",
    )
    payments: int = term(20, unit="payments without which money is taken to wait", source="own choice")


DEFAULTS = Workdays()


def keeps_workdays(items: pl.DataFrame, terms: Workdays = DEFAULTS) -> bool:
    """True where payments of the past came on working days, or too few are known to say.

    Args:
        items: as ``history.history`` gives them.
    """
    paid = items.filter(pl.col("end") == "paid").get_column("ended_on")
    if len(paid) < terms.payments:
        return True
    days = paid.value_counts()
    first, last = paid.min(), paid.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    off = days_off(terms.country, first.year, last.year)
    came = days.filter(pl.col("ended_on").is_in(list(off))).get_column("count").sum()
    span = (last - first).days + 1
    by_chance = sum((first + timedelta(days=day)) in off for day in range(span)) / span
    return bool(came <= terms.most_share * by_chance * len(paid))


def last_workdays(days: Sequence[date], country: str) -> Sequence[date]:
    """The last day up to each of ``days`` on which ``country`` works.

    >>> [day.isoformat() for day in last_workdays([date(2026, 10, 7), date(2026, 10, 10), date(2026, 10, 11)], "CN")]
    ['2026-09-30', '2026-10-10', '2026-10-10']
    """
    if not days:
        return ()
    off = days_off(country, min(days).year - 1, max(days).year)

    def back(day: date) -> date:
        for days_back in range(LONGEST):
            if day - timedelta(days=days_back) not in off:
                return day - timedelta(days=days_back)
        return day

    return tuple(back(day) for day in days)


def offsets(as_of: date, ends: Sequence[date], country: str | None) -> tuple[int, Ints]:
    """The days from ``as_of`` to the last working day up to it, never positive, and to that of each end.

    Args:
        country: None: money comes on any day.
    """
    days = (as_of, *ends) if country is None else last_workdays((as_of, *ends), country)
    told = np.array([(day - as_of).days for day in days], dtype=np.int64)
    return int(told[0]), told[1:]


def paid_by(
    curves: Curves, ends: Sequence[date], terms: Workdays = DEFAULTS, countries: Sequence[str] | None = None
) -> Floats:
    """The chance that the money is here by the end of each day, given that it was not at the end of ``as_of``.

    Args:
        ends: days after ``curves.as_of``.
        countries: [items], whose days off count for each; None: those of the term.

    Returns:
        [items, ends].
    """
    if countries is None:
        since, within = offsets(curves.as_of, ends, terms.country)
        return curves.paid_within(within.tolist(), since)
    out = np.empty((len(curves.age), len(ends)))
    named = np.asarray(countries)
    for country in np.unique(named):
        rows = named == country
        since, within = offsets(curves.as_of, ends, str(country))
        out[rows] = curves.keep(rows).paid_within(within.tolist(), since)
    return out
