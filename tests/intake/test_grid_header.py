"""Headers, preambles, footers: which rows of a sheet are entries."""

from __future__ import annotations

import pytest

from solvent.intake.intake import Source
from solvent.intake.ledger.grid import Sheet, sheets

WORDS = {"日期", "摘要", "借方", "贷方", "金额", "数量", "余额", "借方金额", "贷方金额", "客户", "客户编码", "客户名称"}
WORDS |= {"到期日", "币种", "单据编号", "城市", "备注"}


def table(text: str) -> Sheet:
    """A sheet out of lines in which ``|`` parts the cells."""
    lines = [",".join(cell.strip() for cell in line.split("|")) for line in text.strip("\n").splitlines()]
    found, problems = sheets(Source("t.csv", "\n".join(lines).encode()), known=lambda word: word in WORDS)
    assert problems == []
    return found[0]


def rows(sheet: Sheet) -> list[int]:
    return sheet.rows.get_column("_row").to_list()


def footers(sheet: Sheet) -> list[int]:
    return sheet.footers.get_column("_row").to_list()


def test_a_chinese_ledger_with_titles_totals_and_signatures() -> None:
    sheet = table("""
        应收账款明细账
        科目：应收账款 | 期间：2026-08-01 至 2026-08-31 | 单位：元

        日期       | 摘要           | 借方金额 | 贷方金额 | 余额
        2026-08-01 | 期初余额       |          |          | 50000
        2026-08-05 | 销售开票       | 20000    |          | 70000
        2026-08-12 | 收到货款 电汇  |          | 10000    | 60000
        2026-08-31 | 本月合计       | 20000    | 10000    | 60000
        2026-08-31 | 本年累计       | 20000    | 10000    | 60000
        2026-09-01 | 销售开票       | 8000     |          | 68000
                   | 合 计          | 28000    | 10000    | 68000
        制表人：王芳 | 审核：李强   |          | 打印日期：2026-09-01
    """)
    assert sheet.header_row == 4
    assert sheet.preamble == (
        ("应收账款明细账",),
        ("科目:应收账款", "期间:2026-08-01 至 2026-08-31", "单位:元"),
    )
    assert sheet.columns == ("日期", "摘要", "借方金额", "贷方金额", "余额")
    assert rows(sheet) == [5, 6, 7, 10]
    assert footers(sheet) == [8, 9, 11, 12]


@pytest.mark.parametrize(
    "text",
    [
        "日期 | 摘要 | 借方 |      | 贷方 |      \n | | 金额 | 数量 | 金额 | 数量\n2026-08-01 | x | 1 | 2 | 3 | 4",
        "     |      | 借方 |      | 贷方 |      \n日期|摘要|金额|数量|金额|数量\n2026-08-01 | x | 1 | 2 | 3 | 4",
    ],
    ids=["spanning both rows", "groups above"],
)
def test_a_header_of_two_rows(text: str) -> None:
    sheet = table(text)
    assert sheet.columns == ("日期", "摘要", "借方 金额", "借方 数量", "贷方 金额", "贷方 数量")
    assert sheet.header_row == 2
    assert rows(sheet) == [3]


def test_a_column_of_days_parted_into_month_and_day() -> None:
    sheet = table("日期 | | 摘要 | 借方 | 余额\n月 | 日 | | |\n08 | 01 | 销售 | 5 | 5")
    assert sheet.columns == ("日期 月", "日期 日", "摘要", "借方", "余额")
    assert rows(sheet) == [3]


def test_a_title_above_a_complete_header_is_no_group() -> None:
    for title in ("应收账款", " | | 应收账款明细", "上海灯笼公司 | | | 财务部", "上海灯笼公司 | | | 2026年8月"):
        sheet = table(f"{title}\n日期 | 摘要 | 借方 | 贷方 | 余额\n2026-08-01 | x | 1 | | 1")
        assert sheet.columns == ("日期", "摘要", "借方", "贷方", "余额")
        assert sheet.header_row == 2


def test_a_first_row_of_words_is_no_header() -> None:
    """A list of customers is all text; its first row stays a row."""
    sheet = table("客户编码 | 客户名称 | 城市 |\nC1 | 灯笼公司 | 上海 | x\nC2 | 磨坊公司 | 苏州 |")
    assert sheet.columns == ("客户编码", "客户名称", "城市", "(4)")
    assert rows(sheet) == [2, 3]


def test_equal_names_and_missing_names() -> None:
    sheet = table("客户 | 金额 | | 金额 | 备注 | \nA | 1 | x | 2 | y |")
    assert sheet.columns == ("客户", "金额", "(3)", "金额 (2)", "备注")
    assert sheet.rows.row(0) == (2, "A", "1", "x", "2", "y")


def test_a_column_of_our_own_name_is_told_apart() -> None:
    assert table("客户 | 金额 | _row\nA | 1 | 7").columns == ("客户", "金额", "_row (2)")


def test_a_header_over_two_lines_of_a_cell() -> None:
    found, _ = sheets(Source("t.csv", '客户,"金额\n（元）",日期\nA,1,2026-08-01\n'.encode()), known=WORDS.__contains__)
    assert found[0].columns == ("客户", "金额 (元)", "日期")
    assert found[0].header_row == 2
    assert found[0].rows.row(0) == (3, "A", "1", "2026-08-01")


