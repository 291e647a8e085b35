"""The page of programs: only an administrator makes tokens and hooks there, and a secret is shown once."""

from __future__ import annotations

import re

import pytest


def own():
    from solvent_server.store.models import Company  # noqa: PLC0415 (needs the store)

    return Company.objects.get(code="own")


@pytest.fixture
def page(client, monkeypatch):
    """``page(do=..., ...)``: what the page answers an administrator who has just shown that it is he."""
    from solvent_server.web.parts import stepup  # noqa: PLC0415 (needs the store)

    monkeypatch.setattr(stepup, "confirmed", lambda request: True)
    administrator = client("administrator")

    def asked(address: str = "", **form):
        path = f"/c/own/settings/programs/{address}"
        return administrator.post(path, form) if form else administrator.get(path)

    return asked


def test_a_token_is_made_shown_once_and_revoked(page) -> None:
    from solvent_server.store.connect import tokens  # noqa: PLC0415 (needs the store)

    empty = page().content.decode()
    assert "No program may ask anything yet" in empty
    made = page(do="token", name="web shop", person="cfo", scopes=["read", "orders"], days="30", rate="60")
    assert made.headers["Cache-Control"] == "no-store"
    secret = re.search(r"solvent_[\w-]{40,}", made.content.decode())[0]
    assert secret not in page().content.decode()
    row = tokens.found(secret)
    assert (row.name, row.scopes, row.rate, row.made_by) == ("web shop", ["orders", "read"], 60, "administrator")
    assert "web shop" in page().content.decode()
    again = page(do="token", name="web shop", person="cfo", scopes=["read"], days="", rate="1")
    assert (again.status_code, "in use already" in again.content.decode()) == (400, True)
    assert page(f"{row.id}/", do="token").status_code == 302
    assert tokens.found(secret) is None
    assert "revoked" in page().content.decode()


def test_a_token_reaches_no_further_than_its_person(page) -> None:
    for person, scope in (("sales", "data"), ("administrator", "read"), ("cfo-elsewhere", "read"), ("cfo", "all")):
        told = page(do="token", name="too far", person=person, scopes=[scope], days="", rate="60")
        assert told.status_code == 400, person


def test_hooks_and_messages(page, monkeypatch) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415 (needs the store)

    from solvent_server.store.connect import hooks  # noqa: PLC0415
    from solvent_server.store.models import Delivery  # noqa: PLC0415

    refused = page(do="out", name="erp", person="cfo", url="https://erp.example/x", events=["alarm.opened"])
    assert "SOLVENT_HOOK_HOSTS" in refused.content.decode()
    monkeypatch.setattr(settings, "SOLVENT_HOOK_HOSTS", ["erp.example"])
    made = page(do="out", name="erp", person="cfo", url="https://erp.example/x", events=["alarm.opened"])
    assert re.search(r"hook_[0-9a-f]{64}", made.content.decode())
    page(do="in", name="registry", person="cfo", said="")
    rows = {row.name: row for row in hooks.every(own())}
    shown = page().content.decode()
    assert f"/api/v1/companies/own/hooks/{rows['registry'].id}/events" in shown
    now = datetime.now(UTC)
    one = Delivery.objects.create(
        hook=rows["erp"], number="alarm:1:1", event="alarm.opened", body="{}", state="dead", tries=8, made_at=now,
        next_at=now, error="timeout",
    )  # fmt: skip
    assert "no answer in time" in page().content.decode()
    assert page(f"{one.id}/", do="replay").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.tries) == ("waiting", 0)
    for row in rows.values():
        page(f"{row.id}/", do="hook")
    assert not [row for row in hooks.every(own()) if row.revoked_at is None]


def test_the_page_speaks_chinese_and_writes_only_after_confirming(client, monkeypatch) -> None:
    told = client("administrator", "zh").get("/c/own/settings/programs/").content.decode()
    assert "令牌" in told
    from solvent_server.store.models import Token  # noqa: PLC0415 (needs the store)
    from solvent_server.web.parts import stepup  # noqa: PLC0415

    monkeypatch.setattr(stepup, "confirmed", lambda request: False)
    monkeypatch.setattr(stepup, "can_confirm", lambda request: True)
    form = {"do": "token", "name": "late", "person": "cfo", "scopes": "read", "days": "", "rate": "60"}
    answer = client("administrator").post("/c/own/settings/programs/", form)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/")
    assert not Token.objects.filter(name="late").exists()
