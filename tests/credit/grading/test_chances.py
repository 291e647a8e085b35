"""Chances: the matrix, the bands, the lines between weak, fair and good, and the level from our own failures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import nextafter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import PolicyError
from solvent.credit.grading.chances import GRADES, Grading, bands, chance, checked, own_level, points, rank, spans
from thorough import cases

TERMS = Grading()
AXIS = st.none() | st.floats(0, 100)


def graded(*pairs: tuple[float | None, float | None], times: float = 1.0) -> list[tuple[str, float]]:
    frame = pl.DataFrame(pairs, schema={"a": pl.Float64, "w": pl.Float64}, orient="row")
    place, score = rank(pl.col("a"), pl.col("w"), TERMS), points(pl.col("a"), pl.col("w"), TERMS)
    told = frame.select(place.alias("place"), chance(place, score, TERMS, times).alias("chance"))
    return [(GRADES[row[0]], row[1]) for row in told.rows()]


def test_the_matrix_cell_by_cell() -> None:
    cells = [(a, w) for a in (20.0, 50.0, 90.0) for w in (20.0, 50.0, 90.0)]
    assert "".join(grade for grade, _ in graded(*cells)) == "EDCDCBDBA"


def test_the_lines_between_weak_fair_and_good() -> None:
    for line, (under, at) in zip(TERMS.axis_lines, (("D", "C"), ("C", "B")), strict=True):
        told = graded((50.0, nextafter(line, 0.0)), (50.0, line))
        assert [grade for grade, _ in told] == [under, at]


def test_an_axis_of_which_nothing_is_known_is_fair() -> None:
    told = graded((None, 95.0), (95.0, None), (None, None))
    assert [grade for grade, _ in told] == ["B", "B", "C"]
    assert told[2][1] == pytest.approx(0.03, rel=0.2)


def test_bands_meet_and_hold_the_chance_of_their_grade() -> None:
    found = bands(TERMS)
    for (_, high), (low, _) in pairwise(found):
        assert high == low
    for (low, high), own in zip(found, TERMS.yearly_chances, strict=True):
        assert low < own < high < 1.0


def test_the_span_of_each_grade_is_reached() -> None:
    for place, (least, most) in enumerate(spans(TERMS)):
        low, high = bands(TERMS)[place]
        frame = pl.DataFrame({"s": [least, most]})
        told = frame.select(chance(pl.lit(place), pl.col("s"), TERMS)).to_series().to_list()
        assert told == pytest.approx([high, low])


@settings(max_examples=cases(60, 400), deadline=None)
@given(one=st.tuples(AXIS, AXIS), other=st.tuples(AXIS, AXIS), times=st.sampled_from([0.25, 1.0, 4.0]))
def test_more_of_either_axis_is_never_a_worse_grade_or_a_higher_chance(
    one: tuple[float | None, float | None], other: tuple[float | None, float | None], times: float
) -> None:
    filled = [[50.0 if value is None else value for value in pair] for pair in (one, other)]
    if not all(low <= high for low, high in zip(*filled, strict=True)):
        return
    (worse, high), (better, low) = graded(one, other, times=times)
    assert better <= worse
    assert 0.0 < low <= high + 1e-12 < 1.0


def test_a_worse_grade_never_has_a_lower_chance() -> None:
    frame = pl.DataFrame({"p": [0, 1, 2, 3, 4] * 3, "s": [0.0] * 5 + [50.0] * 5 + [100.0] * 5})
    told = frame.with_columns(chance(pl.col("p"), pl.col("s"), TERMS).alias("c"))
    for better, worse in zip(range(4), range(1, 5), strict=True):
        assert told.filter(p=better)["c"].max() <= told.filter(p=worse)["c"].min() + 1e-12


def test_our_own_failures_move_the_level_only_with_enough_years_and_not_beyond_all_bounds() -> None:
    assert own_level(0.02, 10, 99.9) == 1.0
    assert own_level(0.02, 2, 100.0) == 1.0
    assert own_level(0.02, 12, 100.0) == pytest.approx(22 / 12)
    assert own_level(0.02, 10_000, 1000.0) == 4.0
    assert own_level(0.5, 0, 10_000.0) == 0.25
    many = own_level(0.02, 400, 10_000.0)
    assert many == pytest.approx(410 / 210)


def test_the_level_moves_odds_and_keeps_their_order() -> None:
    plain, moved = graded((80.0, 80.0), (30.0, 30.0)), graded((80.0, 80.0), (30.0, 30.0), times=4.0)
    for (_, before), (_, after) in zip(plain, moved, strict=True):
        assert after / (1 - after) == pytest.approx(4.0 * before / (1 - before))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"matrix": ("EDC", "DCB")}, "matrix_shape"),
        ({"matrix": ("EDC", "DCB", "DBF")}, "matrix_shape"),
        ({"matrix": ("EDC", "DCB", "EBA")}, "matrix_order"),
        ({"matrix": ("EDC", "DCD", "DBA")}, "matrix_order"),
        ({"axis_lines": (70.0, 40.0)}, "axis_lines"),
        ({"axis_lines": (40.0,)}, "axis_lines"),
        ({"yearly_chances": (0.01, 0.01, 0.03, 0.08, 0.2)}, "chances"),
        ({"yearly_chances": (0.0, 0.01, 0.03, 0.08, 0.2)}, "chances"),
        ({"yearly_chances": (0.001, 0.01, 0.03, 0.08, 1.0)}, "chances"),
    ],
)
def test_a_policy_that_cannot_be_graded_by_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(PolicyError, match=f"credit.grading.{code}"):
        checked(replace(TERMS, **change))  # type: ignore[arg-type]
    assert checked(TERMS) is TERMS
