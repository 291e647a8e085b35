"""The joint draw of the open book: conservation, closed forms, published loss laws, and the same figures always."""

import json
from math import erf, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from open_books import alone, book_of, moves_of

from solvent.simulation.items.portfolio import credit_risk_plus, large_pool
from solvent.simulation.items.receipts import receipts
from solvent.simulation.noise import normals, quantiles

IRB = Path(__file__).parents[2].parent / "shared" / "data" / "vasicek-irb"
PATHS = 40_000


def phi(value):
    return 0.5 * (1.0 + np.vectorize(erf)(np.asarray(value) / sqrt(2.0)))


def both_below(first, second, correlation):
    """P(X < a, Y < b) of a bivariate normal, by integration over what the two share."""
    grid = np.linspace(-8, 8, 4001)
    density = np.exp(-grid * grid / 2) / sqrt(2 * np.pi)
    load = sqrt(correlation)
    rest = sqrt(1 - correlation)
    inside = phi((first - load * grid) / rest) * phi((second - load * grid) / rest)
    return float((inside * density).sum() * (grid[1] - grid[0]))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 12), st.integers(1, 300))
def test_nothing_is_lost_or_found(seed, items, bins, paths):
    draw = np.random.default_rng(seed)
    chance = np.sort(draw.random((items, bins)), axis=1)
    worth = draw.integers(1, 10**13, items)
    customer = np.sort(draw.integers(0, 5, items))
    customer -= customer.min()
    _, customer = np.unique(customer, return_inverse=True)
    book = book_of(
        chance,
        worth,
        customer,
        loads=[0.3, 0.2, 0, 0.5, 0.3, 0.3, 0, 0.9, 0.7, 0.5],
        hazard=draw.random(customer.max() + 1) * 4,
    )
    told = receipts(book, moves_of(seed, paths), seed)
    assert (told.flows.sum(axis=1) + told.beyond + told.lost == worth.sum()).all()
    assert (told.flows >= 0).all()


def test_chances_come_out_as_they_went_in():
    chance = np.array([[0.1, 0.5, 0.9, 0.97], [0.0, 0.0, 0.3, 0.3], [1.0, 1.0, 1.0, 1.0], [0.001, 0.002, 0.5, 0.9999]])
    loads = [0.3, 0.2, 0.0, 0.5, 0, 0, 0, 1.0, sqrt(1 - 0.38), 0.0]
    for item in range(len(chance)):
        book = book_of(chance[[item]], [1], [0], loads=loads)
        told = receipts(book, moves_of(3, PATHS), 3).flows.cumsum(axis=1).mean(axis=0)
        error = 4 * np.sqrt(chance[item] * (1 - chance[item]) / PATHS) + 0.0016
        assert (np.abs(told - chance[item]) <= error).all(), (item, told)


@pytest.mark.parametrize("shared", [0.0, 0.25, 0.6])
def test_two_items_have_a_closed_form(shared):
    """Items of two customers that share the systemic factor only: the chance that both are paid in the first bin."""
    chance = np.array([[0.7], [0.4]])
    load = sqrt(shared)
    book = book_of(chance, [1, 1], [0, 1], loads=[load, 0, 0, 0, 0, 0, 0, 1, sqrt(1 - shared), 0])
    told = receipts(book, moves_of(5, 200_000), 5).flows[:, 0]
    expected = both_below(*quantiles([0.7, 0.4]), shared)
    assert (told == 2).mean() == pytest.approx(expected, abs=4 * sqrt(expected * (1 - expected) / 200_000) + 0.001)
    assert (told >= 1).mean() == pytest.approx(1.1 - expected, abs=0.005)


def test_two_items_of_one_customer_share_its_mood():
    chance = np.array([[0.5], [0.5]])
    book = book_of(chance, [1, 1], [0, 0], loads=[0, 0, 0, sqrt(0.5), 0, 0, 0, 1, sqrt(0.5), 0])
    told = receipts(book, moves_of(6, 200_000), 6).flows[:, 0]
    assert (told == 2).mean() == pytest.approx(1 / 4 + np.arcsin(0.5) / (2 * np.pi), abs=0.005)


def test_failure_and_payment_together_give_the_learned_law():
    """With a hazard of failure the law taken apart and simulated gives back the law that was learned."""
    days = np.arange(1, 27)
    chance = 0.8 * (1 - np.exp(-days / 6))[None, :]
    book = book_of(chance, [1], [0], loads=alone(), hazard=[0.35])
    told = receipts(book, moves_of(8, 100_000), 8)
    assert np.abs(told.flows.cumsum(axis=1).mean(axis=0) - chance[0]).max() < 0.006
    assert 0 < told.lost.mean() < 0.2


