"""Curves: predict. For each open item the chance that it is paid by any day to come, given its age today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.payment.grid import COUNT, EDGES, FIRST, LAST, Bools, Floats, Ints
from solvent.payment.laws import CLASSES, Fitted, law_rows


@dataclass(frozen=True)
class Curves:
    """The predicted law of each item, in the order of ``items``; frozen.

    as_of: end of the day at which the items stood open. items: as they were given. age: days beyond due at ``as_of``,
    negative before it; an item that was not yet issued has none to condition on (``started`` false).
    laws: [laws, COUNT] cumulative, and law: which of them is whose.
    """

    as_of: date
    items: pl.DataFrame
    age: Ints
    started: Bools
    laws: Floats
    law: Ints

    def part(self, rows: slice) -> Curves:
        """The curves of some of the items, by place."""
        kept = self.items[rows]
        return Curves(self.as_of, kept, self.age[rows], self.started[rows], self.laws, self.law[rows])

    def keep(self, rows: Bools) -> Curves:
        """The curves of the items for which ``rows`` is true."""
        kept = self.items.filter(pl.Series(rows))
        return Curves(self.as_of, kept, self.age[rows], self.started[rows], self.laws, self.law[rows])

    def paid_within(self, days: Sequence[int], since: int = 0) -> Floats:
        """[items, days]: chance that an item is paid at most so many days after ``as_of``, given that it is not yet.

        Args:
            since: days from ``as_of`` to the day at whose end it was not paid: 0, or fewer where money could not come.
        """
        asked = self.age[:, None] + np.asarray(days, dtype=np.int64)[None, :]
        return self._given(self._rows(asked), since)

    def by_delay(self, delays: Sequence[int]) -> Floats:
        """[items, delays]: chance of payment at most so many days after due, given that it is not paid yet."""
        asked = np.broadcast_to(np.asarray(delays, dtype=np.int64), (len(self.age), len(delays)))
        return self._given(self._rows(asked))

    def at_delays(self, asked: Ints) -> Floats:
        """[items, k]: chance of payment at most ``asked`` days after due, each item's own days, given what is known."""
        return self._given(self._rows(asked))

    def delay_at(self, share: float) -> Floats:
        """The delay, in whole days from due, by which ``share`` of the items that are paid at all will be paid.

        Whether an item is paid at all is a question of its own: ``never_share``. Infinite where none is expected.
        """
        out = np.empty(len(self.age))
        for rows in _blocks(len(out)):
            now = self._now(rows)
            law = self.laws[self.law[rows]]
            aim = now + (law[:, -1] - now) * share
            out[rows] = _day(law, aim, np.where(self.started[rows], self.age[rows] + 1, -np.inf))
        return out

    def late_share(self) -> Floats:
        """The chance that an item is paid after its due day, or never; 1 where that day is past."""
        return np.where(self.started & (self.age >= 0), 1.0, 1.0 - self.by_delay([0])[:, 0])

    def never_share(self) -> Floats:
        """The chance that an item is not paid within two years of its due day, given that it is not paid yet."""
        return 1.0 - self.by_delay([LAST])[:, 0]

    def _rows(self, asked: Ints) -> Floats:
        out = np.empty(asked.shape)
        for rows in _blocks(len(out)):
            out[rows] = _read(self.laws, self.law[rows], asked[rows])
        return out

    def _now(self, rows: slice, since: int = 0) -> Floats:
        now = _read(self.laws, self.law[rows], self.age[rows][:, None] + since)[:, 0]
        return np.where(self.started[rows], now, 0.0)

    def _given(self, by_then: Floats, since: int = 0) -> Floats:
        out = np.empty(by_then.shape)
        for rows in _blocks(len(out)):
            now = self._now(rows, since)[:, None]
            out[rows] = np.clip((by_then[rows] - now) / np.maximum(1.0 - now, 1e-12), 0.0, 1.0)
        return out


def predict(fitted: Fitted, items: pl.DataFrame, as_of: date) -> Curves:
    """The curve of each item.

    Args:
        items: ``customer_no`` (an integer; one the fit never saw, or empty: a new customer), ``issued_on``,
            ``due_on``; what else is in it is kept.
        as_of: items issued by then are open at its end; later ones are predicted from nothing.
    """
    days = items.select(
        pl.col("customer_no").cast(pl.Int64).fill_null(-1).alias("who"),
        (pl.lit(as_of) - pl.col("due_on")).dt.total_days().alias("age"),
        (pl.col("due_on") - pl.col("issued_on")).dt.total_days().alias("terms"),
        (pl.col("issued_on") <= as_of).alias("started"),
    )
    who = days.get_column("who").to_numpy()
    who = np.where((who >= 0) & (who < len(fitted.place)), who, -1)
    klass = np.searchsorted(CLASSES, days.get_column("terms").to_numpy()).astype(np.int64)
    kinds = len(CLASSES) + 1
    keys, law = np.unique((who + 1) * kinds + klass, return_inverse=True)
    laws = law_rows(fitted, keys // kinds - 1, keys % kinds)
    return Curves(
        as_of,
        items,
        days.get_column("age").to_numpy().astype(np.int64),
        days.get_column("started").to_numpy(),
        laws,
        law.astype(np.int64),
    )


_DAYS: Ints = np.arange(FIRST - 30, LAST + 1)
_RIGHT: Ints = np.maximum(np.searchsorted(EDGES, _DAYS, side="left"), 0).astype(np.int64)
_LEFT: Ints = np.concatenate([[FIRST - 30], EDGES[:-1]])[_RIGHT]
_SHARE: Floats = (_DAYS - _LEFT) / (EDGES[_RIGHT] - _LEFT)


def _read(laws: Floats, law: Ints, days: Ints) -> Floats:
    """``grid.at`` for whole days, [items, k], of the laws that ``law`` [items] names, none of them copied."""
    place = np.clip(days - _DAYS[0], 0, len(_DAYS) - 1)
    right = _RIGHT[place] + (law * COUNT)[:, None]
    flat = laws.ravel()
    high = flat[right]
    low = np.where(_RIGHT[place] > 0, flat[np.maximum(right - 1, 0)], 0.0)
    read: Floats = low + (high - low) * _SHARE[place]
    return read


def _day(law: Floats, aim: Floats, earliest: Floats) -> Floats:
    """The first whole day whose cumulative chance reaches ``aim``; infinite where none does."""
    edges = np.concatenate([[EDGES[0] - 30.0], EDGES.astype(np.float64)])
    whole = np.concatenate([np.zeros((len(law), 1)), law], axis=1)
    right = (whole < aim[:, None] - 1e-12).sum(axis=1)
    never = right > COUNT
    right = np.clip(right, 1, COUNT)
    rows = np.arange(len(law))
    low, high = whole[rows, right - 1], whole[rows, right]
    inside = np.clip((aim - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
    day = np.ceil(edges[right - 1] + (edges[right] - edges[right - 1]) * inside - 1e-9)
    return np.where(never, np.inf, np.maximum(day, earliest))


def _blocks(count: int, size: int = 20_000) -> Sequence[slice]:
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
