"""Order names: what the codes of exposure and order check are called, in English; the catalogue has the Chinese."""

from __future__ import annotations

from collections.abc import Mapping

OUTCOME: Mapping[str, str] = {"yes": "yes", "no": "no", "approval": "needs approval"}
"""The three answers."""

COLOUR: Mapping[str, str] = {"yes": "green", "no": "bold red", "approval": "yellow"}
"""How each answer is shown; its word stands beside it."""

PART: Mapping[str, str] = {
    "not_due": "open, not yet due",
    "overdue": "open and overdue",
    "delivered": "delivered, not invoiced",
    "ordered": "ordered, not delivered",
    "deposit": "deposits on orders",
    "reserved": "reserved by running checks",
    "unallocated": "unallocated cash",
    "credit_note": "credit notes not used",
    "later": "ordered beyond the credit horizon",
    "exposure": "exposure",
}
"""What exposure is made of."""

RULE: Mapping[str, str] = {
    "authority.amount": "order above authority",
    "authority.usual": "order against usual purchases",
    "cash_gap.week": "rise of the chance of a cash gap",
    "cover.gap": "debt without insurance cover",
    "granted.limit": "limit decided and in force",
    "granted.expired": "limit expired",
    "granted.undecided": "limit undecided",
    "last_payment.days": "days since the last payment",
    "limit.total": "credit limit",
    "limit.watch": "watch line",
    "limit.group": "limit of the group",
    "overdue_days.late": "days overdue, with grace",
    "overdue_days.oldest": "oldest open item",
    "overdue_share.share": "overdue share",
    "status.grade": "credit grade",
    "status.register": "state in the register",
    "status.event": "event",
    "sub_limits.not_due": "limit on what is not yet due",
    "sub_limits.overdue": "limit on what is overdue",
    "sub_limits.deliveries": "limit on deliveries not invoiced",
    "sub_limits.orders": "limit on orders",
    "terms_agreed.days": "terms agreed",
}
"""Each rule and part of it."""

EFFECT: Mapping[str, str] = {"no": "refused", "approval": "needs approval", "warn": "watch", "passed": "passed"}
"""What a rule comes to."""

EVENT: Mapping[str, str] = {
    "abnormal_operation": "abnormal operation",
    "address_changed": "address changed",
    "agency_downgrade": "downgrade by an agency",
    "agency_upgrade": "upgrade by an agency",
    "audit_qualified": "qualified audit opinion",
    "bankrupt": "bankrupt",
    "business_scope_changed": "business scope changed",
    "buyer_lost": "lost a main buyer",
    "capital_raised": "capital raised",
    "capital_reduced": "capital reduced",
    "chattel_mortgaged": "chattel mortgage",
    "deregistered": "deregistered",
    "director_changed": "director changed",
    "dishonest_debtor": "listed as dishonest debtor",
    "enforcement_opened": "enforcement opened",
    "equity_frozen": "equity frozen",
    "equity_pledged": "equity pledged",
    "insolvency_filed": "insolvency filed",
    "insurer_warning": "warning of the insurer",
    "judgment_against": "judgment against it",
    "lawsuit_as_defendant": "lawsuit as defendant",
    "lawsuit_as_plaintiff": "lawsuit as plaintiff",
    "legal_representative_changed": "legal representative changed",
    "licence_revoked": "licence revoked",
    "name_changed": "name changed",
    "negative_news": "negative news",
    "other": "other event",
    "penalty": "penalty",
    "serious_violation": "serious violation of law",
    "shareholder_changed": "shareholder changed",
    "spending_restricted": "spending restricted by court",
    "supplier_lost": "lost a main supplier",
    "tax_arrears": "tax arrears",
}
"""Each kind of event."""

REGISTER: Mapping[str, str] = {
    "active": "active",
    "suspended": "suspended",
    "in_liquidation": "in liquidation",
    "revoked": "licence revoked",
    "deregistered": "deregistered",
}
"""Each state in the register."""

KIND: Mapping[str, str] = {
    "not_due": "open items not yet due",
    "overdue": "overdue items",
    "deliveries": "deliveries not invoiced",
    "orders": "orders not delivered",
}
"""Each kind of sub-limit, in a sentence."""

COLUMN: Mapping[str, str] = {
    "customer_id": "customer",
    "group_id": "group",
    "region": "region",
    "industry": "industry",
    "country": "country",
    "salesperson": "salesperson",
    "grade": "grade",
    "insured": "insured",
    "customers": "customers",
    "exposure": "exposure",
    "exposure_share": "share",
    "overdue": "overdue",
    "overdue_share": "overdue share",
    "insured_amount": "insured part",
    "uninsured_amount": "uninsured part",
    "expected_loss": "expected loss",
    "provision": "provision",
    "default_share": "default rate",
    "default_change": "change",
    "top_id": "largest name",
    "top_share": "its share",
    "limit": "limit",
    "used_share": "used",
}
"""The columns that the tables show."""
