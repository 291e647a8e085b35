"""Overdue days: how long the oldest open item is past due: over a first line for approval, over a second refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from solvent.base.money import minor
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Finding, OrderRule


@dataclass(frozen=True)
class OverdueDays(Terms, key="limits.order.overdue_days"):
    """How late is too late."""

    days: int = term(15, unit="days past due, approval strictly over it and grace", source="REQUIREMENTS RD-02")
    grace_days: int = term(3, unit="days of grace", source="FORMULAS Appendix B")
    oldest_days: int = term(60, unit="days past due, refused strictly over it", source="CAPABILITIES 139; own choice")
    small_amount: float = term(
        100.0, unit="main units, items smaller than it do not count", source="own choice: bank charges and rounding"
    )


def _read(case: Case, terms: OverdueDays) -> Sequence[Finding]:
    small = minor(Decimal(str(terms.small_amount)), case.look.currency)
    oldest = max((days for days, amount in case.look.overdue if amount >= small), default=0)
    if case.look.exposure is None and not oldest:
        return []  # What has no rate is not among the overdue: that none is seen does not mean that none is.
    line = terms.days + terms.grace_days
    soft = Problem("orders.overdue_days.late", "", {"days": oldest, "line": line})
    hard = Problem("orders.overdue_days.oldest", "", {"days": oldest, "line": terms.oldest_days})
    return [
        Finding("overdue_days", "late", oldest <= line, "approval", "conduct", "days", oldest, line, soft),
        Finding(
            "overdue_days",
            "oldest",
            oldest <= terms.oldest_days,
            "no",
            "conduct",
            "days",
            oldest,
            terms.oldest_days,
            hard,
        ),
    ]


RULE = OrderRule(OverdueDays, _read)
