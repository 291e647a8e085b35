"""Choice: which of a customer's open items a sum of money pays, why, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from solvent.base.problem import PolicyError
from solvent.base.terms import Terms, term
from solvent.intake.matching.subsets import FEW, MOST, exact, few


@dataclass(frozen=True)
class Matching(Terms, key="intake.matching"):
    """How sure a match has to be, and which differences are closed without money."""

    automatic_score: float = term(0.95, unit="score from which on a match is made", source="own choice")
    proposal_score: float = term(0.60, unit="score from which on a match is proposed", source="own choice")
    days_apart: int = term(
        5, unit="days between bank and books", most=36_525, source="own choice: weekends and value days"
    )
    plan_days: int = term(10, unit="days between a plan and its payment", source="own choice: a late week")
    plan_share: float = term(0.05, unit="share by which a planned amount may differ", most=10, source="own choice")
    rounding_minor: int = term(0, unit="minor units closed as rounding", source="CAPABILITIES 100: off by default")
    fee_minor: int = term(0, unit="minor units closed as bank fee", source="CAPABILITIES 100: off by default")
    discount_share: float = term(
        0.0, unit="share closed as discount", most=10, source="CAPABILITIES 100: off by default"
    )
    discount_days: int = term(10, unit="days from invoice in which discount is taken", source="own choice")
    exchange_share: float = term(
        0.02, unit="share that rates may differ", most=10, source="own choice: a week's movement"
    )
    chance_share: float = term(
        0.001, unit="expected number of sums by chance beyond which a sum proves nothing", source="own choice"
    )

    def __post_init__(self) -> None:
        """Refuse lines that cross, and shares and limits that are none."""
        if not 0 < self.proposal_score <= self.automatic_score <= 1:
            lines = {"automatic": self.automatic_score, "proposal": self.proposal_score}
            raise PolicyError("intake.matching.lines", f"{self.key}.automatic_score", **lines)
        for name in ("plan_share", "discount_share", "exchange_share", "chance_share"):
            if not 0 <= getattr(self, name) < 1:
                raise PolicyError("intake.matching.share", f"{self.key}.{name}", value=getattr(self, name))
        for name in ("days_apart", "plan_days", "rounding_minor", "fee_minor", "discount_days"):
            if getattr(self, name) < 0:
                raise PolicyError("intake.matching.negative", f"{self.key}.{name}", value=getattr(self, name))


@dataclass(frozen=True)
class Item:
    """An open item while money is applied to it."""

    place: int
    item_id: str
    customer_id: str
    issued_on: date
    due_on: date
    currency: str
    open: int


@dataclass(frozen=True)
class Part:
    """So much of an item; residual: closed beside it without money, for ``code``."""

    place: int
    amount: int
    residual: int = 0
    code: str = ""


@dataclass(frozen=True)
class Choice:
    """What a sum of money is thought to pay. sure: of the items, given the payer. alternatives: other readings."""

    parts: tuple[Part, ...] = ()
    sure: float = 0.0
    reason: str = ""
    alternatives: int = 0
    facts: dict[str, int | str] = field(default_factory=dict)


def choose(
    amount: int,
    day: date,
    items: Sequence[Item],
    *,
    full: frozenset[int],
    digits: frozenset[int],
    terms: Matching,
    tail: frozenset[int] = frozenset(),
    months: frozenset[tuple[int, int]] = frozenset(),
) -> Choice:
    """The best reading of ``amount`` among a payer's open items of its currency.

    What the text names goes first where the amount agrees. Where it does not, and the amount is just that of something
    else, both are readings, and a person decides. Without a name every other way to make the amount is a rival.

    Args:
        items: in the order of their due days.
        full, digits, tail: places of the items that the text names by full number, by its digits, by its last digits.
        months: (year or 0, month) that the text names.
    """
    clear, loose = ([item for item in items if item.place in places] for places in (full, digits))
    named = [item for item in items if item.place in full or item.place in digits]
    for group, sure in ((clear, 0.99), (named, 0.97), (loose, 0.97)):
        if group and sum(item.open for item in group) == amount:
            return Choice(_all(group), sure, "items.named", facts={"named": len(group)})
    plain = _plain(amount, day, items, terms, months)
    if named:
        if plain is not None and plain.reason != "items.sum":
            return replace(plain, alternatives=plain.alternatives + 1, facts={**plain.facts, "named": len(named)})
        told = _named(amount, day, named, items, terms, sure=0.99 if clear else 0.97)
        if told is not None:
            return told
    last = [item for item in items if item.place in tail]
    if last and sum(item.open for item in last) == amount and plain is None:
        return Choice(_all(last), 0.90, "items.named", facts={"named": len(last)})
    if plain is not None:
        return plain
    near = [item for item in items if _residual(amount, day, item, terms)]
    if len(near) == 1:
        return _with_residual(amount, day, near[0], terms, 0.90)
    return Choice(reason="items.none", facts={"open_items": len(items)})


def _plain(
    amount: int, day: date, items: Sequence[Item], terms: Matching, months: frozenset[tuple[int, int]]
) -> Choice | None:
    """The reading of the amount alone, with its rivals counted."""
    meant = [
        item
        for item in items
        if (item.issued_on.year, item.issued_on.month) in months or (0, item.issued_on.month) in months
    ]
    if len(meant) > 1 and sum(item.open for item in meant) == amount:
        return Choice(_all(meant), 0.98, "items.month", facts={"named": len(meant)})
    for reader in (_one, _whole, _run):
        told = reader(amount, day, items, terms)
        if told is not None:
            others = max(told.alternatives, _rivals(amount, {part.place for part in told.parts}, items))
            return replace(told, alternatives=others)
    return _subset(amount, day, items, terms)


def _rivals(amount: int, chosen: set[int], items: Sequence[Item]) -> int:
    """How many other sets of items make the amount: all of few items, of many those of up to three."""
    inside = {item.open for item in items if item.place in chosen}
    swaps = sum(item.open in inside for item in items if item.place not in chosen)
    if len(items) <= FEW:
        found = exact([item.open for item in items], amount)
        return max(swaps, found[1] - 1 if found else 0)
    return max(swaps, few([item.open for item in items], amount) - int(len(chosen) <= 3))


def _named(
    amount: int, day: date, named: Sequence[Item], items: Sequence[Item], terms: Matching, *, sure: float
) -> Choice | None:
    """The text names items: they are paid short, in part, some of them, or with more than they need."""
    owed = sum(item.open for item in named)
    facts: dict[str, int | str] = {"named": len(named)}
    if len(named) == 1 and amount < owed:
        closing = _with_residual(amount, day, named[0], terms, sure - 0.02)
        if closing.parts:
            return closing
        short: dict[str, int | str] = {**facts, "short": owed - amount, "code": "deduction"}
        return Choice((Part(named[0].place, amount),), sure - 0.02, "items.named_part", facts=short)
    if amount > owed:
        more = {item.place for item in named}
        rest = [item for item in items if item.place not in more and item.open == amount - owed]
        if rest:
            return Choice(_all([*named, rest[0]]), 0.90, "items.named_more", len(rest) - 1, {**facts, "rest": 0})
        return Choice(_all(named), sure - 0.03, "items.named_more", facts={**facts, "rest": amount - owed})
    found = exact([item.open for item in named], amount)
    if found is not None and found[1] == 1:
        return Choice(_all([named[place] for place in found[0]]), sure - 0.04, "items.named_some", facts=facts)
    return Choice(_in_order(amount, named), 0.85, "items.named_short", facts={**facts, "short": owed - amount})


def _one(amount: int, day: date, items: Sequence[Item], terms: Matching) -> Choice | None:
    """One item of just this amount; of several the oldest, which a person confirms."""
    alike = [item for item in items if item.open == amount]
    if not alike:
        return None
    sure = 0.98 if len(alike) == 1 else 0.90
    return Choice(_all(alike[:1]), sure, "items.amount", len(alike) - 1)


def _whole(amount: int, day: date, items: Sequence[Item], terms: Matching) -> Choice | None:
    """The whole balance, or all that is due by then."""
    if len(items) > 1 and sum(item.open for item in items) == amount:
        return Choice(_all(items), 0.98, "items.balance")
    due = [item for item in items if item.due_on <= day]
    if len(due) > 1 and sum(item.open for item in due) == amount:
        return Choice(_all(due), 0.97, "items.due")
    return None


def _run(amount: int, day: date, items: Sequence[Item], terms: Matching) -> Choice | None:
    """The oldest items in order, or the invoices of one month."""
    total = 0
    for count, item in enumerate(items, start=1):
        total += item.open
        if total == amount:
            return Choice(_all(items[:count]), 0.97, "items.oldest")
        if total > amount:
            break
    months: dict[tuple[int, int], list[Item]] = {}
    for item in items:
        months.setdefault((item.issued_on.year, item.issued_on.month), []).append(item)
    whole = [rows for rows in months.values() if len(rows) > 1 and sum(row.open for row in rows) == amount]
    if len(whole) == 1:
        first = whole[0][0].issued_on
        return Choice(_all(whole[0]), 0.97, "items.month", facts={"month": f"{first.year}-{first.month:02d}"})
    return None


def _subset(amount: int, day: date, items: Sequence[Item], terms: Matching) -> Choice | None:
    """Some items that add up exactly: sure where they are the only ones and chance would not have made such a sum."""
    if len(items) > MOST:
        return None
    found = exact([item.open for item in items], amount)
    if found is None:
        return None
    places, ways = found
    spread = max(item.open for item in items)
    expected = 2.0 ** len(items) / (spread * max(1.0, len(items) ** 0.5))
    sure = 0.96 if ways == 1 and expected < terms.chance_share else 0.80 if ways == 1 else 0.70
    return Choice(_all([items[place] for place in places]), sure, "items.sum", ways - 1, {"ways": ways})


def _residual(amount: int, day: date, item: Item, terms: Matching) -> str:
    """What the difference to the item's open amount is closed as; empty where it stays open."""
    short = item.open - amount
    if short <= 0:
        return ""
    if short <= terms.rounding_minor:
        return "rounding"
    if short <= terms.fee_minor:
        return "fee"
    within = (day - item.issued_on).days <= terms.discount_days
    return "discount" if within and short <= item.open * terms.discount_share else ""


def _with_residual(amount: int, day: date, item: Item, terms: Matching, sure: float) -> Choice:
    code = _residual(amount, day, item, terms)
    if not code:
        return Choice()
    short = item.open - amount
    part = Part(item.place, amount, short, code)
    return Choice((part,), sure, "items.residual", facts={"code": code, "difference": short})


def _all(items: Sequence[Item]) -> tuple[Part, ...]:
    return tuple(Part(item.place, item.open) for item in items)


def _in_order(amount: int, items: Sequence[Item]) -> tuple[Part, ...]:
    """The amount run down over the items in order."""
    parts, rest = [], amount
    for item in items:
        if rest <= 0:
            break
        parts.append(Part(item.place, min(rest, item.open)))
        rest -= item.open
    return tuple(parts)
