"""OFX 1 and 2: own downloads for each rule, and every real file at hand."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from solvent.base.money import decimal
from solvent.intake.bank.checks import total
from solvent.intake.bank.ofx import looks_like_ofx, ofx_statements
from solvent.intake.bank.statement import Statement
from solvent.intake.intake import Known, Source
from solvent.intake.limits import Limits, Refused

SGML = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>10070000<ACCTID>0123456<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260305120000.000[-5:EST]<TRNAMT>+100.50<FITID>F1<NAME>M&amp;M Ltd<MEMO>Invoice 7
</STMTTRN>
<STMTTRN>
<TRNTYPE>SRVCHG
<DTPOSTED>20260331
<TRNAMT>-5
<FITID>F2
<NAME>
<MEMO>Fee
</STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>1095.50<DTASOF>20260331</LEDGERBAL>
<AVAILBAL><BALAMT>1.00<DTASOF>20260331</AVAILBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
VALUES = "CODE|SEVERITY|TRNUID|CURDEF|BANKID|ACCTID|ACCTTYPE|DTSTART|DTEND|TRNTYPE|DTPOSTED|TRNAMT|FITID|NAME|MEMO|BALAMT|DTASOF"


def as_xml(text: str) -> str:
    """The same download in version 2: every element closed."""
    body = text[text.index("<OFX>") :]
    closed = re.sub(rf"<({VALUES})>([^<\n]*)", r"<\1>\2</\1>", body)
    return "<?xml version='1.0' encoding='UTF-8'?>\n<?OFX OFXHEADER='200' VERSION='211'?>\n" + closed


def read(text: str | bytes, known: Known | None = None) -> list[Statement]:
    data = text if isinstance(text, bytes) else text.encode()
    assert looks_like_ofx(data)
    return ofx_statements(Source("download.ofx", data), known or Known())


@pytest.mark.parametrize(
    "text", [SGML, as_xml(SGML), SGML.lower().replace("credit", "CREDIT"), SGML.replace("\n", "\r\n")]
)
def test_both_versions_say_the_same(text: str) -> None:
    (statement,) = read(text)
    assert (statement.kind, statement.format, statement.account_id) == ("statement", "ofx", "0123456")
    assert (statement.bank, statement.currency) == ("10070000", "EUR")
    assert (statement.from_on, statement.to_on) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (statement.opening, statement.closing, statement.closing_on) == (None, 109550, date(2026, 3, 31))
    rows = [(*(str(value).lower() for value in row[:9]), row[10]) for row in statement.lines.rows()]
    assert rows == [
        ("1", "2026-03-05", "none", "eur", "10050", "m&m ltd", "none", "invoice 7", "f1", None),
        ("2", "2026-03-31", "none", "eur", "-500", "none", "none", "fee", "f2", "other_operating"),
    ]


def test_character_data_card_accounts_and_other_partys_account() -> None:
    text = as_xml(SGML).replace("M&amp;M Ltd", "<![CDATA[A < B & Co]]>").replace("STMTRS>", "CCSTMTRS>")
    other = "<BANKACCTTO><BANKID>1</BANKID><ACCTID>9 9</ACCTID></BANKACCTTO></STMTTRN>"
    (statement,) = read(text.replace("BANKACCTFROM>", "CCACCTFROM>").replace("</STMTTRN>", other, 1))
    line = statement.lines.row(0, named=True)
    assert (line["counterparty"], line["counterparty_account"], statement.account_id) == ("A < B & Co", "99", "0123456")


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        (("+100.50", "$100"), "TRNAMT", "bank.line.amount"),
        (("+100.50", "100.505"), "TRNAMT", "bank.line.amount"),
        (("+100.50", "1,000.50"), "TRNAMT", "bank.line.amount"),
        (("20260305120000.000[-5:EST]", ""), "DTPOSTED", "bank.line.day"),
        (("20260305120000.000[-5:EST]", "20260231"), "DTPOSTED", "bank.line.day"),
    ],
)
def test_what_cannot_be_read_rejects_its_line(change: tuple[str, str], column: str, code: str) -> None:
    (statement,) = read(SGML.replace(*change))
    fault = statement.rejected.row(0, named=True)
    assert (fault["row"], fault["column"], fault["code"]) == (1, column, code)
    assert statement.lines.height == 1


def test_the_balance_may_be_missing_or_unreadable() -> None:
    (missing,) = read(re.sub(r"<LEDGERBAL>.*</LEDGERBAL>\n", "", SGML))
    assert (missing.closing, missing.problems) == (None, ())
    (bad,) = read(SGML.replace("1095.50", "1095.505"))
    assert (bad.closing, [problem.code for problem in bad.problems]) == (None, ["bank.ofx.balance_unreadable"])


def test_the_currency_is_the_accounts_the_transactions_or_the_books() -> None:
    bare = SGML.replace("<CURDEF>EUR", "<CURDEF>")
    assert read(bare)[0].currency == "XXX"
    assert read(bare, Known(accounts={"0123456": "CHF"}))[0].currency == "CHF"
    told = bare.replace("</STMTTRN>", "<CURRENCY><CURRATE>1<CURSYM>AUD</CURRENCY></STMTTRN>")
    assert read(told)[0].currency == "AUD"
    foreign = SGML.replace("</STMTTRN>", "<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY></STMTTRN>", 1)
    assert read(foreign)[0].lines["currency"].to_list() == ["USD", "EUR"]
    converted = SGML.replace("</STMTTRN>", "<ORIGCURRENCY><CURRATE>1.1<CURSYM>USD</ORIGCURRENCY></STMTTRN>", 1)
    assert read(converted)[0].lines["currency"].to_list() == ["EUR", "EUR"]


def test_pending_transactions_are_no_lines_and_rows_go_on() -> None:
    pending = SGML.replace(
        "</BANKTRANLIST>", "</BANKTRANLIST><BANKTRANLISTP><STMTTRNP><TRNAMT>-9</STMTTRNP></BANKTRANLISTP>"
    )
    first, second = read(
        pending.replace("</STMTTRNRS>", "</STMTTRNRS>" + SGML[SGML.index("<STMTTRNRS>") : SGML.index("</BANKMSGS")])
    )
    assert (first.lines["row"].to_list(), second.lines["row"].to_list()) == ([1, 2], [4, 5])
    assert [problem.code for problem in first.problems] == ["bank.statement.pending"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("OFXHEADER:100\n<OFX></OFX>", "bank.ofx.no_statement"),
        (
            "<OFX><SONRS><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Wrong password</STATUS></SONRS></OFX>",
            "bank.ofx.error",
        ),
    ],
)
def test_a_file_without_a_statement_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read(text)
    assert caught.value.problem.code == code
    assert "Wrong password" in str(caught.value.problem.facts) or code != "bank.ofx.error"


def test_a_file_beyond_the_limit_is_refused() -> None:
    data = SGML.encode()
    assert ofx_statements(Source("a", data), Known(), Limits(markup_bytes=len(data)))
    with pytest.raises(Refused):
        ofx_statements(Source("a", data), Known(), Limits(markup_bytes=len(data) - 1))


# Real files: transactions that can be read, those that cannot, and their sum.

EXPECTED: dict[str, list[tuple[str, str, int, int, str]]] = {
    "anzcc.ofx": [("1234123412341234", "AUD", 1, 0, "-5.50")],
    "bank_medium.ofx": [("12300000012345678", "CAD", 3, 0, "-345.27")],
    "checking.ofx": [("1452687~7", "USD", 3, 0, "-59.50")],
    "date_missing.ofx": [("192639749", "USD", 0, 3, "0.00")],
    "decimal_error.ofx": [("192639749", "CAD", 0, 1, "0.00")],
    "empty_balance.ofx": [("192639749", "CAD", 1, 0, "120.00")],
    "fidelity-savings.ofx": [("X0000001", "USD", 1, 3, "-1500.00")],
    "fidelity.ofx": [("01234567890", "USD", 3, 0, "-0.57")],
    "investment_401k.ofx": [("12345678123456-01", "USD", 0, 0, "0.00")],
    "investment_medium.ofx": [("ABC123", "CAD", 3, 0, "-3.95")],
    "multiple_accounts.ofx": [("9100", "USD", 0, 0, "0.00"), ("9200", "USD", 0, 0, "0.00")],
    "multiple_accounts2.ofx": [("9100", "USD", 0, 0, "0.00"), ("9200", "USD", 0, 0, "0.00")],
    "ofx-v102-empty-tags.ofx": [("12345678", "AUD", 1, 0, "12.34")],
    "sample.ofx": [("BE4455667788", "EUR", 2, 0, "1170.25")],
    "sample.qfx": [("123456789", "USD", 1, 0, "-15.00")],
    "suncorp.ofx": [("123456789", "AUD", 1, 0, "-16.85")],
    "td_ameritrade.ofx": [("121212121", "USD", 0, 0, "0.00")],
    "tiaacref.ofx": [("111A111122B22233C333", "USD", 0, 0, "0.00")],
    "vanguard.ofx": [("01234567890", "USD", 0, 0, "0.00")],
    "vanguard401k.ofx": [("0123456", "USD", 0, 0, "0.00")],
}
EMPTY = {
    "account_listing_aggregation.ofx": "bank.ofx.no_statement",
    "bank_small.ofx": "bank.ofx.no_statement",
    "error_message.ofx": "bank.ofx.error",
    "signon_fail.ofx": "bank.ofx.error",
    "signon_success.ofx": "bank.ofx.no_statement",
    "signon_success_no_message.ofx": "bank.ofx.no_statement",
}
"""Answers of a bank's server without any account."""


