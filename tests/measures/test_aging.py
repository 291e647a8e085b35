"""Ageing: each edge, each dimension, several currencies, and a real ledger to the cent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from solvent.base.problem import PolicyError, SolventError
from solvent.books.books import TABLES, Basis, Books, Ledger, open_books
from solvent.measures.aging import (
    BUCKETS,
    Aging,
    aging,
    aging_by_item,
    bucket_names,
    disputed,
    maturity,
    overdue_share,
    tie_out,
    weighted_age,
)

BooksOf = Callable[..., Books]

CUSTOMERS = """
customer_id name   group_id country region industry salesperson insured
lantern     L      parent   CN      east   lamps    mei         yes
candle      C      parent   DE      -      lamps    li          no
torch       T      -        CN      east   fuel     -           -
"""
ITEMS = """
item_id customer_id issued_on  due_on     amount salesperson
a       lantern     2026-01-01 2026-01-31 100    -
b       lantern     2026-02-01 2026-03-31 40     zhao
c       candle      2026-01-15 2026-03-01 30     -
d       torch       2025-09-01 2025-10-01 7      -
e       stranger    2026-02-20 2026-03-20 5      -
"""
RECEIPTS = """
receipt_id customer_id received_on amount
r          lantern     2026-02-10  90
s          torch       2026-02-28  2
"""
ALLOCATIONS = """
allocation_id item_id source  source_id allocated_on amount
x             a       receipt r         2026-02-10   60
"""


@pytest.fixture
def books(books_of: BooksOf) -> Books:
    return books_of("2026-03-01", customers=CUSTOMERS, open_items=ITEMS, receipts=RECEIPTS, allocations=ALLOCATIONS)


def of_days_late(books_of: BooksOf, days: int, term: int = 5) -> Books:
    due = date(2026, 3, 1) - timedelta(days=days)
    return books_of(
        "2026-03-01",
        open_items=f"""item_id customer_id issued_on due_on amount
            a lantern {due - timedelta(days=term)} {due} 100""",
    )


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        *((-1, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60")),
        *((61, "61-90"), (90, "61-90"), (91, "91-120"), (120, "91-120"), (121, "121+"), (2000, "121+")),
    ],
)
def test_each_edge_belongs_to_the_bucket_that_prints_it(books_of: BooksOf, days: int, bucket: str) -> None:
    books = of_days_late(books_of, days)
    row = aging(books).row(0, named=True)
    assert {name for name in BUCKETS if row[name]} == {bucket}
    assert row[bucket] == row["total"] == 10_000
    assert aging_by_item(books).select("days_past_due", "bucket").row(0) == (days, bucket)


def test_the_invoice_date_as_basis(books_of: BooksOf) -> None:
    """Issued five days before it is due: 25 days late is 30 days old."""
    terms = Aging(basis="invoice")
    assert bucket_names(terms) == ("0-30", "31-60", "61-90", "91-120", "121+", "unapplied")
    assert aging(of_days_late(books_of, 25), terms=terms).item(0, "0-30") == 10_000
    assert aging(of_days_late(books_of, 26), terms=terms).item(0, "31-60") == 10_000
    assert aging(of_days_late(books_of, -5), terms=terms).item(0, "0-30") == 10_000


def test_the_company(books: Books) -> None:
    """a: 40 left, 29 days late; b, c and e current; d 151 days late; 30 of r and 2 of s unapplied."""
    row = aging(books).row(0, named=True)
    expected = {"current": 7500, "1-30": 4000, "121+": 700, "unapplied": -3200, "total": 9000}
    assert row == {name: expected.get(name, 0) for name in (*BUCKETS, "total")}
    assert overdue_share(books) == pytest.approx(47 / 122)
    assert tie_out(books).difference == 0


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("customer", {"lantern": 5000, "candle": 3000, "torch": 500, "stranger": 500}),
        ("group", {"parent": 8000, "torch": 500, "stranger": 500}),
        ("salesperson", {"mei": 1000, "zhao": 4000, "li": 3000, None: 1000}),
        ("region", {"east": 5500, None: 3500}),
        ("industry", {"lamps": 8000, "fuel": 500, None: 500}),
        ("country", {"CN": 5500, "DE": 3000, None: 500}),
        ("currency", {"CNY": 9000}),
        ("insured", {True: 5000, False: 3000, None: 1000}),
    ],
)
def test_by_dimension_what_is_not_known_stands_last_and_is_told(
    books: Books, by: str, expected: dict[object, int]
) -> None:
    frame = aging(books, by)
    keys = frame.to_series(0).to_list()
    assert dict(zip(keys, frame.get_column("total"))) == expected
    assert frame.select(pl.sum_horizontal(BUCKETS)).to_series().to_list() == frame.get_column("total").to_list()
    assert keys == sorted(key for key in keys if key is not None) + [None] * (None in keys)


def test_who_owes_nothing_and_is_owed_nothing_has_no_row(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-01",
        open_items="""item_id customer_id issued_on due_on amount
            a lantern 2026-01-01 2026-01-31 100
            b torch 2026-01-01 2026-01-31 100""",
        receipts="""receipt_id customer_id received_on amount
            r lantern 2026-02-01 100
            s torch 2026-02-01 100""",
        allocations="""allocation_id item_id source source_id allocated_on amount
            x a receipt r 2026-02-01 100""",
    )
    assert aging(books, "customer").select("customer_id", "1-30", "unapplied", "total").rows() == [
        ("torch", 10_000, -10_000, 0)
    ]


def test_no_receivables_at_all(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-01",
        deliveries="""delivery_id customer_id delivered_on amount
            d lantern 2026-03-01 100""",
    )
    assert aging(books).row(0) == (0,) * 8
    assert aging(books, "customer").height == maturity(books, "region").height == aging_by_item(books).height == 0
    assert overdue_share(books) is weighted_age(books) is None
    assert disputed(books) == tie_out(books).control == tie_out(books).difference == 0


def test_a_past_day_knows_only_what_was_then(books: Books) -> None:
    row = aging(books, as_of=date(2026, 2, 5)).row(0, named=True)
    assert (row["current"], row["1-30"], row["unapplied"], row["total"]) == (7000, 10_000, 0, 17_700)


def test_a_day_to_come_is_refused(books: Books) -> None:
    with pytest.raises(SolventError, match=r"measures\.day_ahead"):
        aging(books, as_of=date(2026, 3, 2))


def test_a_dimension_that_is_none_is_refused(books: Books) -> None:
    with pytest.raises(SolventError, match=r"measures\.dimension_unknown"):
        aging(books, "colour")


@pytest.mark.parametrize("edges", [(0, 30), (30, 30), (60, 30)])
def test_edges_that_do_not_rise_are_refused(edges: tuple[int, ...]) -> None:
    with pytest.raises(PolicyError, match=r"measures\.aging\.edges"):
        Aging(edges=edges)
    with pytest.raises(PolicyError, match=r"measures\.aging\.edges"):
        Aging(forward_edges=edges)
    with pytest.raises(PolicyError, match=r"measures\.aging\.basis"):
        Aging(basis="delivery")


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "0-7"), (7, "0-7"), (8, "8-30"), (30, "8-30"), (31, "31-60"), (60, "31-60"), (61, "61+")],
)
def test_maturity_is_the_current_bucket_by_days_to_due(books_of: BooksOf, days: int, bucket: str) -> None:
    row = maturity(of_days_late(books_of, -days, term=90)).row(0, named=True)
    assert {name for name in row if row[name]} == {bucket, "total"}


def test_maturity_adds_up_to_current(books: Books) -> None:
    assert maturity(books).item(0, "total") == aging(books).item(0, "current")
    assert maturity(books, "customer").get_column("total").sum() == aging(books).item(0, "current")


def test_items_add_up_to_the_ageing(books: Books) -> None:
    items = aging_by_item(books)
    assert items.get_column("amount").sum() == 9000
    opened = items.select(pl.col("face") - pl.col("paid") - pl.col("credited") - pl.col("closed")).to_series()
    assert opened.to_list() == items.get_column("amount").to_list()
    assert items.filter(pl.col("item_id") == "r").select("kind", "bucket", "invoice_id", "amount").row(0) == (
        "receipt",
        "unapplied",
        None,
        -3000,
    )


def test_weighted_age_weighs_by_amount(books: Books) -> None:
    ages = [(40, 59), (40, 28), (30, 45), (7, 181), (5, 9)]
    assert weighted_age(books) == pytest.approx(sum(a * d for a, d in ages) / 122)
    late = [(40, 29), (40, -30), (30, 0), (7, 151), (5, -19)]
    assert weighted_age(books, since="due_on") == pytest.approx(sum(a * d for a, d in late) / 122)


@pytest.mark.parametrize(
    ("dispute", "expected"),
    [
        ("d a 2026-02-20 -          10", 1000),
        ("d a 2026-02-20 -          90", 4000),
        ("d a 2026-02-20 -          -", 4000),
        ("d a -          -          -", 4000),
        ("d a 2026-03-01 -          -", 4000),
        ("d a 2026-03-02 -          -", 0),
        ("d a 2026-02-20 2026-03-01 -", 0),
        ("d a 2026-02-20 2026-03-02 -", 4000),
        ("d a 2026-02-20 - 10\nf a 2026-02-20 - 15", 2500),
        ("d a 2026-02-20 - 10\nf a 2026-02-20 - -", 4000),
    ],
)
def test_disputed_is_at_most_what_stands_open(books_of: BooksOf, dispute: str, expected: int) -> None:
    books = books_of(
        "2026-03-01",
        open_items=ITEMS,
        receipts=RECEIPTS,
        allocations=ALLOCATIONS,
        disputes=f"dispute_id item_id opened_on closed_on amount\n{dispute}",
    )
    assert disputed(books) == expected


MIXED_ITEMS = """
item_id customer_id issued_on  due_on     currency amount booked_amount
a       lantern     2026-01-01 2026-01-31 CNY      100    -
b       lantern     2026-01-01 2026-03-31 USD      10     {0}
c       candle      2026-01-01 2026-01-31 USD      0.01   {1}
"""
RATES = """
currency quote day_on     rate
USD      CNY   2026-01-01 6.9
USD      CNY   2026-02-01 7.25
USD      CNY   2026-03-02 9.9
"""


def test_sums_are_converted_at_the_newest_rate_of_the_day(books_of: BooksOf) -> None:
    books = books_of("2026-03-01", open_items=MIXED_ITEMS.format("-", "-"), fx_rates=RATES)
    assert books.basis is Basis.RATES
    assert aging(books).select("current", "1-30", "total").row(0) == (7250, 10_007, 17_257)
    assert aging(books, "customer").select("customer_id", "total").rows() == [("candle", 7), ("lantern", 17_250)]
    assert aging(books, "currency").select("currency", "total").rows() == [("CNY", 10_000), ("USD", 1001)]
    assert (tie_out(books).control, tie_out(books).difference) == (17_257, 0)


def test_foreign_amounts_as_booked(books_of: BooksOf) -> None:
    books = books_of("2026-03-01", open_items=MIXED_ITEMS.format("71", "0.07"))
    assert books.basis is Basis.BOOKED
    assert aging(books).select("current", "1-30", "total").row(0) == (7100, 10_007, 17_107)
    assert tie_out(books).difference == 0
    assert aging_by_item(books).get_column("amount").to_list() == [1, 10_000, 1000]
    assert aging_by_item(books, as_booked=True).get_column("amount").to_list() == [7, 10_000, 7100]


def test_an_exchange_difference_on_payment_ties(books_of: BooksOf) -> None:
    """USD 10 booked at 71 are paid with what is booked at 69: the two that are lost stand open nowhere."""
    books = books_of(
        "2026-03-01",
        open_items=MIXED_ITEMS.format("71", "0.07"),
        receipts="""receipt_id customer_id received_on currency amount booked_amount
            r lantern 2026-02-01 USD 8 56
            s lantern 2026-02-01 USD 2 13""",
        allocations="""allocation_id item_id source source_id allocated_on amount
            x b receipt r 2026-02-01 8
            y b receipt s 2026-02-01 2""",
    )
    assert aging(books, "customer").select("customer_id", "total").rows() == [("candle", 7), ("lantern", 10_000)]
    assert (tie_out(books).control, tie_out(books).difference) == (10_007, 0)


def test_a_payment_in_another_currency_ties(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-01",
        open_items=MIXED_ITEMS.format("-", "-"),
        fx_rates=RATES,
        receipts="""receipt_id customer_id received_on currency amount
            r lantern 2026-02-01 CNY 70""",
        allocations="""allocation_id item_id source source_id allocated_on amount source_amount
            x b receipt r 2026-02-01 10 69""",
    )
    assert aging(books).select("current", "1-30", "unapplied", "total").row(0) == (0, 10_007, -100, 9907)
    assert tie_out(books).difference == 0


@pytest.mark.parametrize("rates", [None, "currency quote day_on rate\nEUR CNY 2026-01-01 8"])
def test_without_a_rate_a_sum_is_empty_and_never_short(books_of: BooksOf, rates: str | None) -> None:
    tables = {} if rates is None else {"fx_rates": rates}
    books = books_of("2026-03-01", open_items=MIXED_ITEMS.format("-", "-"), **tables)
    assert books.basis is Basis.MIXED
    assert aging(books).select("current", "1-30", "61-90", "total").row(0) == (None, None, 0, None)
    assert aging(books, "currency").select("currency", "total").rows() == [("CNY", 10_000), ("USD", 1001)]
    assert aging(books, "customer").select("customer_id", "1-30", "total").rows() == [
        ("candle", None, None),
        ("lantern", 10_000, None),
    ]
    assert overdue_share(books) is weighted_age(books) is None
    assert (tie_out(books).control, tie_out(books).aging_total, tie_out(books).difference) == (None, None, 0)


def test_the_sources_own_control_total(books: Books) -> None:
    assert tie_out(replace(books, control_total=9000)).difference == 0
    told = tie_out(replace(books, control_total=8999))
    assert (told.given, told.control, told.aging_total, told.difference) == (True, 8999, 9000, -1)


def test_an_allocation_of_a_receipt_that_is_not_there_does_not_tie(books_of: BooksOf) -> None:
    """The item is lowered, and no money came in: issued - received is 12 more than the ageing."""
    books = books_of(
        "2026-03-01",
        open_items=ITEMS,
        allocations="""allocation_id item_id source source_id allocated_on amount
            x a receipt gone 2026-02-10 12""",
    )
    assert tie_out(books).difference == 1200


def ibm(reference: Path, as_of: date) -> Books:
    """The ledger's invoices, each paid whole on its day of settlement."""
    raw = pl.read_csv(reference / "ar-ibm" / "accounts_receivable.csv", infer_schema=False).with_columns(
        pl.col("InvoiceDate", "DueDate", "SettledDate").str.to_date("%m/%d/%Y"),
        (pl.col("InvoiceAmount").cast(pl.Float64) * 100).round(0).cast(pl.Int64).alias("amount"),
        pl.lit("XXX").alias("currency"),
        pl.col("customerID").alias("customer_id"),
        pl.col("invoiceNumber").alias("item_id"),
    )
    tables = {
        "open_items": raw.with_columns(
            invoice_id="item_id", issued_on="InvoiceDate", due_on="DueDate", recorded_on="InvoiceDate"
        ),
        "receipts": raw.with_columns(receipt_id="item_id", received_on="SettledDate", recorded_on="SettledDate"),
        "allocations": raw.drop("currency").with_columns(
            pl.lit("receipt").alias("source"),
            allocation_id="item_id",
            source_id="item_id",
            allocated_on="SettledDate",
            recorded_on="SettledDate",
        ),
    }
    return open_books(Ledger({name: TABLES[name].conform(frame.lazy()) for name, frame in tables.items()}), as_of)


@pytest.mark.parametrize(("as_of", "total"), [(date(2012, 12, 31), 572_506), (date(2013, 6, 30), 511_985)])
def test_a_real_ledger_to_the_cent(reference: Path, as_of: date, total: int) -> None:
    books = ibm(reference, as_of)
    assert aging(books).item(0, "total") == total
    assert aging(books, "customer").get_column("total").sum() == total
    assert tie_out(books).difference == 0
    later = ibm(reference, date(2013, 12, 31))
    assert aging(later, as_of=as_of).equals(aging(books))
