"""Views of the start: the five steps, the files to fill in, and the sample company come and gone."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from solvent.base.money import is_currency
from solvent.base.problem import SolventError
from solvent_server.store import work
from solvent_server.store.errands import queue
from solvent_server.store.models import Member
from solvent_server.store.start import sample
from solvent_server.web.parts.listing.files import CSV, XLSX
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.stepup import stepped_up
from solvent_server.web.settings.tabs import ROLES
from solvent_server.web.start.sheets import KINDS, SHEETS, filled
from solvent_server.web.start.steps import busy, failure, steps

TYPES = {"csv": CSV, "xlsx": XLSX}


@page("start", assessed=False)
def start(look: Look) -> HttpResponse:
    """The five steps as they stand; what is typed here is kept at once."""
    if look.request.method == "POST":
        return _done(look)
    going = busy(look)
    if look.request.htmx and not going:
        answer = HttpResponse()
        answer.headers["HX-Refresh"] = "true"
        return answer
    told = steps(look)
    return look.render(
        "start/steps.html",
        here="",
        steps={one.name: one for one in told},
        done=sum(one.done for one in told),
        going=going,
        failure=failure(look),
        sheets=SHEETS,
        people=Member.objects.filter(company=look.company).select_related("user").order_by("user__username"),
        roles=ROLES,
        is_sample=sample.is_sample(look.company),
    )


def _done(look: Look) -> HttpResponse:
    """One of the things that are done on this page itself."""
    what, actor = look.request.POST.get("do", ""), look.request.user.get_username()
    if what == "company" and look.role in ("cfo", "administrator"):
        _company(look, actor)
    elif what == "assess" and look.may("import"):
        queue.ask_assess(look.company, actor)
    elif what == "sample":
        made = sample.begin(actor, {actor: look.role})
        queue.ask_sample(made, actor)
        return redirect("start", made.code)
    else:
        raise Http404
    return redirect(look.address("start"))


def _company(look: Look, actor: str) -> None:
    asked = look.request.POST
    name, currency = asked.get("name", "").strip()[:200], asked.get("currency", "").strip().upper()
    taxes = [one.strip()[:40] for one in asked.get("tax_ids", "").replace("，", ",").split(",") if one.strip()]
    if not name or not is_currency(currency):
        messages.error(look.request, look.say("A company has a name, and a currency of three letters, like CNY."))
        return
    if look.kept is not None and look.company.currency and currency != look.company.currency:
        messages.error(look.request, look.say("The currency stays as it is, for the books are kept in it."))
        return
    names = [name, *(one for one in look.company.names[1:] if one != name)]
    work.set_company(look.company.code, actor, names=names, tax_ids=taxes[:20], currency=currency)
    messages.success(look.request, look.say("Kept."))


@page("start", assessed=False)
def sheet(look: Look, name: str, kind: str) -> HttpResponse:
    """A file to fill in."""
    if name not in SHEETS or kind not in KINDS:
        raise Http404
    response = HttpResponse(filled(SHEETS[name], look.language, kind), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


@page("sample", assessed=False)
@stepped_up
def remove(look: Look) -> HttpResponse:
    """The sample company away, after a look at what goes with it."""
    if not sample.is_sample(look.company):
        return redirect(look.address("start"))
    if look.request.method == "GET":
        own, people = sample.own_imports(look.company), look.company.sample.people
        gone = [one for one in people if one != look.request.user.get_username()]
        return look.render("start/remove.html", here="", own=own, gone=gone)
    if look.request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    if look.request.POST.get("sure") != "yes":
        messages.error(look.request, look.say("Say that it shall go, and it goes."))
        return redirect(look.address("sample_remove"))
    try:
        told = sample.take_away(look.company, look.request.user.get_username())
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
        return redirect(look.address("start"))
    rows = look.language.count(sum(told.rows.values()))
    messages.success(look.request, look.say("The sample company is gone: {rows} rows.", rows=rows))
    return redirect("home")
