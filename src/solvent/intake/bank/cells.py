"""Cells: amounts, days and account numbers as banks' own formats write them, read exactly or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.money import digits, is_currency
from solvent.base.problem import Problem
from solvent.intake.bank.statement import LINES
from solvent.intake.intake import REJECTED

_AMOUNT = re.compile(r"([+-]?)([0-9]{0,24})(?:[.,]([0-9]{0,12}))?")
_LARGEST = 10**16
"""Minor units. A hundred thousand milliards of the main unit: beyond it a figure is a damaged one."""
_FIRST_YEAR, _LAST_YEAR = 1980, 2099
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NOTHING = frozenset(
    {"NONREF", "NOTPROVIDED", "NOTAVAILABLE", "UNKNOWN", "NONE", "EREF", "EREF+", "KREF", "KREF+", "PREF", "MARF", "0"}
)
"""What banks print where there is no reference."""
_NO_LINES, _NO_FAULTS = pl.DataFrame(schema=LINES), pl.DataFrame(schema=REJECTED)
"""Files may hold thousands of statements without a line; one empty frame does for all."""


@dataclass(frozen=True)
class Fault:
    """A row that could not be read: its place, the field and its text, why, and the row as it stood."""

    row: int
    column: str
    value: str
    problem: Problem
    cells: Sequence[str] = ()


def amount_of(text: str, currency: str) -> int | None:
    """An amount in minor units; None where it is not a plain number or has more decimals than the currency has.

    The formats know no thousands separators: the one comma or point is the decimal mark, and it may stand last.
    Decimals beyond those of the currency have to be zeros; nothing is rounded.

    >>> amount_of("1000,5", "EUR"), amount_of("35122,", "MKD"), amount_of("000000002145.23", "EUR")
    (100050, 3512200, 214523)
    >>> amount_of("8.850", "EUR"), amount_of("8.855", "EUR"), amount_of("1.000,50", "EUR"), amount_of("500,00", "JPY")
    (885, None, None, 500)
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return None
    places, part = digits(currency), found[3] or ""
    if part[places:].strip("0"):
        return None
    value = int((found[2] or "0") + part[:places].ljust(places, "0"))
    if value >= _LARGEST:
        return None
    return -value if found[1] == "-" else value


def day_of(text: str) -> date | None:
    """The day at the beginning of a text: ``2026-03-31T17:00:00+01:00`` or ``20260331120000.000[-5:EST]``.

    >>> day_of("20260331120000"), day_of("2026-02-30"), day_of("")
    (datetime.date(2026, 3, 31), None, None)
    """
    found = re.match(r"\s*([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?![0-9]{1,3}(?:[^0-9]|$))", text)
    return made_day(int(found[1]), int(found[3]), int(found[4])) if found else None


def made_day(year: int, month: int, day: int) -> date | None:
    """A day of the years that statements are from; None where there is none."""
    try:
        return date(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None


def account_of(text: str) -> str:
    """An account number without blanks, points and quotes, in capitals.

    >>> account_of(" nl71 rabo 0123.4567.89 ")
    'NL71RABO0123456789'
    """
    return re.sub(r"[\s.\"'\u00a0\u3000]+", "", text).upper()


def named_account(text: str) -> tuple[str, str, str]:
    """Account, bank and currency out of one text: ``bank/account``, ``account EUR``, ``bank/account/HUF``.

    >>> named_account("51210600/9223382012EUR"), named_account("NL10BUNQ2290325473 EUR")
    (('9223382012', '51210600', 'EUR'), ('NL10BUNQ2290325473', '', 'EUR'))
    >>> named_account("CZ6508000000192000145399"), named_account("TRIODOSBANK/0666666666")
    (('CZ6508000000192000145399', '', ''), ('0666666666', 'TRIODOSBANK', ''))
    """
    parts = [part for part in (account_of(piece) for piece in text.split("/")) if part]
    currency = ""
    if len(parts) > 1 and len(parts[-1]) == 3 and is_currency(parts[-1]):
        currency = parts.pop()
    elif parts and re.search(r"[0-9X][A-Z]{3}$", parts[-1]) and is_currency(parts[-1][-3:]):
        parts[-1], currency = parts[-1][:-3], parts[-1][-3:]
    if not parts:
        return "", "", currency
    whole = next((part for part in parts if is_iban(part)), None)
    return whole or parts[-1], "" if whole or len(parts) < 2 else parts[0], currency


def is_iban(text: str) -> bool:
    """True for an account number in the international form whose check digits are right.

    >>> is_iban("DE89370400440532013000"), is_iban("DE88370400440532013000")
    (True, False)
    """
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def iban_in(text: str) -> str:
    """The first right IBAN in a text, empty where there is none."""
    return next((found for found in _IBAN.findall(text) if is_iban(found)), "")


def meant(text: str) -> str:
    """A reference without outer blanks; empty where the bank prints only that there is none.

    >>> meant(" NONREF "), meant("RF18 5390 0754 7034")
    ('', 'RF18 5390 0754 7034')
    """
    text = " ".join(text.split())
    return "" if text.upper() in _NOTHING else text


def told_once(texts: Iterable[str]) -> str:
    """Texts one after the other, each once; one that stands inside another is left out.

    >>> told_once(["Invoice 7", "7", "Invoice 7", "RF18"])
    'Invoice 7 RF18'
    """
    kept: list[str] = []
    for text in dict.fromkeys(meant(text) for text in texts):
        if text and not any(text in other for other in kept):
            kept.append(text)
    return " ".join(kept)


def lines_of(rows: Sequence[Sequence[object]]) -> pl.DataFrame:
    """Rows in the order of LINES as a frame; texts of nothing are empty."""
    if not rows:
        return _NO_LINES
    return pl.DataFrame([[None if cell == "" else cell for cell in row] for row in rows], schema=LINES, orient="row")


def rejected_of(source: str, faults: Sequence[Fault], sheet: str = "") -> pl.DataFrame:
    """Faults as REJECTED says."""
    if not faults:
        return _NO_FAULTS
    told = [
        (
            source,
            sheet,
            fault.row,
            fault.column,
            fault.value or None,
            fault.problem.code,
            json.dumps(dict(fault.problem.facts), ensure_ascii=False),
            list(fault.cells),
        )
        for fault in faults
    ]
    return pl.DataFrame(told, schema=REJECTED, orient="row")
