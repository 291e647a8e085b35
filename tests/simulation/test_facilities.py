"""Facilities: what lines may do on a path, and that every unit of money drawn is accounted for."""

from datetime import date

import numpy as np
import pytest
from company_books import books_of
from hypothesis import given, settings
from hypothesis import strategies as st

import pace
from solvent.base.problem import PolicyError
from solvent.simulation.facilities import Facilities, Lines, drawn, lines, newest
from solvent.simulation.horizon import horizon
from solvent.simulation.paths import CashPaths

AS_OF = date(2026, 3, 31)
AHEAD = horizon(AS_OF)
BINS = len(AHEAD)


def paths_of(flow, opening=0, **more):
    flow = np.atleast_2d(np.asarray(flow, dtype=float))
    return CashPaths(AHEAD, "CNY", 1, opening, {"other_in": flow, **more}, np.zeros(len(flow)))


def ready(*rows):
    """Lines of (limit, rate, fee), the cheapest first; a limit may be a row of bins."""
    limit = np.array([np.broadcast_to(np.asarray(one[0], dtype=float), (BINS,)) for one in rows]).reshape(-1, BINS)
    rate, fee = (np.array([float(one[place]) for one in rows]) for place in (1, 2))
    return Lines([f"L{place}" for place in range(len(rows))], limit, rate, fee)


def row(**at):
    """[bins]: amounts by place, 'b3=…'."""
    told = np.zeros(BINS)
    for name, amount in at.items():
        told[int(name[1:])] = amount
    return told


def after(paths, told):
    return paths.replaced(told.flows).balance


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    floor=st.sampled_from([-500.0, 0.0, 300.0]),
    year_days=st.sampled_from([360.0, 365.0]),
    sizes=st.lists(st.tuples(st.integers(0, 800), st.integers(0, 20), st.integers(0, 5)), max_size=3),
)
def test_drawn_less_repaid_stands_out_within_the_limit_and_interest_is_of_it(seed, floor, year_days, sizes):
    flow = np.random.default_rng(seed).normal(-5, 150, (50, BINS))
    sizes = sorted(sizes, key=lambda one: one[1])
    lent = ready(*((size, rate / 100, fee / 100) for size, rate, fee in sizes))
    paths = paths_of(flow, opening=400)
    told = drawn(paths, lent, floor, Facilities(year_days=year_days))
    came, went, cost = (told.flows[kind] for kind in ("facility_drawn", "facility_repaid", "facility_cost"))
    assert (came >= 0).all()
    assert (went <= 0).all()
    assert (cost <= 1e-9).all()
    stands = np.cumsum(came + went, axis=1)
    assert np.allclose(stands, told.outstanding, atol=1e-6)
    assert (told.outstanding >= -1e-9).all()
    assert (told.outstanding <= lent.limit.sum(axis=0) + 1e-6).all()
    balance = after(paths, told)
    assert np.allclose(np.maximum(floor - balance, 0), told.short, atol=1e-6)
    assert (told.short[told.outstanding < lent.limit.sum(axis=0) - 1e-6] <= 1e-6).all()
    if len({rate for _, rate, _ in sizes}) == 1 and not any(fee for _, _, fee in sizes):
        during = told.outstanding - went
        due = during * sizes[0][1] / 100 * AHEAD.lengths / year_days
        assert np.allclose(-cost.sum(axis=1) + told.accrued, due.sum(axis=1))


def test_the_parts_still_add_up():
    paths = paths_of(np.random.default_rng(1).normal(-20, 150, (20, BINS)), opening=400)
    told = drawn(paths, ready((500, 0.04, 0.01)), 100.0)
    laid = paths.replaced(told.flows)
    assert np.allclose(laid.net, paths.net + sum(told.flows.values()))
    again = drawn(laid, ready((500, 0.04, 0.01)), 100.0)
    for kind, flow in told.flows.items():
        assert np.array_equal(flow, again.flows[kind]), "what lines did before is no reason to draw"


