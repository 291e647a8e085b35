"""Choice: small things that a reader decides about the pages themselves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from solvent_server.web.parts.page import everybody
from solvent_server.web.parts.tongue import CODES, COOKIE

YEAR = 365 * 24 * 60 * 60


@everybody
@require_POST
def tongue(request: HttpRequest) -> HttpResponse:
    """Answer in another language from now on, and back to the page that was asked from."""
    code, back = request.POST.get("to", ""), request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    answer = redirect(back if safe else "/")
    if code in CODES:
        answer.set_cookie(COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return answer
