"""What somebody sees who is lost, is turned away, or comes while something breaks: a page of ours, in his language."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.parametrize(("language", "says"), [("en", "No such page"), ("zh", "没有这个页面")])
def test_an_address_that_leads_nowhere(client, language: str, says: str) -> None:
    for address in ("/nowhere/", "/c/nowhere/", "/c/own/nowhere/"):
        answer = client("cfo", language).get(address)
        assert answer.status_code == 404
        assert says in answer.content.decode()
        assert "<main" in answer.content.decode()


def test_a_form_that_comes_from_elsewhere(client) -> None:
    person = client("cfo")
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    strict.cookies = person.cookies
    answer = strict.post(reverse("alarm_undo", args=("own",)))
    assert answer.status_code == 403
    assert "Not allowed" in answer.content.decode()


def test_what_breaks_is_told_with_a_number_and_without_its_reason(client, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("the inner reason")

    monkeypatch.setattr("solvent_server.store.access.places", breaks)
    person = client("cfo")
    person.raise_request_exception = False
    answer = person.get("/")
    assert answer.status_code == 500
    assert "Something broke" in answer.content.decode()
    assert answer.headers["X-Request-ID"] in answer.content.decode()
    assert "inner reason" not in answer.content.decode()
