"""The five signs at their lines, and causes in money that add up to operating cash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from solvent.base.calendar import month_ends
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.decisions.liquidity.floor import Lines
from solvent.decisions.liquidity.watch.causes import CAUSES, SAYS, Caused, Window, causes
from solvent.decisions.liquidity.watch.indicators import default_rates, indicators, late_shares
from solvent.decisions.liquidity.watch.signs import Sign, signs, slope_of
from solvent.measures.dso_detail import history
from solvent.measures.measures import Measures, measure
from solvent.measures.sums import Figure

DAY = date(2026, 10, 31)
ENDS = month_ends(DAY, 13)
ONE = "item_id customer_id issued_on due_on amount\nI1 C1 2026-10-01 2026-10-31 1.00"


def no_cause(main: str | None = None, everybody: bool = False) -> Caused:
    nothing = Window(DAY, DAY, None, None, None, None, None, None)
    return Caused(pl.DataFrame(), main, None, everybody, nothing, None)


def bare_lines(reserve: float | None = None) -> Lines:
    def figure(value: float | None) -> Figure:
        return Figure(value, "told", {})

    return Lines(figure(None), figure(None), figure(None), figure(reserve), 0, pl.DataFrame())


def sign_of(found: Sequence[Sign], name: str) -> Sign:
    return next(sign for sign in found if sign.code == f"liquidity.sign.{name}")


def ask(
    books: Books, measures: Measures, *, late: pl.DataFrame | None = None, caused: Caused | None = None,
    reserve: float | None = None,
) -> Sequence[Sign]:  # fmt: skip
    shares = late_shares(books, 13) if late is None else late
    return signs(books, measures, bare_lines(reserve), caused or no_cause(), late=shares)


@pytest.fixture
def quiet(quiet_books: Books, quiet_measures: Measures) -> tuple[Books, Measures]:
    return quiet_books, quiet_measures


@pytest.fixture
def settled(books_of, quiet_measures: Measures) -> tuple[Books, Measures]:
    """A ledger that began long before the months that are looked at; its measures are put in place by the test."""
    return books_of("2026-10-31", open_items=ONE + "\nI0 C1 2025-01-01 2025-01-31 1.00"), quiet_measures


def with_dso(measures: Measures, values: Sequence[float | None]) -> Measures:
    history = pl.DataFrame(
        {"month_end": ENDS[-len(values) :], "countback_days": values},
        {"month_end": pl.Date, "countback_days": pl.Float64},
    )
    return replace(measures, dso_history=history)


@pytest.mark.parametrize(
    ("values", "present"),
    [
        ([50, 51, 52, 53, 54, 55], True),  # one day a month
        ([50, 50.99, 51.98, 52.97, 53.96, 54.95], False),
        ([50, 53, 54, 53, 55, 57], False),  # only two rises running
        ([50, 53, 52, 53, 55, 57], True),
        ([57, 55, 53, 52, 51, 50], False),
    ],
)
def test_dso_rises_steadily_from_a_day_a_month_and_three_rises(
    settled: tuple[Books, Measures], values: list[float], present: bool
) -> None:
    books, measures = settled
    sign = sign_of(ask(books, with_dso(measures, values)), "dso")
    assert sign.present is present
    assert sign.figure == pytest.approx(slope_of([float(value) for value in values]))
    assert sign.cause == ("late_customers" if present else None)


@pytest.mark.parametrize(("first", "told"), [("2026-03-02", True), ("2026-03-03", False)])
def test_a_ledger_that_begins_too_late_shows_no_slope(books_of, quiet_measures, first: str, told: bool) -> None:
    books = books_of("2026-10-31", open_items=ONE + f"\nI0 C1 {first} 2026-10-01 1.00")
    rising = with_dso(quiet_measures, [50.0, 52.0, 54.0, 56.0, 58.0, 60.0])
    assert (sign_of(ask(books, rising), "dso").present is not None) is told


def test_dso_without_six_months_is_not_told(settled: tuple[Books, Measures]) -> None:
    books, measures = settled
    for values in ([50.0, 52.0, 54.0], [50.0, None, 52.0, 53.0, 54.0, 55.0]):
        sign = sign_of(ask(books, with_dso(measures, values)), "dso")
        assert sign.present is None
        assert sign.why is not None
        assert sign.why.code == "liquidity.sign.no_dso"


def test_where_everybody_is_late_and_sales_shrink_it_is_the_economy(settled: tuple[Books, Measures]) -> None:
    books, measures = settled
    rising = with_dso(measures, [50.0, 52.0, 54.0, 56.0, 58.0, 60.0])
    assert sign_of(ask(books, rising, caused=no_cause(everybody=True)), "dso").cause == "outside_economy"


@pytest.mark.parametrize(("late", "present"), [(14, False), (15, True), (16, True)])
def test_lateness_grows_from_five_points_on(quiet: tuple[Books, Measures], late: int, present: bool) -> None:
    books, measures = quiet
    due, unpaid = [100] * 6, [10, 10, 10, late, late, late]
    shares = pl.DataFrame({"month_end": ENDS[-6:], "due": due, "late": unpaid}).with_columns(
        (pl.col("late") / pl.col("due")).alias("late_share")
    )
    sign = sign_of(ask(books, measures, late=shares), "late_share")
    assert sign.present is present
    assert sign.figure == pytest.approx((late - 10) / 100)


def test_the_late_share_of_a_month_is_of_the_money_that_fell_due_in_it(books_of) -> None:
    items = """
