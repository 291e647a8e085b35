"""Limit: what is owed with the order against the limit, the watch line and the group's limit (FORMULAS 4.1.3-4.1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Effect, Finding, OrderRule


@dataclass(frozen=True)
class Limited(Terms, key="limits.order.limit"):
    """What more than the limit does."""

    insured_excess_may_pass: bool = term(
        True,
        unit="whether an insured excess is for approval and not refused",
        source="REQUIREMENTS CR-09: cover counts",
    )


def _read(case: Case, terms: Limited) -> Sequence[Finding]:
    look, found = case.look, []
    after, limit = case.after, look.limit
    if after is None:
        why = Problem("orders.limit.not_known", "", {})
        return [Finding("limit", "total", False, "approval", "amount", "money", None, limit, why)]
    if limit is not None:
        facts = {"after_amount": after, "limit_amount": limit, "over_amount": after - limit}
        insured = after > limit > 0 and terms.insured_excess_may_pass and after - case.insured_after <= limit
        effect: Effect = "approval" if insured else "no"
        why = Problem("orders.limit.insured" if insured else "orders.limit.over", "", facts)
        if limit == 0:
            why = Problem("orders.limit.prepay", "", facts)
        found.append(Finding("limit", "total", after <= limit, effect, "amount", "money", after, limit, why))
        line = limit * look.watch_share
        why = Problem("orders.limit.watch", "", {**facts, "share": round(100 * look.watch_share)})
        found.append(
            Finding("limit", "watch", after - line <= 1e-6, "warn", "amount", "money", after, round(line), why)
        )
    if look.group_limit is not None:
        group = None if look.group_exposure is None else look.group_exposure + case.added
        shared: dict[str, Fact] = {"after_amount": group, "limit_amount": look.group_limit}
        passed = group is not None and group <= look.group_limit
        why = Problem("orders.limit.group", "", {**shared, "group": look.group_id})
        found.append(Finding("limit", "group", passed, "no", "amount", "money", group, look.group_limit, why))
    return found


RULE = OrderRule(Limited, _read)
