"""Roll rates, loss rates and the provision matrix: the published examples through a whole ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest

from solvent.base.problem import PolicyError, SolventError
from solvent.books.books import Books
from solvent.measures.aging import Aging, aging
from solvent.measures.rolls import Rolls, loss_rates, mean_rates, provision, provision_matrix, roll_rates

BooksOf = Callable[..., Books]

RATES = [0.25, 0.40, 0.55, 0.70, 0.85]
FEBRUARY, MARCH = date(2026, 2, 28), date(2026, 3, 31)


def test_loss_rates_of_the_published_example() -> None:
    losses = [100 * loss for loss in loss_rates(RATES) if loss is not None]
    assert losses == pytest.approx([3.2725, 13.09, 32.725, 59.5, 85])


def test_provision_of_the_published_example() -> None:
    told = provision([1_500_000, 750_000, 400_000, 250_000], [0.005, 0.022, 0.027, 0.045])
    assert told == (7500, 16_500, 10_800, 11_250)
    assert sum(told) == 46_050


def test_a_provision_is_never_more_than_what_is_exposed() -> None:
    assert provision([1000, 1000, 1], [0.4, 0.6, 0.5], scalar=2.0) == (800, 1000, 1)


def rolling(books_of: BooksOf, as_of: date = MARCH, customers: str = "", **also: str) -> Books:
    """100 in each bucket at the end of February; 25, 40, 55, 70 and 85 of it unpaid a month later."""
    items, receipts, allocations = [], [], []
    for number, (late, left) in enumerate(zip((-10, 10, 40, 70, 100), (25, 40, 55, 70, 85))):
        due = FEBRUARY - timedelta(days=late)
        items.append(f"i{number} lantern {due - timedelta(days=30)} {due} 100")
        receipts.append(f"r{number} lantern 2026-03-05 {100 - left}")
        allocations.append(f"a{number} i{number} receipt r{number} 2026-03-05 {100 - left}")
    tables = {
        "open_items": "\n".join(["item_id customer_id issued_on due_on amount", *items, also.get("items", "")]),
        "receipts": "\n".join(["receipt_id customer_id received_on amount", *receipts, also.get("receipts", "")]),
        "allocations": "\n".join(
            ["allocation_id item_id source source_id allocated_on amount", *allocations, also.get("allocations", "")]
        ),
    }
    return books_of(str(as_of), **tables, **({"customers": customers} if customers else {}))


def test_a_ledger_that_rolls_as_published(books_of: BooksOf) -> None:
    frame = roll_rates(rolling(books_of), months=1)
    assert frame.get_column("month_end").unique().to_list() == [MARCH]
    assert frame.select("from_bucket", "to_bucket").rows() == [
        ("current", "1-30"),
        ("1-30", "31-60"),
        ("31-60", "61-90"),
        ("61-90", "91-120"),
        ("91-120", "121+"),
    ]
    assert frame.get_column("opened").to_list() == [10_000] * 5
    assert frame.get_column("rate").to_list() == RATES
    assert mean_rates(frame) == tuple(RATES)
    assert not frame.get_column("capped").any()


@pytest.mark.parametrize("as_of", [date(2026, 3, 30), date(2026, 3, 31)])
def test_only_months_that_are_over_count(books_of: BooksOf, as_of: date) -> None:
    newest = roll_rates(rolling(books_of, as_of), months=2).get_column("month_end").max()
    assert newest == (MARCH if as_of == MARCH else FEBRUARY)


def test_what_lies_beyond_the_last_band_had_rolled_before(books_of: BooksOf) -> None:
    """150 days late at the end of March still counts as rolled into 121+, 151 days late no more."""
    for days, rolled in ((150, 9500), (151, 8500)):
        due = MARCH - timedelta(days=days)
        books = rolling(books_of, items=f"old lantern {due - timedelta(days=30)} {due} 10")
        assert roll_rates(books, months=1).item(4, "rolled") == rolled


@pytest.mark.parametrize(
    ("days", "bucket"), [(0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (120, "91-120")]
)
def test_the_buckets_are_those_of_the_ageing(books_of: BooksOf, days: int, bucket: str) -> None:
    due = FEBRUARY - timedelta(days=days)
    items = f"item_id customer_id issued_on due_on amount\na lantern {due} {due} 100"
    frame = roll_rates(books_of(str(MARCH), open_items=items), months=1)
    assert frame.filter(pl.col("opened") > 0).select("from_bucket", "opened").rows() == [(bucket, 10_000)]


def test_a_bounced_payment_is_capped_and_flagged(books_of: BooksOf) -> None:
    """An item of 300 that was paid in February, and in March was not, is more than stood in the bucket before."""
    books = rolling(
        books_of,
        items="back lantern 2026-01-19 2026-02-18 300",
        receipts="in lantern 2026-02-20 300\nout lantern 2026-03-10 -300",
        allocations="p back receipt in 2026-02-20 300\nq back receipt out 2026-03-10 -300",
    )
    row = roll_rates(books, months=1).row(1, named=True)
    assert (row["opened"], row["rolled"], row["rate"], row["capped"]) == (10_000, 34_000, 1.0, True)
    assert mean_rates(roll_rates(books, months=1))[1] == 1.0


def test_unapplied_money_does_not_roll(books_of: BooksOf) -> None:
    books = rolling(books_of, receipts="advance lantern 2026-02-01 999")
    assert roll_rates(books, months=1).get_column("rate").to_list() == RATES


def test_pooled_over_months_by_amount(books_of: BooksOf) -> None:
    """January opened nothing but what February had not yet; each rate is of all months' amounts."""
    frame = roll_rates(rolling(books_of), months=3)
    assert frame.height == 15
    opened = frame.group_by("from_bucket", maintain_order=True).agg(pl.col("opened").sum(), pl.col("rolled").sum())
    assert mean_rates(frame) == pytest.approx((opened.get_column("rolled") / opened.get_column("opened")).to_list())


