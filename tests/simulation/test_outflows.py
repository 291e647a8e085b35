"""Outflows: rhythms of known companies are found again, nothing is counted twice, and little data says so."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from company_books import books_of, line, monthly, moved, nth
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.terms import Policy
from solvent.simulation.horizon import horizon
from solvent.simulation.noise import normals
from solvent.simulation.outflows.outflows import outflows
from solvent.simulation.paths import IN, OUT
from thorough import cases

AS_OF = date(2026, 3, 31)
AHEAD = horizon(AS_OF)
FIRST = date(2025, 3, 1)


def simulated(books, invoiced=None, paths=200, seed=5, policy=None):
    ahead = horizon(books.as_of)
    return outflows(books, ahead, invoiced, normals(1, "s", 0, paths, 1)[:, 0], seed, policy or Policy(books.as_of))


def codes(told):
    return {problem.code for problem in told.problems}


def seen_until(day=AS_OF):
    """A balance tells how far the bank's data goes."""
    return [{"day_on": day, "amount": 1_000_00}]


def mean(told, kind):
    return told.flows[kind].mean(axis=0)


def binned(days, amounts):
    row = np.zeros(len(AHEAD))
    for day, amount in zip(days, amounts):
        if day <= AHEAD.ends[-1]:
            row[AHEAD.bin_of(day)] += amount
    return row


@settings(max_examples=cases(20, 200), deadline=None)
@given(
    day=st.integers(1, 31),
    rule=st.sampled_from(["after", "before", "same"]),
    noise=st.integers(0, 10**6),
)
def test_payroll_on_any_day_and_rule_is_found_again(day, rule, noise):
    """Thirteen months of noisy pay; the next six fall into the very bins."""
    paid = [one for one in monthly(FIRST, 14, day, rule) if one <= AS_OF]
    amounts = np.random.default_rng(noise).integers(9_000_000, 11_000_000, len(paid)).tolist()
    lines = [line(one, -amount, "payroll", "staff", f"{one:%Y-%m} wages") for one, amount in zip(paid, amounts)]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    (row,) = told.found.filter(pl.col("category") == "payroll").iter_rows(named=True)
    assert row["rhythm"] == "monthly"
    assert row["state"] == "alive"
    assert row["lines"] == len(paid)
    assert -11_000_000 <= row["amount"] <= -9_000_000
    ahead = [one for one in monthly(FIRST, 22, day, rule) if one > AS_OF and one not in paid]
    expected = binned(ahead, [1.0] * len(ahead))
    assert ((mean(told, "payroll") < 0) == (expected > 0)).all()
    assert row["next_on"] == min(ahead)
    assert np.allclose(mean(told, "payroll")[expected > 0], -10_000_000, rtol=0.2)


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        ("weekly", [AS_OF - timedelta(days=7 * back + 1) for back in range(40)][::-1]),
        ("fortnightly", [AS_OF - timedelta(days=14 * back + 1) for back in range(20)][::-1]),
        ("quarterly", [moved(nth(2024, 1 + 3 * step, 15), "after") for step in range(9)]),
        ("half_yearly", [moved(nth(2023, 4 + 6 * step, 20), "after") for step in range(6)]),
        ("yearly", [moved(nth(year, 2, 5), "after") for year in (2024, 2025, 2026)]),
    ],
)
def test_other_rhythms_are_found(rhythm, days):
    lines = [line(day, -1_000_000, "tax", "tax office", "levy") for day in days]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    (row,) = told.found.iter_rows(named=True)
    assert (row["rhythm"], row["state"]) == (rhythm, "alive")
    assert (row["spread"] > 0) == (rhythm == "yearly"), "three times are too few to know that it never changes"
    each = {"weekly": 52 / 12, "fortnightly": 26 / 12, "quarterly": 1 / 3, "half_yearly": 1 / 6, "yearly": 0}[rhythm]
    months = (AHEAD.ends[-1] - AS_OF).days / 30.44
    total = mean(told, "tax").sum() / -1_000_000 if "tax" in told.flows else 0.0
    assert total == pytest.approx(each * months, abs=1.1)


