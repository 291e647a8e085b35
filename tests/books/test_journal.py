"""The journal: what stood open on any day, from events or from snapshots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.books.journal import marked, with_snapshots
from thorough import cases

START = date(2026, 1, 1)
ITEMS = """
item_id customer_id issued_on  due_on     amount
a#1     lantern     2026-01-01 2026-01-31 30
a#2     lantern     2026-01-01 2026-03-02 50
a#3     lantern     2026-01-01 2026-04-01 20
"""
RECEIPTS = """
receipt_id customer_id received_on amount
r          lantern     2026-01-10  40
"""


def standing(books: Books, day: date) -> dict[str, int]:
    frame = books.journal.open_items(day).collect()
    return {f"{row['item_id']}{'' if row['due_on'] else '*'}": row["amount"] for row in frame.to_dicts()}


def test_a_receipt_is_unapplied_until_it_is_allocated(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-02-01",
        open_items=ITEMS,
        receipts=RECEIPTS,
        allocations="""
        allocation_id item_id source  source_id allocated_on amount
        x             a#1     receipt r         2026-01-12   30
        y             a#2     receipt r         2026-01-12   10
        """,
    )
    assert standing(books, date(2026, 1, 9)) == {"a#1": 3000, "a#2": 5000, "a#3": 2000}
    assert standing(books, date(2026, 1, 10)) == {"a#1": 3000, "a#2": 5000, "a#3": 2000, "r*": -4000}
    assert standing(books, date(2026, 1, 12)) == {"a#2": 4000, "a#3": 2000}


def test_an_item_is_never_settled_beyond_its_face(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-02-01",
        open_items=ITEMS,
        receipts=RECEIPTS,
        allocations="""
        allocation_id item_id source  source_id allocated_on amount
        x             a#1     receipt r         2026-01-12   40
        """,
    )
    assert standing(books, date(2026, 1, 12)) == {"a#1*": -1000, "a#2": 5000, "a#3": 2000}


def test_an_advance_counts_for_the_item_from_the_day_of_its_invoice(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-02-01",
        open_items=ITEMS,
        receipts="""
        receipt_id customer_id received_on amount
        r          lantern     2025-12-20  30
        """,
        allocations="""
        allocation_id item_id source  source_id allocated_on amount
        x             a#1     receipt r         2025-12-20   30
        """,
    )
    assert standing(books, date(2025, 12, 31)) == {"r*": -3000}
    assert standing(books, date(2026, 1, 1)) == {"a#2": 5000, "a#3": 2000}


def test_what_was_recorded_later_was_not_known(books_of: Callable[..., Books]) -> None:
    late = """
    receipt_id customer_id received_on amount recorded_on
    r          lantern     2026-01-10  40     2026-02-05
    """
    now = books_of("2026-01-31", open_items=ITEMS, receipts=late)
    then = books_of("2026-01-31", known_on="2026-01-31", open_items=ITEMS, receipts=late)
    assert standing(now, now.as_of)["r*"] == -4000
    assert "r*" not in standing(then, then.as_of)


def test_booked_amounts_leave_the_exchange_difference_open(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-02-01",
        currency="CNY",
        open_items="""
        item_id customer_id issued_on  due_on     currency amount booked_amount
        a       lantern     2026-01-01 2026-01-31 USD      100    800
        """,
        receipts="""
        receipt_id customer_id received_on currency amount booked_amount
        r          lantern     2026-01-10  USD      100    750
        """,
        allocations="""
        allocation_id item_id source  source_id allocated_on amount booked_amount
        x             a       receipt r         2026-01-10   100    750
        """,
    )
    row = books.journal.open_items(date(2026, 1, 10)).collect().to_dicts()[0]
    assert (row["amount"], row["booked"]) == (0, 5000)
    told = books.standing().group_by("currency").agg(pl.col("amount").sum()).collect().to_dicts()
    assert told == [{"currency": "CNY", "amount": 5000}]


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Any small ledger: items, receipts, and allocations that may take too much, too early, or take back."""
    day = st.integers(0, 120).map(lambda offset: START + timedelta(days=offset))
    amount = st.integers(1, 500)
    count = draw(st.integers(1, 6))
    issued = [draw(day) for _ in range(count)]
    items = pl.DataFrame(
        {
            "item_id": [f"i{n}" for n in range(count)],
            "invoice_id": [f"i{n}" for n in range(count)],
            "customer_id": [draw(st.sampled_from(["lantern", "anchor"])) for _ in range(count)],
            "issued_on": issued,
            "due_on": [one + timedelta(days=draw(st.integers(0, 90))) for one in issued],
            "currency": ["CNY"] * count,
            "amount": [draw(amount) for _ in range(count)],
            "recorded_on": issued,
        }
    )
    paid = draw(st.integers(0, 5))
    received = [draw(day) for _ in range(paid)]
    receipts = pl.DataFrame(
        {
            "receipt_id": [f"r{n}" for n in range(paid)],
            "customer_id": [draw(st.sampled_from(["lantern", "anchor"])) for _ in range(paid)],
            "received_on": received,
            "currency": ["CNY"] * paid,
            "amount": [draw(amount) for _ in range(paid)],
            "recorded_on": received,
        },
        schema_overrides={"received_on": pl.Date, "recorded_on": pl.Date, "amount": pl.Int64},
    )
    used = draw(st.integers(0, 6)) if paid else 0
    allocated = [draw(day) for _ in range(used)]
    allocations = pl.DataFrame(
        {
            "allocation_id": [f"a{n}" for n in range(used)],
            "item_id": [draw(st.sampled_from(items.get_column("item_id").to_list())) for _ in range(used)],
            "source": ["receipt"] * used,
            "source_id": [f"r{draw(st.integers(0, max(paid - 1, 0)))}" for _ in range(used)],
            "allocated_on": allocated,
            "amount": [draw(amount) * draw(st.sampled_from([1, 1, 1, -1])) for _ in range(used)],
            "recorded_on": allocated,
        },
        schema_overrides={"allocated_on": pl.Date, "recorded_on": pl.Date, "amount": pl.Int64},
    )
    told = {"open_items": items, "receipts": receipts, "allocations": allocations}
    return Ledger({name: TABLES[name].conform(frame.lazy()) for name, frame in told.items()}, currency="CNY")


