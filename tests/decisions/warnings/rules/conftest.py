"""What the tests of single rules ask for: a rule's reading of some books, and the tier that it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.decisions.warnings.engine import warn
from solvent.decisions.warnings.rule import rules
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class Told:
    """A reading: its value, its tier, its facts; None of all where there is none."""

    value: float | None
    tier: int | None
    facts: dict[str, Any]
    evidence: list[str]


@pytest.fixture
def told() -> Callable[..., Told]:
    """``told(books, "dso_rise", "own", yellow=0.1)``: what a rule says of a subject, with some terms decided."""

    def say(books: Books, name: str, subject: str = "own", **decided: Any) -> Told:
        rule = rules()[name]
        overrides = {rule.terms.key: [(date(1990, 1, 1), decided)]} if decided else {}
        view = View(books, Policy(books.as_of, overrides))
        frame = rule.read(view, view.policy.terms(rule.terms))
        found = warn(view, {name: rule})
        assert not found.problems, found.problems
        if frame is None or subject not in frame["subject"].to_list():
            return Told(None, None, {}, [])
        row = frame.row(by_predicate=pl.col("subject") == subject, named=True)
        tier = found.readings.row(by_predicate=pl.col("subject") == subject, named=True)["tier"]
        return Told(row.pop("value"), tier, row, row.pop("evidence"))

    return say


DAY = date(2026, 6, 30)


def ledger(**tables: list[dict[str, Any]]) -> Ledger:
    """A ledger out of rows; currency, recorded_on and invoice_id are filled in, amounts are minor units."""
    frames = {}
    for name, rows in tables.items():
        filled = []
        for row in rows:
            usual: dict[str, Any] = {"recorded_on": date(2000, 1, 1)}
            if "currency" in TABLES[name].columns:
                usual["currency"] = "CNY"
            if name == "open_items":
                usual["invoice_id"] = row["item_id"]
            filled.append(usual | row)
        frame = pl.DataFrame(filled, infer_schema_length=None)
        frames[name] = TABLES[name].conform(frame.lazy())
    return Ledger(frames, currency="CNY")


@pytest.fixture
def books_with() -> Callable[..., Books]:
    """``books_with(day, open_items=[...])``: books of a day out of rows."""
    return lambda day=DAY, **tables: open_books(ledger(**tables), day)


Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def paying() -> Callable[..., Rows]:
    """Items of one customer, each due so many days before DAY and paid so many days late; None: still open."""

    def made(items: list[tuple[int, int | None]], customer: str = "lantern", amount: int = 10_000) -> Rows:
        rows: Rows = {"open_items": [], "receipts": [], "allocations": []}
        for place, (ago, late) in enumerate(items):
            due = DAY - timedelta(days=ago)
            name = f"{customer}{place}"
            rows["open_items"].append(
                {"item_id": name, "customer_id": customer, "issued_on": due - timedelta(days=30), "due_on": due,
                 "amount": amount}
            )  # fmt: skip
            if late is None:
                continue
            paid = due + timedelta(days=late)
            rows["receipts"].append(
                {"receipt_id": f"r{name}", "customer_id": customer, "received_on": paid, "amount": amount}
            )
            rows["allocations"].append(
                {"allocation_id": f"a{name}", "item_id": name, "source": "receipt", "source_id": f"r{name}",
                 "allocated_on": paid, "amount": amount}
            )  # fmt: skip
        return {name: told for name, told in rows.items() if told}

    return made


@pytest.fixture
def buying() -> Callable[..., list[dict[str, Any]]]:
    """Orders of one customer: one a month on the 10th, of so many main units, the last in the month of ``last``."""

    def made(months: list[int], customer: str = "lantern", last: date = DAY) -> list[dict[str, Any]]:
        rows = []
        for back, amount in enumerate(reversed(months)):
            index = last.year * 12 + last.month - 1 - back
            day = date(index // 12, index % 12 + 1, 10)
            if amount:
                rows.append(
                    {"order_id": f"{customer}{back}", "customer_id": customer, "ordered_on": day, "amount": amount}
                )
        return rows

    return made
