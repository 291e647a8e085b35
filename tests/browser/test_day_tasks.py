"""Tasks of the day: today, the radar, cash: done as people do them, some by keys alone, some on a phone."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from seen import PHONE, Seen

pytestmark = pytest.mark.parametrize("language", ["en", "zh"])


def cases_of(served: Any) -> pl.DataFrame:
    from solvent_server.store.keeping import cases  # noqa: PLC0415 (needs the store)

    return cases.every(served.company)


def case(served: Any, place: int, language: str) -> str:
    """An open alarm about a customer that no other test touches: another for each place and language."""
    rows = cases_of(served).filter(pl.col("about") == "customer").sort("case_id", descending=True)
    return str(rows.item(2 * place + (language == "zh"), "case_id"))


def state(served: Any, case_id: str) -> dict[str, Any]:
    return cases_of(served).filter(pl.col("case_id") == case_id).row(0, named=True)


def money(seen: Seen, served: Any, told: str | None) -> str:
    """An amount of the report as this reader reads it."""
    from solvent_server.web.cash.told import Told  # noqa: PLC0415 (needs the store)

    return Told(seen.language, served.kept.currency).money(told)


def test_the_cfo_reads_the_cash_and_opens_it(sit: Any, served: Any, language: str) -> None:
    seen = sit("cfo", language)
    page = seen.open("")
    cash = money(seen, served, served.kept.report["cash"])
    assert cash in seen.text("section[aria-labelledby=card-cash]")
    page.locator("section[aria-labelledby=card-cash] .figure a").click()
    seen.arrive("/cash/")
    assert cash in seen.text()
    for account in served.kept.report["cash_outlook"]["accounts"]:
        assert account["account_id"] in seen.text("#accounts")


def test_by_keys_from_today_to_what_is_most_at_stake(sit: Any, served: Any, language: str) -> None:
    """2 opens the radar, j goes from line to line: ourselves first, then who owes most."""
    seen = sit("treasurer", language)
    seen.open("")
    seen.keys("2")
    seen.arrive("/alarms/")
    seen.keys("j", "j", "Enter", "Tab", "Enter")
    seen.arrive("/alarms/case/")
    about = cases_of(served).filter(about="customer", state="open")["subject"].unique().to_list()
    owing = served.kept.frame("customers").filter(pl.col("customer_id").is_in(about)).sort("exposure", descending=True)
    assert owing.collect().item(0, "name") in seen.text("h1 + .subject")


def test_on_a_phone_an_alarm_is_looked_after_and_given_back(sit: Any, served: Any, language: str) -> None:
    seen, wanted = sit("credit_manager", language, size=PHONE), case(served, 0, language)
    page = seen.open("alarms/?each=1")
    page.locator(f"td a[href$='{page.evaluate('encodeURI', wanted)}/']").click()
    seen.arrive("/alarms/case/")
    page.get_by_role("button", name=seen.say("I look after it")).click()
    page.get_by_role("status").wait_for()
    assert (state(served, wanted)["state"], state(served, wanted)["acknowledged_by"]) == (
        "acknowledged",
        "credit_manager",
    )
    page.get_by_role("button", name=seen.say("Undo")).click()
    page.get_by_role("button", name=seen.say("I look after it")).wait_for()
    assert state(served, wanted)["state"] == "open"


def test_by_keys_an_alarm_is_snoozed_with_a_reason(sit: Any, served: Any, language: str) -> None:
    seen, wanted = sit("collector", language), case(served, 1, language)
    seen.open(f"alarms/case/{wanted}/")
    seen.tab_to("details:has([name=until]) > summary")
    seen.keys("Enter")
    seen.tab_to("[name=reason]")
    seen.page.keyboard.type("promised for Friday")
    seen.keys("Enter")
    seen.page.get_by_role("status").wait_for()
    now = state(served, wanted)
    assert (now["state"], now["snooze_reason"]) == ("snoozed", "promised for Friday")


def test_an_alarm_is_closed_with_what_came_of_it(sit: Any, served: Any, language: str) -> None:
    seen, wanted = sit("sales", language), case(served, 2, language)
    page = seen.open(f"alarms/case/{wanted}/")
    page.locator("details:has([name=result]) > summary").click()
    page.locator("[name=action]").select_option("collect_first")
    page.locator("[name=result]").select_option("paid")
    page.locator("[name=avoided]").fill("12,000.50")
    page.locator("button[name=what][value=close]").click()
    page.get_by_role("status").wait_for()
    now = state(served, wanted)
    assert (now["state"], now["result"], now["avoided_amount"]) == ("closed", "paid", 1200050)
    seen.open("alarms/closed/")
    assert page.locator(f"td a[href$='{page.evaluate('encodeURI', wanted)}/']").count() == 1


def test_by_keys_the_radar_is_cut_to_the_worst(sit: Any, served: Any, language: str) -> None:
    """The filter stands in the address, and whoever chose it stays where he was."""
    seen = sit("credit_manager", language)
    seen.open("alarms/?each=1")
    seen.tab_to("select[name=tier]")
    seen.keys("ArrowDown")
    seen.page.wait_for_url(re.compile("tier=red"))
    seen.settle()
    assert seen.focused("select[name=tier]")
    red = cases_of(served).filter(pl.col("state") != "closed", pl.col("tier") == 3).height
    assert red > 0
    assert seen.page.locator("#listed tbody tr").count() == red


def test_the_auditor_reads_a_rule_and_may_do_nothing(sit: Any, served: Any, language: str) -> None:
    seen = sit("auditor", language)
    page = seen.open("alarms/rules/")
    page.locator("td a[href$='/payment_delay/']").click()
    seen.arrive("/payment_delay/")
    found = served.kept.frame("findings").filter(pl.col("rule") == "payment_delay").collect()
    assert page.locator("main ul.plainlist li").count() == found.height > 0
    page.locator("main ul.plainlist a").first.click()
    seen.arrive("/alarms/case/")
    assert page.locator("main form").count() == 0


def test_the_treasurer_takes_the_thirteen_weeks_along(sit: Any, served: Any, language: str) -> None:
    seen = sit("treasurer", language)
    page = seen.open("cash/weeks/")
    with page.expect_download() as waited:
        page.get_by_role("link", name="CSV", exact=True).click()
    rows = waited.value.path().read_text("utf-8-sig").splitlines()
    opening = float(served.kept.report["cash_outlook"]["simulation"]["opening"])
    assert any(f"{opening:.2f}" in row for row in rows[:3])
    assert len(rows) > 5


def test_by_keys_a_slider_moves_and_the_answer_with_it(sit: Any, served: Any, language: str) -> None:
    seen = sit("treasurer", language)
    page = seen.open("cash/what-if/")
    chance = seen.language.share(served.kept.report["cash_outlook"]["gap"]["horizon_chance"])
    assert chance in seen.text("#answer .cards")
    seen.tab_to("#delay")
    seen.keys(*["ArrowRight"] * 9)
    page.wait_for_url(re.compile("delay=9"))
    seen.settle()
    assert seen.say("{value} days", value=9) in seen.text("#delay-shown")
    said = seen.text("#answer .cards")
    assert seen.say("before {figure}", figure=chance) in said
    seen.open(page.url.removeprefix(seen.at))
    assert seen.text("#answer .cards") == said, "the address asks the same question"


def test_a_payment_is_tried_before_it_is_made(sit: Any, served: Any, language: str) -> None:
    seen = sit("cfo", language)
    page = seen.open("cash/what-if/")
    page.locator("details.flow > summary").click()
    page.locator("[name=on]").fill(page.locator("[name=on]").get_attribute("min"))
    page.locator("[name=amount]").fill("1000000")
    page.wait_for_url(re.compile("amount=1000000"))
    page.locator("#answer .worse").first.wait_for()
    seen.settle()
    assert money(seen, served, "1000000.00") in seen.text("#answer")


def test_on_a_phone_the_first_week_under_the_floor(sit: Any, served: Any, language: str) -> None:
    seen = sit("cfo", language, size=PHONE)
    page = seen.open("")
    page.locator("[data-toggle=menu]").click()
    page.locator("nav#menu a[href$='/cash/']").click()
    seen.arrive("/cash/")
    gap = served.kept.report["cash_outlook"]["gap"]
    assert seen.language.share(gap["horizon_chance"]) in seen.text(".cards")


def test_by_keys_the_auditor_reads_the_stresses(sit: Any, served: Any, language: str) -> None:
    seen = sit("auditor", language)
    seen.open("cash/")
    seen.tab_to("main .tabs a[href$='/cash/stress/']")
    seen.keys("Enter")
    seen.arrive("/cash/stress/")
    told = seen.text()
    known = served.kept.report["cash_outlook"]
    assert seen.language.day(served.kept.as_of) in told
    assert seen.page.locator("main table").count() >= 1
    assert known
