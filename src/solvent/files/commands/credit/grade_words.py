"""Grade words: what factors, caps and states of grading are called, in English; the catalogue has the Chinese."""

from __future__ import annotations

from collections.abc import Mapping

FACTOR: Mapping[str, str] = {
    "equity_share": "equity share",
    "current_ratio": "current ratio",
    "quick_ratio": "quick ratio",
    "net_margin": "net profit margin",
    "altman_z": "Altman Z″",
    "altman_change": "change of Altman Z″ over a year",
    "sales_growth": "growth of its sales",
    "age_years": "age of the firm",
    "employees": "people employed",
    "capital_times": "capital against yearly purchases",
    "adverse_events": "bad news in the register",
    "management_changes": "changes of management",
    "chain_losses": "suppliers and buyers lost",
    "agency_chance": "chance to fail as agencies see it",
    "insurer_decision": "decision of the credit insurer",
    "country_level": "risk of the country",
    "industry_level": "risk of the industry",
    "payment_index": "payment index",
    "recent_delay_days": "delay of recent payments",
    "delay_rise_days": "delay growing",
    "on_time_share": "paid on time",
    "default_share": "not paid after 90 days",
    "oldest_overdue_days": "oldest overdue item",
    "broken_promises": "promises broken",
    "known_years": "years of trade with us",
    "reference_days": "days late with other suppliers",
    "lawsuits": "lawsuits and enforcement against it",
}
"""What each factor of the card is called."""

AXIS: Mapping[str, str] = {"ability": "ability to pay", "willingness": "willingness to pay"}
"""What each axis is called."""

LOOK: Mapping[str, str] = {
    "payment": "our own record",
    "registry": "register",
    "statements": "statements",
    "reputation": "reputation",
    "credit_report": "credit report",
    "litigation": "litigation",
    "supply_chain": "supply chain",
    "management": "management",
    "surroundings": "country and industry",
    "ratios": "ratios",
}
"""What each check and look is called; the steps of screening too."""

CAP: Mapping[str, str] = {
    "event": "an event",
    "overdue": "what is long overdue or was lost",
    "screening": "the open screening",
    "country": "the risk of its country",
    "region": "the risk of its region",
    "industry": "the risk of its industry",
    "group": "the grade of its parent",
}
"""What each cap is called."""

BASIS: Mapping[str, str] = {
    "expert": "the expert card",
    "learned": "the expert card and a learned one",
    "payment": "our own payment record alone",
    "nothing": "nothing: no fact is known",
}
"""What a grade rests on."""

TIER: Mapping[str, tuple[str, str]] = {
    "green": ("green", "green"),
    "yellow": ("yellow", "yellow"),
    "orange": ("orange", "dark_orange"),
    "red": ("red", "bold red"),
}
"""What each tier is called, and how it is shown."""

ANSWER: Mapping[str, tuple[str, str]] = {
    "pass": ("may be sold to", "green"),
    "look": ("look closer", "yellow"),
    "refuse": ("cash only", "bold red"),
}
"""What each answer of the quick screen is called, and how it is shown."""

STATE: Mapping[str, str] = {
    "passed": "passed",
    "failed": "not passed",
    "waived": "waived",
    "open": "not done yet",
    "expired": "expired",
}
"""What each state of a screening step is called."""

UNIT: Mapping[str, str] = {
    "days": "{value} days",
    "years": "{value} years",
    "times": "{value} times",
}
"""How a value of a unit is written; shares as per cent, the others as plain numbers."""

REGISTER_STATE: Mapping[str, str] = {
    "suspended": "suspended",
    "in_liquidation": "in liquidation",
    "revoked": "licence revoked",
    "deregistered": "deregistered",
}
"""What the register calls a firm that is not active."""
