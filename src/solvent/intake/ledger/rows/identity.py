"""Identity: names for rows that have no number of their own, out of what they say, so that any export gives them again.

A name hangs neither on the place of a row nor on the name of its file. Rows that say the very same are counted: the
second is ``NAME~2``. Which of them is the second goes by what they say of payment, not by their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from solvent.base.money import digits

CONTENT = ("customer_id", "issued_on", "currency", "amount", "applies_to", "reference", "order_id", "delivery_id")
"""What a name is made of. What changes from one export to the next is no part of it: what is paid, open or cleared."""
_TEXTS = (*CONTENT[4:], "instalment", "line")
_STATE = ("due_on", "settled_on", "open", "paid", "clearing_id")
"""What rows of one name are counted by."""
_LONG = 80
"""Characters of reference beyond which a name has a digest in their place; keys of databases are short."""


def named_by_content(rows: pl.DataFrame, number: str, *within: str) -> pl.DataFrame:
    """The rows with ``number`` filled where it is empty, by what each row says.

    The name shows the customer, the day, the currency and amount (signed as in the account) and, where the row has
    any, its references: ``lantern/2026-02-01/CNY -1200.00/INV-7``. Rows of one name are counted apart for each value of
    ``within``.
    """
    bare = rows[number].is_null()
    if not bare.any():
        return rows
    told = _content(rows, bare)
    told = told.with_columns(told["content"].alias("id"), *(rows[key].filter(bare) for key in within))
    ids = _counted(told, ["id", *within])
    return rows.with_columns(rows[number].scatter(bare.arg_true(), ids))


def told_apart(rows: pl.DataFrame, name: str, *within: str) -> pl.DataFrame:
    """The rows with every name once: a digest of what the row says behind names that rows of other content share.

    Args:
        name: the column of names, none empty.
        within: columns in whose every value the names are to be unique.
    """
    again = rows.select(pl.struct(name, *within).is_duplicated()).to_series()
    if not again.any():
        return rows
    keys = ["id", *within]
    told = _content(rows, again).with_columns(
        rows.filter(again).get_column(name).alias("id"), *(rows.filter(again).get_column(key) for key in within)
    )
    several = told.select(pl.col("content").n_unique().over(keys) > 1).to_series()
    marked = told["id"].filter(several) + "/" + _digests(told["content"].filter(several), 4)
    told = told.with_columns(told["id"].scatter(several.arg_true(), marked).alias("id"))
    return rows.with_columns(rows[name].scatter(again.arg_true(), _counted(told, keys)))


def occurrence(name: str) -> pl.Expr:
    """Names with ``~n`` behind the second and later of the same, in the order in which they stand."""
    turn = pl.int_range(1, pl.len() + 1).over(name)
    return pl.when(turn > 1).then(pl.concat_str(name, pl.lit("~"), turn)).otherwise(name).alias(name)


def _content(rows: pl.DataFrame, which: pl.Series) -> pl.DataFrame:
    """Of the rows asked for, what each says in one text, ``content``, and the columns of _STATE."""
    kept = rows.filter(which).select(pl.col(name) for name in (*CONTENT[:4], *_TEXTS, *_STATE))
    who = pl.col("customer_id").str.normalize("NFKC").str.replace_all(r"\s+", "").str.to_lowercase()
    texts = kept.select(pl.concat_str(_TEXTS, separator=" ", ignore_nulls=True)).to_series()
    long = texts.str.len_chars() > _LONG
    if long.any():
        texts = texts.scatter(long.arg_true(), _digests(texts.filter(long), 8))
    return kept.select(
        pl.concat_str(
            who,
            pl.col("issued_on").cast(pl.String),
            pl.concat_str("currency", pl.lit(" "), _written(kept)),
            pl.when(texts != "").then(texts),
            separator="/",
            ignore_nulls=True,
        ).alias("content"),
        *_STATE,
    )


def _written(rows: pl.DataFrame) -> pl.Series:
    """The amounts in the main unit of their currency."""
    places = {code: digits(code) for code in rows["currency"].unique()}
    decimals = pl.col("currency").replace_strict(places, return_dtype=pl.Int64)
    size = pl.col("amount").abs().cast(pl.String).str.zfill(decimals + 1)
    whole = size.str.head(size.str.len_chars().cast(pl.Int64) - decimals)
    part = pl.when(decimals > 0).then(pl.concat_str(pl.lit("."), size.str.tail(decimals))).otherwise(pl.lit(""))
    sign = pl.when(pl.col("amount") < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return rows.select(pl.concat_str(sign, whole, part)).to_series()


def _counted(told: pl.DataFrame, keys: Sequence[str]) -> pl.Series:
    """``id`` of each row with ``~n`` behind the second and later of the same ``keys``, counted by _STATE."""
    again = told.select(pl.struct(keys).is_duplicated()).to_series()
    if not again.any():
        return told["id"]
    same = told.with_row_index("place").filter(again).sort(*_STATE, nulls_last=True, maintain_order=True)
    turn = pl.int_range(1, pl.len() + 1).over(keys)
    same = same.select(
        "place", pl.when(turn > 1).then(pl.concat_str("id", pl.lit("~"), turn)).otherwise("id").alias("id")
    )
    return told["id"].scatter(same["place"], same["id"])


def _digests(texts: pl.Series, size: int) -> pl.Series:
    """A digest of ``size`` bytes of each text: the same on any machine and with any version of our libraries."""
    return pl.Series(
        [blake2b(text.encode(), digest_size=size).hexdigest() for text in texts.to_list()], dtype=pl.String
    )
