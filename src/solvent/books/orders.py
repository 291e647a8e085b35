"""Orders and deliveries: what customers have asked for, and what has left the door."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import CURRENCY, KNOWN

ORDERS = Table(
    "orders",
    "One order of a customer.",
    key=("order_id",),
    columns={
        "order_id": Column(pl.String, "our number for the order"),
        "customer_id": Column(pl.String, "who ordered"),
        "ordered_on": Column(pl.Date, "day of the order"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "value of the order, tax included", unit="minor units"),
        "wanted_on": Column(pl.Date, "day the customer wants it; empty: at once", empty=True),
        "closed_on": Column(pl.Date, "day from which nothing more of it is delivered", empty=True),
        "deposit_amount": Column(
            pl.Int64, "to be paid before delivery, part of the amount", unit="minor units", empty=True
        ),
        "salesperson": Column(pl.String, "who took the order", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "amount_not_positive": Law(pl.col("amount") > 0, "an order is of some value"),
        "deposit_out_of_range": Law(
            pl.col("deposit_amount").is_between(0, pl.col("amount")), "a deposit is part of the order"
        ),
        "wanted_before_ordered": Law(pl.col("wanted_on") >= pl.col("ordered_on"), "it is wanted after it is ordered"),
    },
)

DELIVERIES = Table(
    "deliveries",
    "Goods that left, or a service rendered, to be invoiced.",
    key=("delivery_id",),
    columns={
        "delivery_id": Column(pl.String, "number of the delivery note"),
        "order_id": Column(pl.String, "the order that it fills", empty=True),
        "customer_id": Column(pl.String, "who receives"),
        "delivered_on": Column(pl.Date, "day of delivery"),
        "delivered_at": Column(pl.Datetime("us"), "moment of delivery, where the source has one", empty=True),
        "statement_sent_on": Column(pl.Date, "day the electronic statement went out", empty=True),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "value delivered, tax included", unit="minor units"),
        "salesperson": Column(pl.String, "who sold", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"amount_not_positive": Law(pl.col("amount") > 0, "a delivery is of some value")},
)
