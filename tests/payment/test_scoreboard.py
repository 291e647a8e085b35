"""Scoreboard: forecasts of past month ends, counted by hand, and blind to what came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from made_histories import FIRST, LAST, items, made

from solvent.base.plugs import usable
from solvent.payment.boosted.boosted import Boost
from solvent.payment.champion import Champion, Choice, choose, learned, predicted
from solvent.payment.history import as_known
from solvent.payment.laws import DEFAULTS
from solvent.payment.scoreboard import BANDS, BY, OURS, Board, scoreboard
from solvent.payment.scoring.told import calendar, expected, late_auc
from solvent.payment.states.workdays import Workdays

needs_trees = pytest.mark.skipif(not usable("lightgbm"), reason="LightGBM cannot be loaded here")

PLAIN = Choice("long memory", DEFAULTS, {}, 0)


def customers_of(history: pl.DataFrame) -> int:
    return int(history.get_column("customer_no").max()) + 1  # type: ignore[arg-type, operator]


def test_a_customer_like_clockwork() -> None:
    """Everybody pays on the fifth day after due: nothing is missed, and the week of each payment is known."""
    weeks = np.arange(0, 130)
    history = items(
        np.tile([0, 1], 65),
        weeks * 7,
        np.full(130, 30),
        np.full(130, 5.0),
        np.full(130, 100.0),
    )
    board = scoreboard(history, 2, LAST, PLAIN, terms=Board(months=3))
    ours = board.items.filter(pl.col("by") == OURS)
    assert ours["made_on"].to_list() == [date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31)]
    assert ours["mae_days"].to_list() == [0.0, 0.0, 0.0]
    assert (ours["coverage_80"] == 1.0).all()
    assert board.items.filter(pl.col("by") == "due_date")["mae_days"].item(0) == 5.0
    assert board.items.filter(pl.col("by") != OURS)["coverage_50"].null_count() == 9
    first = board.weeks.filter((pl.col("made_on") == date(2025, 3, 31)) & (pl.col("by") == OURS))
    paid = history.filter(pl.col("issued_on") <= date(2025, 3, 31))
    for row in first.iter_rows(named=True):
        came = paid.filter(pl.col("ended_on").is_between(row["week_from"], row["week_upto"]))["worth"].sum()
        assert row["actual"] == came
        assert row["week_upto"] - row["week_from"] == timedelta(days=6)
    assert first["lead_weeks"].to_list() == list(range(1, 9))
    leads = board.leads.filter(pl.col("by") == "customer_mean")
    assert leads["lead_weeks"].to_list() == list(range(1, 9))
    assert leads.filter(pl.col("lead_weeks") <= 4)["wape"].to_list() == [0.0] * 4
    assert leads.filter(pl.col("lead_weeks") > 4)["wape"].null_count() > 0


def test_coverage_is_as_promised_and_all_stand_side_by_side() -> None:
    history = made("steady", count=5000)
    board = scoreboard(history, customers_of(history), LAST, PLAIN)
    assert set(board.items["by"]) == set(BY) == set(board.leads["by"])
    assert board.items.height == 6 * len(BY)
    early = board.items.filter((pl.col("by") == OURS) & (pl.col("made_on") < date(2025, 5, 1)))
    for name, (low, high) in BANDS.items():
        assert early[name].mean() == pytest.approx(high - low, abs=0.12)
    mean = board.items.group_by("by").agg(pl.col("crps").mean()).sort("crps")
    assert mean["by"].to_list()[0] == OURS


def test_a_week_is_counted_down() -> None:
    history = made("steady", count=2000)
    board = scoreboard(history, customers_of(history), LAST, PLAIN, terms=Board(months=1, weeks=5, countdown_weeks=2))
    ours = board.countdown.filter(pl.col("by") == OURS)
    last = date(2025, 6, 29)
    for upto in (last - timedelta(days=7), last):
        week = ours.filter(pl.col("week_upto") == upto)
        assert week["lead_weeks"].to_list() == [5, 4, 3, 2, 1]
        assert [(upto - day).days for day in week["made_on"]] == [35, 28, 21, 14, 7]
        assert (week["actual"].diff().drop_nulls() >= 0).all()
    nearest = ours.filter((pl.col("week_upto") == last) & (pl.col("lead_weeks") == 1)).row(0, named=True)
    made_on = last - timedelta(days=7)
    known = as_known(history, made_on)
    book = history.filter(
        (pl.col("issued_on") <= made_on) & (pl.col("ended_on").is_null() | (pl.col("ended_on") > made_on))
    )
    curves = predicted(learned(PLAIN, known, made_on, customers_of(history)), book, made_on)
    country = calendar(known, Workdays())
    assert nearest["forecast"] == expected(curves, book["worth"].to_numpy(), [7], country)[0]


@needs_trees
def test_forecasts_see_nothing_of_what_came() -> None:
    """Everything after a month end is changed: its forecasts stay, the trees' too."""
    history = made("heavy_amounts", count=3000)
    count, cut = customers_of(history), date(2025, 2, 28)
    small = Boost(origins=4, rows=20_000, rounds=15, least_paid=100)
    choice = choose(as_known(history, cut), count, cut, boost=small, terms=Champion(boosted=True, boosted_gain=0.0))
    assert choice.share > 0
    other = history.with_columns(
        pl.when(pl.col("ended_on") > cut)
        .then(pl.min_horizontal(pl.col("ended_on") + pl.duration(days=9), pl.lit(LAST)))
        .otherwise("ended_on")
        .alias("ended_on")
    ).filter((pl.col("issued_on") <= cut) | (pl.col("customer_no") % 3 > 0))
    boards = [scoreboard(past, count, LAST, choice, terms=Board(months=5)) for past in (history, other)]
    forecasts = [
        board.weeks.filter(pl.col("made_on") <= cut).select("made_on", "lead_weeks", "by", "forecast")
        for board in boards
    ]
    assert forecasts[0].height > 0
    assert forecasts[0].equals(forecasts[1])
    assert not boards[0].weeks.equals(boards[1].weeks)
    plain = scoreboard(history, count, LAST, replace(choice, share=0.0), terms=Board(months=5))
    assert not plain.weeks.equals(boards[0].weeks)


