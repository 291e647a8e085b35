"""Money: amounts of record are whole minor units of a named currency; conversion happens on sums.

A frame holds an amount as Int64 minor units (cents, fen, yen) with the currency beside it. Decimal appears only
at the edges, where people read and write.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
from babel.core import get_global

UNKNOWN = "XXX"
"""ISO 4217's code for "no currency": what an amount is in when its file names none. Counted with two decimals."""

_DIGITS: Mapping[str, tuple[int, int, int, int]] = get_global("currency_fractions")


def digits(currency: str) -> int:
    """How many decimals the main unit of a currency has (Unicode CLDR): 2 for CNY, 0 for JPY, 3 for KWD.

    >>> digits("CNY"), digits("JPY"), digits("KWD"), digits(UNKNOWN)
    (2, 0, 3, 2)
    """
    return _DIGITS.get(currency, _DIGITS["DEFAULT"])[0]


def is_currency(code: str) -> bool:
    """True for a code that ISO 4217 has or had.

    >>> is_currency("CNY"), is_currency("RMB"), is_currency("XXX")
    (True, False, False)
    """
    return code != UNKNOWN and code in get_global("all_currencies")


def decimal(minor: int, currency: str) -> Decimal:
    """An amount of minor units in the main unit, exactly, with the currency's own number of decimals.

    >>> str(decimal(572506, "CNY")), str(decimal(-1, "CNY")), str(decimal(1200, "JPY"))
    ('5725.06', '-0.01', '1200')
    """
    return Decimal(minor).scaleb(-digits(currency))


def minor(amount: Decimal, currency: str) -> int:
    """An amount in the main unit as minor units, half away from zero.

    >>> minor(Decimal("1.005"), "CNY"), minor(Decimal("-1.005"), "CNY")
    (101, -101)
    """
    return int(amount.scaleb(digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def half_up(value: pl.Expr) -> pl.Expr:
    """A float expression rounded to Int64, half away from zero: the one rounding rule of converted sums."""
    return (value.abs() + 0.5).floor().cast(pl.Int64) * value.sign().cast(pl.Int64)


def converted(frame: pl.LazyFrame, rates: pl.DataFrame, *columns: str) -> pl.LazyFrame:
    """The frame's amount columns in the base currency: each times its currency's factor, rounded half up.

    Convert sums, never single documents: rounding each document would leave cents open on paid invoices.

    Args:
        frame: has ``currency`` and the Int64 columns named, in minor units of that currency.
        rates: ``currency`` (String), ``factor`` (Float64): base minor units for one minor unit. A factor of exactly 1
            leaves the amount untouched to the last unit.
        columns: the amounts to convert.

    Returns:
        The frame without ``currency``; an amount whose currency has no rate is empty.
    """
    factor = pl.col("factor")
    return (
        frame.join(rates.lazy(), on="currency", how="left", maintain_order="left")
        .with_columns(
            pl.when(factor == 1.0).then(pl.col(name)).otherwise(half_up(pl.col(name) * factor)).alias(name)
            for name in columns
        )
        .drop("currency", "factor")
    )
