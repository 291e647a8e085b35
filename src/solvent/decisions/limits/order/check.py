"""Check: one order against all rules: yes, no or only with approval, with every reason and the ways that would pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Policy
from solvent.decisions.limits.order.cash import CashEffect, Laid, OrderCash, laid
from solvent.decisions.limits.order.evaluate import Judged, judge
from solvent.decisions.limits.order.rule import (
    Approval,
    Case,
    Checking,
    Finding,
    Look,
    OrderAsked,
    case_of,
    delivered_on,
)
from solvent.decisions.limits.order.softer import Softer, softer

Outcome = Literal["yes", "no", "approval"]


@dataclass(frozen=True)
class Verdict:
    """The answer to one order; money in minor units of the books' currency.

    reason: why the outcome is not what the findings alone make it, or why no rule was asked; None: the findings made
    it. findings: every rule's, those that failed first. before, after: exposure without and with the order; None: not
    known. limit: None where none counts. insured: of what is owed after. watch: over the watch line with it. cash: what
    it does to the chance of a gap; None: not looked at. approval: what lets it through. softer: ways that would pass,
    where the answer is not yes.
    """

    asked: OrderAsked
    on: date
    outcome: Outcome
    reason: Problem | None
    findings: Sequence[Finding]
    before: int | None
    after: int | None
    limit: int | None
    insured: int
    watch: bool
    cash: CashEffect | None = None
    approval: Approval | None = None
    softer: Softer | None = None

    @property
    def failed(self) -> Sequence[Finding]:
        """The findings that stand against the order."""
        return [found for found in self.findings if not found.passed and found.effect != "warn"]


def without_cash(verdict: Verdict) -> Verdict:
    """The answer as told to somebody who may not see cash: it makes a gap likelier, but not when or by how much."""
    told = [
        replace(one, value=None, line=None, why=Problem("orders.cash_gap.untold", ""))
        if one.rule == "cash_gap"
        else one
        for one in verdict.findings
    ]
    return replace(verdict, findings=told, cash=None)


def check_order(
    asked: OrderAsked, look: Look, policy: Policy, earlier: Verdict | None = None, *, ways: bool = True
) -> Verdict:
    """May this order go ahead? A pure function of what is asked, what is looked at and the company's terms.

    Exclusions come first: what was delivered is always invoiced, and what is paid before delivery needs no credit.
    Then every rule is asked; one that refuses makes a no, one that doubts an approval. An approval in the books that
    counts lets the order through.

    Args:
        earlier: the verdict that released this order. Nothing stops it again unless it grew, exposure rose by more than
            ``rise_share`` since, a rule about conduct fails that did not, or the release is older than its days.
        ways: look for softer ways where the answer is not yes.

    Raises:
        SolventError: an amount that is not positive, a negative deposit, or an order of somebody else.
    """
    if asked.amount <= 0 or asked.deposit < 0 or asked.customer_id != look.customer_id:
        raise SolventError("orders.asked", "", amount=asked.amount, deposit=asked.deposit, customer=asked.customer_id)
    terms = policy.terms(Checking)
    case = case_of(asked, look)
    if case is None:
        why = Problem("orders.no_rate", "", {"currency": asked.currency})
        return Verdict(
            asked, look.as_of, "approval", why, (), look.exposure, None, look.limit, look.insured or 0, False
        )
    lay = _lay(case, policy, terms)
    case = replace(case, cash=lay)
    found = judge(case, policy)
    verdict = _verdict(case, found)
    if verdict.outcome == "yes":
        return verdict
    kept = _kept(verdict, earlier, terms)
    if kept is not None:
        return replace(verdict, outcome="yes", reason=kept)
    approval = _approved(case)
    if approval is not None:
        facts = {"number": approval.approval_id, "who": approval.approved_by, "day": approval.until_on.isoformat()}
        return replace(verdict, outcome="yes", reason=Problem("orders.approved", "", facts), approval=approval)
    return replace(verdict, softer=softer(case, policy, terms, refused=verdict.outcome == "no")) if ways else verdict


def _verdict(case: Case, found: Judged) -> Verdict:
    look = case.look
    watch = any(finding.part == "watch" and not finding.passed for finding in found.findings)
    effect = None if case.cash is None else case.cash.effect(case.amount, case.deposit)
    order = sorted(found.findings, key=lambda finding: (finding.passed, _RANK[finding.effect]))
    return Verdict(
        asked=case.asked,
        on=look.as_of,
        outcome=found.outcome,
        reason=found.reason,
        findings=tuple(order),
        before=look.exposure,
        after=case.after,
        limit=look.limit,
        insured=case.insured_after,
        watch=watch,
        cash=effect,
    )


_RANK = {"no": 0, "approval": 1, "warn": 2}


def _lay(case: Case, policy: Policy, terms: Checking) -> Laid | None:
    """The order over the paths; not where the books hold it, for then the paths foresee it already."""
    look, asked = case.look, case.asked
    if look.cash is None or asked.stage == "invoice" or asked.order_id in look.orders:
        return None
    days = case.terms_days
    day = delivered_on(asked, look.as_of, terms.ready_days)
    return laid(look.cash, day, look.usual_days if days is None else days, policy.terms(OrderCash))


def _kept(now: Verdict, earlier: Verdict | None, terms: Checking) -> Problem | None:
    """Why a release stands although a rule fails now; None: it does not stand."""
    if earlier is None or earlier.outcome != "yes" or earlier.asked.amount < now.asked.amount:
        return None
    if (now.on - earlier.on).days > terms.release_days or earlier.asked.deposit > now.asked.deposit:
        return None
    before = {(finding.rule, finding.part) for finding in earlier.failed}
    fresh = [f for f in now.failed if f.about == "conduct" and (f.rule, f.part) not in before]
    if fresh or now.after is None or earlier.after is None:
        return None
    if now.after > earlier.after + terms.rise_share * max(earlier.after, 0):
        return None
    return Problem("orders.kept", "", {"day": earlier.on.isoformat(), "line": round(100 * terms.rise_share)})


def _approved(case: Case) -> Approval | None:
    """The approval that covers the whole order, one for this very order first."""
    mine = [
        approval
        for approval in case.look.approvals
        if approval.left >= case.amount and approval.order_id in (None, case.asked.order_id)
    ]
    return min(mine, key=lambda approval: (approval.order_id is None, approval.until_on), default=None)
