"""Figures: rankings, calibration, regression and stability against scikit-learn and against numbers by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

from solvent.credit.scorecard.calibration import calibrate, isotonic
from solvent.credit.scorecard.logistic import fit
from solvent.credit.scorecard.quality import (
    auc,
    auc_error,
    average_precision,
    calibration_error,
    chance_error,
    passes,
)
from solvent.credit.scorecard.stability import band, index, shift_of

ROWS = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=4, max_size=60).filter(
    lambda rows: len({failed for failed, _ in rows}) == 2
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_rankings_are_those_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    failed = np.array([one for one, _ in rows])
    score = np.array([one for _, one in rows], dtype=np.float64)
    assert auc(failed, score) == pytest.approx(roc_auc_score(failed, score), abs=1e-12)
    assert average_precision(failed, score) == pytest.approx(average_precision_score(failed, score), abs=1e-12)


def test_rankings_need_both_kinds() -> None:
    assert auc(np.array([True, True]), np.array([0.1, 0.2])) is None
    assert average_precision(np.array([False]), np.array([0.1])) is None


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_isotonic_is_that_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    failed = np.array([one for one, _ in rows])
    score = np.array([one for _, one in rows], dtype=np.float64)
    knots, levels = isotonic(score, failed)
    assert levels == pytest.approx(IsotonicRegression().fit(score, failed).predict(knots), abs=1e-9)
    assert (np.diff(levels) >= 0).all()


@pytest.mark.parametrize("ridge", [0.01, 1.0, 30.0])
def test_regression_is_that_of_scikit_learn(ridge: float) -> None:
    draw = np.random.default_rng(3)
    columns = draw.normal(size=(400, 5)) * np.array([1.0, 3.0, 0.2, 1.0, 1.0])
    failed = draw.random(400) < 1 / (1 + np.exp(2 - columns @ np.array([1.0, -0.3, 2.0, 0.0, 0.5])))
    told = fit(columns, failed, ridge)
    other = LogisticRegression(C=1 / ridge, tol=1e-13, solver="newton-cholesky", max_iter=200).fit(columns, failed)
    assert told.weights == pytest.approx(other.coef_[0], abs=1e-9)
    assert told.start == pytest.approx(other.intercept_[0], abs=1e-9)


def test_a_column_that_separates_keeps_a_finite_weight() -> None:
    told = fit(np.arange(20.0)[:, None], np.arange(20) > 9, 0.1)
    assert np.isfinite(told.weights).all()
    assert told.weights[0] > 0


def test_calibration_error_by_hand() -> None:
    failed = np.array([True] + [False] * 19)
    chance = np.repeat(np.linspace(0.05, 0.95, 10), 2)
    by_hand = (abs(0.05 - 0.5) + np.linspace(0.15, 0.95, 9).sum()) / 10
    assert calibration_error(failed, chance) == pytest.approx(by_hand)


def test_error_by_chance_is_what_true_chances_show() -> None:
    draw = np.random.default_rng(5)
    chance = draw.beta(0.5, 3.0, 2000)
    shown = [calibration_error(draw.random(2000) < chance, chance) for _ in range(200)]
    assert chance_error(chance) == pytest.approx(np.mean(shown), rel=0.05)


def test_auc_error_of_hanley_and_mcneil() -> None:
    """Their own example: area 0.893 of 51 diseased and 58 normal has a standard error of about 0.032."""
    assert auc_error(0.893, 51, 58) == pytest.approx(0.0321, abs=0.0005)


@pytest.mark.parametrize("way", ["platt", "isotonic", "best"])
def test_calibration_finds_the_chances_behind_a_score(way: str) -> None:
    draw = np.random.default_rng(7)
    score = draw.normal(size=20000) * 3
    true = 1 / (1 + np.exp(2.0 - 0.5 * score))
    curve = calibrate(score, draw.random(20000) < true, np.arange(20000) % 5, way)
    assert np.abs(curve.chance(score) - true).mean() < 0.015
    ordered = curve.chance(np.linspace(-30, 30, 500))
    assert (np.diff(ordered) > -1e-12).all()
    assert 0 < ordered[0] < ordered[-1] < 1


def test_a_bent_curve_is_left_to_isotonic() -> None:
    draw = np.random.default_rng(8)
    score = draw.uniform(0, 1, 20000)
    failed = draw.random(20000) < np.where(score > 0.5, 0.3, 0.02)
    assert calibrate(score, failed, np.arange(20000) % 5).way == "isotonic"


def test_stability_by_hand_and_its_bands() -> None:
    assert index(np.array([0.5, 0.5]), np.array([0.6, 0.4])) == pytest.approx(
        0.1 * np.log(0.6 / 0.5) - 0.1 * np.log(0.4 / 0.5)
    )
    assert index(np.array([30.0, 70.0]), np.array([3.0, 7.0])) == pytest.approx(0.0, abs=1e-12)
    assert np.isfinite(index(np.array([10.0, 0.0]), np.array([5.0, 5.0])))
    told = [band(value) for value in (0.0999, 0.1, 0.25, 0.2501)]
    assert told == ["stable", "watch", "watch", "shift"]


def test_a_moved_score_is_a_shift_and_the_same_score_is_none() -> None:
    draw = np.random.default_rng(9)
    before = draw.normal(size=5000)
    assert shift_of([(before, draw.normal(size=5000))]) < 0.02
    assert shift_of([(before, draw.normal(size=5000) + 1)]) > 0.25
    assert shift_of([(before, np.empty(0))]) == 0.0
    folds = [(before, draw.normal(size=40)) for _ in range(50)]
    assert shift_of(folds) < 0.03


def test_every_line_of_the_gate_at_under_and_over() -> None:
    good = {"area": 0.8, "baseline": 0.8, "error": 0.012, "by_chance": 0.002, "shift": 0.25, "failures": 50,
            "survivors": 500, "suspects": 0}  # fmt: skip
    assert all(check.holds for check in passes(**good))
    for name, value, line in (
        ("area", 0.6499, "auc"),
        ("baseline", 0.99, "above_best_column"),
        ("error", 0.01201, "calibration_error"),
        ("shift", 0.2501, "stability"),
        ("failures", 49, "failures"),
        ("suspects", 1, "giveaway_columns"),
    ):
        failing = {check.name for check in passes(**{**good, name: value}) if not check.holds}
        assert line in failing
