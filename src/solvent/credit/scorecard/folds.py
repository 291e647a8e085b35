"""Folds: rows cut into parts that are alike, where what belongs together stays together."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
import polars as pl

from solvent.base.draws import single, uniform
from solvent.credit.scorecard.quality import Bools, Ints


def clusters(keys: Sequence[Ints]) -> Ints:
    """A number for each row: rows that share any of the keys, straight or through others, have the same.

    Args:
        keys: for each key a number by row; -1 belongs to nobody else.

    >>> clusters([np.array([0, 0, 1, 2]), np.array([5, 6, 6, -1])]).tolist()
    [0, 0, 0, 1]
    """
    rows = len(keys[0])
    parent = list(range(rows))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for key in keys:
        first: dict[int, int] = {}
        for row, value in enumerate(key.tolist()):
            if value < 0:
                continue
            other = first.setdefault(value, row)
            if other != row:
                one, two = sorted((root(other), root(row)))
                parent[two] = one
    _, number = np.unique([root(row) for row in range(rows)], return_inverse=True)
    return number.astype(np.int64)


def cut(cluster: Ints, failed: Bools, folds: int, seed: int, repetition: int = 0) -> Ints:
    """The fold of each row, from 0: clusters whole, failures and rows as even as the clusters allow.

    Large clusters are placed first, each into the fold that has the fewest failures (then rows) so far; clusters of
    one size in an order that belongs to the seed, the repetition and the cluster's number.
    """
    size = np.bincount(cluster)
    fails = np.bincount(cluster, failed).astype(np.int64)
    drawn = pl.DataFrame({"no": np.arange(len(size))}).select(
        uniform(seed, "scorecard fold", pl.lit(repetition, dtype=pl.Int64), pl.col("no"))
    )
    draw = drawn.to_series().to_numpy()
    order = np.lexsort((draw, -size, -fails))
    placed = np.empty(len(size), dtype=np.int64)
    turn = np.argsort([single(seed, "scorecard turn", repetition, fold) for fold in range(folds)]).tolist()
    for failing in (True, False):
        seated = np.bincount(placed[cluster[fails[cluster] > 0]], minlength=folds) if not failing else np.zeros(folds)
        heap = [(0, int(seated[fold]), turn[fold], fold) for fold in range(folds)]
        heapq.heapify(heap)
        for number in order[(fails[order] > 0) == failing].tolist():
            few, rows, tie, fold = heap[0]
            placed[number] = fold
            heapq.heapreplace(heap, (few + int(fails[number]), rows + int(size[number]), tie, fold))
    told: Ints = placed[cluster]
    return told
