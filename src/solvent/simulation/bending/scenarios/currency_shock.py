"""Currency shock: what foreign customers pay is worth so much less in our currency from tomorrow on."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class CurrencyShock(Terms, key="scenario.currency_shock"):
    """How far foreign currencies fall; a negative share is a rise."""

    share: float = term(
        0.10, unit="share by which foreign currencies fall", most=10, source="FORMULAS 4.6.8: 10 % either way"
    )


TERMS = CurrencyShock


def bend(paths: CashPaths, world: World, terms: CurrencyShock) -> CashPaths:
    """The share of receipts that is foreign today is taken to stay so."""
    loss = -terms.share * min(sum(world.foreign.values()), 1.0)
    kinds = [kind for kind in ("receipts_open", "receipts_sales") if kind in paths.flows]
    return paths.laid_over({kind: paths.flow(kind) * loss for kind in kinds})
