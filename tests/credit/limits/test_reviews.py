"""Reviews: intervals by tier from both sides of each day, and what brings a limit up for review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades
from solvent.credit.reviews import reviews_due

BooksOf = Callable[..., Books]
ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-01 2026-12-31 100
"""


def due(
    books: Books, tier: str = "green", own: dict[str, object] | None = None
) -> dict[tuple[str | None, str], dict[str, object]]:
    policy = Policy(books.as_of, {"credit.reviews": ((date(2000, 1, 1), own),)} if own else {})
    table = pl.DataFrame({"customer_id": ["lantern"], "grade": ["B"], "tier": [tier]})
    found = reviews_due(books, Grades(table, pl.DataFrame(), ()), policy)
    return {(row["customer_id"], row["kind"]): row for row in found.iter_rows(named=True)}


def test_never_reviewed_is_due_today(books_of: BooksOf) -> None:
    told = due(books_of("2026-06-30", open_items=ITEMS))
    assert set(told) == {("lantern", "file"), ("lantern", "terms"), ("lantern", "payment_record"), (None, "risk")}
    assert {(row["why"], row["overdue_days"]) for row in told.values()} == {("never", 0)}


@pytest.mark.parametrize(
    ("tier", "kind", "days"),
    [("green", "file", 90), ("yellow", "file", 90), ("orange", "file", 45), ("red", "file", 30),
     ("green", "terms", 182), ("red", "terms", 60), ("green", "payment_record", 90)],
)  # fmt: skip
def test_each_interval_by_tier(books_of: BooksOf, tier: str, kind: str, days: int) -> None:
    reviews = f"review_id customer_id kind done_on\n1 lantern {kind} 2026-01-01\n2 lantern {kind} 2025-01-01\n"
    told = due(books_of("2026-06-30", open_items=ITEMS, reviews=reviews), tier)["lantern", kind]
    assert told["last_on"] == date(2026, 1, 1)
    assert (told["due_on"] - date(2026, 1, 1)).days == days  # type: ignore[operator]
    assert told["overdue_days"] == 180 - days
    assert told["why"] == "interval"


def test_risks_are_nobodys_and_need_somebody_to_sell_to(books_of: BooksOf) -> None:
    reviews = "review_id customer_id kind done_on\n1 - risk 2026-06-01\n"
    assert due(books_of("2026-06-30", open_items=ITEMS, reviews=reviews))[None, "risk"]["overdue_days"] == 29 - 91
    empty = "item_id customer_id issued_on due_on amount\n"
    assert (None, "risk") not in due(books_of("2026-06-30", open_items=empty, reviews=reviews))


LIMITS = "limit_id customer_id kind amount valid_from valid_until\nL lantern total 100 2026-01-01 {until}\n"


@pytest.mark.parametrize(("until", "why"), [("-", None), ("2026-06-30", None), ("2026-06-29", "expired")])
def test_a_limit_that_has_run_out(books_of: BooksOf, until: str, why: str | None) -> None:
    told = due(books_of("2026-06-30", open_items=ITEMS, limits=LIMITS.format(until=until)))
    assert told.get(("lantern", "limit"), {"why": None})["why"] == why


def test_an_event_since_the_last_decision_or_review(books_of: BooksOf) -> None:
    tables = {"open_items": ITEMS, "limits": LIMITS.format(until="-")}
    events = "event_id customer_id happened_on kind\n1 lantern 2026-05-01 enforcement_opened\n"
    told = due(books_of("2026-06-30", **tables, events=events))["lantern", "limit"]
    assert (told["why"], told["due_on"], told["overdue_days"]) == ("event", date(2026, 5, 1), 60)
    for day, seen in (("2026-04-30", False), ("2026-05-01", True)):
        reviews = f"review_id customer_id kind done_on\n1 lantern limit {day}\n"
        after = due(books_of("2026-06-30", **tables, events=events, reviews=reviews))
        assert (("lantern", "limit") not in after) is seen


def test_the_insurer_and_the_interval_of_a_policy(books_of: BooksOf) -> None:
    policies = "policy_id insurer kind starts_on insured_share\nP x domestic 2026-01-01 0.9\n"
    cover = "limit_id policy_id customer_id amount valid_from decision\n1 P lantern 0 2026-06-20 withdrawn\n"
    tables = {"open_items": ITEMS, "limits": LIMITS.format(until="-")}
    told = due(books_of("2026-06-30", **tables, insurance_policies=policies, buyer_limits=cover))["lantern", "limit"]
    assert (told["why"], told["due_on"]) == ("insurer", date(2026, 6, 20))
    yearly = due(books_of("2026-06-30", **tables), own={"limit_days": 100})["lantern", "limit"]
    assert (yearly["why"], yearly["overdue_days"]) == ("interval", 80)
