"""Rates: daily exchange rates, what foreign documents are booked at, and the differences when they are paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from solvent.base.calendar import days_off
from solvent.base.draws import normal
from solvent.base.money import half_up
from solvent.books.cash import FX_RATES
from solvent.files.sample.company import CURRENCY, PRICE_RATES, Plan
from solvent.files.sample.receipts import Paid

VOLATILITY = {"USD": 0.0018, "EUR": 0.0038}
"""Standard deviation of a day's change of the logarithm of the rate."""
PULL = 0.006
"""So much of its distance from the usual rate a rate loses in a day."""


def daily_rates(plan: Plan) -> pl.DataFrame:
    """``currency``, ``day_on``, ``rate`` for every calendar day from ``first_on`` to ``end_on``, four decimals."""
    days = pl.date_range(plan.first_on, plan.end_on, eager=True).alias("day_on").to_frame()
    days = days.with_columns(pl.col("day_on").to_physical().cast(pl.Int64).alias("day"))
    frames = []
    for currency, volatility in VOLATILITY.items():
        step = normal(plan.draw(f"rate.{currency}", "day")) * (volatility / PULL)
        away = pl.when(pl.col("day_on") > plan.first_on).then(step).otherwise(0.0).ewm_mean(alpha=PULL, adjust=False)
        rate = (away.exp() * PRICE_RATES[currency]).round(4)
        frames.append(days.select(pl.lit(currency).alias("currency"), "day_on", rate.alias("rate")))
    return pl.concat(frames)


def fx_rates(plan: Plan, daily: pl.DataFrame) -> pl.DataFrame:
    """The table of rates: one a working day."""
    off = days_off("CN", plan.first_on.year, plan.end_on.year)
    published = daily.filter(~pl.col("day_on").is_in(sorted(off))).with_columns(
        pl.lit(CURRENCY).alias("quote"), pl.lit("sample").alias("rate_source"), pl.col("day_on").alias("recorded_on")
    )
    return FX_RATES.conform(published.lazy()).collect()


def rate_on(daily: pl.DataFrame, currency: str, day: date) -> float:
    """The rate of one day; 1 for our own currency."""
    if currency == CURRENCY:
        return 1.0
    return float(daily.filter((pl.col("currency") == currency) & (pl.col("day_on") == day)).item(0, "rate"))


def valued(frame: pl.DataFrame, daily: pl.DataFrame, day: str, amount: str = "amount") -> pl.DataFrame:
    """The frame with ``booked_amount``: the amount at the rate that held at the end of the working day ``day``."""
    rates = _last_published(daily).rename({"day_on": day})
    joined = frame.join(rates, on=["currency", day], how="left", maintain_order="left")
    booked = pl.when(pl.col("currency") == CURRENCY).then(amount).otherwise(half_up(pl.col(amount) * pl.col("rate")))
    return joined.with_columns(booked.alias("booked_amount")).drop("rate")


def booked(paid: Paid, daily: pl.DataFrame) -> Paid:
    """The receivables with booked amounts, and an allocation ``exchange`` where rates moved until an item was paid.

    A receipt settles an item at the receipt's own rate; the exchange allocation beside it, of no amount, closes the
    difference to the rate at which the item was booked, so that a paid item is nothing in both currencies.
    """
    items = valued(paid.items, daily, "issued_on")
    receipts = valued(paid.receipts, daily, "received_on")
    credits = valued(paid.credit_notes, daily, "issued_on")
    return replace(
        paid,
        items=items,
        receipts=receipts,
        credit_notes=credits,
        allocations=_allocations(paid.allocations, items, receipts, credits),
    )


def _allocations(
    allocations: pl.DataFrame, items: pl.DataFrame, receipts: pl.DataFrame, credits: pl.DataFrame
) -> pl.DataFrame:
    face = items.select("item_id", pl.col("amount").alias("face"), pl.col("booked_amount").alias("face_booked"))
    sides = [("receipt", "receipt_id", receipts), ("credit_note", "credit_note_id", credits)]
    given = pl.concat(
        frame.select(
            pl.lit(source).alias("source"),
            pl.col(key).alias("source_id"),
            pl.col("amount").alias("given"),
            pl.col("booked_amount").alias("given_booked"),
        )
        for source, key, frame in sides
    )
    settled = pl.col("amount").cum_sum().over("item_id")
    joined = (
        allocations.join(face, on="item_id", how="left", maintain_order="left")
        .join(given, on=["source", "source_id"], how="left", maintain_order="left")
        .sort("no", "place")
        .with_columns(_part(settled, "face", "face_booked").alias("upto"))
        .with_columns((pl.col("upto") - pl.col("upto").shift(1).over("item_id").fill_null(0)).alias("fair"))
        .with_columns(_part(pl.col("amount"), "given", "given_booked").fill_null(pl.col("fair")).alias("booked_amount"))
    )
    difference = pl.col("fair") - pl.col("booked_amount")
    exchange = joined.filter((difference != 0) & (pl.col("currency") != CURRENCY)).with_columns(
        pl.concat_str(pl.lit("E"), pl.col("allocation_id").str.slice(1)).alias("allocation_id"),
        pl.lit("exchange").alias("source"),
        pl.lit(None, dtype=pl.String).alias("source_id"),
        pl.lit(0, dtype=pl.Int64).alias("amount"),
        difference.alias("booked_amount"),
    )
    return pl.concat([joined, exchange]).sort("no", "place", "allocation_id")


def _part(part: pl.Expr, whole: str, booked: str) -> pl.Expr:
    """So much of what the whole was booked at as ``part`` is of it; exact where it is all of it."""
    share = half_up(pl.col(booked).cast(pl.Float64) * part / pl.col(whole))
    return pl.when(part == pl.col(whole)).then(booked).otherwise(share)


def _last_published(daily: pl.DataFrame) -> pl.DataFrame:
    """For every day the newest rate of a working day on or before it."""
    first, last = daily.item(0, "day_on"), daily.item(-1, "day_on")
    published = pl.when(~pl.col("day_on").is_in(sorted(days_off("CN", first.year, last.year)))).then("rate")
    return daily.with_columns(published.forward_fill().backward_fill().over("currency").alias("rate"))
