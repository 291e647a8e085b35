"""Trade: orders, the deliveries that fill them, and the invoices with their instalments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

import polars as pl

from solvent.base.draws import below, chosen, normal
from solvent.base.money import half_up
from solvent.files.sample.company import PRICE_RATES, Plan, busy_days, number, on_workday, person
from solvent.files.sample.market import with_span

SPREAD = 0.55
"""Standard deviation of the logarithm of an order's size around the customer's mean."""
JUMP = 4
"""A bust-out buyer's orders grow so many times."""
INSTALMENTS = {1: ((50, 0.5), (50, 1.0)), 2: ((30, 0.25), (50, 1.0), (20, 1.5)), 3: ((40, 0.5), (60, 1.5))}
"""For each plan of payment, the share (in hundredths) and the part of the terms after which it falls due."""


@dataclass(frozen=True)
class Trade:
    """What was ordered, delivered and invoiced from ``first_on`` to ``past_on``, whoever may know it yet.

    All three carry the customer's ``no`` and the order's number ``k``; deliveries and items the delivery's ``j``,
    items the instalment's ``i``; beside them the columns of the tables.
    """

    orders: pl.DataFrame
    deliveries: pl.DataFrame
    items: pl.DataFrame


def trade(plan: Plan, rows: pl.DataFrame) -> Trade:
    """The trade with the customers in ``rows`` (of ``market``)."""
    orders = _orders(plan, rows)
    deliveries = _deliveries(plan, orders)
    kept = ("no", "k", "order_id", "customer_id", "ordered_on", "currency", "amount", "salesperson")
    return Trade(orders.select(kept), deliveries, _items(plan, _invoices(plan, deliveries), rows))


