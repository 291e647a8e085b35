"""Papers: the credit report of a customer, and the sheet of advice that can be sent to it, as pages to print."""

from __future__ import annotations

import polars as pl
from django.http import Http404, HttpResponse

from solvent.base.problem import SolventError
from solvent.credit.grading.advice import advice
from solvent.credit.grading.grade import Grades
from solvent.documents.content import Document
from solvent.documents.credit.advice import advice_sheet
from solvent.documents.credit.report import credit_report, known
from solvent.files.pages.html import html
from solvent.files.pages.told import told
from solvent_server.store.desk.at_hand import AtHand, at_hand
from solvent_server.web.customers.frames import table_of
from solvent_server.web.parts.page import Look, page


@page("see")
def report(look: Look, customer_id: str) -> HttpResponse:
    """The buyer credit report of one customer."""
    assert look.kept is not None
    books = _books(look, customer_id)
    if isinstance(books, HttpResponse):
        return books
    found = table_of(look.kept, "findings")
    document = credit_report(
        books.books, books.credit, books.behaviour, books.policy, customer_id,
        exposure=books.exposed(look.company).table, findings=None if found is None else found.collect(),
    )  # fmt: skip
    return _printable(look, document)


@page("see")
def sheet(look: Look, customer_id: str) -> HttpResponse:
    """What would raise the customer's standing, in words that may leave the house."""
    books = _books(look, customer_id)
    if isinstance(books, HttpResponse):
        return books
    graded, one = books.credit.grades, pl.col("customer_id") == customer_id
    mine = Grades(graded.table.filter(one), graded.reasons.filter(one), (), graded.card.filter(one), graded.times)
    changes = advice(mine, books.policy)
    document = advice_sheet(
        books.books, books.credit, changes, books.policy, customer_id, from_whom=look.company.name or None
    )  # fmt: skip
    return _printable(look, document)


def _books(look: Look, customer_id: str) -> AtHand | HttpResponse:
    """The newest books, or the page that says why there are none."""
    assert look.kept is not None
    if look.kept.frame("customers").filter(pl.col("customer_id") == customer_id).select(pl.len()).collect().item() == 0:
        raise Http404
    try:
        books = at_hand(look.company, look.kept.as_of, int(look.kept.sheet["seed"]))
    except SolventError as error:
        said = look.language.problem(error.problem)
        return look.render("customers/no_paper.html", here="customers", problem=said, customer_id=customer_id)
    if not known(books.books, customer_id):
        said = look.say("The books hold nothing of this customer any more. The next assessment leaves it out.")
        return look.render("customers/no_paper.html", here="customers", problem=said, customer_id=customer_id)
    return books


def _printable(look: Look, document: Document) -> HttpResponse:
    """The page with its style under this answer's nonce: nothing that it tells may style or run."""
    body = html(told(document, look.language))
    nonce = str(look.request.csp_nonce)
    return HttpResponse(body.replace("<style>", f'<style nonce="{nonce}">', 1))
