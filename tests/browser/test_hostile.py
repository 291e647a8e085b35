"""Hostile words: 300 strings as names, reasons and names of files: shown as they are, and nothing of them runs."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl
import pytest

from solvent.assessment import assess
from solvent.base.terms import Policy
from solvent.books.books import open_books
from solvent.simulation.horizon import Outlooked
from thorough import cases

HIT = "window.hit=1"
SCRIPTS = [
    f"<script>{HIT}</script>", f"<img src=x onerror={HIT}>", f"<svg onload={HIT}>", f"\"><script>{HIT}</script>",
    f"'><img src=x onerror='{HIT}'>", f"</title><script>{HIT}</script>", f"</textarea><script>{HIT}</script>",
    f"<a href=\"javascript:{HIT}\">x</a>", f"javascript:{HIT}", f"\" autofocus onfocus={HIT} x=\"",
    f"' onmouseover='{HIT}", f"<details open ontoggle={HIT}>", f"<body onload={HIT}>",
    f"<iframe srcdoc=\"<script>{HIT}\">",
    f"<input autofocus onfocus={HIT}>", "<style>@import'//evil'</style>", "<base href=//evil/>", f"<!--<script>{HIT}",
    f"<math><mtext></p><img src onerror={HIT}>", f"<template><script>{HIT}</script></template>", f"&lt;script&gt;{HIT}",
    f"%3Cscript%3E{HIT}%3C/script%3E", f"<scr<script>ipt>{HIT}</scr</script>ipt>", f"<object data=javascript:{HIT}>",
    f"<form action=javascript:{HIT}><button>", f"<meta http-equiv=refresh content=0;url=javascript:{HIT}>",
    "<div hx-get=/c/x/ hx-trigger=load>", f"<div hx-on:click={HIT}>", "<p data-go=//evil>",
    "<link rel=stylesheet href=//evil>",
]  # fmt: skip
TEMPLATES = [
    "{{7*7}}", "{% raise %}", "{{ request }}", "{{ look.company }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{name}", "{0}",
    "{0.__class__}", "%(name)s", "%s%s%s%n", "{{config}}", "{#", "{%- for x in y %}", "$(id)", "`id`", "[[7*7]]",
    "{{''}}",
    "{count}",
]  # fmt: skip
FORMULAS = [
    "=1+1", "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"//evil\",\"x\")", "\t=1+1", "=IMPORTXML(1)",
    "-1,5", "=\"x\"&A1", ";=1", "|calc", "=DDE(1)", "+cmd", "@x",
]  # fmt: skip
SQL = [
    "' OR 1=1 --", "'; DROP TABLE store_company; --", "\" OR \"\"=\"", "1; SELECT pg_sleep(9)", "') UNION SELECT 1 --",
    "\\'; --", "%' AND 1=0 --", "_%", "Robert'); DROP TABLE students;--", "NULL",
]  # fmt: skip
LETTERS = [
    "\u202egnp.exe", "\u2066left\u2069", "مرحبا بالعالم", "שלום עולם", "👩‍👩‍👧‍👦 & Co", "🏴‍☠️", "Z̷a̷l̷g̷o̷", "ﷺ",
    "\u200bzero\u200dwidth",
    "𝕾𝖔𝖑𝖛𝖊𝖓𝖙", "甲\u3000乙", "x" * 190, "字" * 190, "a b" * 60, "\u00a0", "ℝ﷽", "٣٤٥", "－１２３", "İstanbul ı",
    "ß ﬁ Ω",
]  # fmt: skip
HEADS = [
    "a\r\nSet-Cookie: hit=1", "a\nLocation: //evil", "a; filename=evil.exe", "a\"; x=\"", "../../etc/passwd",
    "..\\..\\x",
    "C:\\x", "/etc/passwd", "con", "a%0d%0aX-Hit: 1", "file:///x", "a?b=c#d", "a&b=c", "a/b", "index.html",
]  # fmt: skip
KINDS = (SCRIPTS, TEMPLATES, FORMULAS, SQL, LETTERS, HEADS)
ALONE = [text for kind in KINDS for text in kind]
PAIRED = [f"{a} {b}" for a, b in zip(SCRIPTS * 7, (ALONE[7:] + ALONE[:7]) * 2, strict=False)]
HOSTILE = (ALONE + PAIRED)[:300]
CODE = "hostile"
PLACES = (
    "customers/?size=200", "customers/?size=200&page=2", "alarms/", "alarms/?each=1&size=200", "receivables/?size=200",
    "receivables/items/?size=200", "receivables/items/?size=200&page=2", "", "imports/", "desk/limits/?size=200",
)  # fmt: skip


def plain(text: str) -> str:
    """The text with its white space as a browser shows it, without marks of direction: papers leave those out."""
    return " ".join(re.sub("[\x00\u202a-\u202e\u2066-\u2069]", "", text).split())


@pytest.fixture(scope="package")
def named(served: Any) -> dict[str, str]:
    """A company of customers with hostile names, all of them late; gives number to name."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.jobs.daily import play  # noqa: PLC0415
    from solvent_server.store import batches, books, work  # noqa: PLC0415
    from solvent_server.store.keeping import assessments  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    assert len(HOSTILE) == len(set(HOSTILE)) == 300
    company = work.set_company(CODE, "test", names=[SCRIPTS[3]], currency="CNY")
    Member.objects.get_or_create(user=User.objects.get(username="cfo"), company=company, role="cfo")
    numbers = [f"H{place:03d}" for place in range(300)]
    told_on = [date(2026, 1, 5)] * 300
    customers = pl.DataFrame({"customer_id": numbers, "name": HOSTILE, "recorded_on": told_on})
    late = pl.DataFrame(
        {
            "invoice_id": [f"I{number}" for number in numbers],
            "item_id": [f"I{number}" for number in numbers],
            "customer_id": numbers,
            "issued_on": told_on,
            "recorded_on": told_on,
            "due_on": [date(2026, 2, 5)] * 300,
            "currency": ["CNY"] * 300,
            "amount": [100_000 + place for place in range(300)],
        }
    )
    batches.record(company, {"customers": customers, "open_items": late}, kind="person", actor="test")
    opened = open_books(books.ledger(company), date(2026, 6, 30))
    run = assess(opened, Policy(opened.as_of, {Outlooked.key: [(opened.as_of, {"paths": 100})]}), seed=1)
    assessments.keep(CODE, run, "2026-07-01T06:00:00")
    play(company, run)
    return dict(zip(numbers, HOSTILE, strict=True))


