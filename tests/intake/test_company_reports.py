"""Company reports: extracts of providers into registrations, events, opinions and references, one row an event."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.credit.events import EVENT_KINDS
from solvent.intake.credit.reports.company_report import CompanyReport
from solvent.intake.credit.reports.fields import FIELDS
from solvent.intake.credit.reports.kinds import WORDS, kind_of
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.sources.conformance import adds_up, check
from solvent.intake.sources.frame import run_importer
from thorough import cases

KNOWN = Known(currency="CNY", customers={"91110000600037341L": "C1", "明灯贸易有限公司": "C1", "Kite Ltd": "C2"})
REPORT: dict[str, Any] = {
    "company_report": 1,
    "source": "register",
    "told_on": "2026-05-04",
    "currency": "CNY",
    "registrations": [
        {
            "registration_no": "91110000600037341L", "legal_name": "明灯贸易有限公司", "status": "存续（在营、开业、在册）",
            "founded_on": "2015年3月1日", "capital": "5,000万元", "paid_in": "1200.50", "employees": "35人",
            "legal_representative": "王芳",
        }
    ],
    "events": [
        {"customer": "C1", "kind": "被执行人", "happened_on": "2026/4/1", "reference": "（2026）京01执1号", "amount": "35万元"},
        {"customer": "C1", "kind": "注册资本变更", "happened_on": "20260320", "old": "5000万元", "new": "3000万元"},
    ],
    "opinions": [
        {"customer_name": "Kite Ltd", "agency": "Bureau", "rating": "B+", "yearly_default_chance": "2.5%", "amount": 90000}
    ],
    "references": [
        {"customer_name": "Kite Ltd", "told_by": "Sail Ltd", "high_credit": "120000", "terms_days": 30, "opinion": "较差"}
    ],
}  # fmt: skip


def workbook(name: str, rows: list[list[Any]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return held.getvalue()


def taken(report: dict[str, Any] | str, known: Known = KNOWN) -> Intake:
    data = report if isinstance(report, str) else json.dumps(report, ensure_ascii=False)
    source = Source("report", data.encode())
    assert CompanyReport().identify(source)
    intake = run_importer(CompanyReport(), source, known)
    assert adds_up(intake) == []
    return intake


def rows(intake: Intake, table: str) -> list[dict[str, Any]]:
    return intake.ledger.table(table).collect().to_dicts()


def events_of(*events: dict[str, Any]) -> Intake:
    return taken(
        {"company_report": 1, "told_on": "2026-05-04", "events": [{"customer": "C1", **one} for one in events]}
    )


def test_a_report_becomes_rows_of_four_tables() -> None:
    intake = taken(REPORT)
    (extract,) = rows(intake, "registrations")
    assert (extract["customer_id"], extract["status"], extract["employees"]) == ("C1", "active", 35)
    assert (extract["capital"], extract["paid_in"], str(extract["founded_on"])) == (
        5_000_000_000,
        120_050,
        "2015-03-01",
    )
    assert str(extract["recorded_on"]) == str(extract["told_on"]) == "2026-05-04"
    assert {(one["kind"], one["amount"], str(one["happened_on"])) for one in rows(intake, "events")} == {
        ("enforcement_opened", 35_000_000, "2026-04-01"), ("capital_reduced", None, "2026-03-20"),
    }  # fmt: skip
    (opinion,) = rows(intake, "opinions")
    assert (opinion["customer_id"], opinion["yearly_default_chance"], opinion["amount"]) == ("C2", 0.025, 9_000_000)
    (reference,) = rows(intake, "trade_references")
    assert (reference["opinion"], reference["high_credit"], reference["terms_days"]) == ("poor", 12_000_000, 30)
    assert intake.rejected.is_empty()


def test_one_event_told_by_two_sources_is_one() -> None:
    intake = events_of(
        {"kind": "被执行人", "happened_on": "2026-04-01", "reference": "（2026）京01执1号", "source": "court"},
        {
            "kind": "执行信息",
            "happened_on": "2026-04-02",
            "reference": "(2026)京01执1号",
            "source": "bureau",
            "amount": "5",
        },
        {"kind": "行政处罚", "happened_on": "2026-04-03", "detail": "环保 罚款", "source": "a"},
        {"kind": "处罚", "happened_on": "2026-04-03", "detail": "环保罚款", "source": "b"},
        {"kind": "处罚", "happened_on": "2026-04-04", "detail": "环保罚款", "source": "b"},
    )
    told = rows(intake, "events")
    assert sorted(one["kind"] for one in told) == ["enforcement_opened", "penalty", "penalty"]
    assert [one["amount"] for one in told if one["kind"] == "enforcement_opened"] == [500]
    assert intake.rejected["code"].to_list() == ["credit.report.told_twice"] * 2


def test_numbers_of_events_do_not_hang_on_the_file() -> None:
    first = rows(events_of({"kind": "欠税公告", "happened_on": "2026-04-01", "reference": "X1"}), "events")
    second = rows(
        events_of({"kind": "penalty", "reference": "Y"}, {"kind": "欠税", "reference": "x-1", "source": "z"}), "events"
    )
    assert first[0]["event_id"] in {one["event_id"] for one in second}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("法定代表人变更", "legal_representative_changed"), ("法定代表人", "legal_representative_changed"),
        ("开庭公告", "lawsuit_as_defendant"), ("被执行人", "enforcement_opened"), ("失信被执行人", "dishonest_debtor"),
        ("限制高消费", "spending_restricted"), ("法定代表人被限制高消费", "spending_restricted"),
        ("列入经营异常名录", "abnormal_operation"), ("行政处罚", "penalty"), ("股权出质登记", "equity_pledged"),
        ("动产抵押登记", "chattel_mortgaged"), ("欠税公告", "tax_arrears"), ("注销", "deregistered"),
        ("宣告破产", "bankrupt"), ("破产重整", "insolvency_filed"), ("redefined", None), ("", None),
        ("tax_arrears", "tax_arrears"), ("Rating downgrade", "agency_downgrade"),
    ],
)  # fmt: skip
def test_words_of_sources_are_our_kinds(word: str, kind: str | None) -> None:
    assert kind_of(word) == kind


def test_every_word_means_a_kind_that_exists_and_only_one() -> None:
    assert set(WORDS) <= set(EVENT_KINDS)
    words = [word for several in WORDS.values() for word in several]
    assert len(words) == len(set(words))
    assert all(kind_of(word) == kind for kind, several in WORDS.items() for word in several)


def test_a_kind_that_nobody_knows_is_kept_as_other_and_told() -> None:
    intake = events_of({"kind": "天降陨石", "happened_on": "2026-04-01", "detail": "砸中仓库"})
    (one,) = rows(intake, "events")
    assert (one["kind"], one["detail"]) == ("other", "天降陨石: 砸中仓库")
    (told,) = [p for p in intake.ledger.problems if p.code == "credit.report.word_unknown"]
    assert told.facts["words"] == "天降陨石"


def test_a_table_with_chinese_headings_in_text_and_in_a_workbook() -> None:
    table = [
        ["记录类型", "统一社会信用代码", "企业名称", "变更事项", "公告日期", "案号", "涉案金额", "诉讼地位", "颜色"],
        ["事件", "91110000600037341L", "明灯贸易有限公司", "开庭公告", "2026-03-05", "案1", "12.5万元", "原告", "红"],
        ["事件", "", "生客有限公司", "失信被执行人", "2026-03-06", "案2", "", "", ""],
        ["天气", "", "生客有限公司", "晴", "2026-03-06", "", "", "", ""],
    ]  # fmt: skip
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in table)
    intake = taken(text)
    book = run_importer(CompanyReport(), Source("report.xlsx", workbook("报告", table)), KNOWN)
    for one in (intake, book):
        told = {row["customer_id"]: (row["kind"], row["amount"]) for row in rows(one, "events")}
        assert told == {"C1": ("lawsuit_as_plaintiff", 12_500_000), "生客有限公司": ("dishonest_debtor", None)}
        codes = [problem.code for problem in one.ledger.problems]
        assert {
            "credit.report.customer_unknown",
            "credit.report.columns_unused",
            "credit.report.record_unknown",
        } <= set(codes)


def test_what_cannot_be_read_is_rejected_with_its_row() -> None:
    intake = events_of(
        {"kind": "欠税", "happened_on": "someday", "reference": "1"},
        {"kind": "欠税", "happened_on": "2026-01-01", "reference": "2", "amount": "much"},
        {"kind": "欠税", "happened_on": "2026-01-01", "reference": "3", "severity": "9"},
        {"kind": "欠税", "happened_on": "2026-01-01", "reference": "4", "severity": "3"},
    )
    assert [one["reference"] for one in rows(intake, "events")] == ["4"]
    assert sorted(intake.rejected["code"]) == ["intake.cell.amount", "intake.cell.date", "intake.row.law"]


def test_it_keeps_every_promise_of_an_importer() -> None:
    text = "company_report,customer,told_on,kind,happened_on\nevent,C1,2026-01-02,欠税,2026-01-01\nreference,C2,2026-01-02,,\n"
    samples = [
        Source("a.json", json.dumps(REPORT, ensure_ascii=False).encode()),
        Source("b.csv", text.encode()),
    ]
    assert check(CompanyReport(), samples, KNOWN, mutations=cases(10, 30)) == []


@settings(max_examples=cases(8, 60), deadline=None)
@given(order=st.permutations(list(range(6))))
def test_the_order_of_records_changes_nothing(order: list[int]) -> None:
    events = [
        {
            "kind": "被执行人",
            "happened_on": f"2026-04-0{1 + place % 3}",
            "reference": f"R{place % 3}",
            "source": f"s{place}",
        }
        for place in range(6)
    ]
    straight = events_of(*events).ledger.table("events").sort("event_id").collect()
    turned = events_of(*(events[place] for place in order)).ledger.table("events").sort("event_id").collect()
    assert straight.equals(turned)
    assert straight.height == 3
    assert pl.Series(straight["event_id"]).n_unique() == 3


HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "add-a-provider.md"


def test_the_howto_holds() -> None:
    """The report and the importer that the page shows do what it says."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", HOWTO.read_text("utf-8"), re.DOTALL)
    texts = dict(blocks)
    intake = taken(texts["json"])
    assert [one["kind"] for one in rows(intake, "events")] == ["enforcement_opened"]
    assert rows(intake, "registrations")[0]["capital"] == 5_000_000_000
    names: dict[str, Any] = {}
    exec(texts["python"], names)
    sample = "LOOKOUT|1\n91110000600037341L|2026-04-01|被执行人|(2026)1\n".encode()
    assert check(names["Lookout"](), [Source("a.txt", sample)], KNOWN, mutations=cases(10, 30)) == []
    page = HOWTO.read_text("utf-8")
    assert all(f"`{field}`" in page for fields in FIELDS.values() for field in fields)
