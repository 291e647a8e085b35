"""Trace: every request gets a number, is counted and told of in the log; what holds data is stored by nobody."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from time import perf_counter

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from solvent_server.web.health import counts, logs

_GIVEN = re.compile(r"[\w-]{8,64}")
ROOM = 1_000_000
"""Bytes of a form beside its files."""


class Trace:
    """Middleware, before all others of ours."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = request.number = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        since = perf_counter()
        response = self.answer(request) if _fits(request) else HttpResponse(status=413)
        took = perf_counter() - since
        response.headers["X-Request-ID"] = number
        response.headers.setdefault("Cache-Control", "no-store")
        match = request.resolver_match
        view = match.view_name if match is not None else ""
        counts.count(view or "none", response.status_code, took)
        user, caller = getattr(request, "user", None), getattr(request, "auth", None)
        logs.of_requests().info(
            "request",
            method=request.method,
            path=request.path,
            view=view,
            status=response.status_code,
            ms=round(took * 1000, 1),
            user=user.get_username() if user is not None and user.is_authenticated else getattr(caller, "actor", None),
        )
        structlog.contextvars.clear_contextvars()
        return response


def _fits(request: HttpRequest) -> bool:
    """False for what is longer than all files of one upload may be: it is not even read."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    return told.isdigit() and int(told) <= settings.SOLVENT_UPLOAD_BYTES * settings.SOLVENT_UPLOAD_FILES + ROOM
