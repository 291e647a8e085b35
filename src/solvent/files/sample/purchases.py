"""Purchases: what suppliers bill and when they are paid, and the stock that is left at each month's end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import month_end
from solvent.base.draws import below, chosen, normal
from solvent.base.money import half_up
from solvent.books.payables import BILL_PAYMENTS, BILLS
from solvent.books.stock import STOCK
from solvent.files.sample.company import CURRENCY, PRICE_RATES, Plan, brand, months, number, on_workday, words

MATERIAL_SHARE = 0.66
"""Materials in what is delivered, without tax."""
VAT = 0.13
MICRO = 1_000_000
LATENESS_DAYS = 12
"""How many days later suppliers are paid at the height of a squeeze."""


@dataclass(frozen=True)
class Demand:
    """What leaves the house month by month, in minor units of our currency at the usual rates.

    ``months``: first days; ``shipped``: without tax; ``taxed``: the tax in deliveries at home; ``materials``: at cost;
    ``bought``: materials bought, without tax; ``stock``: what is left at the month's end.
    """

    months: Sequence[date]
    shipped: Sequence[int]
    taxed: Sequence[int]
    materials: Sequence[int]
    bought: Sequence[int]
    stock: Sequence[int]


def demand(plan: Plan, deliveries: pl.DataFrame) -> Demand:
    """What has to be bought for the deliveries (of ``trade``): the stock covers a month and a half ahead."""
    price = pl.col("currency").replace_strict(PRICE_RATES, return_dtype=pl.Float64)
    worth = half_up(pl.col("amount") * price)
    net = pl.when("export").then(worth).otherwise(half_up(worth / (1 + VAT)))
    monthly = (
        deliveries.with_columns(net.alias("net"), (worth - net).alias("tax"))
        .group_by(pl.col("delivered_on").dt.month_start().alias("month"))
        .agg(pl.col("net").sum(), pl.col("tax").sum())
    )
    every = pl.DataFrame({"month": months(plan)}).join(monthly, on="month", how="left", maintain_order="left")
    shipped, taxed = (every.get_column(name).fill_null(0).to_list() for name in ("net", "tax"))
    materials = [round(amount * MATERIAL_SHARE) for amount in shipped]
    ahead = [*materials, materials[-1], materials[-1]]
    stock, bought = [round(0.9 * ahead[0] + 0.6 * ahead[1])], [0]
    for place in range(1, len(materials)):
        wanted = round(0.9 * ahead[place + 1] + 0.6 * ahead[place + 2])
        bought.append(max(round(0.35 * materials[place]), materials[place] + wanted - stock[-1]))
        stock.append(stock[-1] + bought[-1] - materials[place])
    return Demand(every.get_column("month").to_list(), shipped, taxed, materials, bought, stock)


def suppliers(plan: Plan) -> pl.DataFrame:
    """``s``, ``supplier_id``, ``supplier_name``, ``share`` (of what is bought), ``terms_days``, ``bills`` (a month),
    ``late`` (days after due)."""
    count = plan.scale.suppliers
    home = words()["domestic"]["towns"]
    offset = int(plan.one("supplier.brands") * 870)
    names = [
        home[int(plan.one("supplier.town", s) * len(home))][0]
        + brand((offset + s * 211) % 870)[0]
        + words()["suppliers"]["trades"][s % len(words()["suppliers"]["trades"])]
        + "有限公司"
        for s in range(1, count + 1)
    ]
    places = chosen(plan.draw("supplier.terms", "s"), (4, 2, 3, 2))
    return pl.DataFrame(
        {"s": range(1, count + 1), "supplier_name": names}, {"s": pl.Int64, "supplier_name": pl.String}
    ).with_columns(
        pl.concat_str(pl.lit("S"), number("s", 4)).alias("supplier_id"),
        half_up((1 - plan.draw("supplier.weight", "s")).clip(0.02) ** -0.6 * MICRO).alias("share"),
        pl.lit(pl.Series([30, 45, 60, 90])).gather(places).alias("terms_days"),
        (below(plan.draw("supplier.bills", "s"), 3) + 1).alias("bills"),
        (normal(plan.draw("supplier.late", "s")) * 3 + 2).alias("late"),
    )


def bills(plan: Plan, needed: Demand, squeezed_from: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The bills up to the end of the books, and the payments on them, with the day under a squeeze beside the day.

    Returns:
        The bills table; and ``bill_id``, ``part``, ``supplier_id``, ``supplier_name``, ``amount``, ``paid_on`` and
        ``squeezed_on``, also beyond the end. Bills from before the books begin stay where nothing was paid by then.
    """
    monthly = pl.DataFrame({"month": needed.months, "bought": needed.bought}).with_row_index("m")
    every = (
        monthly.join(suppliers(plan), how="cross")
        .with_columns(pl.int_ranges(1, pl.col("bills") + 1).alias("b"), pl.col("m").cast(pl.Int64))
        .explode("b")
        .with_columns(half_up(pl.col("share") * (0.6 + 0.8 * plan.draw("bill.size", "s", "m", "b"))).alias("weight"))
        .with_columns((pl.col("weight") // pl.col("bills")).alias("weight"))
    )
    gross = half_up(pl.col("bought") * (1 + VAT)).cast(pl.Float64)
    due = pl.col("issued_on") + pl.duration(days=pl.col("terms_days"))
    issued = every.with_columns(
        half_up(gross * pl.col("weight") / pl.col("weight").sum().over("m")).alias("amount"),
        on_workday(pl.col("month") + pl.duration(days=below(plan.draw("bill.day", "s", "m", "b"), 25)), plan).alias(
            "issued_on"
        ),
        pl.concat_str(pl.lit("B"), number("s", 4), number("m", 3), number("b", 1)).alias("bill_id"),
    ).with_columns(due.alias("due_on"))
    issued = issued.filter((pl.col("issued_on") <= plan.end_on) & (pl.col("amount") > 0))
    payments = _payments(plan, issued, squeezed_from)
    early = payments.filter(pl.col("paid_on") < plan.start_on).select("bill_id")
    history = issued.filter(pl.col("issued_on") < plan.start_on).join(early, on="bill_id", how="semi")
    kept = issued.join(history, on="bill_id", how="anti", maintain_order="left")
    return (
        conformed_bills(kept),
        payments.join(history, on="bill_id", how="anti", maintain_order="left").sort("bill_id", "part"),
    )


def conformed_bills(rows: pl.DataFrame) -> pl.DataFrame:
    """The bills table out of rows that have the days, the amount and the supplier."""
    full = rows.with_columns(pl.lit(CURRENCY).alias("currency"), pl.col("issued_on").alias("recorded_on"))
    return BILLS.conform(full.lazy()).collect().sort("bill_id")


def paid_bills(rows: pl.DataFrame) -> pl.DataFrame:
    """The table of payments out of rows that have ``bill_id``, ``part``, ``paid_on`` and ``amount``."""
    full = rows.with_columns(
        pl.concat_str(pl.lit("P"), pl.col("bill_id").str.slice(1), number("part", 1)).alias("payment_id"),
        pl.lit(CURRENCY).alias("currency"),
        pl.col("paid_on").alias("recorded_on"),
    )
    return BILL_PAYMENTS.conform(full.lazy()).collect().sort("payment_id")


def _payments(plan: Plan, issued: pl.DataFrame, squeezed_from: date) -> pl.DataFrame:
    luck = plan.draw("bill.late", "s", "m", "b")
    late = half_up(pl.col("late") + normal(luck) * 4).clip(-4, 25)
    whole = max((plan.end_on - squeezed_from).days, 1)
    height = ((pl.col("due_on") - pl.lit(squeezed_from)).dt.total_days() / whole).clip(0, 1)
    split = plan.draw("bill.split", "s", "m", "b") < 0.05
    half = pl.when(split).then(pl.col("amount") // 2).otherwise("amount")
    pieces = []
    for part, amount in ((1, half), (2, pl.col("amount") - half)):
        again = pl.duration(days=late + 14 * (part - 1))
        pieces.append(
            issued.with_columns(
                pl.lit(part, dtype=pl.Int64).alias("part"),
                amount.alias("amount"),
                _friday(pl.max_horizontal(pl.col("due_on") + again, pl.col("issued_on") + pl.duration(days=2)), plan),
            ).with_columns(
                _friday(pl.col("paid_on") + pl.duration(days=half_up(height * LATENESS_DAYS)), plan, "squeezed_on")
            )
        )
    columns = ("bill_id", "part", "supplier_id", "supplier_name", "amount", "paid_on", "squeezed_on")
    return pl.concat(pieces).filter(pl.col("amount") > 0).select(columns)


def _friday(day: pl.Expr, plan: Plan, name: str = "paid_on") -> pl.Expr:
    """The pay run on or after a day: Fridays, or the next working day."""
    return on_workday(day + pl.duration(days=(5 - day.dt.weekday().cast(pl.Int64)) % 7), plan).alias(name)


def stock(plan: Plan, needed: Demand, ahead: Mapping[date, int]) -> pl.DataFrame:
    """The articles at each month's end, from the one before the books begin; some have not moved for a long time.

    Args:
        ahead: what was bought beyond the need in each month, tax included.
    """
    ends = {month_end(month): amount for month, amount in zip(needed.months, needed.stock, strict=True)}
    counted = [day for day in ends if plan.start_on - timedelta(days=1) <= day <= plan.end_on]
    more = {day: sum(amount for month, amount in ahead.items() if month <= day) for day in counted}
    held = [ends[day] + round(more[day] / (1 + VAT)) for day in counted]
    days = pl.DataFrame({"counted_on": counted, "held": held}).with_row_index("m").cast({"m": pl.Int64})
    usual = sum(held) // len(held)
    every = days.join(_articles(plan), how="cross")
    noise = half_up(pl.col("weight") * (0.5 + plan.draw("article.level", "a", "m")))
    lying = pl.when("slow").then(half_up(pl.col("share") * usual * 0.8)).otherwise(0)
    every = every.with_columns(
        pl.when("slow").then(0).otherwise(noise).alias("noise"), lying.alias("lying")
    ).with_columns((pl.col("held") - pl.col("lying").sum().over("m")).alias("rest"))
    wanted = (
        pl.when("slow")
        .then(pl.col("lying").cast(pl.Float64))
        .otherwise(pl.col("rest").cast(pl.Float64) * pl.col("noise") / pl.col("noise").sum().over("m"))
    )
    back = below(plan.draw("article.moved", "a", "m"), 25)
    fresh = below(plan.draw("article.received", "a", "m"), 28)
    still = pl.col("slow") & (pl.col("last_on") < pl.col("counted_on"))
    moved = pl.when(still).then("last_on").otherwise(pl.col("counted_on") - pl.duration(days=back))
    came = (
        pl.when(still)
        .then(pl.col("last_on") - pl.duration(days=45))
        .otherwise(pl.col("counted_on") - pl.duration(days=fresh))
    )
    full = every.with_columns(
        (wanted / pl.col("cost")).round().clip(1).alias("quantity"),
        moved.alias("moved_on"),
        came.alias("received_on"),
        pl.lit(CURRENCY).alias("currency"),
        pl.col("counted_on").alias("recorded_on"),
    ).with_columns((pl.col("quantity").cast(pl.Int64) * pl.col("cost")).alias("value"))
    return STOCK.conform(full.lazy()).collect().sort("sku", "counted_on")


def _articles(plan: Plan) -> pl.DataFrame:
    """The articles: ``sku``, what they are, ``cost`` a piece, and whether one has been ``slow`` since ``last_on``."""
    kinds = [(family, name) for family, names in words()["articles"].items() for name in names]
    count = plan.scale.articles
    made = [kinds[a % len(kinds)] for a in range(1, count + 1)]
    models = [
        f"{name} {chr(65 + a // len(kinds) % 26)}{a // len(kinds) // 26 or ''}" for a, (_, name) in enumerate(made, 1)
    ]
    return (
        pl.DataFrame(
            {"a": range(1, count + 1), "family": [family for family, _ in made], "name": models},
            {"a": pl.Int64, "family": pl.String, "name": pl.String},
        )
        .with_columns(
            pl.concat_str(pl.lit("SKU"), number("a", 5)).alias("sku"),
            half_up((1 - plan.draw("article.weight", "a")).clip(0.02) ** -0.5 * MICRO).alias("weight"),
            (500 + below(plan.draw("article.cost", "a"), 14_500)).alias("cost"),
            (plan.draw("article.slow", "a") < 0.08).alias("slow"),
            pl.lit(plan.end_on)
            .sub(pl.duration(days=100 + below(plan.draw("article.slow.on", "a"), 500)))
            .alias("last_on"),
        )
        .with_columns((pl.col("weight").cast(pl.Float64) / pl.col("weight").sum()).alias("share"))
    )
