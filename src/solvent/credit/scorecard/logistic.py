"""Logistic: regression of a yes or no on columns, by Newton's method, with a ridge on the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvent.credit.scorecard.quality import Bools, Floats

_STEPS = 100
_NEAR = 1e-13


@dataclass(frozen=True)
class Logistic:
    """The log odds of a yes are ``start`` + ``columns`` @ ``weights``."""

    start: float
    weights: Floats

    def log_odds(self, columns: Floats) -> Floats:
        """Log odds of each row."""
        told: Floats = self.start + columns @ self.weights
        return told


def sigmoid(log_odds: Floats) -> Floats:
    """The chance behind log odds, without overflow.

    >>> sigmoid(np.array([0.0, -800.0])).tolist()
    [0.5, 0.0]
    """
    small = np.exp(-np.abs(log_odds))
    told: Floats = np.where(log_odds >= 0, 1.0, small) / (1.0 + small)
    return told


def fit(columns: Floats, failed: Bools | Floats, ridge: float, first: Logistic | None = None) -> Logistic:
    """The weights that maximise the log likelihood less ridge / 2 * sum of squared weights; the start is free.

    Newton's method with step halving, so each step improves.

    Args:
        columns: [rows, columns].
        failed: yes or no, or for each row the chance of a yes that is to be believed.
        ridge: above 0, so that a column that separates the rows keeps a finite weight.
        first: where to begin.
    """
    rows, width = columns.shape
    design = np.empty((rows, width + 1))
    design[:, 0], design[:, 1:] = 1.0, columns
    wanted = failed.astype(np.float64)
    penalty = np.full(width + 1, ridge)
    penalty[0] = 0.0
    share = min(max(wanted.mean(), 1e-9), 1 - 1e-9)
    beta = np.zeros(width + 1)
    if first is None:
        beta[0] = np.log(share / (1.0 - share))
    else:
        beta[0], beta[1:] = first.start, first.weights
    loss = _loss(design, wanted, penalty, beta)
    for _ in range(_STEPS):
        chance = sigmoid(design @ beta)
        slope = design.T @ (chance - wanted) + penalty * beta
        bend = (design * (chance * (1.0 - chance))[:, None]).T @ design
        bend[np.diag_indices_from(bend)] += penalty + 1e-12
        step = np.linalg.solve(bend, slope)
        size = 1.0
        while size > 1e-8:
            tried = beta - size * step
            reached = _loss(design, wanted, penalty, tried)
            if reached <= loss + 1e-14 * abs(loss):
                break
            size /= 2.0
        else:
            break
        beta, gain, loss = tried, loss - reached, reached
        if np.abs(size * step).max() < 1e-12 or (gain < _NEAR * abs(loss) and np.abs(step).max() < 1e-7):
            break
    return Logistic(float(beta[0]), beta[1:])


def _loss(design: Floats, wanted: Floats, penalty: Floats, beta: Floats) -> float:
    odds = design @ beta
    return float((np.logaddexp(0.0, odds) - wanted * odds).sum() + 0.5 * (penalty * beta * beta).sum())