def test_two_rents_are_told_apart_and_the_one_that_ended_is_not_paid_on():
    days = monthly(FIRST, 13, 5)
    lines = [line(day, -300_000, "rent", "Old Hall") for day in days[:9]]
    lines += [line(day, -500_000, "rent", "New Yard") for day in days]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    states = dict(told.found.select("counterparty", "state").iter_rows())
    assert states == {"OLD HALL": "ended", "NEW YARD": "alive"}
    ended = [problem for problem in told.problems if problem.code == "outflows.ended"]
    assert [problem.facts["counterparty"] for problem in ended] == ["OLD HALL"]
    rent = AHEAD.by_month(mean(told, "rent"))
    assert np.allclose(rent[:6], -500_000)


def test_missed_once_goes_on():
    days = monthly(FIRST, 13, 5)
    lines = [line(day, -500_000, "rent", "New Yard") for day in days[:-1]]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    assert told.found["state"].to_list() == ["alive"]
    assert "outflows.ended" not in codes(told)
    assert -500_000 <= mean(told, "rent").sum() / 6 < -400_000


def test_two_loans_and_two_taxes_of_one_office_have_rhythms_of_their_own():
    lines = [line(day, -90_000, "loan_repaid", "Bank A", "loan 1") for day in monthly(FIRST, 13, 8)]
    lines += [line(day, -40_000, "loan_repaid", "Bank B", "loan 2") for day in monthly(FIRST, 13, 25)]
    lines += [line(day, -70_000, "tax", "Office", f"VAT {day:%Y-%m}") for day in monthly(FIRST, 13, 15)]
    lines += [
        line(moved(nth(2025, 4 + 3 * step, 15), "after"), -210_000, "tax", "Office", f"Income tax Q{step}")
        for step in range(4)
    ]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    found = told.found.select("category", "rhythm", "purpose").rows()
    assert found == [
        ("loan_repaid", "monthly", None),
        ("loan_repaid", "monthly", None),
        ("tax", "quarterly", "INCOMETAXQ"),
        ("tax", "monthly", "VAT"),
    ]
    months = AHEAD.by_month(mean(told, "loan_repaid"))
    assert np.allclose(months[:6], -130_000)
    assert np.allclose(AHEAD.by_month(mean(told, "tax"))[:6], [-280_000, -70_000, -70_000] * 2)


def test_a_season_shows_after_a_year():
    """January's pay is doubled by a bonus; it is again."""
    days = monthly(date(2024, 1, 1), 27, 10)
    lines = [line(day, -(2 if day.month == 1 else 1) * 1_000_000, "payroll", "staff") for day in days]
    as_of = date(2025, 10, 31)
    kept = [row for row in lines if row["booked_on"] <= as_of]
    told = simulated(books_of(as_of, bank_lines=kept, balances=seen_until(as_of)))
    months = horizon(as_of).by_month(told.flows["payroll"].mean(axis=0))
    assert np.allclose(months[:4] / -1_000_000, [1, 1, 2, 1], rtol=0.05)


def test_transfers_customers_and_uncategorised_receipts_are_not_money_of_ours_to_foresee():
    lines = [line(day, -800_000, "transfer") for day in monthly(FIRST, 13, 8)]
    lines += [line(day, 700_000, "exchange") for day in monthly(FIRST, 13, 9)]
    lines += [line(day, 900_000, "customer", "Buyer") for day in monthly(FIRST, 13, 9)]
    lines += [line(day, 600_000, None, "Somebody") for day in monthly(FIRST, 13, 9)]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    assert not told.flows
    assert "outflows.uncategorised_in" in codes(told)


def test_uncategorised_outgoings_are_carried_on_apart_and_told():
    draw = np.random.default_rng(3)
    days = [FIRST + timedelta(days=int(day)) for day in np.sort(draw.integers(0, 390, 120))]
    lines = [line(day, -int(draw.integers(50_000, 150_000)), None, f"N{place}") for place, day in enumerate(days)]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()), paths=2000)
    assert "outflows.uncategorised_out" in codes(told)
    a_month = sum(row["amount"] for row in lines) / 13
    months = AHEAD.by_month(told.flows["other_operating"])[:, :6]
    assert months.mean() == pytest.approx(a_month, rel=0.15)
    assert months.std() > 0.1 * abs(a_month)