@settings(max_examples=cases(20, 200), deadline=None, derandomize=True)
@given(ledgers(), st.integers(-5, 250))
def test_the_journal_ties_to_the_tables_on_any_day(ledger: Ledger, offset: int) -> None:
    day = START + timedelta(days=offset)
    books = open_books(ledger, day)
    issued = books.table("open_items").select(pl.col("amount").sum()).collect().item()
    received = books.table("receipts").select(pl.col("amount").sum()).collect().item()
    assert books.standing().select(pl.col("amount").sum()).collect().item() == issued - received


@settings(max_examples=cases(20, 200), deadline=None, derandomize=True)
@given(ledgers(), st.integers(-5, 250))
def test_snapshots_change_nothing(ledger: Ledger, offset: int) -> None:
    day = START + timedelta(days=offset)
    books = open_books(ledger, day)
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    fast = with_snapshots(books.journal, ends)
    order = ["item_id", "due_on"]
    assert fast.open_items(day).collect().sort(order).equals(books.journal.open_items(day).collect().sort(order))


@settings(max_examples=cases(20, 200), deadline=None, derandomize=True)
@given(ledgers(), st.integers(-5, 250))
def test_no_item_stands_below_zero_on_any_day(ledger: Ledger, offset: int) -> None:
    books = open_books(ledger, START)
    frame = books.journal.open_items(START + timedelta(days=offset)).collect()
    assert frame.filter(pl.col("due_on").is_not_null() & (pl.col("amount") < 0)).is_empty()


@settings(max_examples=cases(20, 200), deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from(["receipt", "discount"])),
        min_size=1,
        max_size=40,
    )
)
def test_what_is_alone_has_no_other_of_its_item_and_day(pieces: list[tuple[int, int, str]]) -> None:
    """However an item is paid off in pieces: the neighbours in the journal's order tell what a group-by would."""
    items = pl.DataFrame(
        [(f"i{one}", f"c{one % 2}", START, START + timedelta(days=30), "CNY", 10_000) for one in range(6)],
        ["item_id", "customer_id", "issued_on", "due_on", "currency", "amount"],
        orient="row",
    )
    taken = pl.DataFrame(
        [
            (f"a{at}", f"i{item}", source, f"r{at}", START + timedelta(days=day + 1), 7)
            for at, (item, day, source) in enumerate(pieces)
        ],
        ["allocation_id", "item_id", "source", "source_id", "allocated_on", "amount"],
        orient="row",
    )
    told = pl.lit(START).alias("recorded_on")
    tables = {
        "open_items": items.with_columns(pl.col("item_id").alias("invoice_id"), told),
        "allocations": taken.with_columns(told),
    }
    ledger = Ledger({name: TABLES[name].conform(frame.lazy()) for name, frame in tables.items()}, "CNY")
    events = open_books(ledger, START + timedelta(days=60)).journal.events
    paid = events.filter((pl.col("kind") == "receipt") & pl.col("due_on").is_not_null())
    same = pl.len().over("item_id", "event_on") == 1
    for engine in ("in-memory", "streaming"):
        told = marked(paid).collect(engine=engine)
        assert told.height == sum(source == "receipt" for _, _, source in pieces)
        assert told.select((pl.col("alone") == same).all()).item()
