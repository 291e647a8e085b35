"""Acts: what a reader does with the views of a list."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from solvent.base.problem import SolventError
from solvent_server.store.lists import saved
from solvent_server.web.parts.listing.views import lasting
from solvent_server.web.parts.page import Look, page

ACTS = ("rename", "share", "unshare", "first", "plain", "delete", "restore")


@page("see", assessed=False)
def views(look: Look) -> HttpResponse:
    """Put a view by, or change one; then the list again, as it was."""
    posted = look.request.POST
    if look.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    place, query, act = posted.get("page", ""), lasting(posted.get("query", "")), posted.get("act", "save")
    back = look.address("today") + place
    try:
        if resolve(back).kwargs.get("company", look.company.code) != look.company.code:
            raise Http404
    except Resolver404:
        raise Http404 from None
    user = look.request.user
    try:
        if act == "save":
            shared = posted.get("shared") == "1"
            view = saved.save(look.company, user, place, posted.get("name", ""), query, shared=shared)
            messages.success(look.request, look.say("The view “{name}” is saved.", name=view.name))
        elif act in ACTS and posted.get("view", "").isdecimal():
            saved.change(look.company, user, int(posted["view"]), act, posted.get("name", ""))
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
    return redirect(f"{back}?{query or 'all=1'}")
