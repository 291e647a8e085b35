"""Decided: what codes of limits, of the policy and of its rules are called in documents, in English, by family."""

from __future__ import annotations

from collections.abc import Mapping

DECIDED: Mapping[str, Mapping[str, str]] = {
    "method": {
        "need": "need", "net_worth": "net worth", "working_capital": "working capital",
        "references": "trade references", "insurer": "insurer's limit", "own_risk": "our appetite for risk",
        "scale": "scale of its business", "benchmark": "customers like it", "gates": "screening",
        "event": "an event", "overdue": "what is long overdue", "country": "risk of its country",
        "region": "risk of its region", "industry": "risk of its industry", "group": "limit of its group",
        "grade": "grade", "newcomer": "rule for new customers",
    },
    "lacks": {
        "statements": "financial statements", "buyer_limit": "a limit of the insurer", "rate": "an exchange rate",
        "grade": "a grade", "own_sales": "our own sales", "purchases": "purchases", "terms": "terms of payment",
        "references": "enough references", "registry": "capital, sales or employees",
        "peers": "enough similar customers",
    },
    "why": {
        "gates_open": "the gates of admission are not passed", "new_prepay": "new customers pay before delivery",
        "new_deposit": "new customers leave a deposit", "first_step": "a basic first limit",
        "known_first": "known, but no limit was ever decided", "nothing_known": "too little is known",
        "signal_event": "an event", "signal_insurer": "the insurer cut its limit",
        "signal_overdue": "much of what it owes is long overdue", "step_up": "it paid in time",
        "waits_for_payments": "a step up waits for more payments in time",
        "methods_lower": "the methods give less", "prepay_only": "it buys against payment before delivery",
        "within_band": "the difference is small",
    },
    "newcomers": {"soundness": "limit by soundness", "deposit": "deposit", "prepay": "payment before delivery"},
    "grade": {
        "A": "sound", "B": "good", "C": "fair", "D": "weak", "E": "not on credit",
    },
    "level": {"weak": "weak", "fair": "fair", "good": "good"},
    "gate": {"gate": "gate", "look": "further look"},
    "order_rule": {
        "limit": "over the limit", "insured_excess": "over the limit, and insured", "granted": "no limit decided",
        "sub_limits": "over a limit on a part", "oldest": "oldest item overdue, days, over",
        "late": "an item overdue, days, over", "overdue_share": "overdue share of what is open, over",
        "last_payment": "days without a payment, over", "refused_grades": "grade", "doubted_grades": "grade",
        "refused_states": "state in the register", "refused_events": "event", "doubted_events": "event",
        "amount": "order on credit over", "usual_times": "times a usual month, over",
        "terms_agreed": "days longer than agreed, over", "cover": "debt without cover, share, over",
        "cash_gap": "rise of the chance of a cash gap, over",
    },
    "effect": {"no": "refused", "approval": "needs approval"},
    "crossed": {"over": "over", "from": "from", "under": "under", "down_to": "down to"},
    "unit": {
        "share": "share", "days": "days", "months": "months", "level": "levels", "times": "times", "points": "points",
        "count": "count",
    },
    "owner": {
        "credit": "credit desk", "collections": "collections", "treasury": "treasury", "sales": "sales team",
        "cfo": "finance director",
    },
    "clause_line": {
        "longest_days": "longest terms, days", "least_daily_rate": "least interest on late payment, a day",
        "longest_acceptance_days": "longest time to accept goods, days",
        "longest_dispute_days": "longest time to complain, days",
        "cn_longest_days": "China: longest terms of small and medium firms to large ones, days",
        "eu_longest_days": "European Union: longest terms unless agreed and fair, days",
        "uk_longest_days": "United Kingdom: longest terms unless fair, days",
    },
    "review": {
        "file": "credit file", "terms": "terms and discounts", "payment_record": "payment record", "limit": "limit",
    },
    "term": {
        "credit.limits.granting.first_share": "first limit, share of what the methods allow",
        "credit.limits.granting.newcomers": "rule for new customers",
        "credit.limits.granting.step_up_share": "largest step up of a limit",
        "credit.limits.methods.own_risk_share": "risk on one customer, share of our sales, A to E",
        "credit.limits.terms.days": "terms of the grade, days",
        "credit.grading.caps.country_grades": "best grade at this level of country risk",
        "credit.grading.caps.region_grades": "best grade at this level of region risk",
        "credit.grading.caps.industry_grades": "best grade at this level of industry risk",
        "risk_levels": "risk level",
    },
    "series": {"prosperity": "Prosperity index", "purchasing_managers": "Purchasing managers' index"},
    "can": {
        "aging": "ageing and overdue share", "dso": "days of sales outstanding", "behaviour": "payment record",
        "grade": "grade from the payment record", "grade_whole": "grade from both axes", "limit": "base limits",
        "exposure": "exposure with orders and deliveries", "warnings": "warnings on paying and buying",
        "events": "warnings from registers and courts", "cash": "cash outlook", "cover": "insurance cover",
        "contracts": "contract clauses",
    },
    "needs": {
        "open_items": "open items", "receipts": "receipts", "statements": "customers' statements",
        "orders": "orders or deliveries", "events": "events", "balances": "bank balances",
        "buyer_limits": "insurer's limits", "contracts": "contracts", "customers": "customer records",
    },
}  # fmt: skip
"""Family, then code, to English."""
