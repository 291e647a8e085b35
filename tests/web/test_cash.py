"""The pages about cash: they say what the report says, teach where it says nothing, and the lab answers at once."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

import pace
from solvent.base.terms import Policy
from solvent.decisions.liquidity.baseline import change
from solvent.decisions.liquidity.stress.what_if import PlannedFlow, WhatIf, circumstances, what_if
from solvent.documents import outlook as outlook_document
from solvent.documents.stress import difference_figures
from solvent.files.language import Language
from solvent.simulation.bending.library import Combined, Part, bent, scenarios
from solvent_server.web.cash import actual, shocks, watch
from solvent_server.web.cash.told import Told

PAGES = ("", "weeks/", "what-if/", "stress/", "forecasts/", "signs/")
MOST_SECONDS = 0.25


@pytest.fixture
def kept(site):
    from solvent_server.store import database  # noqa: PLC0415 (needs the store)
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    database.connect(site)
    return assessments.latest("own")


def text_of(page: bytes) -> str:
    """What a reader sees, without the tags."""
    told = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", told).replace("&#39;", "'").replace("&amp;", "&").split())


@pytest.mark.parametrize("page", PAGES)
def test_every_page_names_its_day_and_opens_to_how_it_is_computed(client, kept, page: str) -> None:
    for language in ("en", "zh"):
        day = Language(language).day(kept.as_of)
        answer = client("treasurer", language).get(f"/c/own/cash/{page}")
        body = answer.content.decode()
        assert answer.status_code == 200
        assert day in body
        assert ("How it is computed" if language == "en" else "计算方法") in body
        assert body.count('aria-current="page"') == 2, "its place in the menu and in the tabs"
        assert not re.search(r"<[^>]+ (style|on\w+)=", body)
        assert all("<caption" in table for table in re.findall(r"<table.*?</table>", body, re.S))
        levels = [int(level) for level in re.findall(r"<h([1-6])", body)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("page", PAGES)
def test_chinese_pages_say_nothing_in_english(client, kept, page: str) -> None:
    names = kept.frame("customers").select("name").collect().to_series().to_list()
    names += [row["supplier_name"] or "" for row in kept.report["cash_outlook"]["spending"]["bills"]]
    own = {"Solvent", "English", "Lantern", "Works", "Altman", "treasurer", "Enter", "Esc"}
    own |= {word for name in names for word in re.findall(r"[A-Za-z]+", name)}
    told = text_of(client("treasurer", "zh").get(f"/c/own/cash/{page}").content)
    words = {word for word in re.findall(r"[A-Za-z]{3,}", told) if not word.isupper()}
    assert not words - own


def test_the_outlook_says_what_the_report_says(client, kept) -> None:
    page = client("cfo").get("/c/own/cash/").content.decode()
    cash = kept.report["cash_outlook"]
    assert len(cash["accounts"]) > 0
    for account in cash["accounts"]:
        assert account["account_id"] in page
        assert f"{float(account['balance']):,.2f}" in page
    for name in ("floor", "orange", "reserve"):
        value = cash["lines"][name]["value"]
        assert value is not None
        assert f"{float(value):,.2f}" in page
        assert f"at-{name}" in page, "drawn too"
    for week in cash["fan"]:
        assert f"{float(week['p50']):,.2f}" in page
    assert page.count("<polygon") == 3


def test_thirteen_weeks_add_up_in_the_file(client, kept) -> None:
    answer = client("treasurer").get("/c/own/cash/weeks/?format=csv")
    lines = [line.split(",") for line in answer.content.decode("utf-8-sig").splitlines()]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(lines[0]) == 2 + 13
    by_name = {(line[0], line[1]): [float(cell) for cell in line[2:]] for line in lines[1:]}
    opening, net, closing = (by_name[name, ""] for name in ("opening balance", "net cash flow", "closing balance"))
    assert np.allclose(np.add(opening, net), closing, atol=0.03)
    kinds = [values for (group, kind), values in by_name.items() if kind]
    assert kinds
    assert np.allclose(np.sum(kinds, axis=0), net, atol=0.2)


def test_a_slider_request_is_quick_and_the_librarys_own_answer(client, kept) -> None:
    run, treasurer = kept.run, client("treasurer")
    day = (kept.as_of + timedelta(days=30)).isoformat()
    asked = {"delay": "14", "sales": "20", "fails": "1", "way": "out", "amount": "250,000", "on": day, "months": "2"}
    treasurer.get("/c/own/cash/what-if/", asked)  # the first one brings the code and the run
    delays = iter(range(15, 22))

    def drawn_anew() -> None:
        moved = {**asked, "delay": str(next(delays))}
        answer = treasurer.get("/c/own/cash/what-if/", moved, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert b"<html" not in answer.content

    pace.quick(MOST_SECONDS, drawn_anew, 7)
    parts = (
        Part("largest_fails", {"customers": 1}),
        Part("sales_fall", {"share": 0.2}),
        Part("all_pay_later", {"days": 14.0}),
    )
    flow = PlannedFlow(kept.as_of + timedelta(days=30), -25_000_000, 2)
    question = WhatIf(Combined("by hand", parts), (flow,))
    own = what_if(run.paths, run.world, question, run.facts["floor_minor"], Policy(kept.as_of))
    told = json.loads(treasurer.get("/c/own/cash/what-if/", {**asked, "format": "json"}).content)
    assert told == difference_figures(own, kept.currency)
    assert told["after"]["end_median"] != told["before"]["end_median"]
    page = text_of(treasurer.get("/c/own/cash/what-if/", asked).content)
    assert f"{float(told['after']['end_median']):,.2f}" in page
    assert f"before {float(told['before']['end_median']):,.2f}" in page


def test_the_question_stands_in_the_address_and_a_wrong_one_is_told(client) -> None:
    treasurer = client("treasurer")
    page = treasurer.get("/c/own/cash/what-if/?scenario=severe&delay=9&sales=5&fails=2").content.decode()
    assert re.search(r'<option value="severe" selected>', page)
    assert re.search(r'name="delay"[^>]* value="9"', page)
    assert re.search(r'<option value="2" selected>', page)
    assert "hx-replace-url" in page
    assert all(f'<label class="inline" for="{name}">' in page and f'id="{name}"' in page for name in ("delay", "sales"))
    assert "HX-Request" in treasurer.get("/c/own/cash/what-if/").headers["Vary"]
    for asked, says in (
        ("amount=many&on=2026-12-01", "An amount over nothing"),
        ("amount=-5&on=2026-12-01", "An amount over nothing"),
        ("amount=NaN&on=2026-12-01", "An amount over nothing"),
        ("amount=1e99&on=2026-12-01", "An amount over nothing"),
        ("amount=5", "A day is missing"),
        ("amount=5&on=2026-13-41", "A day is missing"),
    ):
        answer = treasurer.get(f"/c/own/cash/what-if/?{asked}")
        assert answer.status_code == 200, asked
        assert says in answer.content.decode(), asked
    plain = text_of(treasurer.get("/c/own/cash/what-if/").content)
    for asked in ("delay=x&sales=-4&fails=9999999999&months=0", "scenario=<script>", "delay=²", "scenario=none"):
        answer = treasurer.get(f"/c/own/cash/what-if/?{asked}")
        assert answer.status_code == 200, asked
        assert b"<script>" not in answer.content
    assert "As it stands" in plain


def test_stress_tells_every_scenario_and_leads_to_the_lab(client, kept) -> None:
    page = client("treasurer").get("/c/own/cash/stress/").content.decode()
    stress = kept.report["stress"]
    for row in stress["scenarios"]:
        if row["changed"]:
            assert f"what-if/?scenario={row['scenario']}" in page
            assert f"{row['chance']:.1%}" in page
    told = text_of(page.encode())
    assert "the smallest shock that breaks the floor" in told.lower()
    assert "Crisis plan until" in told
    needed = sum(step["needed"] for step in kept.report["crisis_plan"]["steps"])
    assert page.count('<tr class="needed">') == needed


def test_the_labs_scenario_is_the_stress_tests_scenario(client, kept) -> None:
    rows = {row["scenario"]: row for row in kept.report["stress"]["scenarios"]}
    for name in ("mild", "severe", "largest_fails"):
        answer = client("treasurer").get("/c/own/cash/what-if/", {"scenario": name, "format": "json"})
        told = json.loads(answer.content)["after"]
        assert told["chance_under_floor"] == rows[name]["chance"]
        assert told["lowest_median"] == rows[name]["lowest"]


def test_signs_and_health_tell_every_line_of_the_check(client, kept) -> None:
    page = text_of(client("auditor").get("/c/own/cash/signs/").content)
    cash = kept.report["cash_outlook"]
    assert len(cash["signs"]) == 5
    states = [{None: "not known", True: "present", False: "not present"}[sign["present"]] for sign in cash["signs"]]
    assert all(state in page for state in states)
    raw = client("auditor").get("/c/own/cash/signs/").content.decode()
    assert raw.count('<th scope="row" class="tier tier-') + raw.count('<th scope="row" class="none">') == len(
        cash["health"]
    )
    told = raw[raw.index("Core indicators") : raw.index("Company health check")]
    assert told.count("<tr>") - 1 == 8
    assert told.count("own mean") + told.count("at most") >= 8, "each is held against something"
    for link in set(re.findall(r'<a href="(/c/own/[^"]+)"', raw[raw.index("Core indicators") :])):
        assert client("auditor").get(link).status_code == 200, link


def test_without_balance_and_paths_the_pages_teach(client, kept, monkeypatch) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    bare = json.loads(json.dumps(kept.report))
    cash = bare["cash_outlook"]
    nothing = {"value": None, "formula": "floor", "inputs": {}}
    cash |= {"simulation": None, "payment_model": None, "scoreboard": None, "accounts": [], "currencies": [],
             "recent_weeks": None, "weeks_ahead": None, "table": None, "fan": None, "fan_months": None, "gap": None,
             "indicators": [], "movements": []}  # fmt: skip
    cash["lines"] |= dict.fromkeys(("fixed", "floor", "orange", "reserve"), nothing)
    cash["pools"]["rows"], cash["spending"]["bills"], cash["causes"]["rows"] = [], [], []
    bare |= {"stress": None, "reverse_stress": [], "with_lines": None, "cash": None}
    bare["crisis_plan"] |= {"steps": [], "need": "0.00"}
    empty = replace(kept, folder=kept.folder)
    empty.__dict__["report"], empty.__dict__["run"] = bare, None
    monkeypatch.setattr(assessments, "latest", lambda code: empty)
    for language, says in (("en", "No balance is known of any account."), ("zh", "没有任何账户的余额。")):
        for page in PAGES:
            answer = client("treasurer", language).get(f"/c/own/cash/{page}")
            assert answer.status_code == 200, page
            assert says in answer.content.decode(), page
            assert "<svg viewBox" not in answer.content.decode(), page


@pytest.mark.parametrize("page", [*(f"cash/{one}" for one in PAGES), "cash/weeks/?week=first", "", "working-capital/",
                                  "working-capital/liquidity/", "reports/"])  # fmt: skip
def test_no_two_parts_of_a_page_have_one_name(client, kept, page: str) -> None:
    page = page.replace("first", kept.report["cash_outlook"]["weeks_ahead"][0]["week_end"])
    body = client("cfo").get(f"/c/own/{page}").content.decode()
    heads = dict(re.findall(r'<h[1-6][^>]* id="([^"]+)"[^>]*>(?:<a [^>]*>)?([^<]+)', body))
    regions = re.findall(r'role="region" aria-label="([^"]+)"', body)
    regions += [heads[name] for name in re.findall(r'<section[^>]* aria-labelledby="([^"]+)"', body)]
    assert len(regions) == len(set(regions)), sorted(regions)
    ids = re.findall(r' id="([^"]+)"', body)
    assert len(ids) == len(set(ids))


def test_every_table_is_a_file_too(client, kept) -> None:
    treasurer = client("treasurer")
    found = 0
    for page in PAGES:
        body = treasurer.get(f"/c/own/cash/{page}").content.decode()
        for asked in re.findall(r'class="as-file[^>]*><a href="([^"]+)"', body):
            answer = treasurer.get(f"/c/own/cash/{page}{asked.replace('&amp;', '&')}")
            assert answer.headers["Content-Type"].startswith("text/csv"), (page, asked)
            rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
            assert len(rows) > 1
            assert not [cell for row in rows for cell in row if re.fullmatch(r"'?-?\d{1,3}(,\d{3})+(\.\d+)?", cell)]
            found += 1
    assert found > 12
    steps = kept.report["crisis_plan"]["steps"]
    whole = treasurer.get("/c/own/cash/stress/?csv=whole").content.decode("utf-8-sig").splitlines()
    assert len(whole) == 1 + len(steps)
    assert treasurer.get("/c/own/cash/stress/?csv=nothing").headers["Content-Type"].startswith("text/html")


def test_a_past_forecast_stands_over_what_came_of_the_same_items(kept) -> None:
    board = kept.report["cash_outlook"]["scoreboard"]
    made = watch.countdown(board, Told(Language("en"), kept.currency))
    ours = [row for row in board["countdown"] if row["by"] == "solvent"]
    ahead = sorted({row["lead_weeks"] for row in ours}, reverse=True)
    assert len(made.rows) == 2 * len({row["week_upto"] for row in ours})
    for place, column in ((0, "forecast"), (1, "actual")):
        week = ours[0]["week_upto"]
        told = {row["lead_weeks"]: row[column] for row in ours if row["week_upto"] == week}
        assert [cell.text for cell in made.rows[place][2:]] == [
            Language("en").brief(float(told[lead])) if lead in told else "–" for lead in ahead
        ]


def test_the_scoreboard_says_first_whether_to_trust_it(client, kept) -> None:
    told = text_of(client("cfo").get("/c/own/cash/forecasts/").content)
    assert told.index("Can the forecast be trusted?") < told.index("When items are paid")
    assert re.search(r"Over \d+ month ends, [\d,]+ items were paid [\d.]+ days before or after", told)
    assert "★" in told


def test_reasons_of_a_difference_add_up_and_open_their_rows(client, kept) -> None:
    span = actual.span_of(kept.report["cash_outlook"]["scoreboard"]["weeks"], "")
    rows = actual.parted(kept, span)
    assert rows.height
    inside = lambda name: pl.col(name).is_between(span.first, span.last)  # noqa: E731
    came = rows.filter(pl.col("why").is_in(list(actual.CAME)))
    paid = kept.frame("paid").filter(inside("paid_on")).collect()
    issued = (
        kept.frame("invoices").filter(pl.col("issued_on") <= span.made_on).select("customer_id", "item_id").collect()
    )
    assert came["worth"].sum() == paid.join(issued, on=["customer_id", "item_id"], how="semi")["worth"].sum()
    missing = rows.filter(pl.col("why").is_in(list(actual.MISSING)))
    assert missing.select(inside("due_on").all()).item()
    assert missing.select((pl.col("paid_on").is_null() | (pl.col("paid_on") > span.last)).all()).item()
    for why in rows["why"].unique():
        body = client("cfo").get(f"/c/own/cash/weeks/?why={why}").content.decode()
        part = body[body.index('id="why-rows"') :]
        assert part[: part.index("</table>")].count("<tr>") == 1 + min(rows.filter(pl.col("why") == why).height, 50)
    assert client("cfo").get("/c/own/cash/weeks/?why=<script>&actual=x&what=y&week=z").status_code == 200


def test_thirteen_weeks_are_told_in_one_unit_and_open(client, kept) -> None:
    body = client("cfo").get("/c/own/cash/weeks/").content.decode()
    table = body[body.index('class="grid13"') :]
    table = table[: table.index("</table>")]
    assert len(re.findall(r'<th scope="col" class="right"><a href="[^"]*\?week=', table)) == 13
    cells = re.findall(r'<td class="right[^"]*">([^<]*)</td>', table)
    assert all(re.fullmatch(r"-?[\d,]+", text) for text in cells), "no M, no k, no cents"
    assert "-0" not in cells


def test_why_the_forecast_has_moved_adds_up(kept) -> None:
    paths = kept.run.paths
    worse = bent(paths, kept.run.world, circumstances(delay=20.0), Policy(kept.as_of))
    moved = outlook_document._bundle(change(paths, worse), kept.currency)
    told = Told(Language("en"), kept.currency)
    made = actual.bridge({"bridge": moved}, told)
    amounts = [float(row[2].text.replace(",", "")) for row in made.parts.rows]
    assert sum(amounts) == pytest.approx(float(moved["change"]), abs=0.02)
    assert told.money(moved["change"]) in made.sentence
    assert actual.bridge({"bridge": None}, told) is None


def test_who_pays_earlier_helps_and_the_address_is_short(client, kept) -> None:
    treasurer = client("treasurer")
    asked = {"delay": "-10", "sales": "0", "fails": "0", "scenario": "", "amount": "", "way": "out", "months": "1"}
    told = json.loads(treasurer.get("/c/own/cash/what-if/", {**asked, "format": "json"}).content)
    assert float(told["after"]["lowest_median"]) > float(told["before"]["lowest_median"])
    answer = treasurer.get("/c/own/cash/what-if/", asked, headers={"HX-Request": "true"})
    assert answer.headers["HX-Replace-Url"] == "/c/own/cash/what-if/?delay=-10"
    assert b'hx-swap-oob="innerHTML"' in answer.content
    page = text_of(treasurer.get("/c/own/cash/what-if/?delay=-10&suppliers=5").content)
    assert "Asked: every customer pays 10 days earlier; suppliers want their money 5 days earlier." in page
    assert "Asked:" not in text_of(treasurer.get("/c/own/cash/what-if/?delay=-0&suppliers=-5").content)


def test_the_crisis_plan_says_who_by_when_and_how_much(kept) -> None:
    plan, told = kept.report["crisis_plan"], Told(Language("en"), kept.currency)
    made = shocks.crisis(plan, told, lambda step, subject: (subject, ""))
    for kind, row in zip(dict.fromkeys(one["step"] for one in plan["steps"]), made.kinds.rows, strict=True):
        of_kind = [one for one in plan["steps"] if one["step"] == kind]
        assert row[1].text == shocks.WHO[kind]
        assert row[2].text == told.day(min(one["by_on"] for one in of_kind))
        assert row[4].text == str(len(of_kind))
        assert float(row[5].text.replace(",", "")) == pytest.approx(sum(float(one["gain"]) for one in of_kind))
    assert [row[0].text for row in made.whole.rows] == [str(place + 1) for place in range(len(plan["steps"]))]


def test_every_scenario_says_what_happens(kept) -> None:
    told = shocks.library(kept.report["stress"], Told(Language("zh"), kept.currency), "lab/", Policy(kept.as_of))
    texts = [row[1].text for row in told.alone.rows[1:]]
    assert texts
    assert all(texts)
    assert not [text for text in texts if "{" in text or re.search("[a-z]", text)]
    assert set(shocks.HAPPENS) == set(scenarios())
