"""Factor: one line of the expert card: bins, the printed points of each, and what a missing value counts.

A value on a line counts as the better bin: of what is better when more, a bin begins at its line; of what is better
when less, it ends there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import polars as pl

from solvent.base.problem import PolicyError
from solvent.base.terms import Terms

Axis = Literal["ability", "willingness"]
AXES: tuple[Axis, ...] = ("ability", "willingness")
Look = Literal[
    "payment", "registry", "statements", "reputation", "credit_report", "litigation", "supply_chain", "management",
    "surroundings",
]  # fmt: skip
"""What a factor belongs to: our own record, the gates, the three checks and three looks (CR-02), its surroundings."""
Better = Literal["more", "less"]


@dataclass(frozen=True)
class Shape:
    """What a factor is, whatever its points: which way is better, and whether the customer can change it."""

    name: str
    look: Look
    better: Better
    unit: str
    changeable: bool = False


@dataclass(frozen=True)
class Factor:
    """A factor with its bins.

    edges: the lines between bins, rising. points: of each bin, in the order of the values, one more than there are
    edges; they only rise where more is better, and only fall where less is.
    """

    axis: Axis
    shape: Shape
    edges: tuple[float, ...]
    points: tuple[float, ...]

    @property
    def name(self) -> str:
        """The factor's name."""
        return self.shape.name

    @property
    def best(self) -> float:
        """The points of its best bin."""
        return max(self.points)

    def placed(self, value: pl.Expr) -> pl.Expr:
        """The number of the bin of each value, from 0; empty where there is none."""
        more = self.shape.better == "more"
        over = [(value >= edge if more else value > edge).cast(pl.Int64) for edge in self.edges]
        return pl.when(value.is_not_null()).then(pl.sum_horizontal(over))

    def counted(self, value: pl.Expr) -> pl.Expr:
        """The points of each value; empty where there is none."""
        told = pl.lit(self.points[0])
        for edge, points in zip(self.edges, self.points[1:], strict=True):
            over = value >= edge if self.shape.better == "more" else value > edge
            told = pl.when(over).then(pl.lit(points)).otherwise(told)
        return pl.when(value.is_not_null()).then(told)

    def steps(self) -> list[tuple[float, float]]:
        """The better bins from the worst up: the value at which each is just reached, and its points."""
        if self.shape.better == "more":
            return list(zip(self.edges, self.points[1:], strict=True))
        return list(zip(reversed(self.edges), reversed(self.points[:-1]), strict=True))


def factors_of(axis: Axis, shapes: Sequence[Shape], terms: Terms) -> tuple[Factor, ...]:
    """The factors of one axis, with the edges and points of their terms (``NAME_edges``, ``NAME_points``).

    Raises:
        PolicyError: edges do not rise, points go the wrong way or below nothing, or there is not one more of them.
    """
    told = []
    for shape in shapes:
        edges = getattr(terms, f"{shape.name}_edges")
        points = getattr(terms, f"{shape.name}_points")
        ordered = points if shape.better == "more" else points[::-1]
        good = (
            len(points) == len(edges) + 1
            and all(low < high for low, high in pairwise(edges))
            and all(low <= high for low, high in pairwise(ordered))
            and min(points) >= 0.0
        )
        if not good:
            place = f"{terms.key}.{shape.name}_points"
            raise PolicyError("credit.grading.bins", place, edges=len(edges), points=len(points), better=shape.better)
        told.append(Factor(axis, shape, edges, points))
    return tuple(told)
