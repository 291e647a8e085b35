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
        {"ip": one.ip, "agent": one.user_agent[:80], "since": moment(one.created_at), "here": one.is_current()}
        for one in UserSession.objects.filter(user=request.user).order_by("-created_at")
        if one.exists()
    ]  # fmt: skip
    return look.render("settings/own.html", here="", places=mine, factor=ways.factor, sessions=sessions, roles=ROLES)