def test_every_real_file(reference: Path) -> None:
    files = [*(reference / "bank-statements").rglob("*.ofx"), *(reference / "bank-statements").rglob("*.qfx")]
    assert {file.name for file in files} == set(EXPECTED) | set(EMPTY)
    for file in files:
        data = file.read_bytes()
        assert looks_like_ofx(data), file.name
        if file.name in EMPTY:
            with pytest.raises(Refused) as caught:
                ofx_statements(Source(file.name, data), Known())
            assert caught.value.problem.code == EMPTY[file.name]
            continue
        statements = ofx_statements(Source(file.name, data), Known())
        found = [
            (
                one.account_id,
                one.currency,
                one.lines.height,
                one.rejected.height,
                str(decimal(total(one.lines), one.currency)),
            )
            for one in statements
        ]
        assert found == EXPECTED[file.name], file.name
        told = len(re.findall(rb"<STMTTRN>", data))
        assert sum(one.lines.height + one.rejected.height for one in statements) == told, file.name
        amounts = [Decimal(text.decode()) for text in re.findall(rb"<TRNAMT>\s*([+-]?[0-9.]+)\s*[<\r\n]", data)]
        if not any(one.rejected.height for one in statements):
            assert sum(Decimal(one[4]) for one in found) == sum(amounts), file.name
