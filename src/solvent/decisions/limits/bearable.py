"""Bearable: the largest exposure that the portfolio bears of each customer, and the safe transaction threshold.

Both are questions put to the paths that stand: nobody is simulated again but the one customer that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.cash import Laid
from solvent.simulation.company import TOLD_APART, Company
from solvent.simulation.horizon import Floats, Ints
from solvent.simulation.items.receipts import OpenBook, receipts
from solvent.simulation.items.together import Moves

LEVELS = 200
"""Steps of hazard, by powers of ten in LEVELS / 10: customers of one sector and one step have one law of failure."""


@dataclass(frozen=True)
class Bearable(Terms, key="limits.bearable"):
    """What the portfolio may lose, and through whom."""

    quantile: float = term(
        0.99, unit="quantile of portfolio loss, tail beyond it", most=1, source="FORMULAS 4.1.10: 99 %"
    )
    budget: float = term(
        0.10,
        unit="share of the tail loss that one customer may make",
        most=1,
        source="FORMULAS 4.1.10; share our own choice",
    )
    tolerable: float = term(
        0.002,
        unit="share of our yearly sales that one customer may cost in the tail in any case",
        most=1,
        source="own choice: a book of few customers has only large shares",
    )
    largest: float = term(
        0.25,
        unit="share of our yearly sales that no exposure passes",
        most=1,
        source="REQUIREMENTS EW-02: one customer, 25 %",
    )
    recovered: float = term(
        0.0, unit="share of a failed exposure that comes back", most=1, source="own choice: the worst"
    )
    cash_chance: float = term(
        0.10, unit="chance of falling under the floor, an order safe under it", most=1, source="FORMULAS 4.6.4, 4.6.5"
    )
    digits: int = term(2, unit="figures that are told, rounded down", source="own choice: draws carry no more")


DEFAULTS = Bearable()


def bearable(company: Company, yearly_sales: int, terms: Bearable = DEFAULTS) -> pl.DataFrame:
    """The portfolio budget (FORMULAS 4.1.10): how much each debtor may owe so that the tail stays bearable.

    The customer's loss is its exposure whenever it fails within the horizon. All others lose what the paths say, and
    the customer fails on each path with the chance that the path's factors give it. A larger exposure makes a worse
    tail of which it is a larger share; the largest exposure is sought whose part of the expected shortfall is within
    ``budget`` of the whole (its own with it), or within ``tolerable``, whichever is more.

    For the largest debtors the others' losses are the portfolio's less their own, path by path; for the rest the
    portfolio itself stands for the others, which errs on the safe side by its own small loss.

    Args:
        yearly_sales: our own, minor units of the books' currency.

    Returns: customer_id, exposure (Int64: what it owes today), chance (Float64: to fail within the horizon), tail_part
        (Int64: its part of the expected shortfall today), tail_share (Float64; empty: nothing is lost in the tail),
        bearable (Int64), over (Boolean: owes more than that), bound (String: ``tail`` or ``size``, what sets it),
        sorted by customer_id. Minor units of the books' currency.
    """
    book = company.book
    count = len(book.names)
    owed = np.asarray(book.exposure, dtype=np.float64)
    lost = company.receipts.lost * (1.0 - terms.recovered)
    most = terms.largest * yearly_sales
    apart = set(company.largest[:TOLD_APART])
    limits, parts, wholes = np.zeros(count), np.zeros(count), np.zeros(count)
    for place in sorted(apart):
        others = lost - receipts(book.of([place]), company.moves, company.paths.seed).lost * (1.0 - terms.recovered)
        tail = Tail(np.maximum(others, 0.0), failing(book, company.moves, place), terms)
        limits[place] = tail.largest(terms.tolerable * yearly_sales, most)
        parts[[place]], wholes[[place]] = tail.part(owed[[place]])
    classes, which = _classes(book, sorted(set(range(count)) - apart))
    for number, place in enumerate(classes):
        tail = Tail(lost, failing(book, company.moves, place), terms)
        members = np.asarray(which[number])
        limits[members] = tail.largest(terms.tolerable * yearly_sales, most)
        parts[members], wholes[members] = tail.part(owed[members])
    floored = _rounded(limits, terms.digits)
    return pl.DataFrame(
        {
            "customer_id": list(book.names),
            "exposure": np.rint(owed).astype(np.int64),
            "chance": 1.0 - np.exp(-book.hazard * float(book.horizon.end_days[-1]) / 365.0),
            "tail_part": np.rint(parts).astype(np.int64),
            "tail_share": [part / whole if whole > 0 else None for part, whole in zip(parts, wholes, strict=True)],
            "bearable": floored,
            "over": owed > floored,
            "bound": np.where(limits >= most - 0.5, "size", "tail"),
        },
        schema_overrides={"customer_id": pl.String, "tail_share": pl.Float64, "bound": pl.String},
    ).sort("customer_id")


def failing(book: OpenBook, moves: Moves, place: int) -> Floats:
    """[paths]: the chance that a customer fails within the horizon, given the factors of each path.

    The law of ``simulation.items.kernel``: it fails where its part of all factors passes a threshold; its own part is
    left open here, so the mean over paths is its chance to fail, without the noise of one draw a path.
    """
    load = book.loads[place]
    group = int(book.group[place])
    shared = load[4] * moves.bad + load[5] * moves.sectors[book.sector[place]]
    if group >= 0:
        shared = shared + load[6] * moves.group_bad[group]
    own = max(float(load[7]), 1e-9)
    threshold = float(book.fails[place, -1])
    if not np.isfinite(threshold):
        return np.full(len(shared), 1.0 if threshold < 0 else 0.0)
    return _upper((threshold - shared) / own)


class Tail:
    """The tail of portfolio loss with one more exposure, for any size of it.

    others: [paths], what all others lose. chance: [paths], of the customer to fail there. A path is two outcomes: with
    the exposure, weighing the chance, and without it.
    """

    def __init__(self, others: Floats, chance: Floats, terms: Bearable = DEFAULTS) -> None:
        order = np.argsort(others, kind="stable")[::-1]
        self.others, self.chance = others[order], chance[order]
        self.with_it = np.concatenate([[0.0], np.cumsum(self.chance)])
        self.without = np.concatenate([[0.0], np.cumsum(1.0 - self.chance)])
        self.sum_with = np.concatenate([[0.0], np.cumsum(self.others * self.chance)])
        self.sum_without = np.concatenate([[0.0], np.cumsum(self.others * (1.0 - self.chance))])
        self.weight = (1.0 - terms.quantile) * len(others)
        self.recovered = terms.recovered
        self.budget = terms.budget
        self._rising = -self.others

    def part(self, exposures: Floats) -> tuple[Floats, Floats]:
        """[exposures]: each one's part of the expected shortfall, and the whole: means over the worst outcomes."""
        loss = np.asarray(exposures, dtype=np.float64) * (1.0 - self.recovered)
        low, high = np.zeros(len(loss)), float(self.others[0]) + loss
        # The lowest loss beyond which no more than the tail's weight lies, to a millionth of the largest.
        for _ in range(32):
            middle = (low + high) / 2.0
            heavy = self._beyond(middle, loss)[0] > self.weight
            low, high = np.where(heavy, middle, low), np.where(heavy, high, middle)
        weight, own, total = self._beyond(high, loss)
        rest = np.maximum(self.weight - weight, 0.0)
        # Outcomes that lie on the edge itself fill up the tail; the exposure has its share of them.
        wide, own_wide, _ = self._beyond(low, loss)
        edge = wide - weight
        share = np.where(edge > 1e-12, (own_wide - own) / np.maximum(edge, 1e-12), 0.0)
        return (own + share * rest) * loss / self.weight, (total + rest * high) / self.weight

    def _beyond(self, line: Floats, loss: Floats) -> tuple[Floats, Floats, Floats]:
        """Weight of the outcomes over a line, weight of those with the exposure among them, and their losses."""
        one = np.searchsorted(self._rising, loss - line, side="left")
        other = np.searchsorted(self._rising, -line, side="left")
        own = self.with_it[one]
        return own + self.without[other], own, self.sum_with[one] + own * loss + self.sum_without[other]

    def largest(self, tolerable: float, most: float) -> float:
        """The largest exposure up to ``most`` whose part of the tail is within the budget, to a ten-thousandth."""
        low, high = 0.0, most
        for _ in range(8):
            if high - low <= 1e-4 * high:
                break
            tried = np.linspace(low, high, 33)
            part, whole = self.part(tried)
            over = np.flatnonzero(part > np.maximum(self.budget * whole, tolerable) + 1e-9)
            if not len(over):
                return high
            first = int(over[0])
            if first == 0:
                return 0.0
            low, high = float(tried[first - 1]), float(tried[first])
        return low


