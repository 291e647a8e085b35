"""Choice: small things that a reader decides about the pages themselves."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from solvent_server.web.parts.page import DAY, Look, everybody, page
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


@page("see", assessed=False)
def day(look: Look) -> HttpResponse:
    """Look at the company as it stood on a kept day from now on, or at the newest again."""
    request = look.request
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    picked = {**request.session.get(DAY, {})}
    picked.pop(look.company.code, None)
    asked, days = request.POST.get("day", ""), [one.isoformat() for one in look.days]
    if asked in days[1:]:
        picked[look.company.code] = asked
    request.session[DAY] = picked
    parts = urlsplit(request.POST.get("next", ""))
    left = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != DAY])
    back = parts.path + (f"?{left}" if left else "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe and back else look.address("today"))
