"""Behaviour: delays by hand, every line from both sides, and what scale and order must not change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.measures.trade.behaviour import INDEX, Behaviour, behaviour, first_year_bad_debt, payment_index
from thorough import cases

BooksOf = Callable[..., Books]
DUE = date(2026, 3, 31)

ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-01 2026-01-31 300
b       lantern     2026-02-01 2026-03-03 100
c       lantern     2026-03-01 2026-03-31 100
d       harbour     2026-06-01 2026-06-30 100
"""
PAID = """
receipt_id customer_id received_on amount
r          lantern     2026-01-21  300
s          lantern     2026-04-02  100
"""
SETTLED = """
allocation_id item_id source  source_id allocated_on amount
1             a       receipt r         2026-01-21   300
2             b       receipt s         2026-04-02   100
"""


def row_of(frame: pl.DataFrame, customer: str = "lantern") -> dict[str, object]:
    return frame.row(by_predicate=pl.col("customer_id") == customer, named=True)


def paid_late(late: list[int], amounts: list[int] | None = None, pieces: list[int] | None = None) -> Books:
    """One customer, one item a day due from DUE on, each paid so many days late, at once or in so many pieces."""
    items, receipts, settled = [], [], []
    for at, days in enumerate(late):
        due, money = DUE + timedelta(days=at), 100 * (amounts[at] if amounts else 100)
        own = {"currency": "CNY", "amount": money, "recorded_on": DUE, "customer_id": "lantern"}
        paid = due + timedelta(days=days)
        items.append({**own, "item_id": f"i{at}", "invoice_id": f"i{at}", "issued_on": date(2025, 1, 1), "due_on": due})
        receipts.append({**own, "receipt_id": f"r{at}", "received_on": paid})
        cuts = pieces[at] if pieces else 1
        for piece in range(cuts):
            part = money // cuts + (money % cuts if piece == 0 else 0)
            settled.append(
                {**own, "allocation_id": f"{at}.{piece}", "item_id": f"i{at}", "source": "receipt"}
                | {"source_id": f"r{at}", "allocated_on": paid, "amount": part}
            )
    rows = {"open_items": items, "receipts": receipts, "allocations": settled}
    frames = {name: TABLES[name].conform(pl.DataFrame(told).lazy()) for name, told in rows.items()}
    return open_books(Ledger(frames, currency="CNY"), date(2027, 6, 1))


def test_delays_by_hand(books_of: BooksOf) -> None:
    """300 ten days early, 100 thirty days late, 100 open and 91 days over: -3000, 3000 and 9100 amount days."""
    told = row_of(behaviour(books_of("2026-06-30", open_items=ITEMS, receipts=PAID, allocations=SETTLED)))
    assert told["payments"] == 2
    assert told["paid_delay_days"] == 0.0
    assert told["delay_days"] == pytest.approx(9100 / 500)
    assert told["delay_spread_days"] == pytest.approx(((300 * 100 + 100 * 900) / 400) ** 0.5)
    assert told["worst_delay_days"] == 30
    assert told["late_share"] == 0.25
    assert told["trend_days_per_year"] is None
    assert told["recent_delay_days"] == 30.0
    assert told["earlier_delay_days"] == -10.0
    assert told["oldest_overdue_days"] == 91
    assert told["first_on"] == date(2026, 1, 1)
    points = 300 * payment_index(-10) + 100 * payment_index(30) + 100 * payment_index(91)
    assert told["payment_index"] == pytest.approx(points / 500)


def test_what_is_due_today_is_not_overdue(books_of: BooksOf) -> None:
    told = {day: row_of(behaviour(books_of(day, open_items=ITEMS)), "harbour") for day in ("2026-06-30", "2026-07-01")}
    assert [told[day]["oldest_overdue_days"] for day in told] == [0, 1]
    assert [told[day]["delay_days"] for day in told] == [None, 1.0]


