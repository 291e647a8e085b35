"""Tongue: in which language a reader is answered: the one chosen on a page, else the browser's."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from solvent.files.language import Language

COOKIE = "solvent_lang"
CODES = {"en": "en", "zh": "zh-hans"}
"""Our name of a language to Django's."""


class Tongue:
    """Middleware: ``request.tongue`` is the Language; pages of other libraries follow it."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = wanted(request)
        request.tongue = Language(code)
        with translation.override(CODES[code]):
            response = self.answer(request)
        response.headers.setdefault("Content-Language", "zh-CN" if code == "zh" else "en")
        return response


def wanted(request: HttpRequest) -> str:
    """``en`` or ``zh``: by the cookie, else by the first language of the browser that we speak, else English."""
    chosen = request.COOKIES.get(COOKIE, "")
    if chosen in CODES:
        return str(chosen)
    for part in request.headers.get("Accept-Language", "").lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in CODES:
            return code
    return "en"
