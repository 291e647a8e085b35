"""Granted: a limit was decided and still counts; never a silent release where none does (FORMULAS 4.1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.rule import Case, Effect, Finding, OrderRule


@dataclass(frozen=True)
class Granted(Terms, key="limits.order.granted"):
    """What to do without a limit."""

    refuses: bool = term(False, unit="whether it is refused and not for approval", source="FORMULAS 4.1.3: it warns")


def _read(case: Case, terms: Granted) -> Sequence[Finding]:
    look = case.look
    effect: Effect = "no" if terms.refuses else "approval"
    if look.limit is not None:
        until = None if look.limit_until is None else look.limit_until.isoformat()
        why = Problem("orders.granted.counts", "", {"until": until})
        return [Finding("granted", "limit", True, effect, "conduct", "day", until, look.as_of.isoformat(), why)]
    if look.expired_on is not None:
        day = look.expired_on.isoformat()
        why = Problem("orders.granted.expired", "", {"day": day})
        return [Finding("granted", "expired", False, effect, "conduct", "day", day, look.as_of.isoformat(), why)]
    why = Problem("orders.granted.undecided", "", {})
    return [Finding("granted", "undecided", False, effect, "conduct", "day", None, look.as_of.isoformat(), why)]


RULE = OrderRule(Granted, _read)
