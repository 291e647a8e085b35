"""Receipts: the money that customers pay on one day, and what it settles: fees, overpayments, rests, write-offs."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.draws import below, chosen
from solvent.base.money import half_up
from solvent.files.sample.company import Plan, number, on_workday
from solvent.files.sample.payment import KEYS, credit_id, credit_notes, disputes, payments, promises

WRITE_OFF_DAYS = 200
"""So long after a customer failed, or somewhat later, what it owes is written off."""


@dataclass(frozen=True)
class Paid:
    """The receivables up to the end of the books, still without booked amounts; each frame carries ``no``.

    ``items``, ``receipts``, ``credit_notes``, ``allocations``, ``disputes``, ``promises`` have the columns of their
    tables; allocations have ``currency`` and ``step``, which orders those of one day.
    """

    items: pl.DataFrame
    receipts: pl.DataFrame
    credit_notes: pl.DataFrame
    allocations: pl.DataFrame
    disputes: pl.DataFrame
    promises: pl.DataFrame


def receivables(plan: Plan, rows: pl.DataFrame, items: pl.DataFrame) -> Paid:
    """What came of the items (of ``trade``) with the customers' habits in ``rows`` (of ``market``)."""
    kept, parts = payments(plan, rows, items)
    received = _received(plan, parts)
    closed = [_from_receipts(plan, parts, received), _credits_taken(kept), _rests_closed(plan, parts)]
    settled = pl.concat(closed).filter(pl.col("allocated_on") <= plan.end_on)
    settled = pl.concat([settled, _written_off(plan, kept, settled).filter(pl.col("allocated_on") <= plan.end_on)])
    return Paid(
        kept.with_columns(pl.col("issued_on").alias("recorded_on")),
        _receipts(plan, received),
        credit_notes(plan, kept),
        _numbered(settled),
        disputes(plan, kept),
        promises(plan, kept, settled),
    )


def _received(plan: Plan, parts: pl.DataFrame) -> pl.DataFrame:
    """One row a receipt: all that a customer paid on one day; the largest part leads and bears the odd amounts.

    Columns: ``no``, ``received_on``, ``day``, ``amount``, ``fee`` (kept by banks), ``over`` (paid too much), ``used``
    (of what the receipt before paid too much), ``before`` (that receipt), ``lag`` (days until it is allocated),
    ``known`` (days until it is in the books), ``refund_on``, and of the lead its keys, ``item_id`` and ``invoice_id``.
    """
    led = parts.sort("amount", *KEYS, "part", descending=[True, *(False for _ in range(5))])
    firsts = ("item_id", "invoice_id", "order_id", "customer_id", "currency", "short", "part")
    grouped = (
        led.group_by("no", "paid_on", maintain_order=True)
        .agg(
            pl.col("amount").sum().alias("total"),
            pl.col("amount").first().alias("lead"),
            pl.len().alias("count"),
            *(pl.col(name).first() for name in firsts),
        )
        .rename({"paid_on": "received_on"})
        .sort("no", "received_on")
        .with_columns(pl.col("received_on").to_physical().cast(pl.Int64).alias("day"))
    )

    def luck(what: str) -> pl.Expr:
        return plan.draw(what, "no", "day")

    lag, known, use = luck("receipt.lag"), luck("receipt.known"), luck("receipt.over.use")
    fee = 1_500 + below(luck("receipt.fee"), 3_000)
    over = half_up(pl.col("total") * (0.01 + 0.04 * luck("receipt.over.size"))).clip(100)
    later = pl.col("received_on") + pl.duration(days=20 + below(luck("receipt.refund"), 40))
    drawn = grouped.with_columns(
        pl.concat_str(pl.lit("R"), number("no", 4), number("day", 5)).alias("receipt_id"),
        pl.when(pl.col("short") & (pl.col("lead") > 20 * fee)).then(fee).otherwise(0).alias("fee"),
        pl.when(luck("receipt.over") < 0.006).then(over).otherwise(0).alias("over"),
        pl.when(lag < 0.025).then(2 + below(lag * 40, 20)).when(lag < 0.028).then(45).otherwise(0).alias("lag"),
        chosen(known, (80, 15, 5)).alias("known"),
        use.alias("use"),
        on_workday(later, plan).alias("refund_on"),
    )

    def beside(name: str, step: int) -> pl.Expr:
        return pl.col(name).shift(step).over("no")

    room = beside("lead", -1) - beside("fee", -1) > 3 * pl.col("over")
    passed = (pl.col("over") > 0) & (pl.col("use") < 0.6) & (beside("over", -1) == 0) & room
    return (
        drawn.with_columns(passed.fill_null(False).alias("passed"))
        .with_columns(
            pl.when(beside("passed", 1)).then(beside("over", 1)).otherwise(0).fill_null(0).alias("used"),
            pl.when(beside("passed", 1)).then(beside("receipt_id", 1)).alias("before"),
            pl.when((pl.col("over") > 0) & ~pl.col("passed") & (pl.col("use") > 0.75)).then("refund_on"),
        )
        .with_columns((pl.col("total") - pl.col("fee") + pl.col("over") - pl.col("used")).alias("amount"))
    )


