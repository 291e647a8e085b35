"""Bearable: the tail against brute force, the budget from both sides, and the safe order against its two bounds."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.terms import Policy
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.decisions.limits.bearable import Bearable, Tail, bearable, failing, safe_order, with_cover
from solvent.decisions.limits.order.cash import CashLook, Laid, OrderCash, laid
from solvent.payment.laws import fit
from solvent.payment.payment import learn
from solvent.simulation.company import Company, simulate_company
from solvent.simulation.horizon import Outlooked, weekly
from solvent.simulation.paths import CashPaths

DAY = date(2026, 10, 30)


def brute(others: np.ndarray, chance: np.ndarray, exposure: float, quantile: float) -> tuple[float, float]:
    """The part and the whole, outcome by outcome: each path twice, weighed; the worst until the tail is full."""
    loss = np.concatenate([others + exposure, others])
    weight = np.concatenate([chance, 1.0 - chance])
    own = np.concatenate([np.full(len(others), exposure), np.zeros(len(others))])
    order = np.lexsort((-own, -loss))
    left, part, whole = (1.0 - quantile) * len(others), 0.0, 0.0
    size = left
    for place in order:
        taken = min(weight[place], left)
        part, whole, left = part + taken * own[place], whole + taken * loss[place], left - taken
    return part / size, whole / size


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.floats(0.0, 2000.0), st.sampled_from([0.8, 0.9, 0.95]))
def test_the_tail_is_that_of_brute_force(seed: int, exposure: float, quantile: float) -> None:
    draw = np.random.default_rng(seed)
    others = np.where(draw.random(200) < 0.4, draw.exponential(300.0, 200), 0.0)
    chance = draw.random(200) * 0.5
    tail = Tail(others, chance, Bearable(quantile=quantile))
    part, whole = tail.part(np.array([exposure]))
    wanted = brute(others, chance, exposure, quantile)
    assert whole[0] == pytest.approx(wanted[1], rel=1e-6, abs=1e-3)
    assert part[0] == pytest.approx(wanted[0], rel=1e-3, abs=0.5)


def test_outcomes_on_the_edge_share_what_is_left_of_the_tail() -> None:
    """All paths alike: the edge is the whole tail, and the exposure has its share of it."""
    tail = Tail(np.full(100, 50.0), np.full(100, 0.5), Bearable(quantile=0.9))
    part, whole = tail.part(np.array([0.0, 10.0]))
    assert whole == pytest.approx([50.0, 60.0], abs=1e-4)
    assert part == pytest.approx([0.0, 10.0], abs=1e-4)


def test_the_largest_exposure_is_just_within_the_budget() -> None:
    draw = np.random.default_rng(3)
    others, chance = draw.exponential(1000.0, 4000), np.full(4000, 0.02)
    terms = Bearable(budget=0.10)
    tail = Tail(others, chance, terms)
    most = tail.largest(0.0, 1e9)
    (within, over), (whole, larger) = tail.part(np.array([most, most * 1.01]))
    assert within <= 0.10 * whole
    assert over > 0.10 * larger


def test_what_is_tolerable_holds_in_any_case_and_size_caps() -> None:
    nobody = Tail(np.zeros(1000), np.full(1000, 0.5))
    assert nobody.largest(0.0, 1e6) == 0.0
    assert nobody.largest(500.0, 1e6) == pytest.approx(500.0, rel=1e-3)
    assert nobody.largest(500.0, 400.0) == 400.0
    assert Tail(np.ones(1000), np.zeros(1000)).largest(0.0, 1e6) == 1e6


def test_a_riskier_customer_bears_less() -> None:
    others = np.random.default_rng(5).exponential(1000.0, 4000)
    told = [Tail(others, np.full(4000, chance)).largest(0.0, 1e9) for chance in (0.005, 0.02, 0.1, 0.5)]
    assert told == sorted(told, reverse=True)


@pytest.mark.parametrize(
    ("own", "cover", "share", "whole"),
    [(100, 1000, 0.9, 1000), (99, 1000, 0.9, 990), (101, 1000, 0.9, 1001), (5, 0, 0.9, 5), (5, 100, 0.0, 5)],
)
def test_cover_lengthens_what_is_borne(own: int, cover: int, share: float, whole: int) -> None:
    assert with_cover(own, cover, share) == whole


def ledger(customers: int = 60) -> Books:
    """Customers of two sectors with a year's invoices; some pay late, some never; the first owes much."""
    items, receipts, settled = [], [], []
    for who in range(customers):
        for month in range(12):
            issued = DAY - timedelta(days=30 * month + who % 20 + 5)
            due = issued + timedelta(days=30)
            amount = 100_000 * (30 if who == 0 else 1 + who % 5)
            own = {"customer_id": f"c{who:02}", "currency": "CNY", "amount": amount, "recorded_on": issued}
            name = f"{who}.{month}"
            items.append({**own, "item_id": name, "invoice_id": name, "issued_on": issued, "due_on": due})
            paid = due + timedelta(days=who % 9)
            if paid <= DAY and (who * 7 + month) % 23:
                receipts.append({**own, "receipt_id": name, "received_on": paid, "recorded_on": paid})
                settled.append(
                    {**own, "allocation_id": name, "item_id": name, "source": "receipt", "source_id": name}
                    | {"allocated_on": paid, "recorded_on": paid}
                )
    named = [
        {"customer_id": f"c{who:02}", "industry": "ab"[who % 2], "recorded_on": DAY}
        | {"group_id": "g" if who in (3, 4) else None}
        for who in range(customers)
    ]  # fmt: skip
    rows = {"customers": named, "open_items": items, "receipts": receipts, "allocations": settled}
    frames = {
        name: TABLES[name].conform(pl.DataFrame(told, infer_schema_length=None).lazy()) for name, told in rows.items()
    }
    return open_books(Ledger(frames, "CNY"), DAY)


