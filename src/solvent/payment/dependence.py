"""Dependence: how much the delays of items move together: with everybody's, with their sector's, with their customer's.

What each paid item did is told as a normal score: where its delay lies in the law that was known before it was issued.
If items were independent, the scores of items due in one month would not be correlated. How far they are gives the
shares of variance of three factors: one for all, one a sector, one a customer.

The scores come from laws fitted at a few cut-offs in time order, each on what was known at the cut-off. An item counts
when it has been watched for so long that nearly all such items are paid; one that is not paid even so has the mean
score of what is left of its law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from solvent.base.draws import normal
from solvent.base.terms import Terms, term
from solvent.payment.curves import predict
from solvent.payment.grid import Floats, Ints
from solvent.payment.history import as_known
from solvent.payment.laws import DEFAULTS as LAWS
from solvent.payment.laws import Laws, fit


@dataclass(frozen=True)
class Together(Terms, key="payment.dependence"):
    """What is taken for granted of how delays move together, and how much history outweighs it."""

    systemic: float = term(0.1225, unit="share of variance", most=1, source="own choice: 0.35 squared, all customers")
    sector: float = term(0.10, unit="share of variance", most=1, source="own choice: less than what moves all")
    customer: float = term(0.3025, unit="share of variance", most=1, source="own choice: 0.55 squared, one customer")
    most: float = term(
        0.9, unit="share of variance of all three at most", most=1, source="own choice: no item is its customer"
    )
    months: float = term(
        12.0, unit="months of history at which half is believed", source="own choice: one draw of a factor a month"
    )
    cells: float = term(
        60.0,
        unit="months of sectors or customers at which half is believed",
        most=1_200,
        source="own choice: five for a year",
    )
    folds: int = term(6, unit="cut-offs in the past", source="own choice: more differ little")
    fold_days: int = term(90, unit="days of new items scored after each", source="own choice: as one looks ahead")
    watched_share: float = term(
        0.8, unit="chance of payment within the days watched, from which an item counts", most=1, source="own choice"
    )


DEFAULTS = Together()


@dataclass(frozen=True)
class Dependence:
    """Shares of the variance of an item's normal score; frozen. What is left is the item's own.

    systemic: of the factor that moves all. sector, customer: of those of the sector and of the customer beyond it.
    pairs: of items of one month that it was learned from; 0: the default terms stand.
    """

    systemic: float
    sector: float
    customer: float
    pairs: int


def dependence(
    items: pl.DataFrame,
    customers: int,
    as_of: date,
    sectors: Sequence[str | None] = (),
    *,
    laws: Laws = LAWS,
    terms: Together = DEFAULTS,
) -> Dependence:
    """How delays moved together in the past.

    Args:
        items: as ``history.history`` gives them at the end of ``as_of``.
        customers: how many customers the journal numbers.
        sectors: [customers], the sector of each; empty: not known. Where there is one sector only, what its items share
            is divided as the default terms divide it.
    """
    scored = scores(items, customers, as_of, laws=laws, terms=terms)
    who = scored.get_column("customer_no").cast(pl.Int64).to_numpy()
    return shares(
        scored.get_column("score").to_numpy(),
        who,
        scored.get_column("month").cast(pl.Int64).to_numpy(),
        _numbered(sectors)[who] if len(sectors) else np.full(len(who), -1),
        terms,
    )


def scores(
    items: pl.DataFrame, customers: int, as_of: date, *, laws: Laws = LAWS, terms: Together = DEFAULTS
) -> pl.DataFrame:
    """The normal score of each item under the law known before it was issued; 0 where it did what was most expected.

    Returns:
        customer_no (UInt32), item_id, month (Int32: of its due day, months since year 0), score (Float64; positive is
        later than expected).
    """
    frames = []
    first = items.get_column("issued_on").min()
    back = [terms.fold_days * fold for fold in range(terms.folds + 1, 0, -1)] if isinstance(first, date) else []
    for cut in (as_of - timedelta(days=days) for days in back):
        if not isinstance(first, date) or cut <= first:
            continue
        asked = items.filter(
            (pl.col("issued_on") > cut)
            & (pl.col("issued_on") <= cut + timedelta(days=terms.fold_days))
            & (pl.col("end").is_null() | (pl.col("end") == "paid"))
        )
        known = as_known(items, cut)
        if asked.is_empty() or known.filter(pl.col("end") == "paid").is_empty():
            continue
        frames.append(_scored(asked, known, customers, cut, as_of=as_of, laws=laws, terms=terms))
    none = items.clear().select("customer_no", "item_id", _MONTH, pl.lit(0.0).alias("score"))
    return pl.concat([none, *frames])


_MONTH = (pl.col("due_on").dt.year() * 12 + pl.col("due_on").dt.month()).cast(pl.Int32).alias("month")


def _scored(
    asked: pl.DataFrame, known: pl.DataFrame, customers: int, cut: date, *, as_of: date, laws: Laws, terms: Together
) -> pl.DataFrame:
    curves = predict(fit(known, cut, customers, laws), asked, cut)
    days = asked.select(
        (pl.lit(as_of) - pl.col("due_on")).dt.total_days().alias("watched"),
        (pl.col("ended_on") - pl.col("due_on")).dt.total_days().alias("delay"),
    )
    watched = days.get_column("watched").to_numpy().astype(np.int64)
    paid = days.get_column("delay").is_not_null().to_numpy()
    delay = days.get_column("delay").fill_null(0).to_numpy().astype(np.int64)
    # The place in the law is the middle of the step: the laws are of whole days.
    told = curves.at_delays(np.stack([delay, delay - 1, watched], axis=1))
    place = np.clip(np.where(paid, (told[:, 0] + told[:, 1]) / 2.0, told[:, 2]), 1e-3, 1.0 - 1e-3)
    score = pl.DataFrame({"place": place}).select(normal(pl.col("place"))).to_series().to_numpy()
    tail = np.exp(-score * score / 2.0) / np.sqrt(2.0 * np.pi) / (1.0 - place)
    counted = told[:, 2] >= terms.watched_share
    frame = asked.select("customer_no", "item_id", _MONTH, pl.Series("score", np.where(paid, score, tail)))
    return frame.filter(pl.Series(counted))


def shares(score: Floats, who: Ints, month: Ints, sector: Ints, terms: Together = DEFAULTS) -> Dependence:
    """The shares of variance out of scores, by the method of moments: products of pairs of one month, summed.

    The mean product of two items of different sectors is the systemic share; of different customers of one sector the
    sector's more; of one customer the customer's more. Pairs are never formed: the sum of all products is the square
    of the sum less the sum of squares. Customers with many items a month count for little more than those with a few,
    since they tell of one customer all the same.

    Args:
        score, who, month, sector: [items]; sector -1: not known, which is a sector of its own.
    """
    prior = Dependence(terms.systemic, terms.sector, terms.customer, 0)
    variance = float((score * score).mean()) if len(score) else 0.0
    if variance <= 0.0:
        return prior
    cells = _cells(score, who, month)
    keys = cells.month * (int(sector.max()) + 2) + sector[cells.first] + 1
    every, near, own = _between(cells, cells.month), _between(cells, keys), _within(cells)
    far = _Moment(every.weight - near.weight, every.products - near.products, every.cells)
    systemic, sectoral = terms.systemic, terms.sector
    if far.known and near.known:
        systemic = far.leaning(0.0, variance, terms.systemic, terms.months)
        sectoral = near.leaning(far.share(variance), variance, terms.sector, terms.cells)
    elif every.known:
        both = every.leaning(0.0, variance, systemic + sectoral, terms.months)
        part = systemic / max(systemic + sectoral, 1e-12)
        systemic, sectoral = both * part, both * (1.0 - part)
    beyond = near if near.known else every
    shared = beyond.share(variance) if beyond.known else systemic + sectoral
    customer = own.leaning(shared, variance, terms.customer, terms.cells)
    scale = min(1.0, terms.most / max(systemic + sectoral + customer, 1e-12))
    sizes = np.bincount(month - month.min()).astype(np.float64)
    pairs = int((sizes * (sizes - 1.0)).sum() / 2.0)
    return Dependence(systemic * scale, sectoral * scale, customer * scale, pairs)


@dataclass(frozen=True)
class _Cells:
    """Scores summed by customer and month: [cells]. first: the place of one item of each cell."""

    month: Ints
    first: Ints
    size: Floats
    total: Floats
    square: Floats


@dataclass(frozen=True)
class _Moment:
    """A weighted sum of products of pairs; cells: as how many equal months, or sectors' months, they count."""

    weight: float
    products: float
    cells: float

    @property
    def known(self) -> bool:
        """True where there is any pair."""
        return self.weight > 1e-9

    def share(self, variance: float) -> float:
        """The mean product, as a share of the variance."""
        return self.products / self.weight / variance

    def leaning(self, less: float, variance: float, prior: float, half: float) -> float:
        """The share less what others explain, leaning on a prior as the number of cells says; never negative."""
        if not self.known:
            return prior
        believed = self.cells / (self.cells + half)
        return max(believed * (self.share(variance) - less) + (1.0 - believed) * prior, 0.0)