def _receipts(plan: Plan, received: pl.DataFrame) -> pl.DataFrame:
    """The receipts, and what was paid back of those that were too much."""
    luck = plan.draw("receipt.reference", "no", "day")
    more = pl.when(pl.col("count") > 1).then(pl.format(" 等{}笔", "count")).otherwise(pl.lit(""))
    told = (
        pl.when(luck < 0.7)
        .then(pl.concat_str("invoice_id", more))
        .when(luck < 0.85)
        .then(pl.concat_str(pl.lit("货款 "), pl.col("order_id")))
    )
    columns = ("no", "receipt_id", "customer_id", "received_on", "currency", "amount", "reference", "recorded_on")
    came = received.with_columns(told.alias("reference"), _known(plan, pl.col("received_on"), pl.col("known")))
    back = received.filter(pl.col("refund_on") <= plan.end_on).with_columns(
        pl.concat_str("receipt_id", pl.lit("X")).alias("receipt_id"),
        pl.col("refund_on").alias("received_on"),
        -pl.col("over").alias("amount"),
        pl.concat_str(pl.lit("退款 "), pl.col("receipt_id")).alias("reference"),
        pl.col("refund_on").alias("recorded_on"),
    )
    return pl.concat([came.select(columns), back.select(columns)]).sort("no", "received_on", "receipt_id")


ROW = ("no", "item_id", "source", "source_id", "allocated_on", "currency", "amount", "recorded_on", "step")


def _from_receipts(plan: Plan, parts: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    """Each receipt on its items; on the lead also the bank's fee, and what the receipt before had paid too much."""
    givers = received.select(
        "no",
        pl.col("received_on").alias("paid_on"),
        "receipt_id",
        "before",
        "fee",
        "used",
        "lag",
        "known",
        pl.col("item_id").alias("lead_item"),
        pl.col("part").alias("lead_part"),
    )
    joined = parts.join(givers, on=["no", "paid_on"], how="left", maintain_order="left").with_columns(
        ((pl.col("item_id") == pl.col("lead_item")) & (pl.col("part") == pl.col("lead_part"))).alias("leads"),
        (pl.col("paid_on") + pl.duration(days=pl.col("lag"))).alias("allocated_on"),
    )
    odd = pl.when("leads").then(pl.col("fee") + pl.col("used")).otherwise(0)
    nobody = pl.lit(None, dtype=pl.String)
    kinds = (
        (pl.lit(True), "receipt", pl.col("receipt_id"), pl.col("amount") - odd, pl.col("allocated_on"), 2),
        (pl.col("leads") & (pl.col("fee") > 0), "fee", nobody, pl.col("fee"), pl.col("allocated_on"), 3),
        (pl.col("leads") & (pl.col("used") > 0), "receipt", pl.col("before"), pl.col("used"), pl.col("paid_on"), 1),
    )
    pieces = [
        joined.filter(which).select(
            "no",
            "item_id",
            pl.lit(source).alias("source"),
            giver.alias("source_id"),
            day.alias("allocated_on"),
            "currency",
            amount.alias("amount"),
            _known(plan, day, pl.col("known") if step > 1 else pl.lit(3)),
            pl.lit(step).alias("step"),
        )
        for which, source, giver, amount, day, step in kinds
    ]
    return pl.concat(pieces)


def _credits_taken(items: pl.DataFrame) -> pl.DataFrame:
    return items.filter("taken").select(
        "no",
        "item_id",
        pl.lit("credit_note").alias("source"),
        credit_id().alias("source_id"),
        pl.col("credited_on").alias("allocated_on"),
        "currency",
        pl.col("credit").alias("amount"),
        pl.col("credited_on").alias("recorded_on"),
        pl.lit(0).alias("step"),
    )


def _rests_closed(plan: Plan, parts: pl.DataFrame) -> pl.DataFrame:
    """Small rests that somebody closes after a while."""
    closes = (pl.col("rest") > 0) & (plan.draw("rest.closed", *KEYS) < 0.7) & ~pl.col("fails")
    day = on_workday(pl.col("paid_on") + pl.duration(days=20 + below(plan.draw("rest.day", *KEYS), 40)), plan)
    return parts.filter(closes).select(
        "no",
        "item_id",
        pl.lit("rounding").alias("source"),
        pl.lit(None, dtype=pl.String).alias("source_id"),
        day.alias("allocated_on"),
        "currency",
        pl.col("rest").alias("amount"),
        day.alias("recorded_on"),
        pl.lit(4).alias("step"),
    )


def _written_off(plan: Plan, items: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """What customers that failed long ago still owe."""
    done = settled.group_by("item_id").agg(pl.col("amount").sum().alias("settled"))
    delay = WRITE_OFF_DAYS + below(plan.draw("write_off", "no"), 40)
    day = on_workday(pl.col("fail_on") + pl.duration(days=delay), plan)
    left = pl.col("amount") - pl.col("settled").fill_null(0)
    owed = items.filter(pl.col("fail_on").is_not_null()).join(done, on="item_id", how="left", maintain_order="left")
    return (
        owed.filter(left > 0)
        .with_columns(left.alias("amount"), day.alias("allocated_on"))
        .filter(pl.col("allocated_on") > pl.col("issued_on"))
        .with_columns(
            pl.lit("write_off").alias("source"),
            pl.lit(None, dtype=pl.String).alias("source_id"),
            pl.col("allocated_on").alias("recorded_on"),
            pl.lit(5).alias("step"),
        )
        .select(ROW)
    )


def _numbered(settled: pl.DataFrame) -> pl.DataFrame:
    """The allocations in their order, numbered within each customer."""
    ordered = settled.sort("no", "allocated_on", "item_id", "step", "source_id", nulls_last=True)
    place = pl.int_range(1, pl.len() + 1).over("no").alias("place")
    named = pl.concat_str(pl.lit("A"), number("no", 4), number("place", 6)).alias("allocation_id")
    return ordered.with_columns(place).with_columns(named)


def _known(plan: Plan, day: pl.Expr, lag: pl.Expr) -> pl.Expr:
    return pl.min_horizontal(day + pl.duration(days=lag), pl.lit(plan.end_on)).alias("recorded_on")
