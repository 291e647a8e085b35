"""Connections: live systems that records are fetched from; a key goes in and is never shown again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import Problem, SolventError
from solvent_server.store.errands import queue
from solvent_server.store.keeping import connections as kept
from solvent_server.store.models import Connection, Errand
from solvent_server.store.models.errands import DONE, FAILED, RUNNING, WAITING
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.stepup import stepped_up
from solvent_server.web.settings.tabs import moment, size, tabs

FIELDS = ("name", "system", "url", "there", "database", "login")
SYSTEMS = {"erpnext": "ERPNext", "odoo": "Odoo"}
BLANK = dict.fromkeys(FIELDS, "")


@page("administer", assessed=False)
@stepped_up
def connections(look: Look) -> HttpResponse:
    """Those that are, and the form for one more."""
    form, problem = dict(BLANK), ""
    if look.request.method == "POST":
        form = {name: look.request.POST.get(name, "").strip()[:500] for name in FIELDS}
        try:
            made = kept.add(
                look.company, name=form["name"], system=form["system"], url=form["url"], there=form["there"],
                database_name=form["database"], login=form["login"], secret=look.request.POST.get("secret", "")[:5000],
                actor=look.request.user.get_username(),
            )  # fmt: skip
            queue.ask_fetch(look.company, made.pk, look.request.user.get_username(), trial=True)
            messages.success(look.request, look.say("{name} is added and is being tried now.", name=made.name))
            return redirect(look.address("connections"))
        except SolventError as error:
            problem = look.language.problem(error.problem)
    rows = [_told(look, one) for one in kept.connections(look.company)]
    return look.render(
        "settings/connections.html", here="settings", tabs=tabs(look, "connections"), rows=rows, form=form,
        problem=problem, systems=SYSTEMS, busy=any(one["busy"] for one in rows), status=400 if problem else 200,
    )  # fmt: skip


@page("administer", assessed=False)
@posted
@stepped_up
def act(look: Look, number: int) -> HttpResponse:
    """Try it, fetch now, take another key, or forget it."""
    request, who = look.request, look.request.user.get_username()
    do = request.POST.get("do", "")
    try:
        if do in ("trial", "all", "changed"):
            if kept.one(look.company, number) is None:
                raise SolventError("store.connection.unknown", "", number=number)
            queue.ask_fetch(look.company, number, who, trial=do == "trial", changed=do == "changed")
            messages.info(request, look.say("Asked for. The result comes here by itself."))
        elif do == "secret":
            kept.change_secret(look.company, number, request.POST.get("secret", "")[:5000], actor=who)
            messages.success(request, look.say("The new key is sealed. Try the connection with it."))
        elif do == "remove":
            kept.remove(look.company, number, actor=who)
            messages.success(request, look.say("The connection and its key are forgotten. What it has brought stays."))
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
    return redirect(look.address("connections"))


@page("administer", assessed=False)
@posted
@stepped_up
def seal(look: Look) -> HttpResponse:
    """A new seal, and every key under it."""
    try:
        count = kept.seal_anew(actor=look.request.user.get_username())
        messages.success(look.request, look.say("{count} keys lie under a new seal.", count=count))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(look.address("connections"))


def _told(look: Look, one: Connection) -> dict[str, Any]:
    last = queue.newest_fetch(look.company, one.pk)
    return {
        "number": one.pk, "name": one.name, "system": SYSTEMS[one.system], "url": one.url, "there": one.there,
        "database": one.database, "login": one.login, "made": moment(one.made_at), "by": one.made_by,
        "fetched": moment(one.fetched_at) if one.fetched_at else "", "busy": _busy(last),
        "last": "" if last is None else moment(last.ended_at or last.asked_at), "result": _result(look, last),
        "bad": last is not None and last.state == FAILED,
        "read": last.told.get("read") if last is not None and last.state == DONE and look.may("import") else None,
    }  # fmt: skip


def _busy(errand: Errand | None) -> bool:
    return errand is not None and errand.state in (WAITING, RUNNING)


def _result(look: Look, errand: Errand | None) -> str:
    """What came of the last run, in a sentence."""
    if errand is None:
        return ""
    if _busy(errand):
        return look.say("is being asked")
    if errand.state == FAILED:
        return look.language.problem(Problem(errand.told["code"], errand.told["place"], errand.told["facts"]))
    if errand.told.get("trial"):
        return look.say("It answers, and lets us read what we need.")
    return look.say("{size} came; it waits on the import page to be looked at.", size=size(int(errand.told["bytes"])))
