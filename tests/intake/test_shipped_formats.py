"""The formats that come with Solvent, each on a small export with the headers of its system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files

import pytest

from solvent.books.books import Books, open_books
from solvent.intake.intake import Intake, Source
from solvent.intake.ledger.format import Format
from solvent.intake.ledger.read import read_ledger
from solvent.measures.aging import aging


def shipped() -> Sequence[Format]:
    shelf = files("solvent.intake.ledger").joinpath("formats")
    found = sorted((entry for entry in shelf.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return [Format.parse(entry.read_text("utf-8"), entry.name) for entry in found]


def read(name: str, text: str, encoding: str = "utf-8") -> Intake:
    """The export, read with every shipped format at hand; just the right one has to take it."""
    intake = read_ledger([Source("export.csv", text.encode(encoding))], formats=shipped())
    assert [reading.format for reading in intake.readings] == [name]
    return intake


def items(intake: Intake) -> list[tuple[object, ...]]:
    columns = ["invoice_id", "customer_id", "issued_on", "due_on", "currency", "amount"]
    return intake.ledger.tables["open_items"].select(columns).collect().sort("invoice_id").rows()


def buckets(books: Books) -> dict[str, int]:
    return {name: value for name, value in aging(books).row(0, named=True).items() if value}


def codes(intake: Intake) -> dict[int, str]:
    return dict(intake.rejected.select("row", "code").iter_rows())


def test_each_says_what_export_it_is_and_has_its_own_name() -> None:
    shelf = files("solvent.intake.ledger").joinpath("formats")
    names = []
    for entry in shelf.iterdir():
        if entry.name.endswith(".toml"):
            text = entry.read_text("utf-8")
            form = Format.parse(text, entry.name)
            assert text.startswith("# "), entry.name
            assert (form.name, bool(form.source)) == (entry.name.removesuffix(".toml"), True)
            names.append(form.name)
    wanted = {"sap_fbl5n", "sap_fbl5n_de", "kingdee_k3cloud_ar", "yonyou_u8_ar", "erpnext_ar", "odoo_invoices"}
    assert wanted <= set(names)


SAP = {
    "sap_fbl5n": (
        "Account|Document Number|Document Type|Document Date|Net due date|Amount in local currency|Local Currency"
        "|Clearing date|Clearing Document|Text"
    ),
    "sap_fbl5n_de": (
        "Konto|Belegnummer|Belegart|Belegdatum|Nettofälligkeit|Betrag in Hauswährung|Hauswährung"
        "|Ausgleichsdatum|Ausgleichsbeleg|Text"
    ),
}


@pytest.mark.parametrize("name", SAP)
def test_sap_line_items(name: str) -> None:
    """A clearing document pays its invoice; AB says nothing by itself, so its sign does: an item, or a credit."""
    text = f"""{SAP[name]}
