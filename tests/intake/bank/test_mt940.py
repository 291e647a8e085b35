"""MT940 and MT942: own messages for each form, and every real file at hand against counts and other readers."""

from __future__ import annotations

import json
import logging
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import mt940
import pytest

from solvent.base.money import decimal
from solvent.intake.bank.checks import total
from solvent.intake.bank.mt940 import looks_like_mt940, mt940_statements
from solvent.intake.bank.statement import Statement
from solvent.intake.intake import Known, Source

HEAD = ":20:STARTUMS\n:25:{account}\n:28C:5/1\n:60F:C260330EUR1000,00\n"
FOOT = ":62F:C260331EUR{closing}\n-\n"


def read(text: str | bytes, known: Known | None = None) -> list[Statement]:
    data = text if isinstance(text, bytes) else text.encode()
    assert looks_like_mt940(data)
    return mt940_statements(Source("bank.sta", data), known or Known())


def one(line: str, *details: str, account: str = "DE89370400440532013000") -> dict[str, object]:
    """The only line of a message."""
    text = HEAD.format(account=account) + f":61:{line}\n" + "".join(f"{detail}\n" for detail in details)
    (statement,) = read(text + FOOT.format(closing="1000,00"))
    assert statement.rejected.is_empty()
    return statement.lines.row(0, named=True)


def test_a_statement_with_everything() -> None:
    text = (
        "{1:F01COBADEFFXXXX0000000000}{2:I940X}{4:\n"
        + HEAD.format(account="37040044/0532013000EUR")
        + ":61:2603310331CR250,5NTRFNONREF//B77\n:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Invoice 4711"
        + "?30COBADEFF?31DE02120300000000202051?32MUELLER GMBH\n"
        + ":61:2603310331D50,5NCHGNONREF//B78\n:86:Account fee\n"
        + FOOT.format(closing="1200,00")
    )
    (statement,) = read(text)
    assert (statement.account_id, statement.bank, statement.currency) == ("0532013000", "COBADEFF", "EUR")
    assert (statement.number, statement.kind, statement.format) == ("5/1", "statement", "mt940")
    assert (statement.opening, statement.opening_on) == (100000, date(2026, 3, 30))
    assert (statement.closing, statement.closing_on) == (120000, date(2026, 3, 31))
    first, second = statement.lines.rows(named=True)
    assert first == {
        "row": 6,
        "booked_on": date(2026, 3, 31),
        "value_on": date(2026, 3, 31),
        "currency": "EUR",
        "amount": 25050,
        "counterparty": "MUELLER GMBH",
        "counterparty_account": "DE02120300000000202051",
        "reference": "Invoice 4711 E-1",
        "bank_reference": "B77",
        "balance": None,
        "category": None,
    }
    assert (second["amount"], second["category"], second["row"]) == (-5050, "other_operating", 8)


@pytest.mark.parametrize(
    ("mark", "amount"),
    [
        ("C", 100),
        ("D", -100),
        ("RC", -100),
        ("RD", 100),
        ("CR", 100),
        ("DR", -100),
        ("RDR", 100),
        ("c", 100),
        ("DD", -100),
    ],
)
def test_a_reversal_turns_the_side_and_the_letter_of_the_currency_does_not(mark: str, amount: int) -> None:
    assert one(f"260331{mark}1,00NTRFNONREF")["amount"] == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1234,5", 123450), ("1234,", 123400), ("000000002145.23", 214523), ("0,01", 1), ("12,500", 1250), ("7", 700)],
)
def test_amounts_are_read_to_the_cent(text: str, amount: int) -> None:
    assert one(f"260331C{text}NTRFNONREF")["amount"] == amount


