"""Identity: a row of a ledger has the same name in every export that shows it, whatever stands around it."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from solvent.intake.intake import Source
from solvent.intake.ledger.read import read_ledger
from thorough import cases

KEYS = {
    "open_items": "item_id",
    "receipts": "receipt_id",
    "credit_notes": "credit_note_id",
    "allocations": "allocation_id",
}
HEAD = "类型,单据编号,客户,单据日期,到期日,币种,金额,核销发票,附言"
FIRST = date(2026, 1, 5)
Tables = dict[str, pl.DataFrame]
Row = tuple[str, ...]


def read(rows: Sequence[str], head: str = HEAD, name: str = "a.csv", encoding: str = "utf-8") -> Tables:
    """The receivables tables of a list, each sorted by its key; every key is there once."""
    intake = read_ledger([Source(name, "\n".join([head, *rows, ""]).encode(encoding))])
    assert intake.rejected.is_empty()
    told = {table: intake.ledger.table(table).collect().sort(key) for table, key in KEYS.items()}
    for table, key in KEYS.items():
        assert told[table][key].is_unique().all()
    return told


def ids(tables: Tables, *names: str) -> set[str]:
    """The names of all rows, with the table before each."""
    wanted = names or ("open_items", "receipts", "credit_notes")
    return {f"{name} {key}" for name in wanted for key in tables[name][KEYS[name]]}


def same(one: Tables, other: Tables) -> None:
    for name in KEYS:
        assert_frame_equal(one[name], other[name])


@st.composite
def lists(draw: st.DrawFn) -> list[str]:
    """Invoices, receipts and credit notes of few customers, days and amounts, most without a number: many are alike."""
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["发票", "发票", "收款", "贷项通知单"]))
        number = draw(st.sampled_from(["", "", "1", "2"]))
        number = {"发票": "F", "收款": "R", "贷项通知单": "C"}[kind] + number if number else ""
        who, currency = draw(st.sampled_from(["甲公司", "乙公司"])), draw(st.sampled_from(["CNY", "JPY"]))
        on = FIRST + timedelta(days=draw(st.integers(0, 4)))
        due = on + timedelta(days=draw(st.sampled_from([0, 30]))) if kind == "发票" else None
        amount = draw(st.integers(1, 3)) * (100 if kind == "发票" else -100)
        named = draw(st.sampled_from(["", "F1"])) if kind != "发票" else ""
        note = draw(st.sampled_from(["", "货款", "一月份货款，含上次少付的部分，" * 6]))
        rows.append(f"{kind},{number},{who},{on},{due or ''},{currency},{amount},{named},{note}")
    # Of rows with a number, a second one that is the same but for its reference is told as doubled, and is no row.
    known = [row.rpartition(",")[0] for row in rows]
    return [row for n, row in enumerate(rows) if not row.split(",")[1] or known[n] not in known[:n]]


@settings(max_examples=cases(6, 200), deadline=None, derandomize=True)
@given(lists(), st.integers(0, 10**6))
def test_the_order_of_the_rows_changes_no_name_and_no_settlement(rows: list[str], seed: int) -> None:
    other = rows.copy()
    random.Random(seed).shuffle(other)
    same(read(rows), read(other))


@settings(max_examples=cases(4, 60), deadline=None, derandomize=True)
@given(lists(), st.sampled_from(["gb18030", "utf-8-sig", "utf-16"]))
def test_neither_the_encoding_nor_the_file_changes_a_name(rows: list[str], encoding: str) -> None:
    same(read(rows), read(rows, name="应收 (2).txt", encoding=encoding))


@settings(max_examples=cases(6, 200), deadline=None, derandomize=True)
@given(lists(), st.integers(0, 4), st.integers(0, 4))
@example(["收款,,甲公司,2026-01-05,,CNY,-100,,"] * 3, 0, 0)
def test_overlapping_exports_name_a_row_alike(rows: list[str], begin: int, end: int) -> None:
    """One export up to a day, one from a day on; a row that both show is one row."""
    unnumbered = [row for row in rows if not row.split(",")[1]]
    on = [date.fromisoformat(row.split(",")[3]) for row in unnumbered]
    until, since = FIRST + timedelta(days=max(begin, end)), FIRST + timedelta(days=min(begin, end))
    early = [row for row, day in zip(unnumbered, on, strict=True) if day <= until]
    late = [row for row, day in zip(unnumbered, on, strict=True) if day >= since]
    whole, first, second = (ids(read(part)) if part else set() for part in (unnumbered, early, late))
    assert first | second == whole
    assert len(whole) == len(unnumbered)
    both = [row for row in early if row in late]
    assert len(first & second) == sum((Counter(early) & Counter(both)).values())


@pytest.mark.parametrize("kind", ["发票", "收款", "贷项通知单"])
def test_a_fourth_row_alike_adds_exactly_one_name(kind: str) -> None:
    amount = "100" if kind == "发票" else "-100"
    row = f"{kind},,甲公司,2026-01-05,,CNY,{amount},,货款"
    three, four = ids(read([row] * 3)), ids(read([row] * 4))
    assert (len(three), len(four)) == (3, 4)
    assert three < four


def test_a_receipt_and_a_credit_note_alike_leave_each_other_s_names_alone() -> None:
    rows = ["收款,,甲公司,2026-01-05,,CNY,-100,,", "贷项通知单,,甲公司,2026-01-05,,CNY,-100,,"]
    assert ids(read(rows)) == ids(read(rows[:1])) | ids(read(rows[1:]))


def test_names_show_what_the_row_says() -> None:
    told = read(
        [
            "收款,,Lantern Ltd,2026-02-01,,CNY,-1200.5,F9,货款",
            "收款,,Lantern Ltd,2026-02-01,,JPY,-1200,,",
            "收款,,Lantern Ltd,2026-02-01,,JPY,-1200,,",
            "发票,,Lantern Ltd,2026-02-01,2026-03-01,KWD,0.005,,",
            f"贷项通知单,,Lantern Ltd,2026-02-02,,CNY,-0.05,,{'很长的附言' * 17}",
        ]
    )
    assert told["receipts"]["receipt_id"].to_list() == [
        "lanternltd/2026-02-01/CNY -1200.50/F9 货款",
        "lanternltd/2026-02-01/JPY -1200",
        "lanternltd/2026-02-01/JPY -1200~2",
    ]
    assert told["open_items"]["item_id"].to_list() == ["lanternltd/2026-02-01/KWD 0.005"]
    (long,) = told["credit_notes"]["credit_note_id"]
    assert re.fullmatch(r"lanternltd/2026-02-02/CNY -0\.05/[0-9a-f]{16}", long)


def test_what_changes_between_exports_is_no_part_of_a_name() -> None:
    """A later export shows that it was paid, when it fell due by newer terms, and what cleared it."""
    head = "类型,客户,单据日期,到期日,金额,已收金额,收款日期"
    january = read(["发票,甲,2026-01-05,2026-02-05,100,,", "发票,甲,2026-01-05,2026-02-05,100,,"], head)
    march = read(["发票,甲,2026-01-05,2026-02-05,100,,", "发票,甲,2026-01-05,2026-02-04,100,100,2026-02-01"], head)
    assert ids(january, "open_items") == ids(march, "open_items")


def test_alike_rows_are_counted_by_their_payment_and_not_by_their_place() -> None:
    head = "类型,客户,单据日期,到期日,金额,已收金额,收款日期"
    rows = ["发票,甲,2026-01-05,2026-02-05,100,,", "发票,甲,2026-01-05,2026-02-05,100,100,2026-02-01"]
    same(read(rows, head), read(rows[::-1], head))


def test_an_instalment_has_its_own_name_whether_or_not_the_others_are_shown() -> None:
    head = "发票号,客户,开票日期,期次,到期日,金额"
    rows = ["F1,甲,2026-01-05,1,2026-02-05,60", "F1,甲,2026-01-05,2,2026-03-05,40"]
    assert ids(read(rows, head)) == {"open_items F1#1", "open_items F1#2"}
    assert ids(read(rows[1:], head)) == {"open_items F1#2"}


def test_instalments_without_a_number_go_by_their_due_day() -> None:
    head = "发票号,客户,开票日期,到期日,金额"
    rows = ["F1,甲,2026-01-05,2026-03-05,40", "F1,甲,2026-01-05,2026-02-05,60", "F1,甲,2026-01-05,2026-04-05,60"]
    last = {"open_items F1#2026-03-05", "open_items F1#2026-04-05"}
    assert ids(read(rows, head)) == {"open_items F1#2026-02-05"} | last
    assert ids(read([rows[0], rows[2]], head)) == last


def test_a_number_on_several_receipts_is_told_apart_by_what_they_say() -> None:
    """One payment on two invoices, shown in two rows; the one that is the same in another list keeps its name."""
    head = "收款单号,收款日期,客户,核销发票,收款金额"
    rows = ["R1,2026-02-01,甲,F1,40", "R1,2026-02-01,甲,F2,60", "R2,2026-02-01,甲,F3,60"]
    told = read(rows, head, "收款.csv")
    same(told, read(rows[::-1], head, "收款.csv"))
    names = told["receipts"]["receipt_id"].to_list()
    assert [re.sub(r"/[0-9a-f]{8}$", "/", name) for name in names] == ["R1/", "R1/", "R2"]
    assert set(names[:2]) < set(read([*rows, "R1,2026-02-01,甲,F4,5"], head, "收款.csv")["receipts"]["receipt_id"])


def test_what_payers_wrote_is_no_number_of_a_receipt() -> None:
    """Two payments of one day and amount may say the same; neither is the other one doubled."""
    head, row = "收款日期,客户,收款金额,附言", "2026-02-01,甲,40,货款"
    one, two = read([row], head, "收款.csv"), read([row, row, "2026-02-02,甲,40,货款"], head, "收款.csv")
    assert one["receipts"]["receipt_id"].to_list() == ["甲/2026-02-01/XXX -40.00/货款"]
    assert two["receipts"]["reference"].to_list() == ["货款"] * 3
    assert ids(one) < ids(two)


def test_a_credit_note_and_a_receipt_of_one_number_each_have_what_paid_them_back() -> None:
    """Both say that they are used, and nothing shows by what: two refunds, two names."""
    head = "Type,Num,Name,Date,Due Date,Amount,Open Balance"
    told = read(["Payment,5,Cool,2026-01-05,,-100,0", "Credit Memo,5,Cool,2026-01-05,,-30,0"], head)
    assert told["receipts"].select("receipt_id", "amount").rows() == [
        ("5", 10_000),
        ("refund:5", -10_000),
        ("refund:credit_note:5", -3_000),
    ]


def test_allocations_are_named_by_what_they_join() -> None:
    head = "发票号,客户,开票日期,到期日,开票金额,已收金额,收款日期"
    told = read(["F2,甲,2026-01-05,2026-02-05,90,90,2026-02-01", "F1,甲,2026-01-05,2026-02-05,60,40,2026-02-01"], head)
    assert told["allocations"]["allocation_id"].to_list() == ["F1:receipt:paid:F1", "F2:receipt:paid:F2"]


def test_a_customer_spelled_in_two_ways_is_one_whichever_comes_first() -> None:
    rows = ["收款,,甲 公司,2026-01-05,,CNY,-100,,", "收款,,甲公司,2026-01-06,,CNY,-100,,"]
    told = read(rows)
    same(told, read(rows[::-1]))
    assert told["receipts"]["customer_id"].n_unique() == 1
