"""Factors: every bin of every factor from both sides, monotone, and a policy that does not fit together."""

from __future__ import annotations

import math
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import PolicyError
from solvent.base.terms import Policy
from solvent.credit.grading.chances import Grading
from solvent.credit.grading.factors.ability import SHAPES as ABLE
from solvent.credit.grading.factors.factor import AXES, Factor
from solvent.credit.grading.factors.willingness import SHAPES as WILLING
from solvent.credit.grading.grade import axes, factors
from thorough import cases

DAY = date(2026, 10, 31)
EVERY = factors(Policy(DAY))
named = pytest.mark.parametrize("factor", EVERY, ids=lambda factor: factor.name)


def points(factor: Factor, *values: float | None) -> list[float | None]:
    frame = pl.DataFrame({"v": pl.Series(values, dtype=pl.Float64)})
    return frame.select(factor.counted(pl.col("v"))).to_series().to_list()


@named
def test_every_line_belongs_to_the_better_bin(factor: Factor) -> None:
    """At a line the better points, just beyond it on the worse side the worse ones."""
    for at, edge in enumerate(factor.edges):
        under, over = factor.points[at], factor.points[at + 1]
        below, above = math.nextafter(edge, -math.inf), math.nextafter(edge, math.inf)
        better = over if factor.shape.better == "more" else under
        assert better == max(under, over)
        assert points(factor, below, edge, above) == [under, better, over]
    assert points(factor, None) == [None]


@named
def test_bins_are_numbered_as_points_are(factor: Factor) -> None:
    values = [factor.edges[0] - 1.0, *factor.edges, factor.edges[-1] + 1.0]
    frame = pl.DataFrame({"v": values})
    places = frame.select(factor.placed(pl.col("v"))).to_series().to_list()
    assert [factor.points[place] for place in places] == points(factor, *values)
    assert frame.clear().select(factor.placed(pl.col("v"))).height == 0


@named
def test_steps_name_the_lines_at_which_each_better_bin_begins(factor: Factor) -> None:
    for line, wanted in factor.steps():
        assert points(factor, line) == [wanted]
    assert [counts for _, counts in factor.steps()] == sorted(counts for _, counts in factor.steps())


@settings(max_examples=cases(40, 400), deadline=None)
@given(data=st.data())
def test_better_is_never_fewer_points(data: st.DataObject) -> None:
    factor = data.draw(st.sampled_from(EVERY))
    low, high = sorted(data.draw(st.lists(st.floats(-2000, 2000), min_size=2, max_size=2)))
    worse, better = (low, high) if factor.shape.better == "more" else (high, low)
    at_worse, at_better = points(factor, worse, better)
    assert at_worse is not None
    assert at_better is not None
    assert 0.0 <= at_worse <= at_better <= factor.best


def test_each_axis_adds_up_to_a_hundred_and_every_check_and_look_weighs_something() -> None:
    for axis in AXES:
        assert sum(factor.best for factor in EVERY if factor.axis == axis) == 100.0
    weights: dict[str, float] = {}
    for factor in EVERY:
        weights[factor.shape.look] = weights.get(factor.shape.look, 0.0) + factor.best
    checks = ("credit_report", "litigation", "reputation")
    looks = ("statements", "supply_chain", "management")
    assert all(weights[name] > 0 for name in (*checks, *looks))
    assert len({shape.name for shape in (*ABLE, *WILLING)}) == len(EVERY)


def frame_of(**values: float | None) -> pl.DataFrame:
    cells = {factor.name: [values.get(factor.name)] for factor in EVERY}
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.Float64))


def test_the_best_of_everything_is_a_hundred_and_the_worst_is_nothing() -> None:
    best = frame_of(**{f.name: f.steps()[-1][0] for f in EVERY})
    far = {f.name: -1e9 if f.shape.better == "more" else 1e9 for f in EVERY}
    for frame, wanted in ((best, 100.0), (frame_of(**far), 0.0)):
        told = axes(frame, EVERY, Grading()).row(0, named=True)
        assert (told["ability"], told["willingness"], told["points"]) == (wanted, wanted, wanted)
        assert told["known_share"] == 1.0


def test_what_is_not_known_counts_half_and_says_so() -> None:
    told = axes(frame_of(payment_index=90.0), EVERY, Grading()).row(0, named=True)
    assert told["ability"] is None
    assert told["willingness"] == 22.0 + (100.0 - 22.0) / 2
    assert told["known_share"] == 22.0 / 200.0
    assert told["basis"] == "payment"
    nothing = axes(frame_of(country_level=1.0), EVERY, Grading()).row(0, named=True)
    assert (nothing["ability"], nothing["willingness"], nothing["basis"]) == (None, None, "nothing")
    assert nothing["points"] == 50.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("employees_edges", (5.0, 5.0, 100.0)),
        ("employees_edges", (5.0, 20.0)),
        ("employees_points", (0.0, 2.0, 1.0, 3.0)),
        ("employees_points", (-1.0, 1.0, 2.0, 3.0)),
        ("adverse_events_points", (0.0, 2.0, 5.0, 8.0)),
    ],
)
def test_a_card_that_does_not_fit_together_is_refused(name: str, value: tuple[float, ...]) -> None:
    """Each number by its own bounds as soon as it is in a policy, all together once the card is made."""
    with pytest.raises(PolicyError, match=r"credit\.grading\.bins|policy\.rising|policy\.least"):
        factors(Policy(DAY, {"credit.grading.ability": [(DAY, {name: value})]}))


def test_a_company_may_print_other_points() -> None:
    policy = Policy(DAY, {"credit.grading.ability": [(DAY, {"employees_points": (0, 10, 20, 30)})]})
    own = next(factor for factor in factors(policy) if factor.name == "employees")
    assert points(own, 4.0, 5.0, 20.0, 100.0) == [0.0, 10.0, 20.0, 30.0]