def test_the_same_bytes_whatever_the_workers_the_paths_and_the_neighbours():
    draw = np.random.default_rng(2)
    chance = np.sort(draw.random((60, 8)), axis=1)
    customer = np.repeat(np.arange(12), 5)
    worth = draw.integers(1, 10**9, 60)
    book = book_of(
        chance, worth, customer, loads=[0.3, 0.2, 0, 0.5, 0.3, 0.3, 0, 0.9, 0.7, 0.5], hazard=np.full(12, 0.5)
    )
    one = receipts(book, moves_of(1, 1001), 1)
    two = receipts(book, moves_of(1, 1001), 1, workers=3)
    more = receipts(book, moves_of(1, 3000), 1, workers=2)
    assert one.flows.tobytes() == two.flows.tobytes()
    assert one.flows.tobytes() == np.ascontiguousarray(more.flows[:1001]).tobytes()
    parts = [receipts(book.of([place]), moves_of(1, 1001), 1).flows for place in range(12)]
    assert (sum(parts) == one.flows).all()
    assert (receipts(book.of([7, 3]), moves_of(1, 1001), 1).flows == parts[7] + parts[3]).all()


def test_another_seed_is_another_draw():
    book = book_of([[0.5, 0.9]] * 5, [1] * 5, range(5), loads=alone())
    assert (receipts(book, moves_of(1, 500), 1).flows != receipts(book, moves_of(1, 500), 2).flows).any()


def _pool(count, chance, correlation, paths, seed):
    """Failures within one bin of an even pool of customers that owe 1 each and would pay later."""
    load = sqrt(correlation)
    book = book_of(
        np.zeros((count, 1)),
        np.ones(count, dtype=int),
        range(count),
        loads=[0, 0, 0, 0, load, 0, 0, sqrt(1 - correlation), 1, 0],
        fails=np.full((count, 1), chance),
    )
    common = moves_of(seed, paths)
    return receipts(book, common, seed).lost


@pytest.mark.skipif(not IRB.is_dir(), reason=f"no {IRB}")
def test_failures_of_a_pool_agree_with_vasicek():
    for pool in json.loads((IRB / "homogeneous_pool_exact.json").read_text()):
        lost = _pool(pool["n"], pool["pd"], pool["rho"], 20_000, 4)
        assert lost.mean() == pytest.approx(pool["mean"], rel=0.03)
        for share, count in pool["quantiles_defaults"].items():
            tail = 1 - float(share)
            slack = 3 * sqrt(float(share) * tail / 20_000) / tail * 0.5
            assert np.quantile(lost, float(share)) == pytest.approx(count, rel=0.03 + slack, abs=1.0), (
                pool["n"],
                share,
            )


def test_a_large_pool_comes_near_the_limit():
    lost = _pool(4_000, 0.03, 0.15, 10_000, 9) / 4_000
    for share in (0.5, 0.9, 0.99):
        assert np.quantile(lost, share) == pytest.approx(large_pool(0.03, 0.15, share), rel=0.06)


def test_losses_agree_with_credit_risk_plus_where_both_hold():
    """Many small debtors with rare failures: one gamma sector or one Gaussian factor with the same variance."""
    count, chance = 1_500, 0.01
    draw = np.random.default_rng(11)
    owed = np.round(np.exp(draw.normal(9, 0.6, count)))
    correlation = 0.06
    grid = np.linspace(-8, 8, 2001)
    given = phi((quantiles([chance])[0] + sqrt(correlation) * grid) / sqrt(1 - correlation))
    weight = np.exp(-grid * grid / 2)
    spread = sqrt((given**2 * weight).sum() / weight.sum() - chance**2)
    law = credit_risk_plus(owed, np.full(count, chance), np.full(count, spread), np.ones((count, 1)))
    load = sqrt(correlation)
    book = book_of(
        np.zeros((count, 1)),
        owed.astype(int),
        range(count),
        loads=[0, 0, 0, 0, load, 0, 0, sqrt(1 - correlation), 1, 0],
        fails=np.full((count, 1), chance),
    )
    lost = receipts(book, moves_of(12, 20_000), 12).lost
    assert lost.mean() == pytest.approx(law.mean, rel=0.02)
    assert lost.std() == pytest.approx(law.deviation, rel=0.04)
    for share in (0.5, 0.9, 0.99):
        assert np.quantile(lost, share) == pytest.approx(law.quantile(share), rel=0.06)


def test_normals_are_normal_and_belong_to_their_keys():
    drawn = normals(1, "test", 5, 50_000, 2)
    assert abs(drawn.mean()) < 0.01
    assert drawn.std() == pytest.approx(1, abs=0.01)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.02
    assert abs(np.corrcoef(drawn[:, 0], normals(1, "test", 6, 50_000, 1)[:, 0])[0, 1]) < 0.02
    assert phi(quantiles([0.001, 0.5, 0.975])) == pytest.approx([0.001, 0.5, 0.975], abs=1e-12)
