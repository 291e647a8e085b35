"""Account: a statement's account under the number and in the currency by which the books know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from solvent.base.money import UNKNOWN, digits
from solvent.base.problem import Problem
from solvent.intake.bank.statement import Statement
from solvent.intake.intake import Known


def as_known(statements: Sequence[Statement], known: Known) -> list[tuple[Statement, list[Problem]]]:
    """Each statement with its account as the books name it, and what was assumed for that."""
    named = [_named(statement, known) for statement in statements]
    own = dict(known.accounts)
    for statement, _ in named:
        own.setdefault(statement.account_id, statement.currency)
    both = {(statement.account_id, statement.currency) for statement, _ in named}
    return [_by_currency(statement, notes, own, both) for statement, notes in named]


def _named(statement: Statement, known: Known) -> tuple[Statement, list[Problem]]:
    """The statement under the number by which the books know its account, in the currency that they know it in."""
    account, notes = statement.account_id, list[Problem]()
    if account not in known.accounts:
        same = _same_account(statement, known.accounts)
        if same:
            notes.append(Problem("bank.account.taken_as", statement.place, {"told": account, "account": same}))
            account = same
        elif not account and (by_bank := _bank_of(statement)):
            account = by_bank
            notes.append(Problem("bank.account.named_by_bank", statement.place, {"account": account}))
    own = known.accounts.get(account, UNKNOWN)
    lines, currency = statement.lines, statement.currency
    if currency == UNKNOWN != own and digits(own) == digits(UNKNOWN):
        currency = own
        lines = lines.with_columns(pl.lit(own).alias("currency"))
    return replace(statement, account_id=account, currency=currency, lines=lines), notes


def _bank_of(statement: Statement) -> str:
    """What to call an account that has no number in a table: its bank, or the profile that knew the layout."""
    if statement.reading is None:
        return ""
    return "".join(statement.bank.split()) or (statement.format if statement.format != "table" else "")


def _by_currency(
    statement: Statement, notes: list[Problem], own: Mapping[str, str], both: set[tuple[str, str]]
) -> tuple[Statement, list[Problem]]:
    """One number that a bank keeps in several currencies is several accounts: ``NUMBER`` and ``NUMBER/USD``.

    It is taken so where the books have the second already, or where the same file tells the first beside it.
    """
    account, code = statement.account_id, statement.currency
    first = own.get(account, code)
    other = f"{account}/{code}"
    if not account or code == first or UNKNOWN in (code, first) or not (other in own or (account, first) in both):
        return statement, notes
    told = Problem("bank.account.by_currency", statement.place, {"account": other, "currency": code})
    return replace(statement, account_id=other), [*notes, told]


def _same_account(statement: Statement, accounts: Mapping[str, str]) -> str:
    """The one known account that this number is another way of writing of; empty where there is none or several.

    A number with its bank's code, padded with zeros, stands at the end of its IBAN. A file that names no account is
    of the only one that we have in its currency.
    """
    number = statement.account_id
    fits = [one for one, code in accounts.items() if statement.currency in (code, UNKNOWN)]
    if not number:
        return fits[0] if len(fits) == 1 and len(accounts) == 1 else ""
    bare = number.lstrip("0")
    if len(bare) < 5:
        return ""

    def alike(one: str) -> bool:
        short, long = sorted((number, one), key=len)
        tail = long.removesuffix(short.lstrip("0"))
        if tail == long or len(long) < 15 or not long[:2].isalpha():
            return False
        if long == one and statement.bank.isdigit():
            return tail[4:].rstrip("0") == statement.bank.rstrip("0")
        return len(short) >= 10

    found = [one for one in fits if alike(one)]
    return found[0] if len(found) == 1 else ""
