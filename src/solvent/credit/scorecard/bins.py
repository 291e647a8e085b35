"""Bins: each column cut into a few steps along which the risk only rises or only falls, and the evidence of each step.

First many bins of equal count, which know nothing of the target; then neighbours are pooled until the share of
failures is monotone, and until each bin is large enough and differs from its neighbour. A missing value is a bin of
its own, since that something is missing tells something, and so is a value that very many rows have. Words are bins
where they are frequent; the others form one bin together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solvent.base.terms import Terms, term
from solvent.credit.scorecard.calibration import pooled
from solvent.credit.scorecard.quality import Bools, Floats, Ints


@dataclass(frozen=True)
class Binning(Terms, key="credit.scorecard.binning"):
    """How fine the bins are."""

    fine_bins: int = term(40, unit="bins of equal count to begin with", source="own choice: tried 20 to 60")
    least_share: float = term(
        0.01, unit="share of rows", most=1, source="own choice: a tail of 1 % may be the very failures"
    )
    least_rows: int = term(20, unit="rows", source="own choice")
    special_share: float = term(0.05, unit="share of rows with one value", most=1, source="own choice")
    distinct: float = term(1.28, unit="standard errors between neighbours", source="own choice: 80 % two-sided")
    prior_rows: float = term(20.0, unit="rows at the mean rate added to each bin", source="own choice")


DEFAULTS = Binning()


@dataclass(frozen=True)
class Fine:
    """The first bins of one column, and the fine bin of each row.

    cuts: upper edges, each inside its bin; special: values with a bin of their own. Fine bins are numbered: intervals
    from 0 to len(cuts), then the special values, then missing. Of words: words is their count, and the word's number
    is the bin; missing is the last.
    """

    cuts: Floats
    special: Floats
    words: int
    place: Ints

    @property
    def size(self) -> int:
        """How many fine bins there are."""
        return (self.words if self.words else len(self.cuts) + 1 + len(self.special)) + 1


def fine(values: Floats, words: int, terms: Binning = DEFAULTS) -> Fine:
    """Cut one column.

    Args:
        values: numbers, NaN for missing; of words their numbers from 0.
        words: how many words there are; 0 for a column of numbers.
    """
    if words:
        return Fine(np.empty(0), np.empty(0), words, _place(values, np.empty(0), np.empty(0), words))
    known = np.sort(values[~np.isnan(values)])
    distinct, count = np.unique(known, return_counts=True)
    often = count >= max(terms.special_share * len(values), terms.least_rows)
    special = distinct[often] if len(distinct) > terms.fine_bins else np.empty(0)
    plain = known[~np.isin(known, special)] if len(special) else known
    if not len(plain):
        cuts = np.empty(0)
    else:
        at = np.linspace(0, len(plain), terms.fine_bins + 1)[1:-1].astype(np.int64) - 1
        cuts = np.unique(plain[np.maximum(at, 0)])
        cuts = cuts[cuts < plain[-1]]
    return Fine(cuts, special, 0, _place(values, cuts, special, 0))


def _place(values: Floats, cuts: Floats, special: Floats, words: int) -> Ints:
    missing = np.isnan(values)
    if words:
        return np.where(missing, words, np.nan_to_num(values)).astype(np.int64)
    place = np.searchsorted(cuts, values, "left").astype(np.int64)
    for number, value in enumerate(special.tolist()):
        place[values == value] = len(cuts) + 1 + number
    place[missing] = len(cuts) + 1 + len(special)
    return place


def counts(first: Fine, failed: Bools, fold: Ints, folds: int) -> Ints:
    """[folds, fine bins, 2]: survivors and failures."""
    flat = (fold * first.size + first.place) * 2 + failed
    return np.bincount(flat, minlength=folds * first.size * 2).reshape(folds, first.size, 2)


def groups(first: Fine, table: Ints, terms: Binning = DEFAULTS) -> Ints:
    """The bin of each fine bin, numbered in the order of the column: monotone runs, specials, then missing.

    Args:
        table: [fine bins, 2] survivors and failures of the rows to learn from.
    """
    rows, fails = table.sum(axis=1).astype(np.float64), table[:, 1].astype(np.float64)
    least = max(terms.least_rows, terms.least_share * rows.sum())
    told = np.empty(first.size, dtype=np.int64)
    if first.words:
        return _word_groups(rows, fails, least, terms)
    ordered = len(first.cuts) + 1
    told[:ordered] = _runs(rows[:ordered], fails[:ordered], least, terms)
    at = int(told[:ordered].max()) + 1
    told[ordered:] = at + np.arange(first.size - ordered)
    return told


def _runs(rows: Floats, fails: Floats, least: float, terms: Binning) -> Ints:
    best: tuple[float, list[int]] | None = None
    heavy = np.maximum(rows, 1e-9)
    for sign in (1.0, -1.0):
        _, starts = pooled(sign * fails / heavy, heavy)
        merged = _merged(rows, fails, starts.tolist(), least, terms)
        fit = _likelihood(np.add.reduceat(rows, merged), np.add.reduceat(fails, merged))
        if best is None or fit > best[0] + 1e-9:
            best = (fit, merged)
    assert best is not None
    told = np.zeros(len(rows), dtype=np.int64)
    told[best[1][1:]] = 1
    return np.cumsum(told)


def _likelihood(rows: Floats, fails: Floats) -> float:
    share = np.clip(fails / np.maximum(rows, 1e-9), 1e-12, 1 - 1e-12)
    return float((fails * np.log(share) + (rows - fails) * np.log1p(-share)).sum())


def _merged(rows: Floats, fails: Floats, starts: list[int], least: float, terms: Binning) -> list[int]:
    """Join the two neighbours that differ least, until all are large enough and apart."""
    sums = np.add.reduceat(rows, starts).tolist()
    bad = np.add.reduceat(fails, starts).tolist()
    starts = list(starts)
    while len(starts) > 1:
        apart = [_apart(sums[i], bad[i], sums[i + 1], bad[i + 1]) for i in range(len(starts) - 1)]
        small = [i for i in range(len(starts)) if sums[i] < least]
        if small:
            i = small[0]
            at = i - 1 if i == len(starts) - 1 or (i > 0 and apart[i - 1] <= apart[i]) else i
        else:
            at = min(range(len(apart)), key=apart.__getitem__)
            if apart[at] >= terms.distinct:
                break
        sums[at] += sums.pop(at + 1)
        bad[at] += bad.pop(at + 1)
        starts.pop(at + 1)
    return starts


def _apart(rows: float, bad: float, other: float, other_bad: float) -> float:
    """How many standard errors two shares differ by."""
    if not rows or not other:
        return 0.0
    share = (bad + other_bad + 0.5) / (rows + other + 1.0)
    error = (share * (1.0 - share) * (1.0 / rows + 1.0 / other)) ** 0.5
    return float(abs(bad / rows - other_bad / other) / error)


def _word_groups(rows: Floats, fails: Floats, least: float, terms: Binning) -> Ints:
    """Frequent words by rising share of failures, joined where they hardly differ; then the rare; then missing."""
    words = len(rows) - 1
    often = [word for word in range(words) if rows[word] >= least]
    often.sort(key=lambda word: (fails[word] / rows[word], word))
    told = np.full(len(rows), 0, dtype=np.int64)
    at = 0
    if often:
        merged = _merged(rows[often], fails[often], list(range(len(often))), least, terms)
        mark = np.zeros(len(often), dtype=np.int64)
        mark[merged[1:]] = 1
        told[often] = np.cumsum(mark)
        at = int(told[often].max()) + 1
    rare = np.ones(words, dtype=np.bool_)
    rare[often] = False
    told[:words][rare] = at
    told[words] = at + 1
    return told


def evidence(group: Ints, table: Ints, terms: Binning = DEFAULTS) -> Floats:
    """The weight of evidence of each bin: log odds of survival in the bin less those of all rows.

    ln(share of the survivors in it / share of the failures in it), with ``prior_rows`` rows at the mean rate added to
    the bin, so that a bin with few rows says little and one without failures does not say everything.
    """
    size = int(group.max()) + 1
    rows = np.bincount(group, table.sum(axis=1), size)
    fails = np.bincount(group, table[:, 1], size)
    total, bad = rows.sum(), fails.sum()
    mean = (bad + 0.5) / (total + 1.0)
    share = (fails + terms.prior_rows * mean) / (rows + terms.prior_rows)
    told: Floats = np.log((1.0 - share) / share) - np.log((1.0 - mean) / mean)
    return told


def information(group: Ints, table: Ints, terms: Binning = DEFAULTS) -> float:
    """The information value: sum over bins of (share of survivors - share of failures) x evidence."""
    size = int(group.max()) + 1
    good, bad = np.bincount(group, table[:, 0], size), np.bincount(group, table[:, 1], size)
    gap = good / max(good.sum(), 1) - bad / max(bad.sum(), 1)
    return float((gap * evidence(group, table, terms)).sum())


@dataclass(frozen=True)
class Bins:
    """The bins of one column of a card.

    name: the column; words: the word of each number, where it is one of words; place(values) gives the bin.
    group: the bin of each fine bin. rows, failures, evidence: by bin.
    """

    name: str
    cuts: Floats
    special: Floats
    words: Sequence[str]
    group: Ints
    rows: Ints
    failures: Ints
    evidence: Floats

    def place(self, values: Floats) -> Ints:
        """The bin of each value; a word that was never seen falls among the rare."""
        return self.group[_place(values, self.cuts, self.special, len(self.words))]

    def labels(self) -> list[tuple[str, float | None, float | None, tuple[str, ...]]]:
        """Of each bin: its kind (interval, value, words, rare, missing), above which and up to which, its words."""
        if self.words:
            return self._word_labels()
        ordered = len(self.cuts) + 1
        last = [
            int(np.flatnonzero(self.group[:ordered] == bin_)[-1]) for bin_ in range(int(self.group[ordered - 1]) + 1)
        ]
        upper = [float(self.cuts[at]) if at < len(self.cuts) else None for at in last]
        lower: list[float | None] = [None, *upper[:-1]]
        told: list[tuple[str, float | None, float | None, tuple[str, ...]]] = [
            ("interval", low, high, ()) for low, high in zip(lower, upper, strict=True)
        ]
        told += [("value", value, value, ()) for value in self.special.tolist()]
        return [*told, ("missing", None, None, ())]

    def _word_labels(self) -> list[tuple[str, float | None, float | None, tuple[str, ...]]]:
        size = int(self.group.max()) + 1
        told: list[tuple[str, float | None, float | None, tuple[str, ...]]] = []
        for bin_ in range(size - 2):
            own = tuple(self.words[word] for word in np.flatnonzero(self.group[:-1] == bin_).tolist())
            told.append(("words", None, None, own))
        return [*told, ("rare", None, None, ()), ("missing", None, None, ())]


def bins(name: str, first: Fine, words: Sequence[str], table: Ints, terms: Binning = DEFAULTS) -> Bins:
    """The bins of a column, from its fine bins and the counts [fine bins, 2] of the rows to learn from."""
    group = groups(first, table, terms)
    size = int(group.max()) + 1
    rows = np.bincount(group, table.sum(axis=1), size).astype(np.int64)
    fails = np.bincount(group, table[:, 1], size).astype(np.int64)
    return Bins(name, first.cuts, first.special, words, group, rows, fails, evidence(group, table, terms))