@pytest.mark.parametrize("text", ["1.234,56", "12,345", "1,2,3", "99999999999999999,00"])
def test_an_amount_that_is_none_rejects_its_line_with_its_place(text: str) -> None:
    (statement,) = read(
        HEAD.format(account="1234567") + f":61:260331C{text}NTRFX\n:86:Hi\n" + FOOT.format(closing="1,00")
    )
    assert statement.lines.is_empty()
    fault = statement.rejected.row(0, named=True)
    assert (fault["row"], fault["code"], fault["value"]) == (5, "bank.line.amount", text)
    assert fault["cells"] == [f":61:260331C{text}NTRFX", ":86:Hi"]


@pytest.mark.parametrize(
    ("line", "booked", "value"),
    [
        ("2512310102C1,NTRF", date(2026, 1, 2), date(2025, 12, 31)),
        ("2601020102C1,NTRF", date(2026, 1, 2), date(2026, 1, 2)),
        ("2601021231C1,NTRF", date(2025, 12, 31), date(2026, 1, 2)),
        ("260102C1,NTRF", date(2026, 1, 2), date(2026, 1, 2)),
        ("260102    C1,NTRF", date(2026, 1, 2), date(2026, 1, 2)),
        ("2402300301C1,NTRF", date(2024, 3, 1), date(2024, 2, 29)),
        ("9912311231C1,NTRF", date(1999, 12, 31), date(1999, 12, 31)),
    ],
)
def test_the_year_of_booking_is_the_nearest(line: str, booked: date, value: date) -> None:
    row = one(line)
    assert (row["booked_on"], row["value_on"]) == (booked, value)


def test_an_impossible_day_rejects_its_line() -> None:
    (statement,) = read(HEAD.format(account="1") + ":61:2613310331C1,00NTRF\n" + FOOT.format(closing="1,00"))
    assert statement.rejected["code"].to_list() == ["bank.line.day"]


@pytest.mark.parametrize(
    ("details", "party", "account", "reference"),
    [
        ((":86:166?20PARTNER 0123?21SPENDE?310012345679?32SOME?33ONE",), "SOME ONE", "0012345679", "PARTNER 0123 SPENDE"),
        ((":86:166?20SVWZ+Rechnung Nr 4711 vom?21 1.3.?30X?31DE02?32A", "?33 GmbH"), "A GmbH", "DE02", "Rechnung Nr 4711 vom 1.3."),
        ((":86:020~00PRZELEW~20Faktura 12~32JAN NOWAK~3851114010810000",), "JAN NOWAK", "51114010810000", "Faktura 12"),
        ((":86:000>100555>20HUUR>21 MAART>310390123456",), None, "0390123456", "HUUR MAART"),
        ((":86:/TRTP/SEPA/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J JAN", "SEN/REMI/Factuur 7/EREF/NOTPROVIDED"), "J JANSEN", "NL91ABNA0417164300", "Factuur 7"),
        ((":86:/EREF/E9/BENM//NAME/Shop B.V./REMI/USTD//Order 5/ISDT/2026-03-31",), "Shop B.V.", None, "Order 5 E9"),
        ((":86:/CNTP/NL91ABNA0417164300/ABNANL2A/Hr Jansen///REMI/USTD//Factuur 8/",), "Hr Jansen", "NL91ABNA0417164300", "Factuur 8"),
        ((":86:/ORDP/300000000460495", "/IVOTEHNA DOOEL", "/747//747"), "IVOTEHNA DOOEL", "300000000460495", "747 747"),
        ((":86:FACTUUR 201403110", "REK: NL65INGB0123456789/NAAM: PICQER"), "PICQER", "NL65INGB0123456789", None),
        ((":86:NL81ASNB9999999999 hr paulissen", "", "Betaling sieraden"), "hr paulissen", "NL81ASNB9999999999", "Betaling sieraden"),
        ((":NS:01Rechnung", "0247", "15Maier", "16AG", "340000004279070017"), "Maier AG", "0000004279070017", "Rechnung 47"),
        ((":86:Just words", ":86:and more"), None, None, "Just words and more"),
        ((":86:166?20T16", ":26:37 Uhr?32A"), "A", None, "T16:26:37 Uhr"),
        ((":86:166?20T16", ":20:37 Uhr?32A"), "A", None, "T16:20:37 Uhr"),
    ],
)  # fmt: skip
def test_the_text_behind_a_line(
    details: tuple[str, ...], party: str | None, account: str | None, reference: str | None
) -> None:
    row = one("2603310331C1,00NTRFNONREF", *details)
    assert (row["counterparty"], row["counterparty_account"]) == (party, account)
    if reference is not None:
        assert row["reference"] == reference