def test_little_is_known_and_little_is_said() -> None:
    history = made("steady", count=300)
    for few in (history.clear(), history.head(1), history.filter(pl.col("issued_on") > LAST - timedelta(days=20))):
        board = scoreboard(few, 80, LAST, PLAIN)
        for frame in (board.items, board.weeks, board.leads, board.countdown):
            assert frame.columns
        assert board.items.filter(pl.col("mae_days").is_nan()).is_empty()
    early = scoreboard(history, 80, FIRST + timedelta(days=3), PLAIN)
    assert early.items.is_empty()


def test_sampling_changes_the_items_not_the_cash() -> None:
    history = made("steady", count=3000)
    whole = scoreboard(history, customers_of(history), LAST, PLAIN)
    some = scoreboard(history, customers_of(history), LAST, PLAIN, terms=Board(most_items=50))
    assert some.weeks.equals(whole.weeks)
    assert (some.items["items"] + some.items["not_yet_paid"] <= 50).all()
    close = some.items.filter(pl.col("by") == OURS)["crps"].mean()
    assert close == pytest.approx(whole.items.filter(pl.col("by") == OURS)["crps"].mean(), rel=0.5)


def test_money_waits_for_days_off_only_where_holidays_are_kept() -> None:
    """Paid on weekdays throughout, Chinese holidays among them: weekends alone make no Chinese company."""
    days = pl.date_range(date(2023, 1, 2), date(2024, 12, 31), eager=True)
    weekdays = days.filter(days.dt.weekday() <= 5)
    known = pl.DataFrame({"ended_on": weekdays, "end": ["paid"] * len(weekdays)})
    assert calendar(known, Workdays()) is None
    kept = known.filter(~((pl.col("ended_on").dt.month() == 10) & (pl.col("ended_on").dt.day() <= 7)))
    spring = pl.col("ended_on").is_between(date(2023, 1, 21), date(2023, 1, 27))
    again = pl.col("ended_on").is_between(date(2024, 2, 9), date(2024, 2, 17))
    may = (pl.col("ended_on").dt.month() == 5) & (pl.col("ended_on").dt.day() <= 5)
    assert calendar(kept.filter(~(spring | again | may)), Workdays()) == "CN"
    every = pl.DataFrame({"ended_on": days, "end": ["paid"] * len(days)})
    assert calendar(every, Workdays()) is None


def test_what_is_overdue_unpaid_is_late() -> None:
    rows = pl.DataFrame(
        {
            "fresh": [True, True, True, False],
            "delay": [-1.0, np.inf, np.inf, 5.0],
            "seen": [9.0, 9.0, -9.0, 9.0],
            "late_share": [0.2, 0.9, 0.1, 0.0],
        }
    )
    assert late_auc(rows, "late_share") == 1.0
    assert late_auc(rows.filter(pl.col("seen") < 0), "late_share") is None
