"""Attribution: which flows make the worst paths, and what a change in receivable or inventory days does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.paths import FLOWS, CashPaths


@dataclass(frozen=True)
class Attribution(Terms, key="liquidity.attribution"):
    """Which paths are the worst, and how far the drivers are moved."""

    tail_share: float = term(0.05, unit="share of paths that are the worst", most=1, source="own choice: one in twenty")
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
