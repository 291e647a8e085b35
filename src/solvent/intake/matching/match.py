"""Match: every sum of money that moved beside what it pays, each with a score, a reason and its parts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import heapify, heappop, heappush
from typing import Any

import polars as pl

from solvent.base.table import DType
from solvent.intake.matching.booked import Told, outgoing, plans, recorded, transfers
from solvent.intake.matching.choice import Choice, Item, Matching, Part, choose
from solvent.intake.matching.names import is_person
from solvent.intake.matching.payer import Payer, payers
from solvent.intake.matching.question import Question
from solvent.intake.matching.references import Named, Numbers, named, numbers

DECISIONS: dict[str, DType] = {
    "source": pl.String, "source_id": pl.String, "customer_id": pl.String, "decision": pl.String,
    "score": pl.Float64, "reason": pl.String, "payer_reason": pl.String, "alternatives": pl.Int64, "facts": pl.String,
}  # fmt: skip
"""One row for each sum of money. decision: ``automatic``, ``proposed`` or ``none``. reason: why these items;
payer_reason: why this customer. alternatives: other readings as good. facts: JSON text."""

PARTS: dict[str, DType] = {
    "source": pl.String, "source_id": pl.String, "target": pl.String, "target_id": pl.String, "amount": pl.Int64,
    "source_amount": pl.Int64, "residual": pl.Int64, "code": pl.String,
}  # fmt: skip
"""What each sum pays. target: ``open_item``, ``receipt``, ``bill``, ``bill_payment``, ``planned_flow``, ``transfer``.
amount: in the target's currency; source_amount: in that of the money; residual: closed beside it without money."""

TERMS = Matching()
STRANGER, PERSON, THIRD_PARTY = 0.94, 0.90, 0.80
"""The most that a reference says of the customer where the name is nobody's, a person's, or another customer's."""
LIKELY = 0.85
"""A name so much like the customer's that a reference to its invoices makes it sure."""


@dataclass(frozen=True)
class Matched:
    """The answer to a question: ``decisions`` and ``parts``, sorted by source and id."""

    decisions: pl.DataFrame
    parts: pl.DataFrame


@dataclass
class _Desk:
    """What stands open while money is applied: the items by customer, and the index of their numbers."""

    items: list[Item]
    by_customer: Mapping[tuple[str, str], list[int]]
    index: Numbers
    rates: Mapping[str, float]
    terms: Matching
    spent: dict[int, int] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)
    """Customers of whose items a proposal has taken a part: what is left of them proves nothing."""

    def left(self, place: int) -> int:
        """What is still owed on an item."""
        return self.items[place].open - self.spent.get(place, 0)

    def of(self, places: Sequence[int]) -> list[Item]:
        """Items with what is still owed on them, the settled ones left out."""
        told = []
        for place in places:
            rest = self.left(place)
            if rest > 0:
                item = self.items[place]
                told.append(item if rest == item.open else replace(item, open=rest))
        return told


def match(asked: Question, terms: Matching = TERMS) -> Matched:
    """Match all money of a question. The order of its rows does not matter; nothing is matched twice."""
    told: list[Told] = [*transfers(asked, terms)]
    told += recorded(asked, terms, _done(told))
    told += plans(asked, terms, _done(told))
    told += outgoing(asked, terms, _done(told))
    done = _done(told)
    rest = asked.money.filter(
        (pl.col("amount") > 0)
        & ((pl.col("category") == "customer") | pl.col("category").is_null())
        & ~pl.col("source_id").is_in(done)
    )
    told += _incoming(asked, rest, terms)
    return _framed(asked, told, terms)


def _done(told: Sequence[Told]) -> list[str]:
    return [one.source_id for one in told]


def _incoming(asked: Question, money: pl.DataFrame, terms: Matching) -> list[Told]:
    """Money of customers, the surest matches first, so that no open amount is paid twice."""
    desk = _desk(asked, terms)
    rows = list(money.iter_rows(named=True))
    heap: list[tuple[bool, float, date, str, int]] = []
    found: dict[int, tuple[Payer, Choice, float]] = {}
    for place, (row, payer) in enumerate(zip(rows, payers(asked, money))):
        found[place] = (payer, *_read(row, payer, desk))
        heap.append(
            (not _automatic(*found[place][1:], terms), -found[place][2], row["day_on"], row["source_id"], place)
        )
    heapify(heap)
    told: dict[int, Told] = {}
    while heap:
        unsure, minus, day, key, place = heappop(heap)
        payer, choice, score = found[place]
        if any(desk.left(part.place) < part.amount + part.residual for part in choice.parts):
            choice, score = _read(rows[place], payer, desk)
            if str(choice.facts.get("customer", "")) in desk.guessed:
                choice = replace(choice, alternatives=max(choice.alternatives, 1))
            found[place] = (payer, choice, score)
            heappush(heap, (not _automatic(choice, score, terms), -score, day, key, place))
            continue
        if unsure and score >= terms.proposal_score:
            desk.guessed.add(str(choice.facts.get("customer", "")))
        if score >= terms.proposal_score:
            for part in choice.parts:
                desk.spent[part.place] = desk.spent.get(part.place, 0) + part.amount + part.residual
        told[place] = _tell(rows[place], payer, choice, -minus, desk)
    return [told[place] for place in sorted(told)]


def _desk(asked: Question, terms: Matching) -> _Desk:
    items = [
        Item(place, *row)
        for place, row in enumerate(
            asked.items.select("item_id", "customer_id", "issued_on", "due_on", "currency", "open").iter_rows()
        )
    ]
    by_customer: dict[tuple[str, str], list[int]] = {}
    for item in items:
        by_customer.setdefault((item.customer_id, item.currency), []).append(item.place)
    return _Desk(items, by_customer, numbers(asked.items.get_column("invoice_id")), asked.rates, terms)


