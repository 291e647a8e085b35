"""Stress: every scenario of the library, and a company's own, on the same paths, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.terms import Policy, Terms, term
from solvent.decisions.liquidity.gap import Gaps
from solvent.decisions.liquidity.stress.answers import Answers, answers
from solvent.simulation.bending.library import Combined, bent, library
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Quarterly(Terms, key="liquidity.stress"):
    """How often the test is due."""

    days: int = term(91, unit="days between stress tests", source="REQUIREMENTS CA-05: quarterly")


@dataclass(frozen=True)
class Stressed:
    """One stress test, fit to be kept on record.

    base: without any scenario. rows: a row a scenario, the worst first: scenario (String), chance, chance_change
    (Float64), lowest, lowest_change, gap, deep, end (Int64, minor units), lowest_on, gap_on (Date; empty: no week
    reaches alpha), changed (Boolean: false where the company has nothing that the scenario could touch).
    line: the floor that it was held against. next_on: when the next test is due.
    """

    as_of: date
    seed: int
    paths: int
    line: float
    base: Answers
    rows: pl.DataFrame
    next_on: date


def stress(
    paths: CashPaths,
    world: World,
    line: float,
    policy: Policy,
    *,
    own: Sequence[Combined] = (),
    names: Sequence[str] = (),
) -> Stressed:
    """Run the library and a company's own scenarios.

    Args:
        line: the floor, minor units; 0 where no floor is known: then it is the chance to run out of cash.
        names: only these of all; none: all.
    """
    terms = policy.terms(Gaps)
    base = answers(paths, line, terms)
    rows = []
    for asked in (*library(), *own):
        if names and asked.name not in names:
            continue
        other = bent(paths, world, asked, policy)
        told = answers(other, line, terms)
        rows.append(
            {
                "scenario": asked.name,
                "chance": told.chance,
                "chance_change": told.chance - base.chance,
                "lowest": told.lowest,
                "lowest_change": told.lowest - base.lowest,
                "lowest_on": told.lowest_on,
                "gap_on": told.gap_on,
                "gap": told.gap,
                "deep": told.deep,
                "end": told.end,
                "changed": bool(np.any(other.net != paths.net)),
            }
        )
    frame = pl.DataFrame(rows, _ROWS).sort(["chance", "lowest", "scenario"], descending=[True, False, False])
    due = paths.horizon.as_of + timedelta(days=policy.terms(Quarterly).days)
    return Stressed(paths.horizon.as_of, paths.seed, paths.count, line, base, frame, due)


_ROWS = {
    "scenario": pl.String, "chance": pl.Float64, "chance_change": pl.Float64, "lowest": pl.Int64,
    "lowest_change": pl.Int64, "lowest_on": pl.Date, "gap_on": pl.Date, "gap": pl.Int64, "deep": pl.Int64,
    "end": pl.Int64, "changed": pl.Boolean,
}  # fmt: skip
