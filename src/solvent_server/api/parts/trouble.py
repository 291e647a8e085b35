"""Trouble: what could not be done, as application/problem+json in the language that was asked for."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from solvent.base.problem import Fact, LedgerError, Problem, SolventError
from solvent.files.language import Language

MEDIA = "application/problem+json"
TYPE = "urn:solvent:problem:"
STATUS: Mapping[str, int] = {
    "api.away": 503,
    "api.gone": 404,
    "api.key_working": 409,
    "api.no_assessment": 409,
    "api.not_yours": 403,
    "api.rate": 429,
    "api.reserve_short": 409,
    "api.scope": 403,
    "api.signature": 401,
    "api.too_large": 413,
    "desk.not_released": 409,
    "store.assessment.frame_missing": 404,
    "store.batch.not_staged": 409,
    "store.batch.unknown": 404,
    "store.reserve.key_taken": 409,
    "store.reserve.moved": 409,
    "store.reserve.no_limit": 409,
    "store.reserve.no_rate": 409,
    "store.reserve.not_held": 409,
    "store.reserve.order_held": 409,
    "store.reserve.other_order": 409,
    "warnings.case_closed": 409,
    "warnings.case_unknown": 404,
}
"""What each code answers with; all others with 422: the question itself is what is wrong."""
TITLES: Mapping[int, str] = {
    400: "It cannot be read",
    401: "Nobody is let in without a token that counts",
    403: "This is not allowed",
    404: "There is no such thing here",
    405: "This cannot be asked in this way",
    409: "It does not fit what stands",
    413: "It is too large",
    422: "Something in it is wrong",
    429: "Too much at once",
    500: "Something broke here",
    503: "The store does not answer",
}
AWAY: Mapping[str, int] = {"store.database": 5, "store.disk": 60}
"""Codes of a store that does not answer now, and after how many seconds it may be asked again."""
_LOG = logging.getLogger("solvent.api")


class Trouble(Exception):
    """One problem, with the places where it lies. places: each with ``where``, ``field``, ``code`` and ``detail``."""

    def __init__(
        self, code: str, places: Sequence[Mapping[str, str]] = (), *, retry: int | None = None, **facts: Fact
    ) -> None:
        super().__init__(code)
        self.problem, self.places, self.retry = Problem(code, "", facts), places, retry


def status_of(code: str) -> int:
    """The status that a code answers with."""
    return STATUS.get(code, 422)


def told(
    request: HttpRequest, problem: Problem, places: Sequence[Mapping[str, str]] = (), *, status: int | None = None,
    retry: int | None = None,
) -> HttpResponse:  # fmt: skip
    """The document of a problem."""
    language = spoken(request)
    status = status_of(problem.code) if status is None else status
    detail = language.problem(problem)
    body: dict[str, Any] = {
        "type": TYPE + problem.code,
        "title": language.say(TITLES[status]),
        "status": status,
        "detail": detail,
        "code": problem.code,
        "facts": dict(problem.facts),
        "places": [{**one, "detail": one["detail"] or detail} for one in places],
    }
    answer = JsonResponse(body, status=status, content_type=MEDIA, json_dumps_params={"ensure_ascii": False})
    if retry is not None:
        answer.headers["Retry-After"] = str(retry)
    if problem.code == "api.token":
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def spoken(request: HttpRequest) -> Language:
    """The asker's language; English where nothing settled it yet."""
    return getattr(request, "tongue", None) or Language()


