"""Cash gap: what the order does to the chance that cash falls under its floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Finding, OrderRule


@dataclass(frozen=True)
class CashGap(Terms, key="limits.order.cash_gap"):
    """How much of a gap an order may make."""

    rise: float = term(0.01, unit="rise of a week's chance, approval strictly over it", source="own choice: one in 100")


def _read(case: Case, terms: CashGap) -> Sequence[Finding]:
    if case.cash is None:
        return []
    effect = case.cash.effect(case.amount, case.deposit)
    bad = effect.rise > terms.rise + 1e-12 and effect.week_after >= effect.alpha - 1e-12
    facts = {
        "day": effect.week_end.isoformat(),
        "before": f"{100 * effect.week_before:.1f}",
        "after": f"{100 * effect.week_after:.1f}",
        "line": f"{100 * effect.alpha:.0f}",
    }
    why = Problem("orders.cash_gap", "", facts)
    return [Finding("cash_gap", "week", not bad, "approval", "amount", "share", effect.rise, terms.rise, why)]


RULE = OrderRule(CashGap, _read)
