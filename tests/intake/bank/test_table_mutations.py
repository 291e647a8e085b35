"""Bank tables with something broken in them: no exception, soon done, every row told, and no broken sum accepted."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import xlsxwriter

import pace
from solvent.base.money import decimal
from solvent.intake.bank.statement import Statement
from solvent.intake.bank.table.find import found_tables
from solvent.intake.bank.table.read import BLOCKING, is_table_statement, table_statements
from solvent.intake.intake import Known, Source
from thorough import cases

SECONDS = 3.0
"""Of the processor, so that a busy machine does not fail the test."""
SHOWN = cases(16, 40)
ALL = 2_000
Rows = list[list[str]]


def sides(rng: random.Random) -> Rows:
    """A Chinese account with two sides, a running balance, a heading and a row of totals."""
    balance = start = rng.randrange(10**7)
    out = into = 0
    day = date(2026, 1, 1)
    rows = []
    for number in range(rng.randint(8, 20)):
        day += timedelta(rng.randint(0, 3))
        amount = rng.randrange(1, 10**6) * rng.choice([1, -1])
        balance += amount
        out, into = out + max(-amount, 0), into + max(amount, 0)
        shown = [f"{decimal(a, 'CNY'):,}" if a > 0 else "" for a in (-amount, amount, balance)]
        shown[2] = f"{decimal(balance, 'CNY'):,}"
        rows.append([f"{day:%Y%m%d}", *shown, f"灯笼{number}公司", f"622200{number:06d}", "货款", f"T{number:06d}"])
    head = ["交易日期", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "摘要", "交易流水号"]
    told = [["账号：6222000011112222"], ["币种：人民币", f"期初余额：{decimal(start, 'CNY')}"], head]
    return [*told, *rows, ["合计", str(decimal(out, "CNY")), str(decimal(into, "CNY")), "", "", "", "", ""]]


def signed(rng: random.Random) -> Rows:
    """A German account with one signed column."""
    day = date(2026, 1, 1)
    rows = []
    for number in range(rng.randint(8, 20)):
        day += timedelta(rng.randint(0, 3))
        shown = f"{decimal(rng.randrange(1, 10**6) * rng.choice([1, -1]), 'EUR'):,}".translate(
            str.maketrans(",.", ".,")
        )
        rows.append([f"{day:%d.%m.%Y}", f"{day:%d.%m.%Y}", f"Lampion {number}", f"RE {number}", shown, "EUR"])
    return [["Buchungstag", "Wertstellung", "Empfänger", "Verwendungszweck", "Betrag", "Währung"], *rows]


def wallet(rng: random.Random) -> Rows:
    """A payment service, flagged, with a status."""
    rows = []
    for number in range(rng.randint(8, 20)):
        flag, status = rng.choice(["收入", "支出", "/", "不计收支"]), rng.choice(["支付成功", "交易关闭", "退款成功"])
        moment = f"2026-01-{number + 1:02d} 10:{number:02d}:00"
        rows.append([moment, "商户消费", "灯笼", flag, f"¥{rng.randrange(1, 10**5) / 100:.2f}", status, f"A{number}"])
    head = ["交易时间", "交易类型", "交易对方", "收/支", "金额(元)", "当前状态", "交易单号"]
    return [["微信支付账单明细"], ["支出：2笔 3.00元"], head, *rows]


def bare(rng: random.Random) -> Rows:
    """No header at all."""
    balance, rows = rng.randrange(10**6), []
    for number in range(rng.randint(8, 20)):
        amount = rng.randrange(1, 10**5) * rng.choice([1, -1])
        balance += amount
        shown = [f"{abs(amount) / 100:.2f}" if amount < 0 else "", f"{amount / 100:.2f}" if amount > 0 else ""]
        rows.append([f"01/{number + 1:02d}/2026", f"LAMPION {number}", *shown, f"{balance / 100:.2f}"])
    return rows


SHAPES: list[Callable[[random.Random], Rows]] = [sides, signed, wallet, bare]
NASTY = [
    "",
    "abc",
    "-",
    "1e999",
    "9" * 40,
    "12..34",
    "2026-13-45",
    "\0",
    '"',
    "合计",
    "期初余额",
    "=1+1",
    "０",
    "\u202e",
    "NaN",
]


def written(rows: Rows, rng: random.Random) -> bytes:
    """The rows as a text in one of the encodings, or as a workbook."""
    kind = rng.choice(["utf-8", "gb18030", "utf-16", "xlsx", "html"])
    if kind == "xlsx":
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": rng.random() < 0.5})
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell.replace("\0", ""))
        book.close()
        return out.getvalue()
    if kind == "html":
        lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
        return ("<html><table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>").encode("utf-8")
    text = io.StringIO()
    csv.writer(text, delimiter=rng.choice(",;\t")).writerows(rows)
    return text.getvalue().encode(kind, "replace")


def garbled(rows: Rows, rng: random.Random) -> Rows:
    """One to three changes to cells, rows or columns."""
    rows = [list(row) for row in rows]
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(rows))
        place = rng.randrange(max(len(rows[at]), 1))
        change = rng.randrange(8)
        if change == 0 and rows[at]:
            rows[at][place] = rng.choice(NASTY)
        elif change == 1:
            del rows[at]
        elif change == 2:
            rows.insert(at, list(rng.choice(rows)))
        elif change == 3:
            rows = [row[:place] + row[place + 1 :] for row in rows]
        elif change == 4:
            rows.insert(at, [rng.choice(NASTY) for _ in range(rng.randint(0, 12))])
        elif change == 5:
            rng.shuffle(rows)
        elif change == 6:
            rows = rows[: at + 1]
        elif rows[at]:
            cell = list(rows[at][place])
            rng.shuffle(cell)
            rows[at][place] = "".join(cell)
        if not rows:
            return [[""]]
    return rows


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A few bytes of the file changed, added or taken away."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(found) + 1)
        change = rng.randrange(3)
        if change == 0:
            found[at : at + 1] = bytes([rng.randrange(256)])
        elif change == 1:
            found[at:at] = rng.choice([b'"', b"\n", b"\0", b",", b";", b"\xff\xfe", b"<"])
        else:
            del found[at : at + rng.randint(1, 30)]
    return bytes(found)


def accounted(statements: list[Statement]) -> int:
    """Rows that became lines, were rejected, or are told as left out, joined or apart."""
    told = sum(
        int(str(problem.facts["count"]))
        for statement in statements
        for problem in statement.problems
        if problem.code.startswith(("bank.table.left_out.", "bank.table.rows_"))
    )
    return told + sum(statement.lines.height + statement.rejected.height for statement in statements)


def run(seed: int) -> int:
    """How many lines came of one broken table."""
    rng = random.Random(seed)
    shape = SHAPES[seed % len(SHAPES)]
    data = written(garbled(shape(rng), rng), rng)
    if rng.random() < 0.4:
        data = damaged(data, rng)
    source = Source(f"{seed}.csv", data)
    with pace.within(SECONDS, f"seed {seed}"):
        claimed = is_table_statement(source, ())
        statements = table_statements(source, (), Known(currency="CNY"))
    tables = [one for one in found_tables(source, ())[0] if one.columns.days and one.columns.money]
    there = sum(one.sheet.rows.height + one.sheet.ragged.height for one in tables)
    assert accounted(statements) == there, f"seed {seed}: a row is lost"
    assert statements or not claimed, f"seed {seed}: claimed and not read"
    for statement in statements:
        assert statement.lines["booked_on"].null_count() == 0, seed
        assert statement.lines["amount"].null_count() == 0, seed
        assert not (statement.lines["amount"] == 0).any(), seed
        numbers = [*statement.lines["row"], *statement.rejected["row"]]
        assert len(numbers) == len(set(numbers)), f"seed {seed}: a row counts twice"
        sound = not any(problem.code in BLOCKING for problem in statement.problems)
        if sound and statement.opening is not None and statement.closing is not None:
            chained = statement.lines["balance"].null_count() < statement.lines.height
            net = int(statement.lines["amount"].sum())
            assert not chained or statement.opening + net == statement.closing, f"seed {seed}: does not add up"
    return sum(statement.lines.height for statement in statements)


@pytest.mark.parametrize("seed", range(SHOWN))
def test_broken_tables_are_read_as_far_as_they_go(seed: int) -> None:
    run(seed)


@pytest.mark.long
def test_many_more_broken_tables() -> None:
    lines = [run(seed) for seed in range(SHOWN, ALL)]
    assert sum(count > 0 for count in lines) > 0.6 * len(lines), "most of them are still read in part"


@pytest.mark.parametrize("seed", range(cases(6, 12)))
def test_one_bad_cell_costs_one_row_and_no_row_is_lost(seed: int) -> None:
    """A cell of an amount that cannot be read rejects its own row, and a statement with balances is then not whole."""
    rng = random.Random(seed)
    rows = sides(rng)
    first, last = 3, len(rows) - 2
    at = rng.randint(first, last)
    place = 1 if rows[at][1] else 2
    text = io.StringIO()
    rows[at][place] = "12..34"
    csv.writer(text).writerows(rows)
    (statement,) = table_statements(Source("s.csv", text.getvalue().encode()), (), Known())
    assert statement.rejected["row"].to_list() == [at + 1]
    assert accounted([statement]) == last - first + 1
    assert any(problem.code in BLOCKING for problem in statement.problems)


@pytest.mark.parametrize("seed", range(cases(6, 12)))
def test_a_row_taken_out_or_doubled_or_changed_is_noticed(seed: int) -> None:
    rng = random.Random(seed)
    rows = sides(rng)
    at = rng.randint(3, len(rows) - 2)
    change = seed % 3
    if change == 0:
        del rows[at]
    elif change == 1:
        rows.insert(at, list(rows[at]))
    else:
        place = 1 if rows[at][1] else 2
        rows[at][place] = str(round(float(rows[at][place].replace(",", "")) + 0.01, 2))
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (statement,) = table_statements(Source("s.csv", text.getvalue().encode()), (), Known())
    assert any(problem.code in BLOCKING for problem in statement.problems)