@dataclass(frozen=True)
class SafeOrder:
    """The safe transaction threshold of one customer, minor units of the books' currency.

    amount: the largest extra order that is safe; None: no limit was ever decided, and nothing else bounds it.
    limit_room: what the limit leaves; None: no limit. cash_room: what cash bears; None: more than was looked at, or
    not known. bound: which of them sets the amount. chance_before, chance_after: of falling under the floor, without
    and with an order of that size; None: cash is not known. on: day of delivery that was asked about.
    """

    amount: int | None
    limit_room: int | None
    cash_room: int | None
    bound: Literal["limit", "cash", "undecided"]
    chance_before: float | None
    chance_after: float | None
    on: date


def safe_order(
    exposure: int, limit: int | None, laid: Laid | None, *, on: date, most: int, terms: Bearable = DEFAULTS
) -> SafeOrder:
    """The largest extra order for which exposure stays within the limit and cash over its floor (CAPABILITIES 24).

    The chance of falling under the floor must stay under the term. Where it is not under it even without an order, no
    order is safe that makes it worse.

    Args:
        exposure, limit: minor units; None: no limit counts. laid: an order of the customer laid over the paths, as
            ``order.cash.laid`` does it; None: cash is not known. most: no larger order is looked at.
    """
    room = None if limit is None else max(limit - exposure, 0)
    ceiling = most if room is None else min(room, most)
    if laid is None:
        bound: Literal["limit", "cash", "undecided"] = "undecided" if room is None else "limit"
        return SafeOrder(room, room, None, bound, None, None, on)
    before = laid.effect(0, 0).before
    target = max(terms.cash_chance - 1e-12, before)
    cash = ceiling if _safe(laid, ceiling, target, before, terms) else _bisect(laid, ceiling, target, before, terms)
    bears = cash if cash < ceiling else None
    if room is None and bears is None:
        return SafeOrder(None, None, None, "undecided", before, laid.effect(most, 0).after, on)
    amount = cash if bears is not None else ceiling
    return SafeOrder(
        amount, room, bears, "cash" if bears is not None else "limit", before, laid.effect(amount, 0).after, on
    )


