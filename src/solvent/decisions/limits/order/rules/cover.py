"""Cover: what of an insured customer's debt would stand without cover (FORMULAS 4.1.11, insurance gap)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Finding, OrderRule


@dataclass(frozen=True)
class Cover(Terms, key="limits.order.cover"):
    """How much of an insured customer we carry ourselves."""

    own_share: float = term(
        0.10,
        unit="share of the debt without cover, approval strictly over it",
        most=1,
        source="own choice: the retention",
    )


def _read(case: Case, terms: Cover) -> Sequence[Finding]:
    look, after = case.look, case.after
    if look.cover_id is None or after is None or look.cover_amount is None:
        return []
    bare = max(after - case.insured_after, 0)
    line = round(max(after, 0) * terms.own_share)
    facts = {"bare_amount": bare, "cover_amount": look.cover_amount, "line_amount": line}
    why = Problem("orders.cover.gap", "", facts)
    if look.cover_amount == 0:
        why = Problem("orders.cover.none", "", facts)
    elif not case.may_be_covered:
        why = Problem("orders.cover.not_new", "", facts)
    return [Finding("cover", "gap", bare <= line, "approval", "amount", "money", bare, line, why)]


RULE = OrderRule(Cover, _read)
