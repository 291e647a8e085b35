"""The description is good enough for a generated client: whole, with bodies that are taken as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from solvent.base.problem import SolventError

ASKED = ("check_order", "ask_what_if")
LOADED = ("load_customers", "load_open_items", "load_receipts", "load_credit_notes", "load_allocations",
         "load_orders", "load_deliveries", "load_events")  # fmt: skip
"""Operations whose examples need nothing that is only known later, such as the number of a reservation."""


@pytest.fixture(scope="module")
def told(site: Any) -> dict[str, Any]:
    from django.test import Client  # noqa: PLC0415 (needs the store)

    answer: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    return answer


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for place, methods in told["paths"].items():
        for method, one in methods.items():
            yield method, place, one


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    for one in part if isinstance(part, list) else []:
        yield from references(one)


def test_it_is_whole(told: dict[str, Any]) -> None:
    for reference in set(references(told)):
        part: Any = told
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
    every = list(operations(told))
    ids = [one["operationId"] for _, _, one in every]
    assert len(set(ids)) == len(ids) > 25
    tags = {tag["name"] for tag in told["tags"]}
    for method, place, one in every:
        assert {asked["name"] for asked in one["parameters"] if asked["in"] == "path"} == {
            word.strip("{}") for word in place.split("/") if word.startswith("{")
        }
        assert one["security"], place
        assert set(one["tags"]) <= tags
        assert "Retry-After" in one["responses"]["429"]["headers"]
        assert "requestBody" in one or method == "get"
        assert {"application/problem+json"} == set(one["responses"]["422"]["content"])
    assert told["servers"] == [{"url": "http://testserver"}]
    signed = told["paths"]["/api/v1/companies/{company}/hooks/{number}/events"]["post"]
    assert "X-Solvent-Timestamp" in {asked["name"] for asked in signed["parameters"]}


def test_the_examples_are_as_they_are_described(told: dict[str, Any]) -> None:
    for _, place, one in operations(told):
        body = one.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            shape = {**body["schema"], "components": told["components"]}
            Draft202012Validator(shape).validate(body["example"])
            assert one["operationId"], place


@pytest.mark.parametrize("name", ASKED + LOADED)
def test_the_examples_are_answered(told: dict[str, Any], asker: Any, name: str) -> None:
    place, body = next(
        (place, one["requestBody"]["content"]["application/json"]["example"])
        for _, place, one in operations(told) if one["operationId"] == name
    )  # fmt: skip
    if name == "check_order":
        body = {**body, "cash": False}  # the paths would stay at hand, and other tests look at books without them
    company = "own" if name in ASKED else "foreign"
    person = "cfo" if name in ASKED else "cfo-elsewhere"
    answer = asker(person, company=company).post(place.replace("{company}", company), body, key=f"example-{name}")
    assert answer.status_code == 200, answer.content.decode()


def test_a_filter_that_is_misspelt_is_refused_and_not_left_out(asker: Any) -> None:
    answer = asker("cfo", "read").get("/customers", gade="D")
    assert answer.status_code == 422
    assert [(one["where"], one["field"], one["code"]) for one in answer.json()["places"]] == [
        ("query", "gade", "api.field.unknown")
    ]


def test_a_store_that_is_away_tells_nothing_of_itself(asker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent_server.api import customers  # noqa: PLC0415 (needs the store)

    def away(*_: object) -> None:
        raise SolventError("store.database", "/srv/inner", error="connection to 10.0.0.5 failed for user solvent")

    cfo = asker("cfo", "read", language="zh-CN")
    monkeypatch.setattr(customers, "page_of_customers", away)
    answer = cfo.get("/customers")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert (answer.json()["code"], answer.json()["facts"]) == ("api.away", {})
    assert "数据库暂时没有响应" in answer.content.decode(), "names and sentences go out as they are written"
    assert "10.0.0.5" not in answer.content.decode()


def test_each_address_has_a_name_of_its_own_in_the_counts(asker: Any) -> None:
    from solvent_server.web.health import counts  # noqa: PLC0415 (needs the store)

    asker("cfo", "read").get("/customers/C0001")
    assert any(name.startswith("requests api_customers_one ") for name in counts.total()), list(counts.total())