def test_refunds_and_other_money_in_have_kinds_of_their_own():
    lines = [line(day, 250_000, "tax_refund", "Office") for day in monthly(FIRST, 13, 25)]
    lines += [line(day, 30_000, "other_operating", "Tenant", "sublet") for day in monthly(FIRST, 13, 2)]
    lines += [line(day, 5_000_000, "loan_drawn", "Bank") for day in monthly(FIRST, 13, 2)]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    assert set(told.flows) == {"tax_refund", "other_in"}
    assert np.allclose(AHEAD.by_month(mean(told, "tax_refund"))[:6], 250_000)
    assert "outflows.not_carried" in codes(told)


# Plans


def plan(day, amount, category, **more):
    return {"due_on": day, "amount": amount, "category": category, **more}


RENT = [line(day, -500_000, "rent", "Yard") for day in monthly(FIRST, 13, 5)]


def test_a_plan_stands_in_place_of_the_recurring_flow_of_its_month():
    told = simulated(books_of(AS_OF, bank_lines=RENT, balances=seen_until(),
                              planned_flows=[plan(date(2026, 5, 20), -620_000, "rent")]))  # fmt: skip
    months = AHEAD.by_month(mean(told, "rent"))
    assert np.allclose(months[:6], [-500_000, -620_000, -500_000, -500_000, -500_000, -500_000])
    assert told.flows["rent"][:, AHEAD.bin_of(date(2026, 5, 20))] == pytest.approx(-620_000)


def test_a_plan_of_one_counterparty_leaves_the_others():
    other = [line(day, -100_000, "rent", "Shop") for day in monthly(FIRST, 13, 12)]
    planned = [plan(date(2026, 5, 12), -150_000, "rent", counterparty="Shop")]
    told = simulated(books_of(AS_OF, bank_lines=RENT + other, balances=seen_until(), planned_flows=planned))
    assert np.allclose(AHEAD.by_month(mean(told, "rent"))[:3], [-600_000, -650_000, -600_000])


@pytest.mark.parametrize("how", ["match", "line", "part"])
def test_a_plan_that_came_true_is_not_paid_again(how):
    paid = [*RENT, line(date(2026, 3, 30), -2_000_000, "capex", "Maker", line_id="X")]
    planned = [plan(date(2026, 3, 27), -2_000_000, "capex", flow_id="P")]
    match = {"line_id": "X", "target": "planned_flow", "target_id": "P", "matched_on": date(2026, 3, 30)}
    amounts = {"match": -2_000_000, "part": -1_500_000}
    matches = [{**match, "amount": amounts[how]}] if how in amounts else []
    told = simulated(
        books_of(AS_OF, bank_lines=paid, balances=seen_until(), planned_flows=planned, bank_matches=matches)
    )
    left = told.flows["capex"].sum(axis=1) if "capex" in told.flows else np.zeros(1)
    assert left == pytest.approx(-500_000 if how == "part" else 0.0)


def test_plans_whose_day_is_over_are_waited_for_a_while():
    planned = [
        plan(date(2026, 3, 25), -70_000, "capex"),
        plan(date(2025, 11, 25), -90_000, "capex"),
        plan(date(2026, 4, 25), 400_000, "customer"),
        plan(date(2026, 4, 25), 400_000, "transfer"),
    ]
    told = simulated(books_of(AS_OF, bank_lines=RENT, balances=seen_until(), planned_flows=planned))
    assert mean(told, "capex")[0] == pytest.approx(-70_000)
    assert mean(told, "capex").sum() == pytest.approx(-70_000)
    assert {"outflows.plan_late", "outflows.plan_unrealised", "outflows.plan_of_customers"} <= codes(told)


def test_plans_count_without_a_bank_file_from_tomorrow_on():
    planned = [plan(AS_OF, -70_000, "rent"), plan(AS_OF + timedelta(days=1), -80_000, "rent")]
    told = simulated(books_of(AS_OF, planned_flows=planned))
    assert mean(told, "rent").sum() == pytest.approx(-80_000)
    assert {"outflows.no_bank_lines", "outflows.plan_unrealised"} <= codes(told)


