"""Every page: no error, within two seconds, light to carry, for everybody to use, in one language and no other.

The pages are those of the list of addresses; a new one is looked at without anybody saying so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import polars as pl
import pytest
from seen import PHONE, WIDE, Seen

from solvent_server.store import access
from solvent_server.web.parts.menu import ROOMS
from thorough import cases

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
GRAVE = {"serious", "critical"}
ORDER = {"heading-order", "landmark-unique", "region"}
"""Moderate findings that are none here either: by these a page is found one's way through without seeing it."""
PAGE_BYTES, CHARTS_BYTES = 300_000, 200_000
CHARTS = re.compile(r"/static/.*charts?\b")
"""Addresses of the library that draws, which is weighed apart."""
LOOKS = [(size, dark) for dark in (False, True) for size in (WIDE, PHONE)]

AGREED = frozenset(
    "Solvent English Altman Excel Odoo ERPNext Markdown SQLite PostgreSQL "  # noqa: SIM905 (a list to add to)
    "Ctrl Enter Esc Tab utf".split()
)
"""What is called so in Chinese too: ourselves, authors of models, programs, keys, parts of codes. Words in capitals
(DSO, CSV) may stand everywhere, and so may all that stands in the books."""
CODES = re.compile(
    r"https?://[\w./:?=&-]+|``[^`]*``|[\w-]+\.(?:csv|toml)\b|\bsolvent(?: [a-z-]+(?![\w.-]))+|--[a-z-]+"
    r"|\b[0-9a-f]{12}\b|\b[a-z]+(?:[_.:][a-z]+)+\b"
)
"""What is written so in every language: addresses, commands, names of files, of terms and of columns, digests."""
NOT_HERE = {"backup", "connect_act", "connection_act"}
"""Addresses of what the company of these tests has none of: files of backups, acts on connections."""
LEADS = re.compile(r'(?:href|action|hx-get)="(/c/lantern/[^"?#]*)')
HAN = re.compile(r"[\u3400-\u9fff]+")
Places = Mapping[str, tuple[str, str]]
"""Name of a page to its address within the company, and a role that may see it."""


