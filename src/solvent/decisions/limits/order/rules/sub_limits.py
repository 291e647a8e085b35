"""Sub-limits: one kind of debt against a limit of its own: not due, overdue, delivered, ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Effect, Finding, OrderRule


@dataclass(frozen=True)
class SubLimits(Terms, key="limits.order.sub_limits"):
    """What more than a sub-limit does."""

    refuses: bool = term(
        False, unit="whether it is refused and not for approval", source="own choice: the total decides"
    )


def kinds(case: Case) -> Mapping[str, int | None]:
    """Each kind with the order: what ships moves from ordered to delivered."""
    parts = {name: case.look.parts.get(name, 0) for name in case.look.parts}

    def added(*names: str, more: int = 0) -> int | None:
        told = [parts.get(name, 0) for name in names]
        return None if any(value is None for value in told) else sum(value or 0 for value in told) + more

    ships = case.asked.stage == "ship"
    return {
        "not_due": added("not_due"),
        "overdue": added("overdue"),
        "deliveries": added("delivered", more=case.credit if ships else 0),
        "orders": added("ordered", "deposit", "reserved", more=-case.standing if ships else case.added),
    }


def _read(case: Case, terms: SubLimits) -> Sequence[Finding]:
    found = []
    for kind, value in kinds(case).items():
        limit = case.look.sub_limits.get(kind)
        if limit is None:
            continue
        why = Problem("orders.sub_limits", "", {"kind": kind, "after_amount": value, "limit_amount": limit})
        effect: Effect = "no" if terms.refuses else "approval"
        passed = value is not None and value <= limit
        found.append(Finding("sub_limits", kind, passed, effect, "amount", "money", value, limit, why))
    return found


RULE = OrderRule(SubLimits, _read)
