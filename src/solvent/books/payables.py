"""Payables: what we owe to suppliers, and what was paid on it."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import CURRENCY, KNOWN

BILLS = Table(
    "bills",
    "One bill of a supplier.",
    key=("bill_id",),
    columns={
        "bill_id": Column(pl.String, "our number for the bill"),
        "supplier_id": Column(pl.String, "whom we owe"),
        "supplier_name": Column(pl.String, "registered name", empty=True),
        "issued_on": Column(pl.Date, "day of the bill"),
        "due_on": Column(pl.Date, "day the money is owed"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "face amount, tax included", unit="minor units"),
        "recorded_on": KNOWN,
    },
    laws={
        "due_before_issue": Law(pl.col("due_on") >= pl.col("issued_on"), "nothing is due before its bill"),
        "amount_not_positive": Law(pl.col("amount") > 0, "a bill is of some amount"),
    },
)

BILL_PAYMENTS = Table(
    "bill_payments",
    "Money paid on one bill.",
    key=("payment_id",),
    columns={
        "payment_id": Column(pl.String, "our number for the payment"),
        "bill_id": Column(pl.String, "the bill that is paid"),
        "paid_on": Column(pl.Date, "day the money left"),
        "currency": Column(pl.String, "ISO 4217 code; empty: that of the bill", empty=True),
        "amount": Column(pl.Int64, "paid, in the bill's currency", unit="minor units"),
        "recorded_on": KNOWN,
    },
    laws={"amount_zero": Law(pl.col("amount") != 0, "a payment is of some amount")},
)
