"""Ledgers as strangers bring them, each with totals and buckets worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from solvent.books.books import Books, open_books
from solvent.intake.ledger.grid import Source
from solvent.intake.ledger.read import Intake, read_ledger
from solvent.measures.aging import aging, tie_out


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """A workbook of these rows; dates as dates, empty cells left out."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for place, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(place, column, datetime.combine(cell, time()), day)
                    elif cell is not None:
                        page.write(place, column, cell)
    return out.getvalue()


def read(name: str, data: bytes) -> tuple[Intake, Books]:
    intake = read_ledger([Source(name, data)])
    return intake, open_books(intake.ledger)


def buckets(books: Books) -> dict[str, int]:
    return {name: value for name, value in aging(books).row(0, named=True).items() if value}


def test_a_chinese_workbook_with_a_preamble() -> None:
    """A cancelled document comes back; the total row, which counts it, ties all the same."""
    head = [
        "序号",
        "单据编号",
        "业务日期",
        "到期日",
        "客户编码",
        "客户名称",
        "币别",
        "价税合计",
        "已收款金额",
        "未收款金额",
        "单据状态",
    ]
    rows: list[list[object]] = [
        ["明州某某电器有限公司 应收单列表"],
        ["期间：2026-01-01 至 2026-03-31", None, None, None, "单位：元"],
        [],
        list(head),
        [1, "AR1", date(2026, 1, 5), date(2026, 2, 4), "K1", "甲公司", "人民币", 10000, 4000, 6000, "已审核"],
        [2, "AR2", date(2026, 1, 20), date(2026, 3, 21), "K2", "乙公司", "人民币", 2500.5, 0, 2500.5, "已审核"],
        [3, "AR3", date(2026, 3, 1), date(2026, 3, 31), "K1", "甲公司", "人民币", 800, 0, 800, "作废"],
        [4, "AR4", date(2026, 3, 15), date(2026, 4, 14), "K3", "丙公司", "人民币", -300, 0, -300, "已审核"],
        [5, "AR5", date(2026, 3, 20), date(2026, 4, 19), "K3", "丙公司", "人民币", 5000, 5000, 0, "已审核"],
        ["合计", None, None, None, None, None, None, 18000.5, 9000, 9000.5, None],
        ["制表人：某某"],
    ]
    intake, books = read("应收单.xlsx", workbook({"应收单列表": rows}))
    assert intake.counts.row(0)[3:] == (5, 4, 1)
    assert intake.rejected.get_column("code").to_list() == ["intake.row.cancelled"]
    assert (books.as_of, books.currency) == (date(2026, 3, 20), "CNY")
    assert buckets(books) == {"current": 250050, "31-60": 600000, "unapplied": -30000, "total": 820050}
    assert tie_out(books).difference == 0


def test_accounts_with_red_entries_and_running_balances() -> None:
    head = ["日期", "摘要", "借方金额", "贷方金额", "余额"]
    first: list[list[object]] = [
        ["某公司 应收账款明细账"],
        ["科目：应收账款    期间：2026-08-01 至 2026-08-31"],
        [],
        list(head),
        ["2026-08-01", "期初余额", None, None, 50000],
        ["2026-08-05", "销售开票", 20000, None, 70000],
        ["2026-08-12", "收到货款 电汇", None, 10000, 60000],
        ["2026-08-18", "销售退回（红冲）", 5000, None, 55000],
        ["2026-08-25", "销售开票", 8000, None, 63000],
    ]
    second: list[list[object]] = [
        *first[:4],
        ["2026-08-09", "销售开票", "1.5万元", None, 15000],
        ["2026-08-20", "收款", None, "４０００", 11000],
    ]
    _, books = read("明细账.xlsx", workbook({"甲公司": first, "乙公司": second}))
    by = {row["customer_id"]: row["total"] for row in aging(books, "customer").to_dicts()}
    assert by == {"甲公司": 6300000, "乙公司": 1100000}
    assert tie_out(books).given
    assert tie_out(books).difference == 0


SAP = """Customer Line Item Display

Company Code  1000
Customer|Document Number|Document Type|Document Date|Net due date|Amount in local currency|Local Currency|Clearing date|Clearing Document
-----------------------------------------------------------------------------------------------------
100234|1800000001|RV|15.01.2026|14.02.2026|1.190,00 |EUR|20.02.2026|1400000009
100234|1400000009|DZ|20.02.2026|20.02.2026|1.190,00-|EUR|20.02.2026|1400000009
100234|1800000002|RV|10.02.2026|12.03.2026|2.380,00 |EUR||
100777|1600000001|DG|20.02.2026|20.02.2026|119,00-|EUR||
100777|1800000003|RV|11.01.2026|10.02.2026|500,00 |EUR||
"""


