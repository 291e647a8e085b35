"""Evaluate: every rule over one case, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.decisions.limits.order.rule import Case, Finding, rules


@dataclass(frozen=True)
class Judged:
    """What the rules come to. reason: an exclusion that made it; None: the findings did."""

    outcome: Literal["yes", "no", "approval"]
    findings: Sequence[Finding]
    reason: Problem | None = None


def judge(case: Case, policy: Policy) -> Judged:
    """Exclusions, then all rules: one that refuses makes a no, one that doubts an approval, a warning nothing."""
    if case.asked.stage == "invoice":
        return Judged("yes", (), Problem("orders.delivered", "", {}))
    if case.credit <= 0:
        return Judged("yes", (), Problem("orders.prepaid", "", {}))
    found = [finding for rule in rules().values() for finding in rule.read(case, policy.terms(rule.terms))]
    effects = {finding.effect for finding in found if not finding.passed}
    outcome: Literal["yes", "no", "approval"] = (
        "no" if "no" in effects else "approval" if "approval" in effects else "yes"
    )
    return Judged(outcome, found)
