"""Stock: what lies in the warehouse, counted on a day."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import CURRENCY, KNOWN

STOCK = Table(
    "stock",
    "How much of one article lay in stock at the end of a day.",
    key=("sku", "counted_on"),
    columns={
        "sku": Column(pl.String, "number of the article"),
        "name": Column(pl.String, "what it is", empty=True),
        "family": Column(pl.String, "family of articles", empty=True),
        "counted_on": Column(pl.Date, "the day"),
        "quantity": Column(pl.Float64, "how many", unit="the article's own unit"),
        "currency": CURRENCY,
        "value": Column(pl.Int64, "at cost", unit="minor units"),
        "moved_on": Column(pl.Date, "day of the last movement out; empty: never moved", empty=True),
        "received_on": Column(pl.Date, "day of the last receipt into stock", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"value_negative": Law(pl.col("value") >= 0, "stock is worth nothing or more")},
)
