"""Statement of account: to the last unit what the ledger says, on any day, in every currency, whoever paid for whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import SolventError
from solvent.books.books import TABLES, Ledger, open_books
from solvent.documents.content import Table, plain
from solvent.documents.statement import account, movements, statement
from solvent.files.language import Language
from solvent.files.pages.html import html
from solvent.files.pages.told import told
from solvent.files.sample import Plan, generate
from thorough import cases

FIRST = date(2026, 1, 5)
CODES = ("CNY", "USD")
SOURCES = ("receipt", "credit_note", "write_off", "discount", "fee", "rounding", "exchange")


def ledger(**tables: list[dict[str, Any]]) -> Ledger:
    frames = {}
    for name, rows in tables.items():
        columns = TABLES[name].columns
        filled = [{"recorded_on": FIRST, **row} for row in rows]
        frames[name] = pl.DataFrame(
            {column: [row.get(column) for row in filled] for column in columns}, schema=TABLES[name].schema
        ).lazy()
    return Ledger(frames, "CNY")


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Two customers, two currencies; receipts of one that pay the other, in another currency, twice, back, too much."""
    days = st.integers(0, 60).map(lambda day: FIRST + timedelta(days=day))
    who, code, amounts = st.sampled_from(["a", "b"]), st.sampled_from(CODES), st.integers(1, 500)
    items, receipts, notes, applied = [], [], [], []
    for place in range(draw(st.integers(1, 5))):
        on = draw(days)
        items.append({"item_id": f"i{place}", "invoice_id": f"i{place}", "customer_id": draw(who), "issued_on": on,
                      "due_on": on + timedelta(days=30), "currency": draw(code), "amount": draw(amounts)})  # fmt: skip
    for place in range(draw(st.integers(0, 4))):
        amount = draw(st.integers(-200, 500).filter(bool))
        receipts.append({"receipt_id": f"r{place}", "customer_id": draw(who), "received_on": draw(days),
                         "currency": draw(code), "amount": amount})  # fmt: skip
    for place in range(draw(st.integers(0, 2))):
        notes.append({"credit_note_id": f"n{place}", "customer_id": draw(who), "issued_on": draw(days),
                      "currency": draw(code), "amount": draw(amounts)})  # fmt: skip
    for place in range(draw(st.integers(0, 8))):
        source = draw(st.sampled_from(SOURCES))
        ids = {"receipt": [one["receipt_id"] for one in receipts], "credit_note": [n["credit_note_id"] for n in notes]}
        source_id = draw(st.sampled_from([*ids[source], "unheard"])) if source in ids else None
        taken = draw(st.none() | st.integers(1, 300)) if source in ids else None
        item_id = draw(st.sampled_from([*(one["item_id"] for one in items), "gone"]))
        applied.append({"allocation_id": f"x{place}", "item_id": item_id, "source": source, "source_id": source_id,
                        "allocated_on": draw(days), "amount": draw(st.integers(-100, 400).filter(bool)),
                        "source_amount": taken})  # fmt: skip
    return ledger(open_items=items, receipts=receipts, credit_notes=notes, allocations=applied)


def open_by_currency(kept: Ledger, customer: str, day: date) -> dict[str, int]:
    journal = open_books(kept, day).journal
    rows = journal.open_items(day).collect().join(journal.customers, on="customer_no")
    sums = rows.filter(pl.col("customer_id") == customer).group_by("currency").agg(pl.col("amount").sum())
    return {code: amount for code, amount in sums.iter_rows() if amount}


@settings(max_examples=cases(15, 300), deadline=None)
@given(kept=ledgers(), first=st.integers(0, 60), more=st.integers(0, 60))
def test_opening_and_closing_are_what_the_ledger_has_open(kept: Ledger, first: int, more: int) -> None:
    from_on = FIRST + timedelta(days=first)
    until_on = from_on + timedelta(days=more)
    for customer in ("a", "b"):
        told_ = account(kept, customer, from_on, until_on)
        before = {code: amount for code, amount in told_.opening.items() if amount}
        after = {code: amount for code, amount in told_.closing.items() if amount}
        assert before == open_by_currency(kept, customer, from_on - timedelta(days=1))
        assert after == open_by_currency(kept, customer, until_on)
        for code in told_.currencies:
            moved = int(told_.moves.filter(pl.col("currency") == code).get_column("amount").sum())
            assert told_.opening.get(code, 0) + moved == told_.closing.get(code, 0)
            rows = told_.items.filter(pl.col("currency") == code)
            assert int(rows.get_column("amount").sum()) == told_.closing.get(code, 0)


