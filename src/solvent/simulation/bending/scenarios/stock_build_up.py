"""Stock build-up: more days of stock are held, so purchases and their payment come earlier."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class StockBuildUp(Terms, key="scenario.stock_build_up"):
    """How much more stock."""

    days: float = term(20.0, unit="days of stock more", source="own choice: a bad season's rest")


TERMS = StockBuildUp


def bend(paths: CashPaths, world: World, terms: StockBuildUp) -> CashPaths:
    """What is bought earlier is paid earlier."""
    if "suppliers_future" not in paths.flows:
        return paths
    flow = moved_by(paths.flow("suppliers_future"), paths.horizon, -terms.days, weeks=4)
    return paths.replaced({"suppliers_future": flow})