def test_by_hand():
    """Opening 100, out 150 in bin 1, in 200 in bin 3, floor 0: 50 drawn, 50 repaid, interest in the next month."""
    told = drawn(paths_of(row(b1=-150, b3=200), opening=100), ready((80, 0.36, 0.0)), 0.0)
    assert told.flows["facility_drawn"][0].nonzero()[0].tolist() == [1]
    assert told.flows["facility_drawn"][0, 1] == 50
    assert told.flows["facility_repaid"][0, 3] == -50
    days = int(AHEAD.lengths[1:4].sum())
    turn = int(np.flatnonzero(AHEAD.month_of == 1)[0])
    assert turn > 3
    assert told.flows["facility_cost"][0].nonzero()[0].tolist() == [turn]
    assert told.flows["facility_cost"][0, turn] == pytest.approx(-50 * 0.36 * days / 360)


def test_the_cheapest_is_drawn_first_and_the_dearest_repaid_first():
    flow = row(b0=-100, b2=60, b4=60)
    cheap_only = drawn(paths_of(flow), ready((70, 0.02, 0.0)), 0.0)
    both = drawn(paths_of(flow), ready((70, 0.02, 0.0), (70, 0.10, 0.0)), 0.0)
    assert cheap_only.short[0, 0] == 30
    assert both.short[0, 0] == 0
    first, second = (int(AHEAD.lengths[a:b].sum()) for a, b in ((0, 3), (3, 5)))
    # 30 of the dear line and 30 of the cheap one are repaid in bin 2; the last 40 in bin 4.
    due = (70 * 0.02 + 30 * 0.10) * first / 360 + 40 * 0.02 * second / 360
    assert -both.flows["facility_cost"].sum() + both.accrued[0] == pytest.approx(due, rel=1e-6)


def test_a_buffer_over_the_floor_stays_before_anything_is_repaid():
    terms = Facilities(buffer_share=0.10)
    told = drawn(paths_of(row(b0=-100, b2=95, b3=10, b4=100), opening=100), ready((500, 0.0, 0.0)), 100.0, terms)
    assert told.outstanding[0, [0, 1, 2, 3, 4]] == pytest.approx([100, 100, 15, 5, 0])


def test_fees_are_paid_on_what_is_not_drawn_and_stop_when_the_line_ends():
    limit = np.where(np.arange(BINS) < 10, 360.0, 0.0)
    told = drawn(paths_of(row(b3=-60), opening=0), ready((limit, 0.0, 0.01)), 0.0)
    free = np.where(np.arange(BINS) < 3, 360.0, 300.0)[:10]
    due = (free * 0.01 * AHEAD.lengths[:10] / 360).sum()
    # Cost is paid out of cash that is not there: drawn as well, as long as the line runs.
    assert -told.flows["facility_cost"].sum() + told.accrued[0] == pytest.approx(due, rel=0.01)
    assert told.outstanding[0, 9] > 60
    assert told.outstanding[0, 10:] == pytest.approx(0)
    assert told.short[0, 10] > 60


def test_a_line_that_ends_is_repaid_out_of_another():
    limit = np.where(np.arange(BINS) < 5, 100.0, 0.0)
    told = drawn(paths_of(row(b0=-80)), ready((limit, 0.0, 0.0), (100, 0.05, 0.0)), 0.0)
    assert told.flows["facility_repaid"][0, 5] == -80
    assert told.flows["facility_drawn"][0, 5] == 80
    assert told.outstanding[0] == pytest.approx(80, rel=0.05)


def test_without_lines_what_is_missing_is_told():
    told = drawn(paths_of(row(b0=-80)), ready(), 10.0)
    assert not told.outstanding.any()
    assert (told.short == 90).all()


