"""Attribution: which flows make the worst paths, and what a change in receivable or inventory days does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.paths import FLOWS, CashPaths


@dataclass(frozen=True)
class Attribution(Terms, key="liquidity.attribution"):
    """Which paths are the worst, and how far the drivers are moved."""

    tail_share: float = term(0.05, unit="share of paths that are the worst", source="own choice: one in twenty")
    dso_days: int = term(
        5, unit="days that receivables are paid later, or earlier", source="REQUIREMENTS CA-03; days ours"
    )
    dio_days: int = term(10, unit="days that stock is bought earlier, or later", source="REQUIREMENTS CA-03; days ours")
    rate_weeks: int = term(
        4, unit="last weeks whose mean stands for what follows the horizon", source="own choice: one month"
    )


DEFAULTS = Attribution()


def rounded(parts: Sequence[float], total: int | None = None) -> list[int]:
    """Whole numbers near the parts that add up to ``total`` (by default the parts' own sum, rounded), exactly.

    What rounding leaves goes to the parts that were cut most.

    >>> rounded([0.4, 0.4, 0.4]), rounded([1.5, -0.5])
    ([1, 0, 0], [2, -1])
    """
    aim = round(sum(parts)) if total is None else total
    floors = [int(np.floor(part)) for part in parts]
    left = aim - sum(floors)
    if parts:
        every, left = divmod(left, len(parts))
        floors = [value + every for value in floors]
    order = sorted(range(len(parts)), key=lambda place: (np.floor(parts[place]) - parts[place], place))
    for place in order[:left]:
        floors[place] += 1
    return floors


def tail(paths: CashPaths, day: date, terms: Attribution = DEFAULTS) -> pl.DataFrame:
    """What makes the worst paths: each kind's mean on them less its mean on all, up to the end of the bin of ``day``.

    The worst are the ``tail_share`` of paths (at least one) with the lowest balance there; ties fall to the earlier
    path. The parts are Euler's: their sum is the mean balance of the worst paths less the mean of all.

    Returns: kind (one of FLOWS), mean, tail_mean, part (Int64, minor units, money from ``as_of`` to the day), share
    (Float64, of the whole; empty where the whole is nothing), the part that hurts most first.
    """
    bin_ = min(paths.horizon.bin_of(day), len(paths.horizon) - 1)
    level = paths.balance[:, bin_]
    worst = np.argsort(level, kind="stable")[: max(1, round(terms.tail_share * paths.count))]
    kinds = [kind for kind in FLOWS if kind in paths.flows]
    sums_ = [paths.flow(kind)[:, : bin_ + 1].sum(axis=1) for kind in kinds]
    means, tails = [float(s.mean()) for s in sums_], [float(s[worst].mean()) for s in sums_]
    parts = rounded([there - all_ for there, all_ in zip(tails, means)])
    whole = sum(parts)
    return pl.DataFrame(
        {
            "kind": kinds,
            "mean": [round(mean) for mean in means],
            "tail_mean": [round(mean) for mean in tails],
            "part": parts,
            "share": [part / whole if whole else None for part in parts],
        },
        {"kind": pl.String, "mean": pl.Int64, "tail_mean": pl.Int64, "part": pl.Int64, "share": pl.Float64},
    ).sort("part", "kind")


def tail_factor(paths: CashPaths, day: date, terms: Attribution = DEFAULTS) -> float:
    """Mean of the factor that delays everybody on the worst paths: near 0, the tail has causes of its own."""
    bin_ = min(paths.horizon.bin_of(day), len(paths.horizon) - 1)
    worst = np.argsort(paths.balance[:, bin_], kind="stable")[: max(1, round(terms.tail_share * paths.count))]
    return float(paths.systemic[worst].mean())


def later_receipts(paths: CashPaths, days: float, terms: Attribution = DEFAULTS) -> CashPaths:
    """The same paths where customers' money comes ``days`` later (negative: earlier), from today on.

    What customers owe today is paid within the horizon or not at all; sales go on beyond it.
    """
    weeks = {"receipts_open": 0, "receipts_sales": terms.rate_weeks}
    return paths.replaced(
        {
            kind: moved_by(paths.flow(kind), paths.horizon, days, last)
            for kind, last in weeks.items()
            if kind in paths.flows
        }
    )


def more_stock(paths: CashPaths, days: float, terms: Attribution = DEFAULTS) -> CashPaths:
    """The same paths where ``days`` more of stock are held: what is bought is bought and paid so much earlier."""
    if "suppliers_future" not in paths.flows:
        return paths
    flow = moved_by(paths.flow("suppliers_future"), paths.horizon, -days, terms.rate_weeks)
    return paths.replaced({"suppliers_future": flow})


def moved_by(flow: Floats, horizon: Horizon, days: float, weeks: int = 0) -> Floats:
    """Flows in bins, [paths, bins], ``days`` later or, negative, earlier.

    Money lies evenly over the days of its bin. What is moved before the first day falls into the first bin; what is
    moved past the horizon is outside it.

    Args:
        weeks: what follows the horizon, and is moved into it, comes at the mean rate of so many last weeks; 0: nothing
            follows.
    """
    ends = horizon.end_days.astype(np.float64)
    starts = ends - horizon.lengths
    low, high = starts + days, ends + days
    if days < 0:
        starts = np.concatenate([[-np.inf], starts[1:]])
    overlap = np.minimum(high[:, None], ends[None, :]) - np.maximum(low[:, None], starts[None, :])
    share = np.clip(overlap, 0.0, None) / (high - low)[:, None]
    out: Floats = flow @ share
    if weeks and days < 0:
        last = ends > ends[-1] - 7 * weeks
        rate = flow[:, last].sum(axis=1) / horizon.lengths[last].sum()
        inside = np.clip(ends - np.maximum(starts, ends[-1] + days), 0.0, None)
        out = out + rate[:, None] * inside[None, :]
    return out
