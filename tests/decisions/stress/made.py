"""Small cash paths whose answers can be told by hand."""

from datetime import date

import numpy as np

from solvent.simulation.bending.world import World
from solvent.simulation.horizon import Outlooked, horizon, weekly
from solvent.simulation.paths import CashPaths

DAY = date(2026, 11, 1)


def paths_of(flows, opening=1000, weeks=None):
    """Paths out of arrays [paths, bins] or [bins]."""
    flows = {kind: np.atleast_2d(np.asarray(flow, dtype=float)) for kind, flow in flows.items()}
    count = max(flow.shape[0] for flow in flows.values())
    bins = next(iter(flows.values())).shape[1]
    whole = {kind: np.broadcast_to(flow, (count, bins)).copy() for kind, flow in flows.items()}
    return CashPaths(weekly(DAY, weeks or bins), "CNY", 1, opening, whole, np.zeros(count))


def drawn(count=500, seed=3):
    """A company with everything: uneven receipts, bills, payroll, on the real calendar."""
    draw = np.random.default_rng(seed)
    ahead = horizon(DAY, Outlooked())
    size = (count, len(ahead))
    days = ahead.lengths
    flows = {
        "receipts_open": draw.gamma(2.0, 5_000, size) * days * np.exp(-np.arange(size[1]) / 6),
        "receipts_sales": draw.gamma(4.0, 4_000, size) * days * (1 - np.exp(-np.arange(size[1]) / 6)),
        "suppliers_future": -draw.gamma(6.0, 1_400, size) * days,
        "payroll": np.broadcast_to(-4_000.0 * days, size).copy(),
        "freight": -draw.gamma(4.0, 100, size) * days,
    }
    return CashPaths(ahead, "CNY", seed, 900_000, flows, draw.standard_normal(count))


def world(paths):
    """A world in which the largest debtor owes a third of all."""
    return World(
        customers={"C1": paths.flow("receipts_open") / 3, "C2": paths.flow("receipts_open") / 5},
        sales_shares={"C1": 0.25, "C2": 0.1},
        foreign={"USD": 0.4},
        drawn={"L1": (200_000, date(2027, 2, 28)), "L2": (100_000, None)},
    )
