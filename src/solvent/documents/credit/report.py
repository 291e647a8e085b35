"""Report: the buyer credit report of one customer: everything its file holds, with the day of each part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.books.books import Basis, Books
from solvent.credit.credit import Credit
from solvent.documents.content import (
    Block,
    Document,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Row,
    Table,
    day,
    days,
    grade,
    money,
    number,
    share,
    text,
    tier,
    word,
)
from solvent.documents.credit import granted, record
from solvent.documents.credit.identity import changed, completeness, group, identity, newest, of_customer
from solvent.documents.policy_book.rules import in_unit

TIERS = ("green", "yellow", "orange", "red")


def credit_report(
    books: Books,
    credit: Credit,
    behaviour: pl.DataFrame,
    policy: Policy,
    customer: str,
    *,
    exposure: pl.DataFrame | None = None,
    findings: pl.DataFrame | None = None,
) -> Document:
    """The credit report of one customer on the books' day (REQUIREMENTS CR-01).

    A part of which the books hold nothing says so; nothing is filled in.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour`` of the same books.
        exposure: the table of ``decisions.limits.exposure.exposures``; None: the report tells none.
        findings: the table of ``decisions.warnings.engine``; None: the report tells none.

    Raises:
        SolventError: the books know no such customer.
    """
    ours = _ours(books, customer)
    facts = {"customer": text(customer), "name": text(ours.get("name") or customer), "day": day(books.as_of)}
    parts = _parts(books, credit, behaviour, policy, customer, exposure=exposure, findings=findings)
    blocks = tuple(block for part in parts for block in part)
    return Document("credit_report", "report.title", facts, books.as_of, blocks)


def known(books: Books, customer: str) -> bool:
    """Whether the books have ever heard of the customer."""
    listed = of_customer(books, "customers", customer).height
    return bool(listed or books.journal.customers.filter(pl.col("customer_id") == customer).height)


def _ours(books: Books, customer: str) -> Mapping[str, Any]:
    if not known(books, customer):
        raise SolventError("documents.customer_unknown", customer)
    return newest(of_customer(books, "customers", customer), "recorded_on")


def _parts(
    books: Books,
    credit: Credit,
    behaviour: pl.DataFrame,
    policy: Policy,
    customer: str,
    *,
    exposure: pl.DataFrame | None,
    findings: pl.DataFrame | None,
) -> Iterator[Iterator[Block]]:
    ours = newest(of_customer(books, "customers", customer), "recorded_on")
    yield _first(books, credit, behaviour, customer, exposure)
    yield _warned(findings, customer)
    yield granted.graded(credit, customer, policy)
    yield granted.limits(books, credit, customer, ours, exposure)
    yield record.payment(books, behaviour, customer, policy)
    yield identity(books, credit, customer, ours)
    yield group(books, credit, customer, ours)
    yield record.statements(books, credit, customer)
    yield record.events(books, customer)
    yield record.reputation(books, customer, ours)
    yield granted.screening(books, customer)
    yield granted.contracts(books, customer, policy)
    yield completeness(books, credit, customer)
    yield changed(books, customer)
    yield record.sources(books, customer)
    yield _end(books)


def _first(
    books: Books, credit: Credit, behaviour: pl.DataFrame, customer: str, exposure: pl.DataFrame | None
) -> Iterator[Block]:
    """What is to be seen first: grade, chance, limit, exposure, delay, and how much of the file is known."""
    graded, paying = _row(credit.grades.table, customer), _row(behaviour, customer)
    owed, granted_now = _row(exposure, customer), _row(credit.limits.table, customer)
    as_of = books.as_of
    told = [
        Figure("grade", grade(graded.get("grade")), "grade.base", as_of),
        Figure("tier", tier(graded.get("tier")), "tier.base", as_of),
        Figure("yearly_default_chance", share(graded.get("yearly_default_chance")), "chance.base", as_of),
        Figure(
            "limit", money(owed.get("limit", granted_now.get("standing_amount")), books.currency), "limit.base", as_of
        ),
    ]
    if exposure is not None:
        told.append(Figure("exposure", money(owed.get("exposure"), books.currency), "exposure.base", as_of))
    told += [
        Figure("delay_days", days(paying.get("delay_days")), "delay_days.base", as_of),
        Figure("payment_index", number(paying.get("payment_index")), "payment_index.base", as_of),
        Figure("known_share", share(graded.get("known_share")), "known_share.base", as_of),
    ]
    yield Figures(told)
    if books.basis is Basis.MIXED:
        yield Paragraph("report.mixed", tone="watch")


def _warned(findings: pl.DataFrame | None, customer: str) -> Iterator[Block]:
    """The warnings on this customer that stand today."""
    if findings is None:
        return
    mine = findings.filter((pl.col("about") == "customer") & (pl.col("subject") == customer))
    yield Heading("report.warnings")
    if mine.is_empty():
        yield Paragraph("report.warnings.none", tone="good")
        return
    rows: list[Row] = [
        (tier(TIERS[row["tier"]]), word("rule", row["rule"]), in_unit(row["value"], row["unit"]),
         in_unit(row["line"], row["unit"]))
        for row in mine.sort("tier", "rule", descending=[True, False]).iter_rows(named=True)
    ]  # fmt: skip
    yield Table("report.warnings.table", ("tier", "rule", "reading", "line_crossed"), rows)


def _end(books: Books) -> Iterator[Block]:
    yield Paragraph("report.end", {"day": day(books.as_of)})
    if books.known_on is not None:
        yield Paragraph("report.end.known", {"day": day(books.known_on)})


def _row(frame: pl.DataFrame | None, customer: str) -> Mapping[str, Any]:
    if frame is None or "customer_id" not in frame.columns:
        return {}
    mine = frame.filter(pl.col("customer_id") == customer)
    return {} if mine.is_empty() else mine.row(0, named=True)