def test_a_reference_beside_the_line_counts_and_placeholders_do_not() -> None:
    assert one("260331C1,00NTRFRE-2026-7//BK9")["reference"] == "RE-2026-7"
    assert one("260331C1,00NTRFNONREF//NONREF")["bank_reference"] is None
    assert one("260331C1,00N102EREF\nNL91ABNA0417164300")["counterparty_account"] == "NL91ABNA0417164300"
    assert one("1811261126CR\n30,00N062NONREF", ":", "86:166?20Split")["reference"] == "Split"


@pytest.mark.parametrize(
    ("told", "account", "bank"),
    [
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", ""),
        ("70011110/4005287001EUR", "4005287001", "70011110"),
        ("NL10BUNQ2290325473 EUR", "NL10BUNQ2290325473", ""),
        ("1291.99.348EUR", "129199348", ""),
        ("UBRTHUHB/123456789150/HUF", "123456789150", "UBRTHUHB"),
    ],
)
def test_the_account_is_told_apart_from_its_bank_and_currency(told: str, account: str, bank: str) -> None:
    (statement,) = read(HEAD.format(account=told) + FOOT.format(closing="1000,00"))
    assert (statement.account_id, statement.bank) == (account, bank)


def test_pages_are_one_statement() -> None:
    first = HEAD.format(account="1234567") + ":61:260331C5,00NTRF\n:62M:C260331EUR1005,00\n-\n"
    second = ":20:STARTUMS\n:25:1234567\n:28C:5/2\n:60M:C260331EUR1005,00\n:61:260331C5,00NTRF\n" + FOOT.format(
        closing="1010,00"
    )
    (statement,) = read(first + second)
    assert (statement.opening, statement.closing, statement.lines.height, statement.part) == (100000, 101000, 2, 1)
    assert statement.closing_on == date(2026, 3, 31)
    page, other = read(first + second.replace("60M:C260331EUR1005", "60M:C260331EUR1004"))
    assert (page.closing, page.closing_on, other.opening, other.opening_on) == (100500, None, 100400, None)


def test_a_file_of_several_accounts_and_days() -> None:
    text = "".join(HEAD.format(account=number) + FOOT.format(closing="1000,00") for number in ("111", "222", "111"))
    assert [(s.part, s.account_id) for s in read(text)] == [(1, "111"), (2, "222"), (3, "111")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((":62F:C260331EUR1000,00\n", ""), "bank.mt940.balance_missing"),
        ((":60F:C260330EUR1000,00\n", ""), "bank.mt940.balance_missing"),
        (("62F:C260331EUR1000,00", "62F:C260331EUR1.000,00"), "bank.mt940.balance_unreadable"),
        (("62F:C260331EUR1000,00", "62F:X260331EUR1000,00"), "bank.mt940.balance_unreadable"),
        (("62F:C260331EUR", "62F:C260331USD"), "bank.statement.currencies"),
        (("-\n", ":62F:C260331EUR999,00\n-\n"), "bank.mt940.balance_twice"),
    ],
)
def test_a_message_that_is_not_whole_says_so(change: tuple[str, str], code: str) -> None:
    whole = HEAD.format(account="1234567") + ":61:260331C0,00NTRF\n" + FOOT.format(closing="1000,00")
    assert not read(whole)[0].problems
    assert change[0] in whole
    assert [problem.code for problem in read(whole.replace(*change))[0].problems] == [code]


