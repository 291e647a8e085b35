"""Real exports of Chinese, Canadian and Hong Kong banks and payment services, counted and summed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter

from solvent.base.money import decimal
from solvent.intake.bank.statement import LINES, Statement
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.bank.table.layout.words import meanings
from solvent.intake.bank.table.read import BLOCKING, is_table_statement, table_statements
from solvent.intake.intake import Known, Source
from thorough import cases

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT.parent / "shared" / "data" / "bank-statements"
SHELF = ROOT / "src" / "solvent" / "intake" / "bank" / "table" / "profiles"
PROFILES = [Profile.parse(path.read_text("utf-8"), path.stem) for path in sorted(SHELF.glob("*.toml"))]

Part = tuple[str, str, int, str, int]
"""account, currency, lines, sum, rows left out"""
EXPECTED: dict[str, list[Part]] = {
    "abc_debit/example-abc_debit-records.csv": [("", "CNY", 4, "-2355.88", 1)],
    "alipay/example-alipay-records.csv": [("xx@gmail.com", "CNY", 6, "222082.89", 4)],
    "bmo/credit/example-bmo-records.csv": [("5191230567984561", "CAD", 3, "-94.33", 0)],
    "bmo/debit/example-bmo-records.csv": [("5678653123124124", "CAD", 4, "-158.31", 0)],
    "boc/credit/example-boc-records.csv": [("", "CNY", 13, "-238.25", 0), ("", "USD", 1, "-3.72", 0)],
    "boc/debit/example-boc-records.csv": [("3167", "CNY", 17, "426.70", 0)],
    "bocom_credit/example-bocom_credit-records.csv": [("", "CNY", 8, "731.69", 0)],
    "bocom_debit/example-bocom_debit-records.csv": [("", "CNY", 6, "-102.75", 0)],
    "ccb/交易明细_xxxx_2025xxxx_2025xxxx.xls": [("xxxxx*********xxxx", "CNY", 6, "-703.26", 0)],
    "cgb_credit/example-cgb_credit-records.csv": [("", "CNY", 4, "824.56", 0)],
    "citic/credit/example-citic-records.xls": [("", "CNY", 13, "-1097.39", 0)],
    "cmb/credit/example-cmb-records.csv": [("", "CNY", 6, "-7675.98", 0)],
    "cmb/debit/example-cmb-records.csv": [("", "CNY", 5, "-779.14", 0)],
    "hsbchk/credit/example-hsbchk-credit-records.csv": [("", "CNY", 10, "1732.27", 0), ("", "HKD", 1, "-27.90", 0)],
    "hsbchk/debit/example-hsbchk-debit-records.csv": [("", "HKD", 9, "9478.95", 0), ("", "CNY", 1, "12500.00", 0)],
    "icbc/credit/example-icbc-credit-records.csv": [("1234****5678", "CNY", 9, "4257.88", 0)],
    "icbc/debit-v1/example-icbc-debit-v1-records.csv": [("1234****9876", "CNY", 11, "-1399.34", 0)],
    "icbc/debit-v2/example-icbc-debit-v2-records.csv": [("1234****9876", "CNY", 11, "-1399.34", 0)],
    "spdb_debit/example-spdb_debit-records.xls": [("6200000000001230", "CNY", 4, "-1.64", 0)],
    "td/example-td-records.csv": [("", "CAD", 9, "13.06", 0)],
    "wechat/example-wechat-records.csv": [("", "CNY", 21, "-3235.92", 6)],
    "wechat/example-wechat-records.xlsx": [("", "CNY", 21, "-3235.92", 6), ("", "CNY", 21, "-3235.92", 6)],
}
WHOLE = {
    "bmo/credit/example-bmo-records.csv",
    "bmo/debit/example-bmo-records.csv",
    "boc/credit/example-boc-records.csv",
    "boc/debit/example-boc-records.csv",
    "bocom_credit/example-bocom_credit-records.csv",
    "cgb_credit/example-cgb_credit-records.csv",
    "citic/credit/example-citic-records.xls",
    "cmb/credit/example-cmb-records.csv",
    "hsbchk/credit/example-hsbchk-credit-records.csv",
    "spdb_debit/example-spdb_debit-records.xls",
    "alipay/example-alipay-records.csv",
}
"""Files that contradict nothing in themselves. The others were shortened or altered by hand when they were made
anonymous: their totals or running balances do not follow from their lines, and that has to be told."""


@cache
def read(path: Path) -> list[Statement]:
    return table_statements(Source(path.name, path.read_bytes()), PROFILES, Known())


def left_out(statement: Statement) -> int:
    codes = "bank.table.left_out."
    return sum(int(str(p.facts["count"])) for p in statement.problems if p.code.startswith(codes))


@pytest.fixture
def samples() -> Path:
    if not SAMPLES.is_dir():
        pytest.skip("shared/data/bank-statements is not there")
    return SAMPLES


@pytest.mark.parametrize("name", EXPECTED)
def test_every_file_is_read_whole(samples: Path, name: str) -> None:
    path = samples / "china" / "double-entry-generator" / name
    assert is_table_statement(Source(path.name, path.read_bytes()), PROFILES)
    found = read(path)
    told = [
        (s.account_id, s.currency, s.lines.height, str(decimal(int(s.lines["amount"].sum()), s.currency)), left_out(s))
        for s in found
    ]
    assert told == EXPECTED[name]
    assert sum(statement.rejected.height for statement in found) == 0
    for statement in found:
        assert dict(statement.lines.schema) == LINES
        assert statement.lines["booked_on"].null_count() == 0
    blocked = any(problem.code in BLOCKING for statement in found for problem in statement.problems)
    assert blocked == (name not in WHOLE)


def test_no_record_file_is_missing_here(samples: Path) -> None:
    folder = samples / "china" / "double-entry-generator"
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.suffix in (".csv", ".xls", ".xlsx")}
    assert there == set(EXPECTED)
    assert len(there) == 22


def booked(path: Path) -> list[tuple[str, bool]]:
    """Each transaction of a journal in plain text: its amount on our side, and whether its sign is certain."""
    found = []
    for block in re.split(r"\n(?=\d{4}-\d{2}-\d{2} [*!])", path.read_text("utf-8"))[1:]:
        postings = re.findall(r"^\s+(Assets|Liabilities|Expenses|Income|Equity)\S*\s+(-?[\d.]+) [A-Z]{3}", block, re.M)
        ours = [amount for kind, amount in postings if kind in ("Assets", "Liabilities")]
        sure = len(ours) == 1 and len(postings) == 2 and "FIXME" not in block
        found.append((ours[0] if sure else postings[0][1].lstrip("-"), sure))
    return found


NEITHER = {"2000.00", "100.00", "10.00", "1000.10", "10000.00", "3000.00", "2634.78", "1.23", "5505.00", "1000.00"}
"""What WeChat counts neither as in nor as out and the journal books all the same (fees apart)."""


def test_amounts_and_signs_are_those_that_others_book(samples: Path) -> None:
    """Where a journal lies beside the file, none of its bookings is missing here, to the cent and the sign."""
    compared, missing = 0, set()
    for name in EXPECTED:
        path = samples / "china" / "double-entry-generator" / name
        amounts = [f"{decimal(a, s.currency):.2f}" for s in read(path)[:2] for a in s.lines["amount"]]
        signed, bare = Counter(amounts), Counter(a.lstrip("-") for a in amounts)
        for amount, sure in booked(next(path.parent.glob("*.beancount"))):
            value = f"{Decimal(amount):.2f}"
            counter, key = (signed, value) if sure else (bare, value.lstrip("-"))
            if counter[key] <= 0 and Decimal(amount) != 0:
                missing.add((name.partition("/")[0], key.lstrip("-")))
            counter[key] -= 1
            compared += 1
    assert {key for where, key in missing if where == "wechat"} <= NEITHER
    assert {key for where, key in missing if where == "alipay"} == {"99.34"}
    assert not [key for where, key in missing if where not in ("wechat", "alipay")]
    assert compared > 120


GOLDEN = {
    "golden/csv_european_decimals.csv": ("DE89370400440532013000", "EUR", [-123456, 350000, -450], 0),
    "golden/csv_french_headers.csv": ("", "EUR", [-123456, 350000, -450], 0),
    "golden/csv_spanish_headers.csv": ("ES9121000418450200051332", "EUR", [-123456, 350000, -450], 0),
    "golden/csv_garbled_amount.csv": ("", "EUR", [10000], 1),
    "sample_split_amounts.csv": ("DE4455667788", "EUR", [125050, -20025], 0),
    "sample_statement.csv": ("DE123456789", "EUR", [250000, -120000], 0),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_european_tables(samples: Path, name: str) -> None:
    path = samples / "camt" / "bankstatementparser" / name
    (statement,) = read(path)
    account, currency, amounts, rejected = GOLDEN[name]
    assert (statement.account_id, statement.currency) == (account, currency)
    assert statement.lines["amount"].to_list() == amounts
    assert statement.rejected.height == rejected
    if rejected:
        row = statement.rejected.row(0, named=True)
        assert (row["row"], row["column"], row["value"], row["code"]) == (3, "Amount", "12..34", "intake.cell.amount")


@pytest.mark.parametrize("name", ["camt_file.csv", "pain_file.csv"])
def test_what_is_no_statement_is_not_claimed(samples: Path, name: str) -> None:
    path = samples / "camt" / "bankstatementparser" / name
    assert not is_table_statement(Source(path.name, path.read_bytes()), PROFILES)


def headers() -> list[tuple[str, list[str]]]:
    path = SAMPLES / "china" / "corporate_headers.json"
    if not path.is_file():
        return []
    return [
        (form["bank"], form[key])
        for form in json.loads(path.read_text("utf-8"))["formats"]
        for key in ("columns", "columns_seen", "alt_columns")
        if key in form
    ]


def cell(header: str, columns: list[str], row: int) -> str:
    """What such a column holds in a row of ours: 100.00 came in on 5 January, 50.50 went out on the 6th."""
    flagged = any(name in columns for name in ("借/贷", "借贷标志"))
    single = flagged and "贷方发生额" not in columns
    fields = [name for name, _ in meanings(header)]
    if "direction" in fields and header in ("借/贷", "借贷标志"):
        return "贷借"[row]
    if header == "交易类型" and "交易后余额" in columns:
        return ("来账", "往账")[row]
    if header == "交易时间" and any(name in columns for name in ("交易日期", "交易日", "记账日期")):
        return ("83533", "153012")[row]
    values = {
        "balance": ("10,100.00", "10,049.50"),
        "in": ("100.00", "50.50" if single else "-"),
        "out": ("0", "50.50"),
        "amount": ("100.00", "50.50") if flagged else ("+100.00", "-50.50"),
        "booked_on": ("20260105", "20260106"),
        "traded_on": ("2026-01-05 08:35:33", "2026-01-06 15:30:12"),
        "value_on": ("20260106", "20260106"),
        "currency": ("人民币", "人民币"),
        "counterparty_account": ("6222000012345600", "6222000012345611"),
        "account": ("4000020009999", "4000020009999"),
        "counterparty": ("灯笼公司", "纸伞厂"),
    }
    return next((values[name][row] for name in fields if name in values), f"{header[:2]}{row}")


def workbook(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("明细")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def text(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


WRITTEN = ("gb18030", "utf-8-sig", "xlsx")


def forms() -> list[tuple[str, list[str], str]]:
    """Each header row in one way of writing in turn; in every way with --all."""
    ways = cases(1, len(WRITTEN))
    return [(*form, WRITTEN[(n + way) % len(WRITTEN)]) for n, form in enumerate(headers()) for way in range(ways)]


@pytest.mark.parametrize(("bank", "columns", "written"), forms())
def test_header_rows_of_corporate_banks(bank: str, columns: list[str], written: str) -> None:
    body = [columns, *([cell(header, columns, row) for header in columns] for row in (0, 1))]
    rows = [[f"{bank}账户明细"], ["户名：我们公司", "币种：人民币"], [], *body]
    data = workbook(rows) if written == "xlsx" else text(rows).encode(written)
    source = Source("明细.xlsx" if written == "xlsx" else "明细.csv", data)
    assert is_table_statement(source, PROFILES)
    (statement,) = table_statements(source, PROFILES, Known())
    lines = statement.lines
    assert lines["amount"].to_list() == [10000, -5050]
    assert lines["booked_on"].to_list() == [date(2026, 1, 5), date(2026, 1, 6)]
    assert (statement.currency, statement.rejected.height) == ("CNY", 0)
    named = {name for header in columns for name, _ in meanings(header)}
    if "balance" in named:
        assert (statement.opening, statement.closing) == (1_000_000, 1_004_950)
    if "counterparty" in named:
        assert lines["counterparty"].to_list() == ["灯笼公司", "纸伞厂"]
    if "counterparty_account" in named:
        assert lines["counterparty_account"].to_list() == ["6222000012345600", "6222000012345611"]
    if "account" in named:
        assert statement.account_id == "4000020009999"
    if "memo" in named:
        assert lines["reference"].null_count() == 0
    assert not [problem for problem in statement.problems if problem.code in BLOCKING]


def test_there_are_14_header_rows(samples: Path) -> None:
    told = json.loads((samples / "china" / "corporate_headers.json").read_text("utf-8"))["formats"]
    assert len(told) == 14
    assert len(headers()) == 15, "one of them has two forms"
