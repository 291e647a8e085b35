"""Approvals: what waits for a second person, and what became of the rest; nobody approves what is his own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from solvent.base.problem import SolventError
from solvent_server.store.desk import proposals
from solvent_server.web.desk.tabs import Desk, called, name_of, tabs
from solvent_server.web.desk.words import STATES
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.stepup import stepped_up

SHOWN = 30


@page("desk")
def approvals(look: Look) -> HttpResponse:
    """The queue, the oldest first, and what was decided last."""
    every = proposals.proposals(look.company)
    waiting = [Desk.of(one, look, STATES) for one in reversed(every) if one.state == "waiting"]
    past = [Desk.of(one, look, STATES) for one in every if one.state != "waiting"][:SHOWN]
    rows = called(look, {one.customer_id for one in (*waiting, *past)})
    return look.render(
        "desk/approvals.html", here="desk", tabs=tabs(look, "desk_approvals"), waiting=waiting, past=past,
        rows=rows, names={one.customer_id: name_of(rows, one.customer_id) for one in (*waiting, *past)},
        currency=look.kept.currency if look.kept else "",
    )  # fmt: skip


@page("order")
@posted
@stepped_up
def decide(look: Look, number: int) -> HttpResponse:
    """Approve or refuse what somebody proposed, or take back one's own."""
    request, who = look.request, look.request.user.get_username()
    reason = request.POST.get("reason", "").strip()[:2000]
    back = look.address("desk_approvals" if look.may("desk") else "desk")
    try:
        mine = any(
            one.id == number and one.asked_by == who for one in proposals.proposals(look.company, waiting=True)
        )  # fmt: skip
        if request.POST.get("do") == "approve":
            done = proposals.approve(look.company, number, actor=who, reason=reason)
            told = look.say("Number {number} is approved and counts from now on.", number=done.id)
        elif not mine and not look.may("approve"):
            raise SolventError("store.desk.may_not_approve", "", proposal=number, person=who)
        elif not reason:
            raise SolventError("desk.reason")
        else:
            done = proposals.refuse(look.company, number, actor=who, reason=reason)
            told = look.say("Number {number} is taken back." if mine else "Number {number} is refused.", number=done.id)
        messages.success(request, told)
    except SolventError as error:
        messages.error(request, look.language.problem(error.problem))
    return redirect(back)
