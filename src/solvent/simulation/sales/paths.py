"""Paths: invoices to come on every path: what is expected, times an error that stays, times the chance of a week."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats
from solvent.simulation.noise import normals
from solvent.simulation.sales.forecast import Spread


@dataclass(frozen=True)
class SalesPaths(Terms, key="simulation.sales.paths"):
    """How sales move with everything else."""

    systemic: float = term(
        0.30,
        unit="correlation of sales falling with everybody paying later",
        least=-1,
        most=1,
        source="own choice: a year of bad payment is a year of fewer sales; the sign is known, the size is not",
    )


DEFAULTS = SalesPaths()


def sales_paths(
    *,
    split: Floats,
    expected: Floats,
    steps: Floats,
    spread: Spread,
    lumps: float,
    near: Floats,
    foreseen: Floats,
    systemic: Floats,
    seed: int,
    terms: SalesPaths = DEFAULTS,
) -> Floats:
    """[paths, bins]: invoiced net of credit notes, minor units.

    A month's error has three parts (``Spread``): one for all months, one that grows from month to month, one of the
    month's own. Of the last, so much as a month's uneven days explain is drawn bin by bin. All errors are
    multiplicative and have mean 1.

    Args:
        split: [months, bins], share of each month's sales that falls into each bin.
        expected: [months], mean sales of each whole month.
        steps: [months], how many months ahead of the history each month is.
        lumps: variance of a part of a month over expectation, times its share of the month.
        near: [bins], expected out of orders on hand; foreseen: [bins], the share of the rest that it stands for.
        systemic: [paths], positive: worse.
    """
    paths, bins = len(systemic), split.shape[1]
    months = len(expected)
    own = max(spread.month - lumps, 0.0)
    level = normals(seed, "sales.level", 0, paths, 1)[:, 0] * sqrt(spread.level)
    drift = normals(seed, "sales.drift", 0, paths, months) * sqrt(spread.drift)
    month = normals(seed, "sales.month", 0, paths, months) * sqrt(own)
    share = split.sum(axis=0)
    rough = np.sqrt(np.log1p(np.where(share > 0, lumps / np.maximum(share, 1e-9), 0.0)))
    weekly = normals(seed, "sales.week", 0, paths, bins) * rough
    weekly = np.exp(weekly - rough * rough / 2.0)
    rho = terms.systemic
    told = np.zeros((paths, bins))
    moved = np.zeros(paths)
    for place in range(months):
        # A month that is partly over has no step of its own: its level is known, its rest is not.
        if steps[place] > 0:
            moved = moved + drift[:, place]
        size = sqrt(own + spread.level + spread.drift * steps[place])
        mixed = sqrt(1.0 - rho * rho) * (level + moved + month[:, place]) - rho * size * systemic
        told += (
            np.exp(mixed - size * size / 2.0)[:, None] * (split[place] * expected[place] * (1.0 - foreseen))[None, :]
        )
    told += near[None, :]
    return told * weekly
