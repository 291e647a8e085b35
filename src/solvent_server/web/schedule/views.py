"""Views of the schedule: what is done by the clock and when, what became of it, and having it done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from solvent.base.problem import Problem, SolventError
from solvent_server.store.errands import clock
from solvent_server.store.models import Schedule, ScheduledRun
from solvent_server.store.models.schedule import ASSESS, BACKTEST, BACKUP, FAILED, RUNNING, SWEEP
from solvent_server.web.parts.page import Look, page
from solvent_server.web.settings.tabs import tabs

NAMES: Mapping[str, str] = {
    ASSESS: "Assess the company",
    BACKTEST: "Test every warning rule on the past",
    BACKUP: "Write a backup",
    SWEEP: "Clear away what waits no more",
}
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STATES = {RUNNING: "is being done", "done": "done", FAILED: "failed"}


@dataclass(frozen=True)
class Shown:
    """One schedule as the page shows it. last: what became of it last; following: when it is next done."""

    one: Schedule
    title: str
    days: Sequence[tuple[int, str, bool]]
    following: str
    last: str
    failed: bool
    busy: bool


@page("administer", assessed=False)
def schedule(look: Look) -> HttpResponse:
    """Everything that is done by the clock, for this company and for the whole store."""
    every = [_shown(look, one) for one in clock.of_company(look.company)]
    runs = [_row(look, run) for run in clock.history(look.company)]
    busy = any(one.busy for one in every)
    mine = tabs(look, "schedule")
    return look.render("schedule/schedule.html", here="settings", tabs=mine, every=every, runs=runs, busy=busy)


@page("administer", assessed=False)
def change(look: Look, number: int) -> HttpResponse:
    """Another time, on or off, or now."""
    if look.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    one = next((one for one in clock.of_company(look.company) if one.pk == number), None)
    if one is None:
        raise Http404
    actor = look.request.user.get_username()
    if look.request.POST.get("do") == "now":
        clock.ask_now(one, actor)
        messages.success(look.request, look.say("It is done as soon as a worker is free."))
        return redirect(look.address("schedule"))
    try:
        clock.change(one, actor, company=look.company, **_asked(look, one))
        messages.success(look.request, look.say("Kept."))
    except (SolventError, ValueError) as error:
        problem = error.problem if isinstance(error, SolventError) else Problem("store.schedule.unread", "")
        messages.error(look.request, look.language.problem(problem))
    return redirect(look.address("schedule"))


def _asked(look: Look, one: Schedule) -> dict[str, int | bool | None]:
    told = look.request.POST
    hour, minute = (int(part) for part in told.get("time", "").split(":")[:2])
    asked: dict[str, int | bool | None] = {"hour": hour, "minute": minute, "on": told.get("on") == "yes"}
    if one.day_of_month is None:
        asked["days"] = sum(1 << int(day) for day in set(told.getlist("days")) if day in "0123456" and len(day) == 1)
    else:
        asked["day_of_month"] = int(told.get("day_of_month", ""))
    if one.keep is not None:
        asked["keep"] = int(told.get("keep", ""))
    return asked


def _shown(look: Look, one: Schedule) -> Shown:
    now = datetime.now(UTC)
    newest = one.runs.order_by("-id").first()
    then = clock.following(one, now)
    waits = one.asked_at is not None
    running = newest is not None and newest.state == RUNNING
    return Shown(
        one,
        look.say(NAMES[one.what]),
        [(day, look.say(name), bool(one.days >> day & 1)) for day, name in enumerate(WEEK)],
        _moment(then) if then is not None else look.say("switched off"),
        look.say("It waits for its turn.") if waits else "" if newest is None else look.say(STATES[newest.state]),
        newest is not None and newest.state == FAILED,
        waits or running,
    )


def _row(look: Look, run: ScheduledRun) -> Mapping[str, object]:
    seconds = "" if run.ended_at is None else look.language.number((run.ended_at - run.started_at).total_seconds(), 1)
    told = run.told
    said = ""
    if run.state == FAILED:
        said = look.language.problem(Problem(told["code"], told["place"], told["facts"]))
    elif told.get("as_of"):
        said = look.language.day(datetime.fromisoformat(told["as_of"]).date())
    elif told.get("file"):
        said = told["file"]
    elif told.get("nothing"):
        said = look.say("There are no books yet.")
    return {
        "title": look.say(NAMES[run.schedule.what]), "at": _moment(run.started_at), "seconds": seconds,
        "state": look.say(STATES[run.state]), "failed": run.state == FAILED, "said": said, "by": run.actor,
    }  # fmt: skip


def _moment(moment: datetime) -> str:
    """On the server's clock, by which it is done."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z")
