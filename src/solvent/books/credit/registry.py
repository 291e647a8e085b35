"""Registry: what registers say of a customer, how it was screened, and when its file was last gone through."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import ITEM_CURRENCY, KNOWN

STATUSES = ("active", "suspended", "in_liquidation", "revoked", "deregistered")

REGISTRATIONS = Table(
    "registrations",
    "What a register said of a customer on one day: the newest day counts, the older ones are its history.",
    key=("customer_id", "told_on"),
    columns={
        "customer_id": Column(pl.String, "whom it is about"),
        "told_on": Column(pl.Date, "day of the extract"),
        "source": Column(pl.String, "which register, or who looked it up", empty=True),
        "legal_name": Column(pl.String, "name in the register", empty=True),
        "registration_no": Column(pl.String, "unified social credit code or number in the register", empty=True),
        "vat_id": Column(pl.String, "VAT number", empty=True),
        "lei": Column(pl.String, "legal entity identifier", empty=True),
        "iban": Column(pl.String, "account number the customer pays from", empty=True),
        "founded_on": Column(pl.Date, "day it was founded", empty=True),
        "status": Column(pl.String, f"one of {', '.join(STATUSES)}", empty=True),
        "legal_form": Column(pl.String, "legal form, as the register names it", empty=True),
        "legal_representative": Column(pl.String, "who signs for it", empty=True),
        "industry_code": Column(pl.String, "industry, as the register codes it", empty=True),
        "address": Column(pl.String, "registered address", empty=True),
        "currency": ITEM_CURRENCY,
        "capital": Column(pl.Int64, "registered capital", unit="minor units", empty=True),
        "paid_in": Column(pl.Int64, "capital that was paid in", unit="minor units", empty=True),
        "employees": Column(pl.Int64, "how many work there", empty=True),
        "parent_id": Column(pl.String, "the customer that owns it, where it is one of ours", empty=True),
        "parent_name": Column(pl.String, "who owns it", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "status_unknown": Law(pl.col("status").is_in(STATUSES), "the status is one of those named"),
        "capital_negative": Law(pl.col("capital") >= 0, "capital is not negative"),
        "paid_in_negative": Law(pl.col("paid_in") >= 0, "paid-in capital is not negative"),
        "employees_negative": Law(pl.col("employees") >= 0, "nobody is fewer than none"),
        "owns_itself": Law(pl.col("parent_id") != pl.col("customer_id"), "nobody is its own parent"),
    },
)

STEPS = (
    "registry",
    "statements",
    "reputation",
    "credit_report",
    "litigation",
    "ratios",
    "supply_chain",
    "management",
)
"""The three gates of admission, in order, then what is looked into besides (REQUIREMENTS CR-02)."""
OUTCOMES = ("passed", "failed", "waived")

SCREENINGS = Table(
    "screenings",
    "One step of the screening of a customer, with its evidence: the newest of a step counts.",
    key=("screening_id",),
    columns={
        "screening_id": Column(pl.String, "our number for it"),
        "customer_id": Column(pl.String, "who was screened"),
        "step": Column(pl.String, f"one of {', '.join(STEPS)}"),
        "outcome": Column(pl.String, f"one of {', '.join(OUTCOMES)}"),
        "told_on": Column(pl.Date, "day it was found"),
        "expires_on": Column(pl.Date, "last day it is good for; empty: as long as the policy says", empty=True),
        "reviewer": Column(pl.String, "who looked", empty=True),
        "evidence": Column(pl.String, "name of the document that shows it", empty=True),
        "reason": Column(pl.String, "why it failed or was waived", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "step_unknown": Law(pl.col("step").is_in(STEPS), "the step is one of those named"),
        "outcome_unknown": Law(pl.col("outcome").is_in(OUTCOMES), "the outcome is one of those named"),
        "expires_before_told": Law(pl.col("expires_on") >= pl.col("told_on"), "it is good for a while"),
        "waived_without_reason": Law(
            (pl.col("outcome") != "waived") | (pl.col("reason").is_not_null() & pl.col("reviewer").is_not_null()),
            "a step is waived by somebody, for a reason",
        ),
    },
)

DECISIONS = ("admitted", "refused", "withdrawn")

ADMISSIONS = Table(
    "admissions",
    "One request to sell to a customer on credit, and what became of it.",
    key=("customer_id", "asked_on"),
    columns={
        "customer_id": Column(pl.String, "who wants credit"),
        "asked_on": Column(pl.Date, "day of the request"),
        "decided_on": Column(pl.Date, "day it was decided; empty: still open", empty=True),
        "decision": Column(pl.String, f"one of {', '.join(DECISIONS)}", empty=True),
        "currency": ITEM_CURRENCY,
        "amount": Column(pl.Int64, "limit asked for", unit="minor units", empty=True),
        "terms_days": Column(pl.Int64, "terms asked for", unit="days", empty=True),
        "decided_by": Column(pl.String, "who decided", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "decision_unknown": Law(pl.col("decision").is_in(DECISIONS), "the decision is one of those named"),
        "decided_before_asked": Law(pl.col("decided_on") >= pl.col("asked_on"), "it is decided after it is asked"),
    },
)

REVIEW_KINDS = ("file", "terms", "payment_record", "risk", "limit")

REVIEWS = Table(
    "reviews",
    "Somebody went through a part of a customer's file, or of the country and industry risks.",
    key=("review_id",),
    columns={
        "review_id": Column(pl.String, "our number for it"),
        "customer_id": Column(pl.String, "whose part; empty: risks by country, region and industry", empty=True),
        "kind": Column(pl.String, f"one of {', '.join(REVIEW_KINDS)}"),
        "done_on": Column(pl.Date, "day it was done"),
        "reviewer": Column(pl.String, "who did it", empty=True),
        "note": Column(pl.String, "what came of it", empty=True),
        "recorded_on": KNOWN,
    },
    laws={"kind_unknown": Law(pl.col("kind").is_in(REVIEW_KINDS), "the kind is one of those named")},
)
