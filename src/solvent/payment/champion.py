"""Champion: which of several ways to fit has been best on this company's own past, and whether any beats the plain one.

Candidates are the same closed-form laws with other memories. They compete over cut-offs in time order inside the
history, each scored on what is known today of the items issued after the cut-off, running ones included. The gate is
the transparent law: due day plus the customer's own mean delay, with everybody's spread around it. A candidate that
does not beat it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.payment.curves import predict
from solvent.payment.history import as_known
from solvent.payment.laws import DEFAULTS, Laws, fit
from solvent.payment.scores import crps

TRANSPARENT = "transparent"


@dataclass(frozen=True)
class Champion(Terms, key="payment.champion"):
    """How candidates compete."""

    cut_offs: int = term(3, unit="cut-offs in the past", source="own choice: one may be a lucky quarter")
    test_days: int = term(120, unit="days of new items scored after each", source="own choice: a season")
    least_items: int = term(60, unit="scored items without which the default stands", source="own choice")
    most_items: int = term(20_000, unit="items scored at each cut-off", source="own choice: time; more decides nothing")
    gate_share: float = term(
        0.0, unit="share by which a candidate must beat the transparent law", source="DESIGN 1: the gate"
    )


COMPETE = Champion()


@dataclass(frozen=True)
class Choice:
    """Which candidate was chosen, and every candidate's mean score in days; without scores the default stands.

    name: a key of ``candidates``. items: how many were scored in all.
    """

    name: str
    terms: Laws
    scores: Mapping[str, float]
    items: int


def candidates(terms: Laws = DEFAULTS) -> Mapping[str, Laws]:
    """The ways to fit that compete, by name."""
    still = 1e12
    return {
        "long memory": terms,
        "short memory": replace(terms, half_life_days=terms.half_life_days / 3),
        "no drift": replace(terms, drift_items=still),
        "slow drift": replace(terms, drift_half_life_days=terms.drift_half_life_days * 3),
        "own shape": replace(terms, shape_items=terms.shape_items / 4, place_items=terms.place_items * 3),
        TRANSPARENT: replace(terms, drift_items=still, shape_items=1e6, half_life_days=1e5),
    }


def choose(
    items: pl.DataFrame, customers: int, as_of: date, *, laws: Laws = DEFAULTS, terms: Champion = COMPETE
) -> Choice:
    """The champion at the end of ``as_of``.

    Args:
        items: as known at ``as_of``.
    """
    named = candidates(laws)
    totals = dict.fromkeys(named, 0.0)
    scored = 0
    for cut in _cut_offs(items, as_of, terms):
        asked = items.filter(
            (pl.col("issued_on") > cut)
            & (pl.col("issued_on") <= cut + timedelta(days=terms.test_days))
            & (pl.col("end").is_null() | (pl.col("end") == "paid"))
        )
        asked = asked.gather_every(max(1, asked.height // terms.most_items + (asked.height > terms.most_items)))
        known = as_known(items, cut)
        if asked.is_empty() or known.filter(pl.col("end") == "paid").is_empty():
            continue
        delay = (asked.get_column("ended_on") - asked.get_column("due_on")).dt.total_days().cast(pl.Float64)
        came = delay.fill_null(np.inf).to_numpy()
        upto = asked.select((pl.lit(as_of) - pl.col("due_on")).dt.total_days().cast(pl.Float64)).to_series().to_numpy()
        for name, way in named.items():
            totals[name] += float(crps(predict(fit(known, cut, customers, way), asked, cut), came, upto).sum())
        scored += asked.height
    if scored < terms.least_items:
        return Choice("long memory", laws, {}, scored)
    scores = {name: total / scored for name, total in totals.items()}
    best = min(scores, key=lambda name: scores[name])
    passed = scores[best] < scores[TRANSPARENT] * (1.0 - terms.gate_share)
    name = best if passed else TRANSPARENT
    return Choice(name, named[name], scores, scored)


def _cut_offs(items: pl.DataFrame, as_of: date, terms: Champion) -> Sequence[date]:
    """Days in the second half of the history, each ``test_days`` or less after the one before, oldest first."""
    first = items.get_column("issued_on").min()
    if not isinstance(first, date):
        return ()
    span = (as_of - first).days
    step = min(terms.test_days, span // (2 * terms.cut_offs) or 1)
    return tuple(as_of - timedelta(days=step * back) for back in range(terms.cut_offs, 0, -1))
