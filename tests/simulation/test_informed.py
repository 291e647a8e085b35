"""What the credit file adds to the record of payment when failures are drawn."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from companies import company_books
from solvent.base.terms import Policy
from solvent.payment.payment import learn
from solvent.simulation.horizon import Outlooked, horizon
from solvent.simulation.items.failure import informed
from solvent.simulation.items.receipts import open_book, receipts, shared_moves


@pytest.fixture(scope="module")
def books():
    return company_books(2, "stall")


def graded(books, **cells):
    names = books.table("customers").select("customer_id").collect().get_column("customer_id")
    row = {"yearly_default_chance": 0.02, "ability": 60.0, "known_share": 1.0, "capped_by": None} | cells
    return pl.DataFrame({"customer_id": names}).with_columns(
        pl.lit(value, dtype=pl.String if name == "capped_by" else pl.Float64).alias(name) for name, value in row.items()
    )


def book(books, table=None):
    policy = Policy(books.as_of)
    return open_book(books, learn(books, policy), horizon(books.as_of, policy.terms(Outlooked)), policy, table)


def test_the_weight_decides_between_the_record_and_the_file():
    learned, told = np.array([0.01, 0.01, 0.01]), np.array([0.2, 0.2, 0.2])
    by = informed(learned, told, np.array([0.0, 0.5, 1.0]), 3.0)
    file = -np.log(0.8)
    assert by == pytest.approx([0.01, np.sqrt(0.01 * file), file])


def test_the_highest_rate_holds_and_extremes_stay_finite():
    by = informed(np.array([0.0, 9.0]), np.array([1.0, 0.0]), np.array([1.0, 0.5]), 3.0)
    assert by[0] == 3.0
    assert 0.0 < by[1] < 0.01


def test_a_file_that_knows_nothing_changes_nothing(books):
    plain = book(books)
    for table in (graded(books, ability=None), graded(books, known_share=0.0), graded(books).head(0)):
        assert book(books, table).hazard == pytest.approx(plain.hazard)


def test_a_weak_file_raises_losses_and_leaves_the_sum_whole(books):
    plain, weak = book(books), book(books, graded(books, yearly_default_chance=0.6))
    assert (weak.hazard > plain.hazard).all()
    policy = Policy(books.as_of)
    common = shared_moves(plain, 3, 2_000, policy)
    before, after = (receipts(one, common, 3) for one in (plain, weak))
    assert after.lost.mean() > before.lost.mean()
    whole = after.flows.sum(axis=1) + after.beyond + after.lost
    assert whole == pytest.approx(np.full(2_000, weak.worth.sum()))


def test_an_event_has_the_last_word(books):
    told = graded(books, ability=None, yearly_default_chance=0.9, capped_by="event")
    assert book(books, told).hazard == pytest.approx(np.maximum(book(books).hazard, -np.log(0.1)))
    mild = graded(books, ability=None, yearly_default_chance=1e-6, capped_by="event")
    assert book(books, mild).hazard == pytest.approx(book(books).hazard), "an event never makes a customer safer"


def test_other_customers_stay_on_their_paths(books):
    plain, policy = book(books), Policy(books.as_of)
    first = plain.names[0]
    table = graded(books, yearly_default_chance=0.5).filter(pl.col("customer_id") == first)
    weak, common = book(books, table), shared_moves(plain, 3, 500, policy)
    rest = list(range(1, len(plain.names)))
    before, after = (receipts(replace(one).of(rest), common, 3) for one in (plain, weak))
    assert np.array_equal(before.flows, after.flows)