def quiet(seen: Any) -> None:
    """Nothing ran, nothing was refused, nobody was led away."""
    assert seen.page.evaluate("window.hit") is None
    strange = "main script:not([type*=json]), main iframe, main object"
    assert seen.page.locator(strange).count() == 0
    assert seen.wrong == []


def test_hostile_names_are_only_text(sit: Any, served: Any, named: dict[str, str]) -> None:
    seen = sit("cfo", "en", CODE, cookie="cfo")
    for where in PLACES:
        seen.open(where)
        seen.settle()
        quiet(seen)
    shown: set[str] = set()
    for page in (1, 2):
        seen.open(f"customers/?size=200&page={page}")
        shown |= {plain(text) for text in seen.page.locator("#listed tbody td:first-child").all_text_contents()}
    wanted = {plain(name) or number for number, name in named.items()}  # one without a name goes by its number
    assert wanted - shown == set()


def test_a_hostile_customer_has_a_page_like_any_other(sit: Any, served: Any, named: dict[str, str]) -> None:
    seen = sit("cfo", "zh", CODE, cookie="cfo")
    for number in list(named)[:: cases(15, 1)]:
        for where in (f"customers/{number}/", f"customer-report/{number}/"):
            seen.open(where)
            quiet(seen)
        assert plain(named[number]) in plain(seen.page.locator("body").text_content() or "")


def test_hostile_files_and_reasons_are_only_text(sit: Any, served: Any, named: dict[str, str]) -> None:
    """Names of files, rows that are refused, and the file by which they come back."""
    seen = sit("cfo", "en", CODE, cookie="cfo")
    head = "customer_id,invoice_id,issued_on,due_on,currency,amount\n"
    for place, text in enumerate(HOSTILE[:: cases(30, 4)]):
        row = f'"{text.replace(chr(34), chr(34) * 2)}",N-{place},no day,2026-10-04,CNY,5.00\n'
        page = seen.open("imports/")
        files = {"name": f"{text[:80]}.csv", "mimeType": "text/csv", "buffer": (head + row).encode()}
        page.locator("input[type=file]").set_input_files(files)
        page.get_by_role("button", name="Read the files").click()
        seen.arrive("/imports/")
        page.locator("#file .lead, #at-hand").first.wait_for()
        quiet(seen)
        link = page.locator("a[href*='/rejected/']")
        if link.count():
            answer = page.request.get(link.first.evaluate("one => one.href"))
            assert answer.status == 200
            heads = {name.lower() for name in answer.headers}
            assert not heads & {"x-hit", "location"}
            assert "hit=1" not in answer.headers.get("set-cookie", "")
            assert re.match(r'attachment; filename="?[\w.-]+"?', answer.headers["content-disposition"])
            cells = answer.text().lstrip("\ufeff").splitlines()
            assert not any(cell.startswith(("=", "+", "@", "-", "\t")) for cell in cells)


def test_hostile_reasons_are_only_text(sit: Any, served: Any, named: dict[str, str]) -> None:
    seen = sit("cfo", "en", CODE, cookie="cfo")
    told = HOSTILE[:: cases(40, 10)]
    for place, text in enumerate(told):
        page = seen.open(f"desk/limits/H{place:03d}/")
        page.locator("[name=amount]").fill("5000000")
        page.locator("[name=terms]").fill("30")
        page.locator("textarea[name=reason]").fill(text)
        page.locator("main form button").last.click()
        page.locator("main .said, main .wrong").first.wait_for()
        quiet(seen)
    seen.open("desk/approvals/")
    quiet(seen)
    body = plain(seen.page.locator("main").text_content() or "")
    assert [text for text in told if plain(text) and plain(text) not in body] == []
