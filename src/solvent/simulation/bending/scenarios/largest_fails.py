"""Largest fails: the largest debtors pay nothing more from a week on, and buy nothing more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.bending.world import World
from solvent.simulation.horizon import Floats
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class LargestFails(Terms, key="scenario.largest_fails"):
    """How many fail, and when."""

    customers: int = term(1, unit="largest debtors that fail", source="FORMULAS 4.6.8, severe")
    week: int = term(0, unit="week from which nothing comes, 0 the current one", source="own choice: at once")


TERMS = LargestFails


def bend(paths: CashPaths, world: World, terms: LargestFails) -> CashPaths:
    """Open items are lost on every path; of future sales the customer's share of their receipts."""
    after = (paths.horizon.week_of >= terms.week).astype(np.float64)
    names = list(world.customers)[: terms.customers]
    changes: dict[str, Floats] = {}
    if names and "receipts_open" in paths.flows:
        changes["receipts_open"] = -np.sum([world.customers[name] for name in names], axis=0) * after
    share = min(sum(world.sales_shares.get(name, 0.0) for name in names), 1.0)
    if share and "receipts_sales" in paths.flows:
        changes["receipts_sales"] = -paths.flow("receipts_sales") * share * after
    return paths.laid_over(changes)
