"""One's own account: language, password, second factor, and the sessions that are open; and to the first settings."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from solvent_server.store import access
from solvent_server.store.keeping import assessments
from solvent_server.store.people import accounts
from solvent_server.web.parts.page import Look, anybody, page
from solvent_server.web.settings.tabs import ROLES, first_tab, moment

BROWSERS = (
    ("MicroMessenger", "WeChat"), ("DingTalk", "DingTalk"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip
"""By which words a browser and a system tell themselves, the telling ones first."""


@page("settings", assessed=False)
def settings(look: Look) -> HttpResponse:
    """To the first of the settings that the role may see."""
    return redirect(look.address(first_tab(look)))


@anybody
def own(request: HttpRequest) -> HttpResponse:
    """What a person settles about himself."""
    mine = access.places(request.user)
    if not mine:
        return render(request, "start/no_company.html", {"say": request.tongue.say}, status=403)
    asked = request.GET.get("company", "")
    place = next((one for one in mine if one.company.code == asked), mine[0])
    look = Look(request, place.company, place.role, assessments.latest(place.company.code))
    ways = accounts.ways([request.user])[request.user.pk]
    sessions = [
        {"ip": one.ip, "agent": browser_of(one.user_agent), "since": moment(one.created_at), "here": one.is_current()}
        for one in UserSession.objects.filter(user=request.user).order_by("-created_at")
        if one.exists()
    ]  # fmt: skip
    return look.render("settings/own.html", here="", places=mine, factor=ways.factor, sessions=sessions, roles=ROLES)


def browser_of(agent: str) -> str:
    """A browser and the machine it runs on, out of what the browser says of itself.

    >>> browser_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36 Edg/126.0")
    'Edge, Windows'
    >>> browser_of("curl/8.5.0")
    'curl/8.5.0'
    """
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return ", ".join(part for part in (browser, system) if part) or agent[:40]
