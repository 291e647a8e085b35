"""Backups and checks: made by a worker, listed, taken out by whoever administers every company; and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from solvent.base.problem import Problem
from solvent.files.sentences.checks import check_says
from solvent_server.store import access
from solvent_server.store.errands import queue
from solvent_server.store.keeping import backups as kept
from solvent_server.store.models import Company, Errand, Member
from solvent_server.store.models.errands import BACKUP, CHECK, DONE, FAILED, RUNNING, WAITING
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.stepup import stepped_up_to_read
from solvent_server.web.settings.tabs import moment, size, tabs

STEPS = {BACKUP: "The backup is being made.", CHECK: "The store is being checked."}


@page("administer", assessed=False)
def backups(look: Look) -> HttpResponse:
    """What there is, what is being made, and the last check."""
    making, checking = (_told(look, what) for what in (BACKUP, CHECK))
    return look.render(
        "settings/backups.html", here="settings", tabs=tabs(look, "backups"), making=making, checking=checking,
        rows=[{"name": one.name, "size": size(one.size), "at": moment(one.at)} for one in kept.every()],
        may_take=_all_of_it(look), busy=making["busy"] or checking["busy"],
    )  # fmt: skip


@page("administer", assessed=False)
@posted
def ask(look: Look) -> HttpResponse:
    """Have a backup made, or the store checked."""
    what = look.request.POST.get("do", "")
    if what in (BACKUP, CHECK):
        queue.ask_upkeep(look.company, what, look.request.user.get_username())
        messages.info(look.request, look.say("Asked for. The result comes here by itself."))
    return redirect(look.address("backups"))


@page("administer", assessed=False)
@stepped_up_to_read
def download(look: Look, name: str) -> HttpResponseBase:
    """One backup. It holds every company, so it goes only to whoever administers them all."""
    made = kept.one(name)
    if made is None or not _all_of_it(look):
        messages.error(look.request, look.say("There is no such backup here that you may take."))
        return redirect(look.address("backups"))
    kept.taken(made, actor=look.request.user.get_username())
    answer = FileResponse(made.path.open("rb"), as_attachment=True, filename=made.name)
    answer["Cache-Control"] = "no-store"
    return answer


def _all_of_it(look: Look) -> bool:
    able = [role for role, may_do in access.ROLES.items() if "administer" in may_do]
    mine = Member.objects.filter(user=look.request.user, role__in=able).values("company")
    return not Company.objects.exclude(id__in=mine).exists()


def _told(look: Look, what: str) -> dict[str, Any]:
    """How far the newest errand of a kind is, and what came of it. Another company's is not told."""
    errand = queue.newest(look.company, what)
    if errand is None:
        return {"busy": False, "says": "", "bad": False, "found": []}
    busy = errand.state in (WAITING, RUNNING)
    return {
        "busy": busy, "bad": errand.state == FAILED or bool(_found(look, errand)), "found": _found(look, errand),
        "says": look.say(STEPS[what]) if busy else _result(look, errand), "at": moment(errand.ended_at),
    }  # fmt: skip


def _result(look: Look, errand: Errand) -> str:
    if errand.state == FAILED:
        return look.language.problem(Problem(errand.told["code"], errand.told["place"], errand.told["facts"]))
    if errand.what == BACKUP:
        rows = look.language.count(int(errand.told["rows"]))
        return look.say(
            "{name} is made: {rows} rows, {size}.", name=errand.told["name"], rows=rows, size=size(errand.told["bytes"])
        )
    return (
        look.say("All is as it was written.")
        if not _found(look, errand)
        else look.say("Something is not as it was written:")
    )


def _found(look: Look, errand: Errand) -> list[str]:
    """What a check has found, a sentence each."""
    if errand.what != CHECK or errand.state != DONE:
        return []
    told = []
    for one in errand.told["found"]:
        if one["count"]:
            sentence, facts = check_says(one["name"])
            told.append(f"{look.say(sentence, **facts)} ({one['count']}): {', '.join(one['subjects'])}")
    return told
