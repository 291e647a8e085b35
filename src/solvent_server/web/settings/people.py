"""People: who has which role here, by whose word, how each comes in; changed by two people where there are two."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent_server.store import access
from solvent_server.store.models import RoleChange
from solvent_server.store.people import accounts, roles
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.stepup import stepped_up
from solvent_server.web.settings.tabs import ROLES, STATES, moment, tabs

SHOWN = 50


@page("people", assessed=False)
def people(look: Look) -> HttpResponse:
    """The list, what waits, and what was changed last."""
    return _page(look)


def _page(look: Look, *, once: tuple[str, str] | None = None, status: int = 200) -> HttpResponse:
    """The page; ``once``: somebody's name and first password, shown in this one answer and never again."""
    every = roles.people(look.company)
    ways = accounts.ways([one.user for one in every])
    me = look.request.user.get_username()
    rows = [
        {
            "name": one.name, "role": one.role, "says": look.say(ROLES.get(one.role, one.role)), "first": one.first,
            "factor": ways[one.user.pk].factor, "sessions": ways[one.user.pk].sessions, "me": one.name == me,
            "seen": moment(one.user.last_login),
        }
        for one in every
    ]  # fmt: skip
    told = [_told(look, one) for one in roles.history(look.company)]
    keepers = roles.keepers(look.company)
    answer = look.render(
        "settings/people.html", here="settings", tabs=tabs(look, "people"), rows=rows, roles=ROLES, once=once,
        waiting=[one for one in reversed(told) if one["state"] == "waiting"],
        past=[one for one in told if one["state"] != "waiting"][:SHOWN],
        two=bool(set(keepers) - {me}), changes=look.may("set_people"), known=list(access.ROLES), status=status,
    )  # fmt: skip
    if once is not None:
        answer["Cache-Control"] = "no-store"
    return answer


@page("set_people", assessed=False)
@posted
@stepped_up
def add(look: Look) -> HttpResponse:
    """Somebody new with a first password, or somebody who is known already; the role is asked for."""
    request, once = look.request, None
    who, name = request.user.get_username(), request.POST.get("name", "").strip()[:150]
    role, reason = request.POST.get("role", ""), request.POST.get("reason", "")
    try:
        if request.POST.get("known") != "yes":
            once = (name, accounts.new_person(look.company, name, actor=who))
        _say(look, roles.ask(look.company, name, role, actor=who, reason=reason))
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
        if once is None:
            return redirect(look.address("people"))
    return _page(look, once=once) if once else redirect(look.address("people"))


@page("set_people", assessed=False)
@posted
@stepped_up
def act(look: Look, person: str) -> HttpResponse:
    """Ask for another role for somebody or for none, end his sessions, or give him a new first password."""
    request, who = look.request, look.request.user.get_username()
    do, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    try:
        if do == "sessions":
            count = accounts.end_sessions(look.company, person, actor=who)
            text = "Sessions of {name} that were ended: {count}."
            messages.success(request, look.say(text, count=count, name=person))
        elif do == "password":
            return _page(look, once=(person, accounts.new_password(look.company, person, actor=who)))
        else:
            role = roles.NONE if do == "remove" else request.POST.get("role", "")
            _say(look, roles.ask(look.company, person, role, actor=who, reason=reason))
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
    return redirect(look.address("people"))


@page("set_people", assessed=False)
@posted
@stepped_up
def decide(look: Look, number: int) -> HttpResponse:
    """Approve or refuse a change of roles, or take back one's own."""
    request, who = look.request, look.request.user.get_username()
    try:
        if request.POST.get("do") == "approve":
            _say(look, roles.approve(look.company, number, actor=who))
        else:
            done = roles.refuse(look.company, number, actor=who, answer=request.POST.get("reason", ""))
            text = "Change {number} is taken back." if done.state == "withdrawn" else "Change {number} is refused."
            messages.success(request, look.say(text, number=number))
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
    return redirect(look.address("people"))


def _say(look: Look, change: RoleChange) -> None:
    facts = {"name": change.person, "role": look.say(ROLES[change.role])}
    if change.state == "waiting":
        text = "{name}: {role}. It waits for a second person who settles roles; until then nothing changes."
    elif change.state == "alone":
        text = "{name}: {role}. It counts at once: nobody else settles roles here. The list shows it as made alone."
    else:
        text = "{name}: {role}. It counts at once."
    messages.success(look.request, look.say(text, **facts))


def _told(look: Look, one: RoleChange) -> dict[str, Any]:
    me = look.request.user.get_username()
    return {
        "number": one.id, "name": one.person, "before": look.say(ROLES.get(one.before, one.before)),
        "role": look.say(ROLES.get(one.role, one.role)), "reason": one.reason, "by": one.asked_by,
        "at": moment(one.asked_at), "state": one.state, "says": look.say(STATES[one.state]),
        "decided_by": one.decided_by, "answer": one.answer, "mine": one.asked_by == me, "about_me": one.person == me,
    }  # fmt: skip
