"""Today: figures with what they rest on, the worst alarms, tasks, and what changed, in the order of the role."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from solvent_server.store.keeping import assessments


@pytest.fixture
def before(site: Path) -> Iterator[Path]:
    """A copy of the company's assessment as of a day before, in which some things were otherwise."""
    newest = assessments.latest("own")
    folder = newest.folder.with_name("2026-09-30.2026-10-01T060000")
    shutil.copytree(newest.folder, folder)
    sheet = json.loads((folder / "sheet.json").read_text("utf-8")) | {"as_of": "2026-09-30"}
    report = json.loads((folder / "report.json").read_text("utf-8")) | {"cash": "1.00"}
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
    found = pl.read_parquet(folder / "findings.parquet")
    found.filter(pl.col("rule") != "operating_cash_flow").write_parquet(folder / "findings.parquet")
    (folder / "sheet.json").write_text(json.dumps(sheet), "utf-8")
    yield folder
    shutil.rmtree(folder)


def page(client, who: str = "cfo", language: str = "en") -> str:
    answer = client(who, language).get("/c/own/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_figures_are_those_of_the_report(client, site) -> None:
    text, kept = page(client), assessments.latest("own")
    cash = f"{float(kept.report['cash']):,.2f}"
    assert cash in text
    assert f"{float(kept.report['open_total']):,.2f}" in text
    overdue = sum(float(kept.report["aging"][name]) for name in ("1-30", "31-60", "61-90", "91-120", "121+"))
    assert f"{overdue:,.2f}" in text
    low = min(float(row["lowest_p50"]) for row in kept.report["cash_outlook"]["weeks_ahead"][:13])
    assert f"{low:,.2f}" in text


def test_each_figure_says_how_it_comes_about(client) -> None:
    text = page(client)
    cards = text.count('<section class="card" aria-labelledby="card-')
    assert cards == 6
    assert text.count("How it comes about") == cards
    assert text.count("<dt>As of</dt>") == cards


def test_the_role_decides_what_comes_first(client) -> None:
    cfo, collector = page(client, "cfo"), page(client, "collector")
    assert cfo.index('id="card-cash"') < cfo.index('id="card-receivables"')
    assert collector.index('id="card-receivables"') < collector.index('id="card-cash"')
    assert cfo.index('id="fan"') < cfo.index('id="tasks"')
    assert collector.index('id="tasks"') < collector.index('id="fan"')


def test_the_cash_line_is_a_picture_with_words_and_a_table(client) -> None:
    text = page(client)
    assert re.search(r'<svg [^>]*role="img" aria-label="Cash in the weeks ahead', text)
    assert text.index("<svg") < text.index("The cash line, week by week")


def test_the_first_assessment_has_nothing_to_be_held_against(client) -> None:
    assert "This is the first assessment." in page(client)


def test_what_changed_is_told_and_nothing_else(client, before) -> None:
    text = page(client)
    assert "since the assessment of 30 Sept 2026" in text
    part = text[text.index('id="changed"') :]
    assert "Cash now" in part[: part.index("</table>")]
    assert "Open receivables" not in part[: part.index("</table>")]
    assert "1 new findings" in part
    assert "Operations lose cash" in part
    assert "another grade" not in part


def test_tasks_of_a_role_are_its_own(client) -> None:
    analyst, auditor = page(client, "credit_analyst"), page(client, "auditor")
    assert "owner=credit&amp;state=open" in analyst
    assert "owner=" not in auditor[auditor.index('id="tasks"') :]
    assert "Nothing waits for you." in auditor


def test_chinese_says_nothing_english(client) -> None:
    text = page(client, "cfo", "zh")
    assert "当前现金" in text
    plain = re.sub(r"<(script|svg|style)[^>]*>.*?</\1>", " ", text[text.index("<main") :], flags=re.S)
    words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", " ", plain)))
    names = " ".join(assessments.latest("own").frame("customers").collect().get_column("name"))
    assert not {word for word in words if word not in names} - {"CNY", "USD", "EUR", "DSO", "Enter", "Esc"}
