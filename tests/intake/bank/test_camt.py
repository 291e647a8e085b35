"""CAMT.052, 053 and 054: own messages for each rule, hostile XML, and every real file at hand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from solvent.intake.bank.camt import camt_statements, looks_like_camt
from solvent.intake.bank.checks import total
from solvent.intake.bank.statement import Statement
from solvent.intake.bank.xml import parsed
from solvent.intake.intake import Known, Source
from solvent.intake.limits import Limits, Refused

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
MESSAGES = {"Stmt": "BkToCstmrStmt", "Rpt": "BkToCstmrAcctRpt", "Ntfctn": "BkToCstmrDbtCdtNtfctn"}


def bal(code: str, amount: str, day: str, side: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(
    amount: str, side: str = "CRDT", inside: str = "", sts: str = "<Sts>BOOK</Sts>", day: str = "2026-03-31"
) -> str:
    booked = f"<BookgDt><Dt>{day}</Dt></BookgDt>" if day else ""
    return f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{sts}{booked}{inside}</Ntry>"


def message(
    *parts: str, kind: str = "Stmt", space: str = SPACE, account: str = "<IBAN>DE89370400440532013000</IBAN>"
) -> bytes:
    named = f" xmlns='{space}'" if space else ""
    reports = "".join(f"<{kind}><Id>7</Id><Acct><Id>{account}</Id></Acct>{part}</{kind}>" for part in parts)
    return f"<Document{named}><{MESSAGES[kind]}><GrpHdr/>{reports}</{MESSAGES[kind]}></Document>".encode()


def read(data: bytes, known: Known | None = None) -> list[Statement]:
    assert looks_like_camt(data)
    return camt_statements(Source("statement.xml", data), known or Known())


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        camt_statements(Source("statement.xml", data), Known())
    return caught.value.problem.code


BOTH = bal("OPBD", "10.00", "2026-03-31") + bal("CLBD", "12.50", "2026-03-31")
DETAIL = (
    "<NtryDtls><TxDtls><Refs><AcctSvcrRef>B1</AcctSvcrRef><EndToEndId>E-1</EndToEndId></Refs><RltdPties>"
    "<Dbtr><Nm>Payer AG</Nm></Dbtr><DbtrAcct><Id><IBAN>CH9300762011623852957</IBAN></Id></DbtrAcct>"
    "<Cdtr><Nm>We Ltd</Nm></Cdtr></RltdPties><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf>"
    "</Strd><Ustrd>Invoice 4711</Ustrd></RmtInf></TxDtls></NtryDtls>"
)


def test_a_statement_with_everything() -> None:
    (statement,) = read(message(BOTH + "<ElctrncSeqNb>12</ElctrncSeqNb>" + entry("2.50", inside=DETAIL)))
    assert (statement.kind, statement.format, statement.number) == ("statement", "camt.053.001.08", "12")
    assert (statement.account_id, statement.currency) == ("DE89370400440532013000", "EUR")
    assert (statement.opening, statement.opening_on) == (1000, date(2026, 3, 31))
    assert (statement.closing, statement.closing_on) == (1250, date(2026, 3, 31))
    assert statement.lines.row(0) == (
        1,
        date(2026, 3, 31),
        None,
        "EUR",
        250,
        "Payer AG",
        "CH9300762011623852957",
        "RF18539007547034 Invoice 4711 E-1",
        "B1",
        None,
        None,
    )


@pytest.mark.parametrize("space", [SPACE, "", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.99", "urn:anything"])
def test_any_version_and_none(space: str) -> None:
    (statement,) = read(message(BOTH + entry("2.50"), space=space))
    assert statement.lines["amount"].to_list() == [250]


@pytest.mark.parametrize(
    ("side", "back", "amount", "party"),
    [
        ("CRDT", "", 250, "Payer AG"),
        ("DBIT", "", -250, "We Ltd"),
        ("DBIT", "<RvslInd>true</RvslInd>", -250, "Payer AG"),
        ("CRDT", "<RvslInd>true</RvslInd>", 250, "We Ltd"),
        ("CRDT", "<RvslInd>false</RvslInd>", 250, "Payer AG"),
    ],
)
def test_the_side_is_the_entrys_own_and_a_reversal_only_turns_the_party(
    side: str, back: str, amount: int, party: str
) -> None:
    line = read(message(entry("2.50", side, back + DETAIL)))[0].lines.row(0, named=True)
    assert (line["amount"], line["counterparty"]) == (amount, party)


@pytest.mark.parametrize(
    "sts", ["<Sts>PDNG</Sts>", "<Sts><Cd>PDNG</Cd></Sts>", "<Sts>INFO</Sts>", "<Sts><Cd>FUTR</Cd></Sts>"]
)
def test_what_is_not_booked_is_no_line(sts: str) -> None:
    (statement,) = read(message(BOTH + entry("9.99", sts=sts) + entry("2.50", sts="<Sts><Cd>BOOK</Cd></Sts>")))
    assert statement.lines["amount"].to_list() == [250]
    assert statement.lines["row"].to_list() == [2]
    assert [(problem.code, problem.facts) for problem in statement.problems] == [
        ("bank.statement.pending", {"count": 1})
    ]


def batch(*shares: str, currency: str = "EUR", sides: str = "") -> str:
    told = [
        f"<TxDtls><Refs><EndToEndId>E{place}</EndToEndId></Refs><Amt Ccy='{currency}'>{share}</Amt>{sides}"
        f"<RltdPties><Dbtr><Pty><Nm>Payer {place}</Nm></Pty></Dbtr></RltdPties></TxDtls>"
        for place, share in enumerate(shares, start=1)
    ]
    return f"<NtryDtls>{''.join(told)}</NtryDtls>"


def test_details_that_add_up_are_lines_and_others_lend_their_words() -> None:
    (split,) = read(message(entry("6.00", inside=batch("1.00", "2.00", "3.00"))))
    assert split.lines["amount"].to_list() == [100, 200, 300]
    assert split.lines["counterparty"].to_list() == ["Payer 1", "Payer 2", "Payer 3"]
    assert split.lines["row"].to_list() == [1, 1, 1]
    for other in (
        batch("1.00", "2.00"),
        batch("1.00", "2.00", "3.00", currency="CHF"),
        batch("6.00"),
        batch("6.00", "0.00"),
    ):
        (whole,) = read(message(entry("6.00", inside=other)))
        assert whole.lines["amount"].to_list() == [600]
    (whole,) = read(message(entry("6.00", inside=batch("1.00", "2.00"))))
    assert whole.lines.row(0, named=True)["counterparty"] is None
    assert whole.lines.row(0, named=True)["reference"] == "E1 E2"
    (out,) = read(message(entry("6.00", "DBIT", batch("4.00", "2.00"))))
    assert out.lines["amount"].to_list() == [-400, -200]
    (mixed,) = read(message(entry("6.00", "DBIT", batch("4.00", "2.00", sides="<CdtDbtInd>CRDT</CdtDbtInd>"))))
    assert mixed.lines["amount"].to_list() == [-600]


@pytest.mark.parametrize(
    ("text", "amount"), [("8.850", 885), ("8.85000", 885), ("8", 800), ("8.855", None), ("12..34", None), ("1e3", None), ("-1", None), ("", None)]
)  # fmt: skip
def test_an_amount_is_exact_or_its_entry_is_rejected(text: str, amount: int | None) -> None:
    (statement,) = read(message(entry(text)))
    assert statement.lines["amount"].to_list() == ([amount] if amount else [])
    assert statement.rejected["code"].to_list() == ([] if amount else ["bank.line.amount"])


@pytest.mark.parametrize("change", [("EUR'>2", "EUX'>2"), ("CRDT</CdtDbtInd><Sts", "CRD</CdtDbtInd><Sts")])
def test_an_entry_without_currency_or_side_is_rejected(change: tuple[str, str]) -> None:
    data = message(BOTH + entry("2.50")).decode()
    assert change[0] in data
    (statement,) = read(data.replace(*change).encode())
    assert statement.rejected["code"].to_list() == ["bank.line.amount"]


@pytest.mark.parametrize(
    ("balances", "opening", "closing", "codes"),
    [
        (BOTH, 1000, 1250, []),
        (BOTH.replace("OPBD", "PRCD"), 1000, 1250, []),
        (BOTH + bal("OPAV", "5.00", "2026-03-31") + bal("ITBD", "5.00", "2026-03-31"), 1000, 1250, []),
        (BOTH.replace("CLBD", "ITBD"), 1000, 1250, []),
        (BOTH.replace("OPBD", "ITBD"), 1000, 1250, []),
        (BOTH.replace("OPBD", "ITBD").replace("CLBD", "ITBD"), 1000, 1250, []),
        (BOTH.replace("CRDT", "DBIT"), -1000, -1250, []),
        ("", None, None, []),
        (bal("CLBD", "1.00", "2026-03-31"), None, 100, ["bank.camt.balance_missing"]),
        (bal("OPBD", "1.00", "2026-03-31"), 100, None, ["bank.camt.balance_missing"]),
        (BOTH.replace("12.50", "12.505"), 1000, None, ["bank.camt.balance_unreadable", "bank.camt.balance_missing"]),
        (BOTH.replace("EUR'>12", "SEK'>12"), None, None, ["bank.statement.currencies"]),
    ],
)
def test_which_balances_open_and_close(
    balances: str, opening: int | None, closing: int | None, codes: list[str]
) -> None:
    (statement,) = read(message(balances + entry("2.50")))
    assert (statement.opening, statement.closing) == (opening, closing)
    assert [problem.code for problem in statement.problems] == codes


def test_a_page_that_closes_with_an_interim_balance_closes_no_day() -> None:
    (page,) = read(message(BOTH.replace("CLBD", "ITBD") + entry("2.50")))
    assert (page.closing, page.closing_on) == (1250, None)


def test_the_day_of_an_entry() -> None:
    value = "<ValDt><Dt>2026-03-30</Dt></ValDt>"
    made = "<CreDtTm>2026-04-01T08:00:00</CreDtTm>"
    days = [
        read(message(made + one))[0].lines["booked_on"].to_list()
        for one in (entry("1", inside=value), entry("1", inside=value, day=""), entry("1", day=""))
    ]
    assert days == [[date(2026, 3, 31)], [date(2026, 3, 30)], [date(2026, 4, 1)]]
    assert [problem.code for problem in read(message(made + entry("1", day="")))[0].problems] == [
        "bank.camt.day_assumed"
    ]
    (none,) = read(message(entry("1", day="2026-02-30")))
    assert none.rejected["code"].to_list() == ["bank.line.day"]


def test_sums_that_the_report_tells_are_checked() -> None:
    told = "<TxsSummry><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>{}</Sum></TtlCdtNtries></TxsSummry>"
    assert (
        read(message(told.format("6.00") + entry("6.00", inside=batch("4.00", "2.00")), kind="Rpt"))[0].problems == ()
    )
    (wrong,) = read(message(told.format("6.01") + entry("6.00"), kind="Ntfctn"))
    assert [problem.code for problem in wrong.problems] == ["bank.statement.sums_differ"]


def test_reports_and_notices_have_their_own_kinds_and_rows_go_on() -> None:
    first, second = read(message(entry("1") + entry("2"), entry("3"), kind="Rpt"))
    assert (first.kind, second.kind, first.part, second.part) == ("interim", "interim", 1, 2)
    assert (first.lines["row"].to_list(), second.lines["row"].to_list()) == ([1, 2], [3])
    assert read(message(entry("1"), kind="Ntfctn"))[0].kind == "notice"


@pytest.mark.parametrize(("code", "category"), [("CHRG", "other_operating"), ("INTR", "interest"), ("ESCT", None)])
def test_charges_and_interest_are_told_by_the_banks_code(code: str, category: str | None) -> None:
    told = f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    assert read(message(entry("1", "DBIT", told)))[0].lines["category"].to_list() == [category]


BOMB = b"<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB + b"<Document><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>", "bank.xml.doctype"),
        (b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'><Document><BkToCstmrStmt/></Document>", "bank.xml.doctype"),
        ((BOMB + b"<Document><BkToCstmrStmt/></Document>").decode().encode("utf-16"), "bank.xml.doctype"),
        (b"<Document><BkToCstmrStmt>" + b"<a>" * 200_000, "bank.xml.nested"),
        (
            b"<Document><BkToCstmrStmt>" + b"<a>" * 300 + b"</a>" * 300 + b"</BkToCstmrStmt></Document>",
            "bank.xml.nested",
        ),
        (b"<Document><BkToCstmrStmt><Stmt>", "bank.xml.ill_formed"),
        (b"<Document><BkToCstmrStmt/></Document>", "bank.camt.no_report"),
        (
            b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'><X/></Document>",
            "bank.camt.other_message",
        ),
    ],
)
def test_hostile_and_empty_files_are_refused_with_a_reason(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_file_beyond_the_limit_is_refused() -> None:
    data = message(entry("1"))
    assert parsed("a.xml", data, Limits(markup_bytes=len(data))) is not None
    with pytest.raises(Refused) as caught:
        parsed("a.xml", data, Limits(markup_bytes=len(data) - 1))
    assert caught.value.problem.code == "bank.xml.too_large"


def test_encodings() -> None:
    text = message(entry("2.50", inside=DETAIL.replace("Payer AG", "Müller & Söhne".replace("&", "&amp;")))).decode()
    wrong = ("<?xml version='1.0' encoding='UTF-8'?>" + text).encode("cp1252")
    right = [
        f"<?xml version='1.0' encoding='{code}'?>{text}".encode(code) for code in ("iso-8859-1", "utf-16", "utf-8")
    ]
    for data in (wrong, *right, b"\n" + text.encode()):
        assert read(data)[0].lines["counterparty"].to_list() == ["Müller & Söhne"]


# Real files.

ENTRIES = {
    "camt052.v4.xml": 1,
    "camt052.v6.xml": 1,
    "camt052.v6.Amt-zero.xml": 1,
    "business_sample_camt.052.001.04.xml": 1,
}
"""Entries that are pending."""
BAD = {
    "camt053.v2.wrong.xml": "bank.camt.no_report",
    "invalid.xml": "bank.camt.no_report",
    "pain.001.001.03.xml": "bank.camt.other_message",
}
WRONG = {"camt053.v2.all-balance-types.xml": -582, "camt053.v2.five.decimals.xml": 5}
"""Statements that do not add up as published: closing less opening and lines, in cents."""


def test_every_real_file(reference: Path) -> None:
    files = sorted((reference / "bank-statements" / "camt").rglob("*.xml"))
    assert len(files) >= 35
    entries = proved = 0
    for file in files:
        data = file.read_bytes()
        assert looks_like_camt(data), file.name
        if file.name in BAD:
            assert refused(data) == BAD[file.name]
            continue
        statements = camt_statements(Source(file.name, data), Known())
        told = list(etree.fromstring(data).iter("{*}Ntry"))
        read_ = sum(one.lines["row"].n_unique() + one.rejected.height for one in statements)
        assert read_ + ENTRIES.get(file.name, 0) == len(told), file.name
        sums = sum(total(one.lines) for one in statements)
        booked = [one for one in told if "BOOK" in "".join(one.find("{*}Sts").itertext())]
        signed = [(one.findtext("{*}Amt") or "0", one.findtext("{*}CdtDbtInd")) for one in booked]
        plain = [(text, side) for text, side in signed if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text)]
        assert sums == sum(round(float(text) * 100) * (1 if side == "CRDT" else -1) for text, side in plain), file.name
        for one in statements:
            if one.opening is not None and one.closing is not None:
                assert one.closing - one.opening - total(one.lines) == WRONG.get(file.name, 0), file.name
                proved += file.name not in WRONG
        entries += len(told)
    assert (entries, proved) == (44, 7)
