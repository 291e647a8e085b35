"""Tasks about customers: what they owe, who they are, and the files that tell it."""

from __future__ import annotations

import csv
import re
from typing import Any

import polars as pl
import pytest
from seen import PHONE

pytestmark = pytest.mark.parametrize("language", ["en", "zh"])


def largest(served: Any) -> dict[str, Any]:
    """The customer with the largest exposure."""
    rows = served.kept.frame("customers").sort("exposure", descending=True, nulls_last=True).collect()
    return rows.row(0, named=True)


def test_a_bucket_of_the_ageing_leads_to_its_items(sit: Any, served: Any, language: str) -> None:
    seen = sit("collector", language)
    page = seen.open("receivables/")
    whole = served.kept.frame("ageing").filter(pl.col("by") == "").collect()
    row = page.locator("table.bars tbody tr", has=page.locator("a[href$='bucket=1-30']"))
    amount = seen.language.money(whole.item(0, "1-30"), served.kept.currency)
    assert amount in row.inner_text()
    row.locator("a").click()
    seen.arrive("bucket=1-30")
    assert seen.say("In all {worth}, as the ageing counts it.", worth=f"{amount} {served.kept.currency}") in seen.text()


def test_by_keys_from_open_items_to_who_owes(sit: Any, served: Any, language: str) -> None:
    """/ searches, j goes to the first row, Enter opens."""
    seen, who = sit("collector", language), largest(served)
    seen.open("receivables/items/")
    seen.keys("/")
    assert seen.focused("main input[type=search]")
    seen.page.keyboard.type(who["name"][:6])
    seen.page.wait_for_url(re.compile("q="))
    seen.page.wait_for_function("() => document.querySelector('main input[type=search]').defaultValue !== ''")
    seen.settle()
    rows = seen.page.locator("#listed tbody tr")
    assert all(who["name"][:6] in text for text in rows.all_inner_texts())
    seen.keys("Escape", "j", "Enter")
    seen.page.wait_for_url(re.compile("/customers/|/receivables/items/customer/"))
    assert who["name"] in seen.text("h1")


def test_the_list_as_it_is_sorted_is_taken_along(sit: Any, served: Any, language: str) -> None:
    seen = sit("cfo", language)
    page = seen.open("customers/")
    page.locator("thead a", has_text=seen.say("Overdue")).first.click()
    page.wait_for_url(re.compile("sort="))
    with page.expect_download() as waited:
        page.get_by_role("link", name="CSV", exact=True).click()
    rows = list(csv.DictReader(waited.value.path().read_text("utf-8-sig").splitlines()))
    told = [float(row[seen.say("Overdue")] or 0) for row in rows]
    wanted = served.kept.frame("customers").select(pl.col("overdue").fill_null(0) / 100).collect().to_series()
    assert told == sorted(told, reverse=True)
    assert told == pytest.approx(wanted.sort(descending=True).to_list())


def test_by_keys_the_days_of_sales(sit: Any, served: Any, language: str) -> None:
    seen = sit("credit_manager", language)
    seen.open("receivables/")
    seen.tab_to("main .tabs a[href$='/receivables/days/']")
    seen.keys("Enter")
    seen.arrive("/receivables/days/")
    assert seen.language.days(served.kept.report["dso"]["simple_90"]) in seen.text(".cards")
    assert seen.language.days(served.kept.report["dso"]["countback"]) in seen.text(".cards")


def test_on_a_phone_how_old_it_is(sit: Any, served: Any, language: str) -> None:
    seen = sit("collector", language, size=PHONE)
    page = seen.open("receivables/?by=region")
    assert page.locator("table.bars tbody tr").count() >= 6
    total = seen.language.money(
        served.kept.frame("ageing").filter(pl.col("by") == "").select("total").collect().item(), served.kept.currency
    )
    assert total in seen.text(".cards")


def test_by_keys_a_customer_is_found_from_anywhere(sit: Any, served: Any, language: str) -> None:
    seen, who = sit("sales", language), largest(served)
    seen.open("")
    seen.keys("/")
    assert seen.focused("#find")
    seen.page.keyboard.type(who["name"])
    seen.keys("Enter")
    seen.arrive("/customers/?q=")
    seen.keys("j", "Enter")
    seen.arrive(f"/customers/{who['customer_id']}/")
    assert seen.text("h1") == who["name"]
    assert seen.language.money(who["exposure"], served.kept.currency) in seen.text(".cards")


