"""Fields: what columns, lines of statements, ratios, factors and events are called in documents, in English."""

from __future__ import annotations

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "name": "name", "tax_id": "tax number", "group_id": "group", "country": "country", "region": "region",
    "industry": "industry", "salesperson": "salesperson", "terms_days": "terms of payment in days",
    "insured": "insured", "since_on": "customer since", "legal_name": "registered name",
    "registration_no": "registration number", "vat_id": "VAT number", "lei": "LEI", "iban": "IBAN",
    "founded_on": "founded on", "status": "status in the register", "legal_form": "legal form",
    "legal_representative": "legal representative", "industry_code": "registered industry",
    "address": "registered address", "capital": "registered capital", "paid_in": "paid-in capital",
    "employees": "employees", "parent_id": "parent among our customers", "parent_name": "parent",
    "currency": "currency", "source": "source", "told_by": "who spoke", "high_credit": "most ever owed",
    "limit": "limit", "beyond_terms_days": "days beyond terms", "known_years": "years of trade", "opinion": "opinion",
    "agency": "agency", "rating": "rating", "yearly_default_chance": "chance to fail in a year", "amount": "amount",
    "valid_until": "good until", "outcome": "result", "expires_on": "good until", "reviewer": "looked at by",
    "evidence": "evidence", "reason": "reason", "decision": "decision", "policy_id": "policy",
    "approval_id": "approval", "kind": "kind", "signed_on": "signed on", "ends_on": "ends on",
    "due_from": "terms run from", "instalments": "instalments", "deposit_share": "deposit before delivery",
    "discount_share": "discount for paying early", "discount_days": "days within which the discount is given",
    "late_daily_rate": "interest on late payment, a day", "acceptance_days": "days until goods count as accepted",
    "dispute_days": "days within which to complain", "retention_of_title": "retention of title",
    "no_set_off": "no set-off by the customer", "acceleration": "all becomes due when one payment is late",
    "may_stop_supply": "we may stop deliveries", "assignable": "receivable may be pledged or sold",
    "law": "governing law", "jurisdiction": "court or arbitration", "step": "step",
}  # fmt: skip
"""Columns of the books."""

LINES: Mapping[str, str] = {
    "currency": "currency", "months": "months", "cash": "cash", "trade_receivables": "trade receivables",
    "inventory": "stock", "prepayments": "prepayments", "current_assets": "current assets",
    "total_assets": "total assets", "trade_payables": "trade payables", "current_liabilities": "current liabilities",
    "total_liabilities": "total liabilities", "retained_earnings": "retained earnings", "equity": "owners' equity",
    "sales": "sales", "cogs": "cost of sales", "purchases": "purchases", "ebit": "profit before interest and tax",
    "net_profit": "net profit",
}  # fmt: skip
"""Lines of a financial statement."""

RATIOS: Mapping[str, str] = {
    "current_ratio": "current ratio", "quick_ratio": "quick ratio", "cash_ratio": "cash ratio",
    "leverage": "liabilities over assets", "equity_share": "equity share", "ebit_margin": "operating margin",
    "net_margin": "net margin", "return_on_assets": "return on assets", "asset_turnover": "turnover of assets",
    "receivable_days": "days of receivables", "inventory_days": "inventory days", "payable_days": "days payable",
    "sales_growth": "growth of sales", "altman_z": "Altman Z\u2033", "altman_zone": "Altman zone",
}  # fmt: skip
"""Ratios of customers' statements."""

FACTORS: Mapping[str, str] = {
    "equity_share": "equity share", "current_ratio": "current ratio", "quick_ratio": "quick ratio",
    "net_margin": "net margin", "altman_z": "Altman Z\u2033", "altman_change": "change of Altman Z\u2033 in a year",
    "sales_growth": "growth of sales", "age_years": "age of the company in years", "employees": "employees",
    "capital_times": "registered capital over a year's purchases", "adverse_events": "adverse events",
    "management_changes": "changes of management", "chain_losses": "suppliers and buyers lost",
    "agency_chance": "chance to fail, as an agency says", "insurer_decision": "decision of the insurer",
    "country_level": "risk of its country", "industry_level": "risk of its industry",
    "payment_index": "payment index", "recent_delay_days": "delay of the last quarter, days",
    "delay_rise_days": "rise of the delay, days", "on_time_share": "share paid in time",
    "default_share": "share not paid for long", "oldest_overdue_days": "oldest overdue item, days",
    "broken_promises": "broken promises", "known_years": "years of trade with us",
    "reference_days": "days beyond terms, as others say", "lawsuits": "lawsuits and enforcement",
}  # fmt: skip
"""Factors of the expert card."""

HOWS: Mapping[str, str] = {
    "equity_share": "Leave profits in the company, or add capital, until its own capital carries more of its assets.",
    "current_ratio": "Turn short debts into long ones, or bring in money faster, so that short debts are well covered.",
    "quick_ratio": "Hold more cash and fewer goods against short debts.",
    "net_margin": "Show us how your margin develops; interim figures count.",
    "altman_z": (
        "Send us your newest statements; better earnings and more capital of its own raise the company's score."
    ),
    "capital_times": "Raise the registered capital, or let us know who stands behind the company.",
    "payment_index": "Pay each invoice by its due day; the newest payments count most in our eyes.",
    "recent_delay_days": "Pay the invoices of the coming months by their due day.",
    "delay_rise_days": "Bring the days you take to pay back to what they were.",
    "on_time_share": "Let most of your invoices be paid in time; a standing payment run each week is often enough.",
    "oldest_overdue_days": "Pay the oldest overdue invoice, or tell us what is wrong with it.",
}  # fmt: skip
"""What a customer can do about each factor that it can change."""

EVENTS: Mapping[str, str] = {
    "capital_raised": "capital raised", "capital_reduced": "capital reduced",
    "legal_representative_changed": "legal representative changed", "director_changed": "director changed",
    "shareholder_changed": "shareholder changed", "name_changed": "name changed", "address_changed": "address changed",
    "business_scope_changed": "business scope changed", "abnormal_operation": "listed for abnormal operation",
    "serious_violation": "serious violation of law", "licence_revoked": "licence revoked",
    "deregistered": "deregistered", "lawsuit_as_plaintiff": "lawsuit as plaintiff",
    "lawsuit_as_defendant": "lawsuit as defendant", "judgment_against": "judgment against it",
    "enforcement_opened": "enforcement opened", "dishonest_debtor": "listed as dishonest debtor",
    "spending_restricted": "spending restricted", "insolvency_filed": "insolvency filed", "bankrupt": "bankrupt",
    "equity_pledged": "shares pledged", "equity_frozen": "shares frozen", "chattel_mortgaged": "chattels mortgaged",
    "tax_arrears": "tax arrears", "penalty": "administrative penalty", "insurer_warning": "warning of an insurer",
    "agency_upgrade": "upgrade by an agency", "agency_downgrade": "downgrade by an agency",
    "audit_qualified": "qualified audit opinion", "negative_news": "negative news",
    "supplier_lost": "important supplier lost", "buyer_lost": "important buyer lost", "other": "other",
}  # fmt: skip
"""Kinds of events."""
