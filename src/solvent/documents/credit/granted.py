"""Granted: what we decided about a customer: grade with reasons, screening, limits and terms, contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.books.credit.granted import CONTRACTS
from solvent.books.credit.registry import STEPS
from solvent.credit.contracts import Clauses, contract_findings
from solvent.credit.credit import Credit
from solvent.credit.grading.grade import factors
from solvent.documents.content import (
    Block,
    Heading,
    Kind,
    Paragraph,
    Row,
    Table,
    Value,
    count,
    day,
    days,
    flag,
    grade,
    money,
    number,
    rate,
    share,
    text,
    tier,
    word,
)
from solvent.documents.credit.identity import newest, of_customer

MOST_REASONS = 12
MOST_LIMITS = 12
UNITS: Mapping[str, Kind] = {"share": "share", "days": "days", "count": "count", "level": "count"}
"""How a factor's value is told; plain numbers where its unit is none of these."""
CLAUSES: Mapping[str, Kind] = {
    "terms_days": "days", "instalments": "count", "deposit_share": "share", "discount_share": "share",
    "discount_days": "days", "late_daily_rate": "rate", "acceptance_days": "days", "dispute_days": "days",
    "retention_of_title": "flag", "no_set_off": "flag", "acceleration": "flag", "may_stop_supply": "flag",
    "assignable": "flag", "law": "country", "jurisdiction": "text",
}  # fmt: skip
"""The clauses of a contract, and how each is told."""
assert {*CLAUSES, "due_from"} <= set(CONTRACTS.columns)


def graded(credit: Credit, customer: str, policy: Policy) -> Iterator[Block]:
    """The grade, both axes, and the factors that cost it most."""
    yield Heading("report.grade")
    mine = credit.grades.table.filter(pl.col("customer_id") == customer)
    if mine.is_empty():
        yield Paragraph("report.grade.none", tone="watch")
        return
    row = mine.row(0, named=True)
    told: dict[str, Value] = {
        "grade": grade(row["grade"]),
        "tier": tier(row["tier"]),
        "yearly_default_chance": share(row["yearly_default_chance"]),
        "ability": number(row["ability"]),
        "willingness": number(row["willingness"]),
        "points": number(row["points"]),
        "known_share": share(row["known_share"]),
        "basis": word("basis", row["basis"]),
    }
    yield Table("report.grade.table", ("about", "told"), [(word("graded", name), cell) for name, cell in told.items()])
    if row["capped_by"] is not None:
        yield Paragraph("report.grade.capped", {"cap": word("cap", row["capped_by"])}, "watch")
    reasons = credit.grades.reasons.filter((pl.col("customer_id") == customer) & (pl.col("lost") > 0))
    if reasons.is_empty():
        yield Paragraph("report.grade.no_reasons")
        return
    units = {factor.name: factor.shape.unit for factor in factors(policy)}
    rows = [
        (word("factor", each["factor"]), word("axis", each["axis"]),
         factor_value(each["factor"], each["value"], units), number(each["points"]), number(each["best"]),
         number(each["lost"]))
        for each in reasons.head(MOST_REASONS).iter_rows(named=True)
    ]  # fmt: skip
    yield Table("report.reasons", ("factor", "axis", "reading", "points", "best", "lost"), rows)
    if reasons.head(MOST_REASONS).get_column("value").null_count():
        yield Paragraph("report.reasons.unknown")


def factor_value(factor: str, value: float | None, units: Mapping[str, str]) -> Value:
    """A factor's reading in its own unit."""
    kind = UNITS.get(units.get(factor, ""), "number")
    if kind == "count" and value is not None:
        return count(round(value))
    return Value(kind, value)


def screening(books: Books, customer: str) -> Iterator[Block]:
    """Each step of the screening: what it gave, until when it is good."""
    yield Heading("report.screening")
    mine = of_customer(books, "screenings", customer)
    if mine.is_empty():
        yield Paragraph("report.screening.none", tone="watch")
        return
    rows: list[Row] = []
    for step in STEPS:
        told = newest(mine.filter(pl.col("step") == step), "told_on")
        if told:
            rows.append(
                (word("screen", step), word("outcome", told["outcome"]), day(told["told_on"]), day(told["expires_on"]),
                 text(told["reviewer"]), text(told["evidence"]), text(told["reason"]))
            )  # fmt: skip
    heads = ("step", "outcome", "told_on", "good_until", "reviewer", "evidence", "reason")
    yield Table("report.screening.table", heads, rows)
    if len(rows) < len(STEPS[:3]):
        yield Paragraph("report.screening.short", tone="watch")


