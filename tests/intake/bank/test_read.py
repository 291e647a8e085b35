"""A bank's file from its bytes to the books: what loads, what is refused, what is counted; and files that were damaged."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from string import Formatter

import polars as pl
import pytest

import pace
from solvent.books.books import TABLES
from solvent.files.sentences import SENTENCES
from solvent.intake.bank.checks import judged, proved, total
from solvent.intake.bank.read import is_statement, read_statements, statements_of
from solvent.intake.intake import COUNTS, DOCUMENTS, REJECTED, Intake, Known, Source
from solvent.intake.limits import Refused

OURS, OTHER = "DE89370400440532013000", "DE02120300000000202051"
MT940 = f"""{{1:F01COBADEFFXXXX0000000000}}{{2:I940COBADEFFXXXXN}}{{4:
:20:STARTUMS
:25:{OURS}
:28C:41/1
:60F:C260330EUR1000,00
:61:2603310331C250,50NTRFNONREF//B1
:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Rechnung 4711 vom 1.3.?30MARKDEF1?31DE91100000000123456789
?32KUNDE GMBH
:61:2603310331C250,50NTRFNONREF//B1
:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Rechnung 4711 vom 1.3.?30MARKDEF1?31DE91100000000123456789
?32KUNDE GMBH
:61:2603310331D1,00NCHGNONREF
:86:Gebühr
:62M:C260331EUR1500,00
-}}{{5:}}
{{1:F01COBADEFFXXXX0000000000}}{{2:I940COBADEFFXXXXN}}{{4:
:20:STARTUMS
:25:{OURS}
:28C:41/2
:60M:C260331EUR1500,00
:61:2603310331D500,00NTRFNONREF//B2
:86:116?20Übertrag?31{OTHER}?32WIR SELBST
:62F:C260331EUR1000,00
-}}
:20:STARTUMS
:25:{OURS}
:28C:42/1
:60F:C260331EUR1000,00
:61:2604010401C0,01NTRFNONREF//B3
:62F:C260401EUR1000,01
-
"""
CAMT = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S41</Id>
<Acct><Id><IBAN>{OURS}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-31</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">750.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-31</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">250.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt>
<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Kunde GmbH</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>Rechnung 4711</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">500.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt>
<AcctSvcrRef>B2</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><CdtrAcct><Id><IBAN>{OTHER}</IBAN></Id></CdtrAcct></RltdPties>
</TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
OFX = f"""OFXHEADER:100
DATA:OFXSGML
VERSION:102

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>1<ACCTID>{OURS}</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260331<DTEND>20260331
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260331<TRNAMT>250.50<FITID>B1<NAME>Kunde GmbH<MEMO>Rechnung 4711</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260331<TRNAMT>-500.00<FITID>B2<NAME>Wir selbst</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>750.50<DTASOF>20260331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
SAMPLES = {"mt940": MT940, "camt": CAMT, "ofx": OFX}
BOOKS = Known(
    currency="EUR",
    accounts={OURS: "EUR", OTHER: "EUR"},
    closings=pl.DataFrame({"account_id": [OURS], "day_on": [date(2026, 3, 30)], "amount": [100000]}),
)


def take(text: str | bytes, known: Known = BOOKS, name: str = "statement") -> Intake:
    source = Source(name, text if isinstance(text, bytes) else text.encode())
    intake = read_statements(source, known)
    assert intake is not None
    assert is_statement(source)
    return sound(intake)


def sound(intake: Intake) -> Intake:
    """Every table keeps its laws and every row is counted."""
    assert intake.counts.schema == pl.Schema(COUNTS)
    assert intake.rejected.schema == pl.Schema(REJECTED)
    assert intake.documents.schema == pl.Schema(DOCUMENTS)
    assert intake.counts.filter(pl.col("rows_in") != pl.col("rows_loaded") + pl.col("rows_rejected")).is_empty()
    assert intake.counts["rows_rejected"].sum() == intake.rejected.height
    for name, frame in intake.ledger.tables.items():
        rows = frame.collect()
        assert rows.schema == pl.Schema(TABLES[name].schema)
        assert not {
            rule: rows.select(broken.any()).item()
            for rule, broken in TABLES[name].broken().items()
            if rows.select(broken.any()).item()
        }
    for problem in intake.ledger.problems:
        assert needed(problem.code) <= set(problem.facts), problem
    for frame in (intake.rejected, intake.documents.drop_nulls("code")):
        for code, facts in frame.select("code", "facts").unique().iter_rows():
            assert needed(code) <= set(json.loads(facts)), code
    loaded = intake.ledger.table("bank_lines").collect().height
    assert intake.counts["rows_loaded"].sum() == loaded
    return intake