def test_an_open_bill_makes_the_plan_of_its_payment_true():
    bills = [{"issued_on": date(2026, 3, 10), "due_on": date(2026, 4, 10), "amount": 300_000}]
    planned = [plan(date(2026, 4, 12), -300_000, "supplier")]
    with_plan = simulated(books_of(AS_OF, bank_lines=RENT, bills=bills, planned_flows=planned))
    without = simulated(books_of(AS_OF, bank_lines=RENT, bills=bills))
    assert np.array_equal(with_plan.flows["suppliers_future"], without.flows["suppliers_future"])


# Bills


def bought(delays, first=date(2025, 1, 6), *, step=3, terms=30, amount=100_000, as_of=AS_OF):
    """Bills every few days, paid so many days after their due day, on a working day."""
    bills, payments = [], []
    for place in range((as_of - first).days // step + 1):
        issued = first + timedelta(days=step * place)
        due = issued + timedelta(days=terms)
        bills.append({"bill_id": f"B{place}", "issued_on": issued, "due_on": due, "amount": amount})
        paid = moved(due + timedelta(days=delays[place % len(delays)]), "after")
        if paid <= as_of:
            payments.append({"bill_id": f"B{place}", "paid_on": paid, "amount": amount})
    return bills, payments


def test_open_bills_are_paid_once_and_later_by_our_habit():
    on_time = simulated(books_of(AS_OF, **dict(zip(("bills", "bill_payments"), bought([0, 1])))), paths=2000)
    late = simulated(books_of(AS_OF, **dict(zip(("bills", "bill_payments"), bought([14, 16])))), paths=2000)
    for told in (on_time, late):
        flow = told.flows["suppliers_open"]
        assert (flow <= 0).all()
    bills, payments = bought([14, 16])
    owed = 100_000 * (len(bills) - len(payments))
    assert (-late.flows["suppliers_open"].sum(axis=1) <= owed + 0.5).all()
    assert -late.flows["suppliers_open"].sum(axis=1).mean() > 0.97 * owed
    assert on_time.delay_days == pytest.approx(0.9, abs=1.0)
    assert late.delay_days == pytest.approx(15.8, abs=1.5)
    ends = AHEAD.end_days

    def middle(told):
        flow = mean(told, "suppliers_open")
        return (flow * ends).sum() / flow.sum()

    assert middle(late) > 15


def test_the_habit_of_the_last_weeks_counts_and_bills_that_wait_speak():
    """Three months ago we began to pay 20 days later: half of what shows it is bills still open."""
    bills, payments = bought([1])
    turn = date(2026, 1, 10)
    moved_payments = []
    for payment in payments:
        if payment["paid_on"] < turn:
            moved_payments.append(payment)
        elif payment["paid_on"] + timedelta(days=20) <= AS_OF:
            later = moved(payment["paid_on"] + timedelta(days=20), "after")
            moved_payments.append({**payment, "paid_on": later})
    told = simulated(books_of(AS_OF, bills=bills, bill_payments=moved_payments))
    assert 15 < told.delay_days < 26


def test_one_overdue_bill_without_any_history_is_paid_soon_and_said_to_be_unsure():
    bills = [{"issued_on": date(2026, 2, 1), "due_on": date(2026, 3, 3), "amount": 100_000}]
    told = simulated(books_of(AS_OF, bills=bills), paths=4000)
    by_week = AHEAD.by_week(mean(told, "suppliers_open"))
    assert by_week.sum() < -90_000
    assert -by_week[0] > 0.02 * 100_000
    assert {"outflows.habit_unsure"} <= codes(told)
    assert told.delay_days is None


def test_a_bill_long_past_due_is_not_expected_and_told():
    bills = [{"issued_on": date(2024, 2, 1), "due_on": date(2024, 3, 3), "amount": 100_000}]
    told = simulated(books_of(AS_OF, bills=bills))
    assert "suppliers_open" not in told.flows
    assert "outflows.bills_old" in codes(told)


def test_bills_to_come_keep_the_pace_of_those_before():
    bills, payments = bought([0])
    told = simulated(books_of(AS_OF, bills=bills, bill_payments=payments), paths=1000)
    both = AHEAD.by_month(mean(told, "suppliers_open") + mean(told, "suppliers_future"))
    a_month = sum(bill["amount"] for bill in bills if bill["issued_on"] >= date(2025, 4, 1)) / 12
    assert -both[:6].mean() == pytest.approx(a_month, rel=0.05)


def test_purchases_follow_sales_where_they_did():
    """Bills of a month are 40 % of its sales, which swing; sales half as high bring half the bills."""
    months = [nth(2024, 1 + step, 1) for step in range(27)]
    swing = np.random.default_rng(2).uniform(0.5, 1.5, len(months))
    items, bills, payments = [], [], []
    for month, size in zip(months, swing):
        for day in (3, 12, 21):
            on = month.replace(day=day)
            items.append({"issued_on": on, "due_on": on + timedelta(days=30), "amount": int(10_000_000 * size)})
            bills.append({"bill_id": f"B{on}", "issued_on": on, "due_on": on + timedelta(days=30),
                          "amount": int(4_000_000 * size)})  # fmt: skip
            paid = moved(on + timedelta(days=30), "after")
            if paid <= AS_OF:
                payments.append({"bill_id": f"B{on}", "paid_on": paid, "amount": int(4_000_000 * size)})
    books = books_of(AS_OF, open_items=items, bills=bills, bill_payments=payments)
    daily = AHEAD.lengths / 30.44
    full = simulated(books, np.tile(30_000_000 * daily, (400, 1)), paths=400).flows["suppliers_future"]
    half = simulated(books, np.tile(15_000_000 * daily, (400, 1)), paths=400).flows["suppliers_future"]
    assert np.allclose(half, full / 2, rtol=1e-9, atol=1)
    # Bills of the first five months are paid within the horizon.
    assert -full.sum(axis=1).mean() == pytest.approx(12_000_000 * 5, rel=0.1)


def test_what_bills_explain_is_not_counted_from_the_bank_again():
    bills, payments = bought([0])
    lines = [line(one["paid_on"], -one["amount"], "supplier", "S") for one in payments]
    with_bank = simulated(books_of(AS_OF, bills=bills, bill_payments=payments, bank_lines=lines))
    without = simulated(books_of(AS_OF, bills=bills, bill_payments=payments))
    assert set(with_bank.flows) == set(without.flows)
    for kind, flow in without.flows.items():
        assert np.array_equal(flow, with_bank.flows[kind]), kind


def test_supplier_lines_that_no_bill_explains_go_on():
    bills, payments = bought([0])
    extra = [line(day, -250_000, "supplier", "Cash and carry") for day in monthly(FIRST, 13, 16)]
    lines = [line(one["paid_on"], -one["amount"], "supplier", "S") for one in payments] + extra
    told = simulated(books_of(AS_OF, bills=bills, bill_payments=payments, bank_lines=lines, balances=seen_until()))
    without = simulated(books_of(AS_OF, bills=bills, bill_payments=payments))
    more = AHEAD.by_month(mean(told, "suppliers_future") - mean(without, "suppliers_future"))
    assert np.allclose(more[:6], -250_000, rtol=0.05)


def test_suppliers_are_carried_on_from_the_bank_where_there_are_no_bills():
    fridays = [AS_OF - timedelta(days=4 + 7 * back) for back in range(50)][::-1]
    lines = [line(day, -400_000, "supplier", f"S{place % 9}") for place, day in enumerate(fridays)]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    assert "outflows.no_bills" in codes(told)
    assert AHEAD.by_month(mean(told, "suppliers_future"))[:6].mean() == pytest.approx(-400_000 * 52 / 12, rel=0.05)


def test_freight_follows_sales():
    swing = np.random.default_rng(4).uniform(0.5, 1.5, 27)
    items, lines = [], []
    for step, size in enumerate(swing):
        month = nth(2024, 1 + step, 1)
        items.append({"issued_on": month, "due_on": month + timedelta(days=30), "amount": int(20_000_000 * size)})
        for day in (6, 13, 20, 27):
            lines.append(line(month.replace(day=day), -int(150_000 * size), "freight", "Carrier"))
    books = books_of(AS_OF, open_items=items, bank_lines=lines, balances=seen_until())
    first = np.isin(AHEAD.starts, [day for day in AHEAD.starts if day.day == 1])
    steady = np.where(first, 20_000_000.0, 0.0)
    told = simulated(books, np.tile(steady, (300, 1)), paths=300)
    more = simulated(books, np.tile(2 * steady, (300, 1)), paths=300)
    assert set(told.found["way"]) == {"sales"}
    assert np.allclose(AHEAD.by_month(mean(told, "freight"))[:6], -600_000, rtol=0.05)
    assert np.allclose(more.flows["freight"], 2 * told.flows["freight"])


# Debt


def test_interest_and_the_end_of_a_loan_come_from_the_facilities():
    lines = [line(day, -30_000, "interest", "Bank A") for day in monthly(FIRST, 13, 21)]
    facility = {
        "facility_id": "L", "told_on": AS_OF, "lender": "Bank A", "kind": "term_loan", "amount": 10_000_000,
        "drawn": 10_000_000, "yearly_rate": 0.036, "ends_on": date(2026, 7, 15),
    }  # fmt: skip
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until(), facilities=[facility]))
    assert told.found["state"].to_list() == ["replaced"]
    assert {"outflows.debt_from_facilities", "outflows.debt_due"} <= codes(told)
    repaid = told.flows["loan_repaid"][0]
    assert repaid[AHEAD.bin_of(date(2026, 7, 15))] == repaid.sum() == -10_000_000
    # From 23 March, the last payment (the 21st was a Saturday), to 15 July: 114 days.
    assert told.flows["interest"][0].sum() == pytest.approx(-10_000_000 * 0.036 * 114 / 360)


