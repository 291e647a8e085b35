"""Views of the day."""

from __future__ import annotations

from django.http import HttpResponse

from solvent_server.web.parts.page import Look, page


@page("see")
def today(look: Look) -> HttpResponse:
    """What the day begins with."""
    assert look.kept is not None
    return look.render("today/today.html", here="today", report=look.kept.report, currency=look.kept.currency)
