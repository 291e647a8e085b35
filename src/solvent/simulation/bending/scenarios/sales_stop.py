"""Sales stop: nothing is sold for some weeks, then business goes on where it stood."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class SalesStop(Terms, key="scenario.sales_stop"):
    """How long, and how much of the purchases stop too."""

    weeks: int = term(9, unit="weeks without sales", source="FORMULAS 4.6.8: two months")
    cost_follows: float = term(
        0.5, unit="share of purchases that stop too", most=1, source="own choice: orders are placed ahead"
    )


TERMS = SalesStop


def bend(paths: CashPaths, world: World, terms: SalesStop) -> CashPaths:
    """Every future sale, and its receipt, comes so much later; open items stay."""
    days, changes = 7.0 * terms.weeks, {}
    for kind, part in (
        ("receipts_sales", 1.0),
        ("suppliers_future", terms.cost_follows),
        ("freight", terms.cost_follows),
    ):
        if kind in paths.flows:
            flow = paths.flow(kind)
            changes[kind] = (moved_by(flow, paths.horizon, days) - flow) * part
    return paths.laid_over(changes)
