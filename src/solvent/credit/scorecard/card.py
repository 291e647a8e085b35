"""Card: a learned scorecard: whole points for each bin of a few columns, a base, and the reasons of a score.

A column is chosen by what it adds to the columns chosen before, measured on evidence that was learned without the
row's own fold; it enters only if it says what it says alone: a bin with more evidence of survival never gets fewer
points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from solvent.base.terms import Terms, term
from solvent.credit.scorecard.bins import DEFAULTS as BINNING
from solvent.credit.scorecard.bins import Binning, Bins, Fine, bins, counts, evidence, fine, groups, information
from solvent.credit.scorecard.logistic import Logistic, fit, sigmoid
from solvent.credit.scorecard.quality import Bools, Floats, Ints


@dataclass(frozen=True)
class Learning(Terms, key="credit.scorecard.card"):
    """How the card is learned and printed."""

    most_columns: int = term(24, unit="columns", source="own choice: what a person still reads")
    least_gain: float = term(6.0, unit="chi-squared of one degree", source="own choice: one in 70 by chance")
    derived_share: float = term(
        0.85,
        unit="share of a derived column's gain",
        most=1,
        source="own choice: a given column with as much goes first",
    )
    least_new_share: float = term(
        0.1,
        unit="share of a column's spread that the chosen ones do not tell",
        most=1,
        source="own choice: no column twice",
    )
    ridge: float = term(1.0, unit="penalty on squared weights", source="own choice")
    base_points: int = term(600, unit="points", source="own choice: usual in the field")
    base_odds: float = term(50.0, unit="survivors to one failure at the base points", source="own choice: usual")
    double_points: int = term(20, unit="points that double the odds", source="own choice: usual in the field")


DEFAULTS = Learning()


@dataclass(frozen=True)
class Part:
    """One column of a card: its bins, its weight in the regression, what it added, and the points of each bin."""

    bins: Bins
    weight: float
    gain: float
    information: float
    points: Ints


@dataclass(frozen=True)
class Card:
    """A scorecard. ``base`` and the points of one bin of each part add up to the score; more is better."""

    base: int
    parts: Sequence[Part]
    double_points: int

    def places(self, columns: Sequence[Floats]) -> Ints:
        """[rows, parts]: the bin of each value. ``columns`` holds the values of each part, in its order."""
        told = [part.bins.place(values) for part, values in zip(self.parts, columns, strict=True)]
        return np.stack(told, axis=1) if told else np.empty((0, 0), dtype=np.int64)

    def points(self, places: Ints) -> Ints:
        """The score of each row, in whole points."""
        told = np.full(len(places), self.base, dtype=np.int64)
        for number, part in enumerate(self.parts):
            told += part.points[places[:, number]]
        return told

    def risk(self, points: Ints) -> Floats:
        """The log odds of failure, up to a constant, that the points stand for."""
        told: Floats = -points.astype(np.float64) * (log(2.0) / self.double_points)
        return told

    def reasons(self, places: Ints, most: int = 4) -> list[tuple[str, int, int]]:
        """Why one row has no more: column, its bin, points lost against the column's best bin; the largest first.

        Args:
            places: the bins of one row.
        """
        lost = [
            (part.bins.name, int(place), int(part.points.max() - part.points[place]))
            for part, place in zip(self.parts, places.tolist(), strict=True)
        ]
        return sorted((one for one in lost if one[2] > 0), key=lambda one: -one[2])[:most]


@dataclass(frozen=True)
class Candidates:
    """Every column in fine bins, with its counts by fold, and the evidence of each row learned without its fold.

    evidence: [rows, columns], the evidence of failure (the weight of evidence turned round).
    """

    fine: Sequence[Fine]
    tables: Sequence[Ints]
    evidence: Floats

    def told(self, terms: Binning = BINNING) -> Floats:
        """The information value of each column, learned from all rows."""
        return np.array(
            [_information(table, first, terms) for first, table in zip(self.fine, self.tables, strict=True)]
        )


def _information(table: Ints, first: Fine, terms: Binning) -> float:
    every = table.sum(axis=0)
    return information(groups(first, every, terms), every, terms)


def candidates(
    values: Floats, words: Sequence[Sequence[str]], failed: Bools, fold: Ints, terms: Binning = BINNING
) -> Candidates:
    """Bin every column.

    Args:
        values: [rows, columns]; words: of each column its words, none for numbers.
        fold: the part of each row, from 0; the evidence of a part comes from the others.
    """
    parts = int(fold.max()) + 1
    told = np.zeros(values.shape)
    firsts, tables = [], []
    for column in range(values.shape[1]):
        first = fine(values[:, column], len(words[column]), terms)
        table = counts(first, failed, fold, parts)
        every = table.sum(axis=0)
        if (every.sum(axis=1) > 0).sum() > 1:
            of_fold = np.empty((parts, first.size))
            for part in range(parts):
                rest = every - table[part]
                group = groups(first, rest, terms)
                of_fold[part] = -evidence(group, rest, terms)[group]
            told[:, column] = of_fold[fold, first.place]
        firsts.append(first)
        tables.append(table)
    return Candidates(firsts, tables, told)


def single(offered: Candidates, column: int, words: Sequence[str], terms: Binning = BINNING) -> Bins:
    """The bins of one column alone."""
    return bins("", offered.fine[column], words, offered.tables[column].sum(axis=0), terms)


def choose(
    shown: Floats, failed: Bools, given: int, terms: Learning = DEFAULTS
) -> tuple[list[int], list[float], Logistic]:
    """The columns of the card, what each added (chi-squared when it entered), and the regression on them.

    Forward by the score test; after each step, columns whose weight has fallen to 0 or below leave for good.

    Args:
        shown: [rows, columns], evidence of failure.
        given: the first so many columns are given ones, which a person reads more easily than the derived ones.
    """
    chosen: list[int] = []
    gains: dict[int, float] = {}
    barred = np.zeros(shown.shape[1], dtype=np.bool_)
    model = fit(np.empty((len(failed), 0)), failed, terms.ridge)
    while len(chosen) < terms.most_columns:
        gain = np.where(barred, 0.0, _gains(shown, failed, chosen, model, terms))
        if not len(gain) or gain.max() < terms.least_gain:
            break
        column = int(np.argmax(gain))
        if column >= given and gain[:given].max(initial=0.0) >= terms.derived_share * gain[column]:
            column = int(np.argmax(gain[:given]))
        chosen.append(column)
        gains[column] = float(gain[column])
        barred[column] = True
        model = fit(shown[:, chosen], failed, terms.ridge, Logistic(model.start, np.append(model.weights, 0.0)))
        while (model.weights <= 0).any():
            chosen = [one for one, weight in zip(chosen, model.weights.tolist(), strict=True) if weight > 0]
            model = fit(shown[:, chosen], failed, terms.ridge)
    return chosen, [gains[one] for one in chosen], model


def _gains(shown: Floats, failed: Bools, chosen: list[int], model: Logistic, terms: Learning) -> Floats:
    """The score statistic of each column, 0 where it is of the wrong sign or nothing but the chosen ones again."""
    chance = sigmoid(model.log_odds(shown[:, chosen]))
    slope = shown.T @ (failed - chance)
    weight = chance * (1.0 - chance)
    inside = np.column_stack([np.ones(len(failed)), shown[:, chosen]])
    heavy = inside * weight[:, None]
    across = shown.T @ heavy
    own = np.einsum("ij,ij,i->j", shown, shown, weight)
    left = own - np.einsum("ij,ij->i", across, np.linalg.solve(heavy.T @ inside, across.T).T)
    spread = own - (shown.T @ weight) ** 2 / weight.sum()
    good = (slope > 0) & (left > terms.least_new_share * spread) & (spread > 1e-9)
    told: Floats = np.where(good, slope * slope / np.where(good, left, 1.0), 0.0)
    return told


def learn(
    offered: Candidates,
    names: Sequence[str],
    words: Sequence[Sequence[str]],
    failed: Bools,
    *,
    given: int,
    terms: Learning = DEFAULTS,
    binning: Binning = BINNING,
) -> tuple[Card, list[int]]:
    """The card of the offered columns, of which the first ``given`` are given ones, and which of them it uses.

    Points = factor x weight x evidence of the bin, factor = points that double the odds / ln 2, rounded bin by bin, so
    that what is printed is what is added up.
    """
    chosen, gains, model = choose(offered.evidence, failed, given, terms)
    factor = terms.double_points / log(2.0)
    parts = []
    for column, gain, weight in zip(chosen, gains, model.weights.tolist(), strict=True):
        every = offered.tables[column].sum(axis=0)
        own = bins(names[column], offered.fine[column], words[column], every, binning)
        points = np.rint(factor * weight * own.evidence).astype(np.int64)
        told = _information(offered.tables[column], offered.fine[column], binning)
        parts.append(Part(own, weight, gain, told, points))
    base = round(terms.base_points + factor * (-model.start - log(terms.base_odds)))
    return Card(base, parts, terms.double_points), chosen
