"""Boosted: gradient-boosted trees beside the card: sharper, not printable; needs the extra ``ml`` (LightGBM).

Two passes. The first, on part of the rows, finds how many trees serve the other part best and which of the given and
derived columns the trees use at all; the second learns on all rows with those. One thread and fixed seeds, so that
the same rows give the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from solvent.base.plugs import usable
from solvent.base.problem import SolventError
from solvent.base.terms import Terms, term
from solvent.credit.scorecard.quality import Bools, Floats, Ints


@dataclass(frozen=True)
class Boosting(Terms, key="credit.scorecard.boosted"):
    """How the trees grow."""

    leaves: int = term(8, unit="leaves of a tree", source="own choice: tried 7 to 31")
    learning_rate: float = term(0.05, unit="share of a step", most=1, source="own choice")
    most_trees: int = term(600, unit="trees", source="own choice: tried 200 to 1,000")
    least_trees: int = term(60, unit="trees", source="own choice")
    least_rows: int = term(20, unit="rows of a leaf", source="own choice: tried 10 to 100")
    column_share: float = term(
        0.2, unit="share of the columns tried by a tree", most=1, source="own choice: tried .1 to .5"
    )
    row_share: float = term(0.8, unit="share of the rows of a tree", most=1, source="own choice")
    ridge: float = term(5.0, unit="penalty on squared leaf values", source="own choice")
    most_columns: int = term(90, unit="columns of the second pass", source="own choice: tried 60 to 150")
    patience: int = term(60, unit="trees without gain", source="own choice")
    bags: int = term(2, unit="models with seeds of their own, averaged", source="own choice")


DEFAULTS = Boosting()


@dataclass(frozen=True)
class Boosted:
    """The learned trees: ``risk`` is the mean log odds of the bags. used: columns; gain: what each was worth, sum 1."""

    bags: Sequence[Any]
    used: Ints
    gain: Floats
    trees: int

    def risk(self, values: Floats) -> Floats:
        """The log odds of failure of each row of [rows, columns], all columns that were given to ``learn``."""
        told: Floats = np.mean([bag.predict(values[:, self.used], raw_score=True) for bag in self.bags], axis=0)
        return told


def at_hand() -> bool:
    """Whether LightGBM is installed."""
    return usable("lightgbm")


def learn(
    values: Floats, words: Sequence[bool], failed: Bools, part: Ints, *, seed: int, terms: Boosting = DEFAULTS
) -> Boosted:
    """Grow the trees.

    Args:
        values: [rows, columns], NaN for missing, words as their numbers.
        words: which columns are words.
        part: parts of the rows that are alike; the first is kept aside by the first pass.
        seed: any whole number from 0.

    Raises:
        SolventError: LightGBM is not installed.
    """
    if not at_hand():
        raise SolventError("credit.scorecard.no_lightgbm")
    trees = import_module("lightgbm")
    names = np.flatnonzero(words)
    tuned = _settings(terms, len(failed), seed)
    aside = part == 0
    grown = trees.train(
        {**tuned, "learning_rate": 2.0 * terms.learning_rate, "metric": "binary_logloss"},
        _data(trees, values[~aside], failed[~aside], names),
        terms.most_trees // 2,
        valid_sets=[_data(trees, values[aside], failed[aside], names)],
        callbacks=[trees.early_stopping(terms.patience // 2, verbose=False)],
    )
    gain = grown.feature_importance("gain")
    used = np.sort(np.argsort(-gain, kind="stable")[: terms.most_columns])
    used = used[gain[used] > 0] if (gain > 0).any() else used
    best = int(grown.best_iteration or grown.current_iteration())
    count = int(np.clip(2.4 * best, terms.least_trees, terms.most_trees))
    inside = np.flatnonzero(np.isin(used, names))
    data = _data(trees, values[:, used], failed, inside)
    bags = [trees.train(_settings(terms, len(failed), seed + 1 + bag), data, count) for bag in range(terms.bags)]
    worth = np.sum([bag.feature_importance("gain") for bag in bags], axis=0)
    return Boosted(bags, used, worth / max(worth.sum(), 1e-12), count)


def _data(trees: Any, values: Floats, failed: Bools, words: Ints) -> Any:
    return trees.Dataset(
        values,
        failed.astype(np.float64),
        categorical_feature=words.tolist(),
        params={"verbosity": -1, "num_threads": 1, "max_bin": 255, "min_data_in_leaf": 1, "feature_pre_filter": False},
        free_raw_data=False,
    )


def _settings(terms: Boosting, rows: int, seed: int) -> dict[str, Any]:
    return {
        "objective": "binary",
        "num_leaves": terms.leaves,
        "learning_rate": terms.learning_rate,
        "min_data_in_leaf": max(5, min(terms.least_rows, rows // 40)),
        "feature_fraction": terms.column_share,
        "bagging_fraction": terms.row_share,
        "bagging_freq": 1,
        "lambda_l2": terms.ridge,
        "cat_smooth": 20.0,
        "max_bin": 255,
        "verbosity": -1,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "seed": seed,
    }
