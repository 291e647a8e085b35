"""Softer: ways in which an order that is not released would pass: a deposit, a smaller lot, lots one after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from solvent.base.terms import Policy
from solvent.decisions.limits.order.evaluate import judge
from solvent.decisions.limits.order.rule import Case, Checking, case_of


@dataclass(frozen=True)
class Softer:
    """What would pass, found by asking the rules; minor units of the currency of the question.

    deposit: the least that makes the whole order pass; the whole amount: only prepaid. lot: the largest amount that
    passes, with the same share of deposit; None: not even the smallest does. lots, lot_amount, lot_days: the order in
    so many lots of at most so much passes, the next going out when the one before is paid, so many days later; None:
    more lots than the company allows. approval_deposit, approval_lot: the same for what is refused, as far as it would
    need no more than an approval; None: it is not refused, or nothing but what passes anyway would do.
    """

    deposit: int
    lot: int | None
    lots: int | None
    lot_amount: int | None
    lot_days: int | None
    approval_deposit: int | None
    approval_lot: int | None


def softer(case: Case, policy: Policy, terms: Checking, *, refused: bool) -> Softer:
    """The ways that pass for a case that does not; each is the edge at which the rules' answer turns."""
    asked = case.asked

    def answer(amount: int, deposit: int) -> str:
        other = case_of(replace(asked, amount=amount, deposit=deposit), case.look)
        if other is None:
            return "no"
        told = judge(other, policy).outcome
        # The paths can doubt and not refuse: they are asked only where nothing else stands against it.
        if told != "yes" or case.cash is None:
            return told
        return judge(replace(other, cash=case.cash), policy).outcome

    def part(lot: int) -> int:
        return asked.deposit * lot // asked.amount

    deposit = _least(lambda paid: answer(asked.amount, paid) == "yes", asked.deposit, asked.amount)
    lot = _most(lambda lot: answer(lot, part(lot)) == "yes", 1, asked.amount - 1)
    lots, each, days = _lots(case, terms, lot, lambda amount: answer(amount, part(amount)) == "yes")
    paid, less = None, None
    if refused:
        paid = _least(lambda paid: answer(asked.amount, paid) != "no", asked.deposit, deposit)
        less = _most(lambda lot: answer(lot, part(lot)) != "no", 1, asked.amount - 1)
    return Softer(
        deposit=deposit,
        lot=lot,
        lots=lots,
        lot_amount=each,
        lot_days=days,
        approval_deposit=None if paid is None or paid >= deposit else paid,
        approval_lot=None if less is None or less <= (lot or 0) else less,
    )


def _lots(
    case: Case, terms: Checking, lot: int | None, passes: Callable[[int], bool]
) -> tuple[int | None, int | None, int | None]:
    """How many lots, of how much at most, how many days apart."""
    if lot is None or lot * terms.most_lots < case.asked.amount:
        return None, None, None
    lots = -(-case.asked.amount // lot)
    each = -(-case.asked.amount // lots)
    if not passes(each):
        return None, None, None
    days = case.look.usual_days if case.terms_days is None else case.terms_days
    return lots, each, days + max(round(case.look.delay_days or 0.0), 0)


def _least(passes: Callable[[int], bool], low: int, high: int) -> int:
    """The least value from ``low`` on that passes; ``high`` does."""
    while low < high:
        middle = (low + high) // 2
        if passes(middle):
            high = middle
        else:
            low = middle + 1
    return high


def _most(passes: Callable[[int], bool], low: int, high: int) -> int | None:
    """The largest value up to ``high`` that passes; None: ``low`` does not."""
    if low > high or not passes(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        if passes(middle):
            low = middle
        else:
            high = middle - 1
    return low