def test_every_customer_of_the_sample_ties_on_several_days() -> None:
    sample = generate(Plan(size="stall", seed=7))
    kept = Ledger({name: frame.lazy() for name, frame in sample.tables.items()}, sample.currency)
    last = kept.last_day()
    customers = sample.tables["customers"].get_column("customer_id").to_list()
    books = open_books(kept, last)
    for day in (last, last - timedelta(days=400)):
        rows = books.journal.open_items(day).collect().join(books.journal.customers, on="customer_no")
        owed = {
            (who, code): amount
            for who, code, amount in rows.group_by("customer_id", "currency").agg(pl.col("amount").sum()).iter_rows()
        }
        for customer in customers[:: cases(9, 1)]:
            moves = movements(kept, customer).filter(pl.col("moved_on") <= day)
            for code, amount in moves.group_by("currency").agg(pl.col("amount").sum()).iter_rows():
                assert owed.get((customer, code), 0) == amount, (customer, code, day)


def one_of_each() -> Ledger:
    item = {"customer_id": "a", "issued_on": FIRST, "due_on": FIRST + timedelta(days=10), "currency": "CNY"}
    came, later = FIRST + timedelta(days=20), FIRST + timedelta(days=25)
    money = {"customer_id": "a", "currency": "CNY"}
    on = {"item_id": "i1", "allocated_on": came}
    return ledger(
        customers=[{"customer_id": "a", "name": "Lantern <b>"}],
        open_items=[
            {"item_id": "i1", "invoice_id": "i1", "amount": 1000, **item},
            {"item_id": "i2", "invoice_id": "i2", "amount": 500, **item},
        ],
        receipts=[
            {"receipt_id": "r1", "received_on": came, "amount": 970, **money},
            {"receipt_id": "r2", "received_on": later, "amount": 80, **money},
        ],
        allocations=[
            {"allocation_id": "x1", "source": "receipt", "source_id": "r1", "amount": 970, **on},
            {"allocation_id": "x2", "source": "discount", "amount": 30, **on},
        ],
    )


def test_what_the_page_says() -> None:
    until = FIRST + timedelta(days=30)
    made = statement(account(one_of_each(), "a", FIRST + timedelta(days=1), until), "Lantern Works")
    tables = {block.caption: block for block in made.blocks if isinstance(block, Table)}
    assert [cell.value for cell in tables["statement.balances"].rows[0]] == ["CNY", 1500, 0, 1080, 420]
    moves = [(row[1].value, row[4].value, row[5].value, row[6].value) for row in tables["statement.moves"].rows]
    assert moves == [
        ("movement.opening", None, None, 1500),
        ("movement.discount", None, 30, 1470),
        ("movement.receipt", None, 970, 500),
        ("movement.receipt", None, 80, 420),
        ("movement.closing", None, None, 420),
    ]
    assert [[cell.value for cell in row] for row in tables["statement.open"].rows] == [
        ["i2", FIRST, FIRST + timedelta(days=10), 20, 500, 500]
    ]
    assert tables["statement.unplaced"].rows[0][2].value == 80
    ages = {row[0].value: row[1].value for row in tables["statement.ages"].rows}
    assert (ages["1-30"], ages["bucket.unapplied"], ages["bucket.total"]) == (500, -80, 420)
    assert plain(made)["document"] == "statement"


@pytest.mark.parametrize(("code", "title"), [("en", "Statement of account"), ("zh", "对账单")])
def test_it_is_told_in_the_customers_language_and_runs_nothing(code: str, title: str) -> None:
    page = html(told(statement(account(one_of_each(), "a", FIRST, FIRST)), Language(code)))
    assert title in page
    assert "Lantern &lt;b&gt;" in page
    assert "<b>" not in page


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(SolventError) as wrong:
        account(one_of_each(), "a", FIRST, FIRST - timedelta(days=1))
    assert wrong.value.problem.code == "documents.statement.reversed"


def test_a_customer_of_whom_nothing_is_known_has_an_empty_statement() -> None:
    made = account(one_of_each(), "nobody", FIRST, FIRST)
    assert not made.currencies
    assert any(getattr(block, "code", "") == "statement.nothing" for block in statement(made).blocks)
