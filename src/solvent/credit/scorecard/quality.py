"""Quality: how well probabilities rank and how true they are, and the gate that a model has to pass before use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvent.base.terms import Terms, term

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BINS = 10
"""Bins of the calibration error, of equal count."""


@dataclass(frozen=True)
class Gate(Terms, key="credit.scorecard.gate"):
    """What a model has to reach, out of fold, before it may be used."""

    least_auc: float = term(0.65, unit="area under the curve", source="own choice: below it a score hardly sorts")
    most_calibration_error: float = term(
        0.01, unit="mean difference of probability, beyond what chance does", source="own choice: one in a hundred"
    )
    most_shift: float = term(0.25, unit="stability index", source="FORMULAS 4.7.6")
    least_failures: int = term(50, unit="failures", source="own choice: fewer do not fix ten bins")


DEFAULTS = Gate()


@dataclass(frozen=True)
class Check:
    """One line of the gate: what was measured, the line, and whether it holds."""

    name: str
    value: float
    line: float
    holds: bool


def auc(failed: Bools, score: Floats) -> float | None:
    """The chance that a failure has the higher score than a survivor, ties counting half; None where one is missing.

    >>> auc(np.array([True, False, False]), np.array([0.5, 0.5, 0.1]))
    0.75
    """
    many, few = int(failed.sum()), int((~failed).sum())
    if not many or not few:
        return None
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2.0)[place]
    return float((rank[failed].sum() - many * (many + 1) / 2.0) / (many * few))


def auc_error(area: float, failures: int, survivors: int) -> float:
    """The standard error of an AUC by Hanley and McNeil (1982)."""
    one, two = area / (2.0 - area), 2.0 * area * area / (1.0 + area)
    spread = area * (1.0 - area) + (failures - 1) * (one - area * area) + (survivors - 1) * (two - area * area)
    return float(np.sqrt(max(spread, 0.0) / (failures * survivors)))


def average_precision(failed: Bools, score: Floats) -> float | None:
    """Sum over the distinct scores, from the highest, of precision times the rise in recall; None without failures.

    >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7])) == (1 + 2 / 3) / 2
    True
    """
    total = int(failed.sum())
    if not total:
        return None
    order = np.argsort(-score, kind="stable")
    ordered, hit = score[order], np.cumsum(failed[order])
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    found = hit[last]
    rise = np.diff(found, prepend=0)
    return float((rise * found / (last + 1.0)).sum() / total)


def calibration_error(failed: Bools, chance: Floats, bins: int = BINS) -> float:
    """The expected calibration error: mean over rows of |mean chance - share of failures| of the row's bin.

    Bins are of equal count, by the order of the chances.
    """
    parts = np.array_split(np.argsort(chance, kind="stable"), min(bins, len(chance)))
    gaps = [abs(float(chance[part].mean()) - float(failed[part].mean())) * len(part) for part in parts]
    return float(sum(gaps) / len(chance))


def reliability(failed: Bools, chance: Floats, bins: int = BINS) -> list[tuple[int, float, float]]:
    """Each bin of the calibration error: rows, mean chance, share of failures."""
    parts = np.array_split(np.argsort(chance, kind="stable"), min(bins, len(chance)))
    return [(len(part), float(chance[part].mean()), float(failed[part].mean())) for part in parts]


def chance_error(chance: Floats, bins: int = BINS) -> float:
    """The calibration error that true chances would show on average, by chance alone: so few rows say no more.

    Mean over bins of the mean absolute normal deviation, sqrt(2 / pi) x the standard error of the bin's share.
    """
    parts = np.array_split(np.sort(chance), min(bins, len(chance)))
    errors = [np.sqrt(2.0 / np.pi * (part * (1.0 - part)).sum()) for part in parts]
    return float(sum(errors) / len(chance))


def brier(failed: Bools, chance: Floats) -> float:
    """Mean squared difference of chance and outcome."""
    return float(((chance - failed) ** 2).mean())


def log_loss(failed: Bools, chance: Floats) -> float:
    """Mean negative log likelihood, chances kept 1e-12 from 0 and 1."""
    safe = np.clip(chance, 1e-12, 1 - 1e-12)
    return float(-np.where(failed, np.log(safe), np.log1p(-safe)).mean())


def passes(
    *,
    area: float,
    baseline: float,
    error: float,
    by_chance: float,
    shift: float,
    failures: int,
    survivors: int,
    suspects: int,
    terms: Gate = DEFAULTS,
) -> Sequence[Check]:
    """Every check of the gate.

    Args:
        area: AUC out of fold.
        baseline: AUC out of fold of the best single column; the model is not below it by more than a standard error.
        error: calibration error out of fold.
        by_chance: the error that true chances would show.
        shift: stability index between what was learned from and what was tested on.
        suspects: columns that give the target away.
    """
    most = terms.most_calibration_error + by_chance
    floor = baseline - auc_error(area, failures, survivors)
    return (
        Check("failures", failures, terms.least_failures, failures >= terms.least_failures),
        Check("auc", area, terms.least_auc, area >= terms.least_auc),
        Check("above_best_column", area, floor, area >= floor),
        Check("calibration_error", error, most, error <= most),
        Check("stability", shift, terms.most_shift, shift <= terms.most_shift),
        Check("giveaway_columns", suspects, 0, suspects == 0),
    )
