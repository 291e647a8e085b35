"""Asked: what the desk's commands take and tell alike: amounts, who proposed what, and a list as JSON."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import polars as pl

from solvent.base.money import UNKNOWN, decimal, is_currency, minor
from solvent.base.problem import LedgerError, SolventError
from solvent.books.books import TABLES
from solvent.files.commands.credit.order_names import KIND
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent_server.commands.opening import add_store

if TYPE_CHECKING:
    from solvent_server.store.models import Company, Proposal

STATES: Mapping[str, str] = {
    "waiting": "waits for a second person",
    "approved": "approved by a second person",
    "alone": "within one's own authority",
    "refused": "was refused",
    "withdrawn": "was taken back",
}
HEADS = ("proposal", "subject", "what", "amount", "from", "until", "asked by", "state")


def amount(text: str) -> Decimal:
    """An amount in main units, as a person types it: 45,000.00.

    Raises:
        ArgumentTypeError: it is no number, or negative.
    """
    try:
        value = Decimal(text.replace(",", "").replace("\uff0c", "").strip())
    except InvalidOperation:
        raise ArgumentTypeError(f"{text!r}: 45000.00") from None
    if not value.is_finite() or value < 0:
        raise ArgumentTypeError(f"{text!r}: >= 0")
    return value


def part(inside: Any, name: str, says: str, language: Language) -> ArgumentParser:
    """One of the things that a command does, with a parser of its own; says: in the reader's language already."""
    parser: ArgumentParser = inside.add_parser(name, help=says, description=says)
    parser.add_argument(
        "--lang",
        choices=("en", "zh"),
        default=SUPPRESS,
        help=language.say("language of what is shown; by default that of the locale"),
    )
    return parser


def add_decision(parser: ArgumentParser, language: Language) -> None:
    """Where the data lie, and why it was decided."""
    add_store(parser, language)
    parser.add_argument("--reason", default="", help=language.say("why, for the audit trail"))


def add_list(parser: ArgumentParser, language: Language) -> None:
    """Where the data lie, and the list as JSON."""
    add_store(parser, language)
    parser.add_argument("--json", metavar="FILE", nargs="?", const="-", help=language.say("write it as JSON"))


def currency_of(args: Namespace, company: Company) -> str:
    """The currency asked for, or the company's own.

    Raises:
        LedgerError: it is none, or neither is told.
    """
    told = str(args.currency or company.currency or UNKNOWN).upper()
    if not is_currency(told):
        raise LedgerError("files.currency_unknown", "", currency=told)
    return told


def in_minor(value: Decimal, currency: str) -> int:
    """Minor units of an amount in main units.

    Raises:
        SolventError: it has more decimals than the currency, or is too large to be an amount.
    """
    told = minor(value, currency)
    if decimal(told, currency) != value or told >= 2**62:
        raise SolventError("store.desk.amount", "", value=str(value), currency=currency)
    return told


def plain(proposal: Proposal) -> dict[str, Any]:
    """A proposal as it leaves us: money as decimal text in main units, days as ISO text."""
    row = dict(proposal.row)
    row["amount"] = str(decimal(row["amount"], row["currency"]))
    return {
        "proposal": proposal.id,
        "table": proposal.table,
        "state": proposal.state,
        "asked_by": proposal.asked_by,
        "asked_at": proposal.asked_at.isoformat(),
        "decided_by": proposal.decided_by or None,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "import": proposal.batch_id,
        "row": row,
    }


def shown(proposals: list[Proposal], screen: Screen) -> None:
    """Proposals as a table."""
    language = screen.language
    rows = []
    for one in proposals:
        row = one.row
        days = [row.get(name) for name in ("valid_from", "approved_on", "valid_until", "until_on") if row.get(name)]
        told = [language.day(date.fromisoformat(day)) for day in days]
        what = row.get("order_id") or (language.say(KIND.get(row["kind"], "credit limit")) if row.get("kind") else "-")
        money = f"{row['currency']} {language.money(row['amount'], row['currency'])}"
        rows.append(
            (
                str(one.id), row.get("customer_id") or row.get("group_id") or "-", what, money, told[0],
                told[1] if len(told) > 1 else "-", one.asked_by, language.say(STATES[one.state]),
            )
        )  # fmt: skip
    screen.table(HEADS, rows, left=len(HEADS))


def decided(proposal: Proposal, screen: Screen) -> None:
    """What became of a proposal just now."""
    language = screen.language
    if proposal.state == "waiting":
        told = "Proposal {number} waits for a second person: solvent limit approve {number}"
        if proposal.table == "approvals":
            told = "Proposal {number} waits for a second person: solvent approve-order approve {number}"
    elif proposal.batch_id is not None:
        told = "It counts from now on, as import {batch}. To take it back: solvent undo {batch}"
    else:
        told = "Proposal {number} no longer waits; nothing changes."
    screen.line(language.say(told, number=proposal.id, batch=proposal.batch_id))


def cells(words: list[str], table: str, currency: str) -> dict[str, Any]:
    """``column=value`` as the table has them; money in main units becomes minor units of the row's own currency.

    Raises:
        SolventError: a word is no ``column=value``, or the value is not of the column's kind.
    """
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    lone = next((word for word in words if "=" not in word), None)
    if lone is not None:
        raise SolventError("store.desk.word", "", word=lone)
    known = TABLES[table].columns
    money = pairs.get("currency", currency)
    told: dict[str, Any] = {"currency": money} if _has_money(table, pairs) else {}
    for name, text in pairs.items():
        column = known.get(name)
        try:
            if column is None or column.dtype in (pl.String, pl.Date):
                told[name] = text
            elif column.unit == "minor units":
                told[name] = in_minor(Decimal(text.replace(",", "")), money)
            else:
                told[name] = {pl.Int64: int, pl.Float64: float}[column.dtype](text)  # type: ignore[index]
        except (ValueError, InvalidOperation) as error:
            raise SolventError("store.desk.cell", "", table=table, column=name, value=text) from error
    return told


def _has_money(table: str, pairs: Mapping[str, str]) -> bool:
    known = TABLES[table].columns
    return any(name in known and known[name].unit == "minor units" for name in pairs)