def _cells(score: Floats, who: Ints, month: Ints) -> _Cells:
    key = month * (int(who.max()) + 1) + who
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    count = len(first)
    return _Cells(
        month[first],
        first.astype(np.int64),
        np.bincount(place, None, count).astype(np.float64),
        np.bincount(place, score, count).astype(np.float64),
        np.bincount(place, score * score, count).astype(np.float64),
    )


def _between(cells: _Cells, keys: Ints) -> _Moment:
    """Products of items of different customers whose cells have the same key."""
    lean = cells.size / (cells.size + 2.0)
    told = lean * cells.total / cells.size
    _, place = np.unique(keys, return_inverse=True)
    count = int(place.max()) + 1
    weight = np.bincount(place, lean, count) ** 2 - np.bincount(place, lean * lean, count)
    products = np.bincount(place, told, count) ** 2 - np.bincount(place, told * told, count)
    return _Moment(float(weight.sum()), float(products.sum()), _equal(weight))


def _within(cells: _Cells) -> _Moment:
    """Products of items of one cell."""
    several = cells.size > 1.0
    size = cells.size[several]
    weight = (size - 1.0) / (size + 1.0)
    mean = (cells.total[several] ** 2 - cells.square[several]) / (size * (size - 1.0))
    return _Moment(float(weight.sum()), float((weight * mean).sum()), _equal(weight))


def _equal(weight: npt.NDArray[Any]) -> float:
    """As how many equal ones weights of different size count."""
    squares = float((weight * weight).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0.0 else 0.0


def _numbered(names: Sequence[str | None]) -> Ints:
    """The same number for the same name; -1 for none."""
    places = {name: place for place, name in enumerate(sorted({name for name in names if name is not None}))}
    return np.array([-1 if name is None else places[name] for name in names], dtype=np.int64)