def test_a_path_does_not_look_at_others():
    flow = np.random.default_rng(5).normal(-10, 100, (500, BINS))
    lent = ready((300, 0.04, 0.01), (200, 0.06, 0.0))
    many, few = drawn(paths_of(flow), lent, 50.0), drawn(paths_of(flow[:7]), lent, 50.0)
    for kind, flows in few.flows.items():
        assert np.array_equal(flows, many.flows[kind][:7])


def test_ten_thousand_paths_in_a_fifth_of_a_second():
    paths = paths_of(np.random.default_rng(5).normal(-10, 100, (10_000, BINS)))
    lent = ready((300, 0.04, 0.01), (200, 0.06, 0.0), (100, 0.08, 0.0))
    drawn(paths, lent, 50.0)
    pace.quick(0.2, lambda: drawn(paths, lent, 50.0))


# Out of the books


def facility(name, **more):
    return {
        "facility_id": name, "told_on": AS_OF, "kind": "revolving", "amount": 1_000, "drawn": 0, "committed": True,
        "yearly_rate": 0.05, **more,
    }  # fmt: skip


def test_the_newest_day_counts_and_lines_stand_in_order_of_price():
    books = books_of(
        AS_OF,
        facilities=[
            facility("A", told_on=date(2025, 12, 31), amount=9_000),
            facility("A", drawn=400),
            facility("B", yearly_rate=0.03, starts_on=date(2026, 5, 1)),
            facility("C", kind="term_loan"),
            facility("D", kind="factoring"),
            facility("E", committed=False),
            facility("F", committed=None),
            facility("G", yearly_rate=None, drawn=1_200),
        ],
    )
    told = lines(books, AHEAD)
    assert list(told.names) == ["B", "A", "G"]
    assert told.limit[1].tolist() == [600.0] * BINS
    assert not told.limit[2].any(), "more is drawn than was agreed"
    begins = AHEAD.bin_of(date(2026, 5, 1))
    assert not told.limit[0, :begins].any()
    assert (told.limit[0, begins:] == 1_000).all()
    assert {problem.code for problem in told.problems} == {"facilities.not_committed", "facilities.unpriced"}
    loose = lines(books, AHEAD, Facilities(committed_only=False))
    assert sorted(loose.names) == ["A", "B", "E", "F", "G"]


def test_a_line_ends_unless_its_end_was_moved_before():
    ends = date(2026, 6, 30)
    books = books_of(
        AS_OF,
        facilities=[
            facility("once", ends_on=ends),
            facility("renewed", told_on=date(2025, 5, 31), ends_on=date(2025, 6, 30)),
            facility("renewed", ends_on=ends, yearly_rate=0.06),
        ],
    )
    rows, _ = newest(books)
    assert dict(rows.select("facility_id", "renewals").iter_rows()) == {"once": 0, "renewed": 1}
    told = lines(books, AHEAD)
    last = AHEAD.bin_of(ends)
    assert (told.limit[0, : last + 1] == 1_000).all()
    assert not told.limit[0, last + 1 :].any()
    assert (told.limit[1] == 1_000).all()
    assert not lines(books, AHEAD, Facilities(renewals=2)).limit[1, last + 1 :].any()


def test_foreign_lines_need_a_rate():
    rates = [{"currency": "USD", "quote": "CNY", "day_on": AS_OF, "rate": 7.0}]
    books = books_of(AS_OF, facilities=[facility("A", currency="USD"), facility("B", currency="EUR")], fx_rates=rates)
    told = lines(books, AHEAD)
    assert list(told.names) == ["A"]
    assert told.limit[0, 0] == 7_000
    assert [problem.code for problem in told.problems] == ["facilities.no_rate"]


def test_no_facilities_no_lines():
    told = lines(books_of(AS_OF), AHEAD)
    assert told.limit.shape == (0, BINS)
    assert not drawn(paths_of(row(b0=-5)), told, 0.0).outstanding.any()


def test_a_year_has_days():
    with pytest.raises(PolicyError):
        Facilities(year_days=0.0)
