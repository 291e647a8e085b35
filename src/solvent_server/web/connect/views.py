"""Views of programs: tokens by which they ask, web-hooks by which they are told, and what became of each message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent_server.store import work
from solvent_server.store.connect import deliveries, hooks, tokens
from solvent_server.store.models import Delivery
from solvent_server.store.models.api import DEAD, OUT, SENT
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.stepup import stepped_up
from solvent_server.web.settings.tabs import moment, tabs

SCOPES: Mapping[str, str] = {
    "read": "see customers, open items, alarms and assessments",
    "cash": "see the cash line and ask what-ifs",
    "alarms": "handle alarms",
    "orders": "check orders and hold limits",
    "data": "bring data in",
}
EVENTS: Mapping[str, str] = {
    "assessment.made": "an assessment was made",
    "alarm.opened": "an alarm is new or back",
    "alarm.changed": "an alarm changed",
    "alarm.closed": "an alarm was closed",
    "approval.asked": "an approval was asked for",
    "approval.decided": "an approval was decided",
    "import.loaded": "an import was loaded",
}
STATES: Mapping[str, str] = {
    "waiting": "waits for its next try", "sending": "is on its way", "sent": "was taken", "dead": "was given up",
}  # fmt: skip
ERRORS: Mapping[str, str] = {
    "timeout": "no answer in time",
    "tls": "its certificate is not good",
    "redirect": "it points elsewhere, and that is not followed",
    "not_allowed": "the host is not allowed",
    "address_not_allowed": "the host leads into an inner network",
    "gaierror": "nobody knows the host",
    "ConnectionRefusedError": "nobody listens there",
    "may_not": "the person may not see it any more",
}
DAYS = {"30": "30 days", "90": "90 days", "365": "a year", "": "until it is revoked"}
SHOWN = 50


@page("administer", assessed=False)
@stepped_up
def connect(look: Look) -> HttpResponse:
    """What stands, and the forms for more; a secret that was just made is shown this once."""
    if look.request.method != "POST":
        return _page(look)
    asked = look.request.POST
    try:
        return _made(look, asked.get("do", ""))
    except SolventError as error:
        return _page(look, problem=look.language.problem(error.problem), status=400)


def _made(look: Look, what: str) -> HttpResponse:
    """Make what is asked for, and show its secret."""
    asked, who = look.request.POST, look.request.user.get_username()
    name, person = asked.get("name", "").strip(), asked.get("person", "")
    if what == "token":
        days, rate = asked.get("days", ""), asked.get("rate", "")
        _, secret = tokens.make(
            look.company, name, person, asked.getlist("scopes"), actor=who,
            days=int(days) if days in DAYS and days else None,
            rate=int(rate) if rate.isascii() and rate.isdecimal() and len(rate) < 9 else tokens.RATE,
        )  # fmt: skip
    elif what == "out":
        _, secret = hooks.make_out(
            look.company, name, person, asked.get("url", "").strip(), asked.getlist("events"), actor=who
        )
    else:
        _, secret = hooks.make_in(look.company, name, person, actor=who)
    return _page(look, secret=secret, made=name)


def _page(look: Look, *, secret: str = "", made: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    company = look.company
    typed = {
        field: look.request.POST.get(field, "")[:2000] if problem else "" for field in ("do", "name", "person", "url")
    }
    answer = look.render(
        "connect/connect.html", here="settings", tabs=tabs(look, "connect"), status=status, secret=secret, made=made,
        problem=problem, form=typed, people=work.members(company), days=DAYS,
        scopes=SCOPES, events=EVENTS, rate=tokens.RATE, hosts=hooks.hosts(),
        tokens=[_token(look, one) for one in tokens.every(company)],
        hooks=[_hook(look, one) for one in hooks.every(company)],
        deliveries=[_delivery(look, one) for one in deliveries.listed(company, SHOWN)],
        path=look.request.build_absolute_uri(f"/api/v1/companies/{company.code}"), docs="/api/v1/docs",
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _token(look: Look, row: Any) -> dict[str, Any]:
    return {
        "number": row.id, "name": row.name, "person": row.user.get_username(), "rate": look.language.count(row.rate),
        "scopes": [look.say(SCOPES[scope]) for scope in row.scopes if scope in SCOPES], "by": row.made_by,
        "made": moment(row.made_at), "until": moment(row.expires_at) if row.expires_at else "",
        "used": moment(row.used_at), "revoked": moment(row.revoked_at) if row.revoked_at else "",
    }  # fmt: skip


def _hook(look: Look, row: Any) -> dict[str, Any]:
    path = f"/api/v1/companies/{look.company.code}/hooks/{row.id}/events"
    return {
        "number": row.id, "name": row.name, "person": row.user.get_username(), "out": row.way == OUT,
        "url": row.url if row.way == OUT else look.request.build_absolute_uri(path), "by": row.made_by,
        "events": [look.say(EVENTS[event]) for event in row.events if event in EVENTS], "made": moment(row.made_at),
        "revoked": moment(row.revoked_at) if row.revoked_at else "",
    }  # fmt: skip


def _delivery(look: Look, row: Delivery) -> dict[str, Any]:
    error = look.say(ERRORS[row.error]) if row.error in ERRORS else row.error
    answer = "–" if row.status is None else str(row.status)
    return {
        "number": row.id, "hook": row.hook.name, "event": look.say(EVENTS.get(row.event, row.event)),
        "made": moment(row.made_at), "state": look.say(STATES[row.state]), "bad": row.state == DEAD,
        "tries": look.language.count(row.tries), "answer": error or answer,
        "again": row.state in (SENT, DEAD) and row.hook.revoked_at is None,
    }  # fmt: skip


@page("administer", assessed=False)
@posted
@stepped_up
def act(look: Look, number: int) -> HttpResponse:
    """Revoke a token or a hook, or send a message once more."""
    request, who = look.request, look.request.user.get_username()
    do = request.POST.get("do", "")
    try:
        if do == "token":
            row: Any = tokens.revoke(look.company, number, actor=who)
            messages.success(request, look.say("{name} lets nobody in any more.", name=row.name))
        elif do == "hook":
            row = hooks.revoke(look.company, number, actor=who)
            messages.success(request, look.say("{name} is told nothing any more, and lets nothing in.", name=row.name))
        elif do == "replay":
            deliveries.replay(look.company, number, actor=who)
            messages.success(request, look.say("It is sent once more."))
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
    return redirect(look.address("connect"))
