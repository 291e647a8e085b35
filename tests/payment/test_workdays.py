"""Workdays: money waits for days on which banks work, where the books say that it does."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pace
from solvent.base.calendar import days_off
from solvent.books.books import open_books
from solvent.files.load import load
from solvent.payment.books import items_of
from solvent.payment.curves import Curves
from solvent.payment.grid import COUNT, EDGES, at
from solvent.payment.states.workdays import Workdays, keeps_workdays, last_workdays, offsets, paid_by

EVE = date(2026, 9, 30)
"""The last working day before the seven days of National Day; Saturday 10 October is worked."""


def even(as_of: date, ages: list[int], slowest: int = 60) -> Curves:
    """Items whose delays are as likely on each day from 0 to ``slowest``."""
    law = np.clip((EDGES + 1.0) / (slowest + 1.0), 0.0, 1.0)[None, :]
    return Curves(
        as_of,
        pl.DataFrame({"item_id": [str(place) for place in range(len(ages))]}),
        np.array(ages, dtype=np.int64),
        np.ones(len(ages), dtype=np.bool_),
        law,
        np.zeros(len(ages), dtype=np.int64),
    )


def paid_on(days: list[date]) -> pl.DataFrame:
    return pl.DataFrame({"end": ["paid"] * len(days), "ended_on": days})


def test_golden_week_brings_nothing_and_the_next_working_day_all_of_it() -> None:
    curves = even(EVE, [-1])
    ends = [date(2026, 10, day) for day in range(1, 13)]
    told = paid_by(curves, ends)[0] * 61.0
    assert told[:7].tolist() == [0.0] * 7, "1 to 7 October"
    assert told[7] == pytest.approx(8.0), "the 8th holds what was expected on eight days"
    assert told[8] == pytest.approx(9.0)
    assert told[9] == pytest.approx(10.0), "Saturday the 10th makes up for the holiday and is worked"
    assert told[10] == pytest.approx(told[9]), "Sunday the 11th is off"
    assert told[11] == pytest.approx(12.0)


def test_what_was_expected_on_days_off_before_today_is_still_to_come() -> None:
    """On Sunday nobody could have paid since Friday: Monday brings the money of three days."""
    sunday = date(2026, 6, 14)
    told = paid_by(even(sunday, [2]), [sunday + timedelta(days=1)], Workdays(country="DE"))
    assert told[0, 0] == pytest.approx(3.0 / (61.0 - 1.0))


@given(
    st.dates(date(2023, 1, 1), date(2027, 12, 31)),
    st.lists(st.integers(-40, 200), min_size=1, max_size=5),
    st.sampled_from(["CN", "DE", "US", "??"]),
)
@settings(max_examples=40, deadline=None)
def test_rolling_only_delays_and_only_to_working_days(as_of: date, ages: list[int], country: str) -> None:
    curves = even(as_of, ages, 300)
    ends = [as_of + timedelta(days=day) for day in range(1, 60)]
    told = paid_by(curves, ends, Workdays(country=country))
    steps = np.diff(told, axis=1)
    assert ((told >= 0.0) & (told <= 1.0)).all()
    assert (steps >= -1e-12).all()
    off = [end in days_off(country, 2022, 2029) for end in ends]
    assert steps[:, off[1:]].max(initial=0.0) == 0.0
    working = [place for place, free in enumerate(off) if not free]
    if as_of not in days_off(country, 2022, 2029):
        plain = curves.paid_within(list(range(1, 60)))
        assert (told <= plain + 1e-12).all()
        assert np.allclose(told[:, working], plain[:, working])


def test_each_item_by_the_days_of_its_own_country() -> None:
    ends = [date(2026, 10, 2), date(2026, 10, 9)]
    told = paid_by(even(EVE, [0, 0]), ends, countries=["CN", "DE"])
    assert told[0, 0] == 0.0
    assert told[1, 0] == pytest.approx(2.0 / 60.0)
    assert told[0, 1] == told[1, 1]


def test_offsets_reach_back_to_the_last_working_day() -> None:
    since, within = offsets(date(2026, 10, 4), [date(2026, 10, 6), date(2026, 10, 8)], "CN")
    assert (since, within.tolist()) == (-4, [-4, 4])
    since, within = offsets(date(2026, 10, 4), [date(2026, 10, 6)], None)
    assert (since, within.tolist()) == (0, [2])
    assert last_workdays([], "CN") == ()


def test_books_that_date_money_on_any_day_are_believed() -> None:
    every = [date(2026, 3, 1) + timedelta(days=day) for day in range(100)]
    off = days_off("CN", 2026, 2026)
    worked = [day for day in every if day not in off]
    assert keeps_workdays(paid_on(worked))
    assert not keeps_workdays(paid_on(every))
    assert keeps_workdays(paid_on(every[:19])), "nineteen payments say nothing"
    assert not keeps_workdays(paid_on(every[:20]))
    assert keeps_workdays(paid_on(every), Workdays(most_share=1.1))


def test_the_ledger_of_ibm_keeps_no_working_days(reference: Path) -> None:
    """Its dates lie as often on a Saturday as on a Tuesday: rolling would spoil the forecast by a quarter."""
    items = items_of(open_books(load(reference / "ar-ibm" / "accounts_receivable.csv").intake.ledger))
    assert not keeps_workdays(items)
    assert not keeps_workdays(items, Workdays(country="US"))


def test_the_read_of_whole_days_is_that_of_the_grid() -> None:
    rows = np.random.default_rng(1).random((7, COUNT)).cumsum(axis=1)
    laws = rows / (rows[:, -1:] * 1.1)
    asked = np.random.default_rng(2).integers(-900, 900, (7, 200))
    curves = Curves(EVE, pl.DataFrame({"x": range(7)}), np.zeros(7, dtype=np.int64), np.zeros(7, dtype=np.bool_), laws,
                    np.arange(7))  # fmt: skip
    assert np.allclose(curves.at_delays(asked), at(laws, asked), rtol=0, atol=1e-15)


@pytest.mark.long
def test_a_hundred_thousand_items_take_less_than_a_second() -> None:
    curves = even(EVE, np.random.default_rng(3).integers(-60, 200, 100_000).tolist())
    ends = [EVE + timedelta(days=7 * week) for week in range(1, 33)]
    pace.quick(1.0, lambda: paid_by(curves, ends))