def install(api: NinjaAPI) -> None:
    """What becomes of everything that can go wrong while an operation is asked."""
    handlers: Mapping[type[Exception], Any] = {
        Trouble: lambda request, error: told(request, error.problem, error.places, retry=error.retry),
        SolventError: _refused,
        ValidationError: _invalid,
        AuthenticationError: lambda request, _: told(request, Problem("api.token"), status=401),
        HttpError: lambda request, error: told(request, Problem("api.unreadable"), status=error.status_code),
        Http404: lambda request, _: told(request, Problem("api.gone")),
        RequestDataTooBig: _too_large,
        UnicodeError: lambda request, _: told(request, Problem("api.unreadable"), status=400),
        Exception: _broke,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _too_large(request: HttpRequest, _: Exception) -> HttpResponse:
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_000_000
    return told(request, Problem("api.too_large", "", {"megabytes": megabytes}))


def _refused(request: HttpRequest, error: SolventError) -> HttpResponse:
    if error.problem.code in AWAY:  # what the store says of itself is for the log, and for nobody outside
        _LOG.error("%s %s: %s", request.method, request.path, error)
        return told(request, Problem("api.away"), retry=AWAY[error.problem.code])
    if error.problem.code == "api.key_working":
        return told(request, error.problem, retry=1)
    if isinstance(error, LedgerError):
        return told(request, error.problem, status=409)
    unknown = error.problem.facts.get("state") == "unknown" and error.problem.code == "store.reserve.not_held"
    return told(request, error.problem, status=404 if unknown else None)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Fields that are not as they have to be, each with its place."""
    places = [_place(one, spoken(request)) for one in error.errors[:100]]
    return told(request, Problem("api.fields", "", {"count": len(error.errors)}), places)


def misspelt(request: HttpRequest, names: Sequence[str]) -> HttpResponse:
    """What was asked for behind the question mark and is not known."""
    unknown = Problem("api.field.unknown")
    detail = spoken(request).problem(unknown)
    places = [{"where": "query", "field": name[:200], "code": unknown.code, "detail": detail} for name in names[:100]]
    return told(request, Problem("api.fields", "", {"count": len(names)}), places)


def _place(one: Mapping[str, Any], language: Language) -> Mapping[str, str]:
    """Where one field lies, and what is wrong with it."""
    where, *path = [str(part) for part in one["loc"]]
    parts = path[1:] if where == "body" and path and path[0] in ("body", "asked") else path
    return place_of(where, "/".join(parts), one, language)


def place_of(where: str, field: str, one: Mapping[str, Any], language: Language) -> Mapping[str, str]:
    """A finding of the library that holds values against shapes, in our words.

    Args:
        one: ``type`` and ``ctx`` of the finding.
    """
    problem = _finding(str(one["type"]), one.get("ctx") or {})
    return {"where": where, "field": field, "code": problem.code, "detail": language.problem(problem)}


def _finding(kind: str, about: Mapping[str, Any]) -> Problem:
    if kind == "missing":
        return Problem("api.field.missing")
    if kind == "extra_forbidden":
        return Problem("api.field.unknown")
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        known = about.get("expected") or about.get("expected_tags") or ""
        return Problem("api.field.choice", "", {"known": str(known).replace("'", "").replace(" or ", ", ")})
    if kind == "greater_than_equal":
        return Problem("api.field.least", "", {"least": about["ge"]})
    if kind == "less_than_equal":
        return Problem("api.field.most", "", {"most": about["le"]})
    if kind in ("string_too_short", "too_short"):
        return Problem("api.field.few", "", {"least": about["min_length"]})
    if kind in ("string_too_long", "too_long"):
        return Problem("api.field.many", "", {"most": about["max_length"]})
    return _kind(kind)


def _kind(kind: str) -> Problem:
    """What something of another kind, or written in another way, has to be."""
    if kind == "value_error":  # of the shapes' own checks there is one
        return Problem("api.field.day")
    if kind == "string_pattern_mismatch":
        return Problem("api.field.form")
    if kind == "string_type":
        return Problem("api.field.text")
    if kind.startswith("int_"):
        return Problem("api.field.whole")
    if kind.startswith("float_") or kind == "finite_number":
        return Problem("api.field.number")
    if kind.startswith("bool_"):
        return Problem("api.field.truth")
    if kind.startswith(("datetime_", "timezone_")):
        return Problem("api.field.moment")
    if kind == "list_type":
        return Problem("api.field.list")
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return Problem("api.field.object")
    return Problem("api.field.kind")


def _broke(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own fault: told in one word, and in full where the administrator reads."""
    _LOG.exception("%s %s broke", request.method, request.path, exc_info=error)
    return told(request, Problem("api.broke", "", {"error": type(error).__name__}), status=500)
