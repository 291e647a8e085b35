"""Rules: the rules of the order check and of the warnings, each with the lines that hold, for the policy book."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from solvent.base.money import minor
from solvent.base.terms import Policy
from solvent.decisions.limits.order.rules.authority import Authority
from solvent.decisions.limits.order.rules.cash_gap import CashGap
from solvent.decisions.limits.order.rules.cover import Cover
from solvent.decisions.limits.order.rules.granted import Granted
from solvent.decisions.limits.order.rules.last_payment import LastPayment
from solvent.decisions.limits.order.rules.limit import Limited
from solvent.decisions.limits.order.rules.overdue_days import OverdueDays
from solvent.decisions.limits.order.rules.overdue_share import OverdueShare
from solvent.decisions.limits.order.rules.status import Status
from solvent.decisions.limits.order.rules.sub_limits import SubLimits
from solvent.decisions.limits.order.rules.terms_agreed import TermsAgreed
from solvent.decisions.warnings.engine import Engine
from solvent.decisions.warnings.rule import rules
from solvent.documents.content import (
    Block,
    Heading,
    Paragraph,
    Row,
    Table,
    Value,
    days,
    money,
    number,
    share,
    text,
    word,
)


def order_rules(policy: Policy, currency: str) -> Iterator[Block]:
    """What stops an order, and what asks for a second person."""
    late, part = policy.terms(OverdueDays), policy.terms(OverdueShare)
    status, size = policy.terms(Status), policy.terms(Authority)
    sub, none = policy.terms(SubLimits), policy.terms(Granted)
    amount = money(minor(Decimal(str(size.amount)), currency), currency)
    nothing = text(None)
    rows: list[Row] = [
        _rule("limit", nothing, "no"),
        _rule("insured_excess", nothing, "approval" if policy.terms(Limited).insured_excess_may_pass else "no"),
        _rule("granted", nothing, "no" if none.refuses else "approval"),
        _rule("sub_limits", nothing, "no" if sub.refuses else "approval"),
        _rule("oldest", days(late.oldest_days), "no"),
        _rule("late", days(late.days), "approval"),
        _rule("overdue_share", share(part.share), "approval"),
        _rule("last_payment", days(policy.terms(LastPayment).days), "approval"),
        _rule("refused_grades", Value("grade", status.refused_grades), "no"),
        _rule("doubted_grades", Value("grade", status.doubted_grades), "approval"),
        _rule("refused_states", _words("status", status.refused_states), "no"),
        _rule("refused_events", _words("event", status.refused_events), "no"),
        _rule("doubted_events", _words("event", status.doubted_events), "approval"),
        _rule("amount", amount, "approval"),
        _rule("usual_times", number(size.usual_times), "approval"),
        _rule("terms_agreed", days(policy.terms(TermsAgreed).more_days), "approval"),
        _rule("cover", share(policy.terms(Cover).own_share), "approval"),
        _rule("cash_gap", share(policy.terms(CashGap).rise), "approval"),
    ]
    yield Heading("policy.orders")
    yield Paragraph("policy.orders.how")
    yield Table("policy.orders.table", ("order_rule", "from_line", "effect"), rows)
    yield Paragraph("policy.orders.delivered")


def _rule(name: str, line: Value, effect: str) -> Row:
    return word("order_rule", name), line, word("effect", effect)


def _words(family: str, names: tuple[str, ...]) -> Value:
    return Value("word", tuple(f"{family}.{name}" for name in names))


def warning_rules(policy: Policy) -> Iterator[Block]:
    """Every warning rule that is on, with its lines and who acts."""
    off = {name.strip() for name in policy.terms(Engine).off.split(",")}
    rows: list[Row] = []
    for name, rule in rules().items():
        if name in off:
            continue
        lines = rule.lines(policy.terms(rule.terms))
        cells = [in_unit(line, rule.unit) for line in (lines.yellow, lines.orange, lines.red)]
        rows.append(
            (
                word("rule", name),
                word("crossed", rule.crossed),
                *cells,
                word("unit", rule.unit),
                word("owner", rule.owner),
            )
        )
    yield Heading("policy.warnings")
    yield Paragraph("policy.warnings.how")
    yield Table("policy.warnings.table", ("rule", "crossed", "yellow", "orange", "red", "unit", "owner"), rows)


def in_unit(value: float | None, unit: str) -> Value:
    """A reading or line of a warning rule in the rule's own unit."""
    if unit == "share":
        return share(value)
    return days(value) if unit == "days" else number(value)
