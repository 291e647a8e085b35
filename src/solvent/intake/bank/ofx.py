"""Ofx: downloads of bank and card accounts, version 1 (SGML, tags that are never closed) and 2 (XML).

A file tells the balance at its end and never the one at its beginning, so that nothing in it proves that no line is
missing. Investment accounts are read for their cash movements only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from solvent.base.money import UNKNOWN, is_currency
from solvent.base.problem import Problem
from solvent.intake.bank.cells import Fault, account_of, amount_of, day_of, lines_of, meant, rejected_of, told_once
from solvent.intake.bank.statement import Statement
from solvent.intake.intake import Known, Source
from solvent.intake.ledger.reading.encoding import blocks, encoding_of
from solvent.intake.limits import LIMITS, Limits, Refused

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_.]*)\s*(/?)>([^<]*)")
_RAW = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_STATEMENTS = {"STMTRS": "bank", "CCSTMTRS": "card", "INVSTMTRS": "investment"}
_PARTS = frozenset(
    {"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "BANKACCTTO", "CCACCTTO", "BANKTRANLIST", "BANKTRANLISTP", "STMTTRN"}
    | {"STMTTRNP", "LEDGERBAL", "AVAILBAL", "CURRENCY", "ORIGCURRENCY", "PAYEE", "STATUS", "INVBAL", "BALLIST", "BAL"}
    | {"INVPOSLIST", "SONRS", "FI"}
)
"""Elements that hold others and matter here; every other element is taken as a value."""
_OURS = ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM")
_CATEGORIES = {"FEE": "other_operating", "SRVCHG": "other_operating", "INT": "interest"}
_FIELDS = ("TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "NAME", "MEMO")


@dataclass
class _Account:
    """One account's download: values by ``ELEMENT`` or ``PART/ELEMENT``, and its transactions."""

    kind: str
    values: dict[str, str] = field(default_factory=dict)
    entries: list[dict[str, str]] = field(default_factory=list)
    pending: int = 0


def looks_like_ofx(data: bytes) -> bool:
    """True where the beginning of a file is that of an OFX download."""
    head = data[: 1 << 12].replace(b"\x00", b"").upper()
    return b"OFXHEADER" in head or re.search(rb"<OFX>", head) is not None