def needed(code: str) -> set[str]:
    """The facts that the sentence of a code speaks of."""
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name}


def table(intake: Intake, name: str) -> pl.DataFrame:
    return intake.ledger.table(name).collect()


def codes(intake: Intake) -> list[str | None]:
    return intake.documents["code"].to_list()


def test_a_file_becomes_lines_balances_and_documents() -> None:
    intake = take(MT940)
    assert codes(intake) == [None, None]
    lines = table(intake, "bank_lines")
    assert lines.select("booked_on", "amount", "category", "counterparty").rows() == [
        (date(2026, 3, 31), 25050, None, "KUNDE GMBH"),
        (date(2026, 3, 31), 25050, None, "KUNDE GMBH"),
        (date(2026, 3, 31), -100, "other_operating", None),
        (date(2026, 3, 31), -50000, "transfer", "WIR SELBST"),
        (date(2026, 4, 1), 1, None, None),
    ]
    assert lines["line_id"].n_unique() == 5
    assert lines["line_id"][1] == f"{lines['line_id'][0]}~2"
    assert table(intake, "balances").select("account_id", "day_on", "amount").rows() == [
        (OURS, date(2026, 3, 31), 100000),
        (OURS, date(2026, 4, 1), 100001),
    ]
    assert table(intake, "bank_accounts").is_empty()
    assert intake.counts.row(0) == ("statement", "", "bank_lines", 5, 5, 0)
    first = intake.documents.row(0, named=True)
    assert (first["part"], first["format"], first["number"], first["rows"]) == (1, "mt940", "41/1", 4)
    assert (first["from_on"], first["to_on"]) == (date(2026, 3, 31), date(2026, 3, 31))
    assert (first["opening"], first["closing"]) == (100000, 100000)


def test_the_opening_balance_is_that_of_the_day_before() -> None:
    for text in (MT940, CAMT):
        balances = table(take(text, Known()), "balances")
        assert balances.row(0)[:4] == (OURS, date(2026, 3, 30), "EUR", 100000)
    assert table(take(OFX, Known()), "balances")["day_on"].to_list() == [date(2026, 3, 31)]


@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_new_account_is_proposed(name: str) -> None:
    intake = take(SAMPLES[name], Known())
    (account,) = table(intake, "bank_accounts").rows(named=True)
    assert (account["account_id"], account["currency"], account["recorded_on"]) == (OURS, "EUR", date(2026, 3, 31))
    assert "bank.account.new" in {problem.code for problem in intake.ledger.problems}


def test_a_statement_in_quarantine_rejects_each_of_its_lines_with_the_reason() -> None:
    intake = take(MT940.replace("EUR1000,01", "EUR1000,02").replace("62F:C260331EUR1000,00", "62F:C260331EUR1000,03"))
    assert codes(intake) == ["bank.statement.does_not_add_up"] * 2
    assert intake.ledger.tables == {}
    assert intake.rejected["code"].to_list() == ["bank.statement.does_not_add_up"] * 5
    assert json.loads(intake.rejected["facts"][0])["difference"] == "0.03"
    places = [place for place, line in enumerate(MT940.split("\n"), start=1) if line.startswith(":61:")]
    assert intake.rejected["row"].to_list() == places
    assert "B3" in intake.rejected["cells"][4].to_list()
    assert [problem.code for problem in intake.ledger.problems] == ["bank.statement.does_not_add_up"] * 2


