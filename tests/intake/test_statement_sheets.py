"""Statement sheets: Chinese and English layouts into lines, whole and exact, and what nobody knows is listed."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.intake.credit.statements import Statements
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.sources.conformance import adds_up, check
from solvent.intake.sources.frame import run_importer
from thorough import cases

KNOWN = Known(
    currency="CNY", customers={"明灯贸易有限公司": "C1", "Lantern Trading Ltd": "C2"}, names=frozenset({"Us"})
)


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        page.write(number, place, cell)
    return held.getvalue()


BALANCE = [
    ["资产负债表", None, None, None, None, None, None, None],
    ["编制单位：明灯贸易有限公司", None, "2025年12月31日", None, None, None, None, "单位：万元"],
    ["资产", "行次", "期末余额", "年初余额", "负债和所有者权益", "行次", "期末余额", "年初余额"],
    ["流动资产：", None, None, None, "流动负债：", None, None, None],
    ["货币资金", 1, 120.5, 100, "短期借款", 31, 200, 180],
    ["应收票据", 2, 10, 5, "应付票据", 32, 20, 10],
    ["应收账款", 3, 300.25, 280, "应付账款", 33, 180.75, 150],
    ["预付款项", 4, 12, 10, "合同负债", 34, "—", 3],
    ["存货", 5, 250, 240, "流动负债合计", 40, 420.75, 360],
    ["流动资产合计", 6, 692.75, 635, "非流动负债合计", 45, 50, 60],
    ["固定资产", 7, 300, 310, "负债合计", 46, 470.75, 420],
    ["神秘资产", 8, 7.25, 5, "实收资本", 50, 300, 300],
    [None, None, None, None, "盈余公积", 51, 50, 40],
    [None, None, None, None, "未分配利润", 52, 179.25, 190],
    [None, None, None, None, "所有者权益（或股东权益）合计", 53, 529.25, 530],
    ["资产总计", 9, 1000, 950, "负债和所有者权益（或股东权益）总计", 54, 1000, 950],
]
PROFIT = [
    ["利润表"],
    ["编制单位：明灯贸易有限公司", None, "2025年度", "单位：万元"],
    ["项目", "行次", "本期金额", "上期金额"],
    ["一、营业收入", 1, 2000, 1800],
    ["减：营业成本", 2, 1500, 1350],
    ["税金及附加", 3, 10, 9],
    ["销售费用", 4, 200, 180],
    ["财务费用", 5, 12, 11],
    ["其中：利息费用", 6, 14, 13],
    ["二、营业利润（亏损以“－”号填列）", 7, 120, 110],
    ["三、利润总额（亏损总额以“－”号填列）", 8, 118, 108],
    ["减：所得税费用", 9, 30, 27],
    ["四、净利润（净亏损以“－”号填列）", 10, 88, 81],
]


def taken(data: bytes, known: Known = KNOWN, name: str = "sheets.xlsx") -> Intake:
    source = Source(name, data)
    assert Statements().identify(source)
    intake = run_importer(Statements(), source, known)
    assert adds_up(intake) == []
    return intake


def told(intake: Intake) -> dict[tuple[str, str], int]:
    rows = intake.ledger.table("statements").collect()
    return {(str(day), line): amount for day, line, amount in rows.select("period_end", "line", "amount").iter_rows()}


def codes(intake: Intake) -> list[str]:
    return [problem.code for problem in intake.ledger.problems]


def test_the_chinese_layout_with_two_halves_and_two_columns() -> None:
    intake = taken(workbook({"资产负债表": BALANCE, "利润表": PROFIT}))
    found = told(intake)
    now, then = "2025-12-31", "2024-12-31"
    wan = 1_000_000
    expected = {
        "cash": (120.5, 100), "trade_receivables": (310.25, 285), "prepayments": (12, 10), "inventory": (250, 240),
        "current_assets": (692.75, 635), "total_assets": (1000, 950), "trade_payables": (200.75, 160),
        "current_liabilities": (420.75, 360), "total_liabilities": (470.75, 420), "retained_earnings": (229.25, 230),
        "equity": (529.25, 530), "sales": (2000, 1800), "cogs": (1500, 1350), "ebit": (132, 121),
        "net_profit": (88, 81),
    }  # fmt: skip
    for line, (last, before) in expected.items():
        assert found[now, line] == round(last * wan), line
        assert found[then, line] == round(before * wan), line
    assert len(found) == 2 * len(expected)
    rows = intake.ledger.table("statements").collect()
    assert set(rows["entity_id"]) == {"C1"}
    assert set(rows["months"]) == {12}
    assert set(rows["currency"]) == {"CNY"}
    assert rows.filter(period_end=date(2025, 12, 31))["recorded_on"].unique().to_list() == [date(2026, 4, 30)]


def test_what_nobody_knows_is_listed_and_what_has_no_line_is_told() -> None:
    intake = taken(workbook({"资产负债表": BALANCE, "利润表": PROFIT}))
    assert intake.rejected["code"].to_list() == ["credit.statement.item_unknown"] * 2
    assert set(intake.rejected["value"]) == {"7.25", "5"}
    (note,) = [p for p in intake.ledger.problems if p.code == "credit.statement.items_without_line"]
    assert int(str(note.facts["count"])) >= 5
    assert "短期借款" in str(note.facts["items"])


ENGLISH = [
    ["Lantern Trading Ltd"],
    ["Consolidated statement of financial position as at 31 March 2026"],
    [None, "Note", 2026, 2025],
    [None, None, "EUR'000", "EUR'000"],
    ["Non-current assets"],
    ["Property, plant and equipment", 5, 900, 950],
    ["Current assets"],
    ["Inventories", 6, 400, 380],
    ["Trade and other receivables", 7, 610, 590],
    ["Cash and cash equivalents", 8, 190, 120],
    ["Total current assets", None, 1200, 1090],
    ["Total assets", None, 2100, 2040],
    ["Trade and other payables", 9, 350, 330],
    ["Total current liabilities", None, 700, 720],
    ["Total non-current liabilities", None, 300, 350],
    ["Share capital", None, 500, 500],
    ["Accumulated losses", None, 25, -40],
    ["Total equity", None, 1100, 970],
    ["Total equity and liabilities", None, 2100, 2040],
]
INCOME = [
    ["Consolidated income statement for the year ended 31 March 2026"],
    [None, "Note", "2026", "2025"],
    [None, None, "EUR'000", "EUR'000"],
    ["Revenue", 3, "4,200", "3,900"],
    ["Cost of sales", 4, "(3,000)", "(2,850)"],
    ["Gross profit", None, "1,200", "1,050"],
    ["Operating profit", None, "310", "240"],
    ["Finance costs", None, "(40)", "(45)"],
    ["Profit before tax", None, "270", "195"],
    ["Income tax expense", None, "(65)", "(50)"],
    ["Profit for the year", None, "205", "145"],
]


def test_the_english_layout_with_years_over_the_columns_and_costs_in_brackets() -> None:
    intake = taken(workbook({"SFP": ENGLISH, "IS": INCOME}))
    found = told(intake)
    expected = {
        "inventory": (400, 380), "trade_receivables": (610, 590), "cash": (190, 120), "current_assets": (1200, 1090),
        "total_assets": (2100, 2040), "trade_payables": (350, 330), "current_liabilities": (700, 720),
        "total_liabilities": (1000, 1070), "retained_earnings": (-25, -40), "equity": (1100, 970),
        "sales": (4200, 3900), "cogs": (3000, 2850), "ebit": (310, 240), "net_profit": (205, 145),
    }  # fmt: skip
    for line, (last, before) in expected.items():
        assert found["2026-03-31", line] == last * 100_000, line
        assert found["2025-03-31", line] == before * 100_000, line
    assert len(found) == 2 * len(expected)
    rows = intake.ledger.table("statements").collect()
    assert set(rows["entity_id"]) == {"C2"}
    assert set(rows["currency"]) == {"EUR"}
    assert intake.rejected.is_empty()


def test_a_text_file_of_a_month_takes_the_year_to_date() -> None:
    rows = """利润表,,,
