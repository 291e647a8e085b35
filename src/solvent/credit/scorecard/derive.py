"""Derive: new columns out of pairs of the given ones, found from the rows alone, whatever the columns mean.

Two columns that rank the rows nearly alike differ by something small that neither shows: the income between two
profits, the debts between two kinds of liabilities. So their difference and their ratio are new columns. Of the most
telling columns every ratio is one, too: amounts become ratios of statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.credit.scorecard.quality import Floats, Ints


@dataclass(frozen=True)
class Deriving(Terms, key="credit.scorecard.deriving"):
    """How many columns are derived."""

    alike: float = term(0.9, unit="rank correlation of two columns", source="own choice")
    most_alike: int = term(60, unit="pairs", source="own choice: the closest")
    telling: int = term(12, unit="columns of which all ratios are taken", source="own choice: 66 ratios")
    sample_rows: int = term(20000, unit="rows to rank", source="own choice: correlation to a hundredth")


DEFAULTS = Deriving()


@dataclass(frozen=True)
class Pairs:
    """Which columns are paired, [pairs, 2] each: ``gaps`` give a difference, ``ratios`` a ratio."""

    gaps: Ints
    ratios: Ints

    @property
    def count(self) -> int:
        """How many columns are derived."""
        return len(self.gaps) + len(self.ratios)

    def columns(self, values: Floats) -> Floats:
        """[rows, differences then ratios]; NaN where one cannot be told."""
        with np.errstate(all="ignore"):
            gap = values[:, self.gaps[:, 0]] - values[:, self.gaps[:, 1]]
            ratio = values[:, self.ratios[:, 0]] / values[:, self.ratios[:, 1]]
        told = np.hstack([gap, ratio])
        told[~np.isfinite(told)] = np.nan
        return told

    def names(self, given: Sequence[str]) -> list[str]:
        """The names of the columns."""
        told = [f"{given[one]} - {given[other]}" for one, other in self.gaps.tolist()]
        return told + [f"{given[one]} / {given[other]}" for one, other in self.ratios.tolist()]


def pairs(values: Floats, telling: Floats, numbers: Ints, terms: Deriving = DEFAULTS) -> Pairs:
    """The pairs worth deriving from.

    Args:
        values: [rows, columns], NaN for missing.
        telling: how much each column tells of the target, as learned from the same rows.
        numbers: which columns are numbers with more than a few values.
    """
    if len(numbers) < 2:
        return Pairs(np.empty((0, 2), dtype=np.int64), np.empty((0, 2), dtype=np.int64))
    step = max(1, len(values) // terms.sample_rows)
    near = np.abs(_correlation(values[::step][:, numbers]))
    one, other = np.triu_indices(len(numbers), 1)
    close = near[one, other]
    order = np.argsort(-close, kind="stable")
    order = order[close[order] > terms.alike][: terms.most_alike]
    gaps = sorted(zip(one[order].tolist(), other[order].tolist(), strict=True))
    best: list[int] = []
    for place in np.argsort(-telling[numbers], kind="stable").tolist():
        if len(best) < terms.telling and all(near[place, told] <= terms.alike for told in best):
            best.append(place)
    ratios = sorted({(min(a, b), max(a, b)) for a in best for b in best if a != b} | set(gaps))
    return Pairs(_pairs(numbers, gaps), _pairs(numbers, ratios))


def _pairs(numbers: Ints, places: list[tuple[int, int]]) -> Ints:
    return numbers[np.array(places, dtype=np.int64).reshape(-1, 2)]


def _correlation(values: Floats) -> Floats:
    """Rank correlation of each two columns; a missing value ranks in the middle."""
    ranks = np.empty_like(values)
    for place in range(values.shape[1]):
        column = values[:, place]
        missing = np.isnan(column)
        _, number, count = np.unique(column[~missing], return_inverse=True, return_counts=True)
        middle = np.cumsum(count) - (count - 1) / 2.0
        ranks[~missing, place] = middle[number] - (middle[number].mean() if len(number) else 0.0)
        ranks[missing, place] = 0.0
    ranks -= ranks.mean(axis=0)
    size = np.sqrt((ranks**2).sum(axis=0))
    size[size == 0] = np.inf
    told: Floats = (ranks / size).T @ (ranks / size)
    return told