def limits(
    books: Books, credit: Credit, customer: str, ours: Mapping[str, Any], exposure: pl.DataFrame | None
) -> Iterator[Block]:
    """The limit and terms that count, what is used of them, what each method would give, and every decision before."""
    yield Heading("report.limit")
    yield from _used(exposure, customer, books.currency)
    table = credit.limits.table.filter(pl.col("customer_id") == customer)
    if table.height:
        yield from _proposed(table.row(0, named=True), books.currency)
    methods = credit.limits.methods.filter(pl.col("customer_id") == customer)
    if methods.height:
        given = [
            (word("method", row["method"]), money(row["amount"], books.currency), word("lacks", row["lacks"]))
            for row in methods.iter_rows(named=True)
        ]
        yield Table("report.limit.methods", ("method", "amount", "lacks"), given)
    own = pl.col("customer_id") == customer
    theirs = pl.col("group_id") == (ours.get("group_id") or "")
    history = books.table("limits").filter(own.fill_null(False) | theirs.fill_null(False)).collect()
    if history.is_empty():
        yield Paragraph("report.limit.no_history", tone="watch")
        return
    shown = history.sort("valid_from", "recorded_on", descending=True, maintain_order=True)
    rows = [
        (day(row["valid_from"]), day(row["valid_until"]), word("limit_kind", row["kind"]),
         word("whose", "own" if row["customer_id"] else "group"), money(row["amount"], row["currency"]),
         days(row["terms_days"]), share(row["deposit_share"]), text(row["decided_by"]), text(row["approved_by"]),
         text(row["reason"]), day(row["recorded_on"]))
        for row in shown.head(MOST_LIMITS).iter_rows(named=True)
    ]  # fmt: skip
    heads = (
        "valid_from", "valid_until", "limit_kind", "whose", "amount", "terms_days", "deposit_share", "decided_by",
        "approved_by", "reason", "known_on",
    )  # fmt: skip
    yield Table("report.limit.history", heads, rows)


def _used(exposure: pl.DataFrame | None, customer: str, currency: str) -> Iterator[Block]:
    if exposure is None:
        return
    mine = exposure.filter(pl.col("customer_id") == customer)
    if mine.is_empty():
        return
    row = mine.row(0, named=True)
    parts = ("not_due", "overdue", "delivered", "ordered", "deposit", "reserved", "unallocated", "credit_note")
    cells = [(word("exposed", name), money(row.get(name), currency)) for name in parts if row.get(name)]
    totals = ("exposure", "limit", "insured", "uninsured", "group_exposure", "group_limit")
    cells += [(word("exposed", name), money(row.get(name), currency)) for name in totals if row.get(name) is not None]
    yield Table("report.exposure", ("about", "amount"), cells)
    if row.get("over"):
        yield Paragraph("report.exposure.over", {"share": share(row.get("used_share"))}, "bad")
    elif row.get("watch"):
        yield Paragraph("report.exposure.watch", {"share": share(row.get("used_share"))}, "watch")


def _proposed(row: Mapping[str, Any], currency: str) -> Iterator[Block]:
    told: dict[str, Value] = {
        "standing_amount": money(row["standing_amount"], currency),
        "amount": money(row["amount"], currency),
        "decided_by": word("method", row["decided_by"]),
        "terms_days": days(row["terms_days"]),
        "deposit_share": share(row["deposit_share"]),
        "move": word("move", row["move"]),
        "why": word("why", row["why"]),
    }
    rows = [(word("proposed", name), cell) for name, cell in told.items() if cell.value is not None]
    yield Table("report.limit.proposed", ("about", "told"), rows)


def contracts(books: Books, customer: str, policy: Policy) -> Iterator[Block]:
    """The clauses of every contract in force, and what is missing, unclear or worse than it ought to be."""
    yield Heading("report.contract")
    mine = of_customer(books, "contracts", customer)
    running = mine.filter(pl.col("ends_on").is_null() | (pl.col("ends_on") >= books.as_of)).sort("signed_on")
    if running.is_empty():
        yield Paragraph("report.contract.none", tone="watch")
    for row in running.reverse().head(3).iter_rows(named=True):
        told: list[Row] = [
            (word("field", "signed_on"), day(row["signed_on"])),
            (word("field", "ends_on"), day(row["ends_on"])),
            (word("field", "due_from"), word("due_from", row["due_from"])),
            *((word("field", name), clause(name, row[name])) for name in CLAUSES),
        ]
        yield Table("report.contract.clauses", ("clause", "told"), told, {"contract": text(row["contract_id"])})
    found = contract_findings(books, policy.terms(Clauses), customers=[customer]).findings
    if found.height:
        yield Table("report.contract.findings", ("contract", "finding", "clause", "told", "right"), finding_rows(found))
    elif running.height:
        yield Paragraph("report.contract.whole", tone="good")


def clause(name: str, value: Any) -> Value:
    """The wording of one clause in its own kind."""
    kind = CLAUSES.get(name, "text")
    return flag(value) if kind == "flag" else Value(kind, value)


def finding_rows(found: pl.DataFrame) -> list[Row]:
    """Findings on contracts as rows: contract, finding, clause, what it says, what would be right."""
    rows: list[Row] = []
    for row in found.iter_rows(named=True):
        told, wanted = _as_clause(row["clause"], row["told"]), _as_clause(row["clause"], row["wanted"])
        code = row["kind"] if row["sure"] else f"{row['kind']}_perhaps"
        rows.append((text(row["contract_id"]), word("finding", code), word("field", row["clause"]), told, wanted))
    return rows


def _as_clause(name: str, value: float | None) -> Value:
    kind = CLAUSES.get(name, "number")
    if value is None or kind in ("text", "country"):
        return text(None)
    if kind == "flag":
        return flag(bool(value))
    return count(round(value)) if kind == "count" else rate(value) if kind == "rate" else Value(kind, value)