编制单位:明灯贸易有限公司,2025年6月,,单位:元
项目,行次,本年累计金额,本月金额
一、营业收入,1,"1,200.50",200.10
减:营业成本,2,900,150
三、利润总额,3,100,20
其中:利息费用,4,5,1
四、净利润,5,75,15
"""
    intake = taken(rows.encode("gb18030"), name="profit.csv")
    assert told(intake) == {
        ("2025-06-30", "sales"): 120_050, ("2025-06-30", "cogs"): 90_000, ("2025-06-30", "ebit"): 10_500,
        ("2025-06-30", "net_profit"): 7_500,
    }  # fmt: skip
    assert set(intake.ledger.table("statements").collect()["months"]) == {6}


def test_the_combined_item_goes_before_its_parts() -> None:
    rows = [list(row) for row in BALANCE]
    rows.insert(5, ["应收票据及应收账款", 2, 310.25, 285, None, None, None, None])
    found = told(taken(workbook({"资产负债表": rows, "利润表": PROFIT})))
    assert found["2025-12-31", "trade_receivables"] == 310_250_000


def test_sheets_that_do_not_balance_are_told() -> None:
    rows = [list(row) for row in BALANCE]
    rows[15][2] = 1002.0
    intake = taken(workbook({"资产负债表": rows, "利润表": PROFIT}))
    assert "credit.statement.unbalanced" in codes(intake)
    assert "credit.statement.unbalanced" not in codes(taken(workbook({"资产负债表": BALANCE, "利润表": PROFIT})))


def test_an_item_told_twice_with_two_amounts_is_told_and_the_first_counts() -> None:
    again = [*[list(row) for row in PROFIT], ["净利润", 20, 90, 81]]
    intake = taken(workbook({"资产负债表": BALANCE, "利润表": again}))
    assert told(intake)["2025-12-31", "net_profit"] == 88_000_000
    (twice,) = [p for p in intake.ledger.problems if p.code == "credit.statement.item_twice"]
    assert (twice.facts["first"], twice.facts["second"]) == ("880000", "900000")


@pytest.mark.parametrize(
    ("known", "entity", "code"),
    [
        (KNOWN, "C1", None),
        (Known(currency="CNY"), "明灯贸易有限公司", "credit.statement.customer_unknown"),
        (Known(names=frozenset({"明灯贸易有限公司"})), "own", None),
    ],
)
def test_whose_statements_they_are(known: Known, entity: str, code: str | None) -> None:
    intake = taken(workbook({"资产负债表": BALANCE, "利润表": PROFIT}), known)
    assert set(intake.ledger.table("statements").collect()["entity_id"]) == {entity}
    assert ("credit.statement.customer_unknown" in codes(intake)) is (code is not None)


def test_statements_of_nobody_are_rejected_row_by_row() -> None:
    rows = [list(row) for row in BALANCE]
    rows[1][0] = None
    intake = taken(workbook({"资产负债表": rows}))
    assert "credit.statement.nobody" in codes(intake)
    assert not intake.ledger.has("statements")
    assert intake.rejected.filter(pl.col("code") == "intake.row.empty").height > 10


def test_a_cash_flow_statement_is_left_and_said_so() -> None:
    flows = [["现金流量表"], ["项目", "本期金额", "上期金额"], ["净利润", 999, 1], ["经营活动现金流入小计", 5, 4]]
    intake = taken(workbook({"资产负债表": BALANCE, "利润表": PROFIT, "现金流量表": flows}))
    assert told(intake)["2025-12-31", "net_profit"] == 88_000_000
    assert "credit.statement.left" in codes(intake)


def test_it_keeps_every_promise_of_an_importer() -> None:
    samples = [
        Source("cn.csv", as_csv(BALANCE).encode()),
        Source("en.csv", as_csv(ENGLISH + INCOME).encode()),
        Source("cn.xlsx", workbook({"资产负债表": BALANCE, "利润表": PROFIT})),
    ]
    assert check(Statements(), samples, KNOWN, mutations=cases(4, 12)) == []


def test_ledgers_and_lists_are_not_statements() -> None:
    ledger = "客户,发票号,开票日期,到期日,金额\n" + "".join(
        f"客户{i},F{i},2025-01-02,2025-03-02,{i}.5\n" for i in range(40)
    )
    assert not Statements().identify(Source("ledger.csv", ledger.encode()))
    table = "entity_id,period_end,months,currency,line,amount\n"
    lines = ("cash", "inventory", "sales", "equity", "purchases", "prepayments")
    table += "".join(f"own,2025-12-31,12,CNY,{line},{number}.00\n" for number, line in enumerate(lines))
    assert not Statements().identify(Source("statements.csv", table.encode()))
    prices = "Item,Stock,Price\nCash box,3,4.50\nSafe,2,9\n"
    assert not Statements().identify(Source("prices.csv", prices.encode()))


def as_csv(rows: list[list[Any]]) -> str:
    width = max(map(len, rows))
    texts = [
        ['"' + str("" if cell is None else cell) + '"' for cell in [*row, *[None] * (width - len(row))]] for row in rows
    ]
    return "\n".join(",".join(row) for row in texts) + "\n"


@settings(max_examples=cases(6, 60), deadline=None)
@given(
    amounts=st.lists(st.integers(-(10**9), 10**9), min_size=6, max_size=6),
    unit=st.sampled_from([("元", 100), ("千元", 100_000), ("万元", 1_000_000)]),
    swapped=st.booleans(),
)
def test_amounts_come_through_exactly_in_every_unit(amounts: list[int], unit: tuple[str, int], swapped: bool) -> None:
    word, worth = unit
    items = ["货币资金", "流动资产合计", "资产总计", "流动负债合计", "负债合计", "所有者权益合计"]
    lines = ["cash", "current_assets", "total_assets", "current_liabilities", "total_liabilities", "equity"]
    heads = ["项目", "年初余额", "期末余额"] if swapped else ["项目", "期末余额", "年初余额"]
    body = [[item, 7, f"{amount}"] if swapped else [item, f"{amount}", 7] for item, amount in zip(items, amounts)]
    rows = [["资产负债表"], ["编制单位:明灯贸易有限公司", "2025年12月31日", f"单位:{word}"], heads, *body]
    found = told(taken(as_csv(rows).encode(), name="b.csv"))
    for line, amount in zip(lines, amounts):
        assert found["2025-12-31", line] == amount * worth
        assert found["2024-12-31", line] == 7 * worth


def test_a_single_page_with_days_as_cells_and_words_for_money() -> None:
    rows: list[list[Any]] = [
        ["Lantern Trading Ltd"], ["Balance sheet"], ["Expressed in thousands of US dollars"],
        ["", "2025-12-31 00:00:00", "2024-12-31 00:00:00"], ["Cash", 10, 9], ["Total assets", 100, 90],
        ["Total liabilities", 60, 55], ["Profit and loss account"], ["", 2025, 2024], ["Revenue", 200, 180],
        ["Cost of sales", -150, -130], ["Profit before tax", 20, 18], ["Interest expense", -2, -1], ["Net loss", 15, 14],
    ]  # fmt: skip
    intake = taken(workbook({"Sheet1": rows}))
    found = told(intake)
    assert (found["2025-12-31", "cash"], found["2024-12-31", "total_assets"]) == (1_000_000, 9_000_000)
    assert (found["2025-12-31", "cogs"], found["2025-12-31", "ebit"]) == (15_000_000, 2_200_000)
    assert found["2024-12-31", "net_profit"] == -1_400_000
    assert set(intake.ledger.table("statements").collect()["currency"]) == {"USD"}
    assert "credit.statement.currency_assumed" not in codes(intake)


def test_two_rows_of_headings_and_the_group_before_the_company() -> None:
    rows: list[list[Any]] = [
        ["明灯贸易有限公司"], ["资产负债表"], ["项目", "合并", None, "公司", None],
        [None, "2025年", "2024年", "2025年", "2024年"], [None, "12月31日", "12月31日", "12月31日", "12月31日"],
        ["货币资金", 10.5, 9, 1, 1], ["流动资产合计", 50, 40, 5, 4], ["资产总计", 100, 90, 10, 9], ["负债合计", 60, 55, 6, 5],
    ]  # fmt: skip
    intake = taken(workbook({"a": rows}))
    assert told(intake)["2025-12-31", "cash"] == 1_050
    assert told(intake)["2024-12-31", "total_assets"] == 9_000
    assert "credit.statement.currency_assumed" in codes(intake)


def test_a_sheet_without_any_day_is_refused_with_the_reason() -> None:
    rows = "资产负债表,,\n项目,期末余额,年初余额\n货币资金,1,2\n资产总计,5,6\n负债合计,2,2\n所有者权益合计,3,4\n"
    source = Source("x.csv", rows.encode())
    assert Statements().identify(source)
    assert codes(run_importer(Statements(), source, KNOWN)) == ["credit.statement.no_period"]