def test_an_interim_report_has_no_balances_but_sums() -> None:
    text = ":20:A\n:25:1234567\n:28C:1/1\n:34F:EUR0,\n:13D:2603311815+0100\n:61:260331C2,50NTRF\n:61:260331ED9,NTRF\n"
    (right,) = read(text + ":90D:0EUR0,00\n:90C:1EUR2,50\n-\n")
    assert (right.kind, right.format, right.opening, right.lines["amount"].to_list()) == (
        "interim",
        "mt942",
        None,
        [250],
    )
    assert [(p.code, p.facts["count"]) for p in right.problems] == [("bank.statement.pending", 1)]
    (wrong,) = read(text + ":90C:1EUR2,51\n-\n")
    assert "bank.statement.sums_differ" in {problem.code for problem in wrong.problems}


def test_every_encoding_gives_the_same_words() -> None:
    text = (
        HEAD.format(account="1")
        + ":61:260331C1,00NTRF\n:86:166?20Miete für Büro?32MÜLLER, GRÖßE\n"
        + FOOT.format(closing="1001,00")
    )
    told = [read(text.encode(codec))[0].lines.row(0) for codec in ("utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16")]
    assert told[0][6] is None
    assert told[0][5] == "MÜLLER, GRÖßE"
    assert all(row == told[0] for row in told)
    assert read(text.replace("\n", "\r\n"))[0].lines.equals(read(text.replace("\n", "\r"))[0].lines)


def test_the_currency_comes_from_the_books_where_the_file_has_none() -> None:
    text = ":20:A\n:25:7654321\n:28C:1\n:60F:C260330100,00\n:61:260331C5,00NTRF\n:62F:C260331105,00\n"
    assert read(text, Known(accounts={"7654321": "CHF"}))[0].currency == "CHF"
    assert read(text)[0].currency == "XXX"


# Real files. What is left out of the counts: nothing. Licences and expectations lie between the statements.

NOT_STATEMENTS = {".json", ".yml"}
EVIDENCE = {
    "betterplace/sepa_snippet.txt": {2: "300.08"},
    "betterplace/sepa_snippet_broken.txt": {1: "307603.86"},
    "jejik/document/abnamro.txt": {1: "-2038.00", 2: "-1002.60"},
    "jejik/document/bug-core-5401.txt": {1: "-50.00"},
    "jejik/document/commerzbank.txt": {1: "12.35"},
    "jejik/document/deutschebank.txt": {1: "12.35"},
    "jejik/document/ing-dos.txt": {1: "49.06"},
    "jejik/document/ing-unix.txt": {1: "49.06"},
    "jejik/document/knab.txt": {2: "4500.00"},
    "jejik/document/oldenburgischelandesbank.txt": {1: "-104.50"},
    "jejik/document/oldenburgischelandesbankmitbindestrich.txt": {1: "-281725.57"},
    "jejik/document/postfinance.txt": {1: "0.20"},
    "jejik/document/rabobank.txt": {1: "1135.93", 3: "236.56"},
    "jejik/document/sparkasse2.txt": {1: "-775.04"},
    "jejik/document/sparkasse3.txt": {1: "1279.46"},
    "jejik/document/triodos.txt": {1: "111.40"},
    "php-mt940/Abn/sample2": {1: "601.50"},
    "php-mt940/Hsbc/sample": {1: "20000.00"},
    "php-mt940/Ing/sample": {1: "-3.68"},
    "php-mt940/Knab/sample": {1: "96.84"},
    "php-mt940/Knab/sample3": {1: "-100000.00"},
    "php-mt940/Rabo/sample2": {1: "3145.35"},
    "php-mt940/Rabo/sample3": {1: "-345.16", 2: "-384.75"},
    "php-mt940/Rabo/sample4": {1: "19477.78"},
    "webschik/__tests__/cases/abn-amro-1.STA": {1: "-213.51"},
    "wolph-mt940/betterplace/sepa_snippet.sta": {2: "300.08"},
    "wolph-mt940/betterplace/sepa_snippet_broken.sta": {1: "307603.86"},
    "wolph-mt940/jejik/abnamro.sta": {1: "-2038.00", 2: "-1002.60"},
    "wolph-mt940/jejik/ing.sta": {1: "49.06"},
    "wolph-mt940/jejik/knab.sta": {2: "4500.00"},
    "wolph-mt940/jejik/postfinance.sta": {1: "0.20"},
    "wolph-mt940/jejik/rabobank.sta": {1: "1135.93", 3: "236.56"},
    "wolph-mt940/jejik/triodos.sta": {1: "111.40"},
    "wolph-mt940/mBank/with_newline_in_tnr.sta": {1: "770.71"},
    "wolph-mt940/self-provided/details_60-63.sta": {1: "234.01"},
    "wolph-mt940/self-provided/malformed_details.sta": {1: "234.01"},
    "wolph-mt940/self-provided/overly_long_details.sta": {1: "234.01"},
    "wolph-mt940/self-provided/raiffeisen-cmi.sta": {1: "1123264.00"},
    "wolph-mt940/self-provided/whitespace.sta": {1: "234.01"},
}
"""Statements that do not add up as they were published, changed by hand or cut: by how much, closing less the rest."""
RABO = {1, 4, 5, 6, 7, 8, 9, 10, *range(13, 29), 31, 32, 33, 34, 37}
"""The same in php-mt940/Rabo/sample, whose 39 statements were filled with made-up balances."""
LIBRARY_REFUSES = {
    "jejik/document/K4262927_20200905-080000-952.txt": 1,
    "jejik/document/oldenburgischelandesbank2.txt": 1,
    "php-mt940/Asn/sample": 3,
    "php-mt940/Zetb/sample": 8,
    "wolph-mt940/ASNB/mt940.txt": 8,
    "wolph-mt940/ASNB/mt940_with_spaces_for_entry_date.txt": 8,
}
CUT_OFF = {"jejik/document/K4262927_20200905-080000-952.txt", "jejik/document/oldenburgischelandesbank2.txt"}


