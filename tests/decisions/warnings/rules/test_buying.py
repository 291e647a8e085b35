"""Rules about buying and about what is owed: at, just under and just over each line, and thin data."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

DAY = date(2026, 6, 30)
KNOWN = [{"customer_id": "lantern", "since_on": date(2020, 1, 1)}]


@pytest.mark.parametrize(
    ("last", "tier"), [(129, 0), (130, 0), (131, 1), (200, 1), (201, 2)],
    ids=["under", "at RD-03's line", "over", "at orange", "over orange"],
)  # fmt: skip
def test_an_order_jump_is_strictly_over_thirty_per_cent(told, books_with, buying, last, tier):
    books = books_with(customers=KNOWN, orders=buying([100] * 6 + [last]))
    found = told(books, "order_jump", "lantern")
    assert found.value == pytest.approx(last / 100 - 1)
    assert found.tier == tier
    assert (found.facts["usual_amount"], found.facts["month_amount"]) == (100, last)
    assert found.evidence == ["orders:lantern0"]


def test_a_jump_needs_six_known_months(told, books_with, buying):
    young = buying([100] * 5 + [300])
    assert told(books_with(orders=young), "order_jump", "lantern").value is None
    assert told(books_with(orders=buying([100] * 6 + [300])), "order_jump", "lantern").value is None  # from the 10th on
    assert told(books_with(customers=KNOWN, orders=young), "order_jump", "lantern").tier == 2


def test_the_running_month_is_not_the_last_full_one(told, books_with, buying):
    books = books_with(DAY - timedelta(days=1), customers=KNOWN, orders=buying([100] * 7 + [900]))
    assert told(books, "order_jump", "lantern").value == 0


def test_months_that_always_swing_hide_a_jump_and_terms_may_undo_that(told, books_with, buying):
    swinging = buying([50, 150, 50, 150, 50, 150, 240])  # mean 100, standard deviation 50
    books = books_with(customers=KNOWN, orders=swinging)
    assert told(books, "order_jump", "lantern").tier == 0
    assert told(books, "order_jump", "lantern").facts["rise_share"] == pytest.approx(1.4)
    assert told(books, "order_jump", "lantern", spreads=0.0).tier == 2
    just = books_with(customers=KNOWN, orders=buying([50, 150, 50, 150, 50, 150, 250]))
    assert told(just, "order_jump", "lantern").tier == 2


def test_a_jump_below_the_least_amount_is_none(told, books_with, buying):
    books = books_with(customers=KNOWN, orders=buying([10_000] * 6 + [20_000]))
    assert told(books, "order_jump", "lantern", least_amount=200.0).tier == 1
    assert told(books, "order_jump", "lantern", least_amount=200.01).tier == 0


def test_a_season_is_no_jump_where_seasons_are_asked_for(told, books_with, buying):
    year = [100] * 5 + [300] + [100] * 11
    books = books_with(customers=KNOWN, orders=buying([*year, 300]))
    assert told(books, "order_jump", "lantern").tier == 2
    assert told(books, "order_jump", "lantern", seasonal=True, spreads=0.0).value == 0


def test_invoices_tell_where_there_are_no_orders(told, books_with, paying):
    rows = paying([(330, 0), (290, 0)])
    rows["open_items"] += [
        {"item_id": f"m{month}", "customer_id": "lantern", "issued_on": date(2026, month, 10),
         "due_on": date(2026, 12, 31), "amount": 10_000 if month < 6 else 15_000} for month in range(1, 7)
    ]  # fmt: skip
    rows["open_items"].append(rows["open_items"][-1] | {"item_id": "dec", "issued_on": date(2025, 12, 10),
                                                         "amount": 10_000})  # fmt: skip
    found = told(books_with(**rows, customers=KNOWN), "order_jump", "lantern")
    assert found.value == pytest.approx(0.5)
    assert found.evidence == ["open_items:m6"]


def burst(paying, recent: int, *, paid: bool = False, orders: int = 3, known: int = 210):
    """Weekly orders of 100 for as long as it is known, then so much a week; it pays on the day, until a month ago."""
    bought = [
        {"order_id": f"o{ago}", "customer_id": "lantern", "ordered_on": DAY - timedelta(days=ago), "amount": 100}
        for ago in range(30, known + 1, 10)
    ]
    bought += [
        {"order_id": f"n{place}", "customer_id": "lantern", "ordered_on": DAY - timedelta(days=2 + place),
         "amount": recent // orders} for place in range(orders)
    ]  # fmt: skip
    rows = paying([(40 + 10 * place, 0) for place in range(10)] + [(ago, 0 if paid else None) for ago in (8, 18, 28)])
    return {**rows, "orders": bought}


@pytest.mark.parametrize(("recent", "tier"), [(447, 0), (450, 1), (600, 2), (897, 2), (900, 3)])
def test_a_bust_out_buys_more_and_does_not_pay(told, books_with, paying, recent, tier):
    books = books_with(**burst(paying, recent))
    found = told(books, "bust_out", "lantern")
    # Eighteen orders of 100 in 180 days before the last thirty: 300 a month is usual.
    assert found.facts["usual_amount"] == 300
    assert found.value == pytest.approx(recent / 300)
    assert found.tier == tier
    assert found.facts["unpaid_amount"] == 30_000


def test_whoever_pays_may_buy(told, books_with, paying):
    found = told(books_with(**burst(paying, 900, paid=True)), "bust_out", "lantern")
    assert (found.value, found.facts["times"]) == (0, pytest.approx(3))


def test_one_large_order_or_a_customer_of_yesterday_is_no_pattern(told, books_with, paying):
    assert told(books_with(**burst(paying, 900, orders=2)), "bust_out", "lantern").value == 0
    rows = burst(paying, 900)
    rows["orders"] = [row for row in rows["orders"] if row["ordered_on"] > DAY - timedelta(days=80)]
    rows["open_items"] = rows["open_items"][-3:]
    rows = {name: told for name, told in rows.items() if name in ("orders", "open_items")}
    for item in rows["open_items"]:
        item["issued_on"] = DAY - timedelta(days=60)
    assert told(books_with(**rows), "bust_out", "lantern").value is None


def test_what_is_within_its_habit_is_not_unpaid(told, books_with, paying):
    rows = burst(paying, 900)
    late = paying([(40 + 10 * place, 30) for place in range(10)])  # it always pays thirty days late
    slow = {**rows, "receipts": late["receipts"], "allocations": late["allocations"]}
    slow["open_items"] = [*late["open_items"], *rows["open_items"][-3:]]
    assert told(books_with(**slow), "bust_out", "lantern").value == 0


@pytest.mark.parametrize(("high", "tier"), [(160, 0), (161, 1), (200, 1)])
def test_order_volatility_rises_against_the_year_before(told, books_with, buying, high, tier):
    # Months of high and (200 - high) swing by (high - 100) / 100 of their mean.
    books = books_with(customers=KNOWN, orders=buying([100] * 12 + [high, 200 - high] * 6))
    found = told(books, "order_volatility", "lantern")
    assert found.value == pytest.approx((high - 100) / 100)
    assert found.tier == tier
    assert told(books, "order_volatility", "lantern", orange=0.59).tier == 2


def test_order_volatility_needs_two_years(told, books_with, buying):
    assert told(books_with(orders=buying([100] * 23)), "order_volatility", "lantern").value is None


LIMIT = {"limit_id": "l", "customer_id": "lantern", "kind": "total", "amount": 100_000, "valid_from": date(2026, 1, 1)}


@pytest.mark.parametrize(("owed", "tier"), [(80_000, 0), (80_001, 1), (100_000, 1), (100_001, 2), (125_001, 3)])
def test_a_balance_is_too_high_over_eighty_per_cent_of_the_limit(told, books_with, paying, owed, tier):
    books = books_with(**paying([(-5, None)], amount=owed), limits=[LIMIT])
    found = told(books, "balance_too_high", "lantern")
    assert found.tier == tier
    assert found.evidence == ["limits:l", "open_items:lantern0"]


def test_the_newest_limit_that_runs_counts_and_none_or_nothing_has_no_share(told, books_with, paying):
    rows = paying([(-5, None)], amount=90_000)
    newer = LIMIT | {"limit_id": "m", "amount": 200_000, "valid_from": date(2026, 3, 1)}
    assert told(books_with(**rows, limits=[newer, LIMIT]), "balance_too_high", "lantern").value == 0.45
    nothing = newer | {"amount": 0}
    assert told(books_with(**rows, limits=[LIMIT, nothing]), "balance_too_high", "lantern").value is None
    ended = LIMIT | {"valid_until": DAY - timedelta(days=1)}
    assert told(books_with(**rows, limits=[ended]), "balance_too_high", "lantern").value is None
    last_day = LIMIT | {"valid_until": DAY}
    assert told(books_with(**rows, limits=[last_day]), "balance_too_high", "lantern").value == 0.9
    assert told(books_with(**rows), "balance_too_high", "lantern").value is None


@pytest.mark.parametrize(("more", "tier"), [(15_000, 0), (15_001, 1), (30_000, 1), (30_001, 2)])
def test_a_balance_rises_against_the_usual_one(told, books_with, paying, more, tier):
    rows = paying([(-200, None)])
    rows["open_items"][0]["issued_on"] = date(2025, 1, 1)
    rows["open_items"].append(
        {"item_id": "new", "customer_id": "lantern", "issued_on": DAY, "due_on": DAY, "amount": more}
    )
    found = told(books_with(**rows), "balance_rise", "lantern")
    assert found.value == pytest.approx(more / 10_000)
    assert (found.facts["usual_amount"], found.tier) == (10_000, tier)


def test_a_usual_balance_needs_six_month_ends(told, books_with, paying):
    rows = paying([(-200, None)])
    rows["open_items"][0]["issued_on"] = date(2026, 1, 1)
    assert told(books_with(**rows), "balance_rise", "lantern").value is None
    rows["open_items"][0]["issued_on"] = date(2025, 12, 31)
    assert told(books_with(**rows), "balance_rise", "lantern").value == 0
