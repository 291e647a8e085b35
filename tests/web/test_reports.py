"""Reports: each paper in both languages and every form, of the day asked for; figures are those of the pages."""

from __future__ import annotations

import io
import json
import re
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from solvent.documents.papers.board import since
from solvent.files.language import Language
from solvent.files.pages.workbook import _name

HOME = "/c/own/reports/"
PAPERS = ("management", "morning", "ageing", "exposure", "quality", "policy")
ENGLISH = re.compile(r">(In short|Cash|Our money|Customers and risk|Open receivables by age|Decisions)<")


def page(client, address: str = "", role: str = "cfo", language: str = "en"):
    answer = client(role, language).get(HOME + address)
    assert answer.status_code == 200, address
    return answer


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_in_both_languages_and_every_form(client, name: str) -> None:
    english, chinese = (page(client, f"{name}/?lang={code}").content.decode() for code in ("en", "zh"))
    assert '<html lang="en-GB">' in english
    assert '<html lang="zh-CN">' in chinese
    assert not ENGLISH.search(chinese)
    assert not re.search(r"<[^>]+ (style|on\w+)=", english)
    nonce = re.search(r'<style nonce="([^"]+)">', english)
    assert nonce
    told = json.loads(page(client, f"{name}/?format=json").content)
    assert told["blocks"]
    assert page(client, f"{name}/?format=md&lang=zh").content.decode().startswith("# ")
    answer = page(client, f"{name}/?format=xlsx&lang=zh")
    assert f"own-{name}-" in answer.headers["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    tables = [block for block in told["blocks"] if block["block"] == "table"]
    assert len(book.sheet_names) == len(tables) + 1
    for sheet, table in zip(book.sheet_names[1:], tables, strict=True):
        assert len(book.get_sheet_by_name(sheet).to_python()) == len(table["rows"]) + 1, sheet


def test_figures_of_the_management_report_are_those_of_the_assessment(client) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest("own")
    told = json.loads(page(client, "management/?format=json").content)
    figures = {
        one["code"]: one["value"]["value"]
        for block in told["blocks"]
        if block["block"] == "figures"
        for one in block["figures"]
    }
    report = kept.report
    assert figures["cash_now"] == report["cash"]
    assert figures["open_total"] == report["open_total"]
    assert figures["overdue_share"] == report["overdue_share"]
    assert figures["alarms"] == sum(one["tier"] >= 2 for one in report["warnings"]["findings"])
    alarms = next(block for block in told["blocks"] if block.get("caption") == "paper.board.alarms")
    assert sum(row[2]["value"] for row in alarms["rows"]) <= len(report["warnings"]["findings"])
    ages = next(block for block in told["blocks"] if block.get("caption") == "paper.ageing")
    cells = [float(row[1]["value"]) for row in ages["rows"]]
    assert sum(cells[:-1]) == pytest.approx(cells[-1])


def test_the_management_report_has_a_cover_and_begins_parts_on_new_pages(client) -> None:
    told = page(client, "management/").content.decode()
    assert '<div class="cover"><p class="company">Lantern Works</p>' in told
    assert "break-before: page" in told
    assert "cover" not in page(client, "ageing/").content.decode().split("</style>")[1]
    quarter = page(client, "management/?span=quarter").content.decode()
    assert "Quarterly report" in quarter
    assert page(client, "management/?span=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        (date(2026, 10, 31), date(2026, 10, 1), date(2026, 8, 1)),
        (date(2026, 2, 28), date(2026, 2, 1), date(2025, 12, 1)),
        (date(2026, 10, 15), date(2026, 9, 16), date(2026, 7, 16)),
    ],
)
def test_a_span_ends_with_the_day(day: date, month: date, quarter: date) -> None:
    assert (since(day, "month"), since(day, "quarter")) == (month, quarter)


def test_who_may_not_see_cash_has_no_report_that_tells_it(client) -> None:
    for role in ("sales", "purchasing", "collector", "legal"):
        shelf = page(client, role=role).content.decode()
        assert "reports/management/" not in shelf
        assert "reports/ageing/" in shelf
        for name in ("management", "morning"):
            assert client(role).get(f"{HOME}{name}/").status_code == 404
    assert client("cfo").get(f"{HOME}nothing/").status_code == 404


def test_what_needs_books_says_so_where_there_are_none(client) -> None:
    """The site's assessment was kept without books in the store."""
    for name in ("contracts", "start"):
        told = page(client, f"{name}/").content.decode()
        assert "<h1>" in told


def test_papers_of_a_customer_by_number_and_by_name(client) -> None:
    cfo = client("cfo")
    for asked in (
        "C0001",
        cfo.get("/c/own/customers/?format=csv").content.decode("utf-8-sig").split("\r\n")[1].split(",")[0],
    ):
        answer = cfo.get(f"{HOME}customer/", {"customer": asked, "paper": "report"})
        assert "/customer-report/" in answer.headers["Location"]
    assert "/customer-advice/" in cfo.get(f"{HOME}customer/?customer=C0001&paper=advice").headers["Location"]
    assert "No customer has this number or name: &lt;b&gt;" in cfo.get(f"{HOME}customer/?customer=<b>").content.decode()


def test_a_tape_for_peers_is_for_those_who_approve(client) -> None:
    for role in ("sales", "treasurer", "credit_analyst", "auditor"):
        assert client(role).post(f"{HOME}peers/", {"secret": "x" * 20}).status_code == 404
    answer = client("cfo").post(f"{HOME}peers/", {"secret": "short"})
    assert answer.status_code == 302, "a secret that is guessed is refused, and said so"


def test_names_of_sheets_are_allowed_and_each_once() -> None:
    taken: set[str] = set()
    names = [_name(text, taken) for text in ("a/b:c*?", "A b c  ", "x" * 50, "x" * 50, "'", "", "历史[1]")]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_the_shelf_in_both_languages(client) -> None:
    for code in ("en", "zh"):
        told = page(client, language=code).content.decode()
        assert all(f"reports/{name}/?as_of=" in told for name in PAPERS)
        assert Language(code).say("Quality of the data") in told


def test_a_page_to_print_leads_back_and_to_its_files(client) -> None:
    body = client("cfo").get("/c/own/reports/management/?span=quarter&lang=zh").content.decode()
    ways = body[body.index('<nav class="ways"') :]
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', ways[: ways.index("</nav>")])]
    assert links[0] == "/c/own/reports/?lang=zh"
    assert len(links) == 4
    assert all("span=quarter" in link and "lang=zh" in link for link in links[1:])
    assert re.search(r"@media print \{[^@]*\.ways \{ display: none; \}", body)
    for link in links:
        assert client("cfo").get(link).status_code == 200
    figures = re.search(r"\.figure \.value \{[^}]*\}", body)
    assert figures
    assert "nowrap" in figures[0], "a currency never parts from its amount"
