"""Open books made of arrays, for tests that know the answer."""

from datetime import date

import numpy as np
import polars as pl

from solvent.simulation.horizon import weekly
from solvent.simulation.items.failure import survival, until_failure
from solvent.simulation.items.kernel import thresholds
from solvent.simulation.items.receipts import OpenBook
from solvent.simulation.items.together import Joint, moves
from solvent.simulation.noise import keys_of, quantiles

DAY = date(2026, 1, 1)


def book_of(chance, worth, customer, *, loads, hazard=None, sector=None, weeks=None, fails=None):
    """An open book: ``chance`` [items, bins]; ``customer`` sorted places; ``loads`` one row of ten for all."""
    chance = np.asarray(chance, dtype=float)
    customer = np.asarray(customer)
    count = int(customer.max()) + 1
    horizon = weekly(DAY, weeks or chance.shape[1])
    hazard = np.zeros(count) if hazard is None else np.asarray(hazard, dtype=float)
    surviving = survival(hazard, horizon.end_days) if fails is None else 1.0 - np.asarray(fails)
    names = [f"C{place}" for place in range(count)]
    items = pl.DataFrame(
        {
            "customer_no": customer,
            "item_id": [f"I{n}" for n in range(len(customer))],
            "worth": worth,
            "currency": "CNY",
        },
        schema_overrides={"worth": pl.Int64, "customer_no": pl.UInt32},
    )
    return OpenBook(
        horizon=horizon,
        items=items,
        names=names,
        sectors=["-"],
        groups=[],
        sector=np.zeros(count, dtype=np.int64) if sector is None else np.asarray(sector),
        group=np.full(count, -1, dtype=np.int64),
        starts=np.searchsorted(customer, np.arange(count + 1)).astype(np.int64),
        loads=np.tile(np.asarray(loads, dtype=float), (count, 1)),
        chance=chance,
        laws=thresholds(until_failure(chance, surviving[customer])),
        hazard=hazard,
        fails=-quantiles(1.0 - surviving),
        customer_words=keys_of(names),
        item_words=keys_of([f"I{n}" for n in range(len(customer))]),
    )


def moves_of(seed, paths, sectors=("-",)):
    """Factors with nothing in common between delay and failure."""
    return moves(seed, paths, list(sectors), [], Joint(delay_with_failure=0.0))


def alone():
    """Loads of items that move with nobody."""
    return [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
