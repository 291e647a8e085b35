"""Laws and curves: what is learned from items that ended and items that still run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.payment.curves import predict
from solvent.payment.grid import COUNT, EDGES, at, bin_of
from solvent.payment.history import as_known
from solvent.payment.laws import Laws, fit

DAY = date(2026, 6, 30)


def items_of(rows: Sequence[tuple[int, date, int, int | None]]) -> pl.DataFrame:
    """Items told as customer, day of issue, days of terms, delay (None: not paid)."""
    return pl.DataFrame(
        [
            {
                "customer_no": who,
                "item_id": f"i{place}",
                "issued_on": issued,
                "due_on": issued + timedelta(days=terms),
                "currency": "CNY",
                "face": 100,
                "open": 0 if delay is not None else 100,
                "end": None if delay is None else "paid",
                "ended_on": None if delay is None else issued + timedelta(days=terms + delay),
                "parts": 1,
            }
            for place, (who, issued, terms, delay) in enumerate(rows)
        ],
        schema_overrides={"customer_no": pl.UInt32, "end": pl.String, "ended_on": pl.Date},
    )


def steady(delays: Sequence[int], who: int = 0) -> list[tuple[int, date, int, int | None]]:
    """One item a week, paid so many days late each, all over by DAY."""
    first = DAY - timedelta(days=7 * len(delays) + 130)
    return [(who, first + timedelta(days=7 * place), 30, delay) for place, delay in enumerate(delays)]


def asked(who: int | None, due_on: date, terms: int = 30) -> pl.DataFrame:
    return pl.DataFrame(
        {"customer_no": [who], "issued_on": [due_on - timedelta(days=terms)], "due_on": [due_on]},
        schema_overrides={"customer_no": pl.Int64},
    )


def test_a_customer_of_one_habit_is_predicted_to_the_day() -> None:
    fitted = fit(items_of(steady([12] * 60)), DAY, 1)
    curves = predict(fitted, asked(0, DAY + timedelta(days=10)), DAY)
    assert curves.delay_at(0.5)[0] == 12
    assert curves.late_share()[0] > 0.9
    assert curves.paid_within([21, 23])[0].tolist() == pytest.approx([0.0, 1.0], abs=0.15)


def test_two_habits_are_two_habits() -> None:
    fitted = fit(items_of(steady([0] * 40) + steady([40] * 40, who=1)), DAY, 2)
    medians = [predict(fitted, asked(who, DAY + timedelta(days=5)), DAY).delay_at(0.5)[0] for who in (0, 1)]
    assert medians[0] == pytest.approx(0, abs=1)
    assert medians[1] == pytest.approx(40, abs=1)


def test_age_is_known_and_counts() -> None:
    """Of a customer that pays at once or 50 days late, an item 20 days overdue is of the second kind."""
    fitted = fit(items_of(steady([0, 50] * 40)), DAY, 1)
    young = predict(fitted, asked(0, DAY + timedelta(days=3)), DAY)
    old = predict(fitted, asked(0, DAY - timedelta(days=20)), DAY)
    assert young.delay_at(0.4)[0] < 5
    assert old.delay_at(0.5)[0] == pytest.approx(50, abs=3)
    assert old.late_share()[0] == 1.0
    assert old.paid_within([0])[0, 0] == 0.0


def test_what_still_runs_is_information() -> None:
    """Payments take 0 to 60 days late; two months before the end only the quick ones are seen. The law sees more."""
    rng = np.random.default_rng(7)
    rows = []
    for place in range(3000):
        issued = DAY - timedelta(days=int(rng.integers(31, 110)))
        delay = int(rng.integers(0, 61))
        paid = issued + timedelta(days=30 + delay) <= DAY
        rows.append((place % 5, issued, 30, delay if paid else None))
    items = items_of(rows)
    naive = (items["ended_on"] - items["due_on"]).dt.total_days().drop_nulls().median()
    fitted = fit(items, DAY, 5)
    told = [predict(fitted, asked(who, DAY + timedelta(days=30)), DAY).delay_at(0.5)[0] for who in range(5)]
    assert isinstance(naive, float)
    assert naive < 24
    assert np.mean(told) == pytest.approx(30, abs=3)


def test_a_new_customer_is_told_from_its_terms() -> None:
    """Customers on 60 days pay 20 days late, those on 10 days at once; a stranger is like its class."""
    rows = [row for who in range(20) for row in steady([0, 1, -1, 0, 2], who)]
    rows = [(who, issued, 10, delay) for who, issued, _, delay in rows]
    late = [(who + 20, issued, 60, 20) for who, issued, _, _ in rows]
    fitted = fit(items_of(rows + late), DAY + timedelta(days=60), 40)
    day = DAY + timedelta(days=60)
    quick = predict(fitted, asked(None, day + timedelta(days=5), 10), day).delay_at(0.5)[0]
    slow = predict(fitted, asked(99, day + timedelta(days=40), 60), day).delay_at(0.5)[0]
    assert quick < 6
    assert slow > 14


def test_without_any_history_the_law_is_wide_and_says_so() -> None:
    curves = predict(fit(items_of(steady([0])).clear(), DAY, 0), asked(None, DAY + timedelta(days=10)), DAY)
    low, high = curves.delay_at(0.1)[0], curves.delay_at(0.9)[0]
    assert -25 <= low < 0 < high <= 25
    assert curves.never_share()[0] == pytest.approx(Laws().generic_never_share, abs=0.01)


def test_items_written_off_raise_the_chance_of_never() -> None:
    good = items_of(steady([5] * 40))
    lost = good.with_columns(
        pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("lost")).otherwise("end").alias("end")
    )
    ask = asked(0, DAY + timedelta(days=5))
    never = [float(predict(fit(rows, DAY, 1), ask, DAY).never_share()[0]) for rows in (good, lost)]
    assert never[0] < 0.05
    assert never[1] == pytest.approx(0.25, abs=0.06)


def test_all_customers_moving_moves_everybody() -> None:
    """Lately everybody pays ten days later: a customer without news is expected later too."""
    old = [row for who in range(10) for row in steady([0] * 40, who)]
    recent = [(who, DAY - timedelta(days=45 + place), 30, 10) for who in range(9) for place in range(12)]
    fitted = fit(items_of(old + recent), DAY, 10)
    assert fitted.drift > 2
    assert predict(fitted, asked(9, DAY + timedelta(days=5)), DAY).delay_at(0.5)[0] >= 2


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-25, 200), st.booleans()), min_size=1, max_size=40),
    st.integers(-60, 400),
)
def test_curves_are_chances_that_grow_and_do_not_depend_on_row_order(
    told: list[tuple[int, int, bool]], age: int
) -> None:
    rows = [
        (who, DAY - timedelta(days=260 + place), 30, delay if paid else None)
        for place, (who, delay, paid) in enumerate(told)
    ]
    items = items_of(rows)
    ask = asked(0, DAY - timedelta(days=age))
    curves = predict(fit(items, DAY, 4), ask, DAY)
    chances = curves.paid_within(list(range(0, 400, 7)))[0]
    assert (np.diff(chances) >= -1e-12).all()
    assert 0.0 <= chances[0] <= chances[-1] <= 1.0
    assert curves.delay_at(0.1)[0] <= curves.delay_at(0.5)[0] <= curves.delay_at(0.9)[0]
    again = predict(fit(items[::-1], DAY, 4), ask, DAY).paid_within(list(range(0, 400, 7)))[0]
    assert chances == pytest.approx(again, abs=1e-12)


def test_the_grid_reads_back_what_it_holds() -> None:
    law = np.linspace(0.001, 1.0, COUNT)[None, :]
    assert at(law, EDGES)[0].tolist() == pytest.approx(law[0].tolist())
    assert bin_of(EDGES).tolist() == list(range(COUNT))


def test_a_past_day_knows_only_its_past() -> None:
    items = items_of([(0, date(2026, 1, 1), 30, 5), (0, date(2026, 3, 1), 30, 0)])
    known = as_known(items, date(2026, 2, 4))
    assert known.select("item_id", "end", "ended_on", "open").rows() == [("i0", None, None, 100)]
    assert as_known(items, date(2026, 2, 5)).get_column("end").to_list() == ["paid"]
