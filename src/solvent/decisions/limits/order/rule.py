"""Rule: the shape of a rule of the order check: what is asked, what it may look at, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from solvent.base.plugs import family
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.decisions.limits.order.cash import CashLook, Laid

Stage = Literal["order", "pick", "ship", "invoice"]
STAGES: Sequence[Stage] = ("order", "pick", "ship", "invoice")
Effect = Literal["no", "approval", "warn"]
About = Literal["amount", "conduct"]


@dataclass(frozen=True)
class OrderAsked:
    """One question: may this order be taken, picked, shipped, or what was delivered of it be invoiced?

    amount: of the order, tax included, and deposit: what is paid before delivery; minor units of ``currency``.
    terms_days: from invoice to due day; None: as agreed. wanted_on: day of delivery; None: as soon as it is ready.
    order_id: where the books hold the order already, so that it is not counted twice. held: what is reserved for this
    very order, minor units of the books' currency.
    """

    customer_id: str
    amount: int
    currency: str
    terms_days: int | None = None
    deposit: int = 0
    wanted_on: date | None = None
    stage: Stage = "order"
    order_id: str | None = None
    held: int = 0


@dataclass(frozen=True)
class Approval:
    """A row of ``approvals`` that counts today: ``left`` is what of its amount is not used up, books' currency."""

    approval_id: str
    order_id: str | None
    until_on: date
    left: int
    approved_by: str
    reason: str


@dataclass(frozen=True)
class Happened:
    """An event of the customer."""

    event_id: str
    kind: str
    happened_on: date
    severity: int | None


@dataclass(frozen=True)
class Look:
    """All that a check of one customer's order may look at; plain values, money in minor units of ``currency``.

    known: the books know the customer. rates: base minor units for one minor unit, by currency. parts:
    ``exposure.PARTS``; exposure, limit and the like as in ``exposure.Exposures``; None: not known, or none. sub_limits:
    by ``exposure.KINDS``, those that count. orders: what each running order of the customer adds to exposure.
    overdue: days past due and open amount of each overdue item. open: positive open items. last_paid_on: day of the
    newest receipt. payments_known: the books hold receipts of anybody. delay_days: how late it pays on average.
    usual_purchases: of a month. status: of the register. usual_days: terms where none are agreed.
    """

    as_of: date
    currency: str
    customer_id: str
    known: bool = True
    rates: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, int | None] = field(default_factory=dict)
    exposure: int | None = 0
    limit: int | None = None
    limit_until: date | None = None
    expired_on: date | None = None
    undecided: bool = True
    sub_limits: Mapping[str, int] = field(default_factory=dict)
    group_id: str | None = None
    group_exposure: int | None = None
    group_limit: int | None = None
    agreed_days: int | None = None
    cover_id: str | None = None
    cover_amount: int | None = None
    eligible: int | None = 0
    insured: int | None = 0
    insured_share: float | None = None
    longest_days: int | None = None
    extension_days: int | None = None
    orders: Mapping[str, int] = field(default_factory=dict)
    overdue: Sequence[tuple[int, int]] = ()
    open: int = 0
    last_paid_on: date | None = None
    payments_known: bool = True
    delay_days: float | None = None
    usual_purchases: int | None = None
    grade: str | None = None
    status: str | None = None
    events: Sequence[Happened] = ()
    approvals: Sequence[Approval] = ()
    watch_share: float = 0.80
    usual_days: int = 30
    cash: CashLook | None = None


@dataclass(frozen=True)
class Checking(Terms, key="limits.order"):
    """When a check is asked again, how much must have become worse; and how far softer ways go."""

    rise_share: float = term(
        0.10,
        unit="rise of exposure, a released order is checked anew strictly over it",
        source="CAPABILITIES 27; own choice",
    )
    release_days: int = term(30, unit="days for which a release is good", source="CAPABILITIES 35; own choice: a month")
    most_lots: int = term(6, unit="lots that an order is cut into at most", source="own choice: half a year of months")
    usual_days: int = term(30, unit="terms where none are agreed", source="own choice: one month")
    ready_days: int = term(
        14, unit="days from order to delivery where no day is wanted", source="own choice: two weeks"
    )


@dataclass(frozen=True)
class Case:
    """A question in the books' money beside what is looked at.

    amount, deposit: of the order. standing: what of it the exposure holds already. cash: the paths with the order laid
    over; None: not looked at.
    """

    asked: OrderAsked
    look: Look
    amount: int
    deposit: int
    standing: int
    cash: Laid | None = None

    @property
    def credit(self) -> int:
        """What is delivered on credit."""
        return max(self.amount - self.deposit, 0)

    @property
    def added(self) -> int:
        """By how much exposure grows."""
        return self.credit - self.standing

    @property
    def after(self) -> int | None:
        """Exposure with the order."""
        return None if self.look.exposure is None else self.look.exposure + self.added

    @property
    def insured_after(self) -> int:
        """What is insured with the order: up to the insurer's limit, of what the policy may cover."""
        eligible = (self.look.eligible or 0) + (self.added if self.may_be_covered else -self.standing)
        return max(min(eligible, self.look.cover_amount or 0), 0)

    @property
    def terms_days(self) -> int | None:
        """The terms of the order: those asked for, else those agreed."""
        return self.look.agreed_days if self.asked.terms_days is None else self.asked.terms_days

    @property
    def may_be_covered(self) -> bool:
        """The insurer covers new deliveries: a limit counts, terms are not too long, nothing is late for too long."""
        look, days = self.look, self.terms_days
        if not look.cover_amount:
            return False
        if look.longest_days is not None and (days is None or days > look.longest_days):
            return False
        oldest = max((late for late, _ in look.overdue), default=0)
        return look.extension_days is None or oldest <= look.extension_days


@dataclass(frozen=True)
class Finding:
    """What one rule says. part: which of its lines. effect: what a failure does. about: an amount that grows with what
    is owed, or the customer's conduct. value is held against line; unit is ``money``, ``days``, ``share``, ``grade``,
    ``event`` or ``day``. why: the reason in words; facts that end in ``_amount`` are minor units of the books' money.
    """

    rule: str
    part: str
    passed: bool
    effect: Effect
    about: About
    unit: str
    value: int | float | str | None
    line: int | float | str | None
    why: Problem


@dataclass(frozen=True)
class OrderRule:
    """One rule; its file gives it as ``RULE``. read: its findings, passed or not, a part each; none: does not apply."""

    terms: type[Terms]
    read: Callable[[Case, Any], Sequence[Finding]]


def rules() -> Mapping[str, OrderRule]:
    """Every rule by name: ours, and those of installed packages (entry points ``solvent.order_rules``)."""
    found = family("solvent.decisions.limits.order.rules", "solvent.order_rules")
    return {name: room.RULE for name, room in found.items()}


def case_of(asked: OrderAsked, look: Look, cash: Laid | None = None) -> Case | None:
    """The question in the books' money, rounded half up; None where its currency has no rate."""
    factor = 1.0 if asked.currency == look.currency else look.rates.get(asked.currency)
    if factor is None:
        return None
    amount, deposit = (int(value * factor + 0.5) if factor != 1.0 else value for value in (asked.amount, asked.deposit))
    standing = asked.held + (look.orders.get(asked.order_id, 0) if asked.order_id is not None else 0)
    return Case(asked, look, amount, min(deposit, amount), standing, cash)


def delivered_on(asked: OrderAsked, as_of: date, ready_days: int) -> date:
    """The day on which the order is delivered at the earliest."""
    return max(asked.wanted_on or as_of + timedelta(days=ready_days), as_of + timedelta(days=1))