def test_an_sap_list_with_clearing_documents() -> None:
    intake, books = read("FBL5N.txt", SAP.encode("cp1252"))
    assert intake.counts.row(0)[3:] == (5, 5, 0)
    assert (books.as_of, books.currency) == (date(2026, 2, 20), "EUR")
    assert buckets(books) == {"current": 238000, "1-30": 50000, "unapplied": -11900, "total": 276100}
    before = open_books(intake.ledger, date(2026, 2, 19))
    assert buckets(before) == {"current": 238000, "1-30": 169000, "total": 407000}


def test_instalments_payments_and_credit_notes() -> None:
    """Payment and credit note fill the instalments in the order of their due days."""
    text = (
        "doc_type,doc_no,customer,doc_date,instalment,due_date,amount,currency,applies_to\n"
        "invoice,INV-1,Lantern Ltd,2026-01-10,1,2026-02-09,60.00,USD,\n"
        "invoice,INV-1,Lantern Ltd,2026-01-10,2,2026-03-11,100.00,USD,\n"
        "invoice,INV-1,Lantern Ltd,2026-01-10,3,2026-04-10,40.00,USD,\n"
        "payment,P-1,Lantern Ltd,2026-02-01,,,-40.00,USD,INV-1\n"
        "credit note,CN-1,Lantern Ltd,2026-03-01,,,-100.00,USD,INV-1\n"
        "credit note,CN-2,Anchor GmbH,2026-03-05,,,-50.00,USD,\n"
    )
    _, books = read("instalments.csv", text.encode())
    left = books.journal.open_items(books.as_of).collect().sort("item_id")
    assert dict(zip(left["item_id"], left["amount"])) == {"CN-2": -5000, "INV-1#2": 2000, "INV-1#3": 4000}
    assert buckets(books) == {"current": 6000, "unapplied": -5000, "total": 1000}


def test_a_broken_file_loses_only_its_broken_rows() -> None:
    text = (
        "应收账款台账,,,,,\n客户,发票号,开票日期,到期日,金额,已收\n"
        '甲,F1,2026-01-05,2026-02-30,"1,000.00",0\n甲,F2,2026/1/6,2026年2月5日,￥2000,500\n乙,F3,待定,2026-03-01,300,0\n'
        "乙,F4,2026-02-01,2026-03-03,待确认,0\n丙,F5,2026-02-02,2026-03-04,700,0\n丙,F6,2026-02-03,2026-01-01,80,0\n"
        ",F7,2026-02-05,2026-03-07,90.5,0\n"
    )
    intake, books = read("台账.csv", text.encode("gb18030"))
    assert dict(zip(intake.rejected["row"], intake.rejected["code"])) == {
        3: "intake.cell.date_impossible",
        5: "intake.cell.date",
        6: "intake.cell.amount",
        8: "intake.row.law",
    }
    assert aging(books).item(0, "total") == 229050
    assert intake.counts.row(0)[3:] == (7, 3, 4)


def test_amounts_in_ten_thousands() -> None:
    text = "单位：万元\n客户,发票号,开票日期,到期日,金额\n甲,F1,2026-01-05,2026-02-04,1.23456\n"
    _, books = read("a.csv", text.encode())
    assert aging(books).item(0, "total") == 1234560
    assert books.currency == "CNY"


def test_invoices_and_receipts_as_two_files() -> None:
    invoices = "客户,发票号,开票日期,到期日,金额\n甲,F1,2026-01-05,2026-02-04,100\n甲,F2,2026-01-06,2026-02-05,50\n"
    receipts = "收款单号,客户,收款日期,收款金额,核销发票\nR1,甲,2026-02-10,120,F1\nR2,甲,2026-02-11,30,\n"
    intake = read_ledger([Source("发票.csv", invoices.encode()), Source("收款.csv", receipts.encode())])
    books = open_books(intake.ledger)
    assert buckets(books) == {"1-30": 5000, "unapplied": -5000, "total": 0} or buckets(books) == {
        "1-30": 5000,
        "unapplied": -5000,
    }


def test_the_reference_ledger_on_two_days(reference: Path) -> None:
    data = (reference / "ar-ibm" / "accounts_receivable.csv").read_bytes()
    intake = read_ledger([Source("accounts_receivable.csv", data)])
    for day, total in ((date(2012, 12, 31), 572506), (date(2013, 6, 30), 511985)):
        assert aging(open_books(intake.ledger, day)).item(0, "total") == total
    assert intake.ledger.table("open_items").select(pl.col("item_id").str.starts_with("0").any()).collect().item()