def test_a_line_that_was_renewed_runs_on_and_repayments_stop_at_nothing():
    def facility(name, told_on, ends_on, kind, *, drawn, lender):
        return {"facility_id": name, "told_on": told_on, "lender": lender, "kind": kind, "amount": 5_000_000,
                "drawn": drawn, "yearly_rate": 0.04, "ends_on": ends_on}  # fmt: skip

    rows = [
        facility("W", date(2025, 3, 31), date(2025, 5, 31), "working_capital", drawn=1_000_000, lender="Bank A"),
        facility("W", AS_OF, date(2026, 5, 31), "working_capital", drawn=1_000_000, lender="Bank A"),
        facility("T", AS_OF, date(2027, 5, 31), "term_loan", drawn=250_000, lender="Bank B"),
    ]
    lines = [line(day, -100_000, "loan_repaid", "Bank B") for day in monthly(FIRST, 13, 8)]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until(), facilities=rows))
    assert "outflows.debt_runs_on" in codes(told)
    assert "outflows.debt_due" not in codes(told)
    months = AHEAD.by_month(mean(told, "loan_repaid"))
    assert np.allclose(months[3:], 0)
    assert months.sum() == pytest.approx(-250_000)


def test_without_rates_the_bank_tells_the_interest():
    lines = [line(day, -30_000, "interest", "Bank A") for day in monthly(FIRST, 13, 21)]
    facility = {"facility_id": "L", "told_on": AS_OF, "kind": "term_loan", "amount": 9_000_000, "drawn": 9_000_000}
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until(), facilities=[facility]))
    assert "outflows.debt_unpriced_bank" in codes(told)
    assert np.allclose(AHEAD.by_month(mean(told, "interest"))[:6], -30_000)