def test_a_header_alone() -> None:
    sheet = table("客户 | 金额 | 日期")
    assert (sheet.rows.height, sheet.footers.height, sheet.columns) == (0, 0, ("客户", "金额", "日期"))


@pytest.mark.parametrize("gap", [38, 39, 40], ids=["before", "last", "beyond"])
def test_how_far_down_a_header_is_looked_for(gap: int) -> None:
    text = "note\n" * gap + "客户,金额,日期\nA,1,2026-08-01\n"
    found, problems = sheets(Source("t.csv", text.encode()), known=WORDS.__contains__)
    assert bool(found) == (gap < 40)
    assert bool(problems) == (gap == 40)


SAP_TOTALS = ["* | | | 300", "** | Account 100023 | | 300", "*** | | EUR | 300"]
TOTALS = [
    *SAP_TOTALS,
    " | 合计 | | 300",
    "合计： | | | 300",
    "总 计 | | | 300",
    "小计 | | | 300",
    "本页合计 | | | 300",
    "合计（第1页） | | | 300",
    "Total | | | 300",
    "Grand Total: | | | 300",
    "Sub-total | | | 300",
    "Summe | | | 300",
    "** Total | | | 300",
    " | | Sum | 300",
    "合计 | CNY | | 300",
    "合计 | 共 2 笔 | | 300",
    "灯笼公司 汇总 | | | 300",
    "灯笼公司 | 小计 | | 300",
    "Lantern Total | | | 300",
    "Total for Lantern | | | 300",
    "Total | | | ¥300.00",
]


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("middle", [True, False], ids=["middle", "end"])
def test_a_total_is_no_entry(total: str, middle: bool) -> None:
    head, entry = "客户 | 单据编号 | 到期日 | 金额", "灯笼公司 | IN1 | 2026-08-01 | 100"
    sheet = table("\n".join([head, entry, total, entry] if middle else [head, entry, entry, total]))
    assert footers(sheet) == [3 if middle else 4]
    assert sheet.rows.height == 2


ENTRIES = [
    "* | IN1 | | 100",
    "* | IN1 | 2026-08-01 | 100",
    "合计贸易有限公司 | IN1 | 2026-08-01 | 100",
    "合计贸易有限公司 | IN1 | | 100",
    "Total Energies SE | IN1 | 2026-08-01 | 100",
    "Total Energies SE | IN1 | | 100",
    "Total | IN1 | 2026-08-01 | 100",
    "Total | IN1 | | 100",
    "Summe | 4711 | 2026-08-01 | 100",
    "小计科技 | IN1 | 2026-08-01 | 100",
    "IN9 | Total | | 100",
    "设计院 | IN1 | | 100",
    "Lantern Total | IN1 | 2026-08-01 | 100",
    "灯笼 | IN1 | 2026-08-01 | ",
    "- | - | - | -",
]


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("middle", [True, False], ids=["middle", "end"])
def test_an_entry_is_no_total(entry: str, middle: bool) -> None:
    head, plain = "客户 | 单据编号 | 到期日 | 金额", "灯笼公司 | IN1 | 2026-08-01 | 100"
    sheet = table("\n".join([head, plain, entry, plain] if middle else [head, plain, plain, entry]))
    assert footers(sheet) == []
    assert sheet.rows.height == 3


@pytest.mark.parametrize(
    ("note", "is_note"),
    [
        ("制表人：王芳", True),
        ("审核: | 李强", True),
        ("打印日期：2026-08-31", True),
        ("Printed on 2026-08-31 by mei", True),
        ("注：以上金额均为含税价", True),
        ("第 1 页 共 1 页", True),
        ("共 2 条", True),
        ("(2 rows affected)", True),
        ("\n以上为全部未收款项", True),
        ("IN-0", False),
        ("灯笼公", False),
        ("灯笼公司 | IN1 | 2026-08-01 | 待确认", False),
        ("灯笼公司 | IN1 | 2026-08-01 | 100 | 备注：已付", False),
    ],
)
def test_notes_at_the_end(note: str, is_note: bool) -> None:
    """A signature is a footer; the cut-off rest of an entry stays a row, for somebody has to hear of it."""
    sheet = table(
        f"客户 | 单据编号 | 到期日 | 金额 | 备注\nA | IN1 | 2026-08-01 | 100 |\nB | IN2 | 2026-08-01 | 5 |\n{note}"
    )
    assert sheet.footers.height == is_note
    assert sheet.rows.height == 3 - is_note


def test_the_header_again_and_rulings_are_dropped() -> None:
    sheet = table("""
        客户 | 到期日 | 金额
        A    | 2026-08-01 | 1
        ---- | ---------- | ----
        客户 | 到期日 | 金额
        B    | 2026-08-01 | 2
        ====================
    """)
    assert rows(sheet) == [2, 5]
    assert footers(sheet) == []


def test_headings_of_later_pages_are_footers() -> None:
    sheet = table("""
        灯笼公司应收账款 | 第 1 页
        客户 | 到期日 | 金额
        A    | 2026-08-01 | 1
        灯笼公司应收账款 | 第 2 页
        客户 | 到期日 | 金额
        B    | 2026-08-01 | 2
        第 2 页 共 2 页
        C    | 2026-08-01 | 2
    """)
    assert rows(sheet) == [3, 6, 8]
    assert footers(sheet) == [4, 7]
