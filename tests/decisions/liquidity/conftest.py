"""Paths for the tests of liquidity: told flow by flow, or drawn with a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books, Ledger, open_books
from solvent.books.receivables import OPEN_ITEMS
from solvent.measures.measures import Measures, measure
from solvent.simulation.horizon import Horizon, Outlooked, horizon
from solvent.simulation.paths import CashPaths

Maker = Callable[..., CashPaths]


def made(
    as_of: date, flows: Mapping[str, object], opening: int | None, ahead: Horizon | None = None, currency: str = "CNY"
) -> CashPaths:
    """Paths out of flows that broadcast to [paths, bins]; the factor is the path's place."""
    ahead = ahead or horizon(as_of, Outlooked(weeks=26, months=6))
    arrays = {kind: np.atleast_2d(np.asarray(flow, dtype=np.float64)) for kind, flow in flows.items()}
    count = max((array.shape[0] for array in arrays.values()), default=1)
    wide = {kind: np.broadcast_to(array, (count, len(ahead))).copy() for kind, array in arrays.items()}
    return CashPaths(ahead, currency, 0, opening, wide, np.linspace(-1.0, 1.0, count))


def drawn(as_of: date, seed: int = 3, count: int = 200, opening: int | None = 500_000_00) -> CashPaths:
    """A company with every usual kind of flow, drawn with a seed."""
    ahead = horizon(as_of)
    noise, days = np.random.default_rng(seed), ahead.lengths.astype(np.float64)
    mood = noise.standard_normal(count)

    def flow(daily: float, spread: float, load: float = 0.0) -> np.ndarray:
        sizes = np.exp(spread * noise.standard_normal((count, len(ahead))) - load * mood[:, None])
        return daily * days * sizes

    flows = {
        "receipts_open": flow(60_000_00, 0.3, 0.2) * (ahead.end_days < 80),
        "receipts_sales": flow(60_000_00, 0.3, 0.2) * (ahead.end_days >= 80),
        "suppliers_open": flow(-35_000_00, 0.1) * (ahead.end_days < 60),
        "suppliers_future": flow(-35_000_00, 0.1) * (ahead.end_days >= 60),
        "payroll": flow(-15_000_00, 0.02),
        "rent": flow(-3_000_00, 0.0),
        "capex": flow(-2_000_00, 0.5),
        "interest": flow(-500_00, 0.0),
    }
    return CashPaths(ahead, "CNY", seed, opening, flows, mood)


@pytest.fixture(scope="session")
def quiet_books() -> Books:
    """Books of one invoice, due on their day."""
    day, issued = date(2026, 10, 31), date(2026, 10, 1)
    row = {
        "item_id": ["I1"], "invoice_id": ["I1"], "customer_id": ["C1"], "issued_on": [issued], "due_on": [day],
        "currency": ["CNY"], "amount": [1_00], "recorded_on": [issued],
    }  # fmt: skip
    return open_books(Ledger({"open_items": OPEN_ITEMS.conform(pl.LazyFrame(row))}, currency="CNY"), day)


@pytest.fixture(scope="session")
def quiet_measures(quiet_books: Books) -> Measures:
    """Their measures, made once: a test puts what it asks about in their place."""
    return measure(quiet_books, Policy(quiet_books.as_of))


@pytest.fixture
def paths_of() -> Maker:
    return made


@pytest.fixture
def company_paths() -> Maker:
    return drawn
