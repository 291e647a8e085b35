"""Drivers: what money in becomes if sales change, customers pay later, or one of them stops buying.

Each answer is a change, [paths, bins], to be laid over ``receipts_sales`` of the same paths.
"""

from __future__ import annotations

import numpy as np

from solvent.base.problem import SolventError
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.sales.sales import Sales


def sold(sales: Sales, share: float, since: int = 0) -> Floats:
    """What receipts change if sales change by ``share`` (-0.1: a tenth less) from bin ``since`` on.

    From the first bin on this is exact on every path; later bins are paid by the mean kernel.
    """
    if since <= 0:
        exact: Floats = sales.receipts * share
        return exact
    return paid(sales.invoiced * share, sales.kernel, since)


def paid(invoiced: Floats, kernel: Floats, since: int = 0) -> Floats:
    """[paths, bins]: what invoices of the bins from ``since`` on bring in each bin, on average.

    Args:
        invoiced: [paths, bins]. kernel: [bins, bins], share of a bin's invoices that is paid in each bin.
    """
    told = np.zeros(invoiced.shape)
    for issue in range(max(since, 0), invoiced.shape[1]):
        told[:, issue:] += invoiced[:, issue, None] * kernel[None, issue, issue:]
    return told


def later(receipts: Floats, horizon: Horizon, days: float) -> Floats:
    """What receipts change if every payment comes ``days`` later: one more receivables day is ``days`` = 1.

    Money inside a bin is taken to come evenly. With negative ``days`` it comes sooner; what then would come into the
    horizon from beyond its end is not known and not in the answer.

    Args:
        receipts: [paths, bins], of any invoices that are paid after ``horizon.as_of``.
    """
    ends = np.concatenate([[0.0], horizon.end_days.astype(np.float64)])
    running = np.concatenate([np.zeros((len(receipts), 1)), np.cumsum(receipts, axis=1)], axis=1)
    asked = np.clip(ends[1:] - days, 0.0, ends[-1])
    right = np.clip(np.searchsorted(ends, asked, side="left"), 1, len(ends) - 1)
    share = (asked - ends[right - 1]) / (ends[right] - ends[right - 1])
    moved = running[:, right - 1] + (running[:, right] - running[:, right - 1]) * share
    change: Floats = np.diff(moved, axis=1, prepend=0.0) - receipts
    return change


def without(sales: Sales, customer_id: str, since: int = 0) -> Floats:
    """What receipts change if a customer that is told apart in ``sales.mix`` gets no more invoices from ``since`` on.

    Raises:
        SolventError: the customer is not among those told apart: it bought too little, or nothing.
    """
    names = () if sales.mix is None else sales.mix.names
    if sales.mix is None or not customer_id or customer_id not in names:
        raise SolventError(
            "sales.not_told_apart", customer=customer_id, known=", ".join(name for name in names if name)
        )
    place = names.index(customer_id)
    kernel = np.diff(sales.mix.chances[place], axis=1, prepend=0.0)
    return -paid(sales.invoiced * sales.mix.shares[place], kernel, since)
