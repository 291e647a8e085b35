"""What if: other circumstances and plans laid over stored paths; the answers before and after, week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.terms import Policy
from solvent.decisions.liquidity.gap import Gaps
from solvent.decisions.liquidity.stress.answers import Answers, answers
from solvent.simulation.bending.library import Combined, Part, bent, library
from solvent.simulation.bending.world import World
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class PlannedFlow:
    """Money on a day, minor units of the books' currency, in positive; again every month where ``months`` is over 1."""

    on: date
    amount: int
    months: int = 1


@dataclass(frozen=True)
class WhatIf:
    """One question: scenarios, then planned flows."""

    circumstances: Combined
    flows: Sequence[PlannedFlow] = ()


@dataclass(frozen=True)
class Difference:
    """The answer to a what-if.

    before, after: the same figures of the same draws. weeks: week_end, before_p50, after_p50 (Int64, median balance at
    the week's end), before_chance, after_chance (Float64, under the line in the week). paths: those after.
    """

    before: Answers
    after: Answers
    weeks: pl.DataFrame
    paths: CashPaths


def circumstances(
    scenario: str = "", *, fails: int = 0, sales_fall: float = 0.0, rates_fall: float = 0.0, delay: float = 0.0,
    supplier_days: float = 0.0,
) -> Combined:  # fmt: skip
    """Other circumstances as sliders and fields tell them: the scenario first, then the rest; what is 0 is left out.

    Args:
        scenario: a name of the library; one that it does not know adds nothing. fails: how many of the largest debtors.
            sales_fall, rates_fall: shares. delay, supplier_days: days.

    >>> [part.scenario for part in circumstances(fails=1, delay=5.0).parts]
    ['largest_fails', 'all_pay_later']
    """
    asked = (
        (fails, "largest_fails", "customers"),
        (sales_fall, "sales_fall", "share"),
        (rates_fall, "currency_shock", "share"),
        (delay, "all_pay_later", "days"),
        (supplier_days, "supplier_shortens", "days"),
    )
    first = [part for known in library() if known.name == scenario for part in known.parts]
    return Combined("what if", (*first, *(Part(name, {term: value}) for value, name, term in asked if value)))


def what_if(paths: CashPaths, world: World, asked: WhatIf, line: float, policy: Policy) -> Difference:
    """Lay a question over the paths."""
    terms = policy.terms(Gaps)
    after = bent(paths, world, asked.circumstances, policy)
    if asked.flows:
        after = after.laid_over({"planned": np.broadcast_to(planned(asked.flows, paths.horizon), paths.net.shape)})
    return Difference(answers(paths, line, terms), answers(after, line, terms), weekly(paths, after, line), after)


def planned(flows: Sequence[PlannedFlow], horizon: Horizon) -> Floats:
    """[bins]: planned flows where they fall; what lies beyond the horizon is left out.

    One payment of a past day falls on day one: it is still to be made. Of monthly ones those of past days are over.
    """
    told = np.zeros(len(horizon))
    for flow in flows:
        for month in range(max(flow.months, 1)):
            day = months_after(flow.on, month)
            at = horizon.bin_of(day)
            if at < len(horizon) and (flow.months <= 1 or day > horizon.as_of):
                told[at] += flow.amount
    return told


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last.

    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    index = day.year * 12 + day.month - 1 + months
    for last in (day.day, 30, 29, 28):
        try:
            return date(index // 12, index % 12 + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def weekly(before: CashPaths, after: CashPaths, line: float) -> pl.DataFrame:
    """The weeks of two sets of paths side by side; see ``Difference.weeks``."""
    told: Mapping[str, list[object]] = {"week_end": list(before.horizon.week_ends)}
    columns: dict[str, list[object]] = dict(told)
    for name, paths in (("before", before), ("after", after)):
        level = paths.horizon.at_week_ends(paths.balance)
        starts = np.flatnonzero(np.diff(paths.horizon.week_of, prepend=-1))
        low = np.minimum.reduceat(paths.balance, starts, axis=1)
        columns[f"{name}_p50"] = np.rint(np.median(level, axis=0)).astype(np.int64).tolist()
        columns[f"{name}_chance"] = (low < line).mean(axis=0).tolist()
    return pl.DataFrame(columns).select("week_end", "before_p50", "after_p50", "before_chance", "after_chance")
