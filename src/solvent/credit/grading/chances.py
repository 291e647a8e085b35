"""Chances: two axes into a grade, grade and points into a chance to fail, and its level from our own failures.

The chance lies in the band of its grade, the nearer its better end the more points there are of those that the grade
allows: more points never mean a higher chance, and a worse grade never a lower one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import sqrt

import polars as pl

from solvent.base.problem import PolicyError
from solvent.base.terms import Terms, term

GRADES = ("A", "B", "C", "D", "E")


@dataclass(frozen=True)
class Grading(Terms, key="credit.grading.grade"):
    """From points to grades and chances."""

    neutral_share: float = term(
        0.5, unit="share of a missing factor's best points", most=1, source="own choice: neither way"
    )
    axis_lines: tuple[float, ...] = term((40.0, 70.0), unit="points of an axis", source="own choice: weak, fair, good")
    matrix: tuple[str, ...] = term(
        ("EDC", "DCB", "DBA"),
        unit="grades: a row for weak, fair, good ability; in it weak, fair, good willingness",
        source="CAPABILITIES row 6: 3 x 3; grades: own choice",
    )
    ability_weight: float = term(
        0.5, unit="share of the points that is ability", most=1, source="own choice: both alike"
    )
    yearly_chances: tuple[float, ...] = term(
        (0.003, 0.01, 0.03, 0.08, 0.25),
        unit="chance to fail within a year, grades A to E",
        most=1,
        source="own choice: about three times from grade to grade, a few per cent in the middle",
    )
    least_years: float = term(100.0, unit="customer years", source="own choice: fewer say nothing of a level")
    prior_failures: float = term(
        10.0, unit="failures at which our own history weighs half", source="own choice: a level to a third"
    )
    most_times: float = term(4.0, unit="times up or down that a level moves", source="own choice")


DEFAULTS = Grading()


def checked(terms: Grading) -> Grading:
    """The terms, if they can be graded by.

    Raises:
        PolicyError: the matrix is not 3 by 3 of A to E, or somewhere worse for more points; lines or chances do not
            rise.
    """
    matrix, lines, chances = terms.matrix, terms.axis_lines, terms.yearly_chances
    if len(matrix) != 3 or any(len(row) != 3 or set(row) - set(GRADES) for row in matrix):
        raise PolicyError("credit.grading.matrix_shape", "credit.grading.grade.matrix", matrix=" ".join(matrix))
    columns = ["".join(column) for column in zip(*matrix, strict=True)]
    if any(low < high for line in (*matrix, *columns) for low, high in pairwise(line)):
        raise PolicyError("credit.grading.matrix_order", "credit.grading.grade.matrix", matrix=" ".join(matrix))
    if len(lines) != 2 or not 0.0 < lines[0] < lines[1] < 100.0:
        raise PolicyError("credit.grading.axis_lines", "credit.grading.grade.axis_lines", lines=str(lines))
    rising = all(low < high for low, high in pairwise(chances))
    if len(chances) != len(GRADES) or not rising or chances[0] <= 0.0 or chances[-1] >= 1.0:
        raise PolicyError("credit.grading.chances", "credit.grading.grade.yearly_chances", chances=str(chances))
    return terms


def level(axis: pl.Expr, terms: Grading) -> pl.Expr:
    """0 weak, 1 fair, 2 good; from a line on the better one; an axis of which nothing is known is fair."""
    low, high = terms.axis_lines
    known = pl.when(axis >= high).then(2).when(axis >= low).then(1).otherwise(0)
    return pl.when(axis.is_null()).then(1).otherwise(known)


def rank(ability: pl.Expr, willingness: pl.Expr, terms: Grading) -> pl.Expr:
    """The grade of two axes as its place in GRADES, from 0."""
    cell = level(ability, terms) * 3 + level(willingness, terms)
    ranks = [GRADES.index(grade) for row in terms.matrix for grade in row]
    return cell.replace_strict(dict(enumerate(ranks)), return_dtype=pl.Int64)


def points(ability: pl.Expr, willingness: pl.Expr, terms: Grading) -> pl.Expr:
    """Both axes as one, 0 to 100; an axis of which nothing is known counts ``neutral_share``."""
    neutral = 100.0 * terms.neutral_share
    share = terms.ability_weight
    return ability.fill_null(neutral) * share + willingness.fill_null(neutral) * (1.0 - share)


def bands(terms: Grading, times: float = 1.0) -> list[tuple[float, float]]:
    """Of each grade the lowest and the highest chance: halfway, in logarithms, to its neighbours; odds moved by times.

    >>> [round(high, 4) for _, high in bands(DEFAULTS)]
    [0.0055, 0.0173, 0.049, 0.1414, 0.4419]
    """
    chances = terms.yearly_chances
    inner = [sqrt(low * high) for low, high in pairwise(chances)]
    first, last = chances[0] ** 2 / inner[0], min(chances[-1] ** 2 / inner[-1], (1.0 + chances[-1]) / 2.0)
    edges = [times * edge / (1.0 + (times - 1.0) * edge) for edge in (first, *inner, last)]
    return list(pairwise(edges))


def spans(terms: Grading) -> list[tuple[float, float]]:
    """Of each grade the fewest and the most points with which the matrix gives it; 0 and 100 where it never does."""
    edges = (0.0, *terms.axis_lines, 100.0)
    share = terms.ability_weight
    told: list[tuple[float, float]] = []
    for grade in GRADES:
        cells = [(a, w) for a, w in product(range(3), range(3)) if terms.matrix[a][w] == grade]
        least = [share * edges[a] + (1.0 - share) * edges[w] for a, w in cells]
        most = [share * edges[a + 1] + (1.0 - share) * edges[w + 1] for a, w in cells]
        told.append((min(least), max(most)) if cells else (0.0, 100.0))
    return told


def chance(place: pl.Expr, score: pl.Expr, terms: Grading, times: float = 1.0) -> pl.Expr:
    """The chance to fail within a year.

    Args:
        place: the grade's place in GRADES. score: 0 to 100. times: what our own history moves all odds by.
    """
    low, high, least, most = (
        place.replace_strict(dict(enumerate(values)), return_dtype=pl.Float64)
        for values in (*zip(*bands(terms), strict=True), *zip(*spans(terms), strict=True))
    )
    inside = ((score - least) / (most - least)).clip(0.0, 1.0)
    told = high * (inside * (low / high).log()).exp()
    return times * told / (1.0 + (times - 1.0) * told)


def own_level(expected: float, failures: int, years: float, terms: Grading = DEFAULTS) -> float:
    """What our own failures move the odds by: (failures + prior) / (expected + prior), within ``most_times``.

    Args:
        expected: yearly chance of a customer, mean of those that have not failed, as the card tells it.
        failures, years: customers that failed, and the years of trade in which they might have.

    Returns:
        1.0 where there are fewer than ``least_years``.

    >>> own_level(0.02, 40, 1000.0), own_level(0.02, 0, 99.0)
    (1.6666666666666667, 1.0)
    """
    if years < terms.least_years:
        return 1.0
    told = (failures + terms.prior_failures) / (expected * years + terms.prior_failures)
    return min(max(told, 1.0 / terms.most_times), terms.most_times)


def worst(places: Sequence[pl.Expr]) -> pl.Expr:
    """The worst of several grades, each a place in GRADES or empty."""
    return pl.max_horizontal(places)
