"""Columns: any cell that a table can hold comes back from either database as it went in, to the last bit."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import Place, frames, intake, item

from solvent.books.books import TABLES
from solvent.intake.intake import Source
from solvent_server.store import database

ODD_TEXTS = [
    "", " ", "NULL", "null", "\\N", "\\.", "a\n\\.\nb", "\\", '"', '""', "'", ",", "a\r\nb", "\r", "\n", "\t", "\ufeff",
    "[1]", '{"a":1}', "true", "1.0", "0x1", "\x01\x1e\x7f", "\u2028", "\U0001f9fe", "e\u0301", "\u200b", "=1+1", "--",
    "%s", "?", "$1", "x" * 70_000,
]  # fmt: skip
CELLS: dict[Any, st.SearchStrategy[Any]] = {
    pl.String: st.sampled_from(ODD_TEXTS) | st.text(max_size=20),
    pl.Int64: st.sampled_from([0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63)]) | st.integers(-(2**63), 2**63 - 1),
    pl.Date: st.sampled_from([date(1, 1, 1), date(9999, 12, 31), date(1899, 12, 31)]) | st.dates(),
    pl.Boolean: st.booleans(),
    pl.Float64: st.sampled_from([0.1 + 0.2, 5e-324, 1.7976931348623157e308, 1e22, -0.0]) | st.floats(),
}
MOMENTS = st.sampled_from([datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999)]) | st.datetimes()  # noqa: DTZ001


def rows_of(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    columns = TABLES[name].columns
    cells = {
        column: CELLS.get(declared.dtype, MOMENTS) if column in TABLES[name].key
        else st.none() | CELLS.get(declared.dtype, MOMENTS)
        for column, declared in columns.items()
    }  # fmt: skip
    return st.lists(st.fixed_dictionaries(cells).map(lambda row: kept(name, row)), min_size=1, max_size=6)


def kept(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row, made to keep what the database itself asks of its table: two people, or somebody and a reason."""
    two = {"limits": ("decided_by", "approved_by"), "approvals": ("asked_by", "approved_by")}.get(name)
    if two:
        second = row[two[1]]
        row = {
            **row,
            two[0]: f"1{row[two[0]] or ''}",
            two[1]: second if second is None and name == "limits" else f"2{second or ''}",
        }
    if name == "screenings" and row["outcome"] == "waived":
        row = {**row, "reason": "r", "reviewer": "a"}
    return row


@pytest.mark.parametrize(
    "name",
    [
        "open_items", "fx_rates", "bank_matches", "facilities", "deliveries", "stock", "orders", "registrations",
        "limits", "approvals", "screenings", "contracts", "trade_references",
    ],
)  # fmt: skip
def test_every_cell_comes_back(place: Place, name: str, request: pytest.FixtureRequest) -> None:
    from solvent_server.store import facts  # noqa: PLC0415 (needs Django set up)
    from solvent_server.store.models import Batch, Company  # noqa: PLC0415

    company = Company.objects.create(code="own")

    @settings(
        max_examples=300 if request.config.getoption("--all") else 12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(rows_of(name))
    def comes_back(rows: list[dict[str, Any]]) -> None:
        table = TABLES[name]
        frame = facts.keyed(name, pl.DataFrame(rows, schema=table.schema, orient="row"))
        ready = frame.unique("key", maintain_order=True).with_columns(pl.lit(0, dtype=pl.Int64).alias("version"))
        company = Company.objects.create(code=uuid4().hex)
        with database.writing():
            batch = Batch.objects.create(
                company=company, kind="ledger", state="staged", actor="t", created_at="2026-01-01T00:00Z"
            )
            facts.insert(name, ready, company.pk, batch.pk)
        columns = {"key": pl.String, "digest": pl.String, **table.schema}
        back = database.read(f"fact_{name}", columns, "WHERE batch_id = ?", [batch.pk])
        assert back.sort("key").equals(ready.select(list(columns)).sort("key"), null_equal=True)
        assert facts.keyed(name, back.select(list(table.schema)))["digest"].equals(back["digest"])

    assert company
    comes_back()


def test_what_is_no_number_is_empty(place: Place) -> None:
    """A rate that is not a number, or infinite, is no rate: the row is refused, not stored as something else."""
    from solvent_server.store import batches, books, work  # noqa: PLC0415
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    company = work.set_company("own", "test", currency="CNY")
    rows = [
        {"currency": code, "quote": "CNY", "day_on": date(2026, 1, 1), "rate": rate}
        for code, rate in (("USD", float("nan")), ("EUR", float("inf")), ("JPY", float("-inf")), ("GBP", 9.1))
    ]
    staged = batches.stage(company, intake(fx_rates=rows), original=Source("a", b"a"), kind="ledger", actor="t")
    assert [(one.facts["rule"], one.facts["count"]) for one in staged.problems] == [("empty.rate", 3)]
    batches.commit(company, staged.batch, "t")
    assert books.ledger(company).table("fx_rates").collect()["rate"].to_list() == [9.1]
    assert not [one for one in checks.check_store() if one.breaches]


def test_a_large_table_is_read_in_blocks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gaps between ids, blocks of other companies only, and a row far out do not change what comes back."""
    from solvent_server.store import batches, books, work  # noqa: PLC0415

    monkeypatch.setattr(database, "_BLOCK", 50)
    one, two = (work.set_company(code, "test", currency="CNY") for code in ("one", "two"))
    for start in range(0, 600, 200):
        batches.record(one, frames(open_items=[item(n) for n in range(start, start + 130)]), kind="person", actor="t")
        batches.record(two, frames(open_items=[item(n, 7) for n in range(70)]), kind="person", actor="t")
    told = books.ledger(one).table("open_items").collect()
    assert told["item_id"].n_unique() == told.height == 390
    assert books.ledger(two).table("open_items").collect()["amount"].to_list() == [7] * 70
    with database.writing():
        assert database.read("fact_open_items", {"id": pl.Int64}).height >= 460
    batch = one.pk
    columns = {"id": 2**62, "company_id": batch, "key": "far", "version": 0, "digest": "0" * 32, "batch_id": 1}
    row = {**item(9_999), "currency": "CNY", "recorded_on": date(2026, 1, 1), **columns}
    with database.writing():
        database.write("fact_open_items", pl.DataFrame([row]).with_columns(pl.col("id").cast(pl.Int64)))
    assert "i9999" in books.ledger(one).table("open_items").collect()["item_id"]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_block_with_more_text_than_sqlite_puts_into_one_value(place: Place) -> None:
    from django.db import connection  # noqa: PLC0415

    from solvent_server.store import batches, books, work  # noqa: PLC0415

    company = work.set_company("own", "test", currency="CNY")
    rows = [{"customer_id": f"c{number}", "name": "名" * 3000} for number in range(40)]
    batches.record(company, frames(customers=rows), kind="person", actor="t")
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 60_000)
    told = books.ledger(company).table("customers").collect()
    assert told["name"].str.len_chars().to_list() == [3000] * 40
