"""Invoicing: the three clocks from delivery to invoice and statement, and what lateness costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import polars as pl

from solvent.base.calendar import workdays_between
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import Figure, sums


@dataclass(frozen=True)
class Invoicing(Terms, key="measures.invoicing"):
    """How soon after delivery an invoice and a statement go out, and what a day of delay costs."""

    e_invoice_hours: int = term(24, unit="hours from delivery to electronic invoice", source="REQUIREMENTS AR-06")
    formal_workdays: int = term(3, unit="workdays from delivery to formal invoice", source="REQUIREMENTS AR-06, CO-02")
    statement_days: int = term(3, unit="days from shipment to electronic statement", source="REQUIREMENTS CO-03")
    country: str = term(
        "CN", unit="country whose workdays count", form="country", source="own choice: the company's home"
    )
    funding_rate: float = term(0.05, unit="yearly cost of money, share", source="own choice: a working-capital loan")


DEFAULTS = Invoicing()


def clocks(books: Books, terms: Invoicing = DEFAULTS) -> pl.DataFrame:
    """Each delivery against the three clocks (REQUIREMENTS AR-06).

    Where both moments are known the first clock counts hours, else days: the same or the next day is within 24 hours.
    Where no invoice of the books names a delivery nothing is known of either invoice clock, and they are empty.

    Returns, sorted by delivery: delivery_id, customer_id, salesperson, delivered_on, invoiced_on (first invoice that
    bills it; empty: none yet), currency, amount, e_invoice, formal, statement (String: met, late, waiting; statement
    is empty where statements are not recorded at all), workdays_taken (Int64, up to the day of the books where not
    invoiced), days_late (Float64: days beyond the first clock, by hours where both moments are known).
    """
    billed = (
        books.table("open_items")
        .filter(pl.col("delivery_id").is_not_null())
        .group_by("delivery_id")
        .agg(pl.col("issued_on").min().alias("invoiced_on"), pl.col("issued_at").min())
    )
    # A statement that goes out after the day of the books is not known yet.
    sent = pl.when(pl.col("statement_sent_on") <= books.as_of).then("statement_sent_on").alias("statement_sent_on")
    frame = books.table("deliveries").with_columns(sent).join(billed, on="delivery_id", how="left").collect()
    linked = not billed.head(1).collect().is_empty()
    first = books.as_of.year if frame.is_empty() else int(frame.select(pl.col("delivered_on").min().dt.year()).item())
    years = (first, books.as_of.year)
    until = pl.col("invoiced_on").fill_null(books.as_of)
    both = pl.col("delivered_at").is_not_null() & pl.col("issued_at").is_not_null()
    hours = pl.when(both).then((pl.col("issued_at") - pl.col("delivered_at")).dt.total_microseconds() / 3.6e9)
    days = (until - pl.col("delivered_on")).dt.total_days()
    allowed = terms.e_invoice_hours / 24
    in_time = pl.when(both).then(hours <= terms.e_invoice_hours).otherwise(days <= allowed)
    worked = workdays_between(pl.col("delivered_on"), until, country=terms.country, years=years)
    stated = frame["statement_sent_on"].null_count() < frame.height
    shown = (pl.col("statement_sent_on").fill_null(books.as_of) - pl.col("delivered_on")).dt.total_days()
    over = pl.when(both).then(hours / 24).otherwise(days).cast(pl.Float64) - allowed
    told = frame.with_columns(pl.when(linked).then(worked).alias("workdays_taken")).with_columns(
        pl.when(linked).then(_state(in_time, pl.col("invoiced_on"))).alias("e_invoice"),
        pl.when(linked)
        .then(_state(pl.col("workdays_taken") <= terms.formal_workdays, pl.col("invoiced_on")))
        .alias("formal"),
        (
            _state(shown <= terms.statement_days, pl.col("statement_sent_on"))
            if stated
            else pl.lit(None, dtype=pl.String)
        ).alias("statement"),
        pl.when(linked).then(pl.when(in_time).then(0.0).otherwise(over.clip(0))).alias("days_late"),
    )
    columns = (
        "delivery_id", "customer_id", "salesperson", "delivered_on", "invoiced_on", "currency", "amount", "e_invoice",
        "formal", "statement", "workdays_taken", "days_late",
    )  # fmt: skip
    return told.select(columns).sort("delivery_id")


def _state(in_time: pl.Expr, done_on: pl.Expr) -> pl.Expr:
    """Met or late; what is not done and still in time is waiting."""
    return (
        pl.when(~in_time).then(pl.lit("late")).when(done_on.is_null()).then(pl.lit("waiting")).otherwise(pl.lit("met"))
    )


def clock_rates(told: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """Shares of deliveries that met each clock, of those met or late: e_invoice_share, formal_share, statement_share.

    Args:
        told: the frame of ``clocks``.
        by: ``salesperson``, ``month`` (of delivery), or None for one row of all.
    """
    frame = told.with_columns(pl.col("delivered_on").dt.month_end().alias("month"))
    cells = [pl.len().cast(pl.Int64).alias("deliveries")]
    for clock in ("e_invoice", "formal", "statement"):
        decided = (pl.col(clock) != "waiting").sum()
        cells.append(pl.when(decided > 0).then((pl.col(clock) == "met").sum() / decided).alias(f"{clock}_share"))
    return frame.select(cells) if by is None else frame.group_by(by).agg(cells).sort(by, nulls_last=True)


def late_cost(books: Books, told: pl.DataFrame, terms: Invoicing = DEFAULTS) -> Figure:
    """What late invoicing has cost (FORMULAS 4.5.9): amount x days late x yearly rate / 365, in minor units.

    ``inputs``: late deliveries, their mean days by amount, and the amount delivered and not yet invoiced.
    """
    if told.is_empty():
        return Figure(None, "late_invoicing", {}, Problem("measures.invoicing.no_deliveries"))
    if told["days_late"].null_count():
        return Figure(None, "late_invoicing", {}, Problem("measures.invoicing.not_linked"))
    late = told.filter(pl.col("days_late") > 0)
    weighed = sums(late.lazy(), books, "days_late").collect()
    waiting = sums(told.filter(pl.col("invoiced_on").is_null()).lazy(), books).collect().item()
    if weighed["amount"].null_count():
        return Figure(None, "late_invoicing", {}, Problem("measures.invoicing.no_rate"))
    money_days = fsum(weighed["amount"] * weighed["days_late"])
    total = int(weighed["amount"].sum())
    inputs = {
        "late": late.height,
        "days": money_days / total if total else 0.0,
        "not_invoiced": waiting,
        "rate": terms.funding_rate,
    }
    return Figure(money_days * terms.funding_rate / 365, "late_invoicing", inputs)


def unmatched(books: Books) -> pl.DataFrame:
    """Deliveries without invoice and invoices without delivery, by salesperson (REQUIREMENTS AR-10).

    Both are told only where any invoice of the ledger names a delivery: else nothing is known of either.

    Returns: salesperson, uninvoiced (Int64, deliveries), undelivered (Int64, invoices; both empty where not told).
    """
    items = books.table("open_items").collect()
    keeper = (
        books.table("customers")
        .select("customer_id", pl.col("salesperson").alias("keeper"))
        .unique("customer_id")
        .collect()
    )
    invoiced = items.get_column("delivery_id").drop_nulls().unique()
    who = pl.coalesce("salesperson", "keeper").alias("salesperson")
    open_ = books.table("deliveries").collect().join(keeper, on="customer_id", how="left")
    waiting = (
        open_.filter(~pl.col("delivery_id").is_in(invoiced.implode()))
        .group_by(who)
        .agg(pl.len().cast(pl.Int64).alias("uninvoiced"))
    )
    if invoiced.is_empty():
        none = [pl.lit(None, dtype=pl.Int64).alias(name) for name in ("uninvoiced", "undelivered")]
        return waiting.with_columns(none).sort("salesperson", nulls_last=True)
    named = items.filter(pl.col("delivery_id").is_not_null()).select("invoice_id")
    without = items.join(named, on="invoice_id", how="anti")
    bare = without.unique("invoice_id", keep="first", maintain_order=True).join(keeper, on="customer_id", how="left")
    missing = bare.group_by(who).agg(pl.len().cast(pl.Int64).alias("undelivered"))
    both = waiting.join(missing, on="salesperson", how="full", coalesce=True, nulls_equal=True)
    return both.with_columns(pl.col("uninvoiced", "undelivered").fill_null(0)).sort("salesperson", nulls_last=True)
