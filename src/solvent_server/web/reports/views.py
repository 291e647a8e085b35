"""Views of reports: the shelf, each paper as a page to print and as files, customers' papers, the tape for peers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from urllib.parse import urlencode

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.templatetags.static import static

from solvent.base.problem import SolventError
from solvent.credit.peers import Peers, peer_tape
from solvent.documents.content import Document, plain
from solvent.files.language import Language
from solvent.files.pages.html import html
from solvent.files.pages.markdown import markdown
from solvent.files.pages.told import sentence, told
from solvent.files.pages.workbook import workbook
from solvent_server.store import audit, database
from solvent_server.store.desk.at_hand import at_hand
from solvent_server.web.parts.listing.files import XLSX
from solvent_server.web.parts.page import Look, page
from solvent_server.web.parts.tongue import CODES
from solvent_server.web.reports.papers import PAPERS, Paper
from solvent_server.web.reports.picture import cash_line

FORMATS = {"xlsx": "Excel", "md": "Markdown", "json": "JSON"}
"""What a report can be had as, beside the page to print."""
KINDS = {"md": "text/markdown; charset=utf-8", "json": "application/json", "xlsx": XLSX}
NAMED = 300
"""So many customers are offered by name, the largest first."""


@page("see")
def reports(look: Look) -> HttpResponse:
    """Every report that this person may have."""
    return _shelf(look)


def _shelf(look: Look) -> HttpResponse:
    assert look.kept is not None
    customers = look.kept.frame("customers").select("customer_id", "name").head(NAMED).collect()
    told = look.request.GET.get("lang", "")
    asked = {"as_of": look.kept.as_of.isoformat(), "lang": told if told in CODES else look.language.code}
    return look.render(
        "reports/shelf.html",
        here="reports",
        papers=[paper for paper in PAPERS.values() if look.may(paper.act)],
        formats=FORMATS,
        asked=asked,
        query=urlencode(asked),
        customers=list(customers.iter_rows()),
    )


@page("see")
def report(look: Look, name: str) -> HttpResponse:
    """One report, of the day, in the language and the form that its address asks for."""
    paper = PAPERS.get(name)
    if paper is None or not look.may(paper.act):
        raise Http404
    asked = look.request.GET
    language = Language(asked["lang"]) if asked.get("lang") in CODES else look.language
    chosen = {option: asked.get(option, "") if asked.get(option) in values else next(iter(values))
              for option, values in paper.options.items()}  # fmt: skip
    try:
        document = paper.make(look, language, chosen)
    except SolventError as error:
        return look.render(
            "reports/none.html", here="reports", title=paper.title, problem=look.language.problem(error.problem)
        )
    return _delivered(look, paper, document, language, asked.get("format", "page"))


def _delivered(look: Look, paper: Paper, document: Document, language: Language, form: str) -> HttpResponse:
    """The document as a page under this answer's nonce, or as a file."""
    assert look.kept is not None
    content: str | bytes
    if form == "md":
        content = markdown(told(document, language))
    elif form == "json":
        content = json.dumps(plain(document), ensure_ascii=False, indent=1)
    elif form == "xlsx":
        content = workbook(document, language)
    else:
        return HttpResponse(_page(look, paper, document, language))
    response = HttpResponse(content, content_type=KINDS[form])
    name = f"{look.company.code}-{paper.name}-{look.kept.as_of.isoformat()}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(look: Look, paper: Paper, document: Document, language: Language) -> str:
    assert look.kept is not None
    pictures: Mapping[str, tuple[str, str]] = {}
    if paper.booklet:
        says = language.say("Cash in the weeks ahead: median, half and nine tenths of all paths, and the floor")
        drawing = cash_line(look.kept.report["cash_outlook"], language, says)
        pictures = {sentence("paper.board.cash", {}, language): (drawing, says)} if drawing else {}
    cover = look.company.called(language.code) if paper.booklet else None
    icon = static("solvent/icon.svg")
    body = html(told(document, language), cover=cover, pictures=pictures, ways=_ways(look, paper), icon=icon)
    return body.replace("<style>", f'<style nonce="{look.request.csp_nonce}">', 1)


def _ways(look: Look, paper: Paper) -> list[tuple[str, str]]:
    """Back to the shelf, and the same report as files, as this address asks for it."""
    asked = look.request.GET.copy()
    asked.pop("format", None)
    kept = {name: value for name, value in asked.items() if name in ("as_of", "lang")}
    back = look.address("reports") + (f"?{urlencode(kept)}" if kept else "")
    here = look.address("report", paper.name)
    files = [(text, f"{here}?{urlencode({**asked.dict(), 'format': form})}") for form, text in FORMATS.items()]
    return [(look.say("Back to the reports"), back), *files]


@page("see")
def of_customer(look: Look) -> HttpResponse:
    """To the report or the sheet of advice of a customer that is told by number or name."""
    assert look.kept is not None
    asked = look.request.GET.get("customer", "").strip()
    known = look.kept.frame("customers").filter(
        (pl.col("customer_id") == asked) | (pl.col("name").str.to_lowercase() == asked.lower())
    )
    found = known.select("customer_id").head(1).collect()
    if found.is_empty():
        if asked:
            messages.error(look.request, look.say("No customer has this number or name: {asked}", asked=asked))
        return _shelf(look)
    page_of = "customer_advice" if look.request.GET.get("paper") == "advice" else "customer_report"
    return redirect(look.address(page_of, found.item()))


@page("approve")
def tape(look: Look) -> HttpResponse:
    """Our payment experience for the group of peers, without names; who took it out stands in the trail."""
    if look.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    assert look.kept is not None
    try:
        books = at_hand(look.company, look.kept.as_of, int(look.kept.sheet["seed"]))
        made = peer_tape(
            books.books, books.behaviour, look.request.POST.get("secret", "").strip(), books.policy.terms(Peers)
        )
    except SolventError as error:
        messages.error(look.request, look.language.problem(error.problem))
        return redirect(look.address("reports"))
    with database.writing():
        audit.append(
            look.request.user.get_username(), "peers.exported", "tape", {"rows": made.tape.height},
            company=look.company.code, at=audit.moment(),
        )  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(made.tape.columns)
    writer.writerows(made.tape.iter_rows())
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="peers-{look.kept.as_of.isoformat()}.csv"'
    return response