@pytest.fixture(scope="package")
def places(served: Any) -> Places:
    """Every page; what stands in an address is what other pages lead to."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)
    from django.test import Client  # noqa: PLC0415
    from django.urls import Resolver404, resolve  # noqa: PLC0415

    from solvent_server.urls import COMPANY  # noqa: PLC0415

    told = {one.name: one for one in COMPANY}
    waiting = [f"/c/lantern/{one.pattern}" for one in COMPANY if "<" not in str(one.pattern)]
    found, seen, client = {}, set(), Client()
    while waiting:
        address = waiting.pop()
        try:
            name = resolve(address).url_name
        except Resolver404:
            continue
        if name in seen:
            continue
        seen.add(name)
        role = next(role for role, may in access.ROLES.items() if told[name].callback.action in may)
        client.force_login(User.objects.get(username=role), "allauth.account.auth_backends.AuthenticationBackend")
        answer = client.get(address)
        if answer.status_code == 302:
            waiting.append(answer.headers["Location"].split("?")[0])
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        body = answer.content.decode()
        waiting += LEADS.findall(body)
        if body.lstrip().startswith("<!doctype html>"):
            found[name] = (address.removeprefix("/c/lantern/"), role)
    missing = {name for name in set(told) - seen if client.get(any_of(str(told[name].pattern))).status_code != 405}
    assert not missing - NOT_HERE, "no page leads there: show one in the company of these tests"
    return found


def any_of(pattern: str) -> str:
    """An address of the pattern, of something that need not be there: enough to learn whether it may be asked for."""
    return "/c/lantern/" + re.sub(r"<(\w+):\w+>", lambda part: "1" if part[1] == "int" else "x", pattern)


@pytest.fixture(scope="package")
def data(served: Any) -> frozenset[str]:
    """Every text that stands in the books but codes, and names of people and files: nothing of it is our wording."""
    from solvent_server.store import books  # noqa: PLC0415 (needs the store)

    named = written() | {*access.ROLES, "anna", "test", "lantern", "Lantern Ltd", "amount", "currency"}
    told = {*named, "灯塔工坊", "海港贸易"}
    for frame in books.ledger(served.company).tables.values():
        for column in frame.select(pl.selectors.string()).unique().collect():
            told |= set(column.drop_nulls().to_list())
    return frozenset(text for text in told if (text and not re.fullmatch(r"[a-z_]+", text)) or text in named)


def written() -> set[str]:
    """What people of these tests have written: reasons, answers, remarks, and the rows that they proposed."""
    from django.apps import apps  # noqa: PLC0415 (needs the store)

    told: set[str] = set()
    for model in apps.get_app_config("store").get_models():
        names = [one.name for one in model._meta.fields if one.name in ("reason", "answer", "text", "note", "remark")]
        for name in names:
            told |= {str(text) for text in model.objects.values_list(name, flat=True).distinct() if text}
        if model.__name__ == "Proposal":
            rows = model.objects.values_list("row", flat=True)
            told |= {text for row in rows for text in row.values() if isinstance(text, str) and text}
    return {text for text in told if not text.startswith("proposal ")}


def test_every_room_of_the_menu_is_looked_at(places: Places) -> None:
    told = {name for name, _, _, act in ROOMS if any(act in may for may in access.ROLES.values())}
    assert told - set(places) <= {"settings"}, "what only leads on to another page is none"
    assert len(places) > 30


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page(sit: Any, places: Places, data: frozenset[str], language: str) -> None:
    """Light, in one language, and axe finds nothing grave: in light and dark, wide and on a phone, where no page is
    wider than its window. By default each page is looked at in two of the four ways, one in each language."""
    wrong: dict[str, list[str]] = {}
    windows: dict[str, tuple[Seen, list[int]]] = {}
    for number, (name, (where, role)) in enumerate(sorted(places.items())):
        if role not in windows:
            seen = sit(role, language)
            windows[role] = (seen, scale(seen))
        seen, carried = windows[role]
        told = []
        for turn in range(cases(1, 4)):
            size, dark = LOOKS[(number + 2 * (language == "zh") + turn) % 4]
            seen.page.set_viewport_size({"width": size[0], "height": size[1]})
            seen.page.emulate_media(color_scheme="dark" if dark else "light")
            carried[:] = [0, 0]
            seen.open(where)
            seen.settle()
            told += findings(seen)
            over = seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                told.append(f"{over} pixels wider than {size[0]}")
        assert carried[0] > 1_000, "nothing was weighed"
        if carried[0] > PAGE_BYTES or carried[1] > CHARTS_BYTES:
            told.append(f"weighs {carried}")
        told += [f"mixed: {text}" for text in seen.page.evaluate(TEXTS) if strange(text, data, language)]
        if told:
            wrong[name] = told
    assert not wrong, "\n".join(f"{name}: {one}" for name, told in wrong.items() for one in told)


def findings(seen: Seen) -> list[str]:
    """What axe finds of weight: the rule, where, why. No more than that comes over, for all that axe tells is much."""
    seen.page.evaluate(f"() => {{ if (!window.axe) {{ {AXE} }} }}")
    told: list[str] = seen.page.evaluate(FOUND, [*GRAVE, *ORDER])
    return told


FOUND = """async (wanted) => {
  const told = await axe.run(document, {resultTypes: ['violations']});
  return told.violations.filter((one) => wanted.includes(one.impact) || wanted.includes(one.id))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target} ${node.failureSummary}`));
}"""


def test_what_cannot_be_used_is_found(sit: Any) -> None:
    seen = sit("cfo")
    seen.open("alarms/")
    inside = "<input><p><img src=data:,></p><h1>A</h1><h4>B</h4><nav aria-label=X></nav><nav aria-label=X></nav>"
    seen.page.evaluate("inside => { document.querySelector('main').innerHTML = inside }", inside)
    seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p>left outside</p>')")
    assert {told.split(":")[0] for told in findings(seen)} == {"label", "image-alt", *ORDER}


def strange(text: str, data: frozenset[str], language: str) -> bool:
    """True where something of the other language is left when what stands in the books is taken out."""
    text = CODES.sub(" ", text)
    if not others(text, language):
        return False
    if text.endswith("..."):  # a name that a chart has no room for
        return not any(value.startswith(text.removesuffix("...")) for value in data)
    folded = text.casefold()
    for value in sorted((value for value, said in folded_of(data) if said in folded), key=len, reverse=True):
        text = re.sub(re.escape(value), " ", text, flags=re.IGNORECASE)  # a sentence may begin with it
    return bool(others(text, language))


@cache
def folded_of(data: frozenset[str]) -> list[tuple[str, str]]:
    """Each with its letters alike, once for all."""
    return [(value, value.casefold()) for value in data]


def others(text: str, language: str) -> set[str]:
    """Words of the other language."""
    if language == "en":
        return set(HAN.findall(text)) - {"中文"}
    return {word for word in re.findall(r"[A-Za-z]{3,}", text) if not word.isupper()} - AGREED


def test_a_stray_word_is_found() -> None:
    data = frozenset({"宁波 Brands", "INV-1"})
    assert strange("Receivables 应收", data, "en")
    assert strange("open 未收 INV-1", data, "zh")
    assert not strange("宁波 Brands owes INV-1", data, "en")
    assert not strange("宁波 Brands 欠款 INV-1,见 CSV", data, "zh")
    assert not strange("宁波 Br...", data, "zh")
    assert strange("Lantern Br...", data, "zh")
    assert not strange(
        "运行 solvent daily --data，见 https://a.example/b 与 solvent assess --policy policy.toml", data, "zh"
    )
    assert strange("run 运行 solvent daily", data, "zh")


TEXTS = """() => {
  const page = document.documentElement.lang, foreign = (at) => at.closest('[lang]').lang !== page;
  const told = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    const text = walk.currentNode.data.trim();
    if (text && !at.closest('script, style, code, pre, noscript') && !foreign(at)) told.push(text);
  }
  for (const one of document.querySelectorAll('[placeholder], [title], [aria-label], [alt]'))
    for (const name of ['placeholder', 'title', 'aria-label', 'alt'])
      if (one.getAttribute(name) && !foreign(one)) told.push(one.getAttribute(name));
  told.push(document.title);
  return told;
}"""


def scale(seen: Seen) -> list[int]:
    """Bytes on the wire from now on, nothing taken from what was kept: of everything, and of the library that draws."""
    wire = seen.context.new_cdp_session(seen.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}
    sums = [0, 0]

    def add(told: Mapping[str, Any]) -> None:
        sums[bool(CHARTS.search(names.get(told["requestId"], "")))] += int(told["encodedDataLength"])

    wire.on("Network.responseReceived", lambda told: names.update({told["requestId"]: told["response"]["url"]}))
    wire.on("Network.loadingFinished", add)
    return sums
