"""Every page in both languages: it answers, says nothing in the other language, and is safe."""

from __future__ import annotations

import re

import pytest
from test_access import of_a_company

from solvent_server.store import access

WRITES = frozenset({"import"})


def pages() -> list[str]:
    return sorted(address for address, view in of_a_company())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_answers(client, language: str) -> None:
    for role in access.ROLES:
        for address, view in of_a_company():
            if view.action in access.ROLES[role]:
                answer = client(role, language).get(address)
                if answer.status_code == 302:  # only on to another page of the same company
                    assert answer.headers["Location"].startswith("/c/own/"), (role, address)
                    answer = client(role, language).get(answer.headers["Location"])
                assert answer.status_code in (200, 405), (role, address, answer.status_code)


def test_pages_are_guarded(client) -> None:
    answer = client("cfo").get("/c/own/")
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert not re.search(r"<[^>]+ (style|on\w+)=", answer.content.decode()), "no style or script in a tag"


def test_the_language_is_kept_once_chosen(client) -> None:
    one = client("cfo", "zh")
    assert b'lang="zh-CN"' in one.get("/c/own/").content
    assert one.post("/tongue/", {"to": "en", "next": "/c/own/"}).headers["Location"] == "/c/own/"
    assert b'<html lang="en">' in one.get("/c/own/").content
    assert one.post("/tongue/", {"to": "zh", "next": "https://elsewhere.example/"}).headers["Location"] == "/"


def test_a_list_filters_sorts_pages_and_exports(client) -> None:
    cfo = client("cfo")
    whole = cfo.get("/c/own/customers/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(whole) > 5
    one = whole[1].split(",")[0]
    found = cfo.get("/c/own/customers/", {"q": one[:6]}).content.decode()
    assert one in found
    assert "1 to " in found
    assert "No customer fits" in cfo.get("/c/own/customers/", {"q": "zzzz"}).content.decode()
    for asked in ("?page=999999", "?page=x", "?sort=nothing", "?grade=Q", "?sort=-overdue&page=-3"):
        assert cfo.get(f"/c/own/customers/{asked}").status_code == 200
