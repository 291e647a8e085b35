"""Books to items: the history of a ledger with amounts in one currency, as the payment floor wants it."""

from __future__ import annotations

import polars as pl

from solvent.books.books import Books
from solvent.payment.history import DEFAULTS, History, history


def items_of(books: Books, terms: History = DEFAULTS) -> pl.DataFrame:
    """``history.history`` with ``worth`` (Float64): each face in minor units of the books' currency, for statistics.

    A face in a currency without a rate is worth nothing here: it is learned from and weighs nothing in money.
    """
    items = history(books, terms)
    rated = items.join(books.rates, on="currency", how="left", maintain_order="left")
    return rated.with_columns((pl.col("face") * pl.col("factor").fill_null(0.0)).alias("worth")).drop("factor")
