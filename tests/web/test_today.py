"""Today: figures with what they rest on, the worst alarms, tasks, and what changed, in the order of the role."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from solvent.files.language import Language
from solvent_server.store import access
from solvent_server.store.keeping import assessments
from solvent_server.web.today import held


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
    assert collector.index('id="card-receivables"') < collector.index('id="tasks"')
    assert cfo.index('id="fan"') < cfo.index('id="tasks"')


@pytest.mark.parametrize("role", sorted(role for role, may in access.ROLES.items() if "see" in may))
def test_who_may_not_see_cash_reads_nothing_of_it(client, before, role: str) -> None:
    """Not on a card, not in the picture, not in what changed, not in an alarm of our own company."""
    kept, may = assessments.latest("own"), "see_cash" in access.ROLES[role]
    text = page(client, role)
    for word in (f"{float(kept.report['cash']):,.2f}", "Cash now", "Cash ahead", "Lowest expected cash"):
        assert (word in text) == may, word
    alarms = client(role).get("/c/own/alarms/?each=1&size=200").content.decode()
    assert ("operating_cash_flow" in alarms) == may, "the rule is not even offered as a filter"
    found = kept.frame("findings").filter(rule="operating_cash_flow").collect().row(0, named=True)
    case = f"operating_cash_flow:{found['subject']}:{kept.as_of.isoformat()}"
    assert (client(role).get(f"/c/own/alarms/case/{case}/").status_code == 200) == may


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
    assert "New findings: 1" in part
    assert "Operations lose cash" in part
    assert "another grade" not in part


def test_each_figure_has_its_target_and_where_it_went(client, before) -> None:
    text, kept = page(client), assessments.latest("own")
    shown = re.findall(r'<section class="card" aria-labelledby="card-(\w+)">(.*?)</section>', text, re.S)
    assert len(shown) == 6
    for name, card in shown:
        assert "<dt>Target</dt>" in card, name
        assert card.count('class="tier tier-green">met<') + card.count(">not met<") == 1, name
    cards = dict(shown)
    cash, orange = (
        float(value) for value in (kept.report["cash"], kept.report["cash_outlook"]["lines"]["orange"]["value"])
    )
    assert ("not met" in cards["cash"]) is (cash < orange)
    for name in ("lowest", "chance"):
        assert "as on 30 Sept 2026" in cards[name], "the copy tells the same"
    assert "since" in cards["dso"] or "as on" in cards["dso"]


@pytest.mark.parametrize(
    ("now", "was", "more", "sign", "good"),
    [(110.0, 100.0, True, "▲", True), (110.0, 100.0, False, "▲", False), (90.0, 100.0, True, "▼", False),
     (90.0, 100.0, None, "▼", None), (100.05, 100.0, True, "▶", None), (-5.0, 0.0, True, "▼", False)],
)  # fmt: skip
def test_more_is_better_or_worse_or_neither(now, was, more, sign, good) -> None:
    look = SimpleNamespace(say=Language("en").say, language=Language("en"))
    told = held.moved(look, now, (was, date(2026, 9, 30)), "{:.0f}".format, more=more)
    assert (told.sign, told.good) == (sign, good)
    assert held.moved(look, now, (None, None), str, more=more) is None


def test_no_line_ends_between_a_currency_and_its_amount(client) -> None:
    text = page(client)
    worst = text[text.index('<ol class="plainlist worst">') :]
    worst = worst[: worst.index("</ol>")]
    assert re.search(r"[A-Z]{3}\u00a0-?\d", worst)
    assert not re.search(r"[A-Z]{3} -?\d", worst)


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
