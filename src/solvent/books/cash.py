"""Cash: what the bank says came in and went out, what stood on each account, and exchange rates."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import CURRENCY, KNOWN

OPERATING = ("customer", "supplier", "payroll", "tax", "tax_refund", "rent", "utilities", "freight", "other_operating")
FINANCING = ("loan_drawn", "loan_repaid", "interest", "equity", "dividend")
INVESTING = ("capex", "disposal")
INTERNAL = ("transfer", "exchange")
"""Between our own accounts: neither in nor out of the company."""
CATEGORIES = (*OPERATING, *FINANCING, *INVESTING, *INTERNAL)

BANK_LINES = Table(
    "bank_lines",
    "One line of a bank statement.",
    key=("line_id",),
    columns={
        "line_id": Column(pl.String, "account, day and the bank's own number"),
        "account_id": Column(pl.String, "number of our account"),
        "booked_on": Column(pl.Date, "day the bank booked it"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "in is positive, out is negative", unit="minor units"),
        "category": Column(pl.String, f"one of {', '.join(CATEGORIES)}; empty: not yet known", empty=True),
        "counterparty": Column(pl.String, "name as the bank prints it", empty=True),
        "reference": Column(pl.String, "what the payer wrote", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "amount_zero": Law(pl.col("amount") != 0, "a line is of some amount"),
        "category_unknown": Law(pl.col("category").is_in(CATEGORIES), "the category is one of those named"),
    },
)

BALANCES = Table(
    "balances",
    "What stood on an account at the end of a day.",
    key=("account_id", "day_on"),
    columns={
        "account_id": Column(pl.String, "number of our account"),
        "day_on": Column(pl.Date, "the day"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "booked balance at the end of the day", unit="minor units"),
        "recorded_on": KNOWN,
    },
)

FX_RATES = Table(
    "fx_rates",
    "What one unit of a currency was worth on a day.",
    key=("currency", "quote", "day_on"),
    columns={
        "currency": Column(pl.String, "ISO 4217 code of what is priced"),
        "quote": Column(pl.String, "ISO 4217 code of what it is priced in"),
        "day_on": Column(pl.Date, "the day"),
        "rate": Column(pl.Float64, "main units of quote for one main unit of currency"),
        "rate_source": Column(pl.String, "who published it", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"rate_not_positive": Law(pl.col("rate") > 0, "a rate is more than nothing")},
)
