"""Granted: what we decided about a customer's credit: limits, approvals against the rules, contracts."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import CURRENCY, KNOWN

LIMIT_KINDS = ("total", "overdue", "not_due", "deliveries", "orders")

LIMITS = Table(
    "limits",
    "A credit limit and the terms that go with it, from a day on: of those that count on a day the newest does.",
    key=("limit_id",),
    columns={
        "limit_id": Column(pl.String, "our number for the decision"),
        "customer_id": Column(pl.String, "whose limit; empty: that of a group", empty=True),
        "group_id": Column(pl.String, "the group whose members share it; empty: one customer's", empty=True),
        "kind": Column(pl.String, f"what it limits, one of {', '.join(LIMIT_KINDS)}"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "the limit; 0: nothing on credit", unit="minor units"),
        "terms_days": Column(pl.Int64, "days from invoice to due date", unit="days", empty=True),
        "deposit_share": Column(pl.Float64, "share of an order to be paid before delivery", unit="share", empty=True),
        "valid_from": Column(pl.Date, "first day it counts"),
        "valid_until": Column(pl.Date, "last day it counts; empty: until another decision", empty=True),
        "decided_by": Column(pl.String, "who proposed it", empty=True),
        "approved_by": Column(pl.String, "who approved it, where it is above the first one's authority", empty=True),
        "reason": Column(pl.String, "why", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "kind_unknown": Law(pl.col("kind").is_in(LIMIT_KINDS), "the kind is one of those named"),
        "amount_negative": Law(pl.col("amount") >= 0, "a limit is of some amount, or of nothing"),
        "terms_out_of_range": Law(pl.col("terms_days").is_between(0, 730), "terms lie between 0 and 730 days"),
        "deposit_out_of_range": Law(pl.col("deposit_share").is_between(0, 1), "a deposit is a share: 0.3"),
        "ends_before_it_starts": Law(pl.col("valid_until") >= pl.col("valid_from"), "it ends after it begins"),
        "names_nobody": Law(
            pl.col("customer_id").is_not_null() != pl.col("group_id").is_not_null(),
            "a limit is that of one customer or of one group",
        ),
        "one_pair_of_eyes": Law(pl.col("decided_by") != pl.col("approved_by"), "who proposes does not approve"),
    },
)

APPROVALS = Table(
    "approvals",
    "An order let through although the rules said no: so much, until a day, for a reason, by two people.",
    key=("approval_id",),
    columns={
        "approval_id": Column(pl.String, "our number for it"),
        "customer_id": Column(pl.String, "whose order"),
        "order_id": Column(pl.String, "which order; empty: any of the customer's", empty=True),
        "approved_on": Column(pl.Date, "first day it counts"),
        "until_on": Column(pl.Date, "last day it counts"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "up to so much", unit="minor units"),
        "reason": Column(pl.String, "why"),
        "asked_by": Column(pl.String, "who asked for it"),
        "approved_by": Column(pl.String, "who approved it"),
        "recorded_on": KNOWN,
    },
    laws={
        "amount_not_positive": Law(pl.col("amount") > 0, "an approval is of some amount"),
        "ends_before_it_starts": Law(pl.col("until_on") >= pl.col("approved_on"), "it ends after it begins"),
        "one_pair_of_eyes": Law(pl.col("asked_by") != pl.col("approved_by"), "who asks does not approve"),
    },
)

DUE_FROM = ("invoice", "delivery", "acceptance", "month_end", "other")

CONTRACTS = Table(
    "contracts",
    "The clauses on payment of one contract with a customer; an empty cell: the contract does not say.",
    key=("contract_id",),
    columns={
        "contract_id": Column(pl.String, "our number for the contract"),
        "customer_id": Column(pl.String, "with whom"),
        "signed_on": Column(pl.Date, "day it was signed"),
        "ends_on": Column(pl.Date, "last day; empty: until further notice", empty=True),
        "due_from": Column(pl.String, f"from what the terms run, one of {', '.join(DUE_FROM)}", empty=True),
        "terms_days": Column(pl.Int64, "days until payment is due", unit="days", empty=True),
        "instalments": Column(pl.Int64, "in how many parts it is paid", empty=True),
        "deposit_share": Column(pl.Float64, "share to be paid before delivery", unit="share", empty=True),
        "discount_share": Column(pl.Float64, "discount for paying early", unit="share", empty=True),
        "discount_days": Column(pl.Int64, "within which the discount is given", unit="days", empty=True),
        "late_daily_rate": Column(pl.Float64, "interest on late payment", unit="share a day", empty=True),
        "acceptance_days": Column(pl.Int64, "within which goods count as accepted", unit="days", empty=True),
        "dispute_days": Column(pl.Int64, "within which a complaint must be made", unit="days", empty=True),
        "retention_of_title": Column(pl.Boolean, "true: goods stay ours until paid", empty=True),
        "no_set_off": Column(pl.Boolean, "true: the customer may not set off claims of its own", empty=True),
        "acceleration": Column(pl.Boolean, "true: all becomes due when one payment is late", empty=True),
        "may_stop_supply": Column(pl.Boolean, "true: we may stop deliveries when payment is late", empty=True),
        "assignable": Column(pl.Boolean, "true: the receivable may be pledged or sold", empty=True),
        "law": Column(pl.String, "which law governs", empty=True),
        "jurisdiction": Column(pl.String, "which court or arbitration decides", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "due_from_unknown": Law(pl.col("due_from").is_in(DUE_FROM), "terms run from one of the days named"),
        "terms_out_of_range": Law(pl.col("terms_days").is_between(0, 730), "terms lie between 0 and 730 days"),
        "discount_out_of_range": Law(pl.col("discount_share").is_between(0, 1), "a discount is a share: 0.02"),
        "deposit_out_of_range": Law(pl.col("deposit_share").is_between(0, 1), "a deposit is a share: 0.3"),
        "rate_out_of_range": Law(pl.col("late_daily_rate").is_between(0, 0.05), "a rate is a share a day: 0.0005"),
        "ends_before_it_starts": Law(pl.col("ends_on") >= pl.col("signed_on"), "it ends after it begins"),
    },
)
