"""Failure: how soon each customer may fail, and the law of payment of its items as long as it does not.

The law of an item says with which chance it is never paid. Part of that is a quarrel about one invoice; the larger part
is that its customer fails first. The two are competing ends: with a constant hazard of failure, the law of payment is
taken apart so that both together give back the law that was learned, item by item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.simulation.horizon import Floats, Ints

YEAR = 365.0


@dataclass(frozen=True)
class Failing(Terms, key="simulation.failure"):
    """Whose fault it is when an item is never paid."""

    by_failure_share: float = term(
        0.7,
        unit="share of never-paid money that failed customers owe",
        most=1,
        source="own choice: the rest are quarrels",
    )
    credit_weight: float = term(
        0.5,
        unit="share of the yearly chance, in logarithms, that the credit file tells, the rest the record of payment",
        most=1,
        source="own choice: statements and registers know what payments do not, and the other way round",
    )
    highest_yearly: float = term(3.0, unit="failures a year at most", source="own choice: a third of a year to live")


DEFAULTS = Failing()


def hazards(never: Floats, waits: Floats, worth: Floats, customer: Ints, customers: int, terms: Failing) -> Floats:
    """[customers]: failures a year, out of what is never paid and how long it is waited for.

    The occurrence-exposure rate: expected money lost by failure over expected money-years at risk.

    Args:
        never: [items], chance never to be paid. waits: [items], expected years until paid, given up after two.
        worth: [items], weights. customer: [items], places of customers.
    """
    lost = np.bincount(customer, worth * never, customers) * terms.by_failure_share
    waited = np.bincount(customer, worth * waits, customers)
    rate: Floats = np.where(waited > 0, lost / np.maximum(waited, 1e-12), 0.0)
    return np.minimum(rate, terms.highest_yearly)


def informed(learned: Floats, told: Floats, weight: Floats, highest: float) -> Floats:
    """[customers]: failures a year, out of the record of payment and of the credit file: their weighted geometric mean.

    Args:
        learned: [customers], ``hazards``. told: [customers], yearly chances by the credit file. weight: [customers], of
            the file: 0 leaves what is learned, 1 takes what the file says.
    """
    file = -np.log1p(-np.clip(told, 1e-6, 1.0 - 1e-6))
    mixed = np.exp((1.0 - weight) * np.log(np.maximum(learned, 1e-6)) + weight * np.log(file))
    rate: Floats = np.where(weight > 0, mixed, learned)
    return np.minimum(rate, highest)


def survival(hazard: Floats, end_days: Ints) -> Floats:
    """[customers, bins]: chance not to have failed by the end of each bin."""
    told: Floats = np.exp(-hazard[:, None] * end_days[None, :] / YEAR)
    return told


def until_failure(chances: Floats, surviving: Floats) -> Floats:
    """The law of payment of items whose customer does not fail, [items, bins], cumulative.

    An item is paid in a bin if its customer has not failed by the bin's end: what is learned, bin by bin, is this law's
    share of the bin times the chance to have survived it.

    Args:
        chances: [items, bins], the learned cumulative chances. surviving: [items, bins], of each item's customer.
    """
    step = np.diff(chances, axis=1, prepend=0.0) / np.maximum(surviving, 1e-12)
    law: Floats = np.minimum(np.cumsum(np.maximum(step, 0.0), axis=1), 1.0)
    return law


def waits(paid_by: Floats, days: Ints) -> Floats:
    """Expected years until paid, given up at the last of ``days``: the area above each row of cumulative chances.

    Args:
        paid_by: [items, days], rising.
    """
    left = 1.0 - np.concatenate([np.zeros((len(paid_by), 1)), paid_by], axis=1)
    width = np.diff(days, prepend=0).astype(np.float64)
    area: Floats = ((left[:, 1:] + left[:, :-1]) / 2.0 * width).sum(axis=1) / YEAR
    return area
