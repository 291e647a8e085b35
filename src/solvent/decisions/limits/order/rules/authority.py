"""Authority: an order larger than sales may take alone, or far larger than the customer usually buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from solvent.base.money import minor
from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Finding, OrderRule


@dataclass(frozen=True)
class Authority(Terms, key="limits.order.authority"):
    """How large an order may be."""

    amount: float = term(
        1_000_000.0, unit="main units on credit, approval strictly over it", source="FORMULAS 4.1.11; own choice"
    )
    usual_times: float = term(
        5.0, unit="times a usual month, approval strictly over it", source="own choice: far beyond a jump of 30 %"
    )


def _read(case: Case, terms: Authority) -> Sequence[Finding]:
    line = minor(Decimal(str(terms.amount)), case.look.currency)
    facts = {"asked_amount": case.credit, "line_amount": line}
    why = Problem("orders.authority.amount", "", facts)
    found = [Finding("authority", "amount", case.credit <= line, "approval", "amount", "money", case.credit, line, why)]
    usual = case.look.usual_purchases
    if usual:
        most = round(usual * terms.usual_times)
        told: dict[str, Fact] = {
            "asked_amount": case.credit,
            "usual_amount": usual,
            "times": f"{case.credit / usual:.1f}",
        }
        why = Problem("orders.authority.usual", "", told)
        passed = case.credit <= most
        found.append(Finding("authority", "usual", passed, "approval", "amount", "money", case.credit, most, why))
    return found


RULE = OrderRule(Authority, _read)
