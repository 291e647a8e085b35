"""Tables of banks in the shapes that they come in, each row counted once, each doubt told."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import LedgerError
from solvent.intake.bank.statement import Statement
from solvent.intake.bank.table.chain import ORDERS, chain_of, ordered
from solvent.intake.bank.table.layout.profile import Profile, profile_toml
from solvent.intake.bank.table.read import BLOCKING, is_table_statement, table_statements
from solvent.intake.intake import Known, Source
from thorough import cases

HEAD = "交易日期,摘要,支出,收入,余额\n"
BODY = "2026-01-25,货款,,1500.00,2500.00\n2026-01-26,电费,89.90,,2410.10\n"
NONE: tuple[Profile, ...] = ()


def read(
    text: str, *profiles: Profile, name: str = "s.csv", encoding: str = "utf-8", **known: object
) -> list[Statement]:
    source = Source(name, text.encode(encoding))
    return table_statements(source, profiles, Known(**known))  # type: ignore[arg-type]


def one(text: str, *profiles: Profile, **told: object) -> Statement:
    (statement,) = read(text, *profiles, **told)  # type: ignore[arg-type]
    return statement


def codes(statement: Statement) -> list[str]:
    return [problem.code for problem in statement.problems]


def reasons(statement: Statement) -> list[tuple[int, str]]:
    return list(zip(statement.rejected["row"], statement.rejected["code"], strict=True))


FOREIGN = {
    "German savings bank": (
        '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung"\n'
        '"DE02120300000000202051";"25.01.26";"25.01.26";"GUTSCHRIFT";"RE 4711";"Lampion GmbH";"DE89370400440532013000";"X";"1.500,00";"EUR"\n'
        '"DE02120300000000202051";"26.01.26";"26.01.26";"LASTSCHRIFT";"Strom";"Stadtwerke";"DE75512108001245126199";"X";"-89,90";"EUR"\n',
        "EUR",
        "Lampion GmbH",
    ),
    "German direct bank, both parties, flag and sign": (
        '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)"\n'
        '"25.01.26";"25.01.26";"Gebucht";"Lampion GmbH";"Wir GmbH";"RE 4711";"Eingang";"DE89";"1.500"\n'
        '"26.01.26";"26.01.26";"Gebucht";"Wir GmbH";"Stadtwerke";"Strom";"Ausgang";"DE75";"-89,9"\n',
        "EUR",
        "Lampion GmbH",
    ),
    "Dutch, flagged": (
        '"Datum","Naam / Omschrijving","Rekening","Tegenrekening","Code","Af Bij","Bedrag (EUR)","Mutatiesoort","Mededelingen"\n'
        '"20260125","Lampion BV","NL20INGB0001234567","NL91ABNA0417164300","GT","Bij","1500,00","Online","factuur 4711"\n'
        '"20260126","Energie","NL20INGB0001234567","NL02RABO0123456789","IC","Af","89,90","Incasso","stroom"\n',
        "EUR",
        "Lampion BV",
    ),
    "French, minus on the debit side": (
        "Date;Libellé;Débit euros;Crédit euros;Solde\n25/01/2026;VIR LAMPION;;1 500,00;2 500,00\n26/01/2026;PRLV EDF;-89,90;;2 410,10\n",
        "EUR",
        None,
    ),
    "Spanish": (
        "FECHA OPERACIÓN;FECHA VALOR;CONCEPTO;IMPORTE EUR;SALDO\n25/01/2026;25/01/2026;Transferencia;1.500,00;2.500,00\n26/01/2026;26/01/2026;Luz;-89,90;2.410,10\n",
        "EUR",
        None,
    ),
    "American, signed and flagged": (
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\nCREDIT,01/25/2026,LAMPION INC,1500.00,ACH_CREDIT,2500.00,,\nDEBIT,01/26/2026,POWER CO,-89.90,ACH_DEBIT,2410.10,,\n",
        "USD",
        None,
    ),
    "American, a summary above": (
        'Description,,Summary Amt.\nBeginning balance as of 01/01/2026,,"1,000.00"\nTotal credits,,"1,500.00"\nTotal debits,,"-89.90"\nEnding balance as of 01/31/2026,,"2,410.10"\n\n'
        'Date,Description,Amount,Running Bal.\n01/01/2026,Beginning balance as of 01/01/2026,,"1,000.00"\n01/25/2026,LAMPION,"1,500.00","2,500.00"\n01/26/2026,POWER,"-89.90","2,410.10"\n',
        "USD",
        None,
    ),
    "Canadian": (
        '"Account Type","Account Number","Transaction Date","Cheque Number","Description 1","Description 2","CAD$","USD$"\nChequing,01234-1234567,1/25/2026,,"LAMPION","",1500.00,\nChequing,01234-1234567,1/26/2026,,"POWER","",-89.90,\n',
        "CAD",
        None,
    ),
    "Hong Kong, two languages": (
        "交易日期 Transaction Date\t交易详情 Transaction Details\t存入 Deposit\t支出 Withdrawal\t结余 Balance\t货币 Currency\n2026/01/25\tLAMPION\t1,500.00\t\t2,500.00\tHKD\n2026/01/26\tPOWER\t\t89.90\t2,410.10\tHKD\n",
        "HKD",
        None,
    ),
    "British, paid out and in": (
        '"Date","Transaction type","Description","Paid out","Paid in","Balance"\n"25 Jan 2026","Bank credit","LAMPION","","£1500.00","£2500.00"\n"26 Jan 2026","Direct debit","POWER","£89.90","","£2410.10"\n',
        "GBP",
        None,
    ),
    "English twins in brackets, both parties": (
        "查询账号[ Inquirer account number ],123456789012\n"
        "交易类型[ Transaction Type ],付款人账号[ Debit Account No. ],付款人名称[ Payer's Name ],收款人账号[ Payee's Account Number ],收款人名称[ Payee's Name ],交易日期[ Transaction Date ],交易时间[ Transaction time ],交易货币[ Trade Currency ],交易金额[ Trade Amount ],交易后余额[ After-transaction balance ],摘要[ Reference ]\n"
        '来账,6222001,灯笼公司,123456789012,我们公司,20260125,93011,CNY,"+1,500.00","2,500.00",货款\n往账,123456789012,我们公司,6222002,电力公司,20260126,153011,CNY,-89.90,"2,410.10",电费\n',
        "CNY",
        "灯笼公司",
    ),
    "DR and CR beside the balance": (
        'Date,Details,Withdrawals,Deposits,Balance\n01 Jan 2026,BALANCE BROUGHT FORWARD,,,"1,000.00 CR"\n25 Jan 2026,LAMPION,,"1,500.00","2,500.00 CR"\n26 Jan 2026,POWER,89.90,,"2,410.10 CR"\n31 Jan 2026,BALANCE CARRIED FORWARD,,,"2,410.10 CR"\n',
        "HKD",
        None,
    ),
    "no header, minus signs": (
        '"01/25/2026","1500.00","*","","LAMPION"\n"01/26/2026","-89.90","*","","POWER CO"\n',
        "USD",
        None,
    ),
    "no header, two sides": ("2026-01-25,LAMPION,,1500.00,x\n2026-01-26,POWER CO,89.90,,x\n", "CAD", None),
}


@pytest.mark.parametrize("shape", FOREIGN)
def test_tables_of_many_countries(shape: str) -> None:
    text, currency, who = FOREIGN[shape]
    assert is_table_statement(Source("s.csv", text.encode()), NONE)
    statement = one(text, currency=currency)
    assert statement.currency == currency
    assert statement.lines["amount"].to_list() == [150000, -8990]
    assert statement.lines["booked_on"].to_list() == [date(2026, 1, 25), date(2026, 1, 26)]
    assert statement.lines["reference"].null_count() == 0
    assert statement.lines["counterparty"][0] == who
    assert statement.rejected.is_empty()
    assert (statement.opening, statement.closing) in ((100000, 241010), (None, None))
    assert not set(codes(statement)) & set(BLOCKING)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    statement = one((HEAD + BODY).replace(",", delimiter), encoding=encoding)
    assert statement.lines["reference"].to_list() == ["货款", "电费"]
    assert (statement.opening, statement.closing) == (100000, 241010)


def test_html_and_workbook() -> None:
    rows = [line.split(",") for line in (HEAD + BODY).splitlines()]
    page = (
        "<html><table>" + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in r)}</tr>" for r in rows) + "</table></html>"
    )
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if number and place == 0:
                sheet.write_datetime(number, place, date.fromisoformat(cell), day)
            elif number and place > 1 and cell:
                sheet.write_number(number, place, float(cell))
            else:
                sheet.write_string(number, place, cell)
    book.close()
    for source in (Source("s.xls", page.encode()), Source("s.xlsx", out.getvalue())):
        assert is_table_statement(source, NONE)
        (statement,) = table_statements(source, NONE, Known())
        assert statement.lines["amount"].to_list() == [150000, -8990]
        assert (statement.opening, statement.closing) == (100000, 241010)


def test_heading_and_footer_are_read() -> None:
    text = (
        "户名：我们公司 账号：6222 0000 1111 2222\n币　　种：美元\n起始日期：2026-01-01 截止日期：2026-01-31\n"
        f'"期初余额：1,000.00"\n{HEAD}{BODY}合计,,89.90,1500.00,\n期末余额,,,,2410.10\n打印时间：2026-02-01,,,,\n'
    )
    statement = one(text)
    assert (statement.account_id, statement.currency) == ("6222000011112222", "USD")
    assert (statement.from_on, statement.to_on) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (statement.opening, statement.closing, statement.closing_on) == (100000, 241010, date(2026, 1, 31))
    assert codes(statement) == ["bank.table.rows_apart"]


@pytest.mark.parametrize(
    ("above", "beneath", "wrong"),
    [
        ("", "合计,,89.90,1500.00,\n", None),
        ("", "合计,,89.91,1500.00,\n", "bank.table.total_differs"),
        ("", "合计,,89.90,1499.99,\n", "bank.table.total_differs"),
        ("", "总收入笔数,1,总收入金额,1500.00,\n总支出笔数,1,总支出金额,89.90,\n", None),
        ("", "总收入笔数,2,总收入金额,1500.00,\n", "bank.table.count_differs"),
        ("", "总支出笔数,1,总支出金额,89.89,\n", "bank.table.total_differs"),
        ("期初余额：1000.00\n", "", None),
        ("期初余额：1000.01\n", "", "bank.table.opening_differs"),
        ("期末余额：2410.10\n", "", None),
        ("期末余额：2410.09\n", "", "bank.table.closing_differs"),
        ("收入：1笔 1500.00元\n支出：1笔 89.90元\n", "", None),
        ("收入：1笔 1500.01元\n", "", "bank.table.total_differs"),
    ],
)
def test_what_the_table_says_of_itself_has_to_be_true(above: str, beneath: str, wrong: str | None) -> None:
    statement = one(above + HEAD + BODY + beneath)
    assert statement.lines.height == 2
    assert [code for code in codes(statement) if code in BLOCKING] == ([wrong] if wrong else [])


def test_totals_of_pages_and_of_all() -> None:
    more = "2026-01-27,水费,10.10,,2400.00\n2026-01-28,网费,100.00,,2300.00\n"
    pages = f"{HEAD}{BODY}本页合计,,89.90,1500.00,\n{more}本页合计,,110.10,0.00,\n总计,,200.00,1500.00,\n"
    assert not set(codes(one(pages))) & set(BLOCKING)
    assert "bank.table.total_differs" in codes(one(pages.replace("110.10", "110.00")))


def test_a_missing_row_breaks_the_balances() -> None:
    statement = one(f"{HEAD}2026-01-25,货款,,1500.00,2500.00\n2026-01-27,水费,10.00,,2400.10\n")
    (problem,) = [problem for problem in statement.problems if problem.code == "bank.table.balance_breaks"]
    assert problem.place == "s.csv:3"
    assert statement.opening is not None
    assert statement.opening + int(statement.lines["amount"].sum()) != 240010


MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(-(10**6), 10**6).filter(bool)), min_size=2, max_size=12)


@settings(max_examples=cases(20, 200), deadline=None)
@given(moves=MOVES, start=st.integers(-(10**6), 10**6), order=st.sampled_from(ORDERS))
def test_balances_follow_in_every_order_that_banks_print(moves: list[tuple[int, int]], start: int, order: str) -> None:
    day, balance, rows = date(2026, 1, 1), start, []
    for number, (days, amount) in enumerate(moves):
        day, balance = day + timedelta(days), balance + amount
        rows.append((number, day, amount, balance))
    frame = pl.DataFrame(rows, schema=["row", "booked_on", "amount", "balance"], orient="row")
    chain = chain_of(ordered(frame, order))
    assert chain is not None
    assert not chain.breaks
    net = sum(amount for _, amount in moves)
    assert chain.closing - chain.opening == net
    assert chain.opening in (start, -net) or chain.order != order or chain.opening == start


def test_two_accounts_and_two_currencies_are_statements_of_their_own() -> None:
    head = "账号,币种,交易日期,摘要,支出,收入,余额\n"
    rows = (
        "111122223333,人民币,2026-01-25,货款,,1500.00,2500.00\n444455556666,人民币,2026-01-25,货款,,5.00,5.00\n"
        "111122223333,人民币,2026-01-26,电费,89.90,,2410.10\n111122223333,美元,2026-01-26,fee,1.00,,9.00\n"
    )
    found = read(head + rows)
    assert [(s.account_id, s.currency, s.lines.height, s.opening, s.closing, s.part) for s in found] == [
        ("111122223333", "CNY", 2, 100000, 241010, 1),
        ("444455556666", "CNY", 1, 0, 500, 2),
        ("111122223333", "USD", 1, 1000, 900, 3),
    ]


def test_currencies_without_cents_and_amounts_in_ten_thousands() -> None:
    yen = one("交易日期,币种,摘要,支出,收入,余额\n2026-01-25,日元,货款,,1500,2500\n")
    assert (yen.currency, yen.lines["amount"].to_list(), yen.opening) == ("JPY", [1500], 1000)
    wan = one(f"单位：万元\n{HEAD}2026-01-25,货款,,1.5,2.5\n")
    assert (wan.currency, wan.lines["amount"].to_list(), wan.opening) == ("CNY", [1_500_000], 1_000_000)


def test_the_currency_is_told_by_whoever_knows_it_best() -> None:
    text = f"账号：6222000011112222\n{HEAD}{BODY}"
    assert one(text).currency == "CNY"
    assert "bank.table.currency_assumed" in codes(one(text))
    assert one(text, currency="HKD").currency == "HKD"
    known = one(text, currency="HKD", accounts={"6222000011112222": "USD"})
    assert known.currency == "USD"
    assert codes(known) == []
    assert one("币种：欧元\n" + text, accounts={"6222000011112222": "USD"}).currency == "EUR"
    english = one("Date,Description,Paid out,Paid in\n2026-01-25,a,,1.00\n")
    assert english.currency == "XXX"
    assert "bank.table.currency_unknown" in codes(english)


def test_every_row_is_a_line_or_is_told() -> None:
    rows = (
        "2026-01-25,货款,,1500.00,2500.00\n"
        ",水费,10.00,,2490.00\n"
        "2026-01-28,税,abc,,2480.00\n"
        "2026-02-30,税,1.00,,2480.00\n"
        "2026-01-29,空,,,2480.00\n"
        "2026-01-30,双,1.00,2.00,2481.00\n"
        "2026-01-30,零,0.00,-,2481.00\n"
        "2026-01-31,多,1.00,,2481.00,多出一格\n"
        ",接上一行的说明,,,\n"
        "2026-01-31,末,1.00,,2480.00\n"
        "以上数据仅供参考,,,,\n"
    )
    statement = one(HEAD + rows)
    assert statement.lines["amount"].to_list() == [150000, -100]
    assert reasons(statement) == [
        (3, "bank.table.row.no_day"),
        (4, "intake.cell.amount"),
        (5, "intake.cell.date_impossible"),
        (6, "bank.table.row.no_amount"),
        (7, "bank.table.row.both_sides"),
        (9, "intake.row.ragged"),
    ]
    counted = {problem.code: problem.facts.get("count") for problem in statement.problems}
    assert counted["bank.table.left_out.zero"] == 1
    assert counted["bank.table.rows_joined"] == 1
    assert counted.get("bank.table.rows_apart", 0) in (0, 1), "the last note may be seen before the rows are read"
    shown = statement.rejected.row(1, named=True)
    assert (shown["column"], shown["value"]) == ("支出", "abc")
    assert shown["cells"] == ["2026-01-28", "税", "abc", None, "2480.00"]


def test_a_day_printed_once_counts_for_the_rows_beneath() -> None:
    rows = "2026-01-25,a,,9.00,9.00\n,b,1.00,,8.00\n,c,1.00,,7.00\n2026-01-26,d,1.00,,6.00\n,e,1.00,,5.00\n"
    statement = one(HEAD + rows)
    assert statement.lines["booked_on"].dt.day().to_list() == [25, 25, 25, 26, 26]
    assert "bank.table.days_filled_down" in codes(statement)
    assert (statement.opening, statement.closing) == (0, 500)


def test_flags_and_reversals() -> None:
    head = "交易日期,摘要,借贷标志,交易金额,余额\n"
    rows = "2026-01-25,货款,贷,1500.00,2500.00\n2026-01-26,电费,借,89.90,2410.10\n2026-01-27,冲正,借,-89.90,2500.00\n"
    statement = one(head + rows + "2026-01-28,坏,?,1,2501\n")
    assert statement.lines["amount"].to_list() == [150000, -8990, 8990]
    assert reasons(statement) == [(5, "bank.table.row.direction")]
    signed = "Date,Description,Credit / Debit,Billing amount\n2026-01-25,A,CREDIT,15.00\n2026-01-26,B,DEBIT,-8.00\n"
    assert one(signed).lines["amount"].to_list() == [1500, -800]
    assert reasons(one(signed + "2026-01-27,C,DEBIT,5.00\n")) == [(4, "bank.table.row.direction_conflict")]


CARD = "交易日,记账日,交易摘要,人民币金额,卡号末四位\n"


@pytest.mark.parametrize(
    ("title", "rows", "amounts", "told"),
    [
        ("招商银行信用卡对账单", "2026-01-25,2026-01-26,餐饮,56.78,1234\n2026-01-27,2026-01-27,还款,-30.00,1234\n", [-5678, 3000], None),
        ("招商银行信用卡对账单", "2026-01-25,2026-01-26,餐饮,56.78,1234\n2026-01-27,2026-01-27,酒店,30.00,1234\n", [-5678, -3000], "bank.table.sign_assumed"),
        ("招商银行信用卡对账单", "2026-01-25,2026-01-26,餐饮,-56.78,1234\n2026-01-27,2026-01-27,还款,30.00,1234\n", [-5678, 3000], None),
        ("账户明细", "2026-01-25,2026-01-26,消费 餐饮,56.78,1234\n2026-01-27,2026-01-27,还款,30.00,1234\n", [-5678, 3000], None),
    ],
)  # fmt: skip
def test_cards_on_which_spending_is_positive(title: str, rows: str, amounts: list[int], told: str | None) -> None:
    statement = one(f"{title}\n{CARD}{rows}")
    assert statement.lines["amount"].to_list() == amounts
    assert [code for code in codes(statement) if "sign" in code] == ([told] if told else [])


def test_without_a_sign_or_a_word_a_row_is_rejected() -> None:
    rows = "2026-01-25,2026-01-26,消费 餐饮,56.78,1\n2026-01-27,2026-01-27,还款,30.00,1\n2026-01-28,2026-01-28,灯笼,1.00,1\n"
    statement = one(f"账户明细\n{CARD}{rows}")
    assert reasons(statement) == [(5, "bank.table.row.direction")]


def test_days_without_a_year_fall_into_the_period() -> None:
    statement = one(f"招商银行信用卡对账单 2026年01月\n{CARD},12/29,还款,-1.00,1\n01/02,01/03,餐饮,2.00,1\n")
    assert statement.lines["booked_on"].to_list() == [date(2025, 12, 29), date(2026, 1, 3)]
    unknown = one(f"招商银行信用卡对账单\n{CARD},12/29,还款,-1.00,1\n01/02,01/03,餐饮,2.00,1\n")
    assert reasons(unknown) == [(3, "intake.cell.date"), (4, "intake.cell.date")]


WALLET = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号\n"


def test_what_a_payment_service_counts_as_neither() -> None:
    rows = (
        "2026-01-25 10:00:00,商户消费,灯笼,a,支出,¥10.00,零钱,支付成功,A1\n"
        "2026-01-25 11:00:00,商户消费,灯笼,b,支出,¥20.00,零钱,已全额退款,A2\n"
        "2026-01-25 12:00:00,商户消费-退款,灯笼,b,收入,¥20.00,零钱,已全额退款,A3\n"
        "2026-01-26 10:00:00,零钱提现,银行,/,/,¥100.10,银行,提现已到账,A4\n"
        "2026-01-26 11:00:00,零钱充值,/,/,/,¥30.00,银行,充值完成,A5\n"
        "2026-01-26 12:00:00,零钱通转出-到零钱,/,/,/,¥7.00,零钱通,支付成功,A6\n"
        "2026-01-26 13:00:00,退款,灯笼,退款-a,不计收支,¥3.00,零钱,退款成功,A7\n"
        "2026-01-26 14:00:00,商户消费,灯笼,c,支出,¥5.00,零钱,等待付款,A8\n"
    )
    statement = one(f"微信支付账单明细\n支出：2笔 30.00元\n{WALLET}{rows}")
    assert statement.lines["amount"].to_list() == [-1000, -10010, 3000, 300]
    assert statement.lines["category"].to_list() == [None, "transfer", "transfer", None]
    left = {p.code: (p.facts["count"], p.facts["rows"]) for p in statement.problems if "left_out" in p.code}
    assert left == {
        "bank.table.left_out.closed": (2, "5, 6"),
        "bank.table.left_out.waiting": (1, "11"),
        "bank.table.left_out.neither": (1, "9"),
    }


def test_a_refund_of_a_closed_order_is_left_out_with_it() -> None:
    rows = (
        "2026-01-25 10:00:00,交通,铁路,票,支出,50.00,余额,交易关闭,2026A88\n"
        "2026-01-25 11:00:00,退款,铁路,退款-票,不计收支,50.00,余额,退款成功,2026A88_1\n"
        "2026-01-26 11:00:00,退款,铁路,退款-票,不计收支,4.00,余额,退款成功,2026B99_1\n"
    )
    statement = one(f"支付宝账单\n{WALLET}{rows}")
    assert statement.lines["amount"].to_list() == [400]
    assert statement.lines["category"].to_list() == [None]


def test_a_fee_beside_the_amount_counts_where_the_balances_say_so() -> None:
    head = "Type,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
    rows = (
        "TOPUP,2026-01-25 10:00:00,2026-01-25 10:00:01,LAMPION,1500.00,0.00,EUR,COMPLETED,2500.00\n"
        "TRANSFER,2026-01-26 10:00:00,2026-01-26 10:00:05,POWER,-89.90,0.50,EUR,COMPLETED,2409.60\n"
    )
    statement = one(head + rows)
    assert statement.lines["amount"].to_list() == [150000, -9040]
    assert not set(codes(statement)) & set(BLOCKING)


LEDGERS = {
    "invoices": "客户名称,发票号码,开票日期,到期日,金额,未收金额\n灯笼公司,F1,2026-01-05,2026-02-04,1000,500\n",
    "invoices in English": "Customer,Invoice No,Invoice Date,Due Date,Amount,Balance\nA,1,2026-01-05,2026-02-04,9,9\n",
    "account of a customer": "客户：灯笼公司\n日期,凭证号,摘要,借方,贷方,余额\n2026-01-05,记1,销售,100.00,,100.00\n2026-01-06,记2,收款,,50.00,50.00\n",
    "account without a name": "日期,凭证号,摘要,借方金额,贷方金额,余额\n2026-01-05,记1,销售,100.00,,100.00\n2026-01-06,记2,收款,,50.00,50.00\n",
    "receipts": "收款单号,客户,收款日期,收款金额,核销发票\nR1,灯笼公司,2026-01-05,100.00,F1\n",
    "our own table": "line_id,account_id,booked_on,currency,amount,recorded_on\nL1,1,2026-01-05,CNY,5,2026-01-05\n",
    "field names of an ERP": "FBillNo,FDate,FENDDATE_H,FCustomerID.FNumber,FALLAMOUNT,FNoReceiveAmount\nA,2026-01-05,2026-02-05,C1,5,5\n",
    "text": "hello\nworld\n",
    "nothing": "",
}


@pytest.mark.parametrize("what", LEDGERS)
def test_ledgers_are_not_claimed(what: str) -> None:
    assert not is_table_statement(Source("s.csv", LEDGERS[what].encode()), NONE)


def test_the_balances_tell_a_bank_from_the_books() -> None:
    head = "日期,摘要,借方金额,贷方金额,余额\n"
    bank = head + "2026-01-05,货款,,100.00,100.00\n2026-01-06,电费,40.00,,60.00\n"
    books = head + "2026-01-05,销售,100.00,,100.00\n2026-01-06,收款,,40.00,60.00\n"
    assert is_table_statement(Source("s.csv", bank.encode()), NONE)
    assert not is_table_statement(Source("s.csv", books.encode()), NONE)


def test_a_profile_goes_before_the_words() -> None:
    text = (
        'name = "lantern"\nbank = "灯笼银行"\nsign = "spending"\ncurrency = "HKD"\naccount = "77"\n'
        'match = ["Qwx", "Vbn"]\n[columns]\nQwx = "booked_on"\nVbn = "amount"\nPlm = "memo"\n"余额" = ""\n'
    )
    statement = one("Qwx,Vbn,Plm,余额\n2026-01-25,5.00,a,9\n2026-01-26,-2.00,b,8\n", Profile.parse(text, "x"))
    assert statement.lines["amount"].to_list() == [-500, 200]
    assert (statement.format, statement.bank, statement.currency, statement.account_id) == (
        "lantern",
        "灯笼银行",
        "HKD",
        "77",
    )
    assert statement.opening is None, "its column is left out"
    assert "bank.table.currency_assumed" not in codes(statement)


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("name = ", "bank.table.profile.unreadable", None),
        ("colour = 1", "bank.table.profile.key", "colour"),
        ('match = ["a"]\nsign = "loud"', "bank.table.profile.value", "sign"),
        ('match = ["a"]\ndate_order = "ydm"', "bank.table.profile.value", "date_order"),
        ('match = ["a"]\ndecimal = ";"', "bank.table.profile.value", "decimal"),
        ('match = ["a"]\ncurrency = "RMB"', "bank.table.profile.value", "currency"),
        ('match = ["a"]\nencoding = "klingon"', "bank.table.profile.value", "encoding"),
        ('match = ["a"]\nencoding = "base64"', "bank.table.profile.value", "encoding"),
        ('match = "a"', "bank.table.profile.value", "match"),
        ('match = ["a"]\nname = 5', "bank.table.profile.value", "name"),
        ('bank = "b"', "bank.table.profile.value", "match"),
        ('[columns]\na = "colour"', "bank.table.profile.value", "columns.a"),
    ],
)
def test_a_wrong_profile_is_refused_with_what_would_be_right(text: str, code: str, key: str | None) -> None:
    with pytest.raises(LedgerError) as raised:
        Profile.parse(text, "x")
    assert raised.value.problem.code == code
    assert raised.value.problem.facts.get("key") == key
    if code.endswith((".value", ".key")):
        assert raised.value.problem.facts["known"]


@pytest.mark.parametrize("shape", FOREIGN)
def test_a_profile_written_from_a_statement_reads_it_again(shape: str) -> None:
    text, currency, _ = FOREIGN[shape]
    first = one(text, currency=currency)
    profile = Profile.parse(profile_toml(replace(first, format="kept")), "x")
    again = one(text, profile)
    assert again.format == "kept"
    assert again.currency == currency
    assert again.lines.equals(first.lines)
    assert (again.opening, again.closing, again.account_id) == (first.opening, first.closing, first.account_id)


def test_a_profile_may_name_the_encoding() -> None:
    profile = Profile.parse('encoding = "big5"\nmatch = ["摘要", "支出"]\ncurrency = "TWD"\n', "tw")
    statement = one("日期,摘要,支出,收入\n2026-01-25,貨款,,5\n", profile, encoding="big5")
    assert statement.lines["reference"].to_list() == ["貨款"]
    assert statement.currency == "TWD"


def test_only_a_table_can_be_kept_as_a_profile() -> None:
    with pytest.raises(LedgerError, match="no_reading"):
        profile_toml(replace(one(HEAD + BODY), reading=None))


def test_the_order_of_day_and_month_by_how_the_days_run() -> None:
    statement = one("Date,Description,Paid out,Paid in\n01/02/2026,a,1,\n01/03/2026,b,1,\n01/04/2026,c,,1\n")
    assert statement.lines["booked_on"].to_list() == [date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4)]
    assert "intake.date_order_assumed" in codes(statement)


def test_an_empty_period_is_a_statement_without_lines() -> None:
    statement = one(f"账号：6222000011112222\n期初余额：5.00 期末余额：5.00\n{HEAD}")
    assert (statement.lines.height, statement.opening, statement.closing) == (0, 500, 500)


def test_movements_above_the_header_are_told() -> None:
    statement = one(f"2026-01-24,早,,1.00,1000.00\n{HEAD}{BODY}")
    assert statement.lines.height == 2
    assert "bank.table.above_header" in codes(statement)
    assert "bank.table.above_header" not in codes(one(f"查询日期,2026-01-01,2026-01-31,第 1 页\n{HEAD}{BODY}"))


def test_sums_beyond_64_bits_are_sums() -> None:
    """Amounts chosen so that 64 bits would run over and come out at exactly 5.00."""
    large = 99_999_999_999_999_900
    amounts = [*[large] * 184, 2**64 + 500 - 184 * large]
    rows = "".join(f"2026-01-01,a,,{amount // 100}.{amount % 100:02d},\n" for amount in amounts)
    assert "bank.table.total_differs" in codes(one(f"{HEAD}{rows}合计,,0.00,5.00,\n"))
    chained = rows.replace(",\n", ",1.00\n", 1)[:-1] + f"{1 + 5 - amounts[0] // 100 - 1}.00\n"
    assert "bank.table.balance_breaks" in codes(one(HEAD + chained))