# Little data


def test_without_any_data_nothing_is_made_up():
    told = simulated(books_of(AS_OF))
    assert dict(told.flows) == {}
    assert told.found.is_empty()
    assert told.fixed_cost is None
    assert {"outflows.no_bank_lines", "outflows.no_bills"} <= codes(told)


def test_one_month_of_history_is_carried_on_and_said_to_be_thin():
    lines = [
        line(date(2026, 3, 10), -1_000_000, "payroll", "staff"),
        line(date(2026, 3, 5), -200_000, "rent", "Yard"),
        line(date(2026, 3, 17), -90_000, "tax", "Office"),
        line(date(2026, 3, 18), -5_000_000, "capex", "Maker"),
    ]
    told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()), paths=3000)
    assert {
        "outflows.assumed_monthly", "outflows.history_short", "outflows.not_carried", "outflows.season_unseen",
    } <= codes(told)  # fmt: skip
    payroll = AHEAD.by_month(told.flows["payroll"])[:, :6]
    assert np.allclose(payroll.mean(axis=0), -1_000_000, rtol=0.03)
    assert payroll.std(axis=0).min() > 0.1 * 1_000_000
    assert "capex" not in told.flows
    assert told.flows["tax"].std() > 0
    assert told.fixed_cost is None


def test_a_bank_file_that_ends_early_is_told_and_what_was_due_since_is_still_to_be_paid():
    paid = RENT[:-1]
    stale = simulated(books_of(AS_OF, bank_lines=paid, balances=seen_until(date(2026, 3, 3))))
    assert "outflows.bank_stale" in codes(stale)
    assert mean(stale, "rent")[0] == pytest.approx(-500_000)
    old = simulated(books_of(AS_OF, bank_lines=RENT[:-4], balances=seen_until(date(2025, 12, 3))))
    assert "outflows.bank_old" in codes(old)
    assert AHEAD.by_month(mean(old, "rent"))[:6] == pytest.approx(-500_000)


