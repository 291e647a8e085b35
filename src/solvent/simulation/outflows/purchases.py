"""Purchases: bills to come: how much is bought, by sales where it follows them, and when it is paid by our habit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import erf, sqrt

import numpy as np
import polars as pl

from solvent.base.calendar import month_end
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.noise import keys_of, normals, quantiles
from solvent.simulation.outflows.amounts import DEFAULTS as BY_AMOUNT
from solvent.simulation.outflows.amounts import SALES, Amounts, Foreseen, foresee, ratio_to
from solvent.simulation.outflows.bills import Paying, last_days
from solvent.simulation.outflows.drawing import MonthlySales, factors
from solvent.simulation.outflows.paydays import SAME, Paydays, month_number, nth_of


@dataclass(frozen=True)
class Buying(Terms, key="simulation.outflows.purchases"):
    """How purchases are carried on."""

    months: int = term(36, unit="months of bills read back", source="own choice: three of every season")
    lead: int = term(
        2, unit="months that goods are bought ahead of their sale at most", most=1_200, source="own choice"
    )
    margin: float = term(
        0.25,
        unit="by how much less sales must err to tell purchases",
        source="own choice: sales are foreseen themselves",
    )
    short_spread: float = term(
        0.5, unit="standard deviation where no whole month of bills is known", source="own choice: little is known"
    )
    moods: int = term(9, unit="groups of paths that pay alike late", source="own choice: near enough to each its own")


DEFAULTS = Buying()


@dataclass(frozen=True)
class Purchases:
    """Bills to come; frozen. paid: [paths, bins], negative. amount: how a month is foreseen. lag: months after the
    sales that it follows, negative: before. next: what the next whole month is foreseen to be, on average."""

    paid: Floats
    amount: Foreseen | None
    lag: int
    next: float
    problems: Sequence[Problem]


def purchases(
    books: Books,
    rows: pl.DataFrame,
    habit: Paying,
    horizon: Horizon,
    calendar: Paydays,
    sales: MonthlySales,
    factor: Floats,
    seed: int,
    terms: Buying = DEFAULTS,
    amounts: Amounts = BY_AMOUNT,
) -> Purchases:
    """Bills of the months to come and their payment on each path.

    Args:
        rows: ``bills.rows_of``. factor: [paths], by which all bills wait longer.
    """
    known = rows.join(books.rates, on="currency", how="inner").with_columns(
        (pl.col("face") * pl.col("factor")).alias("worth")
    )
    paths, bins = len(factor), len(horizon)
    if known.is_empty():
        return Purchases(np.zeros((paths, bins)), None, 0, 0.0, ())
    first, count = month_number(horizon.starts[0]), int(horizon.month_of[-1]) + 1
    values, begin = monthly(known, horizon.as_of, terms.months)
    problems: list[Problem] = []
    lag = 0
    if len(values):
        amount = foresee(values, 12.0, count, amounts)
        amount, lag = _by_sales(values, begin, amount, sales, terms, amounts)
    else:
        days = horizon.as_of.toordinal() - int(known["issued"].min()) + 1  # type: ignore[arg-type]
        mean = float(known["worth"].sum()) / max(days, 7) * 30.44
        half = terms.short_spread / sqrt(2.0)
        amount = Foreseen(np.full(count, mean), "mean", half, half, float("nan"))
        problems.append(Problem("outflows.purchases_short", "", {"days": days}))
    key = int(keys_of(["purchases"])[0])
    common = factors(normals(seed, "outflows.common", key, paths, 1), amount.common)[:, 0]
    own = factors(normals(seed, "outflows.own", key, paths, count), amount.own)
    issued = np.zeros((paths, bins))
    split = _split(horizon, calendar, count)
    told = 0.0
    for place in range(count):
        level: Floats | float | None = float(amount.levels[min(place, len(amount.levels) - 1)])
        if amount.way == SALES:
            level = sales.of(first + place - lag)
            level = None if level is None else np.maximum(level, 0.0) * float(amount.levels[0])
        if level is None:
            continue
        month = level * common * own[:, place]
        told = float(month.mean()) if place == 1 or not told else told
        issued += month[:, None] * split[place][None, :]
    paid = _paid(issued, _kernels(habit, horizon, calendar, terms), factor, terms)
    return Purchases(-paid, amount, lag, told, tuple(problems))


def monthly(known: pl.DataFrame, as_of: date, most: int) -> tuple[Floats, int]:
    """[months]: bills issued in each of the last whole months, oldest first, and the number of the first of them."""
    today = as_of.toordinal()
    last = month_number(as_of) - (0 if as_of == month_end(as_of) else 1)
    begin = date.fromordinal(int(known["issued"].min()))  # type: ignore[arg-type]
    first = max(month_number(begin) + (0 if begin.day <= 5 else 1), last - most + 1)
    values = np.zeros(max(last - first + 1, 0))
    for day, worth in known.filter(pl.col("issued") <= today).select("issued", "worth").iter_rows():
        place = month_number(date.fromordinal(day)) - first
        if 0 <= place < len(values):
            values[place] += worth
    return values, first


def _by_sales(
    values: Floats, begin: int, plain: Foreseen, sales: MonthlySales, terms: Buying, amounts: Amounts
) -> tuple[Foreseen, int]:
    """The share of sales, by the lag that did best, where it did better than the past of purchases alone."""
    best, lag = plain, 0
    if sales.paths is None:
        return best, lag
    error = plain.error * (1.0 - terms.margin) if plain.error == plain.error else float("inf")
    for tried in range(-terms.lead, amounts.most_lag + 1):
        months = [begin + place - tried for place in range(len(values))]
        driver = np.array([sales.known.get(month, np.nan) if month < sales.first else np.nan for month in months])
        found = ratio_to(values, driver, amounts)
        if found is not None and found.error < error:
            best, lag, error = found, tried, found.error
    return best, lag


def _split(horizon: Horizon, calendar: Paydays, count: int) -> Floats:
    """[months, bins]: the share of each month's bills that is issued in each bin, by its working days."""
    first = month_number(horizon.starts[0])
    ends = np.array([end.toordinal() for end in horizon.ends])
    share = np.zeros((count, len(horizon)))
    for place in range(count):
        days = np.arange(nth_of(first + place, 1), nth_of(first + place, 31) + 1, dtype=np.int64)
        days = days[calendar.moved(days, SAME) == calendar.nearest(days)]
        bins = np.searchsorted(ends, days)
        ahead = (days > horizon.as_of.toordinal()) & (bins < len(horizon))
        np.add.at(share[place], bins[ahead], 1.0 / max(len(days), 1))
    return share