4711|1800000001|RV|05.01.2026|04.02.2026|1.190,00 |EUR|10.02.2026|1400000009|
4711|1400000009|DZ|10.02.2026|10.02.2026|1.190,00-|EUR|10.02.2026|1400000009|
4711|1800000002|DR|10.01.2026|09.02.2026|2.380,00 |EUR||||
4712|1600000001|DG|20.02.2026|20.02.2026|119,00-|EUR||||
4712|1800000003|RV|11.02.2026|13.03.2026|500,00 |EUR||||
4712|1400000010|DZ|25.02.2026|25.02.2026|100,00-|EUR||||
4712|100000007|AB|25.02.2026|25.02.2026|50,00 |EUR||||
4712|100000008|AB|26.02.2026|26.02.2026|20,00-|EUR||||
"""
    intake = read(name, text, "cp1252")
    assert intake.counts.row(0)[3:] == (8, 8, 0)
    books = open_books(intake.ledger, date(2026, 2, 26))
    assert books.currency == "EUR"
    # Open: 2,380 (17 days late), 500 not due, 50 of AB a day late; against them 119 + 100 + 20.
    assert buckets(books) == {"current": 50_000, "1-30": 243_000, "unapplied": -23_900, "total": 269_100}
    assert items(intake)[1] == ("1800000001", "4711", date(2026, 1, 5), date(2026, 2, 4), "EUR", 119_000)
    assert intake.ledger.tables["receipts"].collect()["amount"].sum() == 129_000


def test_kingdee_receivable_bills() -> None:
    text = (
        "FBillNo,FDate,FENDDATE_H,FCustomerID.FNumber,FCustomerID.FName,FALLAMOUNT,FNoReceiveAmount,"
        "FCURRENCYID.FNumber,FDOCUMENTSTATUS,FCancelStatus\n"
        "AR001,2026-01-05 00:00:00,2026-02-04 00:00:00,C01,甲公司,10000,6000,PRE001,C,A\n"
        "AR002,2026-01-20 00:00:00,2026-03-21 00:00:00,C02,乙公司,2500.5,2500.5,PRE001,C,A\n"
        "AR003,2026-03-01 00:00:00,2026-03-31 00:00:00,C01,甲公司,800,800,PRE001,C,B\n"
        "AR004,2026-03-02 00:00:00,2026-04-01 00:00:00,C01,甲公司,900,900,PRE001,Z,A\n"
        "AR005,2026-03-15 00:00:00,2026-04-14 00:00:00,C03,丙公司,-300,-300,PRE001,C,A\n"
    )
    intake = read("kingdee_k3cloud_ar", text)
    assert codes(intake) == {4: "intake.row.cancelled", 5: "intake.row.cancelled"}
    books = open_books(intake.ledger, date(2026, 3, 15))
    assert books.currency == "CNY"
    assert buckets(books) == {"current": 250_050, "31-60": 600_000, "unapplied": -30_000, "total": 820_050}
    customers = intake.ledger.tables["customers"].select("customer_id", "name").collect().sort("customer_id").rows()
    assert customers == [("C01", "甲公司"), ("C02", "乙公司"), ("C03", "丙公司")]


def test_yonyou_documents_with_balance() -> None:
    text = (
        "单据类型,单据号,单据日期,到期日,客户编码,客户,部门,业务员,币种,汇率,原币金额,本币金额,原币余额,本币余额,摘要\n"
        "销售专用发票,X001,2026-01-08,2026-02-07,001,甲公司,一部,张三,人民币,1,11300.00,11300.00,1300.00,1300.00,\n"
        "其他应收单,Q001,2026-02-10,2026-03-12,002,乙公司,一部,李四,美元,7,100.00,700.00,100.00,700.00,\n"
        "收款单,S001,2026-02-20,,001,甲公司,一部,张三,人民币,1,500.00,500.00,500.00,500.00,\n"
    )
    intake = read("yonyou_u8_ar", text)
    assert intake.counts.row(0)[3:] == (3, 3, 0)
    books = open_books(intake.ledger, date(2026, 2, 28))
    assert books.currency == "CNY"
    # 1,300 three weeks late, USD 100 booked at 700 not due, and 500 received on account.
    assert buckets(books) == {"current": 70_000, "1-30": 130_000, "unapplied": -50_000, "total": 150_000}
    assert items(intake)[0][-2:] == ("USD", 10_000)


def test_erpnext_accounts_receivable() -> None:
    text = (
        "Posting Date,Customer,Customer Name,Receivable Account,Voucher Type,Voucher No,Due Date,Invoiced Amount,"
        "Paid Amount,Credit Note,Outstanding Amount,Age (Days),0-30,31-60,Currency,Territory,Customer Group\n"
        "2026-01-05,C-1,Lantern,Debtors,Sales Invoice,SI-1,2026-02-04,100.0,40.0,10.0,50.0,26,50.0,0.0,INR,North,Shops\n"
        "2026-02-05,C-2,Anchor,Debtors,Sales Invoice,SI-2,2026-03-07,200.0,0.0,0.0,200.0,5,200.0,0.0,INR,South,Shops\n"
        "2026-02-06,C-2,Anchor,Debtors,Payment Entry,PE-1,,0.0,30.0,0.0,-30.0,5,-30.0,0.0,INR,South,Shops\n"
    )
    intake = read("erpnext_ar", text)
    assert intake.counts.row(0)[3:] == (3, 3, 0)
    assert items(intake) == [
        ("SI-1", "C-1", date(2026, 1, 5), date(2026, 2, 4), "INR", 10_000),
        ("SI-2", "C-2", date(2026, 2, 5), date(2026, 3, 7), "INR", 20_000),
    ]
    books = open_books(intake.ledger, date(2026, 2, 10))
    assert buckets(books) == {"current": 20_000, "1-30": 5_000, "unapplied": -3_000, "total": 22_000}


def test_odoo_invoices() -> None:
    """Signed amounts of the list; a draft is no debt, and a paid invoice is closed."""
    text = (
        "Number,Invoice Partner Display Name,Invoice/Bill Date,Due Date,Untaxed Amount Signed,Total Signed,"
        "Total in Currency Signed,Amount Due Signed,Currency,Payment Status,Status\n"
        "INV/2026/00001,Lantern,2026-01-05,2026-02-04,100.0,121.0,121.0,21.0,EUR,Partially Paid,Posted\n"
        "INV/2026/00002,Anchor,2026-01-10,2026-02-09,200.0,242.0,242.0,0.0,EUR,Paid,Posted\n"
        "RINV/2026/00001,Anchor,2026-02-01,2026-02-01,-50.0,-60.5,-60.5,-60.5,EUR,Not Paid,Posted\n"
        "/,Mill,2026-02-02,2026-03-04,10.0,12.1,12.1,12.1,EUR,Not Paid,Draft\n"
    )
    intake = read("odoo_invoices", text)
    assert codes(intake) == {5: "intake.row.cancelled"}
    books = open_books(intake.ledger, date(2026, 2, 14))
    assert books.currency == "EUR"
    assert buckets(books) == {"1-30": 2_100, "unapplied": -6_050, "total": -3_950}
    assert intake.ledger.tables["receipts"].collect()["amount"].sum() == 34_200