def test_foreign_lines_are_converted_or_told():
    usd = [line(day, -100_000, "rent", "Yard", currency="USD") for day in monthly(FIRST, 13, 5)]
    gone = [line(day, -100_000, "rent", "Lot", currency="EUR") for day in monthly(FIRST, 13, 5)]
    rates = [{"currency": "USD", "quote": "CNY", "day_on": AS_OF, "rate": 7.0}]
    told = simulated(books_of(AS_OF, bank_lines=usd + gone, balances=seen_until(), fx_rates=rates))
    assert "outflows.no_rate" in codes(told)
    assert np.allclose(AHEAD.by_month(mean(told, "rent"))[:6], -700_000)


def test_fixed_cost_is_the_mean_of_three_months():
    lines = [line(day, -amount, "payroll", "staff") for day, amount in zip(monthly(FIRST, 13, 10), range(1, 14))]
    told = simulated(books_of(AS_OF, bank_lines=lines + RENT, balances=seen_until()))
    assert told.fixed_cost == 500_000 + 12


# Draws


def rich():
    bills, payments = bought([3, 9], first=date(2025, 3, 6))
    draw = np.random.default_rng(9)
    lines = [line(day, -int(draw.integers(900_000, 1_100_000)), "payroll", "x") for day in monthly(FIRST, 13, 10)]
    lines += [line(FIRST + timedelta(days=int(day)), -int(10_000 + 70 * day), "other_operating", f"N{day}")
              for day in draw.choice(390, 60, replace=False)]  # fmt: skip
    return books_of(AS_OF, bank_lines=lines, bills=bills, bill_payments=payments, balances=seen_until())


def test_a_path_is_the_same_among_many_and_again():
    books = rich()
    few, many, again = simulated(books, paths=100), simulated(books, paths=10_000), simulated(books, paths=100)
    assert set(few.flows) == set(many.flows) == {"payroll", "other_operating", "suppliers_open", "suppliers_future"}
    for kind, flow in few.flows.items():
        assert np.array_equal(flow, many.flows[kind][:100]), kind
        assert flow.tobytes() == again.flows[kind].tobytes(), kind
    other = simulated(books, paths=100, seed=6)
    assert not np.array_equal(other.flows["payroll"], few.flows["payroll"])


def test_what_is_added_changes_nothing_for_the_rest():
    """One more rent leaves the draws of payroll as they were."""
    lines = [line(day, -int(900_000 + 10_000 * (day.month % 5)), "payroll", "x") for day in monthly(FIRST, 13, 10)]
    alone = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()))
    beside = simulated(books_of(AS_OF, bank_lines=lines + RENT, balances=seen_until()))
    assert np.array_equal(alone.flows["payroll"], beside.flows["payroll"])


