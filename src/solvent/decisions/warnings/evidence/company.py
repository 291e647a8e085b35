"""Company: our own statements, accounts and lines, as rules about ourselves read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from solvent.books.books import Books
from solvent.books.customers import OWN
from solvent.decisions.warnings.evidence.rows import MOST, key, own
from solvent.measures.company.statements import Statements, own_statements


def statement_keys(books: Books, ends: Sequence[date], lines: Sequence[str]) -> Sequence[str]:
    """The rows of our statements that some lines of some days were told by, the newest first."""
    rows = books.table("statements").filter(
        (pl.col("entity_id") == OWN) & pl.col("period_end").is_in(list(ends)) & pl.col("line").is_in(list(lines))
    )
    named = rows.sort("period_end", "line", descending=[True, False]).select(
        key("statements", "entity_id", "period_end", "line").alias("key")
    )
    return named.unique(maintain_order=True).head(MOST).collect()["key"].to_list()


def newest_ratio(
    books: Books, told: pl.DataFrame, column: str, lines: Sequence[str], believed: Statements
) -> pl.DataFrame | None:
    """The newest of a ratio of ``measures.company.liquidity.ratios``; None where the statement is too old.

    Returns: READING, with ratio_times, wcr_amount (current assets less current liabilities), period_on.
    """
    known = told.filter(pl.col(column).is_not_null())
    if known.is_empty():
        return None
    row = known.row(-1, named=True)
    if row["period_end"] < books.as_of - timedelta(days=believed.valid_days):
        return None
    evidence = statement_keys(books, [row["period_end"]], lines)
    return own(row[column], evidence, ratio_times=row[column], wcr_amount=row["wcr"], period_on=row["period_end"])


def days_rise(books: Books, top: str, under: Sequence[str], periods: int) -> pl.DataFrame | None:
    """How far the days of a level (over a flow of the same statement) stand above the mean of the periods before.

    Only periods as long as the newest are set beside it. Of several flows the first counts that all of them tell.

    Returns: READING, with now_days, mean_days, rise_share, period_on; None under ``periods`` before the newest.
    """
    told = own_statements(books)
    if told.is_empty():
        return None
    same = told.filter(pl.col("months") == told["months"][-1]).tail(periods + 1)
    flow = next((name for name in under if not same[name].null_count()), None)
    if same.height < periods + 1 or flow is None or same[top].null_count() or (same[flow] <= 0).any():
        return None
    days = (same[top] / same[flow] * same["months"] * (365 / 12)).to_list()
    mean = sum(days[:-1]) / periods
    if mean <= 0:
        return None
    end = same["period_end"][-1]
    evidence = statement_keys(books, same["period_end"].to_list(), (top, flow))
    return own(days[-1] / mean - 1, evidence, now_days=days[-1], mean_days=mean, rise_share=days[-1] / mean - 1,
               period_on=end)  # fmt: skip


def balance_keys(books: Books) -> Sequence[str]:
    """The newest balance of each of our accounts, the largest first."""
    newest = books.table("balances").sort("day_on").group_by("account_id").agg(pl.col("day_on", "amount").last())
    named = newest.sort("amount", "account_id", descending=[True, False]).select(
        key("balances", "account_id", "day_on").alias("key")
    )
    return named.head(MOST).collect()["key"].to_list()


def largest_lines(books: Books, since: date, until: date, categories: Sequence[str]) -> Sequence[str]:
    """The largest bank lines out of some categories after one day up to another."""
    rows = books.table("bank_lines").filter(
        (pl.col("booked_on") > since)
        & (pl.col("booked_on") <= until)
        & pl.col("category").is_in(list(categories))
        & (pl.col("amount") < 0)
    )
    named = rows.sort("amount", "line_id").head(MOST).select(key("bank_lines", "line_id").alias("key"))
    return named.collect()["key"].to_list()