def _kernels(habit: Paying, horizon: Horizon, calendar: Paydays, terms: Buying) -> Floats:
    """[moods, bins, bins]: the share of a bin's bills that is paid by the end of each bin, by how late all are paid."""
    until = last_days(habit, horizon, calendar)
    bins = len(horizon)
    by = np.zeros((bins, bins))
    for place, (start, end) in enumerate(zip(horizon.starts, horizon.ends)):
        days = np.arange(start.toordinal(), end.toordinal() + 1)
        age = until[None, :] - days[:, None]
        told = np.where(age >= 0, habit.age[np.clip(age, 0, len(habit.age) - 1)], 0.0)
        by[place] = told.mean(axis=0)
    inner = np.clip(by, 1e-12, 1.0 - 1e-12)
    scores = quantiles(inner)
    moods = quantiles((np.arange(terms.moods) + 0.5) / terms.moods)
    shift, scale = sqrt(habit.together), sqrt(1.0 - habit.together)
    cumulative = _normal((scores[None, :, :] - shift * moods[:, None, None]) / scale)
    cumulative = np.where(by[None, :, :] > 0, cumulative, 0.0)
    told_: Floats = np.diff(cumulative, axis=2, prepend=0.0)
    return told_


def _normal(scores: Floats) -> Floats:
    flat = np.array([0.5 * (1.0 + erf(score / sqrt(2.0))) for score in scores.ravel().tolist()])
    told: Floats = flat.reshape(scores.shape)
    return told


def _paid(issued: Floats, kernels: Floats, factor: Floats, terms: Buying) -> Floats:
    """[paths, bins]: what is paid of the bills to come; each path by the kernel of its mood."""
    mood = np.searchsorted(quantiles(np.arange(1, terms.moods) / terms.moods), factor)
    paid = np.zeros(issued.shape)
    for place in range(terms.moods):
        rows = np.flatnonzero(mood == place)
        if not len(rows):
            continue
        part, out = issued[rows], np.zeros((len(rows), issued.shape[1]))
        for bin_ in range(issued.shape[1]):
            out[:, bin_:] += part[:, bin_, None] * kernels[place, None, bin_, bin_:]
        paid[rows] = out
    return paid
