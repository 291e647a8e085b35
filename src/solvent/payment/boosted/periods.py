"""Periods: the life of an item in few spans of days, fine near its due day, each a chance to be paid or not.

An item that still runs was not paid in any of its spans so far, and says so. The last span of each is cut at the last
day that was seen, so that nothing is left out and nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from solvent.payment.boosted.features import Facts, Singles, row_of
from solvent.payment.boosted.paydays import NAMES as DAY_NAMES
from solvent.payment.boosted.paydays import affinity
from solvent.payment.curves import Curves
from solvent.payment.grid import COUNT, EDGES, Bools, Floats, Ints

CUTS: Ints = np.array(
    [-90, -60, -45, -30, -21, -14, -10, -7, -5, -3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180,
     362, 725]
)  # fmt: skip
"""Upper ends of the spans, in days from due; each is an edge of the grid."""
PLACES: Ints = np.searchsorted(EDGES, CUTS).astype(np.int64)
SPAN_OF: Ints = np.minimum(np.searchsorted(CUTS, EDGES), len(CUTS) - 1).astype(np.int64)
"""The span of each bin of the grid."""
START = -400
"""Where the first span of an item not yet issued begins."""

OF_SPAN = ("span", "law", "after_days", "upto_days", *DAY_NAMES)
"""Of the span: its number, the logit of what the law expects of it, its first and last day from due, its calendar."""


@dataclass(frozen=True)
class Spans:
    """The spans that each item has still to live through: [items, spans].

    after, upto: in days from due. live: whether there is any day in it. chance: of payment in it, under the law, given
    that it was not paid before.
    """

    after: Ints
    upto: Ints
    live: Bools
    chance: Floats


def spans(curves: Curves, seen: Ints | None = None) -> Spans:
    """The spans of each item from its age on.

    Args:
        seen: [items], the last day that was seen, in days from due; None: spans are whole.
    """
    lower = np.concatenate([[START], CUTS[:-1]])
    begin = np.where(curves.started, curves.age, START)
    after = np.maximum(lower[None, :], begin[:, None])
    upto = np.broadcast_to(CUTS, after.shape)
    if seen is not None:
        upto = np.minimum(upto, seen[:, None])
    terms = curves.items.select((pl.col("due_on") - pl.col("issued_on")).dt.total_days()).to_series().to_numpy()
    live = (upto > after) & (upto >= -terms[:, None])
    by_end = curves.at_delays(np.maximum(upto, after))
    by_start = np.where(after <= START, 0.0, curves.at_delays(after))
    chance = np.clip((by_end - by_start) / np.maximum(1.0 - by_start, 1e-12), 1e-7, 1.0 - 1e-7)
    return Spans(after, upto, live, chance)


def rows(told: Facts, curves: Curves, lives: Spans) -> tuple[Ints, Ints, Singles]:
    """The live spans as rows: the item and the span of each, and [rows, OF_SPAN]."""
    item, span = np.nonzero(lives.live)
    after, upto, chance = lives.after[item, span], lives.upto[item, span], lives.chance[item, span]
    who = curves.items.get_column("customer_no").cast(pl.Int64).fill_null(-1).to_numpy()
    due = curves.items.get_column("due_on").cast(pl.Int32).to_numpy().astype(np.int64)
    days = affinity(told.paydays, row_of(who, len(told.customers) - 1)[item], due[item], after, upto)
    law = np.log(chance / (1.0 - chance))
    return item, span, np.column_stack([span, law, after, upto, days]).astype(np.float32)


def bent(curves: Curves, lives: Spans, places: tuple[Ints, Ints], push: Floats, share: float) -> Curves:
    """The curves with the hazard of each span moved, a law of its own for each item.

    Inside a span the law keeps its shape: cumulative hazards are multiplied by one factor.

    Args:
        places: the item and the span of each row. push: [rows], what is added to the logit of each span's chance.
        share: of the moved law in the mean of it and the law as it was.
    """
    item, span = places
    odds = lives.chance[item, span] / (1.0 - lives.chance[item, span]) * np.exp(push)
    factor = np.ones(lives.chance.shape)
    factor[item, span] = np.log1p(odds) / -np.log1p(-lives.chance[item, span])
    by_edge = curves.by_delay(EDGES.tolist())
    hazard = -np.log1p(-np.minimum(by_edge, 1.0 - 1e-12))
    moved = np.cumsum(np.diff(hazard, axis=1, prepend=0.0) * factor[:, SPAN_OF], axis=1)
    chance = share * -np.expm1(-moved) + (1.0 - share) * by_edge
    return Curves(
        curves.as_of, curves.items, curves.age, curves.started, _laws(curves, chance), np.arange(len(curves.age))
    )


def _laws(curves: Curves, chance: Floats) -> Floats:
    """Laws that give ``chance`` [items, COUNT] at the edges, given the item's age; up to it the law as it was."""
    whole = Curves(curves.as_of, curves.items, curves.age, np.zeros_like(curves.started), curves.laws, curves.law)
    now = np.where(curves.started, whole.at_delays(curves.age[:, None])[:, 0], 0.0)
    laws = now[:, None] + (1.0 - now[:, None]) * chance
    past = curves.started[:, None] & (EDGES[None, :] <= curves.age[:, None])
    laws = np.where(past, curves.laws[curves.law], laws)
    # The bin that holds the age is read along a straight line: its end is set so that what follows the age is right.
    place = np.searchsorted(EDGES, curves.age, side="right")
    held = np.nonzero(curves.started & (place > 0) & (place < COUNT))[0]
    bins = place[held]
    inside = (curves.age[held] - EDGES[bins - 1]) / (EDGES[bins] - EDGES[bins - 1])
    before, given = laws[held, bins - 1], chance[held, bins]
    laws[held, bins] = before + given * (1.0 - before) / (1.0 - inside + given * inside)
    grown: Floats = np.maximum.accumulate(np.minimum(laws, 1.0), axis=1)
    return grown