def test_what_comes_after_a_statement_in_quarantine_waits_for_it() -> None:
    assert codes(take(MT940.replace("D500,00", "D499,00"))) == ["bank.statement.does_not_add_up", None]
    moved = MT940.replace("62F:C260331EUR1000,00", "62F:C260331EUR1001,00").replace(
        "60F:C260331EUR1000,00", "60F:C260331EUR1001,00"
    )
    moved = moved.replace("EUR1000,01", "EUR1001,01")
    assert codes(take(moved)) == ["bank.statement.does_not_add_up", "bank.statement.gap"]


def test_the_same_file_again_has_the_same_names() -> None:
    after = Known(
        accounts=BOOKS.accounts,
        closings=pl.DataFrame({"account_id": [OURS], "day_on": [date(2026, 4, 1)], "amount": [100001]}),
    )
    assert (
        table(take(MT940, after), "bank_lines")["line_id"].to_list()
        == table(take(MT940), "bank_lines")["line_id"].to_list()
    )


def test_statements_of_one_file_that_overlap_bring_each_line_once() -> None:
    one, _ = MT940.split("-}\n:20:STARTUMS")
    whole = one.replace(":62F:C260331EUR1000,00\n", ":61:2604010401C0,01NTRFNONREF//B3\n:62F:C260401EUR1000,01\n")
    intake = take(f"{one}-}}\n{whole}-}}\n")
    assert codes(intake) == [None, None]
    assert table(intake, "bank_lines").height == 5
    assert [problem.facts["count"] for problem in intake.ledger.problems if problem.code == "bank.line.repeated"] == [4]


def test_lines_of_nothing_are_left_out_and_told() -> None:
    intake = take(MT940.replace(":61:2603310331D1,00NCHG", ":61:2603310331C0,00NMSC\n:61:2603310331D1,00NCHG"))
    assert table(intake, "bank_lines").height == 5
    assert [problem.facts["count"] for problem in intake.ledger.problems if problem.code == "bank.line.zero"] == [1]


def test_interim_lines_of_a_closed_day_are_not_taken_again() -> None:
    interim = f":20:A\n:25:{OURS}\n:28C:1/1\n:34F:EUR0,\n:61:2603300330C9,99NTRFX\n:61:2603310331C5,00NTRFY\n:90C:2EUR14,99\n-\n"
    intake = take(interim)
    assert (codes(intake), intake.documents["kind"].to_list()) == ([None], ["interim"])
    assert table(intake, "bank_lines")["amount"].to_list() == [500]
    assert intake.rejected["code"].to_list() == ["bank.line.covered"]
    assert not intake.ledger.has("balances")


