"""Dependence: known shares are found again, little history says little, and laws fitted before do not see what came."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.payment.dependence import Dependence, Together, dependence, scores, shares
from solvent.payment.grid import Floats, Ints

DAY = date(2026, 6, 30)
BELIEVE = Together(months=1e-9, cells=1e-9)
"""What was seen, without leaning on defaults."""


def drawn(
    seed: int, shared: tuple[float, float, float], months: int = 36, customers: int = 60, sectors: int = 6
) -> tuple[Floats, Ints, Ints, Ints]:
    """Scores with known shares of the systemic, sector and customer factors; customers of very different size."""
    draw = np.random.default_rng(seed)
    systemic, sector, customer = shared
    many = np.where(np.arange(customers) < 4, 25, 3)
    who = np.tile(np.repeat(np.arange(customers), many), months)
    month = np.repeat(np.arange(months), many.sum())
    of = who % sectors
    score = (
        np.sqrt(systemic) * draw.standard_normal(months)[month]
        + np.sqrt(sector) * draw.standard_normal((months, sectors))[month, of]
        + np.sqrt(customer) * draw.standard_normal((months, customers))[month, who]
        + np.sqrt(1.0 - systemic - sector - customer) * draw.standard_normal(len(who))
    )
    return score, who.astype(np.int64), month.astype(np.int64), of.astype(np.int64)


@pytest.mark.parametrize("shared", [(0.12, 0.10, 0.30), (0.0, 0.0, 0.0), (0.25, 0.0, 0.1), (0.02, 0.2, 0.5)])
def test_known_shares_are_recovered(shared: tuple[float, float, float]) -> None:
    """Method of moments over 25 histories of three years: the mean is right, and one history is near."""
    told = np.array(
        [
            (one.systemic, one.sector, one.customer)
            for one in (shares(*drawn(seed, shared), BELIEVE) for seed in range(25))
        ]
    )
    assert told.mean(axis=0) == pytest.approx(shared, abs=0.03)
    assert np.abs(told - shared).max(axis=0)[2] < 0.12


def test_a_scale_that_is_wrong_changes_no_share() -> None:
    score, who, month, of = drawn(3, (0.1, 0.1, 0.3))
    once, twice = shares(score, who, month, of), shares(2.0 * score, who, month, of)
    assert (once.systemic, once.sector, once.customer) == pytest.approx((twice.systemic, twice.sector, twice.customer))


def test_without_sectors_what_all_share_is_divided_as_by_default() -> None:
    score, who, month, of = drawn(4, (0.2, 0.0, 0.2))
    told = shares(score, who, month, np.full_like(of, -1), BELIEVE)
    assert told.systemic / told.sector == pytest.approx(0.1225 / 0.10)
    assert told.systemic + told.sector == pytest.approx(shares(score, who, month, of, BELIEVE).systemic, abs=0.05)


def test_a_tiny_history_gives_the_defaults() -> None:
    defaults = Dependence(0.1225, 0.10, 0.3025, 0)
    none, one = np.zeros(0), np.zeros(0, dtype=np.int64)
    assert shares(none, one, one, one) == defaults
    single = np.zeros(1, dtype=np.int64)
    assert shares(np.ones(1), single, single, single) == defaults
    assert dependence(paid(0, 0), 0, DAY) == defaults
    assert dependence(paid(1, 3), 1, DAY) == defaults
    month = shares(np.array([1.0, -1.0, 0.5]), np.array([0, 0, 1]), single.repeat(3), single.repeat(3))
    assert month.systemic == pytest.approx(0.1225, abs=0.06)
    assert month.customer == pytest.approx(0.3025, abs=0.05)


@given(st.integers(0, 10_000), st.integers(2, 80))
@settings(max_examples=60, deadline=None)
def test_shares_are_never_negative_and_leave_something_to_the_item(seed: int, size: int) -> None:
    draw = np.random.default_rng(seed)
    told = shares(
        draw.normal(draw.normal(), 1.0, size),
        draw.integers(0, 5, size),
        draw.integers(24_300, 24_304, size),
        draw.integers(-1, 2, size),
        BELIEVE if seed % 2 else Together(),
    )
    assert min(told.systemic, told.sector, told.customer) >= 0.0
    assert told.systemic + told.sector + told.customer <= 0.9 + 1e-12


def paid(customers: int, weeks: int, shock: float = 0.0, seed: int = 0, held: float = 0.0) -> pl.DataFrame:
    """An item a week for each customer, 30 days of terms, paid 5 days late give or take 6; months move all alike."""
    draw = np.random.default_rng(seed)
    first = DAY - timedelta(days=7 * weeks)
    common = draw.normal(0.0, 1.0, 200)
    rows = []
    for who in range(customers):
        for week in range(weeks):
            issued = first + timedelta(days=7 * week + who % 7)
            due = issued + timedelta(days=30)
            moved = shock * common[(due.year * 12 + due.month) % 200] + held * draw.normal()
            ended = due + timedelta(days=round(5.0 + 6.0 * draw.normal() + moved))
            over = ended <= DAY
            rows.append((who, f"{who}/{week}", issued, due, "paid" if over else None, ended if over else None))
    schema = {
        "customer_no": pl.UInt32, "item_id": pl.String, "issued_on": pl.Date, "due_on": pl.Date, "end": pl.String,
        "ended_on": pl.Date,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        face=100, open=100, parts=1, currency=pl.lit("X")
    )


def test_scores_of_independent_items_are_standard_and_uncorrelated() -> None:
    items = paid(40, 120)
    told = scores(items, 40, DAY)
    assert told.height > 2000
    assert told.get_column("score").mean() == pytest.approx(0.0, abs=0.12)
    assert told.get_column("score").std() == pytest.approx(1.0, abs=0.12)
    found = dependence(items, 40, DAY, terms=BELIEVE)
    assert found.pairs > 10_000
    assert found.systemic + found.sector + found.customer < 0.06


def test_months_that_move_all_alike_are_found() -> None:
    """A common shock as large as the items' own spread is half of the variance."""
    found = [dependence(paid(30, 120, shock=6.0, seed=seed), 30, DAY, terms=BELIEVE) for seed in range(3)]
    assert 0.25 < float(np.mean([one.systemic + one.sector for one in found])) < 0.75
    assert max(one.customer for one in found) < 0.15


def test_no_score_knows_what_came_after_its_cut_off() -> None:
    """How young items ended changes no score of the older: their laws were fitted before."""
    items = paid(10, 100)
    earlier = DAY - timedelta(days=60)
    came = pl.col("ended_on") <= earlier
    known = items.filter(pl.col("issued_on") <= earlier).with_columns(
        pl.when(came).then("end").alias("end"), pl.when(came).then("ended_on").alias("ended_on")
    )
    young = pl.col("issued_on") > earlier - timedelta(days=45)
    moved = known.with_columns(
        pl.when(~young).then("end").alias("end"), pl.when(~young).then("ended_on").alias("ended_on")
    )
    old = known.filter(~young).select("item_id")
    before, after = (scores(some, 10, earlier).join(old, on="item_id") for some in (known, moved))
    assert before.height > 100
    assert before.get_column("score").to_list() == after.get_column("score").to_list()
