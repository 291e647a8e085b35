"""Overdue share: how much of what is open is past due, and past the grace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Finding, OrderRule


@dataclass(frozen=True)
class OverdueShare(Terms, key="limits.order.overdue_share"):
    """How much overdue is too much."""

    share: float = term(
        0.30, unit="share of open items, approval strictly over it", most=1, source="FORMULAS 4.1.11; own choice"
    )
    grace_days: int = term(3, unit="days past due that do not count", source="FORMULAS Appendix B")


def _read(case: Case, terms: OverdueShare) -> Sequence[Finding]:
    if case.look.open <= 0:
        return []
    late = sum(amount for days, amount in case.look.overdue if days > terms.grace_days)
    share = late / case.look.open
    facts = {"share": round(100 * share), "line": round(100 * terms.share), "late_amount": late}
    why = Problem("orders.overdue_share", "", facts)
    passed = share <= terms.share + 1e-12
    return [Finding("overdue_share", "share", passed, "approval", "conduct", "share", share, terms.share, why)]


RULE = OrderRule(OverdueShare, _read)