def test_on_a_phone_a_customer_is_looked_up(sit: Any, served: Any, language: str) -> None:
    seen, who = sit("sales", language, size=PHONE), largest(served)
    page = seen.open("")
    page.locator("[data-toggle=menu]").click()
    page.locator("nav#menu a[href$='/customers/']").click()
    seen.arrive("/customers/")
    page.locator("main input[type=search]").fill(who["customer_id"])
    page.wait_for_url(re.compile("q="))
    seen.settle()
    page.locator("#listed tbody tr a").first.click()
    seen.arrive(f"/customers/{who['customer_id']}/")
    told = seen.text(".cards")
    assert seen.language.money(who["exposure"], served.kept.currency) in told
    if who["limit"] is not None:
        assert seen.language.money(who["limit"], served.kept.currency) in told


def test_the_analyst_opens_the_credit_report(sit: Any, served: Any, language: str) -> None:
    seen, who = sit("credit_analyst", language), largest(served)
    page = seen.open(f"customers/{who['customer_id']}/")
    page.get_by_role("link", name=seen.say("Credit report")).first.click()
    seen.arrive("/customer-report/")
    assert who["name"] in seen.text("body")


def file_of(language: str, more: str = "") -> bytes:
    rows = "\n".join(f"K-{language},X-{language}-{n},2026-09-0{n},2026-10-0{n},CNY,{n}00.50" for n in (1, 2, 3))
    return f"customer_id,invoice_id,issued_on,due_on,currency,amount\n{rows}\n{more}".encode()


def test_a_file_is_looked_at_loaded_and_taken_back(sit: Any, served: Any, language: str) -> None:
    from solvent_server.store.models import Batch, Company  # noqa: PLC0415 (needs the store)

    seen = sit("treasurer", language, "harbour")
    page = seen.page
    seen.bring(f"items-{language}.csv", file_of(language))
    assert f"X-{language}-1" in seen.text("#file")
    page.locator("button[name=do][value=load]").click()
    page.locator("#file .said a").first.click()
    seen.arrive("/imports/")
    number = int(re.search(r"/imports/(\d+)/", page.url).group(1))
    batch = Batch.objects.get(id=number, company=Company.objects.get(code="harbour"))
    assert (batch.state, batch.actor) == ("committed", "treasurer-harbour")
    page.locator("[name=reason]").fill("the wrong month")
    page.locator("button[name=do][value=undo]").click()
    page.get_by_text("the wrong month").first.wait_for()
    assert not Batch.objects.filter(id=number, state="committed").exists()


def test_rows_that_were_not_taken_come_back_as_a_file(sit: Any, served: Any, language: str) -> None:
    seen = sit("credit_analyst", language, "harbour")
    seen.bring(f"rows-{language}.csv", file_of(f"r{language}", f"K-9,=X-{language},no day,2026-10-04,CNY,5.00\n"))
    with seen.page.expect_download() as waited:
        seen.page.get_by_role("link", name="CSV").first.click()
    rows = list(csv.reader(waited.value.path().read_text("utf-8-sig").splitlines()))
    assert rows[1][4:] == ["K-9", f"'=X-{language}", "no day", "2026-10-04", "CNY", "5.00"]
    seen.page.locator("button[name=do][value=discard]").click()
    seen.page.get_by_role("status").first.wait_for()
    assert seen.page.locator("#at-hand a", has_text=f"rows-{language}.csv").count() == 0


def test_by_keys_somebody_comes_changes_the_language_and_goes(sit: Any, served: Any, language: str) -> None:
    seen = sit(None, language)
    seen.page.goto(served.url + "/accounts/login/")
    seen.tab_to("[name=login]")
    seen.page.keyboard.type("anna")
    seen.keys("Tab")
    seen.page.keyboard.type("a long lantern 7")
    seen.keys("Enter")
    seen.arrive("/c/lantern/")
    assert seen.page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]
    seen.tab_to("button[name=to]")
    seen.keys("Enter")
    seen.page.wait_for_function(
        "was => document.documentElement.lang !== was", arg={"en": "en", "zh": "zh-CN"}[language]
    )
    seen.settle()
    seen.tab_to(".who summary")
    seen.keys("Enter")
    seen.tab_to("form[action*=logout] button")
    seen.keys("Enter")
    seen.page.wait_for_url(re.compile("/accounts/login/"))
