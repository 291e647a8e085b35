"""Cover: credit insurance: the policies, and what the insurer covers of each buyer."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import CURRENCY, KNOWN

POLICY_KINDS = ("domestic", "export")
LIMIT_DECISIONS = ("granted", "reduced", "refused", "withdrawn")

INSURANCE_POLICIES = Table(
    "insurance_policies",
    "One credit insurance policy.",
    key=("policy_id",),
    columns={
        "policy_id": Column(pl.String, "number of the policy"),
        "insurer": Column(pl.String, "who insures"),
        "kind": Column(pl.String, f"one of {', '.join(POLICY_KINDS)}"),
        "starts_on": Column(pl.Date, "first day"),
        "ends_on": Column(pl.Date, "last day", empty=True),
        "insured_share": Column(pl.Float64, "share of a covered loss that is paid", unit="share"),
        "premium_rate": Column(pl.Float64, "premium on insured sales", unit="share", empty=True),
        "longest_terms_days": Column(pl.Int64, "longest terms that are covered", unit="days", empty=True),
        "extension_days": Column(pl.Int64, "days by which we may extend a due date", unit="days", empty=True),
        "report_within_days": Column(
            pl.Int64, "days after the extension within which an overdue is reported", unit="days", empty=True
        ),
        "recorded_on": KNOWN,
    },
    laws={
        "kind_unknown": Law(pl.col("kind").is_in(POLICY_KINDS), "the kind is one of those named"),
        "share_out_of_range": Law(pl.col("insured_share").is_between(0, 1), "a share lies between 0 and 1: 0.9"),
        "ends_before_it_starts": Law(pl.col("ends_on") >= pl.col("starts_on"), "it ends after it begins"),
    },
)

BUYER_LIMITS = Table(
    "buyer_limits",
    "What the insurer covers of one buyer from a day on: of those that count on a day the newest does.",
    key=("limit_id",),
    columns={
        "limit_id": Column(pl.String, "number of the decision"),
        "policy_id": Column(pl.String, "under which policy"),
        "customer_id": Column(pl.String, "of which buyer"),
        "currency": CURRENCY,
        "amount": Column(pl.Int64, "covered up to; 0: nothing", unit="minor units"),
        "valid_from": Column(pl.Date, "first day it counts, for deliveries of that day"),
        "valid_until": Column(pl.Date, "last day it counts; empty: until another decision", empty=True),
        "decision": Column(pl.String, f"one of {', '.join(LIMIT_DECISIONS)}"),
        "reason": Column(pl.String, "why, as the insurer says", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "decision_unknown": Law(pl.col("decision").is_in(LIMIT_DECISIONS), "the decision is one of those named"),
        "amount_negative": Law(pl.col("amount") >= 0, "a limit is of some amount, or of nothing"),
        "ends_before_it_starts": Law(pl.col("valid_until") >= pl.col("valid_from"), "it ends after it begins"),
    },
)
