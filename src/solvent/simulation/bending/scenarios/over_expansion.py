"""Over-expansion: costs and stock grow at once, sales later and slower than hoped, and new customers pay later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths

COSTS = ("payroll", "rent", "utilities", "other_operating")


@dataclass(frozen=True)
class OverExpansion(Terms, key="scenario.over_expansion"):
    """What grows, and when its money comes."""

    cost_share: float = term(
        0.20, unit="share more of fixed and operating cost", most=10, source="own choice: a second site"
    )
    stock_days: float = term(10.0, unit="days of stock more", source="own choice: its first filling")
    sales_share: float = term(0.10, unit="share more sales", most=10, source="own choice: half of what it costs")
    sales_after: int = term(12, unit="weeks until those sales bring money", most=5_218, source="own choice: a quarter")


TERMS = OverExpansion


def bend(paths: CashPaths, world: World, terms: OverExpansion) -> CashPaths:
    """Costs from the first day."""
    changes = {kind: paths.flow(kind) * terms.cost_share for kind in COSTS if kind in paths.flows}
    if "suppliers_future" in paths.flows:
        flow = paths.flow("suppliers_future")
        changes["suppliers_future"] = moved_by(flow, paths.horizon, -terms.stock_days, weeks=4) - flow
    if "receipts_sales" in paths.flows:
        later = (paths.horizon.week_of >= terms.sales_after).astype(np.float64)
        changes["receipts_sales"] = paths.flow("receipts_sales") * terms.sales_share * later
    return paths.laid_over(changes)
