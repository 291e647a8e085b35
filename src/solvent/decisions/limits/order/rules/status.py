"""Status: the customer's grade, what the register says of it, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Effect, Finding, OrderRule


@dataclass(frozen=True)
class Status(Terms, key="limits.order.status"):
    """What stops credit, and what asks for a second look."""

    refused_grades: tuple[str, ...] = term(
        ("E",), unit="grades", choices=("A", "B", "C", "D", "E"), source="REQUIREMENTS CR-04: a cap for high risk"
    )
    doubted_grades: tuple[str, ...] = term(
        ("D",), unit="grades", choices=("A", "B", "C", "D", "E"), source="own choice: the one above"
    )
    refused_states: tuple[str, ...] = term(
        ("in_liquidation", "revoked", "deregistered"), unit="states in the register", source="own choice: it is ending"
    )
    doubted_states: tuple[str, ...] = term(("suspended",), unit="states in the register", source="own choice")
    refused_events: tuple[str, ...] = term(
        ("insolvency_filed", "bankrupt", "licence_revoked", "deregistered", "dishonest_debtor"),
        unit="kinds of events",
        source="REQUIREMENTS RD-01; own choice",
    )
    doubted_events: tuple[str, ...] = term(
        ("enforcement_opened", "judgment_against", "serious_violation", "spending_restricted", "equity_frozen",
         "insurer_warning", "tax_arrears"),
        unit="kinds of events",
        source="REQUIREMENTS RD-01; own choice",
    )  # fmt: skip
    grave: int = term(3, unit="severity, from it on a doubt whatever the kind", source="own choice: grave")
    refused_days: int = term(730, unit="days that such an event counts", source="own choice: two years")
    doubted_days: int = term(180, unit="days that such an event counts", source="own choice: half a year")


def _read(case: Case, terms: Status) -> Sequence[Finding]:
    look, found = case.look, []
    if look.grade is not None:
        refused, doubted = look.grade in terms.refused_grades, look.grade in terms.doubted_grades
        why = Problem("orders.status.grade", "", {"grade": look.grade})
        line = ", ".join((*terms.doubted_grades, *terms.refused_grades))
        found.append(_told("grade", refused=refused, doubted=doubted, value=look.grade, line=line, why=why))
    if look.status is not None:
        refused, doubted = look.status in terms.refused_states, look.status in terms.doubted_states
        why = Problem("orders.status.register", "", {"state": look.status})
        found.append(_told("register", refused=refused, doubted=doubted, value=look.status, line=None, why=why))
    for event in look.events:
        age = look.as_of - event.happened_on
        refused = event.kind in terms.refused_events and age <= timedelta(days=terms.refused_days)
        heavy = event.kind in terms.doubted_events or (event.severity or 0) >= terms.grave
        doubted = heavy and age <= timedelta(days=terms.doubted_days)
        if refused or doubted:
            facts = {"event": event.kind, "day": event.happened_on.isoformat(), "number": event.event_id}
            why = Problem("orders.status.event", "", facts)
            part = f"event:{event.event_id}"
            found.append(_told(part, refused=refused, doubted=doubted, value=event.kind, line=None, why=why))
    return found


def _told(part: str, *, refused: bool, doubted: bool, value: str, line: str | None, why: Problem) -> Finding:
    effect: Effect = "no" if refused else "approval"
    unit = "grade" if part == "grade" else "event"
    return Finding("status", part, not (refused or doubted), effect, "conduct", unit, value, line, why)


RULE = OrderRule(Status, _read)
