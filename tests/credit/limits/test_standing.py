"""Standing limits in two times, their history, and decisions that a second person has to approve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from solvent.books.books import Books
from solvent.credit.limits.standing import Authority, history, lacking_approval, limits_on, standing

BooksOf = Callable[..., Books]
LIMITS = """
limit_id customer_id group_id kind  amount terms_days valid_from valid_until recorded_on decided_by approved_by
L1       lantern     -        total 100    30         2026-01-01 -           2026-01-01  ann        -
L2       lantern     -        total 300    45         2026-03-01 2026-06-30  2026-02-20  ann        bob
L3       lantern     -        total 200    30         2026-05-01 -           2026-07-15  ann        -
L4       lantern     -        orders 50    -          2026-01-01 -           2026-01-01  ann        -
L5       harbour     -        total 0      0          2026-01-01 2026-04-30  2026-01-01  ann        -
L6       -           quay     total 999    -          2026-01-01 -           2026-01-01  ann        -
"""
CUSTOMERS = """
customer_id group_id
lantern     -
harbour     quay
orchard     quay
"""


def of(books: Books) -> dict[str, dict[str, object]]:
    return standing(books).rows_by_key("customer_id", named=True, unique=True)


@pytest.mark.parametrize(
    ("day", "limit"),
    [("2025-12-31", None), ("2026-01-01", "L1"), ("2026-02-28", "L1"), ("2026-03-01", "L2"), ("2026-04-30", "L2"),
     ("2026-05-01", "L3"), ("2026-12-31", "L3")],
)  # fmt: skip
def test_the_newest_in_force_counts(books_of: BooksOf, day: str, limit: str | None) -> None:
    told = of(books_of(day, limits=LIMITS, customers=CUSTOMERS))
    assert told.get("lantern", {"standing_id": None})["standing_id"] == limit


@pytest.mark.parametrize(
    ("day", "known", "limit"),
    [("2026-06-30", "2026-06-30", "L2"), ("2026-07-01", "2026-07-14", "L1"), ("2026-07-01", "2026-07-15", "L3"),
     ("2026-06-30", "2026-07-15", "L3")],
)  # fmt: skip
def test_what_was_not_known_yet_did_not_count(books_of: BooksOf, day: str, known: str, limit: str) -> None:
    assert of(books_of(day, known_on=known, limits=LIMITS))["lantern"]["standing_id"] == limit
    whole = books_of("2026-12-31", limits=LIMITS).table("limits")
    asked = limits_on(whole, date.fromisoformat(day), date.fromisoformat(known)).collect()
    row = asked.row(by_predicate=(pl.col("customer_id") == "lantern") & (pl.col("kind") == "total"), named=True)
    assert row["limit_id"] == limit


def test_nothing_is_prepayment_and_expired_is_none(books_of: BooksOf) -> None:
    april, may = (of(books_of(day, limits=LIMITS, customers=CUSTOMERS)) for day in ("2026-04-30", "2026-05-01"))
    assert april["harbour"]["standing_amount"] == 0
    assert april["harbour"]["expired_on"] is None
    assert may["harbour"]["standing_amount"] is None
    assert may["harbour"]["expired_on"] == date(2026, 4, 30)


def test_a_group_limit_is_told_to_its_members(books_of: BooksOf) -> None:
    told = of(books_of("2026-06-01", limits=LIMITS, customers=CUSTOMERS))
    assert [told[name]["group_amount"] for name in ("lantern", "harbour", "orchard")] == [None, 99900, 99900]


def test_a_limit_in_a_currency_without_rate_is_not_told_in_another(books_of: BooksOf) -> None:
    limits = "limit_id customer_id kind currency amount valid_from\nL1 lantern total USD 5 2026-01-01\n"
    limits += "L2 harbour total USD 0 2026-01-01\n"
    items = "item_id customer_id issued_on due_on currency amount\na lantern 2026-01-01 2026-02-01 CNY 1\n"
    told = of(books_of("2026-06-01", limits=limits, open_items=items))
    assert told["lantern"]["standing_amount"] is None
    assert told["harbour"]["standing_amount"] == 0
    rates = "currency quote day_on rate\nUSD CNY 2026-01-01 7.0\n"
    rated = of(books_of("2026-06-01", limits=limits, open_items=items, fx_rates=rates))
    assert rated["lantern"]["standing_amount"] == 3500


def test_history_says_when_each_counted(books_of: BooksOf) -> None:
    told = history(books_of("2026-12-31", limits=LIMITS), "lantern").filter(pl.col("kind") == "total")
    assert told.select("limit_id", "counts_from", "counts_until", "backdated").rows() == [
        ("L1", date(2026, 1, 1), date(2026, 2, 28), False),
        ("L2", date(2026, 3, 1), date(2026, 4, 30), False),
        ("L3", date(2026, 5, 1), None, True),
    ]
    assert told["change_share"].to_list() == [None, 2.0, pytest.approx(-1 / 3)]


@pytest.mark.parametrize(("line", "found"), [(99.99, ["L1", "L3"]), (100.0, ["L3"]), (199.99, ["L3"]), (200.0, [])])
def test_four_eyes_strictly_over_the_line(books_of: BooksOf, line: float, found: list[str]) -> None:
    books = books_of("2026-12-31", limits=LIMITS)
    frame, problems = lacking_approval(books, Authority(alone=line))
    mine = frame.filter((pl.col("customer_id") == "lantern") & (pl.col("kind") == "total"))
    assert sorted(mine["limit_id"]) == found
    assert len(problems) == frame.height
    assert "L6" in frame["limit_id"].to_list()
    assert "L2" not in frame["limit_id"].to_list()


def test_many_are_told_with_a_count(books_of: BooksOf) -> None:
    books = books_of("2026-12-31", limits=LIMITS)
    frame, problems = lacking_approval(books, Authority(alone=0.0, shown=2))
    assert [problem.code for problem in problems] == ["limits.approval_missing"] * 2 + ["limits.approval_more"]
    assert problems[-1].facts == {"count": frame.height - 2}
