"""Gap: the first week in which cash may fall under its floor, how likely, how deep, and what moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.liquidity.attribution import DEFAULTS as MOVED
from solvent.decisions.liquidity.attribution import Attribution, later_receipts, more_stock, tail, tail_factor
from solvent.decisions.liquidity.floor import lowest
from solvent.simulation.horizon import Floats
from solvent.simulation.paths import OPERATING_FLOWS, CashPaths


@dataclass(frozen=True)
class Gaps(Terms, key="liquidity.gap"):
    """From which chance a week is a gap, and how its size is told."""

    chance: float = term(
        0.10, unit="chance of falling under the floor, a gap from it", most=1, source="FORMULAS 4.6.4, 4.6.5"
    )
    deep: float = term(0.95, unit="quantile of the size, of the paths that fall under", most=1, source="FORMULAS 4.6.5")
    risk: float = term(
        0.05, unit="quantile of cash flow that is held against its mean", most=1, source="own choice: one in 20"
    )


DEFAULTS = Gaps()


@dataclass(frozen=True)
class Gap:
    """The gap of one outlook (FORMULAS 4.6.5); sizes are minor units under the line, of the paths that fall under it.

    line: what the balance must not fall under. week_end, chance, expected, median, deep: the first week whose chance
    reaches ``alpha``, and its sizes; all None where none does. day: the end of the bin of that week in which most paths
    are under. horizon_chance: of falling under in any week; worst_median, worst_deep: the deepest of the horizon.
    weeks: every week: week, week_end, chance, expected, median, deep. months: cash flow at risk by month ends.
    tail: the parts of the worst paths at ``day`` or, without a gap, in the week of the highest chance.
    tail_day: the day of it. factor: what delays everybody, its mean on the worst paths.
    drivers: what a change in receivable and inventory days does.
    """

    line: int
    alpha: float
    week_end: date | None
    day: date | None
    chance: float | None
    expected: int | None
    median: int | None
    deep: int | None
    horizon_chance: float
    worst_median: int | None
    worst_deep: int | None
    weeks: pl.DataFrame
    months: pl.DataFrame
    tail: pl.DataFrame
    tail_day: date
    factor: float
    drivers: pl.DataFrame


def gap(
    paths: CashPaths, line: int | None, terms: Gaps = DEFAULTS, moved: Attribution = MOVED
) -> tuple[Gap | None, Problem | None]:
    """The gap under ``line`` (minor units; None: no floor is known), or why there is none to be told."""
    if line is None:
        return None, Problem("liquidity.gap.no_floor")
    if paths.opening is None:
        return None, Problem("liquidity.gap.no_opening")
    weeks = weekly(paths, line, terms)
    place = first_week(weeks, terms)
    row = weeks.row(place, named=True) if place is not None else None
    short = line - lowest(paths).min(axis=1)
    everywhere = short[short > 0]
    at = place if place is not None else int(np.argmax(weeks["chance"].to_numpy()))
    day = _worst_day(paths, line, at)
    return Gap(
        line=line,
        alpha=terms.chance,
        week_end=row["week_end"] if row else None,
        day=day if row else None,
        chance=row["chance"] if row else None,
        expected=row["expected"] if row else None,
        median=row["median"] if row else None,
        deep=row["deep"] if row else None,
        horizon_chance=float((short > 0).mean()),
        worst_median=_size(everywhere, 0.5),
        worst_deep=_size(everywhere, terms.deep),
        weeks=weeks,
        months=at_risk(paths, terms),
        tail=tail(paths, day, moved),
        tail_day=day,
        factor=tail_factor(paths, day, moved),
        drivers=drivers(paths, line, terms, moved),
    ), None


def weekly(paths: CashPaths, line: int, terms: Gaps = DEFAULTS) -> pl.DataFrame:
    """Each week's chance of falling under the line, and how far under: week, week_end, chance (Float64), expected,
    median, deep (Int64, minor units, of the paths that are under; empty where none is)."""
    short = line - lowest(paths)
    cells = []
    for week in range(short.shape[1]):
        under = short[:, week][short[:, week] > 0]
        mean = round(float(under.mean())) if len(under) else None
        cells.append((len(under) / paths.count, mean, _size(under, 0.5), _size(under, terms.deep)))
    chance, expected, median, deep = zip(*cells)
    return pl.DataFrame(
        {
            "week": range(len(cells)), "week_end": list(paths.horizon.week_ends), "chance": chance,
            "expected": expected, "median": median, "deep": deep,
        },
        {
            "week": pl.Int64, "week_end": pl.Date, "chance": pl.Float64,
            "expected": pl.Int64, "median": pl.Int64, "deep": pl.Int64,
        },
    )  # fmt: skip


def first_week(weeks: pl.DataFrame, terms: Gaps = DEFAULTS) -> int | None:
    """The place of the first week whose chance reaches the term; None where none does."""
    reached = np.flatnonzero(weeks["chance"].to_numpy() >= terms.chance - 1e-12)
    return int(reached[0]) if len(reached) else None


def at_risk(paths: CashPaths, terms: Gaps = DEFAULTS) -> pl.DataFrame:
    """Cash flow at risk: by how much the flow up to each month end may fall short of its mean.

    A last month that the horizon cuts short ends with it.

    Returns: month_end, then for all flows and for those of operations: mean, low (the ``risk`` quantile), at_risk
    (mean less low), operating_mean, operating_low, operating_at_risk (Int64, minor units, money since ``as_of``).
    """
    operating = np.zeros_like(paths.net)
    for kind in OPERATING_FLOWS:
        if kind in paths.flows:
            operating = operating + paths.flows[kind]
    columns: dict[str, list[int] | list[date]] = {"month_end": list(paths.horizon.month_ends)}
    for name, flow in (("", paths.net), ("operating_", operating)):
        run = paths.horizon.at_month_ends(np.cumsum(flow, axis=1))
        mean = np.rint(run.mean(axis=0)).astype(np.int64)
        low = np.rint(np.quantile(run, terms.risk, axis=0)).astype(np.int64)
        columns |= {f"{name}mean": mean.tolist(), f"{name}low": low.tolist(), f"{name}at_risk": (mean - low).tolist()}
    return pl.DataFrame(columns)


def drivers(paths: CashPaths, line: int, terms: Gaps = DEFAULTS, moved: Attribution = MOVED) -> pl.DataFrame:
    """What a change in receivable and inventory days does to the gap (REQUIREMENTS CA-03), on the same paths.

    Later payment shifts every receipt, more stock moves purchases and their payment forward; the chances before and
    after are of the same draws, so their difference is the change's own.

    Returns: driver (dso or dio), days (Int64), horizon_chance, chance_change (Float64), week_end (first week of a gap;
    empty: none), lowest_change (Int64, mean change of the lowest balance), cash_change (Int64, mean change of the
    balance at the end of the horizon), minor units.
    """
    low = lowest(paths).min(axis=1)
    before = float((low < line).mean())
    rows = []
    for driver, days in (
        ("dso", moved.dso_days), ("dso", -moved.dso_days), ("dio", moved.dio_days), ("dio", -moved.dio_days),
    ):  # fmt: skip
        if driver == "dio" and "suppliers_future" not in paths.flows:
            continue
        other = later_receipts(paths, days, moved) if driver == "dso" else more_stock(paths, days, moved)
        deepest = lowest(other).min(axis=1)
        weeks = weekly(other, line, terms)
        place = first_week(weeks, terms)
        chance = float((deepest < line).mean())
        rows.append(
            (
                driver, days, chance, chance - before, weeks["week_end"][place] if place is not None else None,
                round(float((deepest - low).mean())),
                round(float((other.balance[:, -1] - paths.balance[:, -1]).mean())),
            )
        )  # fmt: skip
    return pl.DataFrame(
        rows,
        {
            "driver": pl.String, "days": pl.Int64, "horizon_chance": pl.Float64, "chance_change": pl.Float64,
            "week_end": pl.Date, "lowest_change": pl.Int64, "cash_change": pl.Int64,
        },
        orient="row",
    )  # fmt: skip


def _worst_day(paths: CashPaths, line: int, week: int) -> date:
    """The end of the bin of a week in which most paths are under the line; of several, the first."""
    bins = np.flatnonzero(paths.horizon.week_of == week)
    under = (paths.balance[:, bins] < line).sum(axis=0)
    if not under.any():
        under = -np.median(paths.balance[:, bins], axis=0)
    return paths.horizon.ends[int(bins[int(np.argmax(under))])]


def _size(under: Floats, quantile: float) -> int | None:
    return round(float(np.quantile(under, quantile))) if len(under) else None
