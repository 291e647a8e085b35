"""Bins, folds and derived columns: monotone, whole, and the same for the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.credit.scorecard.bins import Binning, Bins, bins, counts, evidence, fine
from solvent.credit.scorecard.derive import pairs
from solvent.credit.scorecard.folds import clusters, cut


def binned(values: np.ndarray, failed: np.ndarray, words: tuple[str, ...] = (), terms: Binning | None = None) -> Bins:
    terms = terms or Binning()
    first = fine(values, len(words), terms)
    table = counts(first, failed, np.zeros(len(values), dtype=np.int64), 1)[0]
    return bins("x", first, words, table, terms)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(50, 800), st.floats(-2, 2))
def test_shares_rise_or_fall_along_the_column_and_bins_hold_every_row(seed: int, rows: int, slope: float) -> None:
    draw = np.random.default_rng(seed)
    values = np.round(draw.normal(size=rows), 2)
    failed = draw.random(rows) < 1 / (1 + np.exp(1 - slope * values))
    values[draw.random(rows) < 0.1] = np.nan
    told = binned(values, failed)
    kinds = [kind for kind, *_ in told.labels()]
    assert kinds[-1] == "missing"
    shares = [fails / count for kind, count, fails in zip(kinds, told.rows, told.failures) if kind == "interval"]
    steps = np.diff(shares)
    assert (steps > -1e-12).all() or (steps < 1e-12).all()
    place = told.place(values)
    assert np.bincount(place, minlength=len(told.rows)).tolist() == told.rows.tolist()
    assert np.bincount(place, failed, len(told.rows)).tolist() == told.failures.tolist()
    assert told.rows.sum() == rows
    labels = told.labels()
    for value, at in zip(values.tolist(), place.tolist()):
        kind, low, high, _ = labels[at]
        if np.isnan(value):
            assert kind == "missing"
        else:
            assert low is None or value > low
            assert high is None or value <= high


def test_missing_tells_something_of_its_own() -> None:
    draw = np.random.default_rng(1)
    failed = draw.random(4000) < 0.1
    values = draw.normal(size=4000)
    values[draw.random(4000) < np.where(failed, 0.5, 0.1)] = np.nan
    told = binned(values, failed)
    assert told.evidence[-1] < -1.0


def test_a_value_of_very_many_rows_is_a_bin_of_its_own() -> None:
    draw = np.random.default_rng(2)
    values = np.where(draw.random(2000) < 0.3, 0.0, draw.normal(size=2000))
    told = binned(values, draw.random(2000) < 0.2)
    assert ("value", 0.0, 0.0, ()) in told.labels()


def test_words_frequent_rare_and_never_seen() -> None:
    draw = np.random.default_rng(3)
    values = draw.choice([0.0, 1.0, 2.0], 3000, p=[0.6, 0.398, 0.002])
    failed = draw.random(3000) < np.where(values == 0, 0.05, 0.3)
    told = binned(values, failed, ("steel", "toys", "tea", "silk"))
    assert [words for _, _, _, words in told.labels()] == [("steel",), ("toys",), (), ()]
    assert told.evidence[0] > 0 > told.evidence[1]
    assert told.place(np.array([2.0, 3.0, np.nan])).tolist() == [2, 2, 3]


def test_evidence_is_log_odds_less_those_of_all_and_few_rows_say_little() -> None:
    table = np.array([[900, 100], [990, 10], [0, 0]])
    told = evidence(np.array([0, 1, 2]), table, Binning(prior_rows=1e-9))
    mean = 110.5 / 2001
    assert told[:2] == pytest.approx(np.log([9.0, 99.0]) - np.log((1 - mean) / mean), abs=1e-6)
    few = np.array([[900, 100], [5, 0]])
    assert 0 < evidence(np.array([0, 1]), few)[1] < 0.3


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_folds_keep_clusters_whole_and_failures_even(seed: int, folds: int) -> None:
    draw = np.random.default_rng(seed)
    cluster = clusters([draw.integers(0, 150, 300)])
    failed = draw.random(300) < 0.2
    fold = cut(cluster, failed, folds, seed)
    assert all(len(np.unique(fold[cluster == one])) == 1 for one in np.unique(cluster))
    fails = np.bincount(fold, failed, folds)
    biggest = np.bincount(cluster, failed).max()
    assert fails.max() - fails.min() <= biggest
    assert (cut(cluster, failed, folds, seed) == fold).all()
    assert (cut(cluster, failed, folds, seed, 1) != fold).any()


def test_clusters_join_through_others() -> None:
    told = clusters([np.array([0, 0, 1, 2, 3]), np.array([-1, 7, 7, -1, -1])])
    assert told.tolist() == [0, 0, 0, 1, 2]


def test_two_columns_nearly_alike_give_what_lies_between_them() -> None:
    draw = np.random.default_rng(4)
    profit = draw.normal(size=500) * 100
    interest = draw.exponential(size=500)
    values = np.stack([profit, profit - interest, draw.normal(size=500)], axis=1)
    told = pairs(values, np.array([0.1, 0.1, 0.5]), np.arange(3))
    names = told.names(["before", "after", "size"])
    assert "before - after" in names
    assert told.columns(values)[:, names.index("before - after")] == pytest.approx(interest)
    assert not [name for name in names if "-" in name and "size" in name]
    zero = told.columns(np.zeros((1, 3)))
    assert np.isnan(zero[:, len(told.gaps) :]).all()


def test_no_pairs_of_a_single_column() -> None:
    assert pairs(np.zeros((5, 1)), np.array([1.0]), np.arange(1)).count == 0
