"""Ledgers with something broken in them: every row is counted, nothing raises, and one bad cell costs one row."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

import pace
from solvent.base.money import decimal
from solvent.intake.intake import Intake, Source
from solvent.intake.ledger.read import read_ledger
from thorough import cases

SECONDS = 2.0
"""Of the processor, so that a busy machine does not fail the test."""
KEPT = 0.95
"""Share of the untouched rows that have to load with equal values where one cell is garbled."""
Fact = tuple[str | int | date | None, ...]
"""A row as it has to stand in the books: kind, number, customer, days, currency, amount in minor units."""


@dataclass(frozen=True)
class Case:
    """A ledger as a table of texts, how it is written, and what each row has to become."""

    shape: str
    head: list[str]
    rows: list[list[str]]
    facts: list[list[Fact]]
    open_total: int
    delimiter: str = ","
    encoding: str = "utf-8"
    blank_after: tuple[int, ...] = ()

    @property
    def data(self) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator="\r\n")
        for place, row in enumerate([self.head, *self.rows]):
            writer.writerow(row)
            out.write("\r\n" * self.blank_after.count(place))
        return out.getvalue().encode(self.encoding)

    @property
    def lines(self) -> int:
        """Rows beneath the header by Python's own reader, blank ones left out."""
        text = self.data.decode(self.encoding)
        found = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
        return sum(any(cell.strip() for cell in row) for row in found) - 1


def flat(rng: random.Random) -> Case:
    """A Chinese list of invoices, amounts with thousands marks."""
    rows, facts, total = [], [], 0
    for n in range(rng.randint(20, 40)):
        who, issued = f"灯笼{n % 7}公司", date(2026, 1, 1) + timedelta(rng.randrange(200))
        due, amount = issued + timedelta(rng.choice([15, 30, 60])), rng.randrange(100, 10**8)
        rows.append(
            [f"F{n:04d}", who, str(issued), str(due), f"{decimal(amount, 'CNY'):,}", rng.choice(["", "已对账"])]
        )
        facts.append([("item", f"F{n:04d}", who, issued, due, "CNY", amount)])
        total += amount
    return Case("flat", ["发票号", "客户", "开票日期", "到期日", "金额", "备注"], rows, facts, total)


def typed(rng: random.Random) -> Case:
    """A German list of documents of several types, trailing minus and dotted dates."""
    head = ["Belegnummer", "Belegart", "Konto", "Belegdatum", "Nettofälligkeit", "Betrag", "Währung"]
    rows: list[list[str]] = []
    facts: list[list[Fact]] = []
    total = 0
    for n in range(rng.randint(20, 40)):
        number, who, kind = str(1_800_000_000 + n), str(100_200 + n % 5), rng.choice(["RV", "RV", "RV", "DG", "DZ"])
        issued = date(2026, 1, 1) + timedelta(rng.randrange(200))
        due = issued + timedelta(30 if kind == "RV" else 0)
        amount = rng.randrange(100, 10**8)
        shown = f"{decimal(amount, 'EUR'):,}".translate(str.maketrans(",.", ".,")) + ("" if kind == "RV" else "-")
        rows.append([number, kind, who, f"{issued:%d.%m.%Y}", f"{due:%d.%m.%Y}", shown, "EUR"])
        fact: dict[str, Fact] = {
            "RV": ("item", number, who, issued, due, "EUR", amount),
            "DG": ("credit", number, who, issued, "EUR", amount),
            "DZ": ("receipt", number, who, issued, "EUR", amount),
        }
        facts.append([fact[kind]])
        total += amount if kind == "RV" else -amount
    return Case("typed", head, rows, facts, total, ";")


def account(rng: random.Random) -> Case:
    """Accounts of three columns with a running balance, one entry of each customer red without a minus."""
    rows: list[list[str]] = []
    facts: list[list[Fact]] = []
    total = 0
    for who in ("甲公司", "乙公司", "丙公司"):
        balance, day = 0, date(2026, 1, 5)
        for n in range(rng.randint(8, 12)):
            day += timedelta(rng.randint(1, 9))
            amount = rng.randrange(100_00, 10**7)
            red, debit = n == 5, n == 5 or n % 3 != 2
            balance += amount if debit and not red else -amount
            shown = str(decimal(amount, "CNY"))
            summary = "销售退回" if red else "销售开票" if debit else "收到货款"
            cells = [shown if debit else "", "" if debit else shown, str(decimal(balance, "CNY"))]
            rows.append([str(day), who, summary, *cells])
            if red:
                facts.append([("credit", None, who, day, "CNY", amount)])
            elif debit:
                facts.append([("item", None, who, day, day, "CNY", amount)])
            else:
                facts.append([("receipt", None, who, day, "CNY", amount)])
        total += balance
    return Case("account", ["日期", "客户", "摘要", "借方金额", "贷方金额", "余额"], rows, facts, total, "\t")


