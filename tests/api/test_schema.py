"""The description against what is answered: thousands of questions, sound and hostile; nothing breaks, all fits."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from thorough import cases

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()

NAMED = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance",
)  # fmt: skip
SOUND, HOSTILE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
KNOWN = {"customer_id": "C0001", "name": "latest", "frame": "customers", "number": 1}


def operations() -> Iterator[str]:
    from solvent_server.api.api import described  # noqa: PLC0415 (needs the store)

    for place, methods in described()["paths"].items():
        for method in methods:
            yield f"{method.upper()} {place.removeprefix('/api/v1/companies/{company}')}"


@pytest.fixture(scope="module")
def schema(site: Any) -> Any:
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 (needs the store)

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.mark.parametrize("asked", list(operations()))
def test_every_operation_answers_what_it_says(schema: Any, token: Any, asked: str) -> None:
    _, secret = token("cfo", "read", "cash", "alarms", "orders", "data")
    method, place = asked.split(" ")
    operation = schema[f"/api/v1/companies/{{company}}{place}"][method]
    _held(operation.as_strategy(generation_mode=SOUND), secret, KNOWN)
    _held(operation.as_strategy(generation_mode=HOSTILE), secret, {})


def _held(questions: Any, secret: str, known: dict[str, object]) -> None:
    """Ask, and hold the answers against the description. known: what a sound question asks for is there."""
    checks = [CHECKS.get_one(name) for name in NAMED]

    @seed(4)
    @settings(
        max_examples=cases(4, 150), deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=questions)
    def hold(case: Any) -> None:
        case.path_parameters["company"] = "own"
        case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        case.headers["Authorization"] = f"Bearer {secret}"
        case.headers["Accept-Encoding"] = "identity"  # asked without a network, nothing unpacks what comes compressed
        case.call_and_validate(checks=checks)

    hold()
