"""Views of health: alive, ready, and the metrics, told to this machine and to whoever has the token."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from solvent_server.web.health import metrics, state
from solvent_server.web.parts.page import everybody

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
"""What a proxy adds: whoever comes through one is not on this machine, wherever the proxy is."""


@everybody
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@everybody
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether pages can be answered and work is done: 200, else 503; what it rests on is told to those who watch."""
    now = state.ready()
    told: dict[str, object] = {"ready": now.well}
    if watches(request):
        told |= {
            "parts": now.parts,
            "worker_beat_seconds": now.worker,
            "disk_free_bytes": now.free,
            "assessed_seconds_ago": now.assessed,
        }
    return JsonResponse(told, status=200 if now.well else 503)


@everybody
@require_safe
def metrics_text(request: HttpRequest) -> HttpResponse:
    """The metrics; for others there is no such page."""
    if not watches(request):
        raise Http404
    return HttpResponse(metrics.text(), content_type=metrics.TYPE)


def watches(request: HttpRequest) -> bool:
    """True for who shows the token, and for this machine itself."""
    kind, _, shown = request.headers.get("Authorization", "").partition(" ")
    token = settings.SOLVENT_METRICS_TOKEN
    if token and kind.lower() == "bearer":
        return hmac.compare_digest(shown.strip().encode(), token.encode())
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
