"""Rules about paying: at, just under and just over each line, thin data, and what must not count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("late", "tier"), [(15, 0), (16, 1), (30, 1), (31, 2), (60, 2), (61, 3)],
    ids=["at RD-02's line", "over it", "at orange", "over orange", "at red", "over red"],
)  # fmt: skip
def test_payment_delay_is_over_fifteen_days(told, books_with, paying, late, tier):
    books = books_with(**paying([(100, late), (90, late), (80, late)]))
    found = told(books, "payment_delay", "lantern")
    assert (found.value, found.tier) == (late, tier)
    assert found.evidence[0].startswith("open_items:lantern")


def test_payment_delay_is_by_amount_and_counts_what_is_overdue_to_today(told, books_with, paying):
    rows = paying([(100, 0), (90, 0), (20, None)])
    assert told(books_with(**rows), "payment_delay", "lantern").value == pytest.approx(20 / 3)
    rows["open_items"][2]["amount"] = 100_000
    found = told(books_with(**rows), "payment_delay", "lantern")
    assert found.value == pytest.approx(2_000_000 / 120_000)
    assert found.facts["overdue_amount"] == 100_000


def test_two_payments_make_no_average(told, books_with, paying):
    assert told(books_with(**paying([(100, 50), (90, 50)])), "payment_delay", "lantern").value is None


@pytest.mark.parametrize(("late", "tier"), [(14, 0), (15, 0), (16, 1), (30, 1), (31, 2), (60, 2), (61, 3)])
def test_delay_rise_is_against_the_customers_own_year(told, books_with, paying, late, tier):
    # What is paid on the last day counts as recent, however long ago it was due.
    before = [(200 + 10 * place, 5) for place in range(6)]
    recent = [(5 + late, 5 + late)] * 3
    found = told(books_with(**paying(before + recent)), "delay_rise", "lantern")
    assert (found.value, found.tier) == (late, tier)
    assert found.facts["before_delay_days"] == 5


def test_delay_rise_needs_a_habit_and_enough_of_late(told, books_with, paying):
    few_before = [(200, 0)] * 4 + [(50, 30)] * 3
    few_recent = [(200, 0)] * 6 + [(50, 30)] * 2
    for rows in (few_before, few_recent):
        assert told(books_with(**paying(rows)), "delay_rise", "lantern").value is None


def test_a_customer_that_always_pays_late_has_no_rise(told, books_with, paying):
    books = books_with(**paying([(300 + place, 40) for place in range(6)] + [(60, 40)] * 3))
    assert told(books, "delay_rise", "lantern").tier == 0
    assert told(books, "payment_delay", "lantern").tier == 2


@pytest.mark.parametrize(("ago", "tier"), [(0, 0), (15, 0), (16, 1), (30, 1), (31, 2), (60, 2), (61, 3)])
def test_oldest_overdue_counts_days_past_due(told, books_with, paying, ago, tier):
    found = told(books_with(**paying([(ago, None), (200, 0), (-10, None)])), "oldest_overdue", "lantern")
    assert (found.value, found.tier) == (ago, tier)
    assert found.facts["due_on"] == DAY - timedelta(days=ago)


def test_a_rest_of_bank_fees_and_a_disputed_item_are_no_delay(told, books_with, paying):
    rows = paying([(100, 0), (40, None)])
    rows["allocations"][0]["amount"] = 9_501
    disputes = [{"dispute_id": "d", "item_id": "lantern1", "opened_on": DAY - timedelta(days=3)}]
    assert told(books_with(**rows, disputes=disputes), "oldest_overdue", "lantern").value is None
    rows["allocations"][0]["amount"] = 9_500
    assert told(books_with(**rows, disputes=disputes), "oldest_overdue", "lantern").value == 100
    disputes[0]["closed_on"] = DAY
    rows["allocations"][0]["amount"] = 10_000
    assert told(books_with(**rows, disputes=disputes), "oldest_overdue", "lantern").value == 40


@pytest.mark.parametrize(("old", "days"), [(499, 40), (500, 400), (501, 400)])
def test_one_forgotten_invoice_among_many_is_no_trouble(told, books_with, paying, old, days):
    rows = paying([(400, None), (40, None), (-10, None)])
    for item, amount in zip(rows["open_items"], (old, 500, 10_000 - old - 500), strict=True):
        item["amount"] = amount
    assert told(books_with(**rows), "oldest_overdue", "lantern").value == 400, "by default any item counts"
    found = told(books_with(**rows), "oldest_overdue", "lantern", least_balance_share=0.05)
    assert (found.value, found.facts["due_on"]) == (days, DAY - timedelta(days=days))
    assert (found.facts["count"], found.facts["overdue_amount"]) == (2, old + 500)


def test_many_small_items_are_put_together(told, books_with, paying):
    # Forty of two and a half in a hundred each: no one of them is much, the second oldest makes it five.
    books = books_with(**paying([(100 + place, None) for place in range(40)]))
    assert told(books, "oldest_overdue", "lantern", least_balance_share=0.05).value == 138


def test_an_item_without_a_rate_leaves_the_oldest_to_tell(told, books_with, paying):
    rows = paying([(400, None), (40, None)])
    rows["open_items"][0] |= {"amount": 1, "currency": "USD"}
    assert told(books_with(**rows), "oldest_overdue", "lantern").value == 400


def months_of_paying(paying, on_time_now: int, on_time_before: int):
    """Ten items due in each of the last full quarter's and of the year before's months, so many of them on time."""
    items = []
    for back in range(1, 16):
        index = DAY.year * 12 + DAY.month - back
        for place in range(10):
            due = date(index // 12, index % 12 + 1, 5 + place)
            on_time = place < (on_time_now if back <= 3 else on_time_before)
            items.append(((DAY - due).days, 0 if on_time else 10))
    return paying(items)


@pytest.mark.parametrize(("now", "tier"), [(6, 0), (5, 1), (4, 1), (3, 2)])
def test_timeliness_falls_against_its_own_mean(told, books_with, paying, now, tier):
    found = told(books_with(**months_of_paying(paying, now, 10)), "timeliness", "lantern")
    assert found.value == pytest.approx(1 - now / 10)
    assert found.tier == tier
    assert (found.facts["now_share"], found.facts["before_share"]) == (now / 10, 1)


def test_timeliness_is_silent_on_a_young_ledger(told, books_with, paying):
    assert told(books_with(**paying([(40, 0), (20, 3)])), "timeliness", "lantern").value is None


def promised(paying, *, made: int, by: int, paid: int | None, amount: int | None = None, item: bool = True):
    """One overdue item, promised ``made`` days ago for ``by`` days ago, and paid ``paid`` days ago."""
    rows = paying([(60, None if paid is None else 60 - paid)])
    rows["promises"] = [
        {"promise_id": "p", "customer_id": "lantern", "item_id": "lantern0" if item else None,
         "made_on": DAY - timedelta(days=made), "promised_on": DAY - timedelta(days=by), "amount": amount}
    ]  # fmt: skip
    return rows


@pytest.mark.parametrize("item", [True, False], ids=["on an item", "on the account"])
@pytest.mark.parametrize("amount", [None, 10_000], ids=["all", "an amount"])
@pytest.mark.parametrize(
    ("paid", "broken"), [(20, 0), (17, 0), (16, 1), (None, 1)], ids=["on the day", "in the grace", "after it", "never"]
)
def test_a_promise_is_kept_by_money_in_time(told, books_with, paying, *, paid, broken, amount, item):
    books = books_with(**promised(paying, made=30, by=20, paid=paid, amount=amount, item=item))
    found = told(books, "broken_promises", "lantern")
    assert (found.value, found.facts["promises"]) == (broken, 1)
    assert found.evidence == (["promises:p"] if broken else [])


def test_money_of_one_instalment_does_not_keep_the_next(told, books_with, paying):
    """Two instalments of 10,000; one came, in time for both. Of a second one more in time nothing is broken."""
    for late, broken in ((None, ["promises:q"]), (42, [])):
        rows = paying([(60, 34), (60, late)])
        rows["promises"] = [
            {"promise_id": number, "customer_id": "lantern", "item_id": None, "made_on": DAY - timedelta(days=30),
             "promised_on": DAY - timedelta(days=by), "amount": 10_000}
            for number, by in (("p", 25), ("q", 15))
        ]  # fmt: skip
        found = told(books_with(**rows), "broken_promises", "lantern")
        assert (found.value, found.facts["promises"], found.evidence) == (len(broken), 2, broken)


def test_promises_that_run_or_were_withdrawn_are_not_judged(told, books_with, paying):
    running = promised(paying, made=10, by=3, paid=None)
    assert told(books_with(**running), "broken_promises", "lantern").value is None
    ran_out = promised(paying, made=10, by=4, paid=None)
    assert told(books_with(**ran_out), "broken_promises", "lantern").value == 1
    ran_out["promises"][0]["withdrawn_on"] = DAY - timedelta(days=5)
    assert told(books_with(**ran_out), "broken_promises", "lantern").value is None


@pytest.mark.parametrize(("count", "tier"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3)])
def test_one_broken_promise_is_none(told, books_with, paying, count, tier):
    rows = promised(paying, made=30, by=20, paid=None)
    rows["promises"] = [rows["promises"][0] | {"promise_id": f"p{place}"} for place in range(count)]
    found = told(books_with(**rows), "broken_promises", "lantern")
    assert (found.value, found.tier) == (count, tier)
    assert found.facts["promised_amount"] == count * 10_000


@pytest.mark.parametrize(
    ("rule", "subject", "bad", "tier"),
    [
        ("default_trend", "lantern", 6, 0),
        ("default_trend", "lantern", 7, 1),
        ("default_trend", "lantern", 15, 1),
        ("default_trend", "lantern", 16, 2),
        ("default_trend_industry", "lamps", 3, 0),
        ("default_trend_industry", "lamps", 4, 1),
        ("default_trend_region", "coast", 6, 1),
        ("default_trend_region", "coast", 7, 2),
    ],
)
def test_default_trend_rises_over_its_line(told, books_with, paying, *, rule, subject, bad, tier):
    """Sixty items in the newest six months that can be judged, so many of them never paid, and none before."""
    items = []
    for back in range(3, 15):
        index = DAY.year * 12 + DAY.month - 1 - back
        for place in range(10):
            due = date(index // 12, index % 12 + 1, 5 + place)
            number = (back - 3) * 10 + place
            items.append(((DAY - due).days, None if number < bad else 0))
    customers = [{"customer_id": "lantern", "industry": "lamps", "region": "coast", "country": "CN"}]
    found = told(books_with(**paying(items), customers=customers), rule, subject)
    assert found.value == pytest.approx(bad / 60)
    assert found.tier == tier


def test_nothing_of_paying_is_said_of_empty_books(told, books_with):
    books = books_with(customers=[{"customer_id": "lantern"}])
    for rule in ("payment_delay", "delay_rise", "oldest_overdue", "timeliness", "broken_promises", "default_trend"):
        assert told(books, rule, "lantern").value is None
