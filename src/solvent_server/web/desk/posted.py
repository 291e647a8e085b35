"""Posted: views that write: they answer to nothing but a form that was sent."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed

from solvent_server.web.parts.page import Look, View


def posted(view: View) -> View:
    """A view that changes something; it stands under ``page``, so that rights are settled before the method is."""

    @wraps(view)
    def settled(look: Look, *parts: Any, **named: Any) -> HttpResponse:
        if look.request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(look, *parts, **named)

    return settled
