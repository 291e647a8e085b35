"""Champion: which of several ways to fit has been best on this company's own past, and whether any beats the plain one.

Candidates are the same closed-form laws with other memories, and, where they can be grown, boosted trees that correct
the best of these, alone and in the mean with it. All compete over cut-offs in time order inside the history, each
scored on what is known today of the items issued after the cut-off, running ones included. The trees are those of the
first cut-off throughout. The gate is the transparent law: due day plus the customer's own mean delay, with everybody's
spread around it. A candidate that does not beat it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.payment.boosted.boosted import DEFAULTS as BOOST
from solvent.payment.boosted.boosted import Boost, Boosted, boosted, corrected, grown
from solvent.payment.boosted.sampled import sampled
from solvent.payment.boosted.trees import LIBRARY, Trees, installed
from solvent.payment.curves import Curves, predict
from solvent.payment.grid import Floats
from solvent.payment.history import as_known
from solvent.payment.laws import DEFAULTS, Fitted, Laws, fit
from solvent.payment.scoring.scores import crps

TRANSPARENT = "transparent"
BOOSTED: Mapping[str, float] = {"boosted": 1.0, "blend": 0.5}
"""The share of the corrected law in the mean of it and of the law that it corrects, by candidate."""


@dataclass(frozen=True)
class Champion(Terms, key="payment.champion"):
    """How candidates compete."""

    cut_offs: int = term(3, unit="cut-offs in the past", source="own choice: one may be a lucky quarter")
    test_days: int = term(120, unit="days of new items scored after each", source="own choice: a season")
    least_items: int = term(60, unit="scored items without which the default stands", source="own choice")
    most_items: int = term(10_000, unit="items scored at each cut-off", source="own choice: time; more decides nothing")
    most_learned: int = term(
        100_000,
        unit="items that compete, of customers drawn at random",
        source="own choice: time; more decides nothing",
    )
    gate_share: float = term(
        0.0, unit="share by which a candidate must beat the transparent law", most=10, source="DESIGN 1: the gate"
    )
    boosted: bool = term(
        False, unit="yes or no: do boosted trees compete", source="own choice: some 3 % better, ten times the time"
    )
    boosted_gain: float = term(
        0.005,
        unit="share by which trees must beat the best of the laws",
        most=10,
        source="own choice: what can be told in a sentence stands where it is as good",
    )


COMPETE = Champion()


@dataclass(frozen=True)
class Choice:
    """Which candidate was chosen, and every candidate's mean score in days; without scores the default stands.

    name: a key of ``candidates``, of ``shapes`` or of ``BOOSTED``. terms: of its laws. items: how many were scored in
    all. share: of the corrected law in the mean; 0: the laws alone. problems: why trees did not compete though they
    were asked for. trees: those that competed, grown at the first cut-off; None where none did.
    """

    name: str
    terms: Laws
    scores: Mapping[str, float]
    items: int
    share: float = 0.0
    problems: Sequence[Problem] = field(default=())
    trees: Trees | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Learned:
    """What the champion learned by the end of a day; frozen. ``predicted`` reads it.

    laws: the closed-form laws, which stand in every champion. model: the trees that correct them, or None.
    """

    choice: Choice
    laws: Fitted
    model: Boosted | None


def candidates(terms: Laws = DEFAULTS) -> Mapping[str, Laws]:
    """The memories of the laws that compete, by name."""
    still = 1e12
    return {
        "long memory": terms,
        "short memory": replace(terms, half_life_days=terms.half_life_days / 3),
        "no drift": replace(terms, drift_items=still),
        "slow drift": replace(terms, drift_half_life_days=terms.drift_half_life_days * 3),
        TRANSPARENT: replace(terms, drift_items=still, shape_items=1e6, half_life_days=1e5),
    }


def shapes(terms: Laws) -> Mapping[str, Laws]:
    """The ways to trust customers more that compete on top of the best memory, by name."""
    own = replace(terms, shape_items=terms.shape_items / 4)
    return {
        "own shape": replace(own, place_items=terms.place_items * 3),
        "own shape, outliers cut": replace(own, widest_days=terms.widest_days / 3),
    }


def choose(
    items: pl.DataFrame,
    customers: int,
    as_of: date,
    *,
    laws: Laws = DEFAULTS,
    terms: Champion = COMPETE,
    boost: Boost = BOOST,
) -> Choice:
    """The champion at the end of ``as_of``.

    Args:
        items: as known at ``as_of``, with ``worth``.
    """
    named = candidates(laws)
    trials = _trials(sampled(items, terms.most_learned, boost.seed, "payment.champion"), as_of, terms)
    scored = sum(trial.asked.height for trial in trials)
    if scored < terms.least_items:
        return Choice("long memory", laws, {}, scored)
    scores = dict(_scores(trials, customers, named))
    lasting = min(scores, key=lambda name: scores[name])
    more = shapes(named[lasting])
    named, scores = {**named, **more}, {**scores, **_scores(trials, customers, more)}
    best = min(scores, key=lambda name: scores[name])
    name = best if scores[best] < scores[TRANSPARENT] * (1.0 - terms.gate_share) else TRANSPARENT
    if not terms.boosted:
        return Choice(name, named[name], scores, scored)
    if not installed():
        missing = Problem("payment.boosted.not_installed", facts={"library": LIBRARY})
        return Choice(name, named[name], scores, scored, problems=(missing,))
    trees = grown(trials[0].known, trials[0].cut, customers, named[name], boost)
    if trees is None:
        return Choice(name, named[name], scores, scored)
    theirs = _boosted_scores(trials, customers, named[name], trees)
    told = {**scores, **{way: total / scored for way, total in theirs.items()}}
    winner = min(told, key=lambda way: told[way])
    if winner in BOOSTED and told[winner] < told[name] * (1.0 - terms.boosted_gain):
        return Choice(winner, named[name], told, scored, BOOSTED[winner], trees=trees)
    return Choice(name, named[name], told, scored, trees=trees)


def learned(
    choice: Choice,
    items: pl.DataFrame,
    as_of: date,
    customers: int,
    *,
    boost: Boost = BOOST,
    trees: Trees | None = None,
) -> Learned:
    """The champion fitted on all that is known at the end of ``as_of``.

    Args:
        items: as known at ``as_of``, with ``worth``.
        trees: grown on an earlier day; None: grown now.
    """
    laws = fit(items, as_of, customers, choice.terms)
    if not choice.share:
        return Learned(choice, laws, None)
    trees = trees or grown(items, as_of, customers, choice.terms, boost)
    return Learned(choice, laws, None if trees is None else boosted(trees, items, laws))


def predicted(champion: Learned, items: pl.DataFrame, as_of: date) -> Curves:
    """The curve of each item under the champion; arguments as of ``curves.predict``, and ``worth``."""
    if champion.model is None:
        return predict(champion.laws, items, as_of)
    return corrected(champion.model, items, as_of, champion.choice.share)


@dataclass(frozen=True)
class _Trial:
    """One cut-off: what was known, and what is known today of the items issued after it."""

    cut: date
    known: pl.DataFrame
    asked: pl.DataFrame
    came: Floats
    upto: Floats

    def fitted(self, customers: int, laws: Laws) -> Fitted:
        return fit(self.known, self.cut, customers, laws)

    def score(self, curves: Curves) -> float:
        return float(crps(curves, self.came, self.upto).sum())


def _trials(items: pl.DataFrame, as_of: date, terms: Champion) -> Sequence[_Trial]:
    trials = []
    for cut in _cut_offs(items, as_of, terms):
        asked = items.filter(
            (pl.col("issued_on") > cut)
            & (pl.col("issued_on") <= cut + timedelta(days=terms.test_days))
            & (pl.col("end").is_null() | (pl.col("end") == "paid"))
        )
        asked = asked.gather_every(max(1, -(-asked.height // terms.most_items)))
        known = as_known(items, cut)
        if asked.is_empty() or known.filter(pl.col("end") == "paid").is_empty():
            continue
        delay = (asked.get_column("ended_on") - asked.get_column("due_on")).dt.total_days().cast(pl.Float64)
        upto = asked.select((pl.lit(as_of) - pl.col("due_on")).dt.total_days().cast(pl.Float64)).to_series()
        trials.append(_Trial(cut, known, asked, delay.fill_null(np.inf).to_numpy(), upto.to_numpy()))
    return trials


def _scores(trials: Sequence[_Trial], customers: int, named: Mapping[str, Laws]) -> Mapping[str, float]:
    """The mean score of each way to fit the laws."""
    items = sum(trial.asked.height for trial in trials)
    return {
        name: sum(trial.score(predict(trial.fitted(customers, way), trial.asked, trial.cut)) for trial in trials)
        / items
        for name, way in named.items()
    }


def _boosted_scores(trials: Sequence[_Trial], customers: int, laws: Laws, trees: Trees) -> Mapping[str, float]:
    """The sum of scores of each candidate with trees."""
    totals = dict.fromkeys(BOOSTED, 0.0)
    for trial in trials:
        model = boosted(trees, trial.known, trial.fitted(customers, laws))
        bent = corrected(model, trial.asked, trial.cut)
        plain = predict(model.laws, trial.asked, trial.cut)
        for name, share in BOOSTED.items():
            # None of these items was issued yet, so the mean of the curves is the mean of the laws.
            mean = share * bent.laws + (1.0 - share) * plain.laws[plain.law]
            totals[name] += trial.score(replace(bent, laws=mean))
    return totals


def _cut_offs(items: pl.DataFrame, as_of: date, terms: Champion) -> Sequence[date]:
    """Days in the second half of the history, each ``test_days`` or less after the one before, oldest first."""
    first = items.get_column("issued_on").min()
    if not isinstance(first, date):
        return ()
    span = (as_of - first).days
    step = min(terms.test_days, span // (2 * terms.cut_offs) or 1)
    return tuple(as_of - timedelta(days=step * back) for back in range(terms.cut_offs, 0, -1))
