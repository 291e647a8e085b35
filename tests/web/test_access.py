"""Who may see what: every address, every role, one's own company and another's; generated from the addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver

from solvent_server.store import access

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
        ("<path:case_id>", "operating_cash_flow:own:2026-10-19"),
        ("<slug:rule>", "delay_rise"),
        ("reports/<slug:name>", "reports/ageing"),
        ("<slug:name>.<slug:kind>", "receipts.csv"),
        ("figure/<slug:name>", "figure/dso"),
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


@pytest.mark.parametrize("role", access.ROLES)
def test_a_role_sees_what_it_may_and_nothing_of_another_company(client, role: str) -> None:
    inside, outside = client(role), client(f"{role}-elsewhere")
    for address, view in of_a_company():
        allowed = view.action in access.ROLES[role]
        answer = inside.get(address)
        assert (answer.status_code != 404) == allowed, (address, answer.status_code)
        assert outside.get(address).status_code == 404, address
        assert client("nobody").get(address).status_code == 404, address


def test_a_company_that_is_not_looks_like_one_that_one_may_not_see(client) -> None:
    may_not, is_not = (client("cfo").get(f"/c/{code}/") for code in ("foreign", "nowhere"))
    assert may_not.status_code == is_not.status_code == 404
    told = [
        re.sub(r'(name="csrfmiddlewaretoken") value="\w+"', r"\1", answer.content.decode()).replace(code, "CODE")
        for answer, code in ((may_not, "foreign"), (is_not, "nowhere"))
    ]
    assert told[0] == told[1]
