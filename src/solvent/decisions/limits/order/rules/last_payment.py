"""Last payment: how long the customer has paid nothing although something is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Finding, OrderRule


@dataclass(frozen=True)
class LastPayment(Terms, key="limits.order.last_payment"):
    """How long without a payment is too long."""

    days: int = term(60, unit="days without a payment, approval strictly over it", source="FORMULAS 4.1.11; own choice")


def _read(case: Case, terms: LastPayment) -> Sequence[Finding]:
    look = case.look
    # A list of open items alone holds no payments: that none is seen says nothing.
    if not look.overdue or not look.payments_known:
        return []
    oldest = max(days for days, _ in look.overdue)
    days = oldest if look.last_paid_on is None else (look.as_of - look.last_paid_on).days
    code = Problem("orders.last_payment", "", {"days": days, "line": terms.days})
    return [Finding("last_payment", "days", days <= terms.days, "approval", "conduct", "days", days, terms.days, code)]


RULE = OrderRule(LastPayment, _read)
