"""The first visit to a new installation: by the key that the server showed, in five steps, the sample come and gone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from seen import Seen
from serving import new_store, serving

from companies import company
from solvent_server.store import database
from stores import with_assessment

OWN = "a wide quay 7"
ITEMS = """customer_id,invoice_id,issued_on,due_on,currency,amount
K-1,F-1,2026-08-04,2026-09-03,CNY,1200.00
K-1,F-2,2026-08-20,2026-10-19,CNY,800.00
"""
BANK = """:20:1\r\n:25:62220001\r\n:28C:1/1\r\n:60F:C260901CNY5000,00\r\n:61:2609020902C100,00NTRFK1\r\n:86:K-1\r
:62F:C260902CNY5100,00\r\n-\r\n"""


@pytest.fixture(scope="module")
def empty_server(served: Any) -> Iterator[tuple[str, Path]]:
    """A server on a store with nobody in it."""
    try:
        with TemporaryDirectory(prefix="solvent-first-") as place:
            new_store(Path(place))
            shutil.copytree(served.folder / "static", Path(place) / "static", dirs_exist_ok=True)
            with serving(Path(place), "--no-worker") as answers:
                yield answers(), Path(place)
            database.close()
    finally:
        database.connect(served.folder)


@pytest.fixture
def empty(sit: Any, empty_server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Where it is, and the key that it shows. What its worker would do is done here, on little: a small sample, few
    paths. Afterwards nobody is there again."""
    from solvent_server.jobs import sample, worker  # noqa: PLC0415 (needs the store)
    from solvent_server.store.start import first  # noqa: PLC0415

    url, folder = empty_server
    database.connect(folder)
    monkeypatch.setattr(worker, "assess_company", partial(worker.assess_company, short=True))
    monkeypatch.setattr(sample, "generate", lambda plan: company(4, "stall"))
    monkeypatch.setattr(sample, "assess_company", with_assessment)
    shown = re.search(r"\b[0-9a-f]{8}(-[0-9a-f]{8}){3}\b", (folder / "serve.log").read_text("utf-8"))
    assert shown, "the server shows the key where it was started"
    yield url, shown[0] if first.is_key(shown[0]) else str(first.new_key())
    nobody_any_more()


def nobody_any_more() -> None:
    """Everything out of the store but its trail, for another first visit to the same server."""
    from django.apps import apps  # noqa: PLC0415 (needs the store)
    from django.db import connection  # noqa: PLC0415

    from solvent_server.store import guards  # noqa: PLC0415
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    with database.writing(), guards.lifted(), connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model is not AuditLine and model._meta.app_label not in ("contenttypes", "migrations"):
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
    shutil.rmtree(database.folder() / "assessments", ignore_errors=True)


def work() -> None:
    """What waits is done, as by a worker."""
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)

    assert worker.do_next(), "nothing was asked for"
    while worker.do_next():
        pass


@pytest.mark.parametrize("language", ["en", "zh"])
def test_somebody_comes_first_begins_and_looks_around(sit: Any, empty: tuple[str, str], language: str) -> None:
    """By the key, in five steps to the first assessment of the own books; then the sample, come and gone."""
    url, key = empty
    seen = sit(None, language, at=f"{url}/")
    let_in(seen, key)
    home = seen.page.url
    assert steps(seen) == ["company"]
    for step, name, data in (("receivables", "items.csv", ITEMS), ("bank", "bank.sta", BANK)):
        bring(seen, step, name, data)
        seen.page.goto(home)
    assert steps(seen)[:3] == ["company", "receivables", "bank"]
    add_somebody(seen)
    seen.page.goto(home)
    assess(seen)
    seen.page.goto(home)
    look_at_the_sample(seen, url)
    answer = seen.page.goto(home)
    assert answer.status == 200, "what is one's own stays"


def let_in(seen: Seen, key: str) -> None:
    """The first person with the key, and the company."""
    page = seen.open("")
    for name, what in (("key", key), ("name", "mei"), ("password", OWN)):
        page.locator(f"[name={name}]").fill(what)
    page.get_by_role("button", name=seen.say("Let me in")).click()
    seen.arrive("/first/company/")
    page.locator("[name=name]").fill("码头工坊")
    page.locator("[name=currency]").fill("CNY")
    page.get_by_role("button", name=seen.say("Begin")).click()
    seen.arrive("/start/")


def bring(seen: Seen, step: str, name: str, data: str) -> None:
    """A file under one of the steps, read and loaded, and its progress seen."""
    page = seen.page
    part = page.locator(f"li[aria-labelledby=step-{step}]")
    if part.locator("details").first.get_attribute("open") is None:
        part.locator("summary").first.click()
    part.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": data.encode()})
    part.get_by_role("button", name=seen.say("Read the files")).click()
    seen.arrive("/imports/files/")
    page.locator("#file progress").wait_for()
    work()
    page.locator("button[name=do][value=load]").click()
    page.locator("#file progress").wait_for()
    work()
    page.locator("#file .said").wait_for()


def add_somebody(seen: Seen) -> None:
    """A second person, whose role counts at once while nobody else settles roles."""
    from solvent_server.store.models import Member  # noqa: PLC0415 (needs the store)

    page = seen.page
    page.locator("li[aria-labelledby=step-people] a.button").click()
    seen.arrive("/settings/")
    page.goto(page.locator("main a[href$='/settings/people/']").first.evaluate("one => one.href"))
    form = page.locator("form[action$='/people/add/']")
    form.locator("[name=name]").fill("lin")
    form.locator("[name=role]").select_option("collector")
    form.get_by_role("button").click()
    page.locator(".once").wait_for()
    assert Member.objects.get(user__username="lin").role == "collector"


def assess(seen: Seen) -> None:
    """The last step, its progress seen, and on to the first page."""
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Company  # noqa: PLC0415

    page, code = seen.page, Company.objects.get().code
    before = assessments.latest(code)  # what was loaded may have called for one already
    page.locator("button[value=assess]").click()
    page.locator("#going progress").wait_for()
    work()
    page.locator("#going progress").wait_for(state="detached")
    now = assessments.latest(code)
    assert now is not None
    assert before is None or now.folder != before.folder
    assert len(steps(seen)) == 5
    page.get_by_role("link", name=seen.say("Open today's page")).click()
    page.locator("section[aria-labelledby=card-cash]").wait_for()


def look_at_the_sample(seen: Seen, url: str) -> None:
    """It comes with one click, and goes with another and a word that one means it."""
    from solvent_server.store.models import Company  # noqa: PLC0415 (needs the store)

    page = seen.page
    page.locator("button[value=sample]").click()
    seen.arrive("/c/sample/start/")
    page.locator("#going progress").wait_for()
    work()
    page.locator("#step-first .is-done").wait_for()
    page.goto(url + "/c/sample/")
    page.locator(".sample a").click()
    seen.arrive("/start/remove/")
    page.locator("[name=sure]").check()
    page.get_by_role("button", name=seen.say("Remove it")).click()
    page.wait_for_url(lambda told: "/sample/" not in told)
    assert list(Company.objects.values_list("names", flat=True)) == [["码头工坊"]]


def steps(seen: Seen) -> list[str]:
    """The steps that are marked as done."""
    heads = seen.page.locator(".five h2:has(.is-done)").all()
    return [str(head.get_attribute("id")).removeprefix("step-") for head in heads]
