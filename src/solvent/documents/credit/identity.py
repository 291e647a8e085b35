"""Identity: who a customer is, whom it belongs to, how old and complete its file is, and what changed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.books.books import Books
from solvent.credit.credit import Credit
from solvent.credit.file.history import changes
from solvent.credit.file.registers import next_steps
from solvent.documents.content import (
    Block,
    Facts,
    Heading,
    Paragraph,
    Points,
    Row,
    Table,
    Value,
    count,
    day,
    days,
    flag,
    money,
    share,
    text,
    word,
)

NUMBERS = ("tax_id", "registration_no", "vat_id", "lei", "iban")
DIGITS = ("length", "characters", "check_digit", "parts")
"""Kinds of findings that are about a number by itself."""
SHOWN_CHANGES = 15
_ASIDE = ("statements", "limits", "risk_levels", "reviews")
_WORDS: Mapping[str, str] = {
    "status": "status", "outcome": "outcome", "opinion": "opinion", "decision": "cover_decision",
    "due_from": "due_from", "outlook": "outlook",
}  # fmt: skip
"""Columns whose cells are codes, and the family of each."""


def of_customer(books: Books, table: str, customer: str) -> pl.DataFrame:
    """One customer's rows of a table."""
    return books.table(table).filter(pl.col("customer_id") == customer).collect()


def newest(frame: pl.DataFrame, on: str) -> Mapping[str, Any]:
    """The newest row; nothing where there is none."""
    if frame.is_empty():
        return {}
    return frame.sort(on, "recorded_on", maintain_order=True).row(-1, named=True)


def identity(books: Books, credit: Credit, customer: str, ours: Mapping[str, Any]) -> Iterator[Block]:
    """Who it is: our own record beside the register's newest extract, and what check digits say of each number."""
    register = newest(of_customer(books, "registrations", customer), "told_on")
    yield Heading("report.identity")
    yield Table("report.identity.facts", ("about", "told"), [*_ours(ours), *_register(register)])
    if not register:
        yield Paragraph("report.identity.no_extract", tone="watch")
    else:
        yield Paragraph("report.identity.extract", {"day": day(register["told_on"]), "who": text(register["source"])})
    findings = credit.files.identifiers
    mine = findings.filter(pl.col("customer_id") == customer) if findings.width else findings
    checked = list(_numbers(ours, register, mine))
    if checked:
        yield Table("report.numbers", ("about", "number", "verdict", "right_number"), checked)
    yield from _other_findings(mine)


def _ours(ours: Mapping[str, Any]) -> list[Row]:
    kinds: Mapping[str, Callable[[Any], Value]] = {
        "country": text,
        "region": text,
        "industry": text,
        "salesperson": text,
        "terms_days": days,
        "since_on": day,
    }
    return [(word("field", name), make(ours.get(name))) for name, make in kinds.items() if ours.get(name) is not None]


def _register(register: Mapping[str, Any]) -> list[Row]:
    if not register:
        return []
    currency = register["currency"] or UNKNOWN
    cells: dict[str, Value] = {
        "legal_name": text(register["legal_name"]),
        "status": word("status", register["status"]),
        "legal_form": text(register["legal_form"]),
        "founded_on": day(register["founded_on"]),
        "legal_representative": text(register["legal_representative"]),
        "capital": money(register["capital"], currency),
        "paid_in": money(register["paid_in"], currency),
        "employees": count(register["employees"]),
        "industry_code": text(register["industry_code"]),
        "address": text(register["address"]),
        "parent_name": text(register["parent_name"] or register["parent_id"]),
    }
    return [(word("field", name), value) for name, value in cells.items() if value.value is not None]


def _numbers(ours: Mapping[str, Any], register: Mapping[str, Any], findings: pl.DataFrame) -> Iterator[Row]:
    wrong: dict[str, Mapping[str, Any]] = {}
    if findings.width:
        for row in findings.filter(pl.col("kind").is_in(DIGITS)).iter_rows(named=True):
            wrong[row["field"]] = row
    for name in NUMBERS:
        value = ours.get(name) if name == "tax_id" else register.get(name)
        if value is None:
            continue
        found = wrong.get(name)
        verdict = "no_fault" if found is None else str(found["kind"])
        yield word("field", name), text(value), word("verdict", verdict), text(found["right"] if found else None)


def _other_findings(findings: pl.DataFrame) -> Iterator[Block]:
    if not findings.width:
        return
    for row in findings.filter(~pl.col("kind").is_in(DIGITS)).iter_rows(named=True):
        facts: Facts = {"field": word("field", row["field"]), "value": text(row["value"]), "right": text(row["right"])}
        code = {
            "differs": "report.identity.differs",
            "name": "report.identity.name",
            "shared": "report.identity.shared",
        }.get(row["kind"], "report.identity.other")
        yield Paragraph(code, facts, "watch")


