"""History: what became known on which day, from old to new, late facts apart, and the file as it was known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books
from solvent.credit.file.history import changes
from thorough import cases

BooksOf = Callable[..., Books]
EXTRACTS = (
    "customer_id told_on legal_representative currency capital recorded_on\n"
    "a 2025-01-10 Wang CNY 100 2025-01-10\n"
    "a 2025-06-10 Wang CNY 80.5 2025-06-12\n"
    "a 2025-09-10 Li CNY 80.5 2025-09-10\n"
    "b 2025-06-10 Zhou JPY 100 2025-06-10\n"
)


def moved(found: pl.DataFrame) -> list[tuple[str, str, str | None, str | None]]:
    later = found.filter(~pl.col("first"))
    return [(str(row["known_on"]), row["column"], row["old"], row["new"]) for row in later.iter_rows(named=True)]


def test_each_cell_that_changed_is_a_row(books_of: BooksOf) -> None:
    found = changes(books_of("2026-01-31", registrations=EXTRACTS), ["a"])
    assert moved(found) == [
        ("2025-06-12", "capital", "100.00", "80.50"), ("2025-09-10", "legal_representative", "Wang", "Li"),
    ]  # fmt: skip
    first = found.filter(pl.col("first"))
    assert dict(first.select("column", "new").iter_rows()) == {
        "legal_representative": "Wang", "capital": "100.00", "currency": "CNY",
    }  # fmt: skip
    assert first["old"].null_count() == 3


def test_between_two_days_the_first_is_out_and_the_last_is_in(books_of: BooksOf) -> None:
    books = books_of("2026-01-31", registrations=EXTRACTS)
    day = date(2025, 6, 12)
    assert len(moved(changes(books, ["a"], day - timedelta(days=1), day))) == 1
    assert moved(changes(books, ["a"], day, date(2025, 9, 9))) == []
    assert changes(books)["customer_id"].unique().sort().to_list() == ["a", "b"]
    assert changes(books, ["b"]).filter(column="capital")["new"].to_list() == ["100"]


def test_a_late_fact_does_not_move_the_present(books_of: BooksOf) -> None:
    text = EXTRACTS + "a 2025-03-01 Xu CNY 90 2025-12-01\na 2025-12-05 Li CNY 70 2025-12-06\n"
    found = changes(books_of("2026-01-31", registrations=text), ["a"], date(2025, 11, 1))
    late = found.filter(pl.col("late"))
    assert set(late["new"]) == {"Xu", "90.00", "CNY"}
    assert late["old"].null_count() == late.height
    assert moved(found.filter(~pl.col("late"))) == [("2025-12-06", "capital", "80.50", "70.00")]


def test_a_cell_that_became_empty_is_a_change(books_of: BooksOf) -> None:
    text = "customer_id told_on address\na 2025-01-01 Quay\na 2025-02-01 -\n"
    assert moved(changes(books_of("2025-12-31", registrations=text))) == [("2025-02-01", "address", "Quay", None)]


def test_every_part_of_the_file_has_its_history(books_of: BooksOf) -> None:
    tables = {
        "customers": "customer_id group_id country\na G CN\nb G DE\n",
        "limits": """limit_id customer_id group_id kind currency amount valid_from
            1 - G total CNY 50 2025-01-01
            2 - G total CNY 60 2025-02-01
            3 a - orders CNY 9 2025-02-02""",
        "opinions": """opinion_id customer_id agency told_on rating
            1 a X 2025-01-01 A
            2 a Y 2025-01-02 B
            3 a X 2025-03-01 C""",
        "risk_levels": """kind code told_on level
            country CN 2025-01-01 2
            country CN 2025-05-01 3
            industry CN 2025-05-01 5""",
        "events": "event_id customer_id happened_on kind detail\n1 a 2025-04-01 penalty fined\n",
        "statements": """entity_id period_end months line currency amount
            a 2023-12-31 12 sales CNY 5
            a 2024-12-31 12 sales CNY 6
            own 2024-12-31 12 sales CNY 9""",
        "reviews": "review_id customer_id kind done_on\n1 a file 2025-06-01\n",
    }
    books = books_of("2025-12-31", **tables)
    found = changes(books).filter(~pl.col("first"))
    told = {
        (row["customer_id"], row["table"], row["series"], row["old"], row["new"]) for row in found.iter_rows(named=True)
    }
    assert told == {
        ("a", "limits", "total", "50.00", "60.00"), ("b", "limits", "total", "50.00", "60.00"),
        ("a", "opinions", "X", "A", "C"), ("a", "risk_levels", "country CN", "2", "3"),
        ("a", "statements", "sales 12", "5.00", "6.00"),
    }  # fmt: skip
    once = changes(books, ["a"]).filter(pl.col("table").is_in(["events", "reviews"]))
    assert once.select("column", "new").rows() == [("penalty", "fined"), ("file", "file")]


@settings(max_examples=cases(12, 100), deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["x", "y", "z", "-"])),
        min_size=1,
        max_size=7,
        unique_by=lambda row: row[0],
    ),
    ask=st.integers(0, 41),
)
def test_changes_up_to_a_day_add_up_to_the_file_as_it_was_known(
    books_of: BooksOf, rows: list[tuple[int, int, str]], ask: int
) -> None:
    start = date(2025, 1, 1)
    text = "customer_id told_on address recorded_on\n"
    for told, lag, address in rows:
        true_on = start + timedelta(days=told)
        text += f"a {true_on} {address} {true_on + timedelta(days=lag)}\n"
    day = start + timedelta(days=ask)
    found = changes(books_of("2025-12-31", registrations=text), until=day).filter(~pl.col("late"), column="address")
    known = [(told, address) for told, lag, address in rows if told + lag <= ask]
    expected = max(known)[1] if known else "-"
    last = found["new"].to_list()[-1] if found.height else None
    assert (last or "-") == expected
