"""Events: what happened to a customer, as a register, a court, the press, an insurer or a person told it."""

from __future__ import annotations

import polars as pl

from solvent.base.table import Column, Law, Table
from solvent.books.receivables import ITEM_CURRENCY, KNOWN

EVENT_KINDS = (
    "capital_raised",
    "capital_reduced",
    "legal_representative_changed",
    "director_changed",
    "shareholder_changed",
    "name_changed",
    "address_changed",
    "business_scope_changed",
    "abnormal_operation",
    "serious_violation",
    "licence_revoked",
    "deregistered",
    "lawsuit_as_plaintiff",
    "lawsuit_as_defendant",
    "judgment_against",
    "enforcement_opened",
    "dishonest_debtor",
    "spending_restricted",
    "insolvency_filed",
    "bankrupt",
    "equity_pledged",
    "equity_frozen",
    "chattel_mortgaged",
    "tax_arrears",
    "penalty",
    "insurer_warning",
    "agency_upgrade",
    "agency_downgrade",
    "audit_qualified",
    "negative_news",
    "supplier_lost",
    "buyer_lost",
    "other",
)

EVENTS = Table(
    "events",
    "Something that happened to a customer: a change in the register, a lawsuit, a warning, news.",
    key=("event_id",),
    columns={
        "event_id": Column(pl.String, "our number for the event"),
        "customer_id": Column(pl.String, "whom it happened to"),
        "happened_on": Column(pl.Date, "day it happened"),
        "kind": Column(pl.String, f"one of {', '.join(EVENT_KINDS)}"),
        "severity": Column(pl.Int64, "1 to note, 2 serious, 3 grave; empty: that of its kind", empty=True),
        "source": Column(pl.String, "who told it", empty=True),
        "reference": Column(pl.String, "the source's own number: court file, notice", empty=True),
        "detail": Column(pl.String, "what happened, in the source's words", empty=True),
        "currency": ITEM_CURRENCY,
        "amount": Column(pl.Int64, "the money it is about", unit="minor units", empty=True),
        "recorded_on": KNOWN,
    },
    laws={
        "kind_unknown": Law(pl.col("kind").is_in(EVENT_KINDS), "the kind is one of those named"),
        "severity_out_of_range": Law(pl.col("severity").is_between(1, 3), "a severity is 1, 2 or 3"),
    },
)
