"""Where a row of the books stands in its file: the cells there say what the row says, whatever reader made it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest
import xlsxwriter

from solvent.base.money import decimal
from solvent.books.books import TABLES
from solvent.files.load import read_formats, read_profiles
from solvent.intake.intake import Known, Source
from solvent.intake.sources.places import BESIDE, Place, places_in
from solvent.intake.sources.take import Desk, take_in

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
DESK = Desk(read_formats(), read_profiles())
KNOWN = Known(currency="CNY")
APART = "\x1f"
ITEMS = "客户编号,发票号,开票日期,到期日,币种,金额\n" + "".join(
    f"K{n % 3},X-{n},2026-09-{n:02d},2026-10-{n:02d},CNY,{100 + n}.50\n" for n in range(1, 21)
)


def found(source: Source, table: str, *key: str, desk: Desk = DESK) -> list[Place]:
    return places_in(source, KNOWN, desk, table, APART.join(key))


def here(places: list[Place]) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(place.sheet, row.number, tuple(row.cells)) for place in places for row in place.rows if row.here]


def test_a_row_of_a_list_with_its_neighbours_and_its_columns() -> None:
    (place,) = found(Source("九月.csv", ITEMS.encode("gb18030")), "open_items", "X-7")
    assert here([place]) == [("", 8, ("K1", "X-7", "2026-09-07", "2026-10-07", "CNY", "107.50"))]
    assert [row.number for row in place.rows] == list(range(8 - BESIDE, 8 + BESIDE + 1))
    assert (place.role, place.header_row, place.mapping["到期日"]) == ("documents", 1, "due_on")
    assert found(Source("九月.csv", ITEMS.encode()), "open_items", "X-21") == []


def test_a_customer_stands_in_all_its_rows_and_only_some_are_shown() -> None:
    many = ITEMS + "".join(f"K9,Z-{n},2026-09-01,2026-10-01,CNY,5.00\n" for n in range(50))
    (place,) = found(Source("many.csv", many.encode()), "customers", "K9")
    assert place.count == 50
    assert 0 < len(here([place])) < 25


def test_lines_that_became_one_item_are_all_there() -> None:
    text = (
        "customer_no,invoice_no,line,invoice_date,due_date,amount\n"
        "K1,A-1,1,2026-09-01,2026-10-01,10.00\nK2,A-2,1,2026-09-01,2026-10-01,7.00\nK1,A-1,2,2026-09-01,2026-10-01,5.50\n"
    )
    source = Source("lines.csv", text.encode())
    items = take_in(source, KNOWN).ledger.tables["open_items"].collect()
    assert dict(items.select("item_id", "amount").iter_rows()) == {"A-1": 1_550, "A-2": 700}
    assert [row for _, row, _ in here(found(source, "open_items", "A-1"))] == [2, 4]


def test_a_receipt_that_an_invoice_implies_stands_at_the_invoice() -> None:
    text = "customer_no,invoice_no,invoice_date,due_date,amount,open_amount\nK1,A-1,2026-09-01,2026-10-01,10.00,4.00\n"
    source = Source("open.csv", text.encode())
    told = take_in(source, KNOWN).ledger
    receipt = told.tables["receipts"].collect().item(0, "receipt_id")
    allocation = told.tables["allocations"].collect().item(0, "allocation_id")
    assert [row for _, row, _ in here(found(source, "receipts", receipt))] == [2]
    assert [row for _, row, _ in here(found(source, "allocations", allocation))] == [2]


def test_two_sheets_of_a_workbook_are_told_apart() -> None:
    book = BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as made:
        for name, first in (("一月", "A"), ("二月", "B")):
            sheet = made.add_worksheet(name)
            sheet.write_row(0, 0, ["应收明细"])
            sheet.write_row(2, 0, ["客户", "发票号", "开票日期", "到期日", "金额"])
            for n in range(1, 4):
                sheet.write_row(2 + n, 0, [f"客户{n}", f"{first}-{n}", "2026-09-01", "2026-10-01", n * 10.25])
    source = Source("账.xlsx", book.getvalue())
    assert here(found(source, "open_items", "B-2")) == [
        ("二月", 5, ("客户2", "B-2", "2026-09-01", "2026-10-01", "20.5"))
    ]
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("in/items.csv", ITEMS)
    assert [row for _, row, _ in here(found(Source("all.zip", packed.getvalue()), "open_items", "X-3"))] == [4]


def test_own_tables_are_found_by_all_cells_of_their_key() -> None:
    text = "account_id,day_on,currency,amount\nA1,2026-09-01,CNY,5.00\nA1,2026-09-02,CNY,6.00\nA2,2026-09-02,CNY,7.00\n"
    assert [
        row for _, row, _ in here(found(Source("balances.csv", text.encode()), "balances", "A1", "2026-09-02"))
    ] == [3]


def test_a_line_of_a_text_statement_is_shown_as_it_stands() -> None:
    text = (
        ":20:S1\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C260901EUR100,00\n"
        ":61:2609020902C25,00NTRFNONREF\n:86:Invoice A-1\n:61:2609030903D5,00NTRFNONREF\n:86:Fee\n"
        ":62F:C260903EUR120,00\n"
    )
    source = Source("one.sta", text.encode())
    lines = take_in(source, KNOWN).ledger.tables["bank_lines"].collect()
    key = lines.filter(pl.col("amount") == 2_500).item(0, "line_id")
    (place,) = found(source, "bank_lines", key)
    assert (place.kind, here([place])) == ("lines", [("", 5, (":61:2609020902C25,00NTRFNONREF",))])
    assert found(source, "balances", "DE89370400440532013000", "2026-09-03")


@pytest.mark.skipif(not DATA.exists(), reason="needs shared/data beside the repo")
@pytest.mark.parametrize("folder", ["bank-statements", "e-invoices", "ar-ibm"])
def test_every_loaded_row_of_real_files_is_found(folder: str) -> None:
    """A seeded few of the files: each table's first and last row; amounts of entries are those of the books."""
    paths = sorted(one for one in (DATA / folder).rglob("*") if one.is_file() and one.stat().st_size < 60_000)
    rows = 0
    for path in paths[:: max(len(paths) // 12, 1)]:
        source = Source(path.name, path.read_bytes())
        for name, frame in take_in(source, KNOWN, DESK.formats, DESK.profiles).ledger.tables.items():
            table = frame.collect()
            for row in {0: table.row(0, named=True), -1: table.row(-1, named=True)}.values():
                places = found(source, name, *(str(row[column]) for column in TABLES[name].key))
                assert places, (path, name)
                rows += 1
                if name == "bank_lines" and places[0].kind == "entries":
                    at = places[0].columns.index("amount")
                    cells = [cells[at] for _, _, cells in here(places)]
                    assert str(decimal(row["amount"], row["currency"])) in cells
    assert rows > 5 or folder == "ar-ibm"