def test_the_name_of_the_file_does_not_matter_and_others_are_no_statements() -> None:
    assert not is_statement(Source("a.sta", b"Dear customer,\nplease pay.\n"))
    assert read_statements(Source("a.ofx", b"Dear customer"), Known()) is None
    assert read_statements(Source("a.sta", b""), Known()) is None
    invoices = b"invoice_id,customer_id,issued_on,due_on,amount\n1,A,2026-01-01,2026-02-01,5.00\n"
    assert not is_statement(Source("camt.xml", invoices))
    for text in SAMPLES.values():
        for codec in ("utf-8", "utf-16"):
            assert is_statement(Source("x", text.replace("UTF-8", codec).encode(codec)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<Document><BkToCstmrStmt/></Document>", "bank.camt.no_report"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><Document><BkToCstmrStmt>&a;</BkToCstmrStmt></Document>", "bank.xml.doctype"),
        (b"<OFX></OFX>", "bank.ofx.no_statement"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_only_its_problem(data: bytes, code: str) -> None:
    intake = take(data)
    assert [problem.code for problem in intake.ledger.problems] == [code]
    assert intake.documents.is_empty()


REFUSED_WHOLE = {"camt053.v2.wrong.xml", "invalid.xml", "pain.001.001.03.xml"} | {
    "account_listing_aggregation.ofx",
    "bank_small.ofx",
    "error_message.ofx",
    "signon_fail.ofx",
    "signon_success.ofx",
    "signon_success_no_message.ofx",
}


def test_every_real_file_is_accounted_for(reference: Path) -> None:
    """What is accepted adds up, what is not has a code, and every row is counted; from each file of three formats."""
    folders = [reference / "bank-statements" / name for name in ("mt940", "camt", "ofx")]
    kinds = {".json", ".yml", ".csv", ".txt~"}
    files = [
        file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix not in kinds
    ]
    accepted = quarantined = 0
    for file in files:
        source = Source(file.name, file.read_bytes())
        intake = read_statements(source, Known())
        if intake is None:
            continue
        sound(intake)
        assert intake.documents.is_empty() == (file.name in REFUSED_WHOLE), file.name
        if intake.documents.is_empty():
            assert len(intake.ledger.problems) == 1
            continue
        told = statements_of(source, Known())
        assert told is not None
        rows = sum(one.lines.filter(pl.col("amount") != 0).height + one.rejected.height for one in told)
        repeated = sum(int(str(p.facts["count"])) for p in intake.ledger.problems if p.code == "bank.line.repeated")
        zero = intake.counts["rows_in"].sum() + repeated - rows
        assert 0 <= zero <= sum(one.lines.filter(pl.col("amount") == 0).height for one in told), file.name
        for result in judged(told, Known()):
            both = result.statement.opening is not None and result.statement.closing is not None
            assert result.reason is not None or not both or proved(result.statement), file.name
        accepted += intake.documents["code"].null_count()
        quarantined += len(intake.documents) - intake.documents["code"].null_count()
    assert accepted >= 230
    assert quarantined >= 60


MUTATIONS = 40
MUTATIONS_ALL = 2000
SECONDS = 3


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to three changes: bytes turned, cut out, doubled, the end cut off, a piece repeated for long."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(data)) if data else 0
        length = dice.choice([1, 1, 2, 5, 30, 200])
        kind = dice.randrange(7)
        piece = data[at : at + length]
        if kind == 0:
            data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + data[at + length :]
        elif kind == 2:
            data = data[:at] + piece + data[at:]
        elif kind == 3:
            data = data[:at]
        elif kind == 4:
            data = data[:at] + piece * dice.choice([50, 2000]) + data[at:]
        elif kind == 5:
            digits = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
            place = dice.choice(digits) if digits else 0
            data = data[:place] + str(dice.randrange(10)).encode() + data[place + 1 :]
        else:
            lines = data.split(b"\n")
            here, there = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[here], lines[there] = lines[there], lines[here]
            data = b"\n".join(lines)
    return data


@pytest.mark.parametrize("name", list(SAMPLES))
def test_damaged_files_never_break_the_reader_nor_the_books(name: str, request: pytest.FixtureRequest) -> None:
    """No exception, none over three seconds, and nothing accepted that does not add up."""
    rounds = MUTATIONS_ALL if request.config.getoption("--all") else MUTATIONS
    data = SAMPLES[name].encode()
    outcomes = {"accepted": 0, "quarantined": 0, "refused": 0, "other": 0}
    for seed in range(rounds):
        dice = random.Random(f"{name}/{seed}")
        source = Source("damaged", mutated(data, dice))
        known = Known() if seed % 2 else BOOKS
        with pace.within(SECONDS, seed):
            intake = read_statements(source, known)
        if intake is None:
            outcomes["other"] += 1
            continue
        sound(intake)
        if intake.documents.is_empty():
            assert intake.ledger.problems, seed
            outcomes["refused"] += 1
            continue
        believed(source, known, intake, seed)
        outcomes["accepted"] += intake.documents["code"].null_count()
        outcomes["quarantined"] += intake.documents["code"].drop_nulls().len()
    assert all(outcomes[key] for key in ("accepted", "quarantined")), outcomes


def believed(source: Source, known: Known, intake: Intake, seed: int) -> None:
    """What was accepted adds up: each statement by itself, and the loaded lines of each account all together."""
    try:
        told = statements_of(source, known)
    except Refused:
        raise AssertionError(seed) from None
    results = [result for result in judged(told or [], known) if result.reason is None]
    for result in results:
        one = result.statement
        if one.kind == "statement" and one.opening is not None and one.closing is not None:
            assert one.opening + total(one.lines) == one.closing, seed
    whole = all(proved(result.statement) for result in results)
    if whole and not any(problem.code == "bank.line.repeated" for problem in intake.ledger.problems):
        moved = sum((one.closing or 0) - (one.opening or 0) for one in (result.statement for result in results))
        assert table(intake, "bank_lines")["amount"].sum() == moved, seed
