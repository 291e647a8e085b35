"""Payables: what we owe to suppliers, how long we take to pay it, and the cash conversion cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.company.statements import newest_flow
from solvent.measures.sums import Figure, int_of, sums


@dataclass(frozen=True)
class Payables(Terms, key="measures.payables"):
    """Over which bills the days payable are told."""

    days: int = term(365, unit="days of purchases", source="FORMULAS 4.2.19; own choice: a year holds every season")


DEFAULTS = Payables()


def open_bills(books: Books) -> pl.LazyFrame:
    """Bills with what is still owed on them: bill_id, supplier_id, issued_on, due_on, currency, face, amount (open)."""
    paid = books.table("bill_payments").group_by("bill_id").agg(pl.col("amount").sum().alias("paid"))
    bills = books.table("bills").join(paid, on="bill_id", how="left")
    return bills.select(
        "bill_id",
        "supplier_id",
        "supplier_name",
        "issued_on",
        "due_on",
        "currency",
        pl.col("amount").alias("face"),
        (pl.col("amount") - pl.col("paid").fill_null(0)).alias("amount"),
    )


def payables(books: Books) -> int | None:
    """What we owe in all, in the books' currency; None where a part has no rate."""
    return int_of(sums(open_bills(books), books))


def dpo(books: Books, terms: Payables = DEFAULTS) -> Figure:
    """Days payable outstanding on purchases (FORMULAS 4.2.19): payables / bills of the trailing days x days."""
    variant = f"dpo_purchases_{terms.days}"
    if not books.has("bills"):
        return Figure(None, variant, {}, Problem("measures.payables.no_bills"))
    since = books.as_of - timedelta(days=terms.days)
    bought = int_of(sums(books.table("bills").filter(pl.col("issued_on") > since), books))
    owed = payables(books)
    inputs = {"payables": owed, "purchases": bought, "days": terms.days}
    if bought is None or owed is None:
        return Figure(None, variant, inputs, Problem("measures.payables.no_rate"))
    if bought <= 0:
        return Figure(None, variant, inputs, Problem("measures.payables.no_bills"))
    return Figure(owed / bought * terms.days, variant, inputs)


def dpo_cogs(books: Books) -> Figure:
    """Days payable outstanding on cost of sales (FORMULAS 4.2.19), from our own newest statement."""
    flow = newest_flow(books, "cogs")
    owed = payables(books)
    inputs = {"payables": owed, "cogs": flow.amount, "days": flow.days}
    if not books.has("bills"):
        return Figure(None, "dpo_cogs", {}, Problem("measures.payables.no_bills"))
    if owed is None:
        return Figure(None, "dpo_cogs", inputs, Problem("measures.payables.no_rate"))
    if flow.amount is None or flow.amount <= 0:
        return Figure(None, "dpo_cogs", inputs, Problem("measures.payables.no_cogs"))
    return Figure(owed / flow.amount * flow.days, "dpo_cogs", inputs)


def lateness(books: Books) -> Figure:
    """How late we pay: days from due day to payment, weighted by amount; what is overdue counts up to ``as_of``.

    ``inputs`` has the share of what was paid that was paid late (a sign of CA-09).
    """
    paid = books.table("bill_payments").join(
        books.table("bills").select("bill_id", "due_on", pl.col("currency").alias("in_currency")), on="bill_id"
    )
    done = paid.select(
        (pl.col("paid_on") - pl.col("due_on")).dt.total_days().alias("late"),
        pl.col("in_currency").alias("currency"),
        "amount",
    )
    waiting = open_bills(books).filter((pl.col("due_on") < books.as_of) & (pl.col("amount") > 0))
    running = waiting.select(
        (pl.lit(books.as_of) - pl.col("due_on")).dt.total_days().alias("late"), "currency", "amount"
    )
    by_days = sums(pl.concat([done, running]), books, "late").collect()
    told = sums(done, books, "late").collect()
    if by_days["amount"].null_count():
        return Figure(None, "own_delay", {}, Problem("measures.payables.no_rate"))
    total = int(by_days["amount"].sum() or 0)
    if total <= 0:
        return Figure(None, "own_delay", {}, Problem("measures.payables.nothing_paid"))
    paid_in_all = int(told["amount"].sum() or 0)
    late = int(told.filter(pl.col("late") > 0)["amount"].sum() or 0)
    inputs = {"paid": paid_in_all, "late_share": late / paid_in_all if paid_in_all else None}
    return Figure(float((by_days["amount"] * by_days["late"]).sum()) / total, "own_delay", inputs)


def suppliers(books: Books) -> pl.DataFrame:
    """Supplier terms in use, by supplier: supplier_id, bills, terms_days (mean, bill to due), paid_days (mean, bill to
    payment, by amount), open and overdue by document currency (Int64, minor units), sorted by supplier and currency."""
    paid = books.table("bill_payments").join(books.table("bills").select("bill_id", "issued_on"), on="bill_id")
    took = paid.group_by("bill_id").agg(
        ((pl.col("paid_on") - pl.col("issued_on")).dt.total_days() * pl.col("amount")).sum().alias("weighted"),
        pl.col("amount").sum().alias("paid"),
    )
    overdue = pl.when(pl.col("due_on") < books.as_of).then(pl.col("amount")).otherwise(0)
    return (
        open_bills(books)
        .join(took, on="bill_id", how="left")
        .group_by("supplier_id", "currency")
        .agg(
            pl.len().cast(pl.Int64).alias("bills"),
            (pl.col("due_on") - pl.col("issued_on")).dt.total_days().mean().alias("terms_days"),
            pl.when(pl.col("paid").sum() > 0).then(pl.col("weighted").sum() / pl.col("paid").sum()).alias("paid_days"),
            pl.col("amount").sum().alias("open"),
            overdue.sum().alias("overdue"),
        )
        .sort("supplier_id", "currency")
        .collect()
    )


def cash_conversion_cycle(dio: Figure, dso: Figure, dpo: Figure) -> Figure:
    """Cash conversion cycle (FORMULAS 4.2.20): inventory days + days sales outstanding - days payable.

    >>> cash_conversion_cycle(Figure(45, "dio", {}), Figure(60, "dso", {}), Figure(30, "dpo", {})).value
    75
    """
    inputs = {"dio": dio.value, "dso": dso.value, "dpo": dpo.value}
    if dio.value is None or dso.value is None or dpo.value is None:
        why = dio.why or dso.why or dpo.why
        return Figure(None, "ccc", inputs, why)
    return Figure(dio.value + dso.value - dpo.value, "ccc", inputs)