@pytest.mark.parametrize(("late", "slow"), [([15, 15, 15], False), ([15, 15, 14], False), ([15, 15, 16], True)])
def test_the_line_of_fifteen_days(late: list[int], slow: bool) -> None:
    assert row_of(behaviour(paid_late(late, [7, 11, 13])))["slow"] is slow


@pytest.mark.parametrize(("count", "known"), [(4, False), (5, True), (6, True)])
def test_a_trend_needs_five_payments(count: int, known: bool) -> None:
    """Each item due a day after the one before it and paid a day later: a day a day, 365 a year."""
    trend = row_of(behaviour(paid_late(list(range(count)))))["trend_days_per_year"]
    assert trend == (pytest.approx(365) if known else None)


def test_payments_due_on_one_day_have_no_trend(books_of: BooksOf) -> None:
    """A line through one day has no slope, however many payments lie on it."""
    texts = {
        "open_items": "item_id customer_id issued_on due_on amount",
        "receipts": "receipt_id customer_id received_on amount",
        "allocations": "allocation_id item_id source source_id allocated_on amount",
    }
    for at in range(1, 7):
        texts["open_items"] += f"\ni{at} lantern 2026-01-01 2026-01-31 10"
        texts["receipts"] += f"\nr{at} lantern 2026-02-0{at} 10"
        texts["allocations"] += f"\n{at} i{at} receipt r{at} 2026-02-0{at} 10"
    assert row_of(behaviour(books_of("2026-06-30", **texts)))["trend_days_per_year"] is None


def test_a_payer_who_does_not_change_has_next_to_no_trend() -> None:
    """0, 30, 30, 0 days late in turn. Over pay days the line would rise by about 300 days a year."""
    assert abs(float(str(row_of(behaviour(paid_late([0, 30, 30, 0] * 6)))["trend_days_per_year"]))) < 1e-6


def test_points_are_told_of_each_payment_not_of_the_mean() -> None:
    """Half 30 days early (100), half 30 days late (50): 75, though the mean delay is none (80)."""
    told = row_of(behaviour(paid_late([-30, 30])))
    assert (told["paid_delay_days"], told["payment_index"]) == (0, pytest.approx(75))


def test_what_an_exchange_rate_leaves_is_nobody_s_delay(books_of: BooksOf) -> None:
    """USD 10 booked at 70 and paid on the due day at 65: nothing of it is overdue."""
    books = books_of(
        "2026-03-01",
        open_items="""item_id customer_id issued_on due_on currency amount booked_amount
            a lantern 2026-01-01 2026-01-31 USD 10 70
            b lantern 2026-01-01 2026-01-31 CNY 65 65""",
        receipts="""receipt_id customer_id received_on currency amount booked_amount
            r lantern 2026-01-31 USD 10 65""",
        allocations="""allocation_id item_id source source_id allocated_on amount booked_amount
            x a receipt r 2026-01-31 10 65""",
    )
    told = row_of(behaviour(books))
    assert told["delay_days"] == pytest.approx(65 * 29 / 130)


def test_a_rate_makes_no_payment_of_one_that_bounced(books_of: BooksOf) -> None:
    """USD 10 in at 70, back at 66: in booked money 4 would stay, but nothing was paid."""
    books = books_of(
        "2026-03-01",
        open_items="""item_id customer_id issued_on due_on currency amount booked_amount
            a lantern 2026-01-01 2026-01-31 USD 10 70
            b harbour 2026-01-01 2026-01-31 USD 10 70""",
        receipts="""receipt_id customer_id received_on currency amount booked_amount
            r lantern 2026-01-31 USD 10 70
            s lantern 2026-02-03 USD -10 -66
            t harbour 2026-02-02 USD 10 70
            u harbour 2026-02-03 USD -4 -26""",
        allocations="""allocation_id item_id source source_id allocated_on amount booked_amount
            x a receipt r 2026-01-31 10 70
            y a receipt s 2026-02-03 -10 -66
            z b receipt t 2026-02-02 10 70
            w b receipt u 2026-02-03 -4 -26""",
    )
    frame = behaviour(books)
    assert row_of(frame)["payments"] == 0
    assert row_of(frame)["paid_delay_days"] is None
    kept = row_of(frame, "harbour")
    assert (kept["payments"], kept["paid_delay_days"]) == (1, 2)
    # USD 6 stay of the payment, booked at 42, and USD 4 are owed, booked at 26, for 29 days.
    assert kept["delay_days"] == pytest.approx((42 * 2 + 26 * 29) / 68)


