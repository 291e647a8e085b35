"""Facilities: what banks and other lenders have agreed to lend, and how much of it is used."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import CURRENCY, KNOWN

FACILITY_KINDS = (
    "overdraft",
    "revolving",
    "working_capital",
    "term_loan",
    "export_bill_purchase",
    "bill_discount",
    "factoring",
    "other",
)

FACILITIES = Table(
    "facilities",
    "One credit line or loan as it stood at the end of a day: the newest day counts.",
    key=("facility_id", "told_on"),
    columns={
        "facility_id": Column(pl.String, "our number for the line or loan"),
        "told_on": Column(pl.Date, "the day at whose end this was so"),
        "lender": Column(pl.String, "who lends", empty=True),
        "kind": Column(pl.String, f"one of {', '.join(FACILITY_KINDS)}"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "what may be drawn in all", unit="minor units"),
        "drawn": Column(pl.Int64, "of which is drawn", unit="minor units"),
        "yearly_rate": Column(pl.Float64, "interest on what is drawn", unit="share a year", empty=True),
        "unused_rate": Column(pl.Float64, "fee on what is not drawn", unit="share a year", empty=True),
        "committed": Column(pl.Boolean, "true: the lender cannot cancel it at will", empty=True),
        "starts_on": Column(pl.Date, "first day", empty=True),
        "ends_on": Column(pl.Date, "day by which what is drawn is repaid; empty: until further notice", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "kind_unknown": Law(pl.col("kind").is_in(FACILITY_KINDS), "the kind is one of those named"),
        "amount_negative": Law(pl.col("amount") >= 0, "a line is of some amount, or of nothing"),
        "drawn_negative": Law(pl.col("drawn") >= 0, "what is drawn is told without a sign"),
        "rate_out_of_range": Law(pl.col("yearly_rate").is_between(-0.05, 1), "a rate is a share a year: 0.045"),
        "fee_out_of_range": Law(pl.col("unused_rate").is_between(0, 1), "a fee is a share a year: 0.005"),
        "ends_before_it_starts": Law(pl.col("ends_on") >= pl.col("starts_on"), "it ends after it begins"),
    },
)
