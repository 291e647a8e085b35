"""Amounts: main units written as text or Decimal into minor units, exactly or not at all."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import polars as pl

from solvent.base.money import UNKNOWN, digits

_PLAIN = r"^([+-]?)([0-9]{1,14})(?:\.([0-9]*))?$"
"""Up to 14 digits before the dot: with the four decimals that some currencies have, that still fits into Int64."""
_LARGE = r"^[+-]?[0-9]{15,}(?:\.[0-9]*)?$"
_EXPONENT = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"


def minor_units(cells: pl.Series, currency: pl.Series) -> pl.DataFrame:
    """Amounts in main units as minor units of the currency beside each.

    Args:
        cells: String or Decimal, ``1234.5``; a dot is the decimal, nothing groups. Whole numbers count as main units.
        currency: String, as long as ``cells``; an empty one counts with two decimals.

    Returns:
        value: Int64, empty where the cell is empty or bad.
        bad: why, as a problem code; empty where it is not. Zeros beyond the currency's decimals are no fault.

    >>> minor_units(pl.Series(["1234.5", "0.001", "12,5", "7.000"]), pl.Series(["CNY", "CNY", "EUR", "JPY"])).rows()
    [(123450, None), (None, 'intake.cell.amount_decimals'), (None, 'intake.cell.amount'), (7, None)]
    """
    if cells.is_empty():
        return pl.DataFrame(schema={"value": pl.Int64, "bad": pl.String})
    texts = _texts(cells)
    places = currency.fill_null(UNKNOWN).cast(pl.String)
    known = {code: digits(code) for code in places.unique().to_list()}
    frame = pl.DataFrame({"text": texts, "digits": places.replace_strict(known, return_dtype=pl.Int64)}).with_columns(
        pl.col("text").str.extract(_PLAIN, 1).alias("sign"),
        pl.col("text").str.extract(_PLAIN, 2).cast(pl.Int64).alias("whole"),
        pl.col("text").str.extract(_PLAIN, 3).fill_null("").str.strip_chars_end("0").alias("part"),
    )
    fine = pl.col("part").str.len_chars() <= pl.col("digits")
    parts = pl.col("part").str.pad_end(4, "0").str.head(4).cast(pl.Int64, strict=False)
    scale = pl.col("digits").replace_strict({count: 10**count for count in range(5)}, return_dtype=pl.Int64)
    size = pl.col("whole") * scale + parts // (10_000 // scale)
    bad = (
        pl.when(pl.col("text").is_null())
        .then(None)
        .when(pl.col("whole").is_not_null() & fine)
        .then(None)
        .when(pl.col("whole").is_not_null())
        .then(pl.lit("intake.cell.amount_decimals"))
        .when(pl.col("text").str.contains(_LARGE))
        .then(pl.lit("intake.cell.amount_large"))
        .otherwise(pl.lit("intake.cell.amount"))
    )
    return frame.select(
        pl.when(fine).then(pl.when(pl.col("sign") == "-").then(-size).otherwise(size)).alias("value"),
        bad.alias("bad"),
    )


def _texts(cells: pl.Series) -> pl.Series:
    """The cells as trimmed text without exponents; blank ones are empty."""
    texts = cells.cast(pl.String).str.strip_chars()
    texts = texts.set((texts == "").fill_null(False), None)
    odd = texts.str.contains(r"[eE]|^[+-]?\.").fill_null(False) & texts.str.contains(_EXPONENT).fill_null(False)
    if not odd.any():
        return texts
    told = {text: _written_out(text) for text in texts.filter(odd).unique().to_list()}
    return texts.replace(told)


def _written_out(text: str) -> str:
    """A number without an exponent: 1E+3 is 1000; one that no column would hold stays as it is."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return f"{number:f}" if abs(number.adjusted()) <= 40 else text
