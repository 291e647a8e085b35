"""Papers: which reports there are, who may have each, and how each is made of a kept assessment or its books."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem, SolventError
from solvent.credit.contracts import Clauses, contract_findings
from solvent.documents.content import Document
from solvent.documents.credit.contracts import contract_list
from solvent.documents.credit.start import start_page
from solvent.documents.papers.board import board_report
from solvent.documents.papers.daily import ageing_report, exposure_report, morning_sheet, quality_report
from solvent.documents.papers.kept import Kept
from solvent.documents.policy_book.book import policy_book
from solvent.documents.policy_book.changes import Change, policy_changes
from solvent.files.language import Language
from solvent_server.store.desk.at_hand import AtHand, at_hand
from solvent_server.web.alarms.rules import policy_of
from solvent_server.web.parts.page import Look


@dataclass(frozen=True)
class Paper:
    """One report.

    name: in its address. title, what: English. act: what one must be allowed to do to have it. options: name of a
    choice to what can be chosen, code to English; the first is taken where nothing is. booklet: it has a cover.
    """

    name: str
    title: str
    what: str
    act: str
    make: Callable[[Look, Language, Mapping[str, str]], Document]
    options: Mapping[str, Mapping[str, str]]
    booklet: bool = False


def _kept(look: Look) -> Kept:
    """The assessment that is looked at, as papers read it."""
    assert look.kept is not None
    customers, decisions = _frame(look, "customers"), _frame(look, "decisions")
    names = {} if customers is None else dict(customers.select("customer_id", "name").iter_rows())
    return Kept(look.kept.report, names, customers, decisions, look.company.called(look.language.code))


def _frame(look: Look, name: str) -> pl.DataFrame | None:
    assert look.kept is not None
    try:
        return look.kept.frame(name).collect()
    except SolventError:
        return None


def _books(look: Look) -> AtHand:
    """The books of the day that is looked at.

    Raises:
        SolventError: there are none any more.
    """
    assert look.kept is not None
    return at_hand(look.company, look.kept.as_of, int(look.kept.sheet["seed"]))


def _changes(look: Look) -> Sequence[Change] | None:
    """What the books call for in the policy; None where there are no books."""
    try:
        books = _books(look)
    except SolventError:
        return None
    return policy_changes(books.books, books.credit, books.behaviour, books.policy)


def _board(look: Look, _: Language, asked: Mapping[str, str]) -> Document:
    return board_report(_kept(look), _changes(look), "quarter" if asked["span"] == "quarter" else "month")


def _quality(look: Look, language: Language, _: Mapping[str, str]) -> Document:
    assert look.kept is not None
    told = [language.problem(Problem(one["code"], one["place"], one["facts"])) for one in look.kept.report["problems"]]
    return quality_report(_kept(look), told)


def _policy(look: Look, _: Language, asked: Mapping[str, str]) -> Document:
    assert look.kept is not None
    company, currency = look.company.name or None, look.kept.currency or UNKNOWN
    if asked["for"] == "customers":
        return policy_book(policy_of(look.kept), currency, "customers", company=company)
    return policy_book(policy_of(look.kept), currency, company=company, changes=_changes(look))


def _contracts(look: Look, _: Language, __: Mapping[str, str]) -> Document:
    books = _books(look)
    return contract_list(books.books, contract_findings(books.books, books.policy.terms(Clauses)))


def _start(look: Look, _: Language, __: Mapping[str, str]) -> Document:
    books = _books(look)
    return start_page(books.books, books.credit, books.policy)


NOTHING: Mapping[str, Mapping[str, str]] = {}
PAPERS: Mapping[str, Paper] = {
    paper.name: paper
    for paper in (
        Paper(
            "management", "Report for management",
            "Cash, receivables, risk, working capital, decisions and what the credit policy ought to change, "
            "with a cover.",
            "see_cash", _board, {"span": {"month": "monthly", "quarter": "quarterly"}}, True,
        ),
        Paper(
            "morning", "The day on one sheet",
            "What we have, what is owed to us and what needs somebody, in plain words.",
            "see_cash", lambda look, _, __: morning_sheet(_kept(look)), NOTHING,
        ),
        Paper(
            "ageing", "Ageing of receivables", "What is open by age, in all and customer by customer.",
            "see", lambda look, _, __: ageing_report(_kept(look)), NOTHING,
        ),
        Paper(
            "exposure", "Exposure", "What is at risk, of what it is made, and with whom.",
            "see", lambda look, _, __: exposure_report(_kept(look)), NOTHING,
        ),
        Paper(
            "policy", "Credit policy", "Grades, limits, terms and steps, for staff or for customers.",
            "see", _policy, {"for": {"staff": "for staff", "customers": "for customers"}},
        ),
        Paper(
            "contracts", "Contracts to update",
            "Clauses on payment that are missing, unclear or unfavourable, for legal.",
            "see", _contracts, NOTHING,
        ),
        Paper(
            "quality", "Quality of the data", "What ties and what does not, what is missing, every problem found.",
            "see", _quality, NOTHING,
        ),
        Paper(
            "start", "What the books can tell", "What can be said with the data there are, and what to get next.",
            "see", _start, NOTHING,
        ),
    )
}  # fmt: skip
"""Every report, by its name in the address."""
