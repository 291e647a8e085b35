"""Customers: who buys on credit, the groups they belong to, and financial statements, theirs and our own."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table

CUSTOMERS = Table(
    "customers",
    "One buyer on credit: a legal entity that owes for itself.",
    key=("customer_id",),
    columns={
        "customer_id": Column(pl.String, "our number for the customer"),
        "name": Column(pl.String, "registered name", empty=True),
        "tax_id": Column(pl.String, "unified social credit code, VAT number or other tax number", empty=True),
        "group_id": Column(pl.String, "the connected group it belongs to; empty: it stands alone", empty=True),
        "country": Column(pl.String, "ISO 3166 code, or the source's own code", empty=True),
        "region": Column(pl.String, "sales region", empty=True),
        "industry": Column(pl.String, "industry as the company names it", empty=True),
        "salesperson": Column(pl.String, "who looks after the customer", empty=True),
        "terms_days": Column(pl.Int64, "agreed days from invoice to due date", unit="days", empty=True),
        "insured": Column(pl.Boolean, "true: covered by credit insurance", empty=True),
        "since_on": Column(pl.Date, "day the relation began", empty=True),
        "recorded_on": Column(pl.Date, "day it became known in the books"),
    },
    laws={
        "terms_out_of_range": Law(pl.col("terms_days").is_between(0, 730), "terms lie between 0 and 730 days"),
    },
)

PAYERS = Table(
    "payers",
    "A name or an account under which a customer pays, other than its registered name: learned or entered.",
    key=("payer_id",),
    columns={
        "payer_id": Column(pl.String, "our number for it"),
        "customer_id": Column(pl.String, "the customer whose debt is paid"),
        "name": Column(pl.String, "name as banks print it", empty=True),
        "account": Column(pl.String, "account number of the payer", empty=True),
        "recorded_on": Column(pl.Date, "day it became known in the books"),
    },
    laws={
        "names_nobody": Law(
            pl.col("name").is_not_null() | pl.col("account").is_not_null(), "a payer has a name or an account"
        ),
    },
)

GROUPS = Table(
    "groups",
    "One group of connected customers, counted as one name in concentration.",
    key=("group_id",),
    columns={
        "group_id": Column(pl.String, "our number for the group"),
        "name": Column(pl.String, "name of the parent", empty=True),
        "recorded_on": Column(pl.Date, "day it became known in the books"),
    },
)

LINES = (
    "cash",
    "trade_receivables",
    "inventory",
    "prepayments",
    "current_assets",
    "total_assets",
    "trade_payables",
    "current_liabilities",
    "total_liabilities",
    "retained_earnings",
    "equity",
    "sales",
    "cogs",
    "purchases",
    "ebit",
    "net_profit",
)
"""The lines of a financial statement that have a name of their own here."""

OWN = "own"
"""The entity of our own company in the statements."""

STATEMENTS = Table(
    "statements",
    "One line of one financial statement, of ourselves (entity 'own') or of a customer.",
    key=("entity_id", "period_end", "line"),
    columns={
        "entity_id": Column(pl.String, "'own', or a customer's number"),
        "period_end": Column(pl.Date, "last day of the period"),
        "months": Column(pl.Int64, "length of the period, for the lines that flow", unit="months"),
        "line": Column(pl.String, f"one of {', '.join(LINES)}"),
        "currency": Column(pl.String, "ISO 4217 code"),
        "amount": Column(pl.Int64, "value of the line", unit="minor units"),
        "recorded_on": Column(pl.Date, "day it became known in the books"),
    },
    laws={
        "line_unknown": Law(pl.col("line").is_in(LINES), "the line is one that statements are read by"),
        "months_out_of_range": Law(pl.col("months").is_between(1, 18), "a period lasts 1 to 18 months"),
    },
)
