"""Keyed draws: even, normal, and the same whatever the order, the batch or the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import NormalDist

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.draws import below, chosen, normal, single, uniform

COUNT = 100_000
KOLMOGOROV_1_PER_MILLE = 1.95


def drawn(seed: int = 1, what: str = "a", start: int = 0) -> pl.Series:
    numbers = pl.DataFrame({"no": pl.int_range(start, start + COUNT, eager=True)})
    return numbers.select(uniform(seed, what, pl.col("no"))).to_series()


def distance(sample: pl.Series) -> float:
    """Kolmogorov-Smirnov distance from the even distribution, times the root of the count."""
    frame = pl.DataFrame({"u": sample.sort()}).with_row_index("place", offset=1)
    above = frame.select((pl.col("place") / COUNT - pl.col("u")).max()).item()
    under = frame.select((pl.col("u") - (pl.col("place") - 1) / COUNT).max()).item()
    return float(max(above, under) * COUNT**0.5)


def correlation(left: pl.Series, right: pl.Series) -> float:
    return float(pl.DataFrame({"l": left, "r": right}).select(pl.corr("l", "r")).item())


@pytest.mark.parametrize(("seed", "start"), [(1, 0), (2, 0), (1, -50_000), (2**40, 10**12)])
def test_draws_are_even(seed: int, start: int) -> None:
    sample = drawn(seed, start=start)
    assert distance(sample) < KOLMOGOROV_1_PER_MILLE
    assert sample.is_between(0, 1, closed="left").all()


def test_the_distance_would_show_uneven_draws() -> None:
    assert distance(drawn() * 0.97) > KOLMOGOROV_1_PER_MILLE


def test_seeds_purposes_and_neighbours_do_not_know_each_other() -> None:
    one = drawn()
    for other in (drawn(seed=2), drawn(what="b"), drawn(start=1), drawn(start=1024)):
        assert abs(correlation(one, other)) < 4 / COUNT**0.5


def test_a_second_key_gives_draws_as_even() -> None:
    grid = pl.DataFrame({"i": pl.int_range(COUNT, eager=True)})
    sample = grid.select(uniform(1, "a", pl.col("i") // 10, pl.col("i") % 10)).to_series()
    swapped = grid.select(uniform(1, "a", pl.col("i") % 10, pl.col("i") // 10)).to_series()
    assert distance(sample) < KOLMOGOROV_1_PER_MILLE
    assert abs(correlation(sample, swapped)) < 4 / COUNT**0.5


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=40), st.integers(0, 2**64))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_order_and_batch_change_nothing(keys: list[int], seed: int) -> None:
    whole = pl.DataFrame({"no": keys}, schema={"no": pl.Int64}).select(uniform(seed, "x", pl.col("no"))).to_series()
    backwards = pl.DataFrame({"no": keys[::-1]}).select(uniform(seed, "x", pl.col("no"))).to_series()
    assert whole.to_list() == backwards.reverse().to_list() == [single(seed, "x", key) for key in keys]


def test_streaming_gives_the_same() -> None:
    lazy = pl.LazyFrame({"no": pl.int_range(COUNT, eager=True)}).select(uniform(1, "a", pl.col("no")))
    assert lazy.collect(engine="streaming").to_series().equals(drawn())


def test_two_threads_give_what_one_gives() -> None:
    program = (
        "import polars as pl; from solvent.base.draws import normal, uniform;"
        "f = pl.LazyFrame({'no': pl.int_range(300_000, eager=True)});"
        "s = f.select(normal(uniform(3, 'z', pl.col('no')))).collect(engine='streaming').to_series();"
        "print(s.to_list()[::1000], s.sort().to_list()[-3:])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(told) == 1
    assert next(iter(told))


def test_these_very_numbers_stay() -> None:
    """Golden: a change here changes every sample company and every later run that was kept."""
    assert [single(1, "a", key) for key in (0, 1, -1)] == pytest.approx(GOLDEN, abs=1e-15)


GOLDEN = [0.7189553280643204, 0.2754486195833683, 0.9389111842140448]


def test_normal_is_the_inverse_of_the_normal_distribution() -> None:
    shares = [2.0**-53, 1e-12, 1e-7, 0.001, 0.07, 0.075, 0.2, 0.5, 0.75, 0.925, 0.93, 0.999, 1 - 2.0**-53]
    values = pl.DataFrame({"u": shares}).select(normal(pl.col("u"))).to_series()
    assert values.to_list() == pytest.approx([NormalDist().inv_cdf(share) for share in shares], rel=1e-13, abs=1e-15)
    lowest = pl.DataFrame({"u": [0.0]}).select(normal(pl.col("u"))).item()
    assert -8.5 < lowest < -8.0


def test_places_come_as_often_as_their_weights() -> None:
    frame = pl.DataFrame({"u": drawn()})
    counts = frame.select(chosen(pl.col("u"), [5, 3, 2]).alias("place")).group_by("place").len().sort("place")
    assert counts.get_column("len").to_list() == pytest.approx([50_000, 30_000, 20_000], rel=0.03)
    assert frame.select(below(pl.col("u"), 3).n_unique()).item() == 3