def test_a_rest_that_is_owed_and_not_booked_weighs_nothing_and_is_overdue(books_of: BooksOf) -> None:
    """USD 10 booked at 70; USD 9 paid and booked at 72: USD 1 is owed, and less than nothing is booked of it."""
    books = books_of(
        "2026-03-01",
        open_items="""item_id customer_id issued_on due_on currency amount booked_amount
            a lantern 2026-01-01 2026-01-31 USD 10 70""",
        receipts="""receipt_id customer_id received_on currency amount booked_amount
            r lantern 2026-02-02 USD 9 72""",
        allocations="""allocation_id item_id source source_id allocated_on amount booked_amount
            x a receipt r 2026-02-02 9 72""",
    )
    told = row_of(behaviour(books))
    assert (told["delay_days"], told["oldest_overdue_days"]) == (2, 29)


@pytest.mark.parametrize(("days_back", "recent"), [(89, True), (90, False), (91, False)])
def test_the_edge_of_recent(books_of: BooksOf, days_back: int, recent: bool) -> None:
    paid_on = date(2026, 6, 30) - timedelta(days=days_back)
    told = row_of(
        behaviour(
            books_of(
                "2026-06-30",
                open_items="item_id customer_id issued_on due_on amount\na lantern 2026-01-01 2026-03-31 10",
                receipts=f"receipt_id customer_id received_on amount\nr lantern {paid_on} 10",
                allocations=f"allocation_id item_id source source_id allocated_on amount\n1 a receipt r {paid_on} 10",
            )
        )
    )
    days = (paid_on - DUE).days
    assert (told["recent_delay_days"], told["earlier_delay_days"]) == ((days, None) if recent else (None, days))


@pytest.mark.parametrize(
    ("days", "points"),
    [(-45, 100), (-30, 100), (0, 80), (15, 70), (22, 60), (30, 50), (60, 40), (90, 30), (120, 20), (121, 20), (45, 45)],
)
def test_the_published_points_of_the_index(days: float, points: float) -> None:
    assert payment_index(days) == pytest.approx(points)


@given(st.floats(-200, 400), st.floats(0, 50))
@settings(max_examples=cases(15, 150), deadline=None, derandomize=True)
def test_later_is_never_better(days: float, more: float) -> None:
    low, high = INDEX[-1][1], INDEX[0][1]
    assert low - 1e-9 <= payment_index(days + more) <= payment_index(days) + 1e-9 <= high + 2e-9


@given(st.lists(st.tuples(st.integers(-40, 200), st.integers(1, 10_000)), min_size=1, max_size=8), st.integers(2, 9))
@settings(max_examples=cases(8, 60), deadline=None, derandomize=True)
def test_delay_is_the_weighted_mean_and_does_not_change_with_scale(paid: list[tuple[int, int]], times: int) -> None:
    late, amounts = [days for days, _ in paid], [amount for _, amount in paid]
    one = row_of(behaviour(paid_late(late, amounts)))
    more = row_of(behaviour(paid_late(late, [times * amount for amount in amounts])))
    assert one["delay_days"] == pytest.approx(sum(d * a for d, a in paid) / sum(amounts), abs=1e-6)
    for name in ("delay_days", "paid_delay_days", "late_share", "delay_spread_days", "payment_index"):
        assert one[name] == pytest.approx(more[name], abs=1e-6)


