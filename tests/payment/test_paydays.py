"""Paydays: habits that are there are found and move the money; habits that are not leave it where it was."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from solvent.base.calendar import days_off
from solvent.payment.states.paydays import Habits, paydays, places, tilted

OFF = days_off("DE", 2024, 2027)
FIRST = date(2024, 1, 1)


def history(seed, habit, count=900, customers=6):
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        day = FIRST + timedelta(days=int(draw.integers(0, 700)))
        while day in OFF or not habit(day):
            day += timedelta(days=1)
        rows.append((number % customers, f"I{number}", day, "paid"))
    return pl.DataFrame(
        rows, {"customer_no": pl.UInt32, "item_id": pl.String, "ended_on": pl.Date, "end": pl.String}, orient="row"
    )


def ahead(count=120):
    start = date(2026, 3, 2)
    days = [start + timedelta(days=day) for day in range(count)]
    return days, np.array([day not in OFF for day in days])


def even(days, working):
    hazard = np.where(working, 0.03, 0.0)
    return (1 - np.exp(-np.cumsum(hazard)))[None, :]


def test_friday_payers_pay_on_fridays():
    habits = paydays(history(1, lambda day: day.weekday() == 4), 6, OFF)
    assert habits is not None
    days, working = ahead()
    told = tilted(even(days, working), np.array([2]), habits, days, working=working)
    daily = np.diff(told[0], prepend=0)
    fridays = np.array([day.weekday() == 4 for day in days])
    assert daily[fridays].sum() > 0.8 * daily.sum()
    assert told[0, -1] == pytest.approx(even(days, working)[0, -1], abs=0.06)
    assert (daily >= 0).all()
    assert told.max() <= 1


def test_the_last_day_of_the_month_is_one_place_in_every_month():
    habits = paydays(history(2, lambda day: (day + timedelta(days=1)).day == 1 or day.day >= 27), 6, OFF)
    assert habits is not None
    assert places([date(2026, 2, 28), date(2026, 4, 30), date(2026, 5, 31)]).tolist() == [31, 31, 31]
    days, working = ahead(60)
    daily = np.diff(tilted(even(days, working), np.array([0]), habits, days, working=working)[0], prepend=0)
    late = np.array([day.day >= 27 for day in days])
    assert daily[late & working].mean() > 4 * daily[~late & working].mean()


def test_without_habits_or_with_a_short_past_nothing_is_tilted():
    assert paydays(history(3, lambda day: True), 6, OFF) is None
    assert paydays(history(4, lambda day: day.weekday() == 4, count=199), 6, OFF) is None
    assert paydays(history(4, lambda day: day.weekday() == 4, count=200), 6, OFF) is not None


def test_a_habit_that_ended_is_not_believed():
    draw = history(5, lambda day: day.weekday() == 4 if day < date(2025, 5, 20) else day.weekday() == 0)
    assert paydays(draw, 6, OFF) is None


def test_a_customer_never_seen_has_everybody_s_habits():
    habits = paydays(history(6, lambda day: day.weekday() == 4), 6, OFF, Habits(lean=5.0))
    assert habits is not None
    days, working = ahead()
    known = tilted(even(days, working), np.array([1]), habits, days, working=working)
    new = tilted(even(days, working), np.array([-1]), habits, days, working=working)
    assert new[0] == pytest.approx(known[0], abs=0.12)


def test_nothing_is_paid_on_days_off():
    habits = paydays(history(7, lambda day: day.weekday() == 4), 6, OFF)
    assert habits is not None
    days, working = ahead()
    daily = np.diff(tilted(even(days, working), np.array([0]), habits, days, working=working)[0], prepend=0)
    assert daily[~working] == pytest.approx(0)