def ofx_statements(source: Source, known: Known, limits: Limits = LIMITS) -> list[Statement]:
    """The accounts in a file, in its order.

    Args:
        known: currencies of our accounts, for accounts that name none.

    Raises:
        Refused: too large, or no account in it; with the bank's own message where it sent one.
    """
    if len(source.data) > limits.markup_bytes:
        raise Refused(Problem("bank.xml.too_large", source.name, {"megabytes": limits.markup_bytes // 1_000_000}))
    accounts, messages = _accounts(_text(source.data))
    if not accounts and messages:
        raise Refused(Problem("bank.ofx.error", source.name, {"message": "; ".join(messages)[:200]}))
    if not accounts:
        raise Refused(Problem("bank.ofx.no_statement", source.name))
    statements, before = [], 0
    for part, account in enumerate(accounts, start=1):
        statements.append(_statement(source, part, account, before, known))
        before += len(account.entries) + account.pending
    return statements


def _text(data: bytes) -> str:
    text = "\n".join(line for block in blocks(data, *encoding_of(data)) for line in block)
    return _RAW.sub(lambda found: found[1].replace("&", "&amp;").replace("<", "&lt;"), text)


def _accounts(text: str) -> tuple[list[_Account], list[str]]:
    """The accounts of a text, and the bank's messages of failure."""
    accounts: list[_Account] = []
    messages: list[str] = []
    open_: list[str] = []
    status: dict[str, str] = {}
    now: _Account | None = None
    for closes, name, value in _tags(text):
        if name in _STATEMENTS:
            now = None if closes else _Account(_STATEMENTS[name])
            open_ = []
            if now:
                accounts.append(now)
        elif name in _PARTS:
            open_ = _inside(open_, name, closes=closes)
            if name == "STATUS" and closes:
                messages += _failure(status)
                status = {}
            elif now and not closes and name == "STMTTRN":
                now.entries.append({})
            elif now and not closes and name == "STMTTRNP":
                now.pending += 1
        elif closes:
            continue
        elif open_ and open_[-1] == "STATUS":
            status[name] = value
        elif now is not None:
            _keep(now, open_, name, value)
    return accounts, messages


def _inside(open_: list[str], name: str, *, closes: bool) -> list[str]:
    """The parts that are open after a tag; a part that was never closed ends where a wider one ends."""
    if not closes:
        return [*(open_[: open_.index(name)] if name in ("STMTTRN", "STMTTRNP") and name in open_ else open_), name]
    return open_[: len(open_) - 1 - open_[::-1].index(name)] if name in open_ else open_


def _tags(text: str) -> Iterator[tuple[bool, str, str]]:
    for closes, name, empty, value in _TAG.findall(text):
        yield bool(closes), name.upper(), "" if empty else " ".join(unescape(value).split())


def _keep(now: _Account, open_: list[str], name: str, value: str) -> None:
    """A value of a transaction, or of the account; the first that is told counts."""
    if "STMTTRNP" in open_ or "INVPOSLIST" in open_:
        return
    if "STMTTRN" in open_ and now.entries:
        part, kept = open_[-1], now.entries[-1]
        key = name if part == "STMTTRN" else f"{part}/{name}"
    else:
        part, kept = (open_[-1] if open_ else ""), now.values
        key = f"{part}/{name}" if part in (*_OURS, "LEDGERBAL", "AVAILBAL") else name
    if value or key not in kept:
        kept.setdefault(key, value)
        kept[key] = kept[key] or value


def _failure(status: dict[str, str]) -> list[str]:
    if status.get("SEVERITY", "").upper() != "ERROR" and status.get("CODE", "0").strip("0") == "":
        return []
    return [" ".join(text for text in (status.get("CODE", ""), status.get("MESSAGE", "")) if text)]


def _statement(source: Source, part: int, account: _Account, before: int, known: Known) -> Statement:
    told = account.values
    number = next((told[f"{one}/ACCTID"] for one in _OURS if told.get(f"{one}/ACCTID")), "")
    account_id = account_of(number)
    currency = _currency(account, known.accounts.get(account_id, UNKNOWN))
    rows, faults = [], []
    for place, entry in enumerate(account.entries, start=before + 1):
        row = _line(place, entry, currency)
        if isinstance(row, Fault):
            faults.append(row)
        else:
            rows.append(row)
    lines = lines_of(rows)
    problems: list[Problem] = []
    if account.kind == "investment":
        problems.append(Problem("bank.ofx.investment", source.name))
    if account.pending:
        problems.append(Problem("bank.statement.pending", source.name, {"count": account.pending}))
    balance = told.get("LEDGERBAL/BALAMT", "")
    closing = amount_of(balance, currency) if account.kind != "investment" else None
    closing_on = day_of(told.get("LEDGERBAL/DTASOF", ""))
    if balance and closing is None and account.kind != "investment":
        problems.append(Problem("bank.ofx.balance_unreadable", source.name, {"value": balance[:40]}))
    days = lines["booked_on"]
    return Statement(
        source=source.name,
        part=part,
        kind="notice" if account.kind == "investment" else "statement",
        format="ofx",
        account_id=account_id,
        currency=currency,
        lines=lines,
        bank=next(
            (told[f"{one}/{key}"] for one in _OURS for key in ("BANKID", "BROKERID") if told.get(f"{one}/{key}")), ""
        ),
        from_on=day_of(told.get("DTSTART", "")) or days.min(),  # type: ignore[arg-type]
        to_on=day_of(told.get("DTEND", "")) or days.max(),  # type: ignore[arg-type]
        closing=closing,
        closing_on=closing_on if closing is not None else None,
        rejected=rejected_of(source.name, faults),
        problems=tuple(problems),
    )


def _currency(account: _Account, known: str) -> str:
    """As the account tells; else as its transactions do, where all tell the same; else as our books know it."""
    own = account.values.get("CURDEF", "").upper()
    if is_currency(own):
        return own
    told = {entry.get("CURRENCY/CURSYM", "").upper() for entry in account.entries}
    only = told.pop() if len(told) == 1 else ""
    return only if is_currency(only) else known


def _line(place: int, entry: dict[str, str], currency: str) -> tuple[object, ...] | Fault:
    cells = [f"{name}: {entry[name][:80]}" for name in _FIELDS if name in entry]
    posted, text = entry.get("DTPOSTED", ""), entry.get("TRNAMT", "")
    booked_on = day_of(posted)
    if booked_on is None:
        return Fault(place, "DTPOSTED", posted[:40], Problem("bank.line.day", "", {"value": posted[:40]}), cells)
    code = entry.get("CURRENCY/CURSYM", "").upper()
    code = code if is_currency(code) else currency
    amount = amount_of(text, code)
    if amount is None:
        facts = {"value": text[:40], "currency": code}
        return Fault(place, "TRNAMT", text[:40], Problem("bank.line.amount", "", facts), cells)
    name, memo = entry.get("NAME", "") or entry.get("PAYEE/NAME", ""), entry.get("MEMO", "")
    number = meant(entry.get("REFNUM", "")) or meant(entry.get("CHECKNUM", ""))
    other = entry.get("BANKACCTTO/ACCTID", "") or entry.get("CCACCTTO/ACCTID", "")
    kind = _CATEGORIES.get(entry.get("TRNTYPE", "").upper(), "")
    said = told_once([memo, number])
    available = day_of(entry.get("DTAVAIL", ""))
    return (
        place,
        booked_on,
        available,
        code,
        amount,
        name,
        account_of(other),
        said,
        meant(entry.get("FITID", "")),
        None,
        kind,
    )
