"""Asked: what people type at the desk, read as amounts, days and customers; what cannot be read is said in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import polars as pl

from solvent.base.money import decimal, is_currency, minor
from solvent.base.problem import SolventError
from solvent_server.web.parts.page import Look

LARGEST = 2**62
WIDE = str.maketrans("\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff0e\uff05", "0123456789.%")
"""Digits as a Chinese keyboard may write them."""


def number(text: str) -> Decimal:
    """A number as a person types it: 45,000.00, with the commas of either keyboard.

    Raises:
        SolventError: it is none.
    """
    told = text.translate(WIDE).replace(",", "").replace("\uff0c", "").replace(" ", "").strip()
    try:
        value = Decimal(told)
    except InvalidOperation:
        raise SolventError("desk.number", "", value=text[:40]) from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise SolventError("desk.number", "", value=text[:40])
    return value


def in_minor(value: Decimal, currency: str) -> int:
    """Minor units of an amount.

    Raises:
        SolventError: it is negative, has more decimals than the currency, or is too large.
    """
    told = minor(value, currency)
    if value < 0 or decimal(told, currency) != value or told >= LARGEST:
        raise SolventError("store.desk.amount", "", value=str(value), currency=currency)
    return told


def signed(value: Decimal, currency: str) -> int:
    """Minor units of an amount that may be a loss.

    Raises:
        SolventError: it has more decimals than the currency, or is too large.
    """
    return in_minor(abs(value), currency) * (-1 if value < 0 else 1)


def currency(text: str, default: str) -> str:
    """The code of a currency.

    Raises:
        SolventError: there is no such currency.
    """
    told = (text.strip() or default).upper()
    if not is_currency(told):
        raise SolventError("desk.currency", "", value=text[:10])
    return told


def deposit(text: str, amount: Decimal, code: str) -> int:
    """What is paid before delivery, minor units: an amount, or so many per cent of the order.

    Raises:
        SolventError: it is neither, or more than the order.
    """
    if not text.strip():
        return 0
    told = text.translate(WIDE).strip()
    share = told.endswith("%")
    value = number(told.removesuffix("%"))
    paid = minor(amount * value / 100, code) if share else in_minor(value, code)
    if not 0 <= paid <= minor(amount, code):
        raise SolventError("desk.deposit", "", value=text[:40])
    return paid


def whole(text: str, most: int) -> int | None:
    """A whole number from nothing up to ``most``; None where nothing was typed.

    Raises:
        SolventError: it is none, or too large.
    """
    if not text.strip():
        return None
    told = text.translate(WIDE).strip()
    if not (told.isascii() and told.isdecimal()) or int(told[:12]) > most:
        raise SolventError("desk.whole", "", value=text[:40], most=most)
    return int(told)


def share(text: str) -> float | None:
    """A share typed as per cent: 30 or 30%.

    Raises:
        SolventError: it lies not between nothing and all.
    """
    if not text.strip():
        return None
    value = number(text.translate(WIDE).strip().removesuffix("%"))
    if not 0 <= value <= 100:
        raise SolventError("desk.share", "", value=text[:40])
    return float(value / 100)


def day(text: str) -> date | None:
    """A day as a browser sends it; None where nothing was typed.

    Raises:
        SolventError: it is none.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise SolventError("desk.day", "", value=text[:40]) from None


def customers(look: Look, word: str, most: int) -> list[tuple[str, str]]:
    """Customers whose number or name holds a word: number and name, the largest exposure first."""
    assert look.kept is not None
    said = word.strip().lower()
    if not said:
        return []
    found = [pl.col(name).str.to_lowercase().str.contains(said, literal=True) for name in ("customer_id", "name")]
    rows = look.kept.frame("customers").filter(pl.any_horizontal(found)).select("customer_id", "name").head(most)
    return rows.collect().rows()


def customer(look: Look, text: str) -> tuple[str, str]:
    """The one customer that is meant: by its number, its name, or a part of it that only one has.

    Raises:
        SolventError: nobody is, or several are.
    """
    assert look.kept is not None
    said = text.strip()
    names = look.kept.frame("customers").select("customer_id", "name")
    exact = names.filter((pl.col("customer_id") == said) | (pl.col("name") == said)).head(2).collect().rows()
    found = exact if len(exact) == 1 else customers(look, said, 2)
    if len(found) != 1:
        raise SolventError("desk.nobody" if not found else "desk.several", "", name=text[:60])
    return found[0][0], found[0][1]


def cell(asked: Mapping[str, str], name: str) -> str:
    """What was typed into a field, without blanks around it."""
    return asked.get(name, "").strip()
