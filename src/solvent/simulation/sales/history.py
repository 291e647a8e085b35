"""History: what was invoiced, by whole months, and how a month's sales fall on its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.calendar import FIRST_YEAR, LAST_YEAR, days_off, month_end, months_before
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Basis, Books
from solvent.measures.sums import sales, sums
from solvent.simulation.horizon import Bools, Floats, Horizon, Ints

PARTS = 6
"""Parts of a month, in each of which a day sells alike."""


@dataclass(frozen=True)
class Invoiced(Terms, key="simulation.sales.history"):
    """What of the past counts."""

    country: str = term(
        "CN", unit="country whose workdays count", form="country", source="own choice: the company's home"
    )
    month_share: float = term(
        0.5, unit="share of a month that must be over to count as known", most=1, source="own choice: the larger part"
    )
    start_share: float = term(
        0.25,
        unit="share of the following year's middle month below which first months are left out",
        most=1,
        source="own choice: exports begin with what was still open",
    )
    profile_months: int = term(24, unit="last months from which the days of a month are learned", source="own choice")
    profile_days: float = term(20.0, unit="days of the past that an even month is worth", source="own choice")
    stale_days: int = term(45, unit="days without an invoice after which this is told", source="own choice")


DEFAULTS = Invoiced()


@dataclass(frozen=True)
class History:
    """Net invoicing up to the end of ``as_of``, in minor units of the books' currency; frozen.

    first: first day of the first month. monthly: [months], whole months, oldest first; the last may be made up from
    its days so far (``made_up``). so_far: invoiced in the month of the day after ``as_of``. over: share of that month
    that usually is invoiced by now. off_weight: sales of a day off, a workday being 1. part_weights: [PARTS].
    lumps: how unevenly a month falls on its parts: variance of a part's share of it, times the share.
    """

    as_of: date
    first: date
    monthly: Floats
    made_up: bool
    so_far: float
    over: float
    country: str
    off_weight: float
    part_weights: Floats
    lumps: float
    problems: tuple[Problem, ...]

    def day_weights(self, first: date, last: date) -> Floats:
        """[days]: what each day from ``first`` to ``last`` sells, an average workday being 1."""
        off, part = _kinds(first, last, self.country)
        told: Floats = np.where(off, self.off_weight, 1.0) * self.part_weights[part]
        return told

    def month_weights(self, count: int) -> Floats:
        """[count]: what each month from ``first`` on sells by its days alone."""
        return np.array([self.day_weights(*_month(self.first, place)).sum() for place in range(count)])


def history(books: Books, terms: Invoiced = DEFAULTS) -> History:
    """Invoices less credit notes by month, and the shape of a month.

    A currency without a rate is left out, which ``problems`` tell. Months at the beginning in which next to nothing was
    invoiced are left out: exports often begin with what was still open. The month of ``as_of`` counts as a whole
    month, by what usually is invoiced until that day, when the larger part of it is over.
    """
    daily, problems = _daily(books)
    as_of = books.as_of
    nothing = History(
        as_of, as_of.replace(day=1), np.zeros(0), False, 0.0, 0.0, terms.country, 1.0, np.ones(PARTS), 0.0, problems
    )
    if daily.is_empty():
        return nothing
    start = daily.item(0, "sold_on").replace(day=1)
    first_ahead = as_of + timedelta(days=1)
    ahead = first_ahead.replace(day=1)
    amounts = np.zeros((as_of - start).days + 1)
    places = (daily.get_column("sold_on") - start).dt.total_days().to_numpy()
    amounts[places] = daily.get_column("amount").to_numpy()
    bounds = [(_month(start, place)[0] - start).days for place in range(_months_between(start, ahead) + 1)]
    whole = np.add.reduceat(amounts, bounds[:-1]) if bounds[:-1] else np.zeros(0)
    if len(bounds) > 1:
        whole[-1] = amounts[bounds[-2] : bounds[-1]].sum()
    so_far = float(amounts[bounds[-1] :].sum())
    kept = _begun(whole, terms.start_share)
    whole, first = whole[kept:], _month(start, kept)[0]
    gross = daily.filter(pl.col("sold") > 0)
    shape = _shape(as_of, whole, gross, terms)
    told = History(as_of, first, whole, False, so_far, 0.0, terms.country, *shape, problems)
    over = 0.0
    if first_ahead != ahead:
        days = told.day_weights(*_month(ahead, 0))
        over = float(days[: (first_ahead - ahead).days].sum() / days.sum()) if days.sum() > 0 else 0.0
    made_up = over >= terms.month_share or (over > 0 and not len(whole))
    monthly = np.append(whole, so_far / over) if made_up else whole
    silent = (as_of - daily.item(-1, "sold_on")).days
    if silent > terms.stale_days:
        problems = (*problems, Problem("sales.silent", facts={"days": silent}))
    return History(as_of, first, monthly, made_up, so_far, over, terms.country, *shape, problems)


def shares(past: History, ahead: Horizon) -> tuple[Floats, Floats]:
    """How the months ahead fall into bins, and how each bin falls on its days.

    Returns:
        [months, bins]: so much of the whole month's sales falls into the bin, the first month being that of the day
        after ``as_of``; what of a month lies before or beyond the horizon is in no bin. [days]: weight of each day
        of the horizon within its bin; 1 in all in each bin.
    """
    first, last = ahead.as_of + timedelta(days=1), ahead.ends[-1]
    begin, end = first.replace(day=1), month_end(last)
    weights = past.day_weights(begin, end)
    weights = np.maximum(weights, 1e-9)
    month = _month_numbers(begin, end)
    weights = weights / np.bincount(month, weights)[month]
    inside = slice((first - begin).days, (last - begin).days + 1)
    days = np.arange(1, (last - ahead.as_of).days + 1)
    bins = ahead.bins_of(days)
    split = np.zeros((int(month[-1]) + 1, len(ahead)))
    np.add.at(split, (month[inside], bins), weights[inside])
    within: Floats = weights[inside] / np.bincount(bins, weights[inside], len(ahead))[bins]
    return split, within


def _daily(books: Books) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """sold_on, amount (net), sold (gross): of each day with any invoice or credit note, in order."""
    rows = sales(books)
    problems: tuple[Problem, ...] = ()
    if books.basis in (Basis.MIXED, Basis.RATES):
        rated = pl.col("currency").is_in(books.rates.get_column("currency").to_list())
        left = rows.filter(~rated).select(pl.col("currency").unique().sort()).collect().to_series().to_list()
        if left:
            problems = (Problem("sales.no_rate", facts={"currencies": ", ".join(left)}),)
        rows = rows.filter(rated)
    rows = rows.with_columns(pl.col("amount").clip(lower_bound=0).alias("sold"))
    daily = sums(rows, books, "sold_on", amounts=("amount", "sold")).sort("sold_on").collect()
    return daily.with_columns(pl.col("amount", "sold").cast(pl.Float64)), problems


def _begun(whole: Floats, share: float) -> int:
    """The first month that counts: the first whose sales are not far below the middle month of the year after it."""
    for place in range(len(whole) - 3):
        if whole[place] >= share * float(np.median(whole[place + 1 : place + 13])):
            return place
    return 0


def _shape(as_of: date, whole: Floats, gross: pl.DataFrame, terms: Invoiced) -> tuple[float, Floats, float]:
    """off_weight, part_weights and lumps out of the last whole months, over an even month of workdays."""
    end = as_of if as_of == month_end(as_of) else as_of.replace(day=1) - timedelta(days=1)
    months = min(len(whole), terms.profile_months)
    if not months:
        return 0.0, np.ones(PARTS), 0.0
    first = months_before(end.replace(day=1), months - 1)
    off, part = _kinds(first, end, terms.country)
    sold = np.zeros(len(off))
    recent = gross.filter(pl.col("sold_on").is_between(first, end))
    sold[(recent.get_column("sold_on") - first).dt.total_days().to_numpy()] = recent.get_column("sold").to_numpy()
    if sold.sum() <= 0:
        return 0.0, np.ones(PARTS), 0.0
    working = ~off
    rate = sold[working].sum() / max(int(working.sum()), 1)
    off_weight = float(np.clip(sold[off].sum() / max(rate * (off.sum() + terms.profile_days / 2.0), 1e-9), 0.0, 2.0))
    even = np.where(off, off_weight, 1.0)
    month = _month_numbers(first, end)
    scale = np.bincount(month, sold)[month] / np.maximum(np.bincount(month, even)[month], 1e-9)
    size = sold.sum() / even.sum()
    expected = np.bincount(part, even * scale, PARTS) / size
    parts = (np.bincount(part, sold, PARTS) / size + terms.profile_days) / (expected + terms.profile_days)
    return off_weight, parts, _lumps(sold, even * parts[part], month, part)


def _lumps(sold: Floats, weights: Floats, month: Ints, part: Ints) -> float:
    """Mean of share x (actual over expected - 1)^2 over the parts of all months with sales."""
    kinds = int(month[-1]) + 1
    cell = month * PARTS + part
    actual = np.bincount(cell, sold, kinds * PARTS).reshape(kinds, PARTS)
    usual = np.bincount(cell, weights, kinds * PARTS).reshape(kinds, PARTS)
    some = actual.sum(axis=1) > 0
    share = usual[some] / usual[some].sum(axis=1, keepdims=True)
    missed = actual[some] / actual[some].sum(axis=1, keepdims=True) / np.maximum(share, 1e-9) - 1.0
    return float((share * missed**2).mean())


def _kinds(first: date, last: date, country: str) -> tuple[Bools, Ints]:
    """[days]: whether each day is off, and the part of the month that it lies in."""
    years = (max(min(first.year, LAST_YEAR), FIRST_YEAR), max(min(last.year, LAST_YEAR), FIRST_YEAR))
    free = days_off(country, *years)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    off = np.array([day in free for day in days], dtype=np.bool_)
    part = np.array([(day.day - 1) * PARTS // month_end(day).day for day in days], dtype=np.int64)
    return off, part


def _month(first: date, place: int) -> tuple[date, date]:
    """First and last day of the month so many months after ``first``'s."""
    index = first.year * 12 + first.month - 1 + place
    begin = date(index // 12, index % 12 + 1, 1)
    return begin, month_end(begin)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _month_numbers(first: date, last: date) -> Ints:
    """[days]: how many months after the first day's month each day lies."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))
    told: Ints = (days.astype("datetime64[M]") - np.datetime64(first, "M")).astype(np.int64)
    return told
