"""Granting: how credit begins, each line of each move from both sides, and signals that a decision has answered."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books
from solvent.credit.limits.granting import WHY, Granting, proposed, signals

BooksOf = Callable[..., Books]
CELLS: dict[str, object] = {
    "target": 1000, "standing_amount": 1000, "payments": 50, "known_days": 900, "capped_by": None, "worst_event": None,
    "insurer_signal": False, "overdue_signal": False, "paid_items": 10, "on_time_items": 10,
}  # fmt: skip
SCHEMA = {
    "target": pl.Int64, "standing_amount": pl.Int64, "payments": pl.Int64, "known_days": pl.Int64,
    "capped_by": pl.String, "worst_event": pl.Int64, "insurer_signal": pl.Boolean, "overdue_signal": pl.Boolean,
    "paid_items": pl.Int64, "on_time_items": pl.Int64,
}  # fmt: skip
NEW = {"standing_amount": None, "payments": 0, "known_days": 10}


def move(terms: Granting | None = None, **cells: object) -> tuple[int | None, str, str]:
    row = proposed(pl.DataFrame([{**CELLS, **cells}], SCHEMA), terms or Granting()).row(0, named=True)
    return row["amount"], row["move"], row["why"]


def test_new_customers_by_preset() -> None:
    assert move(**NEW) == (500, "new", "first_step")
    assert move(Granting(newcomers="prepay"), **NEW) == (0, "new", "new_prepay")
    assert move(Granting(newcomers="deposit"), **NEW) == (500, "new", "new_deposit")
    assert move(Granting(newcomers="prepay"), **{**NEW, "target": None}) == (0, "new", "new_prepay")
    assert move(**{**NEW, "target": None}) == (None, "new", "nothing_known")


def test_known_customers_get_an_explicit_limit_in_every_set() -> None:
    for newcomers in ("soundness", "deposit", "prepay"):
        assert move(Granting(newcomers=newcomers), standing_amount=None) == (1000, "new", "known_first")


@pytest.mark.parametrize(("payments", "days", "new"), [(4, 179, True), (5, 179, False), (4, 180, False)])
def test_who_is_new(payments: int, days: int, new: bool) -> None:
    told = move(standing_amount=None, payments=payments, known_days=days)
    assert (told[2] == "first_step") is new


def test_open_gates_give_nothing_on_credit() -> None:
    assert move(**NEW, capped_by="screening") == (0, "new", "gates_open")
    assert move(capped_by="screening")[2] == "within_band"


def test_a_trial_order_is_a_third_of_a_first_limit() -> None:
    frame = proposed(pl.DataFrame([{**CELLS, **NEW, "target": 6000}], SCHEMA))
    assert frame.item(0, "trial_amount") == 1000
    assert proposed(pl.DataFrame([CELLS], SCHEMA)).item(0, "trial_amount") is None


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (1100, (1000, "keep", "within_band")),
        (1101, (1101, "raise", "step_up")),
        (1250, (1250, "raise", "step_up")),
        (9000, (1250, "raise", "step_up")),
        (750, (1000, "keep", "within_band")),
        (749, (749, "lower", "methods_lower")),
        (100, (500, "lower", "methods_lower")),
        (0, (0, "lower", "prepay_only")),
        (None, (1000, "keep", "nothing_known")),
    ],
)
def test_steps_up_and_down(target: int | None, told: tuple[int, str, str]) -> None:
    assert move(target=target) == told


@pytest.mark.parametrize(
    ("paid", "on_time", "up"), [(4, 4, False), (5, 5, True), (6, 5, True), (10, 8, True), (10, 7, False)]
)
def test_a_step_up_is_earned(paid: int, on_time: int, up: bool) -> None:
    told = move(target=2000, paid_items=paid, on_time_items=on_time)
    assert told == ((1250, "raise", "step_up") if up else (1000, "keep", "waits_for_payments"))


def test_from_a_limit_of_nothing_the_first_step_is_that_of_a_new_customer() -> None:
    assert move(target=2000, standing_amount=0) == (1000, "raise", "step_up")
    assert move(target=0, standing_amount=0) == (0, "keep", "within_band")


def test_signals_take_half_and_grave_ones_all() -> None:
    assert move(overdue_signal=True) == (500, "lower", "signal_overdue")
    assert move(insurer_signal=True, overdue_signal=True) == (500, "lower", "signal_insurer")
    assert move(worst_event=2, insurer_signal=True) == (500, "lower", "signal_event")
    assert move(worst_event=3) == (0, "lower", "signal_event")
    assert move(worst_event=2, target=300) == (300, "lower", "signal_event")
    assert move(worst_event=2, target=None) == (500, "lower", "signal_event")
    assert move(worst_event=2, target=9000)[0] == 500


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(st.none(), st.integers(0, 10**12)), st.one_of(st.none(), st.integers(0, 10**12)),
    st.booleans(), st.one_of(st.none(), st.sampled_from([2, 3])), st.integers(0, 12),
)  # fmt: skip
def test_a_move_is_what_it_says(
    target: int | None, stands: int | None, overdue: bool, event: int | None, paid: int
) -> None:
    cells = {"target": target, "standing_amount": stands, "overdue_signal": overdue, "worst_event": event}
    amount, told, why = move(**cells, paid_items=paid, on_time_items=paid)
    assert why in WHY
    if stands is None:
        assert told == "new"
        return
    assert amount is not None
    assert {"raise": amount > stands, "lower": amount < stands, "keep": amount == stands}[told]
    if overdue or event:
        assert amount <= stands


ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-01 2026-09-30 100
b       lantern     2026-01-01 2026-12-31 900
c       harbour     2026-01-01 2026-03-01 100
d       harbour     2026-01-01 2026-03-05 100
"""
RECEIPTS = """
receipt_id customer_id received_on amount
r          harbour     2026-03-04  100
s          harbour     2026-03-09  100
"""
PAID = """
allocation_id item_id source  source_id allocated_on amount
1             c       receipt r         2026-03-04   100
2             d       receipt s         2026-03-09   100
"""
EVENTS = """
event_id customer_id happened_on kind severity recorded_on
1 lantern 2026-09-15 address_changed - 2026-09-15
2 harbour 2026-09-15 lawsuit_as_defendant - 2026-09-15
3 harbour 2026-09-10 lawsuit_as_defendant 3 2026-09-20
"""


