"""Concentration: how much of sales and of receivables hangs on one name, connected customers counted as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import day_of, sales, sums, told_by


@dataclass(frozen=True)
class Concentration(Terms, key="measures.concentration"):
    """Over which sales a share is told, and from where one name is too much."""

    months: int = term(12, unit="calendar months of sales", source="FORMULAS 4.2.17")
    single_share: float = term(0.25, unit="share of sales, alarm strictly over it", most=1, source="REQUIREMENTS EW-02")


DEFAULTS = Concentration()


@dataclass(frozen=True)
class Concentrated:
    """How concentrated the company is; a value is None where nothing was sold, or stands open, or has no rate.

    top_sales_id, top_share_sales: the name with the largest share of sales. top_open_id, top_share_open: the same of
    positive open amounts. hhi: sum of squared shares of sales; effective_names: as many equal names would give it.
    over: the names whose share of sales is strictly over the line, largest first.
    shares: the frame of ``shares``.
    """

    top_sales_id: str | None
    top_share_sales: float | None
    top_open_id: str | None
    top_share_open: float | None
    hhi: float | None
    effective_names: float | None
    over: Sequence[str]
    shares: pl.DataFrame


def concentration(books: Books, as_of: date | None = None, terms: Concentration = DEFAULTS) -> Concentrated:
    """Concentration on sales of the trailing calendar months and on receivables (FORMULAS 4.2.17)."""
    frame = shares(books, as_of, terms)
    told = frame.get_column("sales_share").drop_nulls().to_list()
    by_sales = frame.filter(pl.col("sales_share") > 0).head(1)
    by_open = frame.filter(pl.col("open_share") > 0).sort("open_share", "group_id", descending=[True, False]).head(1)
    index = hhi(told) if any(told) else None
    over = pl.col("sales_share").round(9) > terms.single_share  # 0.7 in binary may be a little more than 0.7
    return Concentrated(
        by_sales.item(0, "group_id") if by_sales.height else None,
        by_sales.item(0, "sales_share") if by_sales.height else None,
        by_open.item(0, "group_id") if by_open.height else None,
        by_open.item(0, "open_share") if by_open.height else None,
        index,
        1 / index if index else None,
        tuple(frame.filter(over).get_column("group_id")),
        frame,
    )


def shares(books: Books, as_of: date | None = None, terms: Concentration = DEFAULTS) -> pl.DataFrame:
    """Each connected group's share of sales and of receivables (FORMULAS 4.2.17).

    A group is ``customers.group_id``, or the customer itself where it stands alone. Sales are invoices less credit
    notes of the trailing calendar months; a group credited more than it was sold counts as nothing sold. Receivables
    are positive open amounts; unapplied cash does not lower them.

    Returns:
        group_id (String), customers (Int64, how many of it), sales, open (Int64, minor units), sales_share,
        open_share (Float64; empty where the total is nothing or a part of it has no rate). Groups with neither sales
        nor open amounts have no row. Largest share of sales first, then of receivables, then by id.
    """
    day = day_of(books, as_of)
    inside = pl.col("sold_on").is_between(months_before(day, terms.months), day, closed="right")
    kinds = {
        "sales": sales(books).filter(inside),
        "open": books.standing(day).filter(pl.col("due_on").is_not_null()),
    }
    parts = [
        told_by(books, rows.group_by("customer_no", "currency").agg(pl.col("amount").sum()), "group").with_columns(
            pl.lit(name).alias("what")
        )
        for name, rows in kinds.items()
    ]
    both = pl.concat(parts).collect(engine="streaming").lazy()
    members = both.filter(pl.col("amount") != 0).group_by("group_id").agg(pl.col("customer_no").n_unique())
    value = {name: pl.col("amount").filter(pl.col("what") == name) for name in kinds}
    return (
        sums(both, books, "group_id", "what")
        .group_by("group_id")
        .agg(pl.when(v.is_not_null().all()).then(v.sum()).alias(name) for name, v in value.items())
        .join(members, on="group_id", how="left")
        .select(
            "group_id",
            pl.col("customer_no").fill_null(0).cast(pl.Int64).alias("customers"),
            "sales",
            "open",
            _share("sales").alias("sales_share"),
            _share("open").alias("open_share"),
        )
        .sort("sales_share", "open_share", "group_id", descending=[True, True, False], nulls_last=True)
        .collect()
    )


def hhi(of_shares: Sequence[float]) -> float:
    """Herfindahl-Hirschman index: the sum of squared shares; its inverse is the effective number of names.

    >>> index = hhi([0.3, 0.2, 0.15, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05])
    >>> round(index, 6), round(1 / index, 2)
    (0.175, 5.71)
    """
    return sum(share * share for share in of_shares)


def _share(column: str) -> pl.Expr:
    positive = pl.col(column).clip(0)
    known = pl.col(column).is_not_null().all() & (positive.sum() > 0)
    return pl.when(known).then(positive / positive.sum())
