"""Rhythm: how often a payment recurs, on which day, and what it does when that day is a day off."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Bools, Ints
from solvent.simulation.outflows.paydays import RULES, Paydays, month_number, nth_of

ONCE, IRREGULAR = "once", "irregular"
BY_DAYS = {7: "weekly", 14: "fortnightly"}
BY_MONTHS = {1: "monthly", 2: "two_monthly", 3: "quarterly", 6: "half_yearly", 12: "yearly"}
RHYTHMS = (*BY_DAYS.values(), *BY_MONTHS.values(), IRREGULAR, ONCE)


@dataclass(frozen=True)
class Rhythms(Terms, key="simulation.outflows.rhythm"):
    """What counts as a rhythm."""

    country: str = term(
        "CN", unit="country whose workdays count", form="country", source="own choice: the company's home"
    )
    hit_share: float = term(
        0.7,
        unit="share of days foreseen and days paid that fall together",
        most=1,
        source="own choice: a holiday, a slip",
    )
    times: int = term(3, unit="payments from which a rhythm is believed", source="own choice: two may be chance")
    alike_share: float = term(
        0.02, unit="difference of two amounts under which two payments will do", source="own choice: a new contract"
    )
    missed: int = term(2, unit="times missed running after which it has ended", source="own choice: once is a slip")
    judged: int = term(24, unit="last times by which a rhythm is judged", source="own choice: two years of months")


DEFAULTS = Rhythms()


@dataclass(frozen=True)
class Rhythm:
    """When a payment recurs. Days are ordinals.

    months: every so many months (0: counted in days), step: every so many days. anchor: the month (by ``month_number``)
    or day of one payment. day: day of the month, 31 its last. rule: one of ``paydays.RULES``. offsets: by how many days
    the last payments were off that day.
    """

    months: int
    step: int
    anchor: int
    day: int
    rule: str
    offsets: tuple[int, ...] = (0,)

    @property
    def name(self) -> str:
        """One of RHYTHMS."""
        return BY_MONTHS[self.months] if self.months else BY_DAYS[self.step]

    @property
    def a_year(self) -> float:
        """How many times a year it recurs."""
        return 12.0 / self.months if self.months else 365.25 / self.step

    @property
    def slack(self) -> int:
        """How many days a payment may be off its day and still be this one."""
        return {1: 6, 2: 12}.get(self.months, 15) if self.months else (self.step - 1) // 2

    def days(self, first: int, last: int, calendar: Paydays) -> Ints:
        """The days foreseen from ``first`` to ``last``, in order."""
        if self.months:
            low, high = month_number(date.fromordinal(first - 40)), month_number(date.fromordinal(last + 40))
            start = low + (self.anchor - low) % self.months
            own = np.array([nth_of(month, self.day) for month in range(start, high + 1, self.months)], dtype=np.int64)
        else:
            own = np.arange(first - 40 + (self.anchor - first + 40) % self.step, last + 40, self.step, dtype=np.int64)
        moved = calendar.moved(own, self.rule)
        return moved[(moved >= first) & (moved <= last)]


@dataclass(frozen=True)
class Seen:
    """A rhythm against the past. days: foreseen from its first payment on. places: [days], place of the payment that
    each day saw, -1: missed. strays: places of payments that no day foresaw."""

    rhythm: Rhythm
    days: Ints
    places: Ints
    strays: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def hits(self) -> Bools:
        """[days]: whether it was paid."""
        hit: Bools = self.places >= 0
        return hit

    def ended(self, missed: int) -> bool:
        """Missed at the end at least ``missed`` times, and longer than ever before."""
        return self.run >= missed and self.run > self.longest

    @property
    def run(self) -> int:
        """How many times it was missed since it was last paid."""
        return len(self.places) - 1 - int(np.flatnonzero(self.hits)[-1])

    @property
    def longest(self) -> int:
        """The longest run of misses before it was last paid."""
        paid = np.flatnonzero(self.hits)
        return int((np.diff(paid) - 1).max()) if len(paid) > 1 else 0


def recognise(days: Ints, amounts: Ints, seen_to: int, calendar: Paydays, terms: Rhythms = DEFAULTS) -> Seen | None:
    """The rhythm of payments; None where they have none.

    Args:
        days: [payments], rising ordinals, each once. amounts: [payments], for two alike ones. seen_to: last day known.
    """
    if len(days) < 2:
        return None
    if len(days) < terms.times:
        near = abs(float(amounts[-1]) / float(amounts[-2]) - 1.0) <= terms.alike_share
        gap = int(days[-1] - days[-2])
        months = 1 if 26 <= gap <= 36 else 12 if 350 <= gap <= 380 else 0
        if not near or not months:
            return None
        return seen(_monthly(days, months, calendar), days, seen_to, calendar)
    recent = days[-terms.judged :]
    gaps = np.diff(recent)
    middle = float(np.median(gaps))
    if middle <= 17:
        step = 7 if middle <= 10 else 14
        found = [_weekly(recent, step)] if abs(middle - step) <= 2 else []
    else:
        every = [months for months in BY_MONTHS if abs(middle / 30.44 / months - 1.0) <= 0.4]
        found = [_monthly(recent, months, calendar) for months in every]
    best, share = None, 0.0
    for rhythm in found:
        told = seen(rhythm, days, seen_to, calendar)
        judged = _judged(told, days, terms)
        if judged > share + 1e-9:
            best, share = told, judged
    return best if share >= terms.hit_share else None


def _judged(told: Seen, days: Ints, terms: Rhythms) -> float:
    """Days that fall together over all days foreseen or paid, among the last times up to the last payment."""
    last = int(np.flatnonzero(told.hits)[-1]) + 1 if told.hits.any() else 0
    hits = told.hits[:last][-terms.judged :]
    since = told.days[:last][-terms.judged :][0] if last else 0
    strays = int((days[told.strays] >= since).sum())
    return float(hits.sum()) / (len(hits) + strays) if len(hits) else 0.0


def seen(rhythm: Rhythm, days: Ints, seen_to: int, calendar: Paydays) -> Seen:
    """A rhythm against payments: each day foreseen takes the nearest payment within the slack.

    Days that lie so near to ``seen_to`` that they may still be paid are not foreseen yet.
    """
    slack = rhythm.slack
    grace = max(abs(offset) for offset in rhythm.offsets) + 3
    foreseen = rhythm.days(int(days[0]) - slack, seen_to, calendar)
    right = np.searchsorted(days, foreseen)
    left = np.clip(right - 1, 0, len(days) - 1)
    right = np.clip(right, 0, len(days) - 1)
    near = np.where(np.abs(days[left] - foreseen) <= np.abs(days[right] - foreseen), left, right)
    places = np.where(np.abs(days[near] - foreseen) <= slack, near, -1)
    places[1:][(places[1:] == places[:-1])] = -1
    first = int(np.flatnonzero(places >= 0)[0]) if (places >= 0).any() else 0
    foreseen, places = foreseen[first:], places[first:]
    ripe = (places >= 0) | (foreseen <= seen_to - grace)
    foreseen, places = foreseen[ripe], places[ripe]
    strays = np.setdiff1d(np.arange(len(days)), places)
    return Seen(rhythm, foreseen, places, strays)


def assumed(day: int) -> Rhythm:
    """Once a month on the day of the month of its one payment: what is left where history is too short to see more."""
    own = date.fromordinal(day)
    return Rhythm(1, 0, month_number(own), own.day, RULES[0])


def _weekly(days: Ints, step: int) -> Rhythm:
    """Every so many days, on the weekday of most payments."""
    weekdays = np.bincount((days + 6) % 7, minlength=7)
    anchor = int(days[-1])
    if weekdays.max() >= 0.5 * len(days):
        on = days[(days + 6) % 7 == weekdays.argmax()]
        anchor = int(on[-1])
    phase = (days - anchor + step // 2) % step - step // 2
    return Rhythm(0, step, anchor, 0, "same", tuple(int(one) for one in phase[-12:]))


def _monthly(days: Ints, months: int, calendar: Paydays) -> Rhythm:
    """The day of the month and the rule for days off that explain payments best.

    Months are told apart where payments are not: payments around the turn of a month belong to one of the two.
    """
    own = [date.fromordinal(int(day)) for day in days]
    turn = np.array([day.day for day in own]) * (2 * np.pi / 30.44)
    middle = np.arctan2(np.sin(turn).mean(), np.cos(turn).mean()) / (2 * np.pi) * 30.44
    centre = int(np.rint(middle)) % 30
    places = np.array([month_number(date.fromordinal(int(day) + 15 - centre)) for day in days])
    counts = np.bincount(places % months, minlength=months)
    kept = places % months == counts.argmax()
    places, paid = places[kept], days[kept]
    # The middle of the month in which each payment falls, as a day: the nominal day nearest to it is meant.
    around = np.array([nth_of(int(month), 15) for month in places]) - 15 + centre
    best: tuple[float, int, int, Rhythm] | None = None
    often = np.bincount(np.array([day.day for day in own]), minlength=32)
    for day in range(1, 32):
        if min((day - centre) % 30, (centre - day) % 30) > 7:
            continue
        nominal = np.array([_nearest(int(one), day) for one in around])
        for place, rule in enumerate(RULES):
            off = paid - calendar.moved(nominal, rule)
            cost = float(np.minimum(np.abs(off), 6).mean())
            if best is None or (cost, -often[day], place) < best[:3]:
                anchor = month_number(date.fromordinal(int(nominal[-1])))
                offsets = tuple(int(one) for one in off[-12:])
                best = (cost, -int(often[day]), place, Rhythm(months, 0, anchor, day, rule, offsets))
    assert best is not None
    return best[3]


def _nearest(around: int, day: int) -> int:
    """The nominal day nearest to a day: in its month, or in one beside it."""
    month = month_number(date.fromordinal(around))
    return min((nth_of(month + step, day) for step in (-1, 0, 1)), key=lambda one: abs(one - around))
