"""Ledgers as strangers bring them, each with totals and buckets worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from xlsxwriter import Workbook

from solvent.books.books import Books, open_books
from solvent.intake.intake import Intake, Source
from solvent.intake.ledger.read import read_ledger
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
    assert buckets(books) == {"1-30": 5000, "unapplied": -5000}, "the total is nought: 150 billed, 150 received"


def test_the_reference_ledger_on_two_days(reference: Path) -> None:
    data = (reference / "ar-ibm" / "accounts_receivable.csv").read_bytes()
    intake = read_ledger([Source("accounts_receivable.csv", data)])
    for day, total in ((date(2012, 12, 31), 572506), (date(2013, 6, 30), 511985)):
        assert aging(open_books(intake.ledger, day)).item(0, "total") == total
    assert intake.ledger.table("open_items").select(pl.col("item_id").str.starts_with("0").any()).collect().item()


def test_an_sap_list_with_its_own_total() -> None:
    """What is cleared leaves the list at the day of clearing; the list's total is that of what is open."""
    text = (
        "Stichtag 28.02.2026\n\n"
        "Konto|Name 1|Belegnummer|Belegart|Belegdatum|Nettofälligkeit|Betrag in Hauswährung|Hauswährung|Ausgleichsdatum|Ausgleichsbeleg\n"
        "----------------------------------------------------------------------\n"
        "100234|Müller|1800000001|RV|15.12.2025|14.01.2026|1.234.567,89 |EUR||\n"
        "100234|Müller|1800000002|RV|01.02.2026|03.03.2026|0,11 |EUR||\n"
        "100234|Müller|1400000010|DZ|25.02.2026|25.02.2026|100,00-|EUR||\n"
        "100777|Bräu|1800000003|RV|02.01.2026|01.02.2026|500,00 |EUR|28.02.2026|1600000001\n"
        "100777|Bräu|1600000001|DG|28.02.2026|28.02.2026|500,00-|EUR|28.02.2026|1600000001\n"
        "* Summe||||||1.234.468,00 |EUR||\n"
    )
    intake, books = read("FBL5N.txt", text.encode("cp1252"))
    assert intake.counts.row(0)[3:] == (5, 5, 0)
    assert not [problem for problem in intake.ledger.problems if problem.code == "intake.footer_mismatch"]
    assert buckets(books) == {"current": 11, "31-60": 123456789, "unapplied": -10000, "total": 123446800}
    assert buckets(open_books(intake.ledger, date(2026, 2, 27)))["1-30"] == 50000
    names = intake.ledger.table("customers").select("customer_id", "name").collect().sort("customer_id").rows()
    assert names == [("100234", "Müller"), ("100777", "Bräu")]


INSTALMENTS = """doc_type,doc_no,customer,doc_date,instalment,due_date,amount,currency,applies_to
invoice,INV-1,Lantern,2026-03-01,1,2026-03-31,{0},USD,
invoice,INV-1,Lantern,2026-03-01,2,2026-04-30,{1},USD,
invoice,INV-1,Lantern,2026-03-01,3,2026-05-30,{2},USD,
"""
WHOLE = """doc_type,doc_no,customer,doc_date,due_date,amount,currency,applies_to
invoice,INV-1,Lantern,2026-03-01,2026-03-31,{0},USD,
"""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param(
            INSTALMENTS.format(30, 50, 20) + "payment,P-1,Lantern,2026-03-01,,,-40,USD,INV-1\n",
            {"INV-1#2": 4000, "INV-1#3": 2000},
            id="payment_40_fills_instalments_in_due_order",
        ),
        pytest.param(
            INSTALMENTS.format(60, 100, 40)
            + "payment,P-1,Lantern,2026-03-01,,,40,USD,INV-1\ncredit note,CN-1,Lantern,2026-03-01,,,100,USD,INV-1\n",
            {"INV-1#2": 2000, "INV-1#3": 4000},
            id="credit_note_100_after_payment_40_on_200",
        ),
        pytest.param(
            WHOLE.format(200) + "return,RET-1,Lantern,2026-03-01,,-100,USD,INV-1\n",
            {"INV-1": 10000},
            id="partial_return_nets_on_its_invoice",
        ),
        # What stands on its own stays on its own row: 60 beside 100; one row of -100 would not tie to the ledger.
        pytest.param(
            WHOLE.format(100)
            + "payment,P-1,Lantern,2026-03-01,,-40,USD,INV-1\ncredit note,CN-1,Lantern,2026-03-01,,-100,USD,\n",
            {"INV-1": 6000, "CN-1": -10000},
            id="full_credit_note_after_partial_payment",
        ),
        pytest.param(
            WHOLE.format(100)
            + "payment,P-1,Lantern,2026-03-01,,-40,USD,INV-1\ncredit note,CN-1,Lantern,2026-03-01,,-100,USD,INV-1\n",
            {"CN-1": -4000},
            id="full_credit_note_that_names_its_invoice",
        ),
    ],
)
def test_the_cases_of_other_systems_as_files(text: str, left: dict[str, int]) -> None:
    intake, books = read("ledger.csv", text.encode())
    assert intake.counts.row(0)[5] == 0
    rows = books.journal.open_items(date(2026, 3, 1)).collect()
    assert dict(zip(rows["item_id"], rows["amount"], strict=True)) == left
    assert aging(books).item(0, "total") == sum(left.values())


def test_a_list_of_what_is_open_and_nothing_else() -> None:
    """Without an amount invoiced what is open is the amount; the total row ties."""
    text = (
        "客户名称\t发票号\t开票日期\t到期日\t未收金额\n"
        "甲公司\tF1\t2026-01-05\t2026-02-04\t1,000.00\n"
        "甲公司\tF2\t2026-02-20\t2026-03-22\t250.50\n"
        "乙公司\tF3\t2025-10-01\t2025-10-31\t80\n"
        "乙公司\tF4\t2026-02-21\t2026-02-21\t-30\n"
        "合计\t\t\t\t1,300.50\n"
    )
    intake, books = read("未收.txt", text.encode("gbk"))
    assert intake.counts.row(0)[3:] == (4, 4, 0)
    # On 2026-02-21: F1 is 17 days late, F3 113 days; F4 is a credit.
    assert buckets(books) == {"current": 25050, "1-30": 100000, "91-120": 8000, "unapplied": -3000, "total": 130050}
    assert (tie_out(books).given, tie_out(books).difference) == (True, 0)
    assert intake.readings[0].encoding == "gb18030"


def test_a_total_that_does_not_add_up_is_told() -> None:
    text = "客户,发票号,开票日期,到期日,金额\n甲,F1,2026-01-05,2026-02-04,100.00\n乙,F2,2026-01-05,2026-02-04,50.00\n合计,,,,151.00\n"
    intake, books = read("a.csv", text.encode())
    told = [dict(problem.facts) for problem in intake.ledger.problems if problem.code == "intake.footer_mismatch"]
    assert told == [{"total": "151.00", "added": "150.00", "difference": "1.00"}]
    assert tie_out(books).difference != 0


def test_amounts_in_ten_thousands_by_their_own_header() -> None:
    """万元 over one column is that column's own; a cell may say it too."""
    text = "客户,发票号,开票日期,到期日,开票金额(万元),已收金额(元)\n甲,F1,2026-01-05,2026-02-04,12.5,5000\n甲,F2,2026-01-05,2026-02-04,1.5万元,0\n"
    _, books = read("a.csv", text.encode())
    # 125,000 less 5,000, and 15,000: 万元 in the cell of a 万元 column is meant once.
    assert aging(books).item(0, "total") == 13500000
