"""Visit: who comes to a new installation: lets himself in with the key the server showed, and makes the company."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from solvent.base.problem import SolventError
from solvent_server.store import access
from solvent_server.store.errands import queue
from solvent_server.store.start import first, sample
from solvent_server.web.parts import page

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@page.everybody
def home(request: HttpRequest) -> HttpResponse:
    """To one's own first page; where nobody is yet, to the first visit; where no company is yet, to making one."""
    if not request.user.is_authenticated:
        return redirect("first_visit") if first.nobody() else page.first(request)
    if not access.places(request.user) and first.may_make_one(request.user):
        return redirect("first_company")
    return page.first(request)


@page.everybody
def first_visit(request: HttpRequest) -> HttpResponse:
    """The first person lets himself in; once there is somebody there is no such page."""
    if not first.nobody():
        return redirect("home")
    told = {name: request.POST.get(name, "") for name in ("key", "name", "role")}
    if request.method == "POST":
        try:
            secret = request.POST.get("password", "")
            person = first.let_in(told["key"], told["name"], secret, role=told["role"])
        except SolventError as error:
            messages.error(request, request.tongue.problem(error.problem))
            return _shown(request, "start/first_visit.html", status=422, told=told)
        person.backend = BACKEND
        perform_login(request, person)
        record_authentication(request, person, method="password", username=person.get_username())
        request.session["first_role"] = told["role"]
        return redirect("first_company")
    return _shown(request, "start/first_visit.html", told=told)


@page.anybody
def first_company(request: HttpRequest) -> HttpResponse:
    """The company is made, or the sample looked at first."""
    if not first.may_make_one(request.user):
        return redirect("home")
    name = request.user.get_username()
    had = [one.role for one in access.places(request.user)]
    role = request.session.get("first_role") or (had[0] if had else "cfo")
    told = {one: request.POST.get(one, "") for one in ("name", "currency", "tax_id")}
    if request.method == "POST" and request.POST.get("do") == "sample":
        made = sample.begin(name, {name: role})
        queue.ask_sample(made, name)
        return redirect("start", made.code)
    if request.method == "POST":
        try:
            company = first.make_company(
                request.user, told["name"][:200], told["currency"].strip().upper(), told["tax_id"][:40], role=role
            )
        except SolventError as error:
            messages.error(request, request.tongue.problem(error.problem))
            return _shown(request, "start/first_company.html", status=422, told=told)
        return redirect("start", company.code)
    return _shown(request, "start/first_company.html", told=told)


def _shown(request: HttpRequest, template: str, *, status: int = 200, **told: Any) -> HttpResponse:
    words = {"say": request.tongue.say, "language": request.tongue, "messages": get_messages(request)}
    return render(request, template, {**words, **told}, status=status)