def group(books: Books, credit: Credit, customer: str, ours: Mapping[str, Any]) -> Iterator[Block]:
    """The connected group, its parents and the others of the name."""
    yield Heading("report.group")
    tree = credit.files.groups
    row = None if tree is None else _row(tree.table, customer)
    if tree is None or row is None or (row["members"] == 1 and row["parent_id"] is None):
        yield Paragraph("report.group.alone")
        return
    named = books.table("groups").filter(pl.col("group_id") == (ours.get("group_id") or "")).collect()
    name = newest(named, "recorded_on").get("name")
    facts = {"group": text(name or row["name_id"]), "members": count(row["members"])}
    yield Paragraph("report.group.member", facts)
    if row["circle"]:
        yield Paragraph("report.group.circle", tone="bad")
    elif row["parent_id"] is not None:
        yield Paragraph("report.group.parent", {"parent": text(row["parent_id"]), "top": text(row["ultimate_id"])})
    others = tree.table.filter((pl.col("name_id") == row["name_id"]) & (pl.col("customer_id") != customer))
    names = books.table("customers").select("customer_id", "name").unique("customer_id", keep="first").collect()
    shown = others.join(names, on="customer_id", how="left").sort("customer_id").head(20)
    if shown.height:
        rows = [(text(each["customer_id"]), text(each["name"])) for each in shown.iter_rows(named=True)]
        yield Table("report.group.others", ("customer", "name"), rows)


def completeness(books: Books, credit: Credit, customer: str) -> Iterator[Block]:
    """How old and how complete each part of the file is, and what to get next."""
    yield Heading("report.parts")
    mine = credit.files.parts.filter(pl.col("customer_id") == customer)
    if mine.is_empty():
        yield Paragraph("report.parts.nothing", tone="watch")
        return
    rows = [
        (word("part", row["part"]), day(row["newest_on"]), days(row["age_days"]), share(row["filled_share"]),
         word("state", row["state"]))
        for row in mine.iter_rows(named=True)
    ]  # fmt: skip
    yield Table("report.parts.table", ("part", "newest_on", "age_days", "filled_share", "state"), rows)
    steps = next_steps(books, credit.files.parts).filter(pl.col("customer_id") == customer)
    if steps.is_empty():
        yield Paragraph("report.parts.whole", tone="good")
        return
    yield Paragraph("report.parts.next")
    points = [
        ("report.parts.step", {"step": word("step", row["step"]), "part": word("part", row["part"])})
        if row["link"] is None
        else (
            "report.parts.step_at",
            {"step": word("step", row["step"]), "part": word("part", row["part"]), "link": text(row["link"])},
        )
        for row in steps.iter_rows(named=True)
    ]
    yield Points(points, ordered=True)


def changed(books: Books, customer: str) -> Iterator[Block]:
    """What changed in the file, the newest first; statements and limits have their own parts."""
    found = changes(books, [customer]).filter(~pl.col("first") & ~pl.col("table").is_in(_ASIDE))
    found = found.filter(pl.col("table") != "events").sort("known_on", descending=True, maintain_order=True)
    yield Heading("report.changes")
    if found.is_empty():
        yield Paragraph("report.changes.none")
        return
    rows = [
        (day(row["known_on"]), day(row["true_on"]), word("table", row["table"]), word("field", row["column"]),
         _cell(row["column"], row["old"]), _cell(row["column"], row["new"]))
        for row in found.head(SHOWN_CHANGES).iter_rows(named=True)
    ]  # fmt: skip
    yield Table("report.changes.table", ("known_on", "true_on", "table", "about", "was", "is"), rows)
    if found.height > SHOWN_CHANGES:
        yield Paragraph("report.more", {"count": count(found.height - SHOWN_CHANGES)})


def _cell(column: str, told: str | None) -> Value:
    """A cell of the history, which holds all as text, in its own kind again."""
    if told is None:
        return text(None)
    if column in _WORDS:
        return word(_WORDS[column], told)
    if told in ("true", "false"):
        return flag(told == "true")
    if column.endswith(("_on", "_until")):
        return day(date.fromisoformat(told))
    if column.endswith("_days"):
        return days(float(told))
    if column.endswith("_share"):
        return share(float(told))
    return text(told)


def _row(frame: pl.DataFrame, customer: str) -> Mapping[str, Any] | None:
    mine = frame.filter(pl.col("customer_id") == customer)
    return None if mine.is_empty() else mine.row(0, named=True)
