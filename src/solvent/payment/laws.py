"""Laws: fit. Each customer's own law of delay, shrunk to that of all customers, by closed-form counts.

Delays are days from the due day to the day of payment. An item that still runs is information too: it was at risk
on every day up to now. The law of a customer is the beta-Stacy posterior (Walker and Muliere 1997): in each bin its
hazard is own payments plus a prior hazard, over own items at risk plus the prior's weight, which without running
items is the Dirichlet posterior. The prior is the law of everybody's residuals, moved to where the customer's own
delays lie. Old items count less, by half-lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.payment.grid import COUNT, EDGES, LAST, Floats, Ints, bin_of

RESIDUALS: Ints = np.arange(-800, 801)
"""Days of the grid on which everybody's residuals are counted."""

CLASSES: Ints = np.array([0, 15, 35, 65, 95])
"""Upper ends, in days from invoice to due day, of the classes of terms: cash, up to 15, 35, 65, 95 days, and longer."""


@dataclass(frozen=True)
class Laws(Terms, key="payment.laws"):
    """How much the past and the others count."""

    half_life_days: float = term(
        365.0, unit="days after which an item counts half", source="own choice: 180 to 1,000 differ little"
    )
    drift_half_life_days: float = term(
        60.0, unit="days after which an item counts half in the drift", source="own choice: back-tested 60 to 200"
    )
    drift_items: float = term(30.0, unit="items at which half the drift is believed", source="own choice")
    place_items: float = term(
        1.0, unit="items of the others that place a customer", source="own choice: back-tested 0.3 to 3"
    )
    shape_items: float = term(
        20.0, unit="items of the others that shape a customer's law", source="own choice: back-tested 3 to 100"
    )
    widest_days: float = term(
        90.0, unit="days beyond which a delay no longer moves the place", source="own choice: one late year is no habit"
    )
    generic_items: float = term(
        3.0, unit="items of a generic law, where there is no history", source="own choice: as good as three invoices"
    )
    generic_days: float = term(
        7.0, unit="mean distance from the due day in the generic law", source="own choice: a week"
    )
    generic_never_share: float = term(
        0.02,
        unit="share never paid in the generic law",
        most=10,
        source="own choice: an expected loss rate of poor books",
    )


DEFAULTS = Laws()


@dataclass(frozen=True)
class Fitted:
    """What was learned by the end of ``as_of``; frozen. ``curves.predict`` reads it.

    place: [customers], where each customer's delays lie, in days; by_class: [terms classes], for customers without
    history. weight: [customers], items behind each customer's place, decayed. drift: days by which everybody has moved
    lately. residual_law: [RESIDUALS], cumulative chance of at most so many days beyond one's place.
    paid_*: one entry for each paid item, by customer: its bin and weight. running_*: the same for items not paid, with
    the number of bins that they survived. starts of customers in both: ``paid_start``, ``running_start``.
    """

    as_of: date
    terms: Laws
    items: int
    paid: int
    place: Floats
    weight: Floats
    by_class: Floats
    drift: float
    residual_law: Floats
    paid_customer: Ints
    paid_bin: Ints
    paid_weight: Floats
    running_customer: Ints
    running_bins: Ints
    running_weight: Floats


def fit(items: pl.DataFrame, as_of: date, customers: int, terms: Laws = DEFAULTS) -> Fitted:
    """The laws of all customers.

    Args:
        items: as ``history.history`` gives them, as known at ``as_of``.
        customers: how many customers the journal numbers.
    """
    who = items.get_column("customer_no").cast(pl.Int64).to_numpy()
    day = pl.lit(as_of)
    days = items.select(
        (day - pl.col("due_on")).dt.total_days().alias("age"),
        (pl.col("due_on") - pl.col("issued_on")).dt.total_days().alias("terms"),
        (pl.col("ended_on") - pl.col("due_on")).dt.total_days().alias("delay"),
        (pl.col("end") == "paid").fill_null(False).alias("paid"),
        (pl.col("end") == "lost").fill_null(False).alias("lost"),
    )
    age = days.get_column("age").to_numpy().astype(np.float64)
    paid, lost = days.get_column("paid").to_numpy(), days.get_column("lost").to_numpy()
    delay = days.get_column("delay").fill_null(0).to_numpy().astype(np.float64)
    klass = np.searchsorted(CLASSES, days.get_column("terms").to_numpy())
    lived = np.where(paid | (items.get_column("end").is_null().to_numpy()), age, delay)
    lived = np.where(lost, LAST + 1.0, lived)
    weight = 0.5 ** (np.maximum(age, 0.0) / terms.half_life_days)
    seen = _seen(age, weight, delay)
    held = np.clip(delay, -terms.widest_days * 4, terms.widest_days)
    counted = np.where(paid, weight / seen, 0.0)
    place, own, by_class = _places(who, klass, counted, held, customers=customers, terms=terms)
    residual = held - place[who]
    recent = np.where(paid, 0.5 ** (np.maximum(age, 0.0) / terms.drift_half_life_days) / seen, 0.0)
    drift = float((recent * residual).sum() / (recent.sum() + terms.drift_items))
    running = ~paid
    return Fitted(
        as_of=as_of,
        terms=terms,
        items=len(who),
        paid=int(paid.sum()),
        place=place,
        weight=own,
        by_class=by_class,
        drift=drift,
        residual_law=_residual_law(
            delay[paid] - place[who[paid]], weight[paid], lived[running] - place[who[running]], weight[running], terms
        ),
        paid_customer=who[paid],
        paid_bin=bin_of(np.round(delay[paid] + drift)),
        paid_weight=weight[paid],
        running_customer=who[running],
        running_bins=np.searchsorted(EDGES, np.round(lived[running] + drift), side="right").astype(np.int64),
        running_weight=weight[running],
    )


