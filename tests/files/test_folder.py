"""The ledger folder: what is written reads back unchanged, in text and in Parquet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from solvent.base.problem import LedgerError
from solvent.books.books import TABLES, Books, open_books
from solvent.files.folder import in_words, read_manifest, write_tables
from solvent.files.journal_store import RECEIVABLES
from solvent.files.load import load

ITEMS = """
item_id customer_id issued_on  due_on     currency amount
001     lantern     2026-01-01 2026-01-31 CNY      1234.05
002     lantern     2026-01-01 2026-01-31 JPY      500
003     anchor      2026-01-01 2026-01-31 KWD      1.005
"""
RECEIPTS = """
receipt_id customer_id received_on currency amount
r          lantern     2026-01-10  CNY      -0.05
"""
ALLOCATIONS = """
allocation_id item_id source  source_id allocated_on amount currency
x             003     fee     -         2026-01-12   0.005  KWD
"""
PROMISES = """
promise_id customer_id item_id made_on    promised_on currency amount
p          lantern     002     2026-02-05 2026-02-20  JPY      500
q          anchor      003     2026-02-05 2026-02-20  KWD      1.005
r          lantern     -       2026-02-05 2026-02-20  CNY      99.90
"""
FACILITIES = """
facility_id told_on    kind      currency amount drawn yearly_rate committed ends_on
f           2026-01-31 overdraft JPY      900000 5     0.0435      yes       2026-12-31
f           2026-02-28 overdraft JPY      900000 0     -           no        -
"""


def tables(books: Books) -> dict[str, pl.DataFrame]:
    every = {name: books.table(name).collect() for name in TABLES}
    return {name: frame for name, frame in every.items() if not frame.is_empty()}


@pytest.fixture
def books(books_of: Callable[..., Books]) -> Books:
    return books_of("2026-03-31", open_items=ITEMS, receipts=RECEIPTS, allocations=ALLOCATIONS)


def test_money_is_told_in_the_decimals_of_its_currency(books: Books) -> None:
    every = tables(books)
    assert in_words("open_items", every["open_items"], every, "CNY").get_column("amount").to_list() == [
        "1234.05",
        "500",
        "1.005",
    ]
    assert in_words("receipts", every["receipts"], every, "CNY").item(0, "amount") == "-0.05"
    left_out = every["allocations"].with_columns(pl.lit(None, dtype=pl.String).alias("currency"))
    told = in_words("allocations", left_out, every, "CNY")
    assert (told.item(0, "amount"), told.item(0, "currency")) == ("0.005", "KWD")


def test_lines_and_promises_read_back_with_the_currency_of_the_item(
    books_of: Callable[..., Books], tmp_path: Path
) -> None:
    every = tables(books_of("2026-03-31", open_items=ITEMS, promises=PROMISES, facilities=FACILITIES))
    of_its_own = pl.col("item_id").is_null()
    left_out = every["promises"].with_columns(pl.when(of_its_own).then("currency").alias("currency"))
    write_tables(every | {"promises": left_out}, tmp_path, currency="CNY")
    ledger = load(tmp_path).intake.ledger
    assert ledger.table("promises").collect().sort("promise_id").equals(every["promises"].sort("promise_id"))
    lines = ledger.table("facilities").collect().sort("told_on")
    assert lines.equals(every["facilities"].sort("told_on"))
    assert lines["drawn"].to_list() == [5, 0]


@pytest.mark.parametrize(("own", "shown"), [("CNY", "5.00"), ("JPY", "500")])
def test_a_promise_of_an_account_without_a_currency_is_in_the_companys_own(
    books_of: Callable[..., Books], tmp_path: Path, own: str, shown: str
) -> None:
    said = tables(books_of("2026-03-31", promises=PROMISES.replace("99.90", "5.00")))["promises"].tail(1)
    write_tables({"promises": said.with_columns(currency=pl.lit(None, pl.String))}, tmp_path, currency=own)
    assert (tmp_path / "promises.csv").read_text("utf-8").splitlines()[1].split(",")[6] == shown
    assert load(tmp_path).intake.ledger.table("promises").collect()["amount"].to_list() == [500]


def test_a_name_that_looks_like_a_formula_is_written_as_text_and_reads_back(
    books_of: Callable[..., Books], tmp_path: Path
) -> None:
    books = books_of("2026-03-31", open_items=ITEMS.replace("lantern", "=1+1").replace("anchor", "@home"))
    write_tables(tables(books), tmp_path, currency="CNY")
    assert "'=1+1" in (tmp_path / "open_items.csv").read_text("utf-8")
    told = load(tmp_path).intake.ledger.table("open_items").collect()
    assert set(told["customer_id"]) == {"=1+1", "@home"}


def test_a_corrections_file_in_a_folder_is_passed_over(books: Books, tmp_path: Path) -> None:
    write_tables(tables(books), tmp_path, currency="CNY")
    (tmp_path / "open_items.csv.corrections.csv").write_text("#row,item_id\n1,x\n", "utf-8")
    assert load(tmp_path).intake.ledger.table("open_items").collect().height == 3


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_folder_reads_back_unchanged(books: Books, tmp_path: Path, form: str) -> None:
    every = tables(books)
    write_tables(every, tmp_path, currency="CNY", form=form, notes={"company": 'A "quoted" name', "seed": 7})
    assert read_manifest(tmp_path) == {"currency": "CNY", "company": 'A "quoted" name', "seed": 7}
    ledger = load(tmp_path).intake.ledger
    assert ledger.currency == "CNY"
    for name, frame in every.items():
        key = list(TABLES[name].key)
        told = ledger.table(name).collect().sort(key)
        assert told.equals(frame.sort(key)), name


def test_the_stored_journal_is_built_once_and_rebuilt_when_stale(books: Books, tmp_path: Path) -> None:
    write_tables(tables(books), tmp_path, currency="CNY", form="parquet")
    first = load(tmp_path).intake.ledger
    assert first.journal is not None
    stamp = (tmp_path / "journal" / "stamp.json").stat().st_mtime_ns
    again = load(tmp_path).intake.ledger
    assert (tmp_path / "journal" / "stamp.json").stat().st_mtime_ns == stamp
    day = date(2026, 2, 15)
    order = ["item_id", "due_on"]
    assert again.journal is not None
    stored = again.journal.open_items(day).collect().sort(order)
    assert stored.equals(books.journal.open_items(day).collect().sort(order))
    fewer = tables(books)
    fewer["open_items"] = fewer["open_items"].head(1)
    write_tables(fewer, tmp_path, currency="CNY", form="parquet")
    rebuilt = open_books(load(tmp_path).intake.ledger, day)
    assert rebuilt.journal.open_items(day).filter(pl.col("due_on").is_not_null()).collect().height == 1


def test_other_tables_in_text_leave_the_stored_journal_in_use(
    books: Books, books_of: Callable[..., Books], tmp_path: Path
) -> None:
    """Only a receivable in text, of which the stored journal cannot know, has it built anew."""
    customers = "customer_id name\nlantern Lantern\nanchor Anchor\n"
    every = {**tables(books), **tables(books_of("2026-02-15", customers=customers))}
    receivables = {name: every.pop(name) for name in RECEIVABLES if name in every}
    write_tables(every, tmp_path, currency="CNY", form="csv")
    write_tables(receivables, tmp_path, currency="CNY", form="parquet")
    beside = load(tmp_path).intake.ledger
    assert beside.journal is not None
    assert beside.has("customers")
    day, order = date(2026, 2, 15), ["item_id", "due_on"]
    stored = open_books(beside, day).journal.open_items(day).collect().sort(order)
    assert stored.equals(books.journal.open_items(day).collect().sort(order))
    (tmp_path / "allocations.parquet").unlink()
    write_tables({"allocations": receivables["allocations"]}, tmp_path, currency="CNY", form="csv")
    mixed = load(tmp_path).intake.ledger
    assert mixed.journal is None
    again = open_books(mixed, day).journal.open_items(day).collect().sort(order)
    assert again.equals(books.journal.open_items(day).collect().sort(order))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: None, "files.nothing_readable"),
        (lambda folder: (folder / "ledger.toml").write_text("= nonsense"), "files.manifest_unreadable"),
        (lambda folder: (folder / "open_items.parquet").write_bytes(b"no parquet"), "files.parquet_unreadable"),
    ],
    ids=["empty", "manifest", "parquet"],
)
def test_a_folder_that_is_none_is_told(tmp_path: Path, make: Callable[[Path], object], code: str) -> None:
    make(tmp_path)
    with pytest.raises(LedgerError) as raised:
        load(tmp_path)
    assert raised.value.problem.code == code


def test_a_path_that_is_not_there_and_a_wrong_currency_are_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError):
        load(tmp_path / "nowhere")
    with pytest.raises(LedgerError):
        load(tmp_path, currency="RMB")
