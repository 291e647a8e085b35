"""Limit cut: banks call what is drawn on our lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.bending.world import World
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class LimitCut(Terms, key="scenario.limit_cut"):
    """How much is called, and how soon."""

    share: float = term(
        0.5, unit="share of what is drawn that is called", most=1, source="own choice: one of two banks"
    )
    days: int = term(30, unit="days until it is paid back", source="own choice: usual notice")


TERMS = LimitCut


def bend(paths: CashPaths, world: World, terms: LimitCut) -> CashPaths:
    """What would have been repaid within the horizon anyway is not repaid twice."""
    horizon = paths.horizon
    change = np.zeros(len(horizon))
    called = horizon.bin_of(horizon.as_of + timedelta(days=terms.days))
    if called == len(horizon):
        return paths
    for drawn, ends_on in world.drawn.values():
        change[called] -= terms.share * drawn
        if ends_on is not None and ends_on <= horizon.ends[-1]:
            change[max(horizon.bin_of(ends_on), called)] += terms.share * drawn
    return paths.laid_over({"facility_repaid": np.broadcast_to(change, (paths.count, len(horizon)))})
