"""What matches add to the books: every cent is kept, nothing is settled twice, and all of it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import ModuleType

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import TABLES, Basis, Books, Ledger, open_books
from solvent.books.checks import run_checks
from solvent.intake.matching.entries import entries, made_by
from solvent.intake.matching.match import Matched, match
from solvent.intake.matching.question import Question, question
from thorough import cases

DAY = date(2026, 4, 1)
SEEDS = st.integers(0, 10**6)


def added(books: Books, rows: Mapping[str, pl.DataFrame]) -> Books:
    """The books with rows added."""
    tables = {name: pl.concat([books.table(name).collect(), rows[name]]).lazy() if name in rows else books.table(name) for name in TABLES}  # fmt: skip
    return open_books(Ledger(tables, currency=books.currency), books.as_of)


def without(books: Books, keys: Mapping[str, list[str]]) -> Books:
    """The books without the rows of these keys."""
    tables = {name: books.table(name) for name in TABLES}
    for name, gone in keys.items():
        tables[name] = tables[name].filter(~pl.col(TABLES[name].key[0]).is_in(gone)).collect().lazy()
    return open_books(Ledger(tables, currency=books.currency), books.as_of)


def asked_and_told(books: Books) -> tuple[Question, Matched]:
    asked = question(books)
    return asked, match(asked)


def owed(books: Books) -> dict[tuple[str, str], int]:
    """What each customer owes in each currency."""
    standing = books.journal.standing(books.as_of).join(books.journal.customers.lazy(), on="customer_no")
    rows = standing.group_by("customer_id", "currency").agg(pl.col("amount").sum()).collect().iter_rows()
    return {(who, currency): amount for who, currency, amount in rows if amount}


def all_of(books: Books, matched: Matched) -> list[str]:
    return matched.decisions.filter(pl.col("decision") != "none")["source_id"].to_list()


@settings(max_examples=cases(4, 40), deadline=None)
@given(seed=SEEDS, everything=st.booleans())
def test_every_cent_is_kept(market: ModuleType, seed: int, everything: bool) -> None:
    before = market.market(seed, 60, 200, 25).books()
    asked, matched = asked_and_told(before)
    rows = entries(matched, asked, DAY, chosen=all_of(before, matched) if everything else None)
    after = added(before, rows)
    broken = [outcome for outcome in run_checks(after) if outcome.breaches and outcome.level == "error"]
    assert not broken
    warned = {outcome.name for outcome in run_checks(after) if outcome.breaches}
    assert not warned & {"allocations.beyond_item", "allocations.across_customers"}
    came = sum(rows["receipts"]["amount"]) if "receipts" in rows else 0
    assert sum(owed(before).values()) - sum(owed(after).values()) == came
    matched_lines = rows["bank_matches"].group_by("line_id").agg(pl.col("amount").sum())
    lines = before.table("bank_lines").select("line_id", pl.col("amount").alias("line")).collect()
    both = matched_lines.join(lines, on="line_id", how="left")
    assert (both["amount"] == both["line"]).all()


@settings(max_examples=cases(4, 40), deadline=None)
@given(seed=SEEDS)
def test_no_item_and_no_line_is_used_beyond_its_amount(market: ModuleType, seed: int) -> None:
    asked, matched = asked_and_told(market.market(seed, 80, 160, 12).books())
    used = (
        matched.parts.filter(pl.col("target") == "open_item")
        .group_by("target_id")
        .agg((pl.col("amount") + pl.col("residual")).sum().alias("used"), pl.col("amount").min().alias("least"))
    )
    items = used.join(asked.items, left_on="target_id", right_on="item_id")
    assert items.height == used.height
    assert (items["used"] <= items["open"]).all()
    assert (items["least"] > 0).all()
    taken = matched.parts.group_by("source", "source_id").agg(pl.col("source_amount").sum().alias("taken"))
    money = taken.join(asked.money, on=["source", "source_id"])
    assert money.height == taken.height
    assert (money["taken"].abs() <= money["amount"].abs()).all()


@settings(max_examples=cases(3, 40), deadline=None)
@given(seed=SEEDS)
def test_taking_back_is_the_inverse(market: ModuleType, seed: int) -> None:
    before = market.market(seed, 40, 120, 15).books()
    asked, matched = asked_and_told(before)
    rows = entries(matched, asked, DAY)
    books = added(before, rows)
    for line in rows["bank_matches"]["line_id"].unique().sort():
        keys = made_by(books, line)
        assert keys["bank_matches"]
        books = without(books, keys)
    for name in TABLES:
        assert books.table(name).collect().equals(before.table(name).collect()), name
    assert question(books).items.equals(asked.items)


@settings(max_examples=cases(3, 30), deadline=None)
@given(seed=SEEDS, order=st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(market: ModuleType, seed: int, order: int) -> None:
    made = market.market(seed, 60, 150, 15)
    tables = {name: frame.sample(fraction=1, shuffle=True, seed=order).lazy() for name, frame in made.tables.items()}
    shuffled = open_books(Ledger(tables, currency="CNY"), made.books().as_of)
    one, other = match(question(made.books())), match(question(shuffled))
    assert one.decisions.equals(other.decisions)
    assert one.parts.sort(pl.all()).equals(other.parts.sort(pl.all()))


def test_what_is_matched_is_not_asked_again(market: ModuleType) -> None:
    before = market.market(3, 200, 900, 90).books()
    asked, matched = asked_and_told(before)
    rows = entries(matched, asked, DAY)
    again = question(added(before, rows))
    done = set(rows["bank_matches"]["line_id"])
    assert done
    assert not done & set(again.money.filter(pl.col("source") == "line")["source_id"])


def test_a_person_teaches_a_payer_and_the_next_line_knows_it(books_of) -> None:  # type: ignore[no-untyped-def]
    lines = """line_id account_id booked_on amount counterparty counterparty_account reference
               L1      OWN1       2026-03-02 100.00 王小明 6222020200112233 INV-2026-0017
               {more}"""
    tables = {
        "customers": "customer_id name recorded_on\nA 上海海锚设备有限公司 2026-01-01",
        "open_items": """item_id customer_id issued_on due_on amount
                         INV-2026-0017 A 2026-01-01 2026-02-01 100.00
                         INV-2026-0018 A 2026-01-05 2026-02-05 77.00""",
    }
    books = books_of("2026-03-31", bank_lines=lines.format(more=""), **tables)
    asked, matched = asked_and_told(books)
    assert matched.decisions["decision"].to_list() == ["proposed"]
    assert entries(matched, asked, DAY) == {}
    rows = entries(matched, asked, DAY, chosen=["L1"])
    assert rows["bank_matches"]["reason"].to_list() == ["person"]
    assert rows["payers"].select("customer_id", "name", "account").row(0) == ("A", "王小明", "6222020200112233")
    later = books_of(
        "2026-03-31",
        bank_lines=lines.format(more="L2 OWN1 2026-03-09 77.00 王小明 6222020200112233 -"),
        **tables,
    )
    told = match(question(added(later, rows))).decisions.filter(pl.col("source_id") == "L2")
    assert told.select("customer_id", "decision", "reason").row(0) == ("A", "automatic", "items.amount")


def test_what_is_paid_beyond_the_items_stays_unapplied(books_of) -> None:  # type: ignore[no-untyped-def]
    books = books_of(
        "2026-03-31",
        customers="customer_id name recorded_on\nA 上海海锚设备有限公司 2026-01-01",
        open_items="item_id customer_id issued_on due_on amount\nINV-2026-0017 A 2026-01-01 2026-02-01 100.00",
        bank_lines="""line_id account_id booked_on amount counterparty reference
                      L1 OWN1 2026-03-02 130.00 上海海锚设备有限公司 INV-2026-0017""",
    )
    asked, matched = asked_and_told(books)
    rows = entries(matched, asked, DAY)
    assert rows["receipts"]["amount"].to_list() == [130_00]
    assert rows["allocations"].select("item_id", "amount").rows() == [("INV-2026-0017", 100_00)]
    after = added(books, rows)
    assert owed(after) == {("A", "CNY"): -30_00}
    rest = question(after).money.select("source", "amount").rows()
    assert rest == [("receipt", 30_00)]


def test_foreign_money_keeps_the_basis_of_the_books(books_of) -> None:  # type: ignore[no-untyped-def]
    """A ledger whose foreign amounts are all booked stays one: the new receipt is booked at the day's rate."""
    books = books_of(
        "2026-03-31",
        customers="customer_id name recorded_on\nA Nordtech 2026-01-01",
        open_items="""item_id customer_id issued_on due_on currency amount booked_amount
                      INV-2026-0017 A 2026-01-01 2026-02-01 EUR 100.00 780.00
                      INV-2026-0018 A 2026-01-01 2026-02-01 CNY 50.00 50.00""",
        fx_rates="currency quote day_on rate\nEUR CNY 2026-03-01 7.9",
        bank_lines="""line_id account_id booked_on currency amount counterparty reference
                      L1 OWN1 2026-03-02 EUR 100.00 Nordtech INV-2026-0017""",
    )
    assert books.basis is Basis.BOOKED
    asked, matched = asked_and_told(books)
    rows = entries(matched, asked, DAY)
    assert rows["receipts"].select("amount", "booked_amount").row(0) == (100_00, 790_00)
    assert added(books, rows).basis is Basis.BOOKED


@pytest.mark.parametrize("chosen", [None, []])
def test_nothing_decided_adds_nothing(market: ModuleType, chosen: list[str] | None) -> None:
    books = market.market(1, 1, 1, 2).books()
    asked, matched = asked_and_told(books)
    none = Matched(matched.decisions.with_columns(pl.lit("none").alias("decision")), matched.parts.clear())
    assert entries(none, asked, DAY, chosen=chosen) == {}
