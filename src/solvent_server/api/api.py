"""Api: every operation under one roof, with what each needs of a token, and the pages that describe them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path, re_path
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from solvent.base.problem import Problem
from solvent_server.api import alarms, assessments, customers, incoming, orders, outlook
from solvent_server.api.parts import trouble
from solvent_server.api.parts.examples import BODIES
from solvent_server.api.parts.once import REPLAYED
from solvent_server.api.parts.shapes import HOME
from solvent_server.store.connect.tokens import SCOPES

VERSION = "1"
KEY_HEADER = "Idempotency-Key"
HEADERS: Mapping[str, Mapping[str, Any]] = {
    "X-Request-ID": {"description": "number of the request, as the log has it", "schema": {"type": "string"}},
    "Retry-After": {"description": "seconds after which to ask again", "schema": {"type": "integer"}},
    REPLAYED: {"description": "true: the answer of before, given again", "schema": {"type": "string"}},
}
TAGS = [
    {"name": "orders", "description": "may an order go ahead, what would release it, and so much of a limit held"},
    {
        "name": "customers",
        "description": "grade, limit, exposure, terms; what is open, and when it is likely to be paid",
    },
    {"name": "incoming", "description": "rows and files in: loaded once, all or none, each refusal with its place"},
    {"name": "assessments", "description": "the kept assessments, their figures and lists; how sound the data are"},
    {"name": "alarms", "description": "what the rules have found, and what is done about it"},
    {"name": "outlook", "description": "the cash line with its bands, the gap, and what-ifs"},
]
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


class Plain(JSONRenderer):
    """JSON in UTF-8: names in Chinese as they are, and not in six letters for each."""

    json_dumps_params = {"ensure_ascii": False}  # noqa: RUF012 (the library asks for a class's own)


api = NinjaAPI(
    title="Solvent", version=VERSION, docs_url=None, openapi_url=None, urls_namespace="api",
    renderer=Plain(),
    description=(
        "Who will pay, when, how much cash there will be. Every request carries a token of the company: "
        "``Authorization: Bearer solvent_…``. Amounts are exact decimal text in main units beside their currency. "
        "What cannot be done is told as application/problem+json in the language of Accept-Language (en, zh)."
    ),
)  # fmt: skip
for _room in (orders, customers, incoming, assessments, alarms, outlook):
    api.add_router("", _room.router)
trouble.install(api)


def described(server: str = "/") -> dict[str, Any]:
    """The OpenAPI document: errors are problem documents, and each operation says which scope it needs, shows a body
    that it takes, and which headers its answers have.

    Args:
        server: the address that the document was asked for at.
    """
    told: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    for place, methods in told["paths"].items():
        for method, one in methods.items():
            scope = one["x-scope"] = scopes()[place, method.upper()]
            one["summary"] = one["description"].split(". ")[0].split(": ")[0].strip(".")
            if scope in SCOPES:
                one["description"] += f" Needs the scope ``{scope}``."
            example = BODIES.get(one["operationId"])
            if example is not None:
                one["requestBody"]["content"]["application/json"]["example"] = dict(example)
            keyed = any(asked["name"] == KEY_HEADER for asked in one.get("parameters", ()))
            for status, answer in one["responses"].items():
                _answer(int(status), answer, keyed=keyed)
    told["components"]["headers"] = HEADERS
    told["info"]["x-scopes"], told["servers"], told["tags"] = dict(SCOPES), [{"url": server}], TAGS
    return told


def _answer(status: int, answer: dict[str, Any], *, keyed: bool) -> None:
    """One answer of an operation: its media type and its headers."""
    shape = answer.get("content", {}).pop("application/json", None)
    if shape is not None:
        answer["content"] = {**answer["content"], "application/json" if status < 400 else trouble.MEDIA: shape}
    names = ["X-Request-ID"]
    if keyed and status < 300:
        names.append(REPLAYED)
    if status in (429, 503):
        names.append("Retry-After")
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


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
    return JsonResponse(described(request.build_absolute_uri("/").rstrip("/")))


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
    """Everything under one address. views: method to view; actions: method to what a role must be allowed to do.

    asked: method to what may be asked behind the question mark; a filter that is misspelt must not be one that is left
    out.
    """

    views: dict[str, Callable[..., HttpResponseBase]] = field(default_factory=dict)
    actions: dict[str, str] = field(default_factory=dict)
    asked: dict[str, Set[str]] = field(default_factory=dict)

    def view(self) -> Callable[..., HttpResponseBase]:
        """The view of the address: nobody keeps its answers, and it carries its rule, where each operation has one."""
        views = self.views

        def answered(request: HttpRequest, **named: Any) -> HttpResponseBase:
            method = str(request.method)
            view = views.get(method)
            if view is None:
                problem = Problem("api.method", "", {"method": method})
                answer: HttpResponseBase = trouble.told(request, problem, status=405)
                answer.headers["Allow"] = ", ".join(sorted(views))
            elif strange := sorted(set(request.GET) - self.asked[method]):
                answer = trouble.misspelt(request, strange)
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
                    doorway.views[method], doorway.asked[method] = whole, _asked(one)
                    if one.auth_callbacks:
                        doorway.actions[method] = _door(one).action
    return [path(place.lstrip("/"), doorway.view(), name=_name(place)) for place, doorway in found.items()]


def _asked(one: Any) -> Set[str]:
    """What an operation may be asked behind the question mark."""
    queries = [model for model in one.models if model.__ninja_param_source__ == "query"]
    return {name for model in queries for name in model.model_json_schema()["properties"]}


def _name(place: str) -> str:
    """What the log and the counts call an address: ``api_customers_one`` for ``.../customers/{customer_id}``."""
    parts = place.removeprefix(_address(HOME)).strip("/").split("/")
    return "_".join(["api", *("one" if part.startswith("<") else part.replace("-", "_") for part in parts)])


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
