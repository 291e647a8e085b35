"""Entries: decided matches as rows of the books, and which rows a match made, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from hashlib import blake2b

import polars as pl

from solvent.base.money import half_up
from solvent.books.books import TABLES, Books
from solvent.intake.matching.match import Matched
from solvent.intake.matching.question import Question

PERSON = "person"
"""The reason of a match that somebody confirmed."""


def entries(
    matched: Matched, asked: Question, recorded_on: date, *, chosen: Collection[str] | None = None
) -> Mapping[str, pl.DataFrame]:
    """The rows that decided matches add to the books, by table.

    Args:
        chosen: ids of lines and receipts that a person confirmed, whatever their score; None: the automatic ones.
        recorded_on: day from which the books know them.

    Returns:
        ``receipts`` (a line's money under its customer, whole: what no item takes stays unapplied), ``allocations``,
        ``bank_matches``, ``bill_payments`` and, where a person decided, ``payers`` to be known by from now on. Every
        id is made from that of the line or receipt, so that the same match made twice is one match.
    """
    wanted = pl.col("decision") == "automatic" if chosen is None else pl.col("source_id").is_in(list(chosen))
    decided = matched.decisions.filter(wanted & (pl.col("decision") != "none"))
    reason = pl.lit(PERSON) if chosen is not None else pl.col("reason")
    money = asked.money.drop("customer_id").join(
        decided.select("source", "source_id", "customer_id", reason.alias("reason"), "score"),
        on=["source", "source_id"],
    )
    parts = matched.parts.join(money, on=["source", "source_id"], suffix="_money")
    items = parts.filter(pl.col("target") == "open_item")
    paid = money.filter((pl.col("source") == "line") & (pl.col("amount") > 0) & pl.col("customer_id").is_not_null())
    booked = parts.filter(pl.col("target").is_in(["receipt", "bill_payment", "planned_flow", "transfer"]))
    fresh = paid.join(booked.select("source_id"), on="source_id", how="anti")
    bills = parts.filter(pl.col("target") == "bill")
    told = {
        "receipts": fresh.select(
            receipt_of("source_id").alias("receipt_id"),
            "customer_id",
            pl.col("day_on").alias("received_on"),
            "currency",
            "amount",
            _worth(asked).alias("booked_amount"),
            "reference",
        ),
        "allocations": _allocations(items),
        "bill_payments": bills.select(
            payment_of("source_id", "target_id").alias("payment_id"),
            pl.col("target_id").alias("bill_id"),
            pl.col("day_on").alias("paid_on"),
            "currency",
            "amount",
        ),
        "bank_matches": pl.concat(
            [
                _matches(fresh, pl.lit("receipt"), receipt_of("source_id"), pl.col("amount")),
                _matches(booked, pl.col("target"), pl.col("target_id"), pl.col("source_amount")),
                _matches(bills, pl.lit("bill_payment"), payment_of("source_id", "target_id"), -pl.col("source_amount")),
            ]
        ),
        "payers": _learned(fresh if chosen is not None else fresh.clear()),
    }
    return {
        name: TABLES[name].conform(frame.with_columns(pl.lit(recorded_on).alias("recorded_on")).lazy()).collect()
        for name, frame in told.items()
        if frame.height
    }


def _worth(asked: Question) -> pl.Expr:
    """Foreign money in the books' own currency, at the rate of their day; empty in their own, and without a rate."""
    abroad = {currency: factor for currency, factor in asked.rates.items() if factor != 1.0}
    factor = pl.col("currency").replace_strict(abroad, default=None, return_dtype=pl.Float64)
    return half_up(pl.col("amount") * factor)


def made_by(books: Books, line_or_receipt: str) -> Mapping[str, list[str]]:
    """The keys of the rows that a match of this line or receipt made, by table; empty where there is no match.

    Without these rows the books are as they were before the match.
    """
    matches = books.table("bank_matches").filter(pl.col("line_id") == line_or_receipt).collect()
    pairs = books.table("bank_matches").filter(
        (pl.col("target") == "transfer") & (pl.col("target_id") == line_or_receipt)
    )
    receipt = f"bank:{line_or_receipt}"
    told = {
        "bank_matches": [*matches.get_column("match_id"), *pairs.collect().get_column("match_id")],
        "receipts": _keys(books, "receipts", pl.col("receipt_id") == receipt),
        "allocations": _keys(
            books,
            "allocations",
            pl.col("allocation_id").str.starts_with(f"match:{receipt}>")
            | pl.col("allocation_id").str.starts_with(f"match:{line_or_receipt}>"),
        ),
        "bill_payments": _keys(
            books, "bill_payments", pl.col("payment_id").str.starts_with(f"bank:{line_or_receipt}>")
        ),
    }
    return {name: sorted(set(keys)) for name, keys in told.items() if keys}


def receipt_of(line: str) -> pl.Expr:
    """The id of the receipt that a bank line becomes."""
    return pl.concat_str(pl.lit("bank:"), pl.col(line))


def payment_of(line: str, bill: str) -> pl.Expr:
    """The id of the payment of one bill out of a bank line."""
    return pl.concat_str(pl.lit("bank:"), pl.col(line), pl.lit(">"), pl.col(bill))


def _keys(books: Books, table: str, which: pl.Expr) -> list[str]:
    (key,) = TABLES[table].key
    return books.table(table).filter(which).select(key).collect().to_series().to_list()


def _allocations(parts: pl.DataFrame) -> pl.DataFrame:
    """The money on each item, and beside it what is closed without money."""
    source = pl.when(pl.col("source") == "line").then(receipt_of("source_id")).otherwise("source_id")
    name = pl.concat_str(pl.lit("match:"), source, pl.lit(">"), pl.col("target_id"))
    abroad = pl.col("amount") != pl.col("source_amount")
    paid = parts.select(
        name.alias("allocation_id"),
        pl.col("target_id").alias("item_id"),
        pl.lit("receipt").alias("source"),
        source.alias("source_id"),
        pl.col("day_on").alias("allocated_on"),
        "amount",
        pl.when(abroad).then("currency").alias("source_currency"),
        pl.when(abroad).then("source_amount").alias("source_amount"),
    )
    closed = parts.filter(pl.col("residual") > 0).select(
        pl.concat_str(name, pl.lit(":"), pl.col("code")).alias("allocation_id"),
        pl.col("target_id").alias("item_id"),
        pl.col("code").alias("source"),
        pl.lit(None, dtype=pl.String).alias("source_id"),
        pl.col("day_on").alias("allocated_on"),
        pl.col("residual").alias("amount"),
        pl.lit(None, dtype=pl.String).alias("source_currency"),
        pl.lit(None, dtype=pl.Int64).alias("source_amount"),
    )
    return pl.concat([paid, closed])


def _matches(rows: pl.DataFrame, target: pl.Expr, target_id: pl.Expr, amount: pl.Expr) -> pl.DataFrame:
    return rows.select(
        pl.concat_str(pl.col("source_id"), pl.lit(">"), target, pl.lit(":"), target_id).alias("match_id"),
        pl.col("source_id").alias("line_id"),
        target.alias("target"),
        target_id.alias("target_id"),
        pl.col("day_on").alias("matched_on"),
        "currency",
        amount.alias("amount"),
        "reason",
        "score",
    )


def _learned(rows: pl.DataFrame) -> pl.DataFrame:
    """Names and accounts that a person has confirmed to be a customer's."""
    some = rows.filter(pl.col("payer").is_not_null() | pl.col("payer_account").is_not_null())
    told = some.select("customer_id", pl.col("payer").alias("name"), pl.col("payer_account").alias("account")).unique(
        maintain_order=True
    )
    ids = [blake2b("\x1f".join(cell or "" for cell in row).encode(), digest_size=8).hexdigest() for row in told.rows()]
    return told.with_columns(pl.Series("payer_id", ids, dtype=pl.String))
