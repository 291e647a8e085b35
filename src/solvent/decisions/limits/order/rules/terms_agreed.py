"""Terms agreed: an order on longer terms than were agreed is for approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Finding, OrderRule


@dataclass(frozen=True)
class TermsAgreed(Terms, key="limits.order.terms_agreed"):
    """How much longer is too long."""

    more_days: int = term(0, unit="days over the terms agreed, approval strictly over it", source="FORMULAS 4.1.11")


def _read(case: Case, terms: TermsAgreed) -> Sequence[Finding]:
    asked = case.asked.terms_days
    if asked is None:
        return []
    agreed = case.look.usual_days if case.look.agreed_days is None else case.look.agreed_days
    line = agreed + terms.more_days
    why = Problem("orders.terms_agreed", "", {"days": asked, "line": line})
    return [Finding("terms_agreed", "days", asked <= line, "approval", "conduct", "days", asked, line, why)]


RULE = OrderRule(TermsAgreed, _read)
