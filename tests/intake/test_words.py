"""Header words: what the columns of known systems mean, what means nothing, and where the cells decide."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pace
from solvent.intake.bank.table.layout.words import meanings as bank_meanings
from solvent.intake.intake import Source
from solvent.intake.ledger.columns import read_columns
from solvent.intake.ledger.fields import KINDS, WORDS
from solvent.intake.ledger.grid import Sheet, sheets
from solvent.intake.ledger.words import known_word, local_money, meanings
from thorough import cases


def best(header: str) -> str | None:
    found = meanings(header)
    return found[0].field if found else None


SYSTEMS = {
    "SAP, abbreviated": {
        "Customer": "customer_id", "Doc. Date": "issued_on", "Pstng Date": "posted_on", "Net due dt": "due_on",
        "Amt in loc.cur.": "booked_amount", "Amount in doc. curr.": "amount", "LCurr": "booked_currency",
        "Curr.": "currency", "Clearing": "settled_on", "Clrng doc.": "clearing_id", "Invoice reference": "applies_to",
        "Debit/Credit Ind.": "sign", "Baseline Payment Dte": "baseline_on", "Assignment": "reference",
    },
    "SAP, German": {
        "Konto": "customer_id", "Belegnummer": "invoice_id", "Belegart": "document_type", "Belegdatum": "issued_on",
        "Buchungsdatum": "posted_on", "Nettofälligkeit": "due_on", "Betrag in Hauswährung": "booked_amount",
        "Betrag in Belegwährung": "amount", "Ausgleichsdatum": "settled_on", "Ausgleichsbeleg": "clearing_id",
        "Fällig am": "due_on", "Rechnungs-Nr.": "invoice_id", "Kunden-Nr.": "customer_id", "Offen": "open_amount",
    },
    "SAP, Chinese": {
        "凭证编号": "invoice_id", "凭证类型": "document_type", "凭证日期": "issued_on", "过账日期": "posted_on",
        "净到期日": "due_on", "本币金额": "booked_amount", "凭证货币金额": "amount", "清账日期": "settled_on",
        "清账凭证": "clearing_id",
    },
    "Kingdee": {
        "单据编号": "invoice_id", "业务日期": "issued_on", "到期日": "due_on", "客户编码": "customer_id",
        "客户名称": "customer_name", "未收款金额": "open_amount", "价税合计": "amount", "币别": "currency",
        "单据状态": "status", "作废状态": "void", "已核销金额": "paid_amount", "FNoReceiveAmount": "open_amount",
        "FCustomerID.FNumber": "customer_id", "FENDDATE_H": "due_on",
    },
    "Yonyou": {
        "单据日期": "issued_on", "客户简称": "customer_name", "业务员": "salesperson", "原币金额": "amount",
        "原币余额": "open_amount", "本币余额": "booked_open_amount", "立账日期": "issued_on", "合同号": "order_id",
        "本期应收 本币": "debit", "本期收回 本币": "credit", "方向": "direction",
    },
    "Odoo": {
        "Invoice Partner Display Name": "customer_name", "Invoice/Bill Date": "issued_on", "Payment State": "paid_state",
        "Amount Due": "open_amount", "Amount Due Signed": "booked_open_amount", "Total in Currency": "amount",
    },
    "ERPNext": {
        "Posting Date": "posted_on", "Voucher Type": "document_type", "Voucher No": "invoice_id",
        "Invoiced Amount": "amount", "Outstanding Amount": "open_amount", "Territory": "region",
    },
    "QuickBooks and Xero": {
        "Num": "invoice_id", "Open Balance": "open_amount", "ContactName": "customer_name",
        "InvoiceAmountDue": "open_amount", "InvoiceAmountPaid": "paid_amount", "InvoiceNumber": "invoice_id",
    },
    "plain lists": {
        "开票日期": "issued_on", "发票号码": "invoice_id", "应收金额": "amount", "已收款": "paid_amount", "欠款": "open_amount",
        "回款日期": "settled_on", "账期（天）": "terms", "地区": "region", "金额（元）": "amount", "金额(已收)": "paid_amount",
        "客户到期日": "due_on", "应收账款余额（万元）": "open_amount", "SettledDate": "settled_on", "countryCode": "country",
        "customerID": "customer_id", "Disputed": "disputed", "原发票号": "applies_to", "是否回款": "paid_state",
    },
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_columns_of_a_system(system: str) -> None:
    assert {header: best(header) for header in SYSTEMS[system]} == SYSTEMS[system]


@pytest.mark.parametrize(
    "header",
    ["Tax total", "TaxTotal", "不含税金额", "税额", "逾期金额", "Overdue amount", "Credit limit", "信用额度", "Days late",
     "期初余额", "1-30", "Unit price", "Age (days)", "最近开票日期", "坏账准备金额", "PaperlessDate", "Colour", "", "(1)"],
)  # fmt: skip
def test_words_that_mean_nothing_here(header: str) -> None:
    assert meanings(header) == ()


def test_a_title_is_no_header_word_and_a_longer_header_is_none_by_itself() -> None:
    assert not known_word("应收账款明细账")
    assert not known_word("Customer line item display")
    assert known_word("到期日*")
    assert best("Invoice payment due date") == "due_on"
    assert not known_word("客户到期日")


def test_money_of_the_company_is_told_apart() -> None:
    assert local_money("本位币 借方")
    assert not local_money("原币 借方")


def test_every_word_leads_to_its_field() -> None:
    for field, words in WORDS.items():
        assert field in KINDS
        for word in words.split("|"):
            assert field in {meant.field for meant in meanings(word.strip())}, f"{word.strip()} is lost"


@pytest.mark.parametrize(("length", "fields"), [(199, ["due_on"]), (200, ["due_on"]), (201, [])])
@pytest.mark.parametrize("word", ["Net due date", "客户到期日"])
def test_a_text_that_is_too_long_is_no_header(word: str, length: int, fields: list[str]) -> None:
    text = "z" * (length - len(word) - 1) + " " + word
    assert [meant.field for meant in meanings(text)] == fields


@pytest.mark.parametrize(("length", "fields"), [(199, ["balance"]), (200, ["balance"]), (201, [])])
def test_a_text_that_is_too_long_is_no_header_of_a_bank(length: int, fields: list[str]) -> None:
    text = "余额(" + "z" * (length - 4) + ")"
    assert [field for field, _ in bank_meanings(text)] == fields


@pytest.mark.parametrize("piece", ["(", "aB due ", "人民币金额", "a ", "_a"])
def test_endless_headers_take_no_time_and_leave_the_others_alone(piece: str) -> None:
    """What is looked at in a header grows with the square of its length: those beyond the line are left out."""
    long = [(piece * 30_000)[:29_990] + str(n) for n in range(4)]
    head = ";".join(["Invoice No", "Customer", "Date", "Amount", *long])
    text = "\n".join([head, *(f"F{n};Lantern;2026-01-0{n};{n}0.50;a;b;c;d" for n in range(1, 6)), ""])
    with pace.within(2.0):
        found = sheet(text)
        reading = read_columns(found, (), "CNY")
    assert list(reading.mapping) == ["Invoice No", "Customer", "Date", "Amount"]
    assert list(reading.unused) == long
    with pace.within(0.5):
        assert not [text for text in long if bank_meanings(text)]


@settings(max_examples=cases(60, 600), deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_text_is_a_header_or_none(text: str) -> None:
    found = [meant.field for meant in meanings(text)]
    assert set(found) <= set(KINDS)
    assert len(set(found)) == len(found)
    assert found == [meant.field for meant in sorted(meanings(text))]


def sheet(text: str) -> Sheet:
    found, _ = sheets(Source("a.csv", text.encode()), known=known_word)
    return found[0]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (("2026-02-04", "2026-03-04"), "due_on"),
        (("1,000.00", "50.00"), "open_amount"),
        (("Net 30", "Net 60", "Net 30"), "terms"),
    ],
    ids=["days", "money", "terms"],
)
def test_due_is_what_its_cells_are(cells: tuple[str, ...], field: str) -> None:
    rows = "".join(f'{n},A,2026-01-05,100.00,"{cell}"\n' for n, cell in enumerate(cells))
    reading = read_columns(sheet(f"Invoice,Customer,Date,Amount,Due\n{rows}"), (), None)
    assert reading.header(field) == "Due"


@pytest.mark.parametrize(
    ("cells", "field"),
    [(("400.00", "0.00"), "paid_amount"), (("2026-02-01", "2026-02-02"), "settled_on"), (("Yes", "No"), "paid_state")],
    ids=["money", "days", "yes or no"],
)
def test_paid_is_what_its_cells_are(cells: tuple[str, ...], field: str) -> None:
    rows = "".join(f"{n},A,2026-01-05,100.00,{cell}\n" for n, cell in enumerate(cells))
    reading = read_columns(sheet(f"Invoice,Customer,Date,Amount,Paid\n{rows}"), (), None)
    assert reading.header(field) == "Paid"


def test_one_field_has_one_column_and_one_column_one_field() -> None:
    reading = read_columns(
        sheet("客户编码,客户,发票号,单据编号,开票日期,金额,应收金额\nC1,甲,F1,AR1,2026-01-05,90,100\n"), (), None
    )
    assert len(set(reading.mapping.values())) == len(reading.mapping)
    assert reading.mapping["客户编码"] == "customer_id"
    assert reading.mapping["客户"] == "customer_name"
    assert reading.mapping["应收金额"] == "amount"
    assert reading.mapping["发票号"] == "invoice_id"


def test_an_account_in_two_currencies_is_read_in_the_companys_own() -> None:
    text = "日期,摘要,借方 原币,借方 本币,贷方 原币,贷方 本币,余额 本币\n2026-01-05,销售,10,70,,,70\n"
    reading = read_columns(sheet(text), (), None)
    assert (reading.role, reading.header("debit"), reading.header("balance")) == ("account", "借方 本币", "余额 本币")
