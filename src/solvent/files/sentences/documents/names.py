"""Names: what codes of the books and of the credit floor are called in documents, in English, family by family."""

from __future__ import annotations

from collections.abc import Mapping

from solvent.files.sentences.documents.decided import DECIDED
from solvent.files.sentences.documents.fields import EVENTS, FACTORS, FIELDS, HOWS, LINES, RATIOS

NAMES: Mapping[str, Mapping[str, str]] = {
    "field": FIELDS,
    "line": LINES,
    "ratio": RATIOS,
    "factor": FACTORS,
    "how": HOWS,
    "event": EVENTS,
    "part": {
        "registry": "register", "statements": "financial statements", "reputation": "references and opinions",
        "events": "events", "payment": "payment record", "screening": "screening", "contract": "contract",
        "limit": "limit",
    },
    "bucket": {"current": "current", "unapplied": "unapplied", "total": "total"},
    "state": {"fresh": "up to date", "old": "out of date", "missing": "missing"},
    "step": {
        "import_receipts": "import its receipts", "look_up_register": "look it up in the register, free of charge",
        "look_up_courts": "look up lawsuits and enforcement, free of charge", "screen": "screen it",
        "ask_references": "ask other suppliers and its bank", "ask_statements": "ask for its financial statements",
        "enter_contract": "enter the contract", "decide_limit": "decide a limit",
    },
    "screen": {
        "registry": "register", "statements": "statements of two years", "reputation": "reputation in the trade",
        "credit_report": "credit report", "litigation": "lawsuits", "ratios": "ratios",
        "supply_chain": "suppliers and buyers", "management": "changes of management",
    },
    "outcome": {"passed": "passed", "failed": "not passed", "waived": "waived"},
    "status": {
        "active": "active", "suspended": "suspended", "in_liquidation": "in liquidation", "revoked": "revoked",
        "deregistered": "deregistered",
    },
    "verdict": {
        "no_fault": "no fault found", "length": "wrong length", "characters": "characters that it cannot have",
        "check_digit": "check digit is wrong", "parts": "a part of it does not exist",
    },
    "opinion": {"good": "good", "fair": "fair", "poor": "poor"},
    "outlook": {"better": "getting better", "steady": "steady", "worse": "getting worse"},
    "zone": {"safe": "safe", "grey": "in between", "distress": "distress"},
    "severity": {"1": "to note", "2": "serious", "3": "grave", "by_kind": "as usual for its kind"},
    "cover_decision": {"granted": "granted", "reduced": "reduced", "refused": "refused", "withdrawn": "withdrawn"},
    "due_from": {
        "invoice": "day of the invoice", "delivery": "day of delivery", "acceptance": "day of acceptance",
        "month_end": "end of the month", "other": "another day",
    },
    "table": {
        "customers": "customer record", "registrations": "register", "trade_references": "trade references",
        "opinions": "opinions", "screenings": "screening", "contracts": "contract", "buyer_limits": "insurer's limit",
        "events": "events", "approvals": "approvals", "statements": "financial statements",
        "open_items": "our own invoices and receipts",
    },
    "record": {
        "payments": "payments", "recent_delay_days": "delay of the last quarter, days",
        "earlier_delay_days": "delay before that, days", "worst_delay_days": "worst delay, days",
        "trend_days_per_year": "trend of the delay, days a year", "first_on": "first invoice",
        "usual_purchases": "usual purchases in a month", "last_month_purchases": "purchases of the last full month",
        "jump_share": "last month against usual",
    },
    "graded": {
        "grade": "grade", "tier": "colour", "yearly_default_chance": "chance to fail within a year",
        "ability": "ability to pay, of 100 points", "willingness": "willingness to pay, of 100 points",
        "points": "points of both", "known_share": "known, of all points", "basis": "rests on",
    },
    "axis": {"ability": "ability to pay", "willingness": "willingness to pay"},
    "basis": {
        "expert": "the expert card", "learned": "a card learned from history", "payment": "its payments alone",
        "nothing": "nothing that is known",
    },
    "cap": {
        "event": "an event", "overdue": "what is long overdue", "screening": "screening", "country": "its country",
        "region": "its region", "industry": "its industry", "group": "its parent",
    },
    "exposed": {
        "not_due": "open, not yet due", "overdue": "open and overdue", "delivered": "delivered, not invoiced",
        "ordered": "ordered, not delivered", "deposit": "deposits on orders", "reserved": "reserved by running checks",
        "unallocated": "unallocated cash", "credit_note": "credit notes not used", "exposure": "exposure",
        "limit": "limit", "insured": "insured part", "uninsured": "uninsured part",
        "group_exposure": "exposure of the group",
        "group_limit": "limit of the group",
    },
    "proposed": {
        "standing_amount": "limit that stands", "amount": "limit worked out today", "decided_by": "set by",
        "terms_days": "terms in days", "deposit_share": "deposit before delivery", "move": "so",
        "why": "because",
    },
    "move": {"new": "decide a first limit", "raise": "raise it", "lower": "lower it", "keep": "keep it"},
    "limit_kind": {
        "total": "all that is owed", "overdue": "what is overdue", "not_due": "what is not yet due",
        "deliveries": "deliveries not invoiced", "orders": "orders not delivered",
    },
    "whose": {"own": "its own", "group": "its group's"},
    "finding": {
        "missing": "missing", "unclear": "unclear", "beyond_law": "worse than the law allows",
        "beyond_law_perhaps": "perhaps worse than the law allows", "beyond_policy": "worse than our policy",
        "differs_from_customer": "not the terms kept for the customer",
        "differs_from_invoices": "not the terms we invoice by", "no_contract": "no contract",
        "ended": "the contract has run out",
    },
    "movement": {
        "opening": "opening balance", "closing": "closing balance", "invoice": "invoice", "receipt": "receipt",
        "refund": "money back", "credit_note": "credit note", "write_off": "written off", "discount": "discount",
        "fee": "bank fee", "rounding": "rounding difference", "exchange": "exchange difference",
        "paid_by_another": "paid by another", "paid_for_another": "paid for another", "settled": "settled",
        "excess": "paid beyond the invoice",
    },
    **DECIDED,
    "crisis": {
        "chase": "chase what is due", "extend": "ask for later payment", "cut": "cut or put off",
        "draw": "draw the credit line", "assign": "turn insured receivables into cash",
        "defer_debt": "talk to the bank about debt service",
    },
    "weight": {"3": "costs money", "2": "harder to enforce", "1": "worth having"},
}  # fmt: skip
"""Family, then code, to English."""