def _orders(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    days = busy_days(plan)
    every = with_span(rows, days).with_columns(pl.int_ranges(1, pl.col("orders") + 1).alias("k")).explode("k")
    place = (pl.col("k") - 1 + plan.draw("order.day", "no", "k")) / pl.col("orders")
    spread = every.with_columns((pl.col("low") + place * (pl.col("high") - pl.col("low"))).alias("at"))
    sides = []
    for side in ("domestic", "export"):
        found = spread.filter(pl.col("side") == side)
        where = days.get_column(side).search_sorted(found.get_column("at")).clip(0, days.height - 1)
        sides.append(found.with_columns(days.get_column("day_on").gather(where).alias("ordered_on")))
    size = (normal(plan.draw("order.size", "no", "k")) * SPREAD - SPREAD * SPREAD / 2).exp()
    jumped = pl.when(pl.col("ordered_on") >= pl.col("jump_on")).then(JUMP).otherwise(1)
    price = pl.col("currency").replace_strict(PRICE_RATES, return_dtype=pl.Float64)
    return (
        pl.concat(sides)
        .sort("no", "k")
        .with_columns(
            half_up(pl.col("ticket") * size * jumped / price * 100).clip(1_000).alias("amount"),
            pl.concat_str(pl.lit("O"), number("no", 4), number("k", 4)).alias("order_id"),
        )
    )


def _deliveries(plan: Plan, orders: pl.DataFrame) -> pl.DataFrame:
    """One to three deliveries an order; their amounts add up to it."""

    def weight(part: int) -> pl.Expr:
        drawn = 500 + below(plan.draw("delivery.share", "no", "k", pl.lit(part)), 1_000)
        return pl.when(pl.col("parts") >= part).then(drawn).otherwise(0)

    lead = below(plan.draw("delivery.lead", "no", "k"), pl.when("export").then(24).otherwise(14))
    cut = orders.with_columns((chosen(plan.draw("delivery.parts", "no", "k"), (70, 22, 8)) + 1).alias("parts"))
    cut = cut.with_columns(weight(1).alias("w1"), weight(2).alias("w2"), weight(3).alias("w3")).with_columns(
        (lead + pl.when("export").then(14).otherwise(3)).alias("lead"), (pl.col("w1") + pl.col("w2")).alias("w12")
    )
    every = cut.with_columns(pl.int_ranges(1, pl.col("parts") + 1).alias("j")).explode("j")
    whole = pl.col("w12") + pl.col("w3")
    upto = pl.when(pl.col("j") == pl.col("parts")).then(whole).when(pl.col("j") == 1).then("w1").otherwise("w12")
    before = pl.when(pl.col("j") == 1).then(0).when(pl.col("j") == 2).then("w1").otherwise("w12")
    later = (pl.col("j") - 1) * (5 + below(plan.draw("delivery.later", "no", "k", "j"), 10))
    minutes = below(plan.draw("delivery.minute", "no", "k", "j"), 10 * 60) + 8 * 60
    sent = chosen(plan.draw("delivery.statement", "no", "k", "j"), (28, 34, 28, 4, 3, 3)) + 1
    return (
        every.with_columns(
            (pl.col("amount") * upto // whole - pl.col("amount") * before // whole).alias("amount"),
            on_workday(pl.col("ordered_on") + pl.duration(days=pl.col("lead") + later), plan).alias("delivered_on"),
        )
        .with_columns(
            (pl.col("delivered_on").cast(pl.Datetime("us")) + pl.duration(minutes=minutes)).alias("delivered_at"),
            pl.when(sent < 6).then(pl.col("delivered_on") + pl.duration(days=sent)).alias("statement_sent_on"),
            pl.concat_str(pl.lit("D"), number("no", 4), number("k", 4), number("j", 1)).alias("delivery_id"),
        )
        .select(
            "no",
            "k",
            "j",
            "export",
            "delivery_id",
            "order_id",
            "customer_id",
            "delivered_on",
            "delivered_at",
            "statement_sent_on",
            "currency",
            "amount",
            "salesperson",
        )
    )


def _invoices(plan: Plan, deliveries: pl.DataFrame) -> pl.DataFrame:
    """One invoice a delivery: most within a day, some within three, a few late; one salesperson is often late.

    None at midnight, which sources use for a day without a time.
    """
    people = plan.scale.salespeople
    tardy = person(int(plan.one("people") * 140) + int(plan.one("people.tardy") * people))
    luck = plan.draw("invoice.lag", "no", "k", "j")
    luck = pl.when((pl.col("salesperson") == tardy) & (people > 1)).then(1 - (1 - luck) * 2.2).otherwise(luck)
    within = plan.draw("invoice.minute", "no", "k", "j")
    hours = (
        pl.when(luck < 0.8)
        .then(1 + within * 21)
        .when(luck < 0.95)
        .then(24 + within * 40)
        .otherwise(24 * (4 + within * 10))
    )
    moment = pl.col("delivered_at") + pl.duration(minutes=half_up(hours * 60))
    midnight = moment.dt.time() == time(0)
    return deliveries.with_columns(
        (moment + pl.duration(minutes=midnight.cast(pl.Int64))).alias("issued_at"),
        pl.concat_str(pl.lit("I"), number("no", 4), number("k", 4), number("j", 1)).alias("invoice_id"),
    ).with_columns(pl.col("issued_at").dt.date().alias("issued_on"))


def _items(plan: Plan, invoices: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """One item an instalment, with its due date."""
    habits = rows.select("no", "pattern", "monthly", "terms_days")
    joined = invoices.join(habits, on="no", how="left", maintain_order="left")
    base = pl.when("monthly").then(pl.col("issued_on").dt.month_end()).otherwise("issued_on")
    pieces = [
        joined.filter(pl.col("pattern") == 0).with_columns(
            pl.lit(1, dtype=pl.Int64).alias("i"), (base + pl.duration(days=pl.col("terms_days"))).alias("due_on")
        )
    ]
    for pattern, steps in INSTALMENTS.items():
        shares = [share for share, _ in steps]
        for place, (_, part) in enumerate(steps):
            upto, before = sum(shares[: place + 1]), sum(shares[:place])
            days = (pl.col("terms_days") * part).floor().cast(pl.Int64)
            pieces.append(
                joined.filter(pl.col("pattern") == pattern).with_columns(
                    pl.lit(place + 1, dtype=pl.Int64).alias("i"),
                    (pl.col("issued_on") + pl.duration(days=days)).alias("due_on"),
                    (pl.col("amount") * upto // 100 - pl.col("amount") * before // 100).alias("amount"),
                )
            )
    return (
        pl.concat(pieces)
        .sort("no", "k", "j", "i")
        .with_columns(pl.concat_str("invoice_id", pl.lit("-"), number("i", 1)).alias("item_id"))
        .drop("pattern", "monthly", "terms_days", "delivered_at", "statement_sent_on")
    )
