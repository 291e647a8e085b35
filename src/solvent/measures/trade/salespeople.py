"""Salespeople: what was to be collected of each one's customers, and what was (REQUIREMENTS CO-08)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import month_ends, months_before
from solvent.base.money import converted
from solvent.books.books import Books
from solvent.measures.sums import booked_share, day_of, told_by, whole_sum

PARTS = ("due", "collected", "delayed", "delayed_days", "sales")


def collection_by_salesperson(books: Books, as_of: date | None = None) -> pl.DataFrame:
    """Collection results of the last full month, the running quarter and the last twelve months.

    Returns, by period and salesperson (the item's, else the customer's; empty last): period (month, quarter, year),
    salesperson, due (what fell due in the period, less what was lowered without money), collected (of that, received
    by the end of ``as_of``), collection_share (empty where nothing fell due), overdue (past due now, of any period),
    sales (invoices issued in the period less credit notes issued in it: a credit note where its items are, its rest
    with the customer), delay_days (FORMULAS 4.2.7 of what fell due in the period: days from due day to payment by
    amount, what is overdue counted as if paid on ``as_of``). Amounts are Int64 minor units of the books' currency,
    empty where a part has no rate; shares and days Float64.
    """
    day = day_of(books, as_of)
    spans = periods(day)
    flows = _summed(books, _flows(books, day, spans))
    credited = _summed(books, _credited(books, day, spans))
    every = pl.concat([flows, credited], how="diagonal").group_by("salesperson")
    names = [f"{part}_{period}" for period in spans for part in PARTS]
    # A column that one of the two sides does not have is nothing there, which is not the same as having no rate.
    told = every.agg(_added(name) for name in ("overdue", *names)).collect(engine="streaming")
    frames = []
    for period in spans:
        due, delayed = pl.col(f"due_{period}"), pl.col(f"delayed_{period}")
        rows = told.select(
            pl.lit(period).alias("period"),
            "salesperson",
            due.alias("due"),
            pl.col(f"collected_{period}").alias("collected"),
            pl.when(due > 0).then(pl.col(f"collected_{period}") / due).alias("collection_share"),
            "overdue",
            pl.col(f"sales_{period}").alias("sales"),
            pl.when(delayed > 0).then(pl.col(f"delayed_days_{period}") / delayed).alias("delay_days"),
        )
        frames.append(rows.sort("salesperson", nulls_last=True))
    return pl.concat(frames)


def periods(as_of: date) -> Mapping[str, tuple[date, date]]:
    """The day before each period begins, and its last day: last full month, running quarter, last twelve months.

    >>> periods(date(2026, 8, 15))["month"], periods(date(2026, 8, 15))["quarter"]
    ((datetime.date(2026, 6, 30), datetime.date(2026, 7, 31)), (datetime.date(2026, 6, 30), datetime.date(2026, 8, 15)))
    """
    before, last = month_ends(as_of, 2)
    first = as_of.replace(day=1)
    quarter = months_before(first, (first.month - 1) % 3)
    return {
        "month": (before, last),
        "quarter": (quarter - timedelta(days=1), as_of),
        "year": (months_before(as_of, 12), as_of),
    }


def _flows(books: Books, day: date, spans: Mapping[str, tuple[date, date]]) -> pl.LazyFrame:
    """What each event adds to each figure, in one pass: due, collected, delay and sales of each period, and overdue.

    What is overdue and for how long is a sum over events: no open item needs to be told apart.
    """
    amount, kind, due_on = pl.col("amount"), pl.col("kind"), pl.col("due_on")
    pays, lowers = kind == "receipt", ~kind.is_in(["receipt", "write_off"])
    paid = pl.when(pays).then(-amount).otherwise(0)
    late = (pl.col("event_on") - due_on).dt.total_days()
    past = (pl.lit(day) - due_on).dt.total_days()
    overdue = pl.when(due_on < day).then(amount).otherwise(0)
    cells = [overdue.alias("overdue")]
    for name, (since, until) in spans.items():
        inside = (due_on > since) & (due_on <= until)
        sold = (kind == "invoice") & (pl.col("event_on") > since) & (pl.col("event_on") <= until)
        told = {
            "due": (inside & lowers, amount),
            "collected": (inside & pays, paid),
            "delayed": (inside, paid + overdue),
            "delayed_days": (inside, paid * late + overdue * past),
            "sales": (sold, amount),
        }
        cells += [pl.when(now).then(value).otherwise(0).alias(f"{part}_{name}") for part, (now, value) in told.items()]
    rows = books.events().filter(pl.col("event_on") <= day, due_on.is_not_null())
    return rows.select("customer_no", "salesperson", "currency", *cells)


def _credited(books: Books, day: date, spans: Mapping[str, tuple[date, date]]) -> pl.LazyFrame:
    """What credit notes take off the sales of each period: customer_no, salesperson, currency, sales_…"""
    numbers = books.journal.customers.lazy()
    notes = books.table("credit_notes").filter(pl.col("issued_on") <= day).select(
        pl.col("credit_note_id").alias("source_id"), "customer_id", "issued_on", "currency", "amount", "booked_amount"
    )  # fmt: skip
    items = books.table("open_items").select("item_id", pl.col("customer_id").alias("of_item"), "salesperson")
    used = (
        books.table("allocations")
        .filter(pl.col("source") == "credit_note", pl.col("allocated_on") <= day)
        .select("item_id", "source_id", pl.col("source_amount").fill_null(pl.col("amount")).alias("taken"))
        .join(items, on="item_id", how="inner")
        .join(notes, on="source_id", how="inner")
        .with_columns(booked_share("taken", "amount", "booked_amount").alias("taken_booked"))
    )
    taken = used.group_by("source_id").agg(pl.col("taken", "taken_booked").sum())
    left = notes.join(taken, on="source_id", how="left").select(
        "customer_id",
        pl.lit(None, dtype=pl.String).alias("salesperson"),
        "issued_on",
        "currency",
        pl.col("amount") - pl.col("taken").fill_null(0),
        (pl.col("booked_amount") - pl.col("taken_booked").fill_null(0)).alias("booked"),
    )
    parts = used.select(
        pl.col("of_item").alias("customer_id"),
        "salesperson",
        "issued_on",
        "currency",
        pl.col("taken").alias("amount"),
        pl.col("taken_booked").alias("booked"),
    )
    rows = books.in_money(pl.concat([left, parts]).join(numbers, on="customer_id", how="inner"))
    inside = {
        name: (pl.col("issued_on") > since) & (pl.col("issued_on") <= until) for name, (since, until) in spans.items()
    }
    cells = [pl.when(now).then(-pl.col("amount")).otherwise(0).alias(f"sales_{name}") for name, now in inside.items()]
    return rows.select("customer_no", "salesperson", "currency", *cells)


def _summed(books: Books, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows' amounts by salesperson, in the books' currency."""
    keys = ("customer_no", "salesperson", "currency")
    names = [name for name in rows.collect_schema() if name not in keys]
    apart = rows.group_by(keys).agg(pl.col(names).sum()).filter(pl.any_horizontal(pl.col(names) != 0))
    kept = apart.with_columns((pl.col(name) == 0).alias(f"{name}_none") for name in names)
    # Nothing is nothing in any currency: it needs no rate.
    worth = converted(kept, books.rates, *names).with_columns(
        pl.when(f"{name}_none").then(0).otherwise(name).alias(name) for name in names
    )
    told = told_by(books, worth.drop(f"{name}_none" for name in names), "salesperson")
    there = [pl.lit(True).alias(f"{name}_there") for name in names]
    return told.group_by("salesperson").agg(whole_sum(name) for name in names).with_columns(there)


def _added(name: str) -> pl.Expr:
    """The sum of a column over the sides that have it; empty where one of them is empty."""
    known = pl.col(name).is_not_null() | pl.col(f"{name}_there").is_null()
    return pl.when(known.all()).then(pl.col(name).sum()).alias(name)