@given(st.lists(st.tuples(st.integers(-40, 200), st.integers(1, 9_999), st.integers(1, 3)), min_size=1, max_size=8))
@example([(0, 1, 1), (9, 1, 2), (3, 1, 1), (20, 1, 1)])
@settings(max_examples=cases(10, 90), deadline=None, derandomize=True)
def test_a_payment_cut_up_on_its_day_is_the_same_payment(paid: list[tuple[int, int, int]]) -> None:
    """Only the pieces are more: neither the trend nor its number of payments hangs on how money was allocated."""
    late, amounts, pieces = ([row[at] for row in paid] for at in range(3))
    whole, cut = row_of(behaviour(paid_late(late, amounts))), row_of(behaviour(paid_late(late, amounts, pieces)))
    assert (whole.pop("payments"), cut.pop("payments")) == (len(paid), sum(pieces))
    assert whole["trend_days_per_year"] is None or len(paid) >= 5
    for name, told in whole.items():
        assert cut[name] == (pytest.approx(told, abs=1e-6) if isinstance(told, float) else told), name


def bought(books_of: BooksOf, amounts: list[str], **more: str) -> dict[str, object]:
    """One customer that bought so much in each month up to June 2026, ``-`` for nothing."""
    lines = ["item_id customer_id issued_on due_on amount"]
    for back, amount in enumerate(reversed(amounts)):
        index = 2026 * 12 + 5 - back
        day = date(index // 12, index % 12 + 1, 15)
        if amount != "-":
            lines.append(f"i{back} lantern {day} {day} {amount}")
    return row_of(behaviour(books_of("2026-07-10", open_items="\n".join(lines), **more)))


@pytest.mark.parametrize(("last", "jumped"), [("129.99", False), ("130", False), ("130.01", True)])
def test_the_line_of_thirty_percent(books_of: BooksOf, last: str, jumped: bool) -> None:
    told = bought(books_of, ["100"] * 6 + [last])
    assert told["usual_purchases"] == 10_000
    assert told["jump_share"] == pytest.approx(float(last) / 100 - 1)
    assert told["jumped"] is jumped


def test_a_small_jump_may_be_left_alone(books_of: BooksOf) -> None:
    lines = "item_id customer_id issued_on due_on amount\n" + "\n".join(
        f"i{month} lantern 2026-0{month}-10 2026-0{month}-10 {200 if month == 7 else 100}" for month in range(1, 8)
    )
    books = books_of("2026-07-31", open_items=lines)
    told = {least: row_of(behaviour(books, Behaviour(jump_least=least)))["jumped"] for least in (199.99, 200.0, 200.01)}
    assert told == {199.99: True, 200.0: True, 200.01: False}


def test_the_running_month_does_not_count_and_an_empty_one_does(books_of: BooksOf) -> None:
    told = bought(books_of, ["120", "-", "120", "120", "120", "120", "60"])
    assert (told["last_month_purchases"], told["usual_purchases"], told["jumped"]) == (6_000, 10_000, False)
    july = "order_id customer_id ordered_on amount\no lantern 2026-07-02 999\np lantern 2026-06-02 5"
    assert bought(books_of, ["100"] * 7, orders=july)["last_month_purchases"] == 500


def test_volatility_by_hand(books_of: BooksOf) -> None:
    """Six months of 50 and six of 150: mean 100, standard deviation 50."""
    assert bought(books_of, ["50", "150"] * 6)["volatility"] == pytest.approx(0.5)
    assert bought(books_of, ["80"] * 12)["volatility"] == 0.0


def test_first_year_bad_debt_by_hand(books_of: BooksOf) -> None:
    """1000 and 500 within the first year, 800 on its anniversary; 12 written off of the first, 700 of the last."""
    figure = first_year_bad_debt(
        books_of(
            "2026-12-31",
            open_items="""
            item_id customer_id issued_on  due_on     amount
            a       lantern     2025-02-01 2025-03-01 1000
            b       lantern     2026-01-31 2026-03-01 500
            c       lantern     2026-02-01 2026-03-01 800
            """,
            allocations="""
            allocation_id item_id source    source_id allocated_on amount
            1             a       write_off -         2026-11-01   12
            2             c       write_off -         2026-11-01   700
            """,
        )
    )
    assert figure.value == pytest.approx(0.008)
    assert dict(figure.inputs) == {"sales": 150_000, "written_off": 1_200}


@pytest.mark.parametrize(
    ("since", "sales", "lost"), [("-", 1000, 10), ("2025-02-02", 1000, 10), ("2024-12-31", 700, 0)]
)
def test_the_first_year_begins_when_the_relation_did(books_of: BooksOf, since: str, sales: int, lost: int) -> None:
    """Of an old customer whose early invoices the books do not have, the first in the books is not the first."""
    figure = first_year_bad_debt(
        books_of(
            "2026-12-31",
            customers=f"customer_id since_on\nlantern {since}",
            open_items="""
            item_id customer_id issued_on  due_on     amount
            a       lantern     2025-02-01 2025-03-01 700
            b       lantern     2025-12-31 2026-03-01 300
            """,
            allocations="allocation_id item_id source source_id allocated_on amount\n1 b write_off - 2026-11-01 10",
        )
    )
    assert dict(figure.inputs) == {"sales": 100 * sales, "written_off": 100 * lost}


def test_credit_notes_lower_the_sales_of_the_first_year(books_of: BooksOf) -> None:
    """200 off a, 50 of the second note off b and its rest of 30 off nothing yet; the third is of the second year."""
    figure = first_year_bad_debt(
        books_of(
            "2026-12-31",
            open_items="""
            item_id customer_id issued_on  due_on     amount
            a       lantern     2025-02-01 2025-03-01 1000
            b       lantern     2026-01-31 2026-03-01 500
            c       lantern     2026-02-01 2026-03-01 800
            """,
            credit_notes="""
            credit_note_id customer_id issued_on  amount
            n              lantern     2026-03-05 200
            o              lantern     2026-01-31 80
            p              lantern     2026-02-01 70
            q              lantern     2025-06-01 60
            """,
            allocations="""
            allocation_id item_id source      source_id allocated_on amount
            1             a       credit_note n         2026-03-05   200
            2             b       credit_note o         2026-06-01   50
            3             c       credit_note q         2026-06-01   60
            4             a       write_off   -         2026-11-01   61
            """,
        )
    )
    assert dict(figure.inputs) == {"sales": 100 * (1500 - 200 - 50 - 30), "written_off": 6_100}
    assert figure.value == pytest.approx(0.05)


def test_no_invoices_no_bad_debt(books_of: BooksOf) -> None:
    figure = first_year_bad_debt(books_of("2026-01-31", receipts=PAID.replace("2026-0", "2025-0")))
    assert figure.value is None
    assert figure.why is not None
    assert figure.why.code == "measures.behaviour.no_invoices"


def test_what_bounced_was_never_paid(books_of: BooksOf) -> None:
    """100 in on the due day and back five days later: nothing was paid, and all of it is 28 days over."""
    told = row_of(
        behaviour(
            books_of(
                "2026-02-28",
                open_items="item_id customer_id issued_on due_on amount\na lantern 2026-01-01 2026-01-31 100",
                receipts="receipt_id customer_id received_on amount\n"
                "r lantern 2026-01-31 100\ns lantern 2026-02-05 -100",
                allocations="allocation_id item_id source source_id allocated_on amount\n"
                "1 a receipt r 2026-01-31 100\n2 a receipt s 2026-02-05 -100",
            )
        )
    )
    assert (told["payments"], told["paid_delay_days"], told["delay_days"]) == (0, None, 28.0)


def test_a_reversal_takes_the_last_payment_back(books_of: BooksOf) -> None:
    """60 on the day, 40 ten days late, 30 of them back: 60 at 0 days and 10 at 10 days stay."""
    told = row_of(
        behaviour(
            books_of(
                "2026-02-28",
                open_items="item_id customer_id issued_on due_on amount\na lantern 2026-01-01 2026-01-31 100",
                receipts="receipt_id customer_id received_on amount\n"
                "r lantern 2026-01-31 60\ns lantern 2026-02-10 40\nt lantern 2026-02-20 -30",
                allocations="allocation_id item_id source source_id allocated_on amount\n"
                "1 a receipt r 2026-01-31 60\n2 a receipt s 2026-02-10 40\n3 a receipt t 2026-02-20 -30",
            )
        )
    )
    assert told["paid_delay_days"] == pytest.approx(100 / 70)
    assert told["delay_days"] == pytest.approx((10 * 10 + 30 * 28) / 100)


def test_money_without_a_rate_leaves_figures_empty_and_not_short(books_of: BooksOf) -> None:
    frame = behaviour(
        books_of(
            "2026-08-15",
            open_items="""
            item_id customer_id issued_on  due_on     currency amount
            a       lantern     2026-07-01 2026-07-01 CNY      100
            b       lantern     2026-07-01 2026-07-01 USD      900
            c       harbour     2026-07-01 2026-07-01 USD      900
            """,
            receipts="receipt_id customer_id received_on currency amount\nr lantern 2026-07-11 CNY 100\n"
            "s harbour 2026-07-11 USD 900",
            allocations="allocation_id item_id source source_id allocated_on currency amount\n"
            "1 a receipt r 2026-07-11 CNY 100\n2 c receipt s 2026-07-11 USD 900",
        )
    )
    for customer in ("lantern", "harbour"):
        told = row_of(frame, customer)
        assert (told["delay_days"], told["last_month_purchases"], told["jump_share"]) == (None, None, None)
    assert row_of(frame, "lantern")["paid_delay_days"] == 10.0
    assert row_of(frame, "harbour")["paid_delay_days"] is None


@pytest.mark.parametrize(("months", "jump", "volatile"), [(6, None, False), (7, 1.0, False), (12, 1.0, True)])
def test_a_new_customer_has_no_usual_month_yet(
    books_of: BooksOf, months: int, jump: float | None, volatile: bool
) -> None:
    told = bought(books_of, ["100"] * (months - 1) + ["200"])
    assert told["jump_share"] == jump
    assert told["jumped"] is (jump is not None)
    assert (told["volatility"] is not None) is volatile


def test_who_bought_nothing_lately_bought_nothing(books_of: BooksOf) -> None:
    told = row_of(
        behaviour(
            books_of(
                "2026-07-10",
                open_items="item_id customer_id issued_on due_on amount\na lantern 2020-01-01 2020-01-31 100",
            )
        )
    )
    assert (told["last_month_purchases"], told["usual_purchases"], told["jumped"]) == (0, 0, False)


def test_the_line_of_fifteen_days_holds_in_converted_money(books_of: BooksOf) -> None:
    """Everything fifteen days late is fifteen days late, whatever the rate does to the last digit."""
    items, receipts, settled = (
        "item_id customer_id issued_on due_on currency amount",
        "receipt_id customer_id received_on currency amount",
        "allocation_id item_id source source_id allocated_on currency amount",
    )
    for at in range(120):
        currency, customer, amount = ("EUR", "USD")[at % 2], at // 2, f"{1.01 + 0.07 * (at // 2) + 0.31 * (at % 2):.2f}"
        items += f"\ni{at} c{customer} 2026-01-01 2026-01-31 {currency} {amount}"
        receipts += f"\nr{at} c{customer} 2026-02-15 {currency} {amount}"
        settled += f"\n{at} i{at} receipt r{at} 2026-02-15 {currency} {amount}"
    rates = "currency quote day_on rate\nUSD CNY 2026-01-01 7.1\nEUR CNY 2026-01-01 7.83"
    frame = behaviour(books_of("2026-03-31", open_items=items, receipts=receipts, allocations=settled, fx_rates=rates))
    assert (frame.height, frame.get_column("slow").sum()) == (60, 0)