def samples(reference: Path) -> dict[str, bytes]:
    root = reference / "bank-statements" / "mt940"
    files = (file for file in sorted(root.rglob("*")) if file.is_file() and file.suffix not in NOT_STATEMENTS)
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in files
        if "LICENSE" not in file.name and file.name != "requirements.txt"
    }


def test_every_line_of_every_real_file_is_read(reference: Path) -> None:
    every = samples(reference)
    lines = 0
    for name, data in every.items():
        told = len(re.findall(rb"^:61:", data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), re.MULTILINE))
        statements = mt940_statements(Source(name, data), Known())
        assert sum(one.lines.height for one in statements) == told, name
        assert all(one.rejected.is_empty() for one in statements), name
        lines += told
    assert (len(every), lines) == (116, 705)


def test_every_real_statement_adds_up_or_is_known_not_to(reference: Path) -> None:
    for name, data in samples(reference).items():
        off = {}
        for one_ in mt940_statements(Source(name, data), Known()):
            if one_.opening is not None and one_.closing is not None and one_.kind == "statement":
                off[one_.part] = decimal(one_.closing - one_.opening - total(one_.lines), one_.currency)
        wrong = {part: str(amount) for part, amount in off.items() if amount}
        if name == "php-mt940/Rabo/sample":
            assert set(wrong) == RABO
        else:
            assert wrong == EVIDENCE.get(name, {}), name


def test_files_known_as_bad_are_read_whole_or_refused_with_a_reason(reference: Path) -> None:
    every = samples(reference)
    for name, count in LIBRARY_REFUSES.items():
        statements = mt940_statements(Source(name, every[name]), Known())
        assert sum(one.lines.height for one in statements) == count
        codes = {problem.code for one in statements for problem in one.problems}
        assert codes == ({"bank.mt940.balance_missing"} if name in CUT_OFF else set())