item_id customer_id issued_on due_on amount
I1 C1 2026-08-01 2026-09-10 100.00
I2 C1 2026-08-01 2026-09-20 300.00
I3 C1 2026-08-01 2026-10-31 50.00
"""
    receipts = """
receipt_id customer_id received_on amount
R1 C1 2026-09-10 100.00
R2 C1 2026-09-20 200.00
R3 C1 2026-09-21 100.00
"""
    pays = """
allocation_id item_id source source_id allocated_on amount
A1 I1 receipt R1 2026-09-10 100.00
A2 I2 receipt R2 2026-09-20 200.00
A3 I2 receipt R3 2026-09-21 100.00
"""
    books = books_of("2026-10-31", open_items=items, receipts=receipts, allocations=pays)
    shares = late_shares(books, 3)
    assert shares["late_share"].to_list() == [None, 0.25, 1.0]
    assert shares["due"].to_list() == [None, 400_00, 50_00]


def test_the_default_rate_is_of_what_was_due_ninety_days_before(books_of) -> None:
    items = """
item_id customer_id issued_on due_on amount
I1 C1 2026-05-01 2026-08-01 100.00
I2 C1 2026-05-01 2026-08-02 300.00
I3 C1 2026-05-01 2026-08-03 999.00
"""
    books = books_of(
        "2026-10-31",
        open_items=items,
        receipts="receipt_id customer_id received_on amount\nR1 C1 2026-10-30 100.00\nR2 C1 2026-10-31 300.00",
        allocations="""
allocation_id item_id source source_id allocated_on amount
A1 I1 receipt R1 2026-10-30 100.00
A2 I2 receipt R2 2026-10-31 300.00
""",
    )
    # I1 was paid on its 90th day; I2 on its 90th day too; I3 reaches it tomorrow.
    assert default_rates(books)["default_rate"][-1] == 0.0
    early = books_of("2026-10-31", open_items=items)
    assert default_rates(early)["default_rate"][-1] == 1.0


@pytest.mark.parametrize(("drawn", "present"), [("89.99", False), ("90.00", True), ("100.00", True)])
def test_bank_lines_are_nearly_used_up_from_ninety_percent(books_of, quiet_measures, drawn: str, present: bool) -> None:
    rows = f"""
facility_id told_on kind amount drawn ends_on
F1 2026-08-31 overdraft 100.00 20.00 -
F1 2026-10-15 overdraft 100.00 {drawn} -
F2 2026-10-15 term_loan 900.00 0.00 -
F3 2026-01-15 revolving 900.00 0.00 2026-06-30
"""
    books = books_of("2026-10-31", open_items=ONE, facilities=rows)
    sign = sign_of(ask(books, quiet_measures, caused=no_cause("stock_build_up")), "line_use")
    assert sign.present is present
    assert sign.cause == ("stock_build_up" if present else None)
    assert dict(sign.evidence.iter_rows())[date(2026, 9, 30)] == pytest.approx(0.2)


@pytest.mark.parametrize(("count", "present"), [(1, False), (2, True)])
def test_emergency_money_is_used_often_from_two_draws_in_three_months(
    books_of, quiet_measures, count: int, present: bool
) -> None:
    draws = "\n".join(f"L{place} A 2026-10-{10 + place} 100.00 loan_drawn" for place in range(count))
    rows = f"line_id account_id booked_on amount category\nL8 A 2026-07-31 100.00 loan_drawn\n{draws}"
    books = books_of("2026-10-31", open_items=ONE, bank_lines=rows)
    sign = sign_of(ask(books, quiet_measures), "emergency")
    assert sign.present is present
    assert sign.figure == count


def test_a_draw_told_twice_counts_once_and_a_spell_under_the_reserve_counts_too(books_of, quiet_measures) -> None:
    books = books_of(
        "2026-10-31",
        open_items=ONE,
        facilities="""
