"""Supplier shortens: suppliers want their money so many days earlier."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class SupplierShortens(Terms, key="scenario.supplier_shortens"):
    """How much earlier."""

    days: float = term(15.0, unit="days earlier", source="own choice: half of usual terms")


TERMS = SupplierShortens


def bend(paths: CashPaths, world: World, terms: SupplierShortens) -> CashPaths:
    """Bills on hand keep their terms; those to come are due earlier, and more of them fall into the horizon."""
    if "suppliers_future" not in paths.flows:
        return paths
    flow = moved_by(paths.flow("suppliers_future"), paths.horizon, -terms.days, weeks=4)
    return paths.replaced({"suppliers_future": flow})
