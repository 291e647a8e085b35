"""All pay later: every customer pays so many days later than on its own path; nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class AllPayLater(Terms, key="scenario.all_pay_later"):
    """How much later."""

    days: float = term(15.0, unit="days later", source="FORMULAS 4.6.8, mild")


TERMS = AllPayLater


def bend(paths: CashPaths, world: World, terms: AllPayLater) -> CashPaths:
    """What is moved past the horizon comes after it."""
    kinds = [kind for kind in ("receipts_open", "receipts_sales") if kind in paths.flows]
    return paths.replaced({kind: moved_by(paths.flow(kind), paths.horizon, terms.days) for kind in kinds})
