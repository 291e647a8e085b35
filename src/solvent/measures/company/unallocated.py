"""Unallocated: money that came in and stands against no invoice: receipts not applied, and lines of nobody we know.

Both are told apart. A receipt that is not applied belongs to a customer and lowers what it owes in all, not the item
that is chased. A line that nobody knows belongs to nobody yet: no receivable knows of it, and the invoice that it pays
is reminded of although it is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from solvent.base.problem import PolicyError, Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import Figure, int_of, sums


@dataclass(frozen=True)
class Unallocated(Terms, key="measures.unallocated"):
    """How old unallocated cash is told to be, and from when it is too old."""

    edges: tuple[int, ...] = term(
        (7, 30, 90), unit="days, upper edge of each bucket", most=36_525, rising=True, source="CAPABILITIES 98"
    )
    old_days: int = term(30, unit="days, old strictly over it", source="own choice: a month's closing has passed")

    def __post_init__(self) -> None:
        """Refuse edges that do not rise from above zero."""
        if self.edges[0] < 1 or any(low >= high for low, high in pairwise(self.edges)):
            raise PolicyError("measures.unallocated.edges", f"{self.key}.edges", value=str(self.edges))


DEFAULTS = Unallocated()
RECEIPT, LINE = "receipt", "line"
"""Kinds of unallocated cash: of a receipt a rest that no item took; a bank line that is nothing known yet."""


def buckets(terms: Unallocated = DEFAULTS) -> Sequence[str]:
    """The buckets by name, youngest first: days since the money came; the day itself is 0.

    >>> buckets()
    ('0-7', '8-30', '31-90', '91+')
    """
    lows = (0, *(edge + 1 for edge in terms.edges))
    return (*(f"{low}-{high}" for low, high in zip(lows, terms.edges)), f"{lows[-1]}+")


def unallocated(books: Books, terms: Unallocated = DEFAULTS) -> pl.DataFrame:
    """Every receipt and bank line with money that stands against nothing, at the end of ``as_of``.

    A receipt counts with what no item took of it. A line counts where money came in and no match says what it is: its
    category is ``customer``, or it has none; the part that is matched is left out. Where the books match no line at
    all, receipts and lines would tell the same money twice: then lines of the category ``customer`` are left out.

    Returns:
        kind (``receipt`` or ``line``), source_id, customer_id (empty: a line), came_on (Date), days (Int64), bucket,
        currency and amount (Int64, minor units of that currency, more than nothing), oldest first.
    """
    rows = pl.concat([_receipts(books), _lines(books)])
    days = (pl.lit(books.as_of) - pl.col("came_on")).dt.total_days()
    older = pl.sum_horizontal((days > edge).cast(pl.Int64) for edge in terms.edges)
    named = older.replace_strict(dict(enumerate(buckets(terms))), return_dtype=pl.String)
    return (
        rows.filter(pl.col("amount") > 0)
        .with_columns(days.alias("days"), named.alias("bucket"))
        .select("kind", "source_id", "customer_id", "came_on", "days", "bucket", "currency", "amount")
        .sort("came_on", "kind", "source_id")
        .collect()
    )


def unallocated_aging(books: Books, terms: Unallocated = DEFAULTS, *, by_customer: bool = False) -> pl.DataFrame:
    """Unallocated cash by kind and age, in the currency of the money.

    Returns:
        kind, currency, customer_id (where asked for; empty: nobody's yet), then Int64 minor units of that currency: one
        column a bucket and total, and count (Int64: receipts or lines). Sorted; no row where there is none.
    """
    keys = ("kind", "currency", *(("customer_id",) if by_customer else ()))
    names = buckets(terms)
    cells = [pl.col("amount").filter(pl.col("bucket") == name).sum().alias(name) for name in names]
    found = (
        unallocated(books, terms)
        .group_by(keys)
        .agg(*cells, pl.col("amount").sum().alias("total"), pl.len().cast(pl.Int64).alias("count"))
    )
    return found.sort(keys, nulls_last=True)


def unallocated_cash(books: Books, terms: Unallocated = DEFAULTS) -> Figure:
    """Unallocated cash in all, in minor units of the books' currency; 0 where everything is placed.

    Foreign money is told at the newest rate: it is cash. The column ``unapplied`` of the ageing tells the same receipts
    as they were booked, where the ledger books them.

    ``inputs``: receipts and lines, each its own sum, and old (of both, what is older than ``old_days``).
    """
    rows = unallocated(books, terms)
    old = pl.col("days") > terms.old_days
    inputs = {
        "receipts": _sum(rows.filter(pl.col("kind") == RECEIPT), books),
        "lines": _sum(rows.filter(pl.col("kind") == LINE), books),
        "old": _sum(rows.filter(old), books),
        "old_days": terms.old_days,
    }
    total = _sum(rows, books)
    why = None if total is not None else Problem("measures.unallocated.no_rate")
    return Figure(total, "unallocated_cash", inputs, why)


def _sum(rows: pl.DataFrame, books: Books) -> int | None:
    return int_of(sums(rows.lazy(), books))


def _receipts(books: Books) -> pl.LazyFrame:
    """What no item took of each receipt; a rest that was paid back, or whose receipt was undone, counts no more."""
    applied = (
        books.table("allocations")
        .filter(pl.col("source") == "receipt")
        .group_by(pl.col("source_id").alias("receipt_id"))
        .agg(pl.col("source_amount").fill_null(pl.col("amount")).sum().alias("applied"))
    )
    left = pl.col("amount") - pl.col("applied").fill_null(0)
    rests = (
        books.table("receipts")
        .join(applied, on="receipt_id", how="left")
        .with_columns(left.alias("amount"))
        .filter(pl.col("amount") != 0)
    )
    alike = ("customer_id", "currency", pl.col("amount").abs().alias("size"))
    turn = pl.int_range(pl.len()).over(*alike, pl.col("amount") > 0, order_by=["received_on", "receipt_id"])
    undone = pl.min_horizontal((pl.col("amount") > 0).sum(), (pl.col("amount") < 0).sum()).over(*alike)
    return rests.filter(turn >= undone).select(
        pl.lit(RECEIPT).alias("kind"),
        pl.col("receipt_id").alias("source_id"),
        "customer_id",
        pl.col("received_on").alias("came_on"),
        "currency",
        "amount",
    )


def _lines(books: Books) -> pl.LazyFrame:
    """Money that came in on bank lines and that no match explains."""
    unknown = pl.col("category").is_null()
    if books.has("bank_matches"):
        unknown = unknown | (pl.col("category") == "customer")
    matched = books.table("bank_matches").group_by("line_id").agg(pl.col("amount").sum().alias("matched"))
    left = pl.col("amount") - pl.col("matched").fill_null(0)
    return (
        books.table("bank_lines")
        .filter(unknown & (pl.col("amount") > 0))
        .join(matched, on="line_id", how="left")
        .select(
            pl.lit(LINE).alias("kind"),
            pl.col("line_id").alias("source_id"),
            pl.lit(None, dtype=pl.String).alias("customer_id"),
            pl.col("booked_on").alias("came_on"),
            "currency",
            left.alias("amount"),
        )
    )