def _read(row: Mapping[str, Any], payer: Payer, desk: _Desk) -> tuple[Choice, float]:
    """The best reading of one sum today, and its score."""
    hits = named(row["reference"], desk.index)
    owner = _owner(row, hits, desk)
    customer, score = payer.customer_id, payer.score
    if owner and owner != customer:
        meant = _chosen(row, owner, hits, desk)
        if not customer:
            named_only = (not row["payer"] or payer.alternatives) and meant.reason == "items.named"
            score = PERSON if is_person(row["payer"]) else 0.96 if named_only else STRANGER
            return _scored(meant, owner, score)
        own = _chosen(row, customer, hits, desk)
        if payer.score >= 0.96 and (own.parts or meant.reason != "items.named"):
            return _scored(replace(own, alternatives=own.alternatives + 1), customer, score)
        if payer.score >= 0.96:
            return _scored(replace(meant, facts={**meant.facts, "pays_for": owner}), owner, THIRD_PARTY)
        return _scored(meant, owner, STRANGER)
    if not customer:
        return Choice(reason="payer.unknown", alternatives=payer.alternatives), 0.0
    if payer.alternatives:
        score = min(score, STRANGER)
    elif owner and payer.score >= LIKELY:
        score = max(score, 0.99)
    return _scored(_chosen(row, customer, hits, desk), customer, score)


def _owner(row: Mapping[str, Any], hits: Named, desk: _Desk) -> str:
    """The one customer whose open items the text names by their full numbers, else by their digits."""
    for places in (hits.full, hits.digits):
        owners = {item.customer_id for item in desk.of(sorted(places)) if item.currency == row["currency"]}
        if owners:
            return owners.pop() if len(owners) == 1 else ""
    return ""


def _chosen(row: Mapping[str, Any], customer: str, hits: Named, desk: _Desk) -> Choice:
    """What the money pays of one customer's items, in its own currency or in another."""
    items = desk.of(desk.by_customer.get((customer, row["currency"]), []))
    choice = choose(
        row["amount"], row["day_on"], items,
        full=hits.full, digits=hits.digits, tail=hits.tail, months=hits.months, terms=desk.terms,
    )  # fmt: skip
    if choice.parts:
        return choice
    return _abroad(row, customer, sorted(hits.full | hits.digits), desk) or choice


def _scored(choice: Choice, customer: str, score: float) -> tuple[Choice, float]:
    facts = {**choice.facts, "customer": customer}
    if not choice.parts:
        return Choice(reason="payer.only", alternatives=choice.alternatives, facts=facts), round(score * 0.9, 4)
    return replace(choice, facts=facts), round(min(score, choice.sure), 4)


def _abroad(row: Mapping[str, Any], customer: str, places: Sequence[int], desk: _Desk) -> Choice | None:
    """A named item in another currency whose worth at the books' rate is what came in, within a band."""
    items = [item for item in desk.of(places) if item.customer_id == customer and item.currency != row["currency"]]
    if len(items) != 1 or row["currency"] not in desk.rates or items[0].currency not in desk.rates:
        return None
    worth = items[0].open * desk.rates[items[0].currency] / desk.rates[row["currency"]]
    if abs(row["amount"] - worth) > worth * desk.terms.exchange_share:
        return None
    part = Part(items[0].place, items[0].open)
    return Choice((part,), 0.85, "items.exchange", facts={"expected": round(worth), "code": "exchange"})


def _tell(row: Mapping[str, Any], payer: Payer, choice: Choice, score: float, desk: _Desk) -> Told:
    customer = str(choice.facts.get("customer", payer.customer_id))
    parts = []
    for part in choice.parts:
        same = desk.items[part.place].currency == row["currency"]
        taken = part.amount if same else row["amount"]
        parts.append(("open_item", desk.items[part.place].item_id, part.amount, taken, part.residual, part.code))
    facts = {name: value for name, value in choice.facts.items() if name != "customer"}
    return Told(
        row["source"], row["source_id"], customer, score, choice.reason, payer.reason, choice.alternatives, facts,
        tuple(parts),
    )  # fmt: skip


def _framed(asked: Question, told: Sequence[Told], terms: Matching) -> Matched:
    by_key = {(one.source, one.source_id): one for one in told}
    decisions, parts = [], []
    for source, key in asked.money.select("source", "source_id").sort("source", "source_id").iter_rows():
        one = by_key.get((source, key)) or Told(source, key, "", 0.0, "none")
        decision = _decision(one, terms)
        facts = json.dumps(one.facts, ensure_ascii=False, sort_keys=True)
        decisions.append(
            (source, key, one.customer_id or None, decision, one.score, one.reason, one.payer_reason,
             one.alternatives, facts)
        )  # fmt: skip
        if decision != "none":
            parts += [(source, key, *part) for part in one.parts]
    return Matched(
        pl.DataFrame(decisions, schema=DECISIONS, orient="row"), pl.DataFrame(parts, schema=PARTS, orient="row")
    )


def _automatic(choice: Choice, score: float, terms: Matching) -> bool:
    return score >= terms.automatic_score and not choice.alternatives and bool(choice.parts)


def _decision(one: Told, terms: Matching) -> str:
    """Automatic where it is sure and the only reading; a payment on account is for a person to confirm."""
    if one.score < terms.proposal_score:
        return "none"
    automatic = one.score >= terms.automatic_score and not one.alternatives and bool(one.parts)
    return "automatic" if automatic else "proposed"
