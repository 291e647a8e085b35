"""Cash: our accounts, what the bank says came in and went out, what stood on each, what is planned, and rates."""

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

BANK_ACCOUNTS = Table(
    "bank_accounts",
    "One account of ours at a bank or payment service.",
    key=("account_id",),
    columns={
        "account_id": Column(pl.String, "IBAN or number without blanks, as the bank's statements print it"),
        "name": Column(pl.String, "what we call it", empty=True),
        "bank": Column(pl.String, "name or BIC of the bank", empty=True),
        "currency": CURRENCY,
        "recorded_on": KNOWN,
    },
)

BANK_LINES = Table(
    "bank_lines",
    "One line of a bank statement.",
    key=("line_id",),
    columns={
        "line_id": Column(pl.String, "name of the line; the same line read twice has the same one"),
        "account_id": Column(pl.String, "number of our account"),
        "booked_on": Column(pl.Date, "day the bank booked it"),
        "value_on": Column(pl.Date, "day from which it bears interest; empty: not told", empty=True),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "in is positive, out is negative", unit="minor units"),
        "category": Column(pl.String, f"one of {', '.join(CATEGORIES)}; empty: not yet known", empty=True),
        "counterparty": Column(pl.String, "name as the bank prints it", empty=True),
        "counterparty_account": Column(pl.String, "its account, as the bank prints it", empty=True),
        "reference": Column(pl.String, "what the payer wrote", empty=True),
        "bank_reference": Column(pl.String, "the bank's own number of the line", empty=True),
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

PLANNED_FLOWS = Table(
    "planned_flows",
    "Money that is planned to come in or go out and that no invoice or bill stands for: payroll, rent, tax, debt.",
    key=("flow_id",),
    columns={
        "flow_id": Column(pl.String, "our number for the flow"),
        "due_on": Column(pl.Date, "day it is planned for"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "in is positive, out is negative", unit="minor units"),
        "category": Column(pl.String, f"one of {', '.join(CATEGORIES)}"),
        "counterparty": Column(pl.String, "who pays or is paid", empty=True),
        "reference": Column(pl.String, "what its payment is expected to say", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "amount_zero": Law(pl.col("amount") != 0, "a flow is of some amount"),
        "category_unknown": Law(pl.col("category").is_in(CATEGORIES), "the category is one of those named"),
    },
)

TARGETS = ("receipt", "bill_payment", "planned_flow", "transfer")
"""What a bank line can turn out to be: a customer's money, a bill of ours, a plan come true, our own other account."""

BANK_MATCHES = Table(
    "bank_matches",
    "So much of a bank line is this receipt, bill payment, planned flow, or the other leg of a transfer.",
    key=("match_id",),
    columns={
        "match_id": Column(pl.String, "our number for the match"),
        "line_id": Column(pl.String, "the bank line"),
        "target": Column(pl.String, f"one of {', '.join(TARGETS)}"),
        "target_id": Column(pl.String, "number of the receipt, bill payment, planned flow or other bank line"),
        "matched_on": Column(pl.Date, "day from which it counts: that of the bank line"),
        "currency": CURRENCY,
        "amount": Column(
            pl.Int64, "so much of the line, with the line's sign; the opposite takes back", unit="minor units"
        ),
        "reason": Column(pl.String, "code of the rule that matched, or 'person'", empty=True),
        "score": Column(pl.Float64, "how sure the rule was", unit="share", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "target_unknown": Law(pl.col("target").is_in(TARGETS), "the target is one of those named"),
        "amount_zero": Law(pl.col("amount") != 0, "a match is of some amount"),
        "score_out_of_range": Law(pl.col("score").is_between(0, 1), "a score lies between 0 and 1"),
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
