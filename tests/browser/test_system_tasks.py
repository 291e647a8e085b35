"""Tasks of those who keep the system: policy, people, the trail, the clock, the tokens of other programs."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.parametrize("language", ["en", "zh"])
FAMILY, TERMS = "measures.behaviour", {"en": "delay_days", "zh": "trend_payments"}
"""Of each language another term, so that neither test waits for the other."""


def test_a_term_changes_from_a_day_on_when_two_have_said_so(sit: Any, served: Any, language: str) -> None:
    """The treasurer proposes, and may not approve; the chief financial officer approves; the days before stay."""
    from solvent_server.store.policy import standing  # noqa: PLC0415 (needs the store)

    company, term = served.called("harbour"), TERMS[language]
    day = datetime.now(UTC).date() + timedelta(30)
    before = standing.stands(company, FAMILY, term, day)
    first = sit("treasurer", language, "harbour")
    page = first.open(f"settings/policy/of/{FAMILY}/{term}/")
    page.locator("[name=value]").fill(str(before + 3))
    page.locator("[name=valid_from]").fill(day.isoformat())
    page.locator("[name=reason]").fill("our terms became longer")
    page.locator("button[value=propose]").click()
    page.locator("main .said").wait_for()
    assert standing.stands(company, FAMILY, term, day) == before, "it waits"
    first.open("settings/policy/changes/")
    assert page.locator("button[value=approve]").count() == 0, "nobody approves his own"
    second = sit("cfo", language, "harbour")
    card = second.open("settings/policy/changes/").locator("li.pending", has_text=f"{FAMILY}.{term}")
    assert second.language.day(day) in card.inner_text()
    card.locator("button[value=approve]").click()
    second.page.locator("main .said").first.wait_for()
    told = [standing.stands(company, FAMILY, term, when) for when in (day - timedelta(1), day)]
    assert told == [before, before + 3]


def test_a_person_is_added_by_two_and_comes_in(sit: Any, served: Any, language: str) -> None:
    """Somebody new gets a first password, shown once; the role counts when a second person has approved it."""
    name, own = f"nina-{language}", f"a harbour lamp {language}"
    page = sit("cfo", language, "harbour").open("settings/people/")
    form = page.locator("form[action$='/people/add/']")
    form.locator("[name=name]").fill(name)
    form.locator("[name=role]").select_option("sales")
    form.get_by_role("button").click()
    first = page.locator(".once").inner_text()
    second = sit("administrator", language, "harbour")
    card = second.open("settings/people/").locator("li.pending", has_text=name)
    card.locator("button[value=approve]").click()
    second.page.locator("main .said").first.wait_for()
    new = sit(None, language, "harbour")
    new.page.goto(served.url + "/accounts/login/")
    new.page.locator("[name=login]").fill(name)
    new.page.locator("[name=password]").fill(first)
    new.keys("Enter")
    new.arrive("/password/change/")
    for field, secret in (("oldpassword", first), ("password1", own), ("password2", own)):
        new.page.locator(f"[name={field}]").fill(secret)
    new.keys("Enter")
    new.page.wait_for_url(re.compile("/c/harbour/"))
    assert new.text(".who summary") == name


PLACE = "(select, value) => [...select.options].findIndex((one) => one.value === value)"


def test_by_keys_the_trail_is_cut_to_one_act_of_one_person(sit: Any, served: Any, language: str) -> None:
    from solvent_server.store import work  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    work.set_company("lantern", "somebody else")  # which changes nothing, but is the same act of another
    mine = AuditLine.objects.filter(company__in=("lantern", ""), actor="test")
    assert mine.exclude(action="company.set").exists(), "there is something to leave out"
    seen = sit("auditor", language)
    page = seen.open("settings/trail/")
    for name, what in (("actor", "test"), ("action", "company.set")):
        seen.tab_to(f"select[name={name}]")
        seen.keys(*["ArrowDown"] * page.locator(f"select[name={name}]").evaluate(PLACE, what))
    seen.tab_to("main form.filters button:not([type=button])")
    seen.keys("Enter")
    seen.arrive("action=company.set")
    rows = page.locator("table.trail tbody tr")
    assert rows.count() == mine.filter(action="company.set").count()
    with page.expect_download() as waited:
        page.get_by_role("link", name="CSV").click()
    told = list(csv.reader(waited.value.path().read_text("utf-8-sig").splitlines()))[1:]
    assert len(told) == rows.count()
    assert all({"test", "company.set"} <= set(row) for row in told)


def test_what_is_done_by_the_clock_is_set_and_done_now(sit: Any, served: Any, language: str) -> None:
    """What was asked for is seen to be waited for, and to be done, without a click more."""
    from solvent_server.store.models import Schedule  # noqa: PLC0415 (needs the store)

    seen, hour = sit("administrator", language), {"en": 1, "zh": 23}[language]
    page = seen.open("schedule/")
    card = page.locator("section:has(#what-sweep)")
    card.locator("summary").click()
    card.locator("[name=time]").fill(f"{hour:02d}:45")
    for day in card.locator("[name=days]").all()[1:]:
        day.uncheck()
    card.get_by_role("button", name=seen.say("Keep")).click()
    page.locator("main .said").wait_for()
    set_to = Schedule.objects.get(what="sweep")
    assert (set_to.hour, set_to.minute, set_to.days) == (hour, 45, 1)
    assert f"{hour:02d}:45" in card.inner_text()
    done = set_to.runs.count()
    card.locator("button[value=now]").click()
    page.locator("main .said").wait_for()
    card.locator("progress").wait_for()
    card.locator("progress").wait_for(state="detached")
    run = set_to.runs.latest("id")
    assert (set_to.runs.count(), run.state, run.actor) == (done + 1, "done", "administrator")
    newest = page.locator("#runs tbody tr").first.inner_text()
    assert "administrator" in newest
    assert seen.say("done") in newest


def test_a_program_is_let_in_and_shut_out(sit: Any, served: Any, language: str) -> None:
    """A token is made and shown once; the program asks with it; it is revoked, and nobody is let in any more."""
    seen, name = sit("administrator", language), f"shop-{language}"
    page = seen.open("settings/programs/")
    form = page.locator("form:has(button[value=token]):has([name=scopes])")
    form.locator("[name=name]").fill(name)
    form.locator("[name=person]").select_option("credit_analyst")
    form.locator("button[value=token]").click()
    secret = page.locator("code.secret").inner_text()
    known = served.kept.frame("customers").select("customer_id").sort("customer_id").collect().to_series().to_list()
    told = [one["customer_id"] for one in asked(served.url, secret)["rows"]]
    assert told == known[: len(told)] != []
    seen.open("settings/programs/")
    assert secret not in page.content()
    card = page.locator("li.card", has=page.get_by_role("heading", name=re.compile(rf"^{name}\b")))
    card.locator("button[value=token]").click()
    page.locator("main .said").wait_for()
    with pytest.raises(HTTPError) as refused:
        asked(served.url, secret)
    with refused.value:  # it holds the connection
        assert refused.value.code == 401
    assert card.locator("button").count() == 0


def asked(url: str, secret: str) -> Any:
    """What a program with this secret is told of the customers."""
    request = Request(f"{url}/api/v1/companies/lantern/customers", headers={"Authorization": f"Bearer {secret}"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)
