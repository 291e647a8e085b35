"""Payer: whose money it is: by account, by name, by tax number, by the invoices that the text names, by likeness."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.intake.matching.names import account_of, head_name, is_person, nearest, plain_name, whole_name
from solvent.intake.matching.question import Question

ACCOUNT, NAME, TAX, LEARNED, ALIKE = "payer.account", "payer.name", "payer.tax_id", "payer.learned", "payer.alike"
BRANCH = "payer.branch"
SURE = {ACCOUNT: 0.99, TAX: 0.98, NAME: 0.97, LEARNED: 0.96, BRANCH: 0.94}
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
    known_by = _register(asked)
    known = sorted(known_by.names)
    told = [
        _told(row, known_by) for row in money.select("customer_id", "payer", "payer_account", "reference").iter_rows()
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
        payer if payer.customer_id or payer.alternatives else _alike(plain_name(name), alike, known, known_by.names)
        for payer, name in zip(told, money.get_column("payer"))
    ]


@dataclass(frozen=True)
class _Register:
    """Customers by each of their accounts, names and tax numbers; a key of several has them all."""

    accounts: Mapping[str, list[str]]
    learned: Mapping[str, list[str]]
    wholes: Mapping[str, list[str]]
    names: Mapping[str, list[str]]
    tax: Mapping[str, list[str]]


def _register(asked: Question) -> _Register:
    payers = list(asked.payers.select("customer_id", "name", "account").iter_rows())
    customers = list(asked.customers.select("customer_id", "name", "tax_id").iter_rows())
    return _Register(
        accounts=_one_each((account_of(account), who) for who, _, account in payers),
        learned=_one_each((plain_name(name), who) for who, name, _ in payers),
        wholes=_one_each((whole_name(name), who) for who, name, _ in customers),
        names=_one_each((plain_name(name), who) for who, name, _ in customers),
        tax=_one_each((whole_name(tax).upper(), who) for who, _, tax in customers),
    )


def _one_each(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, who in pairs:
        if key and who not in found.setdefault(key, []):
            found[key].append(who)
    return found


def _told(row: tuple[str | None, ...], known: _Register) -> Payer:
    """By what the row says outright; several customers of one name, or of name and account, are alternatives."""
    customer, payer, account, reference = row
    if customer:
        return Payer(customer, 1.0, "payer.booked")
    name = plain_name(payer)
    by_account, by_name = known.accounts.get(account_of(account), []), known.names.get(name, []) if name else []
    if len(by_name) > 1:
        by_name = known.wholes.get(whole_name(payer), by_name)
    if len(by_account) == 1 and len(by_name) == 1 and by_account != by_name:
        return Payer(by_account[0], 0.85, ACCOUNT, 1)
    for reason, found in (
        (ACCOUNT, by_account),
        (NAME, by_name),
        (LEARNED, known.learned.get(name, []) if name else []),
        (TAX, _in_text(reference or "", known.tax)),
        (BRANCH, known.names.get(head_name(payer), [])),
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
