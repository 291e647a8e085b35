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
    """What is moved past the horizon comes after it. Negative days are earlier: then sales after the horizon bring some
    of their money within it, at the rate of the last weeks; open items end, and nothing follows them."""
    follow = {"receipts_open": 0, "receipts_sales": 4}
    return paths.replaced(
        {
            kind: moved_by(paths.flow(kind), paths.horizon, terms.days, weeks)
            for kind, weeks in follow.items()
            if kind in paths.flows
        }
    )