def test_the_library_mt940_reads_the_same_amounts_and_days(reference: Path) -> None:
    """A second opinion on every file that the library reads.

    It misreads one: in php-mt940/Rabo/sample, which writes decimal points, it finds 1 line of 39, and that with
    another amount.
    """
    logging.disable(logging.CRITICAL)
    options = mt940.Options(reversal_sign=True, case_insensitive_marks=True)
    compared = 0
    for name, data in samples(reference).items():
        if name in LIBRARY_REFUSES or name == "php-mt940/Rabo/sample":
            continue
        text = data.decode("utf-8", "replace").lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        other = mt940.models.Transactions(options=options)
        other.parse(text)
        theirs = [line.data for line in other.transactions if "amount" in line.data]
        ours = [row for one in mt940_statements(Source(name, data), Known()) for row in one.lines.rows(named=True)]
        assert [decimal(row["amount"], row["currency"]) for row in ours] == [
            line["amount"].amount for line in theirs
        ], name
        assert [row["value_on"] for row in ours] == [line["date"] for line in theirs], name
        assert [row["booked_on"] for row in ours] == [line.get("entry_date") or line["date"] for line in theirs], name
        compared += len(ours)
    logging.disable(logging.NOTSET)
    assert compared == 637


def test_published_expectations_of_another_reader(reference: Path) -> None:
    """The cases of webschik/mt940-js: number, account, balances and each line."""
    folder = reference / "bank-statements" / "mt940" / "webschik" / "__tests__" / "cases"
    checked = 0
    for file in sorted(folder.glob("*.json")):
        source = next(other for other in folder.iterdir() if other.stem == file.stem and other.suffix != ".json")
        wanted = json.loads(file.read_text("utf-8"))
        statements = mt940_statements(Source(file.stem, source.read_bytes()), Known())
        pages = {json.dumps([one["accountId"], one["number"]]) for one in wanted}
        assert len(statements) == len(pages), file.stem
        lines = [row for one in statements for row in one.lines.rows(named=True)]
        told = [line for one in wanted for line in one["transactions"]]
        assert len(lines) == len(told)
        for row, line in zip(lines, told):
            signed = Decimal(str(line["amount"])) * (1 if line["isCredit"] else -1)
            assert decimal(row["amount"], row["currency"]) == signed
            assert (str(row["value_on"]), str(row["booked_on"])) == (
                line["valueDate"][:10],
                (line["entryDate"] or line["valueDate"])[:10],
            )
        first, last = wanted[0]["openingBalance"], wanted[-1]["closingBalance"]
        for minor, balance in ((statements[0].opening, first), (statements[-1].closing, last)):
            assert minor is not None
            signed = Decimal(str(balance["value"])) * (1 if balance["isCredit"] else -1)
            assert decimal(minor, balance["currency"]) == signed
        checked += len(told)
    assert checked == 17


def test_published_expectations_of_a_third(reference: Path) -> None:
    """The cases of betterplace/mt940_parser: amount, side and days of each line, amount and day of each balance."""
    folder = reference / "bank-statements" / "mt940" / "betterplace"
    lines = 0
    for file in sorted(folder.glob("*.yml")):
        if file.stem == "with_binary_character":
            continue  # its expectation stops after the first field
        blocks = re.split(r"^\s*- (?:- )?!ruby/object:", file.read_text("utf-8"), flags=re.MULTILINE)
        told = [
            (
                int(re.search(r"amount: (\d+)", block)[1])
                * (-1 if re.search("funds_code: :(debit|return_credit)", block) else 1),
                re.search(r" date: (\S+)", block)[1],
            )
            for block in blocks
            if re.match(r"MT940::StatementLine\s", block)
        ]
        statements = mt940_statements(Source(file.stem, file.with_suffix(".txt").read_bytes()), Known())
        ours = [(row["amount"], str(row["value_on"])) for one in statements for row in one.lines.rows(named=True)]
        assert ours == told, file.stem
        lines += len(told)
    assert lines == 98