def test_the_table_stands_in_for_a_short_history(books_of: BooksOf) -> None:
    matrix = provision_matrix(rolling(books_of))
    assert matrix.get_column("rate_source").unique().to_list() == ["table"]
    assert matrix.get_column("loss_share").to_list() == list(Rolls().table)
    exposure = aging(rolling(books_of)).row(0)[:6]
    assert tuple(matrix.get_column("exposure")) == exposure
    assert tuple(matrix.get_column("provision")) == provision(exposure, Rolls().table)


def test_loss_rates_out_of_history(books_of: BooksOf) -> None:
    terms = Rolls(months=1, forward_scalar=1.1, lost_share=0.5)
    matrix = provision_matrix(rolling(books_of), terms=terms)
    losses = [0.5 * share for share in (0.032725, 0.1309, 0.32725, 0.595, 0.85, 1.0)]
    assert matrix.get_column("rate_source").unique().to_list() == ["company"]
    assert matrix.get_column("loss_share").to_list() == pytest.approx(losses)
    expected = provision(matrix.get_column("exposure").to_list(), losses, 1.1)
    assert tuple(matrix.get_column("provision")) == expected


@pytest.mark.parametrize(("first", "source"), [("2025-03-31", "company"), ("2025-04-01", "table")])
def test_a_year_of_history_is_needed(books_of: BooksOf, first: str, source: str) -> None:
    books = rolling(books_of, items=f"first lantern {first} {first} 1", receipts=f"f lantern {first} 1")
    assert provision_matrix(books).item(4, "rate_source") == source


def test_a_segment_has_its_own_rates_and_borrows_the_companys(books_of: BooksOf) -> None:
    """Candle, insured, has nothing but a current item: what it never had a bucket of, it takes from the company."""
    books = rolling(
        books_of,
        customers="customer_id insured\nlantern no\ncandle yes",
        items="c candle 2026-02-01 2026-03-10 50\nd candle 2026-03-01 2026-04-10 30",
        receipts="p candle 2026-03-09 50",
        allocations="cp c receipt p 2026-03-09 50",
    )
    matrix = provision_matrix(books, "insured", terms=Rolls(months=1))
    insured = matrix.filter("insured")
    assert insured.get_column("rate_source").to_list() == ["segment", *["company"] * 4, "segment"]
    assert insured.get_column("loss_share").to_list() == pytest.approx([0.0, 0.1309, 0.32725, 0.595, 0.85, 1.0])
    assert insured.item(0, "exposure") == 3000
    others = matrix.filter(~pl.col("insured"))
    assert others.item(0, "loss_share") == pytest.approx(0.032725)
    assert matrix.get_column("exposure").sum() == aging(books).select(pl.col("total") - pl.col("unapplied")).item()


def test_a_table_of_another_length_is_refused(books_of: BooksOf) -> None:
    with pytest.raises(PolicyError, match=r"measures\.rolls\.table_length"):
        provision_matrix(rolling(books_of), buckets=Aging(edges=(30, 60)))
    matrix = provision_matrix(
        rolling(books_of), terms=Rolls(table=(0.01, 0.1, 0.2, 0.5)), buckets=Aging(edges=(30, 60))
    )
    assert matrix.get_column("bucket").to_list() == ["current", "1-30", "31-60", "61+"]


def test_too_fine_a_segment_is_refused(books_of: BooksOf) -> None:
    with pytest.raises(SolventError, match=r"measures\.dimension_unknown"):
        provision_matrix(rolling(books_of), "customer")


def test_without_a_rate_exposure_and_provision_are_empty(books_of: BooksOf) -> None:
    books = books_of(
        "2026-03-31",
        open_items="""item_id customer_id issued_on due_on currency amount
            a lantern 2024-01-05 2026-03-04 CNY 90
            b lantern 2024-01-05 2026-03-04 USD 90""",
    )
    row = provision_matrix(books).row(1, named=True)
    assert (row["bucket"], row["exposure"], row["provision"]) == ("1-30", None, None)
    assert roll_rates(books, 1).item(0, "rate") is None


def test_nothing_owed(books_of: BooksOf) -> None:
    books = books_of("2026-03-31", deliveries="delivery_id customer_id delivered_on amount\nd lantern 2026-03-01 100")
    assert provision_matrix(books).get_column("provision").to_list() == [0] * 6
    assert provision_matrix(books, "country").height == 0
    assert mean_rates(roll_rates(books)) == (None,) * 5
