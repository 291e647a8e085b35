"""The policy: every term with what it is, since when and by whom; changes proposed by one and decided by another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent.base.terms import Terms, terms_of
from solvent.files.policy_file import PRESETS, complete
from solvent_server.store import access
from solvent_server.store.errands import queue
from solvent_server.store.keeping.assessments import policy_digest
from solvent_server.store.models import PolicyChange
from solvent_server.store.policy import changes, standing, written
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.stepup import stepped_up
from solvent_server.web.settings import terms
from solvent_server.web.settings.tabs import STATES, moment, tabs

LARGEST = 500_000
"""Bytes of a policy file."""
SHOWN = 200
NAMES = {
    "micro": "Micro and small",
    "start_up": "Start-up",
    "growth": "Growing",
    "multinational": "Multinational",
    "": "none: the values of Solvent",
}
"""What each preset is called."""


@page("policy", assessed=False)
def policy(look: Look) -> HttpResponse:
    """Families by topic; terms, where a word is searched for; what waits; the preset."""
    day, kinds = _day(look), terms.catalogued()
    held, waiting = standing.held(look.company, day), changes.waiting(look.company)
    word = look.request.GET.get("q", "").strip()[:100]
    found = []
    if word:
        wanted = terms.matching(word, kinds, look.language)
        for kind in dict.fromkeys(kind for kind, _ in wanted):
            names = {name for one, name in wanted if one is kind}
            found += [row for row in terms.rows(kind, held, waiting, look.language) if row.name in names]
    own = [
        row for kind in kinds.values() for row in terms.rows(kind, held, waiting, look.language)
        if row.source == "own" or row.pending
    ]  # fmt: skip
    return look.render(
        "settings/policy.html", here="settings", tabs=tabs(look, "policy"), topics=_topics(look, kinds, held, waiting),
        word=word, found=found[:SHOWN], more=max(len(found) - SHOWN, 0), own=own,
        waiting=[_told(look, one) for one in waiting],
        day=day, preset=standing.preset_of(look.company, day), presets=PRESETS, names=NAMES, made=_made(look, day),
        first=_least(look), two=_two(look),
    )  # fmt: skip


def _topics(
    look: Look,
    kinds: Mapping[str, type[Terms]],
    held: Mapping[standing.Key, standing.Held],
    waiting: list[PolicyChange],
) -> list[tuple[str, list[terms.Family]]]:
    told: dict[str, list[terms.Family]] = {}
    for key, kind in kinds.items():
        own = sum(1 for family, name in held if family == key and held[family, name].source == "own")
        pending = sum(1 for one in waiting if one.family == key)
        topic = look.say(terms.TOPICS.get(key.partition(".")[0], "Documents"))
        title = terms.coded(look.say(terms.title_of(kind)))
        told.setdefault(topic, []).append(terms.Family(key, title, len(terms_of(kind)), own, pending))
    return list(told.items())


@page("policy", assessed=False)
def family(look: Look, family: str) -> HttpResponse:
    """The terms of one family."""
    kind = terms.catalogued().get(family)
    if kind is None:
        raise Http404
    held = standing.held(look.company, _day(look))
    found = terms.rows(kind, held, changes.waiting(look.company), look.language)
    return look.render(
        "settings/family.html", here="settings", tabs=tabs(look, "policy"), key=family, day=_day(look),
        title=terms.coded(look.say(terms.title_of(kind))), rows=found,
    )  # fmt: skip


@page("policy", assessed=False)
def term(look: Look, family: str, term: str) -> HttpResponse:
    """One term: what it is and was, and the form in which another value is proposed."""
    kind = terms.catalogued().get(family)
    if kind is None or term not in terms_of(kind):
        raise Http404
    day, problem = _day(look), ""
    unit = str(terms_of(kind)[term].metadata["unit"])
    now = standing.stands(look.company, family, term, day)
    form = {"value": terms.typed_back(now, unit), "valid_from": _least(look).isoformat(), "reason": ""}
    if look.request.method == "POST":
        if not look.may("set_policy"):
            raise Http404
        form = {name: look.request.POST.get(name, "").strip()[:5000] for name in form}
        try:
            back = look.request.POST.get("do") == "back"
            value = None if back else terms.read(kind, term, form["value"])
            return _proposed(look, family, term, value, form)
        except SolventError as error:
            problem = terms.wrong(error.problem, kind, term, look.language)
    row = next(
        one for one in terms.rows(kind, standing.held(look.company, day), changes.waiting(look.company), look.language)
        if one.name == term
    )  # fmt: skip
    limits, choices = terms.allowed(kind, term, look.language)
    past = [_told(look, one) for one in changes.history(look.company, family=family, term=term)]
    return look.render(
        "settings/term.html", here="settings", tabs=tabs(look, "policy"), key=family, row=row, form=form, day=day,
        title=terms.coded(look.say(terms.title_of(kind))), problem=problem, limits=limits, choices=choices, past=past,
        many=isinstance(terms_of(kind)[term].default, tuple), first=_least(look), two=_two(look),
        status=400 if problem else 200,
    )  # fmt: skip


@page("set_policy", assessed=False)
@posted
def preset(look: Look) -> HttpResponse:
    """Propose that the company stands on a preset from a day on."""
    form = {name: look.request.POST.get(name, "").strip()[:2000] for name in ("preset", "valid_from", "reason")}
    try:
        return _proposed(look, "", standing.PRESET, form["preset"] or None, form)
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(look.address("policy"))


def _proposed(look: Look, family: str, term: str, value: Any, form: Mapping[str, str]) -> HttpResponse:
    try:
        day = date.fromisoformat(form["valid_from"])
    except ValueError as error:
        raise SolventError("desk.day", "", value=form["valid_from"]) from error
    change = changes.propose(
        look.company, family, term, value, valid_from=day, reason=form["reason"],
        actor=look.request.user.get_username(),
    )  # fmt: skip
    text = "Change {number} waits for a second person. Until it is approved the old value holds."
    messages.success(look.request, look.say(text, number=change.id))
    return redirect(look.address("policy_term", family, term) if family else look.address("policy"))


@page("policy", assessed=False)
@posted
@stepped_up
def decide(look: Look, number: int) -> HttpResponse:
    """Approve, refuse or take back a change, or propose its undoing."""
    request, who = look.request, look.request.user.get_username()
    answer, do = request.POST.get("reason", ""), request.POST.get("do", "")
    try:
        if do == "approve":
            change = changes.approve(look.company, number, actor=who)
            text = "Change {number} is approved and counts from {day} on."
            messages.success(request, look.say(text, number=number, day=_since(look, change.valid_from)))
            if look.kept is not None and change.valid_from <= look.kept.as_of:
                queue.ask_assess(look.company, who)
                messages.info(request, look.say("The assessment is made anew with it; that takes about a minute."))
        elif do == "undo":
            if not look.may("set_policy"):
                raise Http404
            change = changes.undo(look.company, number, actor=who, reason=answer)
            text = "The way back is proposed as change {number}; it waits for a second person."
            messages.success(request, look.say(text, number=change.id))
        else:
            change = changes.refuse(look.company, number, actor=who, answer=answer)
            text = "Change {number} is taken back." if change.state == "withdrawn" else "Change {number} is refused."
            messages.success(request, look.say(text, number=number))
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
    return redirect(look.address("policy_changes"))


@page("policy", assessed=False)
def history(look: Look) -> HttpResponse:
    """What waits, and everything that was ever proposed."""
    every = [_told(look, one) for one in changes.history(look.company)]
    return look.render(
        "settings/changes.html", here="settings", tabs=tabs(look, "policy"), two=_two(look),
        waiting=[one for one in reversed(every) if one["state"] == "waiting"],
        past=[one for one in every if one["state"] != "waiting"][:SHOWN],
    )  # fmt: skip


@page("policy", assessed=False)
def export(look: Look) -> HttpResponse:
    """The policy as the file that the command line reads: what was decided, or every term as it stands."""
    if look.request.GET.get("every"):
        text, name = complete(standing.policy_of(look.company, _day(look))), "policy-complete"
    else:
        text, name = written.as_file(look.company), "policy"
    answer = HttpResponse(text, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return answer


@page("set_policy", assessed=False)
@posted
def take_in(look: Look) -> HttpResponse:
    """Propose what a policy file says, term by term."""
    file = look.request.FILES.get("file")
    try:
        if file is None or file.size is None or file.size > LARGEST:
            raise SolventError("settings.file", "", kilobytes=LARGEST // 1000)
        try:
            told = written.read(file.read().decode("utf-8-sig"), "")
        except UnicodeDecodeError as error:
            raise SolventError("policy.file_unreadable", "", error="UTF-8") from error
        count, same = changes.take_in(
            look.company, told, reason=look.request.POST.get("reason", ""), actor=look.request.user.get_username(),
            today=_least(look),
        )  # fmt: skip
        text = "Proposed, and waiting for a second person: {count}. Standing already: {same}."
        messages.success(look.request, look.say(text, count=count, same=same))
        return redirect(look.address("policy_changes"))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(look.address("policy"))


def _told(look: Look, one: PolicyChange) -> dict[str, Any]:
    """A change as the pages show it."""
    unit = ""
    if one.family and standing.known(one.family, one.term):
        unit = str(terms_of(terms.catalogued()[one.family])[one.term].metadata["unit"])
    name = {"": look.say("Preset")}.get(one.family, f"{one.family}.{one.term}")
    sides = (one.before, one.value)
    before, value = (
        (look.say(NAMES[str(side or "")]) for side in sides) if not one.family
        else (terms.shown(side, unit, look.language) for side in sides)
    )  # fmt: skip
    return {
        "number": one.id, "family": one.family, "term": one.term, "name": name, "before": before, "value": value,
        "since": _since(look, one.valid_from), "reason": one.reason, "by": one.asked_by, "at": moment(one.asked_at),
        "state": one.state, "says": look.say(STATES[one.state]), "decided_by": one.decided_by,
        "decided_at": moment(one.decided_at), "answer": one.answer,
        "mine": one.asked_by == look.request.user.get_username(),
    }  # fmt: skip


def _since(look: Look, day: date) -> str:
    return look.language.day(day) if day.year > 1 else look.say("always")


def _day(look: Look) -> date:
    """The day whose policy the page shows: today, or the day of the newest assessment where that is later."""
    today = datetime.now(UTC).date()
    return max(today, look.kept.as_of) if look.kept is not None else today


def _least(look: Look) -> date:
    """The first day from which a change may count."""
    first = changes.earliest(look.company)
    return first if first.year > 1 else datetime.now(UTC).date()


def _two(look: Look) -> bool:
    """True where somebody else than the reader may approve."""
    able = [role for role, may_do in access.ROLES.items() if "approve" in may_do]
    others = look.company.member_set.filter(role__in=able, user__is_active=True).exclude(user=look.request.user)
    return bool(others.exists())


def _made(look: Look, day: date) -> dict[str, Any] | None:
    """With which policy the newest assessment was made, and whether it still is the policy of its day."""
    if look.kept is None or not look.kept.sheet.get("policy"):
        return None
    told = str(look.kept.sheet["policy"])
    now = policy_digest(standing.policy_of(look.company, look.kept.as_of))
    return {"day": look.language.day(look.kept.as_of), "digest": told[:12], "same": told == now}
