"""Sales: the whole of it: history, forecast, orders on hand, paths of invoices and what they bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.calendar import month_end
from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.payment.payment import Payment
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.sales.forecast import Forecast, Forecasting, forecast
from solvent.simulation.sales.history import History, Invoiced, history, shares
from solvent.simulation.sales.near import OnHand, near
from solvent.simulation.sales.paths import SalesPaths, sales_paths
from solvent.simulation.sales.receipts import FutureReceipts, Mix, kernel_of, mix, receipts
from solvent.simulation.sales.season import Season

NONE = "none"
"""The way where there are no sales to carry on."""

LOW, HIGH = 0.1, 0.9
"""The band of ``Sales.monthly``."""


@dataclass(frozen=True)
class Sales:
    """Sales to come and their receipts on every path; frozen.

    invoiced, receipts: [paths, bins], minor units of the books' currency, tax included, net of credit notes. Receipts
    are those of invoices after ``as_of`` alone, and those that come within the horizon.

    monthly: month_end (Date), invoiced (Float64, what is known; of a month under way so far), expected, low, high
    (Float64, the whole month, mean and 80 % band; empty for months that are over). Months cut by the horizon's end are
    not in it.

    way: how sales were carried on (``ways.WAYS``; ``none`` without any). scores: way to mean absolute error over that
    of the seasonal naive way, on the company's own past. on_hand: orders and deliveries not yet invoiced.

    kernel: [bins, bins], share of a bin's invoices that is paid in each bin, on average. mix: by customer; None where
    nothing was ever invoiced.
    """

    horizon: Horizon
    invoiced: Floats
    receipts: Floats
    monthly: pl.DataFrame
    way: str
    scores: Mapping[str, float]
    on_hand: float
    kernel: Floats
    mix: Mix | None
    problems: Sequence[Problem] = field(default=())


def future_sales(
    books: Books,
    payment: Payment,
    horizon: Horizon,
    systemic: Floats,
    seed: int,
    policy: Policy,
    *,
    own: Mapping[str, Floats] | None = None,
) -> Sales:
    """Invoices to come, net of credit notes, and when they are paid, on each path of ``systemic``.

    Args:
        systemic: [paths], standard normal, positive: everybody pays later and buys less.
        own: customer_id to [paths], customers' own factors of delay where they are drawn already, so that who pays its
            open items late pays its next invoices late too; the others are drawn here.
    """
    past = history(books, policy.terms(Invoiced))
    size = (len(systemic), len(horizon))
    if not len(past.monthly) or not (past.monthly > 0).any():
        return _nothing(past, horizon, size)
    split, within = shares(past, horizon)
    months = split.shape[0] - past.made_up
    told = _best(past, months, policy)
    expected, steps = _by_month(past, told.expected)
    waiting = near(books, horizon, within, policy.terms(OnHand))
    invoiced = sales_paths(
        split=split,
        expected=expected,
        steps=steps,
        spread=told.spread,
        lumps=past.lumps,
        near=waiting.amounts,
        foreseen=waiting.foreseen,
        systemic=systemic,
        seed=seed,
        terms=policy.terms(SalesPaths),
    )
    paying = mix(payment, books.journal.customers, horizon, within, policy.terms(FutureReceipts))
    problems = [*past.problems, *_doubts(past, told), *waiting.problems]
    paid = np.zeros(size)
    if paying is None:
        problems.append(Problem("sales.nobody_to_pay"))
    else:
        learned = payment.dependence
        loads = (learned.systemic, learned.sector + learned.customer)
        lengths = horizon.lengths
        paid = receipts(paying, invoiced, lengths=lengths, systemic=systemic, seed=seed, shares=loads, own=own or {})
    return Sales(
        horizon=horizon,
        invoiced=invoiced,
        receipts=paid,
        monthly=_monthly(past, _ahead(past, horizon, split * expected[:, None], invoiced)),
        way=told.way,
        scores=told.scores,
        on_hand=waiting.on_hand,
        kernel=np.zeros((size[1], size[1])) if paying is None else kernel_of(paying),
        mix=paying,
        problems=tuple(problems),
    )


def _nothing(past: History, horizon: Horizon, size: tuple[int, int]) -> Sales:
    """The answer where nothing was ever sold, net of credit notes."""
    return Sales(
        horizon=horizon,
        invoiced=np.zeros(size),
        receipts=np.zeros(size),
        monthly=_monthly(past, None),
        way=NONE,
        scores={},
        on_hand=0.0,
        kernel=np.zeros((size[1], size[1])),
        mix=None,
        problems=(*past.problems, Problem("sales.none")),
    )


def _best(past: History, months: int, policy: Policy) -> Forecast:
    """The forecast by calendar months, or by their workdays where that was clearly better on the past."""
    season, terms = policy.terms(Season), policy.terms(Forecasting)
    phase, count = past.first.month - 1, len(past.monthly)
    plain = forecast(past.monthly, phase, months, season=season, terms=terms)
    weights = past.month_weights(count + months)
    by_day = forecast(past.monthly, phase, months, weights, season=season, terms=terms)
    return by_day if by_day.error < (1.0 - terms.margin) * plain.error else plain


def _by_month(past: History, ahead: Floats) -> tuple[Floats, Floats]:
    """[months]: mean sales of each whole month from that of the day after ``as_of``; how many steps ahead it is.

    A month under way that counts as known is no step ahead: only its rest is not yet there.
    """
    known = past.monthly[-1:] if past.made_up else np.zeros(0)
    expected: Floats = np.maximum(np.concatenate([known, ahead]), 0.0)
    steps: Floats = np.arange(len(expected), dtype=np.float64) + (0.0 if past.made_up else 1.0)
    return expected, steps


def _doubts(past: History, told: Forecast) -> Sequence[Problem]:
    """Why the bands are wide, or the whole is to be taken with care."""
    problems = []
    months = len(past.monthly)
    if not told.origins:
        problems.append(Problem("sales.history_short", facts={"months": months}))
    elif not told.seasonal:
        problems.append(Problem("sales.season_unknown", facts={"months": months}))
    if (past.monthly <= 0).any():
        problems.append(Problem("sales.months_empty", facts={"months": int((past.monthly <= 0).sum())}))
    return problems


def _ahead(past: History, horizon: Horizon, parts: Floats, invoiced: Floats) -> pl.DataFrame:
    """month_end, expected, low, high of each month that the horizon holds whole, out of the paths."""
    first = past.as_of.toordinal() + 1
    ends = [day for day in _month_ends(horizon) if day.toordinal() >= first]
    mean = np.maximum(parts.sum(axis=0), 1e-9)
    rows = []
    for place, day in enumerate(ends):
        share = parts[place] / mean
        begun = past.so_far if place == 0 else 0.0
        sums = np.sort((invoiced * share[None, :]).sum(axis=1) + begun)
        low, high = (float(sums[int(at * (len(sums) - 1))]) for at in (LOW, HIGH))
        rows.append((day, float(sums.mean()), low, high))
    schema = {"month_end": pl.Date, "expected": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema, orient="row")


def _month_ends(horizon: Horizon) -> Sequence[date]:
    """The month ends within the horizon."""
    ends, day = [], month_end(horizon.as_of + timedelta(days=1))
    while day <= horizon.ends[-1]:
        ends.append(day)
        day = month_end(day + timedelta(days=1))
    return ends


def _monthly(past: History, ahead: pl.DataFrame | None) -> pl.DataFrame:
    """``Sales.monthly``: what is known beside what is expected."""
    whole = past.monthly[:-1] if past.made_up else past.monthly
    ends, day = [], month_end(past.first)
    for _ in range(len(whole)):
        ends.append(day)
        day = month_end(day + timedelta(days=1))
    known = pl.DataFrame({"month_end": ends, "invoiced": whole}, {"month_end": pl.Date, "invoiced": pl.Float64})
    if ahead is None:
        none = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("expected", "low", "high")]
        return known.with_columns(none)
    under_way = month_end(past.as_of) != past.as_of
    begun = pl.when(pl.int_range(pl.len()) == 0).then(past.so_far if under_way else None).cast(pl.Float64)
    return pl.concat([known, ahead.with_columns(begun.alias("invoiced"))], how="diagonal")
