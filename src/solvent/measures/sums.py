"""Sums: amounts of the books by dimension, in one currency, and never short of a part.

Amounts are summed per currency and the sums converted, so that paid invoices leave no cents behind. A sum of which a
part has no rate is empty: a figure that leaves something out would be wrong without saying so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.money import converted
from solvent.base.problem import Fact, Problem, SolventError
from solvent.books.books import Basis, Books

DIMENSIONS: Mapping[str, str] = {
    "customer": "customer_id",
    "group": "group_id",
    "salesperson": "salesperson",
    "region": "region",
    "industry": "industry",
    "country": "country",
    "currency": "currency",
    "insured": "insured",
}
"""What receivables can be cut by, and the column that tells it."""


def booked_share(part: str, whole: str, booked: str) -> pl.Expr:
    """So much of ``booked`` as ``part`` is of ``whole``; exact where it is all of it."""
    share = (pl.col(booked).cast(pl.Float64) * pl.col(part) / pl.col(whole)).round(0).cast(pl.Int64)
    return pl.when(pl.col(part) == pl.col(whole)).then(pl.col(booked)).otherwise(share).alias(booked)


def day_of(books: Books, as_of: date | None) -> date:
    """The day asked about, by default the books' own.

    Raises:
        SolventError: the day lies after the books' own, of which the books cannot know.
    """
    if as_of is not None and as_of > books.as_of:
        raise SolventError("measures.day_ahead", day=as_of.isoformat(), as_of=books.as_of.isoformat())
    return as_of or books.as_of


def whole_sum(column: str) -> pl.Expr:
    """The sum of a column that is empty where any part of it is empty."""
    return pl.when(pl.col(column).is_not_null().all()).then(pl.col(column).sum()).alias(column)


def sums(rows: pl.LazyFrame, books: Books, *keys: str, amounts: Sequence[str] = ("amount",)) -> pl.LazyFrame:
    """Amounts by ``keys`` in the books' currency: summed per currency, converted, added.

    Args:
        rows: ``keys``, ``currency`` and the Int64 columns ``amounts``, as ``books.in_money`` gives them.

    Returns:
        ``keys`` and ``amounts`` (Int64; empty where a part has no rate). Keys of which every currency sums to zero have
        no row; without keys there is one row, 0 where there is nothing.
    """
    apart = rows.group_by(*keys, "currency").agg(pl.col(amounts).sum())
    apart = apart.filter(pl.any_horizontal(pl.col(amounts) != 0))
    if books.basis is Basis.MIXED:
        known = pl.col("currency").is_in(books.rates.get_column("currency").to_list())
        apart = apart.with_columns(pl.when(known).then(name).alias(name) for name in amounts)
    one = converted(apart, books.rates, *amounts)
    whole = [whole_sum(name) for name in amounts]
    if not keys:
        return one.select(whole)
    if books.rates.height == 1 and books.basis in (Basis.SINGLE, Basis.BOOKED):
        return one
    return one.group_by(*keys).agg(whole)


def running_sums(rows: pl.LazyFrame, books: Books, *keys: str, at: str) -> pl.LazyFrame:
    """Amounts by ``keys`` and ``at``, rounded as they run up in the order of ``at``.

    The first so many of them, added, are what ``sums`` makes of all their rows at once: where all that was ever sold is
    still owed, the sales of the months are what is owed, to the cent.

    Args:
        rows: ``keys``, ``at``, ``currency`` and ``amount`` (Int64), as ``books.in_money`` gives them.

    Returns:
        ``keys``, ``at`` and ``amount`` (Int64; empty where a part has no rate), a row where any currency has rows.
    """
    if books.rates.height == 1:
        return sums(rows, books, *keys, at)
    apart = rows.group_by(*keys, at, "currency").agg(pl.col("amount").sum())
    run = apart.with_columns(
        pl.col("amount").cum_sum().over(*keys, "currency", order_by=at), pl.col("currency").alias("of")
    )
    one = converted(run, books.rates, "amount")
    step = pl.col("amount") - pl.col("amount").shift(1, fill_value=0).over(*keys, "of", order_by=at)
    return one.with_columns(step.alias("amount")).group_by(*keys, at).agg(whole_sum("amount"))


def at_each(points: pl.DataFrame, found: pl.LazyFrame, name: str) -> pl.DataFrame:
    """The points with ``amount`` of ``found`` as a column ``name``: 0 where ``found`` has no row for the point.

    The two share one column, by which each has at most one row.
    """
    (key,) = set(found.collect_schema().names()) - {"amount"}
    there = found.with_columns(pl.lit(True).alias("there"))
    joined = points.lazy().join(there, on=key, how="left", maintain_order="left")
    value = pl.when(pl.col("there").is_null()).then(0).otherwise("amount").alias(name)
    return joined.with_columns(value).drop("there", *({"amount"} - {name})).collect()


def int_of(frame: pl.LazyFrame) -> int | None:
    """The one amount of a frame of one row and column."""
    value = frame.collect(engine="streaming").item()
    return None if value is None else int(value)


def told_by(books: Books, frame: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """The frame with the column that DIMENSIONS names for ``by``, out of its ``customer_no`` (and ``salesperson``).

    Empty where the customers table says nothing.
    """
    wanted = DIMENSIONS[by]
    if by == "customer":
        return frame.join(books.journal.customers.lazy(), on="customer_no", how="left")
    known = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    numbered = books.journal.customers.lazy().join(known, on="customer_id", how="left")
    told = numbered.with_columns(pl.col("group_id").fill_null(pl.col("customer_id"))).select("customer_no", wanted)
    if by == "salesperson":
        told = told.rename({"salesperson": "keeper"})
        return frame.join(told, on="customer_no", how="left").with_columns(pl.col(wanted).fill_null(pl.col("keeper")))
    return frame.join(told, on="customer_no", how="left")


def keys_of(by: str | None) -> Sequence[str]:
    """The journal's columns that a dimension is told from."""
    if by is not None and by not in DIMENSIONS:
        raise SolventError("measures.dimension_unknown", by=by, known=", ".join(DIMENSIONS))
    if by is None or by == "currency":
        return ()
    return ("customer_no", "salesperson") if by == "salesperson" else ("customer_no",)


@dataclass(frozen=True)
class Figure:
    """One answer with what it rests on.

    value: None where it cannot be computed; ``why`` then says why.
    variant: the formula's name, since the field knows several under one word.
    inputs: the numbers that went in, by name.
    notices: what a reader of the value has to know.
    """

    value: float | None
    variant: str
    inputs: Mapping[str, Fact]
    why: Problem | None = None
    notices: Sequence[Problem] = ()


def sales(books: Books) -> pl.LazyFrame:
    """Credit sales, document by document: invoices issued less credit notes, tax included, dated by issue.

    Returns: customer_no, sold_on (Date), currency, amount (Int64, negative for a credit note), up to ``books.as_of``.
    """
    invoiced = books.events().filter(pl.col("kind") == "invoice")
    credited = books.in_money(
        books.table("credit_notes")
        .join(books.journal.customers.lazy(), on="customer_id", how="inner")
        .select(
            "customer_no",
            pl.col("issued_on").alias("event_on"),
            "currency",
            -pl.col("amount"),
            -pl.col("booked_amount").alias("booked"),
        )
    )
    columns = ("customer_no", pl.col("event_on").alias("sold_on"), "currency", "amount")
    return pl.concat([invoiced.select(columns), credited.select(columns)])