facility_id told_on kind amount drawn
F1 2026-09-30 overdraft 100.00 0.00
F1 2026-10-15 overdraft 100.00 50.00
""",
        balances="account_id day_on amount\nA 2025-10-01 100.00",
        bank_lines="""
line_id account_id booked_on amount category
L1 A 2026-10-15 50.00 loan_drawn
L2 A 2026-10-20 -120.00 supplier
L3 A 2026-10-22 100.00 customer
""",
    )
    assert sign_of(ask(books, quiet_measures), "emergency").figure == 1
    assert sign_of(ask(books, quiet_measures, reserve=40_00), "emergency").figure == 2


@pytest.mark.parametrize(
    ("before", "now", "present"),
    [(9.0, 9.99, False), (9.0, 10.0, True), (2.0, 4.9, False), (2.0, 5.0, True), (-9.0, -2.0, False)],
)
def test_suppliers_are_paid_late_from_ten_days_or_three_more_than_before(
    quiet: tuple[Books, Measures], before: float, now: float, present: bool
) -> None:
    books, measures = quiet
    months = pl.DataFrame(
        {"month_end": ENDS[-12:], "paid": [100] * 12, "delay_days": [before] * 9 + [now] * 3, "late_share": [0.5] * 12}
    )
    sign = sign_of(ask(books, replace(measures, own_delay_by_month=months)), "own_late")
    assert sign.present is present


def test_with_nothing_but_one_invoice_every_sign_is_unknown_and_says_why(quiet: tuple[Books, Measures]) -> None:
    for sign in ask(*quiet):
        assert sign.present is None
        assert sign.why is not None


# --- causes


def year_of(sales: Sequence[int], stock: Sequence[int], paid_after: Sequence[int], day: date = DAY) -> dict[str, str]:
    """Tables of 25 months: sales of each month by one invoice, its pay delay in months, stock at each month end."""
    ends = month_ends(day, len(sales))
    items, receipts, pays, counts, lines = [], [], [], [], []
    for place, (end, sold, held, wait) in enumerate(zip(ends, sales, stock, paid_after)):
        first = end.replace(day=1)
        items.append(f"I{place} C1 {first} {end} {sold}.00")
        counts.append(f"S1 {end} 1 {held}.00")
        if place + wait < len(ends):
            on = ends[place + wait].replace(day=15)
            receipts.append(f"R{place} C1 {on} {sold}.00")
            pays.append(f"A{place} I{place} receipt R{place} {on} {sold}.00")
            lines.append(f"L{place} A {on} {sold}.00 customer")
        lines.append(f"P{place} A {first} -{sold // 2 + 1}.00 supplier")
    return {
        "open_items": "item_id customer_id issued_on due_on amount\n" + "\n".join(items),
        "receipts": "receipt_id customer_id received_on amount\n" + "\n".join(receipts),
        "allocations": "allocation_id item_id source source_id allocated_on amount\n" + "\n".join(pays),
        "stock": "sku counted_on quantity value\n" + "\n".join(counts),
        "bank_lines": "line_id account_id booked_on amount category\n" + "\n".join(lines),
    }


@pytest.fixture
def caused_by(books_of, quiet_measures: Measures) -> Callable[..., Caused]:
    def found(sales: Sequence[int], stock: Sequence[int], waits: Sequence[int]) -> Caused:
        books = books_of("2026-10-31", **year_of(sales, stock, waits))
        return causes(books, replace(quiet_measures, dso_history=history(books)))

    return found


MONTHS = 26


def test_each_cause_shows_where_it_is_the_only_one(caused_by) -> None:
    flat, still, prompt = [100] * MONTHS, [300] * MONTHS, [1] * MONTHS
    quiet = caused_by(flat, still, prompt)
    assert quiet.main is None
    piled = caused_by(flat, [*still[:-3], 400, 500, 600], prompt)
    assert piled.main == "stock_build_up"
    assert piled.rows.filter(pl.col("cause") == "stock_build_up")["change"].item() == -300_00
    late = caused_by(flat, still, [*prompt[:-4], 3, 3, 3, 3])
    assert late.main == "late_customers"
    assert late.rows.filter(pl.col("cause") == "late_customers")["change"].item() == -200_00
    grown = [*[100] * (MONTHS - 3), 200, 200, 200]
    wide = caused_by(grown, [*still[:-1], 600], prompt)
    assert wide.main == "over_expansion"
    assert wide.now.growth == pytest.approx(1.0)
    shrunk = caused_by([*[100] * (MONTHS - 6), 50, 50, 50, 50, 50, 50], [*still[:-1], 150], prompt)
    assert shrunk.main == "outside_economy"


@pytest.mark.parametrize("seed", range(4))
def test_causes_add_up_to_the_change_of_operating_cash(caused_by, seed: int) -> None:
    noise = np.random.default_rng(seed)
    sales, stock, waits = (noise.integers(low, high, MONTHS).tolist() for low, high in ((10, 500), (10, 900), (0, 5)))
    found = caused_by(sales, stock, waits)
    assert found.before is not None
    total = found.rows.filter(pl.col("cause") == "total").row(0, named=True)
    parts = found.rows.filter(pl.col("cause") != "total")
    assert parts["change"].sum() == total["change"]
    assert parts["now"].sum() == total["now"] == found.now.operating
    assert total["before"] == found.before.operating
    assert set(parts["cause"]) | set(CAUSES) <= set(SAYS)
    # Receivables alone: growth of what was owed, and the rest, are its whole change.
    assert found.now.receivables is not None
    assert found.now.growth is not None
    begin, end = found.now.receivables
    slower = parts.filter(pl.col("cause") == "late_customers")["now"].item()
    assert slower == pytest.approx(-(end - begin * (1 + found.now.growth)), abs=1)


def test_with_less_than_a_year_before_the_window_alone_is_told(caused_by) -> None:
    found = caused_by([100] * 12, [300] * 11 + [500], [1] * 12)
    assert found.before is None
    assert found.rows.filter(pl.col("cause") == "total")["now"].item() == found.now.operating
    assert found.main == "stock_build_up"
    short = caused_by([100] * 3, [300] * 3, [1] * 3)
    assert short.main is None
    assert short.why is not None
    assert short.why.code == "liquidity.causes.not_known"


# --- the page of indicators


def test_the_indicators_of_a_month_are_the_measures_of_its_last_day(books_of) -> None:
    tables = year_of([100] * MONTHS, [300] * MONTHS, [1] * MONTHS)
    rows = [f"own {end} 1 cogs 60.00" for end in month_ends(DAY, 25)]
    tables["statements"] = "entity_id period_end months line amount\n" + "\n".join(rows)
    bills = [f"B{place} S1 {end.replace(day=1)} {end} 50.00" for place, end in enumerate(month_ends(DAY, 25))]
    tables["bills"] = "bill_id supplier_id issued_on due_on amount\n" + "\n".join(bills)
    books = books_of("2026-10-31", **tables)
    measures, policy = measure(books, Policy(DAY)), Policy(DAY)
    page = indicators(books, measures, policy, late_shares(books, 13))
    assert page.height == 13
    last = page.row(-1, named=True)
    assert last["dio_days"] == pytest.approx(measures.stock["dio"].value)
    assert last["dpo_days"] == pytest.approx(measures.payables["dpo"].value)
    assert last["ccc_days"] == pytest.approx(measures.payables["ccc"].value)
    then = books_of("2026-06-30", **tables)
    earlier = page.filter(pl.col("month_end") == date(2026, 6, 30)).row(0, named=True)
    at_june = measure(then, Policy(date(2026, 6, 30)))
    assert earlier["dio_days"] == pytest.approx(at_june.stock["dio"].value)
    assert earlier["dpo_days"] == pytest.approx(at_june.payables["dpo"].value)
    assert earlier["dso_days"] == pytest.approx(at_june.dso["simple"].value)


def test_indicators_without_stock_or_bills_are_empty_and_not_wrong(quiet: tuple[Books, Measures]) -> None:
    books, measures = quiet
    page = indicators(books, measures, Policy(DAY), late_shares(books, 13))
    assert page["dio_days"].null_count() == page["dpo_days"].null_count() == page["ccc_days"].null_count() == 13
    assert page["month_end"][-1] == DAY