@pytest.fixture(scope="module")
def company() -> Company:
    books = ledger()
    policy = Policy(DAY, {Outlooked.key: ((date.min, {"paths": 4096}),)})
    return simulate_company(books, learn(books, policy), policy, seed=1)


def test_the_chance_on_each_path_is_that_of_the_drawn_failures(company: Company) -> None:
    """Over all paths the mean is the chance to fail; on paths where more fail, the chances are higher."""
    book = company.book
    chances = np.array([failing(book, company.moves, place) for place in range(len(book.names))])
    law = 1.0 - np.exp(-book.hazard * book.horizon.end_days[-1] / 365.0)
    assert chances.mean(axis=1) == pytest.approx(law, abs=0.01)
    expected = (chances * book.exposure[:, None]).sum(axis=0)
    assert np.corrcoef(expected, company.receipts.lost)[0, 1] > 0.15
    # The money lost on the paths is less than all that failed customers owe today: part of it was paid before.
    assert company.receipts.lost.mean() <= expected.mean() * 1.05


def test_one_answer_for_every_debtor(company: Company) -> None:
    year = 1_000_000_000
    told = bearable(company, year)
    assert told["customer_id"].to_list() == sorted(company.book.names)
    assert told["bearable"].min() >= 0  # type: ignore[operator]
    assert told["bearable"].max() <= 0.25 * year  # type: ignore[operator]
    assert told.filter(pl.col("over") != (pl.col("exposure") > pl.col("bearable"))).is_empty()
    largest = told.row(by_predicate=pl.col("customer_id") == "c00", named=True)
    assert largest["tail_share"] == max(share for share in told["tail_share"] if share is not None)
    again = bearable(company, year)
    assert told.equals(again)


def test_a_larger_budget_bears_more(company: Company) -> None:
    year = 1_000_000_000
    small, large = (bearable(company, year, Bearable(budget=share, tolerable=0.0)) for share in (0.05, 0.2))
    assert (small["bearable"] <= large["bearable"]).all()
    assert (small["bearable"] < large["bearable"]).any()


def test_one_by_one_and_by_classes_agree(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers that are not told apart are asked with their class: a little on the safe side, never far off."""
    year = 1_000_000_000
    apart = bearable(company, year, Bearable(digits=0))
    monkeypatch.setattr("solvent.decisions.limits.bearable.TOLD_APART", 0)
    classes = bearable(company, year, Bearable(digits=0))
    small = apart.filter(pl.col("tail_share") < 0.02)["customer_id"]
    one, other = (
        frame.filter(pl.col("customer_id").is_in(small.to_list()))["bearable"].to_numpy() for frame in (apart, classes)
    )
    assert len(small) > 20
    assert np.abs(other / one - 1.0).max() < 0.15


def order_on(line: int, opening: int = 1_000_00) -> Laid:
    ahead = weekly(DAY, 26)
    paths = CashPaths(ahead, "CNY", 1, opening, {"rent": np.zeros((1000, 26))}, np.zeros(1000))
    issued = [DAY - timedelta(days=900 - 2 * k) for k in range(200)]
    due = [day + timedelta(days=30) for day in issued]
    items = pl.DataFrame(
        {
            "customer_no": pl.Series([0] * 200, dtype=pl.UInt32), "issued_on": issued, "due_on": due,
            "ended_on": [day + timedelta(days=10) for day in due], "end": ["paid"] * 200,
        }
    )  # fmt: skip
    mood = np.random.default_rng(1).standard_normal(1000)
    look = CashLook(paths, line, fit(items, DAY, 1), 0, "lantern", mood, 0.3, None, np.zeros(1000, dtype=np.bool_))
    return laid(look, DAY + timedelta(days=14), 30, OrderCash())


def test_the_limit_bounds_where_cash_is_plenty() -> None:
    told = safe_order(400, 1000, order_on(line=0), on=DAY, most=10**9)
    assert (told.amount, told.bound, told.limit_room, told.cash_room) == (600, "limit", 600, None)
    assert safe_order(1001, 1000, None, on=DAY, most=10**9).amount == 0
    assert safe_order(1, None, None, on=DAY, most=10**9).bound == "undecided"


def test_cash_bounds_where_the_floor_is_near() -> None:
    """70 % of an order goes out first: with 700 over the floor, an order of 1,000 is the largest."""
    told = safe_order(0, 9_000_00, order_on(line=300_00), on=DAY, most=10**9)
    assert told.bound == "cash"
    assert told.amount is not None
    assert told.amount <= 1_000_00
    assert told.amount == pytest.approx(1_000_00, rel=0.002)
    assert (told.chance_before, told.chance_after) == (0.0, 0.0)
    undecided = safe_order(0, None, order_on(line=300_00), on=DAY, most=10**9)
    assert (undecided.bound, undecided.amount) == ("cash", pytest.approx(1_000_00, rel=0.002))


def test_under_the_floor_already_no_order_may_make_it_worse() -> None:
    told = safe_order(0, 9_000_00, order_on(line=2_000_00), on=DAY, most=10**9)
    assert told.chance_before == told.chance_after == 1.0
    assert told.bound == "limit"
