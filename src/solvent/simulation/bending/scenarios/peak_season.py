"""Peak season: goods are bought ahead of a season whose sales bring their money only later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class PeakSeason(Terms, key="scenario.peak_season"):
    """How large the season is, how long goods are bought for it, and when its money comes."""

    share: float = term(
        0.30, unit="share more that is bought, then sold", most=10, source="own choice: one season's peak"
    )
    weeks: int = term(8, unit="weeks of buying ahead", source="own choice: two months of production and freight")
    money_after: int = term(
        14, unit="weeks until the season's sales bring money", most=5_218, source="own choice: eight and terms"
    )


TERMS = PeakSeason


def bend(paths: CashPaths, world: World, terms: PeakSeason) -> CashPaths:
    """Purchases and freight first, receipts later."""
    week = paths.horizon.week_of
    buying = ((week < terms.weeks) * terms.share).astype(np.float64)
    selling = ((week >= terms.money_after) & (week < terms.money_after + terms.weeks)) * terms.share
    changes = {kind: paths.flow(kind) * buying for kind in ("suppliers_future", "freight") if kind in paths.flows}
    if "receipts_sales" in paths.flows:
        changes["receipts_sales"] = paths.flow("receipts_sales") * selling
    return paths.laid_over(changes)
