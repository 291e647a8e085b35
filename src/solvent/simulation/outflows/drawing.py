"""Drawing: recurring flows, and what is left without a rhythm, on every path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log, sqrt

import numpy as np
import polars as pl

from solvent.base.calendar import month_end
from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Bools, Floats, Horizon, Ints
from solvent.simulation.noise import keys_of, normals, quantiles
from solvent.simulation.outflows.amounts import SALES
from solvent.simulation.outflows.lines import Past
from solvent.simulation.outflows.paydays import month_number
from solvent.simulation.outflows.recurring import Rest, Stream


@dataclass(frozen=True)
class Left(Terms, key="simulation.outflows.rest"):
    """How money without a rhythm is carried on."""

    months: int = term(12, unit="last whole months that one to come may be like", source="own choice: a year")
    beside: int = term(
        1, unit="months beside the same month of past years", most=1_200, source="own choice: seasons drift"
    )
    season_months: int = term(24, unit="whole months from which seasons count", source="own choice: two of each")
    fewest: int = term(2, unit="whole months under which the mean of a day is carried on", source="own choice")
    spread: float = term(0.5, unit="standard deviation of that mean", source="own choice: little is known")


DEFAULTS = Left()


@dataclass(frozen=True)
class MonthlySales:
    """Net invoicing by month number: known months, and those to come on each path.

    known: of past months, and what of the month under way is over. first: number of the month of the first bin. paths:
    [paths, months], what is invoiced after ``as_of``; None: not known. whole: how many of these months the horizon
    holds to their end.
    """

    known: Mapping[int, float]
    first: int
    paths: Floats | None
    whole: int

    def of(self, month: int) -> Floats | float | None:
        """The sales of a month on each path; beyond the horizon those of its last whole month."""
        if self.paths is None:
            return None
        if month < self.first:
            return self.known.get(month)
        place = min(month - self.first, max(self.whole, 1) - 1)
        told: Floats = self.paths[:, place] + (self.known.get(self.first, 0.0) if place == 0 else 0.0)
        return told

    def summed(self, month: int, span: int) -> Floats | float | None:
        """The sales of so many months up to one; None where one of them is not known."""
        total: Floats | float = 0.0
        for back in range(span):
            part = self.of(month - back)
            if part is None:
                return None
            total = total + part
        return total


def drawn_streams(
    streams: Sequence[Stream],
    kept: Mapping[str, Mapping[int, float]],
    horizon: Horizon,
    sales: MonthlySales,
    paths: int,
    seed: int,
) -> dict[str, Floats]:
    """kind to [paths, bins] of all streams that go on.

    Args:
        kept: key of a stream to the share of each place in its ``ahead`` that is still paid; where none
            is told all of it.
    """
    flows: dict[str, Floats] = {}
    for stream in streams:
        if stream.ended or not len(stream.ahead):
            continue
        flow = flows.setdefault(stream.kind, np.zeros((paths, len(horizon))))
        _add(flow, stream, kept.get(stream.key, {}), horizon, sales, seed)
    return flows


def _add(
    flow: Floats, stream: Stream, kept: Mapping[int, float], horizon: Horizon, sales: MonthlySales, seed: int
) -> None:
    paths, times = len(flow), len(stream.ahead)
    key, mood = (int(word) for word in keys_of([stream.key, stream.mood]))
    common = factors(normals(seed, "outflows.common", mood, paths, 1), stream.amount.common)[:, 0]
    own = factors(normals(seed, "outflows.own", mood, paths, times), stream.amount.own)
    spells = _Spells(stream.rhythm.offsets, horizon)
    lots = normals(seed, "outflows.day", key, paths, times) if spells.several else np.zeros((paths, times))
    limits = quantiles(stream.chances)
    luck = normals(seed, "outflows.chance", mood, paths, times) if (limits < np.inf).any() else lots
    for place, day in enumerate(stream.ahead.tolist()):
        share = kept.get(place, 1.0)
        level = _level(stream, place, day, sales)
        if level is None or share <= 0.0:
            continue
        amount = share * level * common * own[:, place] * stream.sign
        if limits[place] < np.inf:
            amount = np.where(luck[:, place] < limits[place], amount, 0.0)
        for bin_, picked in spells.bins(day, lots[:, place]):
            if bin_ < len(horizon):
                flow[:, bin_] += amount if picked is None else np.where(picked, amount, 0.0)


def _level(stream: Stream, place: int, day: int, sales: MonthlySales) -> Floats | float | None:
    if stream.amount.way != SALES:
        return float(stream.amount.levels[min(place, len(stream.amount.levels) - 1)])
    told = sales.summed(month_number(date.fromordinal(day)) - stream.lag, stream.span)
    if told is None:
        return None
    share = 12.0 / stream.rhythm.a_year if not stream.rhythm.months else 1.0
    return np.maximum(told, 0.0) * (float(stream.amount.levels[0]) * share)


def factors(draws: Floats, spread: float) -> Floats:
    """Draws as positive factors of mean 1 and the standard deviation given."""
    if spread <= 0:
        return np.ones(draws.shape)
    sigma = sqrt(log(1.0 + spread * spread))
    told: Floats = np.exp(sigma * draws - sigma * sigma / 2)
    return told


class _Spells:
    """Into which bins a day falls, with the days that payments were off in the past."""

    def __init__(self, offsets: Sequence[int], horizon: Horizon) -> None:
        self.offsets, counts = np.unique(np.array(offsets or (0,)), return_counts=True)
        self.edges = quantiles(np.cumsum(counts)[:-1] / counts.sum())
        self.ends = np.array([end.toordinal() for end in horizon.ends])

    @property
    def several(self) -> bool:
        """Whether payments were ever off their day, each by other days."""
        return len(self.offsets) > 1

    def bins(self, day: int, lots: Floats) -> Sequence[tuple[int, Bools | None]]:
        """Bins, and on which paths it falls into each (None: on all)."""
        bins = np.searchsorted(self.ends, day + self.offsets)
        if len(set(bins.tolist())) == 1:
            return [(int(bins[0]), None)]
        chosen = bins[np.searchsorted(self.edges, lots)]
        return [(int(bin_), chosen == bin_) for bin_ in np.unique(bins)]


def drawn_rests(
    rests: Sequence[Rest], past: Past, horizon: Horizon, paths: int, seed: int, terms: Left = DEFAULTS
) -> tuple[dict[str, Floats], Sequence[Problem]]:
    """kind to [paths, bins] of money without a rhythm: each month to come is like one of the past, drawn by path."""
    flows: dict[str, Floats] = {}
    problems: list[Problem] = []
    if past.begin is None or past.seen_to is None:
        return flows, problems
    whole = _whole_months(past.begin, past.seen_to)
    thin = []
    for rest in rests:
        if not rest.carried or rest.rows.is_empty():
            continue
        flow = flows.setdefault(rest.kind, np.zeros((paths, len(horizon))))
        key = int(keys_of([f"rest/{rest.category}/{rest.kind}"])[0])
        if len(whole) < terms.fewest:
            thin.append(rest.category or "-")
            mean = float(rest.rows["amount"].sum()) / past.days
            factor = factors(normals(seed, "outflows.rest", key, paths, 1), terms.spread)
            flow += factor * (mean * horizon.lengths)[None, :]
            continue
        _like_past(flow, rest.rows, whole, key, horizon, seed, terms)
    if thin:
        facts: dict[str, Fact] = {"categories": ", ".join(sorted(set(thin))), "days": past.days}
        problems.append(Problem("outflows.history_short", "", facts))
    return flows, problems


def _like_past(
    flow: Floats, rows: pl.DataFrame, whole: Sequence[int], key: int, horizon: Horizon, seed: int, terms: Left
) -> None:
    by_month: dict[int, list[tuple[int, float]]] = {month: [] for month in whole}
    for day, amount in rows.select("day", "amount").iter_rows():
        own = date.fromordinal(day)
        if month_number(own) in by_month:
            by_month[month_number(own)].append((own.day, amount))
    first = month_number(horizon.starts[0])
    count = int(horizon.month_of[-1]) + 1
    draws = normals(seed, "outflows.rest", key, len(flow), count)
    for step in range(count):
        likes = _likes(first + step, whole, terms)
        chosen = np.searchsorted(quantiles(np.arange(1, len(likes)) / len(likes)), draws[:, step])
        for place, month in enumerate(likes):
            row = _binned(by_month[month], first + step, horizon)
            if row.any():
                flow[chosen == place] += row


def _likes(month: int, whole: Sequence[int], terms: Left) -> Sequence[int]:
    """The months of the past that a month to come may be like."""
    if len(whole) >= terms.season_months:
        return [one for one in whole if min((one - month) % 12, (month - one) % 12) <= terms.beside]
    return whole[-terms.months :]


def _binned(lines: Sequence[tuple[int, float]], month: int, horizon: Horizon) -> Floats:
    """[bins]: lines of one month's days as if they came in another month, what is over left out."""
    row = np.zeros(len(horizon))
    last = month_end(date(month // 12, month % 12 + 1, 1))
    for day, amount in lines:
        on = last.replace(day=min(day, last.day))
        if horizon.as_of < on <= horizon.ends[-1]:
            row[horizon.bin_of(on)] += amount
    return row


def _whole_months(begin: date, seen_to: date) -> Sequence[int]:
    """Numbers of the months that the bank's data covers whole; a first day off or two does not count."""
    first = month_number(begin) + (0 if begin.day <= 5 else 1)
    last = month_number(seen_to) - (0 if seen_to >= month_end(seen_to) else 1)
    return list(range(first, last + 1))


def binned_days(days: Ints, amounts: Floats, horizon: Horizon) -> Floats:
    """[bins]: amounts on days (ordinals); those up to ``as_of`` fall into the first bin, those beyond are left out."""
    row = np.zeros(len(horizon))
    ends = np.array([end.toordinal() for end in horizon.ends])
    bins = np.searchsorted(ends, days)
    np.add.at(row, bins[bins < len(horizon)], amounts[bins < len(horizon)])
    return row
