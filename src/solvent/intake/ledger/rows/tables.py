"""Tables: sheets that are a table of the books already, and postings as tables of the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.table import Column
from solvent.books.books import DAY_OF, TABLES
from solvent.intake.ledger.rows.identity import occurrence
from solvent.intake.ledger.rows.sieve import Sieve
from solvent.intake.ledger.settlement.piles import ALLOCATED, Settlement

CUSTOMER_FACTS = ("name", "group_id", "country", "region", "industry", "salesperson", "insured", "terms_days")


def own_table(sieve: Sieve, own: str) -> pl.DataFrame:
    """A sheet of one of our tables, cell by cell by the declaration of its columns.

    Args:
        own: the company's own currency, in which booked amounts are.

    Returns:
        ``_row`` and the table's columns. Rows that break a law are rejected in the sieve.
    """
    table = TABLES[sieve.reading.role]
    currency = sieve.currency("currency", None if own == UNKNOWN else own) if sieve.has("currency") else None
    beside = currency if currency is not None else pl.Series([own]).new_from_index(0, sieve.rows.height)
    frame = sieve.rows.select("_row").with_columns(
        _cells(sieve, name, column, beside, own) for name, column in table.columns.items()
    )
    if "currency" in table.columns and currency is None and not table.columns["currency"].empty:
        frame = frame.with_columns(pl.lit(own).alias("currency"))
    if not sieve.has("recorded_on"):
        day = DAY_OF.get(table.name)
        known = pl.col(day) if day else _oldest(frame)
        frame = frame.with_columns(known.alias("recorded_on"))
    for rule, broken in table.broken().items():
        if rule == "key.doubled":
            continue
        told = frame.select(broken).to_series()
        empty = rule.removeprefix("empty.") if rule.startswith("empty.") else ""
        code = "intake.row.empty" if empty else "intake.row.law"
        facts = {"column": empty} if empty else {"law": rule}
        sieve.reject(told, code, empty if sieve.has(empty) else "", facts)
    return frame


def agreed_terms(sieve: Sieve) -> pl.DataFrame:
    """What a list of customers says of each: customer_id, customer_name, terms (String, as written)."""
    return pl.DataFrame([sieve.text("customer_id"), sieve.text("name"), sieve.text("terms_days")]).rename(
        {"name": "customer_name", "terms_days": "terms"}
    )


def _oldest(frame: pl.DataFrame) -> pl.Expr:
    """For a table without a day of its own: the day its relation began, or the beginning of time."""
    since = pl.col("since_on") if "since_on" in frame.columns else pl.lit(None, dtype=pl.Date)
    return since.fill_null(pl.date(1970, 1, 1))


def _cells(sieve: Sieve, name: str, column: Column, currency: pl.Series, own: str) -> pl.Series:
    if column.unit == "minor units":
        if name == "booked_amount":
            return sieve.money(name, pl.Series([own]).new_from_index(0, sieve.rows.height))
        if name == "source_amount" and sieve.has("source_currency"):
            return sieve.money(name, sieve.currency("source_currency", None).fill_null(currency))
        return sieve.money(name, currency)
    if column.dtype == pl.Date:
        return sieve.date(name)
    if column.dtype == pl.Boolean:
        return sieve.flag(name)
    if column.dtype == pl.Int64:
        return sieve.count(name, needed=not column.empty)
    if column.dtype == pl.Float64:
        return _number(sieve, name, column.unit)
    if column.dtype == pl.String:
        return sieve.currency(name, None) if name == "currency" and column.empty else sieve.text(name)
    return sieve.moment(name)


def _number(sieve: Sieve, name: str, unit: str) -> pl.Series:
    """Numbers; where the unit is a share, ``4.35%`` is 0.0435."""
    cells = sieve.text(name).str.replace_all(",", "", literal=True)
    number = pl.col("cell").str.replace(r"\s*[%％]$", "").cast(pl.Float64, strict=False)
    share = (number / 100).round(12) if unit.startswith("share") else pl.lit(None, dtype=pl.Float64)
    told = pl.when(pl.col("cell").str.contains("[%％]$")).then(share).otherwise(number)
    value = cells.to_frame("cell").select(told).to_series()
    sieve.reject(
        cells.is_not_null() & (value.is_null() | ~value.is_finite().fill_null(False)), "intake.cell.number", name
    )
    return value.alias(name)


def receivables(state: Settlement) -> dict[str, pl.DataFrame]:
    """The receivables tables of a settlement, and the deliveries and disputes that its documents tell of."""
    known = pl.coalesce("recorded_on", "issued_on").alias("recorded_on")
    items = state.items.with_columns(known, pl.col("booked").alias("booked_amount"))
    sources = state.sources.with_columns(known, pl.col("booked").alias("booked_amount"), pl.col("face").alias("amount"))
    receipts = sources.filter(pl.col("source") == "receipt").with_columns(
        pl.col("source_id").alias("receipt_id"), pl.col("issued_on").alias("received_on")
    )
    credits = sources.filter(pl.col("source") == "credit_note").with_columns(
        pl.col("source_id").alias("credit_note_id"), pl.lit(None, dtype=pl.String).alias("reason")
    )
    used = pl.concat([pl.DataFrame(schema=ALLOCATED), *state.allocations])
    allocations = with_ids(used).with_columns(pl.col("allocated_on").alias("recorded_on"))
    allocations = allocations.join(items.select("item_id", "currency"), on="item_id", how="left")
    delivered = items.filter(pl.col("delivered_on").is_not_null()).with_columns(
        pl.coalesce("delivery_id", "item_id").alias("delivery_id"), pl.col("delivered_on").alias("recorded_on")
    )
    deliveries = delivered.group_by("delivery_id", maintain_order=True).agg(
        pl.col("order_id", "customer_id", "delivered_on", "currency", "salesperson", "recorded_on").first(),
        pl.col("amount").sum(),
    )
    linked = items.with_columns(
        pl.when(pl.col("delivered_on").is_not_null())
        .then(pl.coalesce("delivery_id", "item_id"))
        .otherwise("delivery_id")
        .alias("delivery_id")
    )
    disputes = items.filter(pl.col("disputed") | pl.col("dispute_reason").is_not_null()).with_columns(
        pl.concat_str(pl.lit("d:"), "item_id").alias("dispute_id"),
        pl.col("dispute_reason").alias("reason"),
        pl.lit(None, dtype=pl.Int64).alias("amount"),
    )
    told = {
        "open_items": linked,
        "receipts": receipts,
        "credit_notes": credits,
        "allocations": allocations,
        "deliveries": deliveries,
        "disputes": disputes,
    }
    return {name: TABLES[name].conform(frame.lazy()).collect() for name, frame in told.items()}


def with_ids(allocations: pl.DataFrame) -> pl.DataFrame:
    """Allocations with ``allocation_id``: what is settled and by what, as ``F1:receipt:R1`` and ``F1:discount``."""
    parts = pl.concat_str("item_id", "source", "source_id", separator=":", ignore_nulls=True)
    made = allocations.with_columns(parts.alias("allocation_id"))
    if not made["allocation_id"].is_duplicated().any():
        return made
    return made.sort("allocated_on", "amount", maintain_order=True).with_columns(occurrence("allocation_id"))


def customers_of(postings: pl.DataFrame, terms_days: Mapping[str, int]) -> pl.DataFrame:
    """The customers that documents tell of: for each, the last that was said about it.

    Args:
        postings: accepted postings with their final ``customer_id``.
        terms_days: text of terms to days, where it is that simple.
    """
    told = postings.with_columns(
        pl.col("customer_name").alias("name"),
        pl.col("terms").replace_strict(dict(terms_days), default=None, return_dtype=pl.Int64).alias("terms_days"),
        pl.coalesce("recorded_on", "issued_on").alias("recorded_on"),
    )
    facts = told.group_by("customer_id").agg(
        *(pl.col(name).drop_nulls().last() for name in CUSTOMER_FACTS), pl.col("recorded_on").min()
    )
    return TABLES["customers"].conform(facts.sort("customer_id").lazy()).collect()


def joined(parts: Sequence[pl.DataFrame], name: str) -> pl.DataFrame:
    """Rows of one table from several sheets, the first of each key."""
    table = TABLES[name]
    every = pl.concat([table.conform(part.lazy()).collect() for part in parts])
    return every.unique(list(table.key), keep="first", maintain_order=True)