def instalments(rng: random.Random) -> Case:
    """Instalments of invoices with what is paid of each, and credit notes that name their invoice."""
    head = "doc_type,doc_no,customer,doc_date,instalment,due_date,amount,currency,applies_to,paid_amount,paid_date"
    rows: list[list[str]] = []
    facts: list[list[Fact]] = []
    total = 0
    for n in range(rng.randint(8, 11)):
        number, who, issued = f"INV-{n}", ("Lantern Ltd", "Anchor GmbH", "Mill Inc")[n % 3], date(2026, 1, 5 + n)
        for turn in (1, 2, 3):
            due, amount = issued + timedelta(30 * turn), rng.randrange(10_000, 10**7)
            item: Fact = ("item", number, who, issued, due, "USD", amount)
            paid = rng.choice([0, amount // 4, amount]) if turn == 1 else 0
            told = [f"{decimal(paid, 'USD')}", str(due)] if paid else ["", ""]
            cells = ["invoice", number, who, str(issued), str(turn), str(due), str(decimal(amount, "USD"))]
            rows.append([*cells, "USD", "", *told])
            facts.append([item, ("receipt", "paid", who, due, "USD", paid)] if paid else [item])
            total += amount - paid
        if n % 3 == 0:
            amount = rng.randrange(100, 5_000)
            shown = str(decimal(-amount, "USD"))
            rows.append(["credit note", f"CN-{n}", who, str(issued), "", "", shown, "USD", number, "", ""])
            facts.append([("credit", f"CN-{n}", who, issued, "USD", amount)])
            total -= amount
    return Case("instalments", head.split(","), rows, facts, total)


SHAPES: list[Callable[[random.Random], Case]] = [flat, typed, account, instalments]
ENCODINGS = {
    "flat": ["utf-8", "utf-8-sig", "gb18030", "utf-16"],
    "typed": ["utf-8", "utf-8-sig", "cp1252", "utf-16"],
    "account": ["utf-8", "utf-8-sig", "gb18030", "utf-16"],
    "instalments": ["utf-8", "utf-8-sig", "gb18030", "utf-16"],
}
"""The encodings in which such a ledger is met: a German one is not written in that of China."""
GARBAGE = [
    "", "???", "待确认", "#REF!", "#N/A", "n/a", "-", "--", "1e999", "99999999999999999999999", "2026-13-45",
    "31.12.2026", "12/31/2026", "1.234,56", "1,234.56", "(12.50)", "=1+1", "'", '"', 'say "x"', "two\nlines", "\u00a0",
    "\u202e12", "１２３", "1.5万元", "x" * 5000, "0", "-0.001", "nan", "inf", "true", "€", "EUR", "2026-02-30", "45000",
]  # fmt: skip


def garbled(case: Case, rng: random.Random) -> tuple[Case, int]:
    """One cell beneath the header replaced, and the row it is in."""
    row, column = rng.randrange(len(case.rows)), rng.randrange(len(case.head))
    letters = "".join(chr(rng.choice([rng.randrange(33, 127), rng.randrange(0x4E00, 0x9FA5)])) for _ in range(6))
    rows = [list(cells) for cells in case.rows]
    rows[row][column] = rng.choice([*GARBAGE, letters])
    return replace(case, rows=rows), row


def on_cells(case: Case, rng: random.Random, kind: str) -> Case:
    """A change that leaves every line a line."""
    rows, head = [list(cells) for cells in case.rows], list(case.head)
    row, column = rng.randrange(len(rows)), rng.randrange(len(head))
    if kind == "delete":
        del rows[row]
    elif kind == "double":
        rows.insert(rng.randrange(len(rows)), list(rows[row]))
    elif kind == "drop":
        head, rows = (
            [text for at, text in enumerate(head) if at != column],
            [r[:column] + r[column + 1 :] for r in rows],
        )
    elif kind == "rename":
        head[column] = rng.choice(["Zork", "字段7", "金额2", head[(column + 1) % len(head)], "a b c", ""])
    elif kind == "shuffle":
        order = rng.sample(range(len(head)), len(head))
        head, rows = [head[at] for at in order], [[r[at] for at in order] for r in rows]
    elif kind == "encode":
        case = replace(case, encoding=rng.choice(ENCODINGS[case.shape]))
    elif kind == "blank":
        case = replace(case, blank_after=tuple(rng.randrange(len(rows)) for _ in range(rng.randint(1, 5))))
    elif kind == "delimiter":
        case = replace(case, delimiter=rng.choice(",;\t|"))
    return replace(case, rows=rows, head=head)


ON_CELLS = ["delete", "double", "drop", "rename", "shuffle", "encode", "blank", "delimiter"]


def on_bytes(data: bytes, rng: random.Random, kind: str) -> bytes:
    """A change to the bytes as they lie."""
    if kind == "truncate":
        return data[: rng.randrange(len(data))]
    broken = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(broken))
        if kind == "nul":
            broken[at:at] = b"\0" * rng.choice([1, 2, 7])
        elif kind == "quote":
            broken[at:at] = rng.choice([b'"', b"'", b'""', "“".encode()])
        else:
            broken[at : at + 1] = rng.choice([b",", b";", b"\t", b"|", b"\n"])
    return bytes(broken)


ON_BYTES = ["truncate", "nul", "quote", "mark"]


def read(data: bytes, told: str) -> Intake:
    """The bytes as a ledger, soon, with counts that are true of what came back."""
    with pace.within(SECONDS, told):
        intake = read_ledger([Source("ledger.csv", data)], currency="CNY")
        facts_of(intake, "")
    counts, rejected = intake.counts, intake.rejected
    assert (counts["rows_in"] == counts["rows_loaded"] + counts["rows_rejected"]).all(), told
    assert (counts["rows_loaded"] >= 0).all(), told
    assert rejected.height == counts["rows_rejected"].sum(), told
    assert not rejected.select("sheet", "row").is_duplicated().any(), f"{told}: a row is rejected twice"
    return intake


def facts_of(intake: Intake, shape: str) -> Counter[Fact]:
    """The books as facts; numbers that were made up from the place of a row are left out."""
    found: Counter[Fact] = Counter()
    frames = {name: frame.collect() for name, frame in intake.ledger.tables.items()}
    bare = shape == "account"
    if "open_items" in frames:
        columns = ["invoice_id", "customer_id", "issued_on", "due_on", "currency", "amount"]
        found.update(
            ("item", None if bare else no, *row) for no, *row in frames["open_items"].select(columns).iter_rows()
        )
    for name, kind, key, day in (
        ("credit_notes", "credit", "credit_note_id", "issued_on"),
        ("receipts", "receipt", "receipt_id", "received_on"),
    ):
        if name in frames:
            for no, *row in frames[name].select(key, "customer_id", day, "currency", "amount").iter_rows():
                found[(kind, None if bare else "paid" if no.startswith("paid:") else no, *row)] += 1
    return found


def open_total(intake: Intake) -> int:
    """What stands open when everything has happened: issued less received less credited."""
    sums = {
        name: int(frame.collect()["amount"].sum())
        for name, frame in intake.ledger.tables.items()
        if name != "customers"
    }
    return sums.get("open_items", 0) - sums.get("receipts", 0) - sums.get("credit_notes", 0)


def assert_kept(case: Case, intake: Intake, row: int, told: str) -> None:
    """The rows beside the garbled one are in the books with equal values, nearly all of them."""
    found, untouched = facts_of(intake, case.shape), [facts for at, facts in enumerate(case.facts) if at != row]
    whole = 0
    for facts in untouched:
        here = all(found[fact] > 0 for fact in facts)
        whole += here
        found.subtract(facts if here else [])
    assert whole >= KEPT * len(untouched), f"{told}: {whole} of {len(untouched)}"


def mutations(seed: int, count: int) -> Iterator[tuple[str, Case, random.Random]]:
    """Cases with the name of the change to make; every change to every shape in turn."""
    kinds = ["garble"] * 6 + ON_CELLS + ON_BYTES
    for n in range(count):
        rng = random.Random(f"{seed}:{n}")
        case = SHAPES[n % len(SHAPES)](rng)
        yield kinds[(n // len(SHAPES)) % len(kinds)], case, rng


def mutate(seed: int, count: int) -> Counter[str]:
    done: Counter[str] = Counter()
    for at, (kind, case, rng) in enumerate(mutations(seed, count)):
        told = f"{seed}:{at} {kind} of {case.shape}"
        done[kind] += 1
        if kind in ON_BYTES:
            written = replace(case, encoding=rng.choice(ENCODINGS[case.shape]))
            read(on_bytes(written.data, rng, kind), told)
            continue
        changed, row = garbled(case, rng) if kind == "garble" else (on_cells(case, rng, kind), -1)
        intake = read(changed.data, told)
        assert intake.counts["rows_in"].sum() == changed.lines, told
        if kind == "garble":
            assert_kept(case, intake, row, told)
        if kind in ("shuffle", "encode", "blank", "delimiter"):
            assert facts_of(intake, case.shape) == Counter(fact for facts in case.facts for fact in facts), told
    return done


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_a_whole_file_loads_whole(shape: Callable[[random.Random], Case], seed: int) -> None:
    case = shape(random.Random(seed))
    intake = read(case.data, case.shape)
    assert intake.counts.select("rows_in", "rows_loaded", "rows_rejected").rows() == [(case.lines, case.lines, 0)]
    assert facts_of(intake, case.shape) == Counter(fact for facts in case.facts for fact in facts)
    assert open_total(intake) == case.open_total


def test_every_mutation_of_every_shape() -> None:
    rounds = cases(1, 14)
    done = mutate(2026, rounds * len(SHAPES) * (6 + len(ON_CELLS) + len(ON_BYTES)))
    assert min(done[kind] for kind in ("garble", *ON_CELLS, *ON_BYTES)) == rounds * len(SHAPES)


@pytest.mark.long
def test_ten_thousand_mutations() -> None:
    assert mutate(7, 10_000).total() == 10_000