def _safe(laid: Laid, amount: int, target: float, before: float, terms: Bearable) -> bool:
    after = laid.effect(amount, 0).after
    return after < terms.cash_chance - 1e-12 if before < terms.cash_chance - 1e-12 else after <= target


def _bisect(laid: Laid, ceiling: int, target: float, before: float, terms: Bearable) -> int:
    """The largest safe amount below one that is not safe: an order's cost goes out before its money comes in."""
    low, high = 0, ceiling
    while high - low > max(high // 1000, 1):
        middle = (low + high) // 2
        if _safe(laid, middle, target, before, terms):
            low = middle
        else:
            high = middle
    return low


def with_cover(own: int, cover: int, insured_share: float) -> int:
    """The exposure of which no more than ``own`` is lost to us, where an insurer pays its share up to ``cover``.

    >>> with_cover(100, 500, 0.9), with_cover(100, 5000, 0.9), with_cover(100, 0, 0.9), with_cover(0, 500, 1.0)
    (550, 1000, 100, 500)
    """
    inside = (1.0 - insured_share) * cover
    if own >= inside:
        return int(own + insured_share * cover + 1e-6)
    return int(own / (1.0 - insured_share) + 1e-6)


def _classes(book: OpenBook, places: list[int]) -> tuple[list[int], list[list[int]]]:
    """Customers of one law of failure together: same sector, group and, to a step, hazard; the worst speaks for all."""
    if not places:
        return [], []
    kept = np.asarray(places)
    step = np.ceil(np.log10(np.maximum(book.hazard[kept], 1e-9)) * (LEVELS / 10)).astype(np.int64)
    keys = np.stack([book.sector[kept], book.group[kept], step], axis=1)
    _, which = np.unique(keys, axis=0, return_inverse=True)
    members: list[list[int]] = [[] for _ in range(int(which.max()) + 1)]
    for place, number in zip(places, np.ravel(which), strict=True):
        members[int(number)].append(place)
    return [max(group, key=lambda place: float(book.hazard[place])) for group in members], members


def _upper(at: Floats) -> Floats:
    """Chance of a standard normal beyond each value."""
    from_table: Floats = np.interp(at, _GRID, _BEYOND)
    return from_table


def _beyond_normal() -> tuple[Floats, Floats]:
    grid = np.linspace(-9.0, 9.0, 18_001)
    density = np.exp(-grid * grid / 2.0) / sqrt(2.0 * np.pi)
    step = grid[1] - grid[0]
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2.0 * step)])
    return grid, np.clip(1.0 - below / below[-1], 0.0, 1.0)


_GRID, _BEYOND = _beyond_normal()


def _rounded(values: Floats, figures: int) -> Ints:
    """Rounded down to so many leading figures."""
    whole = np.floor(values + 1e-6)
    places = np.maximum(np.floor(np.log10(np.maximum(whole, 1.0))) + 1 - figures, 0) if figures > 0 else 0.0
    step = 10.0**places
    down: Ints = (np.floor(whole / step) * step).astype(np.int64)
    return down
