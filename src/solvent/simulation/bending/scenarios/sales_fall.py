"""Sales fall: fewer new invoices from today on, and in part fewer purchases for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.bending.world import World
from solvent.simulation.horizon import Floats
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class SalesFall(Terms, key="scenario.sales_fall"):
    """How far they fall, and how much of what they cost falls with them."""

    share: float = term(0.10, unit="share by which sales fall", most=10, source="FORMULAS 4.6.8, mild")
    cost_follows: float = term(
        0.5,
        unit="share of the fall that purchases and freight follow",
        most=1,
        source="own choice: not all can be stopped",
    )
    cost_after: int = term(6, unit="weeks until they do", most=5_218, source="own choice: orders are placed ahead")


TERMS = SalesFall


def bend(paths: CashPaths, world: World, terms: SalesFall) -> CashPaths:
    """Open items are of sales already made: they stay."""
    after = (paths.horizon.week_of >= terms.cost_after).astype(np.float64)
    later: Floats = after * (-terms.share * terms.cost_follows)
    rates: dict[str, Floats] = {
        "receipts_sales": np.full(len(paths.horizon), -terms.share),
        "suppliers_future": later,
        "freight": later,
    }
    return paths.laid_over({kind: paths.flow(kind) * rate for kind, rate in rates.items() if kind in paths.flows})