def _seen(age: Floats, weight: Floats, delay: Floats) -> Floats:
    """The chance that a payment so many days after due had been seen by now: the share of items that are old enough.

    A payment is counted with one over it, so that the quick payments of young items do not pass for the custom.
    """
    if not len(age):
        return np.ones(0)
    order = np.argsort(age)
    left = np.cumsum(weight[order][::-1])[::-1] / weight.sum()
    share: Floats = np.maximum(left[np.minimum(np.searchsorted(age[order], delay), len(age) - 1)], 0.05)
    return share


def _places(
    who: Ints, klass: Ints, weight: Floats, held: Floats, *, customers: int, terms: Laws
) -> tuple[Floats, Floats, Floats]:
    """Where the delays of each customer and of each class of terms lie; classes lean on all, customers on classes."""
    total = weight.sum()
    every = float((weight * held).sum() / (total + terms.generic_items))
    kinds = len(CLASSES) + 1
    in_class = np.bincount(klass, weight, kinds)
    by_class: Floats = (np.bincount(klass, weight * held, kinds) + 10.0 * terms.place_items * every) / (
        in_class + 10.0 * terms.place_items
    )
    own: Floats = np.bincount(who, weight, customers).astype(np.float64)
    items = np.maximum(np.bincount(who, None, customers), 1)
    lean = np.bincount(who, by_class[klass], customers) / items
    place: Floats = (np.bincount(who, weight * held, customers) + terms.place_items * lean) / (own + terms.place_items)
    return place, own, by_class


def _residual_law(paid: Floats, paid_weight: Floats, lived: Floats, lived_weight: Floats, terms: Laws) -> Floats:
    """Everybody's residuals as one cumulative law, running items at risk up to their age, over a generic law."""
    low, size = int(RESIDUALS[0]), len(RESIDUALS)
    events = np.bincount(np.clip(np.round(paid) - low, 0, size - 1).astype(np.int64), paid_weight, size) * 1.0
    survived = np.clip(np.floor(lived) - low + 1, 0, size).astype(np.int64)
    gone = np.bincount(survived, lived_weight, size + 1)
    shape = np.exp(-np.abs(RESIDUALS) / terms.generic_days)
    events += terms.generic_items * (1.0 - terms.generic_never_share) * shape / shape.sum()
    leaving = events + gone[:size]
    at_risk = leaving[::-1].cumsum()[::-1] + gone[size] + terms.generic_items * terms.generic_never_share
    at_risk -= gone[:size]
    hazard = events / np.maximum(at_risk, 1e-12)
    law: Floats = 1.0 - np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0))
    return law


def law_rows(fitted: Fitted, customers: Ints, classes: Ints) -> Floats:
    """Cumulative laws, [rows, COUNT]: of each customer in ``customers`` (-1: one never seen) on terms of each class.

    A customer with little history leans on the place of its class of terms as ``place_items`` says.
    """
    terms, count = fitted.terms, len(fitted.place)
    known = (customers >= 0) & (customers < count)
    safe = np.where(known, customers, 0)
    unseen = fitted.by_class[classes]
    place = np.where(known & (fitted.weight[safe] > 0) if count else known, _at(fitted.place, safe), unseen)
    prior = np.interp(
        EDGES[None, :] + 0.5 - fitted.drift - place[:, None],
        RESIDUALS + 0.5,
        fitted.residual_law,
        left=0.0,
    )
    rows = np.full(count + 1, -1)
    used = np.unique(safe[known]) if count else np.zeros(0, dtype=np.int64)
    rows[used] = np.arange(len(used))
    events = _counts(rows, fitted.paid_customer, np.minimum(fitted.paid_bin, COUNT), fitted.paid_weight, len(used))
    gone = _counts(rows, fitted.running_customer, fitted.running_bins, fitted.running_weight, len(used))
    leaving = events + gone
    at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1] - gone
    own = np.where(known, rows[np.where(known, safe, count)], -1)
    some = own >= 0
    events = np.where(some[:, None], events[own, :COUNT] if len(used) else 0.0, 0.0)
    at_risk = np.where(some[:, None], at_risk[own, :COUNT] if len(used) else 0.0, 0.0)
    before = 1.0 - np.concatenate([np.zeros((len(prior), 1)), prior[:, :-1]], axis=1)
    lean = terms.shape_items * np.maximum(before, 1e-6)
    expected = lean * np.clip(1.0 - (1.0 - prior) / np.maximum(before, 1e-9), 0.0, 1.0)
    hazard = (expected + events) / (lean + at_risk)
    law: Floats = 1.0 - np.cumprod(1.0 - np.clip(hazard, 0.0, 1.0 - 1e-9), axis=1)
    return law


def _at(values: Floats, places: Ints) -> Floats:
    return values[places] if len(values) else np.zeros(len(places))


def _counts(rows: Ints, who: Ints, bins: Ints, weight: Floats, count: int) -> Floats:
    """Weights by row and bin, [count, COUNT + 1]; customers without a row are left out."""
    mine = rows[who] >= 0
    flat = rows[who[mine]] * (COUNT + 1) + bins[mine]
    counted: Floats = np.bincount(flat, weight[mine], count * (COUNT + 1)).astype(np.float64)
    return counted.reshape(count, COUNT + 1)
