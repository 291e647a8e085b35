"""Payer: whose money it is: by account, by name, by tax number, by the invoices that the text names, by likeness."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.intake.matching.names import is_person, nearest, plain_name
from solvent.intake.matching.question import Question

ACCOUNT, NAME, TAX, LEARNED, ALIKE = "payer.account", "payer.name", "payer.tax_id", "payer.learned", "payer.alike"
SURE = {ACCOUNT: 0.99, TAX: 0.98, NAME: 0.97, LEARNED: 0.96}
"""How sure each kind of evidence is on its own."""
_WORDS = re.compile(r"[^0-9A-Z]+")
ALIKE_FROM = 0.80
"""Likeness from which on a name is thought of at all."""


@dataclass(frozen=True)
class Payer:
    """Whose money it is thought to be. customer_id empty: nobody known. alternatives: others as likely."""

    customer_id: str = ""
    score: float = 0.0
    reason: str = ""
    alternatives: int = 0


UNKNOWN_PAYER = Payer()


def payers(asked: Question, money: pl.DataFrame) -> Sequence[Payer]:
    """The payer of each row of ``money`` (as MONEY), in order."""
    accounts = _one_each(zip(asked.payers["account"], asked.payers["customer_id"]))
    learned = _one_each((plain_name(name), who) for name, who in zip(asked.payers["name"], asked.payers["customer_id"]))
    names = _one_each(
        (plain_name(name), who) for name, who in zip(asked.customers["name"], asked.customers["customer_id"])
    )
    tax = _one_each(zip(asked.customers["tax_id"], asked.customers["customer_id"]))
    known = sorted(name for name in names if name)
    told = [
        _told(row, accounts, learned, names, tax)
        for row in money.select("customer_id", "payer", "payer_account", "reference").iter_rows()
    ]
    open_names = sorted(
        {
            plain_name(name)
            for payer, name in zip(told, money.get_column("payer"))
            if not payer.customer_id and plain_name(name) and not is_person(name)
        }
    )
    alike = nearest(open_names, known, ALIKE_FROM)
    return [
        payer if payer.customer_id or payer.alternatives else _alike(plain_name(name), alike, known, names)
        for payer, name in zip(told, money.get_column("payer"))
    ]


def _one_each(pairs: object) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, who in pairs:  # type: ignore[attr-defined]
        if key and who not in found.setdefault(key, []):
            found[key].append(who)
    return found


def _told(
    row: tuple[str | None, ...],
    accounts: Mapping[str, list[str]],
    learned: Mapping[str, list[str]],
    names: Mapping[str, list[str]],
    tax: Mapping[str, list[str]],
) -> Payer:
    """By what the row says outright; several customers of one name are alternatives."""
    customer, payer, account, reference = row
    if customer:
        return Payer(customer, 1.0, "payer.booked")
    name = plain_name(payer)
    for reason, found in (
        (ACCOUNT, accounts.get(account or "", [])),
        (NAME, names.get(name, []) if name else []),
        (LEARNED, learned.get(name, []) if name else []),
        (TAX, _in_text(reference or "", tax)),
    ):  # fmt: skip
        if len(found) == 1:
            return Payer(found[0], SURE[reason], reason)
        if found:
            return Payer("", 0.0, reason, len(found))
    return UNKNOWN_PAYER


def _in_text(reference: str, tax: Mapping[str, list[str]]) -> list[str]:
    """Customers whose tax number stands in the text."""
    words = {word for word in _WORDS.split(reference.upper()) if len(word) > 7}
    return sorted({who for word in words for who in tax.get(word, [])})


def _alike(
    name: str,
    alike: Mapping[str, tuple[tuple[int, float], tuple[int, float] | None]],
    known: Sequence[str],
    names: Mapping[str, list[str]],
) -> Payer:
    """By likeness: sure enough to propose; the nearer the second best, the less sure."""
    if name not in alike:
        return UNKNOWN_PAYER
    (place, likeness), second = alike[name]
    owners = names[known[place]]
    margin = likeness - (second[1] if second else ALIKE_FROM - 0.05)
    score = min(0.93, likeness * (0.9 if margin < 0.05 else 0.97))
    if len(owners) > 1:
        return Payer("", 0.0, ALIKE, len(owners))
    return Payer(owners[0], round(score, 4), ALIKE, int(margin < 0.05))