def asked(since: str | None, cover: str | None = None, cover_on: str = "2026-09-15") -> pl.DataFrame:
    day = pl.lit(since).str.to_date() if since else pl.lit(None, dtype=pl.Date)
    frame = pl.DataFrame({"customer_id": ["harbour", "lantern"]})
    return frame.with_columns(
        day.alias("standing_from"),
        pl.lit(cover, dtype=pl.String).alias("cover_decision"),
        pl.lit(cover_on).str.to_date().alias("cover_on"),
    )


def told(books: Books, rows: pl.DataFrame, terms: Granting | None = None) -> dict[str, dict[str, object]]:
    return signals(books, rows, terms or Granting()).rows_by_key("customer_id", named=True, unique=True)


@pytest.mark.parametrize(("day", "late"), [("2026-10-30", False), ("2026-10-31", True)])
def test_overdue_is_a_signal_from_the_day_after_the_line(books_of: BooksOf, day: str, late: bool) -> None:
    books = books_of(day, open_items=ITEMS)
    assert told(books, asked("2026-01-01"))["lantern"]["overdue_signal"] is late


def test_overdue_that_the_decision_knew_or_that_is_little_is_none(books_of: BooksOf) -> None:
    books = books_of("2026-11-15", open_items=ITEMS)
    assert told(books, asked("2026-10-31"))["lantern"]["overdue_signal"] is False
    assert told(books, asked("2026-10-30"))["lantern"]["overdue_signal"] is True
    assert told(books, asked("2026-01-01"), Granting(overdue_share=0.11))["lantern"]["overdue_signal"] is False


def test_events_count_from_their_severity_on_and_since_the_decision(books_of: BooksOf) -> None:
    books = books_of("2026-10-31", open_items=ITEMS, events=EVENTS)
    assert told(books, asked("2026-01-01"))["lantern"]["worst_event"] is None
    assert told(books, asked("2026-01-01"))["harbour"]["worst_event"] == 3
    assert told(books, asked("2026-09-19"))["harbour"]["worst_event"] == 3
    assert told(books, asked("2026-09-20"))["harbour"]["worst_event"] is None
    assert told(books, asked(None))["harbour"]["event_kind"] == "lawsuit_as_defendant"


@pytest.mark.parametrize(
    ("decision", "on", "fires"),
    [("withdrawn", "2026-09-15", True), ("reduced", "2026-09-15", True), ("granted", "2026-09-15", False),
     ("withdrawn", "2026-05-01", False), (None, "2026-09-15", False)],
)  # fmt: skip
def test_the_insurer_is_heard_once(books_of: BooksOf, decision: str | None, on: str, fires: bool) -> None:
    books = books_of("2026-10-31", open_items=ITEMS)
    assert told(books, asked("2026-05-01", decision, on))["lantern"]["insurer_signal"] is fires


def test_invoices_paid_since_the_decision_with_grace(books_of: BooksOf) -> None:
    books = books_of("2026-10-31", open_items=ITEMS, receipts=RECEIPTS, allocations=PAID)
    one = told(books, asked("2026-01-01"))["harbour"]
    assert (one["paid_items"], one["on_time_items"]) == (2, 1)
    assert told(books, asked("2026-03-04"))["harbour"]["paid_items"] == 1
    assert told(books, asked("2026-01-01"), Granting(grace_days=4))["harbour"]["on_time_items"] == 2
