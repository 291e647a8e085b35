"""Happened: what registers, courts, insurers and the press told of customers, and the worst of it for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl

from solvent.books.books import Books
from solvent.decisions.warnings.evidence.rows import key, keys, reading

_STATUS = {
    "suspended": "abnormal_operation",
    "in_liquidation": "insolvency_filed",
    "revoked": "licence_revoked",
    "deregistered": "deregistered",
}
"""What a status in the register says, as the kind of event that it is."""


def events(books: Books, days: int) -> pl.LazyFrame:
    """Events of the last days, and those that two extracts of a register tell by their difference.

    A change that the events table tells too, within the same time, is told once.

    Returns: customer_id, kind, severity (Int64, empty: that of its kind), happened_on, key.
    """
    since = books.as_of - timedelta(days=days)
    told = books.table("events").select(
        "customer_id", "kind", "severity", "happened_on", key("events", "event_id").alias("key")
    )
    told = told.filter(pl.col("happened_on") > since)
    changed = _changes(books).filter(pl.col("happened_on") > since)
    return pl.concat([told, changed.join(told, on=["customer_id", "kind"], how="anti")])


def _changes(books: Books) -> pl.LazyFrame:
    """What changed from one extract of the register to the next, dated by the later one."""
    rows = books.table("registrations").sort("customer_id", "told_on")

    def before(name: str) -> pl.Expr:
        return pl.col(name).forward_fill().shift(1).over("customer_id")

    same = before("currency").eq_missing(pl.col("currency")) | pl.col("currency").is_null()
    news = {
        "capital_reduced": (pl.col("capital") < before("capital")) & same,
        "capital_raised": (pl.col("capital") > before("capital")) & same,
        "legal_representative_changed": pl.col("legal_representative") != before("legal_representative"),
        "shareholder_changed": pl.col("parent_name") != before("parent_name"),
        "name_changed": pl.col("legal_name") != before("legal_name"),
        "address_changed": pl.col("address") != before("address"),
    }
    status = pl.col("status").replace_strict(_STATUS, default=None, return_dtype=pl.String)
    turned = pl.col("status").ne_missing(before("status")) & status.is_not_null()
    kinds = [pl.when(holds).then(pl.lit(kind)) for kind, holds in news.items()]
    listed = pl.concat_list(*kinds, pl.when(turned).then(status))
    return (
        rows.with_columns(listed.alias("kind"))
        .select("customer_id", "kind", "told_on")
        .explode("kind")
        .drop_nulls("kind")
        .select(
            "customer_id",
            "kind",
            pl.lit(None, dtype=pl.Int64).alias("severity"),
            pl.col("told_on").alias("happened_on"),
            key("registrations", "customer_id", "told_on").alias("key"),
        )
    )


def graded(rows: pl.LazyFrame, severities: Mapping[int, Sequence[str]]) -> pl.LazyFrame:
    """Events of the kinds named, each with its severity: its own, or that of its kind."""
    of_kind = {kind: severity for severity, kinds in severities.items() for kind in kinds}
    usual = pl.col("kind").replace_strict(of_kind, default=None, return_dtype=pl.Int64)
    known = rows.filter(pl.col("kind").is_in(list(of_kind)))
    return known.with_columns(pl.coalesce("severity", usual).alias("severity"))


def worst(books: Books, owed: pl.DataFrame, days: int, severities: Mapping[int, Sequence[str]]) -> pl.DataFrame | None:
    """The reading of a rule about events: the highest severity of each customer's events of the last days.

    Args:
        owed: ``items.owed`` of the same books.

    None where neither events nor registers were ever told; else every customer has a row, 0 where nothing happened.

    Returns: READING, and kind (of the worst, of several the newest), happened_on, count (Int64), open_amount (Int64:
    what the customer owes).
    """
    if not books.has("events") and not books.has("registrations"):
        return None
    found = graded(events(books, days), severities)
    order = (pl.col("severity"), pl.col("happened_on"))
    one = (
        found.sort("customer_id", *order, descending=[False, True, True])
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.col("severity").first(),
            pl.col("kind").first(),
            pl.col("happened_on").first(),
            pl.len().cast(pl.Int64).alias("count"),
            keys().alias("evidence"),
        )
    )
    every = everybody(books).join(one, on="customer_id", how="left")
    every = every.join(owed.lazy().drop("evidence"), on="customer_id", how="left")
    counts = (pl.col("count").fill_null(0), pl.col("open_amount").fill_null(0))
    return reading(every, "customer_id", pl.col("severity").fill_null(0), "kind", "happened_on", *counts)


def everybody(books: Books) -> pl.LazyFrame:
    """Every customer of whom the books know: customer_id."""
    told = [books.table("customers").select("customer_id"), books.journal.customers.lazy().select("customer_id")]
    return pl.concat(told).unique()