def test_bands_of_four_in_five_hold_about_four_in_five():
    """Companies whose monthly cost is noisy and wanders: what they then paid in three months lies in the band."""
    inside = []
    days = monthly(date(2024, 1, 1), 30, 10)
    for seed in range(0, 300, cases(3, 1)):
        draw = np.random.default_rng(seed)
        level = np.exp(np.cumsum(draw.normal(0, 0.01, len(days))) + draw.normal(0, 0.06, len(days)))
        paid = (1_000_000 * level).astype(int)
        lines = [line(day, -int(one), "utilities", "Grid") for day, one in zip(days, paid) if day <= AS_OF]
        told = simulated(books_of(AS_OF, bank_lines=lines, balances=seen_until()), paths=500, seed=seed)
        band = np.quantile(AHEAD.by_month(told.flows["utilities"])[:, :3].sum(axis=1), [0.1, 0.9])
        came = -sum(int(one) for day, one in zip(days, paid) if day > AS_OF)
        inside.append(band[0] <= came <= band[1])
    assert 0.72 < np.mean(inside) < 0.88, np.mean(inside)


# Whatever comes


def scattered(seed):
    """Books of odd rows in every table."""
    draw = np.random.default_rng(seed)
    span = int(draw.choice([3, 40, 200, 900]))

    def day(low=0, high=None):
        return AS_OF - timedelta(days=int(draw.integers(low, (span if high is None else high) + 1)))

    def some(*values):
        return values[int(draw.integers(len(values)))]

    kinds = ("payroll", "rent", "tax", "supplier", "loan_repaid", "interest", "capex", "freight", None, "tax_refund")
    lines = [
        line(day(), int(draw.integers(-10**6, 10**5)) or -1, some(*kinds), some("A", "B", None), some("x 1", "y", None),
             currency=some("CNY", "CNY", "USD", "XTS"))
        for _ in range(int(draw.integers(0, 60)))
    ]  # fmt: skip
    bills, payments = [], []
    for place in range(int(draw.integers(0, 30))):
        issued, amount = day(), int(draw.integers(1, 10**6))
        bills.append({"bill_id": f"B{place}", "issued_on": issued, "due_on": issued + timedelta(days=some(0, 30, 90)),
                      "amount": amount, "supplier_id": some("S", "T"),
                      "currency": some("CNY", "USD", "EUR")})  # fmt: skip
        if draw.random() < 0.6:
            paid = min(issued + timedelta(days=int(draw.integers(0, 120))), AS_OF)
            payments.append(
                {"bill_id": f"B{place}", "paid_on": paid, "amount": some(amount, amount // 2 + 1, 2 * amount)}
            )
    planned = ("rent", "tax", "supplier", "interest", "equity", "disposal")
    plans = [plan(day(-90, 60), some(-50_000, 70_000), some(*planned))
             for _ in range(int(draw.integers(0, 8)))]  # fmt: skip
    held = [{"facility_id": some("F", "G"), "told_on": AS_OF - timedelta(days=place),
             "kind": some("term_loan", "overdraft"),
             "amount": 500_000, "drawn": some(0, 300_000), "yearly_rate": some(0.04, None), "lender": some("A", None),
             "ends_on": some(None, AS_OF - timedelta(days=9), AS_OF + timedelta(days=50))}
            for place in range(int(draw.integers(0, 4)))]  # fmt: skip
    rates = [{"currency": "USD", "quote": "CNY", "day_on": AS_OF - timedelta(days=900), "rate": 7.0}]
    return books_of(AS_OF, bank_lines=lines, bills=bills, bill_payments=payments, planned_flows=plans,
                    facilities=held, fx_rates=rates)  # fmt: skip


@pytest.mark.parametrize("seeds", [range(15), pytest.param(range(15, 600), marks=pytest.mark.long)])
def test_odd_books_give_an_answer_and_every_kind_keeps_its_sign(seeds):
    for seed in seeds:
        books = scattered(seed)
        sold = np.tile(100_000.0 * AHEAD.lengths, (40, 1)) if seed % 2 else None
        told = simulated(books, sold, paths=40)
        for kind, flow in told.flows.items():
            assert flow.shape == (40, len(AHEAD)), (seed, kind)
            assert np.isfinite(flow).all(), (seed, kind)
            inward = kind in IN
            assert (flow >= -1e-6 if inward else flow <= 1e-6).all(), (seed, kind)
        assert set(told.flows) <= {*IN, *OUT}, seed
