"""Api: every operation under one roof, with what each needs of a token, and the pages that describe them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path, re_path
from ninja import NinjaAPI

from solvent.base.problem import Problem
from solvent_server.api import alarms, assessments, customers, incoming, orders, outlook
from solvent_server.api.parts import trouble
from solvent_server.store.connect.tokens import SCOPES

VERSION = "1"
SHOWN = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui-init.js": "text/javascript",
}
"""Files of the library that the page of the documentation is made of."""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body data-csrf-token="" data-api-csrf=""><script type="application/json" id="swagger-settings">{settings}</script>
<main id="swagger-ui"></main>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/swagger-ui-init.js"></script></body></html>
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the page of the documentation alone, whose library writes styles of its own; it shows nothing of any company."""

api = NinjaAPI(
    title="Solvent", version=VERSION, docs_url=None, openapi_url=None, urls_namespace="api",
    description=(
        "Who will pay, when, how much cash there will be. Every request carries a token of the company: "
        "``Authorization: Bearer solvent_…``. Amounts are exact decimal text in main units beside their currency. "
        "What cannot be done is told as application/problem+json in the language of Accept-Language (en, zh)."
    ),
)  # fmt: skip
for _room in (orders, customers, incoming, assessments, alarms, outlook):
    api.add_router("", _room.router)
trouble.install(api)


def described() -> dict[str, Any]:
    """The OpenAPI document: errors are problem documents, and each operation says which scope it needs."""
    told: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    for place, methods in told["paths"].items():
        for method, one in methods.items():
            for status, answer in one["responses"].items():
                shape = answer.get("content", {}).pop("application/json", None)
                if shape is not None:
                    answer["content"] = {
                        **answer["content"],
                        "application/json" if int(status) < 400 else trouble.MEDIA: shape,
                    }
            one["summary"] = one["description"].split(". ")[0].split(": ")[0].strip(".")
            one["x-scope"] = scopes()[place, method.upper()]
    told["info"]["x-scopes"] = dict(SCOPES)
    return told


@cache
def scopes() -> dict[tuple[str, str], str]:
    """Place and method of every operation to the scope that it needs."""
    told = {}
    for router in api._get_bound_routers():
        for place, view in router.path_operations.items():
            for one in view.operations:
                for method in one.methods:
                    plain = "/api/v1" + place.replace("{int:", "{").replace("{path:", "{")
                    told[plain, method] = _door(one).scope
    return told


def everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that needs no token: it says nothing about anybody."""
    view.action = "none"  # type: ignore[attr-defined]
    return view


@everybody
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return JsonResponse(described())


@everybody
def docs(request: HttpRequest) -> HttpResponse:
    """The page of the documentation; one can try every operation there, with a token."""
    settings = {"url": "openapi.json", "layout": "BaseLayout", "deepLinking": True}
    page = PAGE.format(title="Solvent API", settings=json.dumps(settings).replace("<", "\\u003c"))
    answer = HttpResponse(page)
    answer._csp_exempt = True
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@everybody
def shown(request: HttpRequest, name: str) -> HttpResponse:
    """A file that the page of the documentation is made of."""
    if name not in SHOWN:
        raise Http404
    answer = HttpResponse(_file(name), content_type=SHOWN[name])
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@cache
def _file(name: str) -> bytes:
    return files("ninja").joinpath("static", "ninja", name).read_bytes()


@everybody
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address under ours."""
    return trouble.told(request, Problem("api.gone"))


nothing.csrf_exempt = True  # type: ignore[attr-defined]


@dataclass
class Doorway:
    """Everything under one address. views: method to view; actions: method to what a role must be allowed to do."""

    views: dict[str, Callable[..., HttpResponseBase]] = field(default_factory=dict)
    actions: dict[str, str] = field(default_factory=dict)

    def view(self) -> Callable[..., HttpResponseBase]:
        """The view of the address: nobody keeps its answers, and it carries its rule, where each operation has one."""
        views = self.views

        def answered(request: HttpRequest, **named: Any) -> HttpResponseBase:
            view = views.get(str(request.method))
            if view is None:
                problem = Problem("api.method", "", {"method": str(request.method)})
                answer: HttpResponseBase = trouble.told(request, problem, status=405)
                answer.headers["Allow"] = ", ".join(sorted(views))
            else:
                answer = view(request, **named)
            answer.headers["Cache-Control"] = "no-store"
            return answer

        answered.csrf_exempt = True  # type: ignore[attr-defined]
        if set(self.actions) == set(views):
            answered.action = " ".join(sorted(set(self.actions.values())))  # type: ignore[attr-defined]
        answered.actions = self.actions  # type: ignore[attr-defined]
        return answered


def _door(one: Any) -> Any:
    """The door of an operation."""
    return one.auth_callbacks[0]


def _operations() -> list[Any]:
    """Every operation under its address."""
    found: dict[str, Doorway] = {}
    for router in api._get_bound_routers():
        for place, view in router.path_operations.items():
            doorway, whole = found.setdefault(_address(place), Doorway()), view.get_view()
            for one in view.operations:
                for method in one.methods:
                    doorway.views[method] = whole
                    if one.auth_callbacks:
                        doorway.actions[method] = _door(one).action
    return [path(place.lstrip("/"), doorway.view()) for place, doorway in found.items()]


def _address(place: str) -> str:
    """``/customers/{path:id}`` as the urls have it."""
    return place.replace("{", "<").replace("}", ">")


urls = [
    path("openapi.json", openapi, name="api_openapi"),
    path("docs", docs, name="api_docs"),
    path("docs/<str:name>", shown, name="api_docs_file"),
    *_operations(),
    re_path(r"^(?P<rest>[\s\S]*)$", nothing),
]
