"""Trees: boosted regression trees as plain arrays, frozen, and the walk through them.

They are grown by LightGBM, which is asked for by name only here; to walk them it is not needed.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from solvent.base.plugs import usable
from solvent.base.problem import SolventError
from solvent.payment.boosted.features import Singles
from solvent.payment.grid import Bools, Floats, Ints

LIBRARY = "lightgbm"


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees, one after the other; frozen.

    roots: [trees], the first node of each. feature: the column that a node looks at; -1: a leaf. threshold: not above
    it goes left. left, right: nodes. empty_left: whether what is empty goes left. value: of a leaf; the sum over the
    trees is the answer.
    """

    roots: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    empty_left: Bools
    value: Floats


def installed() -> bool:
    """Whether trees can be grown here."""
    return usable(LIBRARY)


def grow(features: Singles, paid: Bools, law: Floats, *, rounds: int, growing: Mapping[str, Any]) -> Trees:
    """Trees that correct the logit ``law`` of each row towards what came.

    Args:
        features: [rows, columns]. paid: [rows]. growing: what LightGBM is told beyond what makes it repeat itself.

    Raises:
        SolventError: LightGBM is not installed.
    """
    if not installed():
        raise SolventError("payment.boosted.not_installed", library=LIBRARY)
    library = importlib.import_module(LIBRARY)
    fixed = {
        "objective": "binary",
        "boost_from_average": False,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    data = library.Dataset(features, label=paid.astype(np.float32), init_score=law, params={"verbose": -1})
    grown = library.train(fixed | dict(growing), data, rounds)
    return planted([tree["tree_structure"] for tree in grown.dump_model()["tree_info"]])


def planted(trees: Sequence[Mapping[str, Any]]) -> Trees:
    """Nested nodes as arrays."""
    nodes: list[tuple[int, float, int, int, bool, float]] = []

    def plant(node: Mapping[str, Any]) -> int:
        place = len(nodes)
        if "split_feature" not in node:
            nodes.append((-1, 0.0, 0, 0, False, float(node["leaf_value"])))
            return place
        threshold = float(node["threshold"])
        # A node that met nothing empty takes what is empty for nought.
        empty_left = bool(node["default_left"]) if node["missing_type"] == "NaN" else threshold >= 0.0
        nodes.append((0, 0.0, 0, 0, False, 0.0))
        left, right = plant(node["left_child"]), plant(node["right_child"])
        nodes[place] = (int(node["split_feature"]), threshold, left, right, empty_left, 0.0)
        return place

    roots = [plant(tree) for tree in trees]
    feature, threshold, left, right, empty_left, value = zip(*nodes, strict=True) if nodes else ((),) * 6
    return Trees(
        np.array(roots, dtype=np.int64),
        np.array(feature, dtype=np.int64),
        np.array(threshold, dtype=np.float64),
        np.array(left, dtype=np.int64),
        np.array(right, dtype=np.int64),
        np.array(empty_left, dtype=np.bool_),
        np.array(value, dtype=np.float64),
    )


def walked(trees: Trees, items: Singles, item: Ints, spans: Singles) -> Floats:
    """[rows]: the sum of the leaves that each row falls into.

    Args:
        items: [items, k], the first columns. item: [rows], whose they are. spans: [rows, m], the columns after them.
    """
    told: Floats = _walk(
        trees.roots,
        trees.feature,
        trees.threshold,
        trees.left,
        trees.right,
        trees.empty_left,
        trees.value,
        np.ascontiguousarray(items),
        item,
        np.ascontiguousarray(spans),
    )
    return told


@numba.njit(nogil=True, cache=True)
def _walk(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    roots, feature, threshold, left, right, empty_left, value, items, item, spans
):
    wide, more = items.shape[1], spans.shape[1]
    row = np.empty(wide + more, dtype=np.float64)
    out = np.zeros(len(item))
    for place in range(len(item)):
        for column in range(wide):
            row[column] = items[item[place], column]
        for column in range(more):
            row[wide + column] = spans[place, column]
        total = 0.0
        for root in roots:
            node = root
            while feature[node] >= 0:
                met = row[feature[node]]
                goes_left = empty_left[node] if np.isnan(met) else met <= threshold[node]
                node = left[node] if goes_left else right[node]
            total += value[node]
        out[place] = total
    return out
