"""Who may see what: every address, every role, one's own company and another's; generated from the addresses."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from types import CellType
from typing import ClassVar

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, resolve

from solvent_server.store import access
from solvent_server.web.parts import page
from solvent_server.web.parts.page import Look

OUTSIDE = "accounts/"
"""Addresses of the log-in, which have their own rules."""


def addresses(patterns: object = None, before: str = "") -> Iterator[tuple[str, object]]:
    """Every address with its view."""
    if patterns is None:
        from solvent_server.urls import urlpatterns as patterns  # noqa: PLC0415 (needs the store)
    for one in patterns:
        told = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, told)
        else:
            assert isinstance(one, URLPattern)
            yield told, one.callback


def filled(address: str) -> str:
    for told, value in (
        ("<slug:company>", "own"),
        ("<path:customer_id>", "C0001"),
        ("<slug:by>/<path:key>", "region/%3F"),
        ("<int:errand_id>", "1"),
        ("<int:batch_id>", "1"),
        ("<path:case_id>", "balance_too_high:C0009:2026-10-19"),
        ("<slug:rule>", "delay_rise"),
        ("reports/<slug:name>", "reports/ageing"),
        ("<slug:name>.<slug:kind>", "receipts.csv"),
        ("figure/<slug:name>", "figure/dso"),
        ("origin/<slug:table>", "origin/customers"),
        ("<int:number>", "1"),
        ("<path:item_id>", "I000100011-1"),
        ("<path:receipt_id>", "R000120432"),
        ("<path:dispute_id>", "D-1"),
        ("<slug:number>", "0a0a0a0a"),
        ("figure/<slug:name>", "figure/dso"),
        ("<str:family>", "measures.aging"),
        ("<str:term>", "edges"),
        ("<str:person>", "cfo"),
        ("<str:name>", "solvent-2026-01-01T000000.zip"),
    ):
        address = address.replace(told, value)
    assert "<" not in address, f"tell the test what to put into {address}"
    return f"/{address}"


def of_a_company() -> Iterator[tuple[str, object]]:
    for address, view in addresses():
        if address.startswith("c/"):
            yield filled(address), view


def test_every_address_has_a_rule(site) -> None:
    bare = [address for address, view in addresses() if not address.startswith(OUTSIDE) and not hasattr(view, "action")]
    assert not bare, "views without a rule of who may see them"


def test_nobody_sees_a_company_without_logging_in(client) -> None:
    for address, _ in of_a_company():
        answer = client(None).get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Look]]:
    """In the place of every view of a company a mere note of who came through the gate before it: the gates stay as
    they hang in the list of addresses, and nothing behind them is made."""
    came: list[Look] = []

    def noted(look: Look, *_: object, **__: object) -> HttpResponse:
        came.append(look)
        return HttpResponse("came in")

    gates = [gate_of(view) for _, view in of_a_company()]
    views = [gate.cell_contents for gate in gates]
    for gate in gates:
        gate.cell_contents = noted
    yield came
    for gate, view in zip(gates, views, strict=True):
        gate.cell_contents = view


def gate_of(view: object) -> CellType:
    """Where the gate of ``page`` holds the view that it stands before; whatever hangs before the gate is passed."""
    while view.__code__ is not GATE:
        view = view.__wrapped__
    return view.__closure__[GATE.co_freevars.index("view")]


GATE = page.page("see")(lambda look: HttpResponse()).__code__


@pytest.mark.parametrize("role", access.ROLES)
def test_the_gate_lets_a_role_to_what_it_may_and_to_nothing_of_another_company(client, behind, role: str) -> None:
    """Whatever is asked, and by whichever method, the view is not even begun where it may not be seen."""
    inside, outside = client(role), client(f"{role}-elsewhere")
    for address, view in of_a_company():
        for one, allowed in ((inside, view.action in access.ROLES[role]), (outside, False)):
            behind.clear()
            answer = one.get(address)
            assert (answer.status_code, answer.content == b"came in") == ((200, True) if allowed else (404, False)), (
                address
            )
            by_post(address, answer.wsgi_request, allowed)
            assert [(look.role, look.company.code) for look in behind] == [(role, "own")] * 2 * allowed, address


def by_post(address: str, request: HttpRequest, allowed: bool) -> None:
    """The same person asks the gate alone, by the other method; it is no other gate."""
    view, parts, named = resolve(address)
    request.method = "POST"
    with nullcontext() if allowed else pytest.raises(Http404):
        view(request, *parts, **named)


def test_who_has_no_role_sees_nothing_of_any_company(client) -> None:
    nobody = client("nobody")
    for address, _ in of_a_company():
        answer = nobody.get(address)
        assert answer.status_code == 404, address
        by_post(address, answer.wsgi_request, allowed=False)


class Asking(Look):
    """A look that notes what its page asks of the role, and what it was told."""

    asked: ClassVar[dict[str, object]] = {}

    def may(self, action: str) -> bool:
        self.asked[action] = super().may(action)
        return self.asked[action]

    def __getattribute__(self, name: str) -> object:
        told = super().__getattribute__(name)
        if name == "role" and sys._getframe(1).f_code not in (Look.may.__code__, Look.render.__code__):
            self.asked["the role itself"] = told
        return told


def answers(asked: dict[str, object], role: str) -> dict[str, object]:
    """What a role is told to the same questions."""
    return {name: role if name == "the role itself" else name in access.ROLES[role] for name in asked}


def test_every_page_is_there_for_whoever_may_see_it(client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is made for each role for which it is another one: roles that are told the same to all that a page asks
    of them get the same page, and it is made for the first of them."""
    monkeypatch.setattr(page, "Look", Asking)
    made: dict[str, list[dict[str, object]]] = {}
    for role in access.ROLES:
        inside = client(role)
        for address, view in of_a_company():
            known = made.setdefault(address, [])
            if view.action not in access.ROLES[role] or any(asked == answers(asked, role) for asked in known):
                continue
            Asking.asked.clear()
            answer = inside.get(address)
            assert answer.status_code in (200, 302, 405), (address, role, answer.status_code)
            known.append(dict(Asking.asked))
    assert all(made.values()), "a page that no role may see"
    assert {name for told in made["/c/own/"] for name in told} >= {"see", "the role itself"}, "nothing is noted"


def test_a_company_that_is_not_looks_like_one_that_one_may_not_see(client) -> None:
    may_not, is_not = (client("cfo").get(f"/c/{code}/") for code in ("foreign", "nowhere"))
    assert may_not.status_code == is_not.status_code == 404
    told = [
        re.sub(r'(name="csrfmiddlewaretoken") value="\w+"', r"\1", answer.content.decode()).replace(code, "CODE")
        for answer, code in ((may_not, "foreign"), (is_not, "nowhere"))
    ]
    assert told[0] == told[1]
