"""Once: an operation that writes is done once for each key, however often it is asked."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Schema

from solvent.files.guard.limits import GUARD
from solvent_server.api.parts.door import Caller
from solvent_server.store.connect import answers
from solvent_server.store.connect.answers import Given

KEY = r"^[\x21-\x7e]{1,255}$"
Key = Annotated[
    str,
    Header(
        ...,
        alias="Idempotency-Key",
        pattern=KEY,
        description="names this request: asked again with the same key and body it is answered alike and done once",
    ),
]
"""The header that every operation which writes asks for."""
MaybeKey = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        description="asked again with the same key and body, the same answer is given",
        pattern=KEY,
    ),
]
"""The same of an operation that only asks."""
REPLAYED = "Idempotency-Replayed"
JSON, FILE = "application/json", "application/octet-stream"

View = Callable[..., Any]


def once(status: int = 200) -> Callable[[View], View]:
    """A view whose answer is kept under the key of the request; ``status`` is what it answers with.

    Only what was done is kept: a request that was refused changed nothing, and may be sent again under its key.
    """

    def settle(view: View) -> View:
        @wraps(view)
        def settled(request: HttpRequest, **named: Any) -> HttpResponse:
            caller: Caller = request.auth
            key = named.get("key")
            if key is None:
                return answered(view(request, **named), status)
            begun = answers.begin(caller.token, key, _digest(request))
            if isinstance(begun, Given):
                again = HttpResponse(begun.body, status=begun.status, content_type=begun.kind)
                again.headers[REPLAYED] = "true"
                return again
            try:
                answer = answered(view(request, **named), status)
                answers.keep(begun, Given(answer.status_code, answer.content.decode(), answer.headers["Content-Type"]))
            except BaseException:
                answers.drop(begun)
                raise
            return answer

        # the library asks the signature for types, whose names stand in the view's room and not in this one
        settled.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        return settled

    return settle


def answered(told: Schema, status: int = 200) -> HttpResponse:
    """The answer of a view as it goes out."""
    return HttpResponse(told.model_dump_json(by_alias=True), status=status, content_type=JSON)


def _digest(request: HttpRequest) -> str:
    """Of the question: its address and its body."""
    whole = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    whole.update(_body(request))
    return whole.hexdigest()


def _body(request: HttpRequest) -> bytes:
    """The body; a file may be larger than what is asked in words, and whoever sends it was let in by now."""
    if request.content_type == FILE and not hasattr(request, "_body"):
        request._body = request.read(GUARD.file_bytes + 1)
    told: bytes = request.body
    return told
