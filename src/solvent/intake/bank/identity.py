"""Identity: names for bank lines out of what they say, so that the same line has the same name in every file.

A name hangs neither on the file nor on the line's place in it. Letters, digits and figures count; blanks, marks,
accents and capitals do not, for banks and encodings differ in them. Lines of an account and day that say the very same
are counted: the second is ``NAME~2``.
"""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

_TEXTS = ("counterparty_account", "reference", "bank_reference")
_SIZE = 10
"""Bytes of the digest: the odds that two of a million lines of one account and day meet are below one in a billion."""


def line_ids(lines: pl.DataFrame, *within: str) -> pl.Series:
    """The names of lines, in their order.

    Args:
        lines: LINES and ``account_id``.
        within: columns in whose every value lines are counted anew: statements that overlap bring the same lines.

    Returns:
        ``line_id``, String: account, day of booking, and a digest of currency, amount, the other account, reference,
        bank's reference and the balance where one is printed.
    """
    plain = [_letters(name) for name in _TEXTS]
    content = pl.concat_str(
        pl.col("currency"),
        pl.col("amount").cast(pl.String),
        *plain,
        pl.col("balance").cast(pl.String).fill_null(""),
        separator="\x1f",
    )
    texts = lines.select(content.alias("content")).to_series()
    digests = pl.Series(
        "digest", [blake2b(text.encode(), digest_size=_SIZE).hexdigest() for text in texts.to_list()], dtype=pl.String
    )
    named = lines.select("account_id", "booked_on", *within).with_columns(
        pl.concat_str("account_id", pl.col("booked_on").cast(pl.String), digests, separator="/").alias("line_id")
    )
    turn = pl.int_range(1, pl.len() + 1).over("line_id", *within)
    return named.select(
        pl.when(turn > 1).then(pl.concat_str("line_id", pl.lit("~"), turn)).otherwise("line_id").alias("line_id")
    ).to_series()


def _letters(name: str) -> pl.Expr:
    """A text by its letters and digits alone, in small letters without accents."""
    plain = pl.col(name).fill_null("").str.normalize("NFKD").str.to_lowercase()
    return plain.str.replace_all(r"[^\p{L}\p{N}]+", "")
