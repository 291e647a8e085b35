"""Exposure against limits and cover: golden numbers, the watch line, groups, currencies, at and around every line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from solvent.books.books import Books
from solvent.decisions.limits.counting import cover_today, limits_today
from solvent.decisions.limits.exposure import PARTS, exposures
from solvent.decisions.limits.states import Exposed

ITEM = "item_id customer_id issued_on due_on amount\nI lantern 2026-06-01 2026-07-31 {0}"
LIMIT = "limit_id customer_id kind amount valid_from\nL lantern total {0} 2026-01-01"
POLICY = "policy_id insurer kind starts_on insured_share longest_terms_days\nP insurer domestic 2026-01-01 0.9 90"
COVER = "limit_id policy_id customer_id amount valid_from decision\nB P lantern {0} 2026-01-01 {1}"


def one(books: Books, **how: object) -> dict[str, object]:
    return exposures(books, **how).table.row(0, named=True)  # type: ignore[arg-type]


def test_golden_exposure_of_appendix_c(books_of: Callable[..., Books]) -> None:
    """300 open + 120 delivered + 80 ordered + 60 promised - 50 cash - 20 credit note = 490."""
    books = books_of(
        "2026-06-30",
        open_items=ITEM.format(300) + "\nJ other 2026-06-01 2026-07-31 1",
        deliveries="delivery_id order_id customer_id delivered_on amount\nD O1 lantern 2026-06-20 120",
        orders="order_id customer_id ordered_on amount\nO1 lantern 2026-06-19 200",
        receipts="receipt_id customer_id received_on amount\nR lantern 2026-06-25 50",
        credit_notes="credit_note_id customer_id issued_on amount\nC lantern 2026-06-25 20",
    )
    # The invoice of the other customer names nothing; the order is filled by a delivery that names it.
    items = books.table("open_items").with_columns(
        pl.when(pl.col("item_id") == "J").then(pl.lit("D0")).otherwise("delivery_id").alias("delivery_id")
    )
    books = Books(**{**vars(books), "tables": {**books.tables, "open_items": items}})
    held = pl.DataFrame({"customer_id": ["lantern", "lantern"], "amount": [4000, 2000]})
    table = exposures(books, held).table.filter(pl.col("customer_id") == "lantern")
    row = table.row(0, named=True)
    assert [row[name] / 100 for name in PARTS] == [300, 0, 120, 80, 0, 60, -50, -20]
    assert row["exposure"] == 49000


@pytest.mark.parametrize(
    ("open_", "watch", "over"), [(79.99, False, False), (80, False, False), (80.01, True, False), (91, True, False),
                                  (100, True, False), (100.01, True, True)],
)  # fmt: skip
def test_the_watch_line_is_held_against_the_whole_limit(
    books_of: Callable[..., Books], open_: float, watch: bool, over: bool
) -> None:
    row = one(books_of("2026-06-30", open_items=ITEM.format(open_), limits=LIMIT.format(100)))
    assert (row["watch"], row["over"]) == (watch, over)
    assert row["used_share"] == pytest.approx(open_ / 100)


def test_a_limit_of_nothing_is_prepay_only_and_none_is_undecided(books_of: Callable[..., Books]) -> None:
    row = one(books_of("2026-06-30", open_items=ITEM.format(1), limits=LIMIT.format(0)))
    assert (row["limit"], row["used_share"], row["over"], row["undecided"]) == (0, None, True, False)
    books = books_of("2026-06-30", open_items=ITEM.format(1))
    row = one(books)
    assert (row["limit"], row["watch"], row["over"], row["undecided"]) == (None, None, None, True)
    assert [problem.code for problem in exposures(books).problems] == ["orders.exposure.no_limit"]


@pytest.mark.parametrize(
    ("as_of", "limit", "expired"),
    [
        ("2025-12-31", None, None),
        ("2026-01-01", 100, None),
        ("2026-02-28", 100, None),
        ("2026-03-01", 150, None),
        ("2026-03-31", 150, None),
        ("2026-04-01", 100, None),
        ("2026-06-30", 100, None),
        ("2026-07-01", None, date(2026, 6, 30)),
    ],
)
def test_of_the_limits_that_count_the_newest_does(
    books_of: Callable[..., Books], as_of: str, limit: int | None, expired: date | None
) -> None:
    books = books_of(
        as_of,
        limits="""
        limit_id customer_id kind  amount valid_from valid_until
        L1       lantern     total 100    2026-01-01 2026-06-30
        L2       lantern     total 150    2026-03-01 2026-03-31
        """,
    )
    told = limits_today(books)
    amounts = told.get_column("amount").to_list()
    assert amounts == ([] if as_of == "2025-12-31" else [None if limit is None else limit * 100])
    assert told.get_column("expired_on").to_list() == ([] if as_of == "2025-12-31" else [expired])


def test_a_limit_recorded_later_was_not_known(books_of: Callable[..., Books]) -> None:
    limits = "limit_id customer_id kind amount valid_from recorded_on\nL lantern total 100 2026-01-01 2026-02-15"
    known = books_of("2026-02-20", known_on="2026-02-14", open_items=ITEM.format(1), limits=limits)
    assert limits_today(known).is_empty()
    assert limits_today(books_of("2026-02-20", known_on="2026-02-15", limits=limits)).height == 1


def test_a_group_shares_its_limit(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-06-30",
        customers="customer_id group_id\nlantern G\nlamp G\nalone -",
        open_items="""
        item_id customer_id issued_on  due_on     amount
        I       lantern     2026-06-01 2026-07-31 40
        J       lamp        2026-06-01 2026-07-31 30
        K       alone       2026-06-01 2026-07-31 5
        """,
        limits="limit_id customer_id group_id kind amount valid_from\nL - G total 70 2026-01-01",
    )
    told = exposures(books)
    group = told.groups.row(0, named=True)
    assert (group["group_id"], group["customers"], group["exposure"], group["limit"]) == ("G", 2, 7000, 7000)
    assert (group["watch"], group["over"], group["used_share"]) == (True, False, 1.0)
    members = told.table.select("customer_id", "group_exposure", "group_limit").rows()
    assert members == [("alone", None, None), ("lamp", 7000, 7000), ("lantern", 7000, 7000)]


@pytest.mark.parametrize(
    ("terms_days", "cover", "decision", "insured"),
    [
        (89, 200, "granted", 100),
        (90, 200, "granted", 100),
        (91, 200, "granted", 0),
        (60, 99.99, "reduced", 99.99),
        (60, 200, "refused", 0),
        (60, 200, "withdrawn", 0),
    ],
)
def test_only_what_is_within_terms_and_limit_is_insured(
    books_of: Callable[..., Books], terms_days: int, cover: float, decision: str, insured: float
) -> None:
    due = date.fromordinal(date(2026, 6, 1).toordinal() + terms_days)
    books = books_of(
        "2026-06-30",
        open_items=f"item_id customer_id issued_on due_on amount\nI lantern 2026-06-01 {due} 100",
        insurance_policies=POLICY,
        buyer_limits=COVER.format(cover, decision),
    )
    row = one(books)
    assert (row["insured"], row["uninsured"]) == (round(insured * 100), round((100 - insured) * 100))


def test_a_policy_that_is_over_covers_nothing(books_of: Callable[..., Books]) -> None:
    ended = POLICY.replace("starts_on", "starts_on ends_on").replace("2026-01-01", "2026-01-01 2026-06-29")
    books = books_of("2026-06-30", insurance_policies=ended, buyer_limits=COVER.format(200, "granted"))
    assert cover_today(books).get_column("cover_amount").to_list() == [0]


def test_a_part_without_a_rate_makes_the_sum_empty_and_says_so(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-06-30",
        open_items="""
        item_id customer_id issued_on  due_on     amount currency
        I       lantern     2026-06-01 2026-07-31 40     CNY
        J       lantern     2026-06-01 2026-07-31 30     USD
        K       lamp        2026-06-01 2026-07-31 30     CNY
        """,
    )
    told = exposures(books)
    assert told.table.select("customer_id", "exposure").rows() == [("lamp", 3000), ("lantern", None)]
    assert "orders.exposure.no_rate" in {problem.code for problem in told.problems}


def test_orders_in_foreign_money_beside_booked_invoices(books_of: Callable[..., Books]) -> None:
    """Booked amounts for what is invoiced, the newest rate for what is not; two currencies are one row."""
    books = books_of(
        "2026-06-30",
        open_items="item_id customer_id issued_on due_on amount booked_amount currency delivery_id\n"
        "I lantern 2026-06-01 2026-07-31 10 68 USD D",
        orders="order_id customer_id ordered_on amount currency\n"
        "O1 lantern 2026-06-01 10 USD\nO2 lantern 2026-06-01 5 CNY",
        fx_rates="day_on currency quote rate\n2026-06-01 USD CNY 7",
        deliveries="delivery_id order_id customer_id delivered_on amount currency\nD O0 lantern 2026-06-01 10 USD",
    )
    row = one(books)
    assert (row["not_due"], row["ordered"], row["exposure"]) == (6800, 7500, 14300)


def test_unallocated_cash_may_be_left_out_of_it(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-06-30",
        open_items=ITEM.format(100),
        receipts="receipt_id customer_id received_on amount\nR lantern 2026-06-25 30",
    )
    assert one(books)["exposure"] == 7000
    assert one(books, terms=Exposed(unallocated_counts=False))["exposure"] == 10000


def test_a_customer_known_only_by_a_reservation_or_a_limit_has_a_row(books_of: Callable[..., Books]) -> None:
    held = pl.DataFrame({"customer_id": ["new"], "amount": [500]})
    table = exposures(books_of("2026-06-30", limits=LIMIT.format(10)), held).table
    assert table.select("customer_id", "exposure", "limit").rows() == [("lantern", 0, 1000), ("new", 500, None)]
