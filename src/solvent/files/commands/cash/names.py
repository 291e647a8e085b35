"""Names: what the codes of the cash floor are called, in English; the catalogue has the Chinese."""

from __future__ import annotations

from collections.abc import Mapping

FLOW: Mapping[str, str] = {
    "receipts_open": "receipts of open items",
    "receipts_sales": "receipts of sales to come",
    "tax_refund": "tax refunds",
    "other_in": "other receipts",
    "disposal": "disposals",
    "loan_drawn": "loans drawn",
    "equity": "capital paid in",
    "suppliers_open": "bills on hand",
    "suppliers_future": "bills to come",
    "payroll": "payroll",
    "tax": "tax",
    "rent": "rent",
    "utilities": "utilities",
    "freight": "freight",
    "other_operating": "other operating cost",
    "capex": "capital expenditure",
    "interest": "interest",
    "loan_repaid": "loans repaid",
    "dividend": "dividends",
    "facility_drawn": "credit lines drawn",
    "facility_repaid": "credit lines repaid",
    "facility_cost": "cost of credit lines",
    "planned": "plans laid over",
}
"""What each kind of flow is called."""

GROUP: Mapping[str, str] = {
    "opening": "opening balance",
    "receipts": "receipts from customers",
    "other_in": "other money in",
    "operating_out": "operating payments",
    "investing": "investment",
    "financing": "financing",
    "planned": "plans laid over",
    "net": "net cash flow",
    "closing": "closing balance",
}
"""What each group of the direct method is called."""

CAUSE: Mapping[str, str] = {
    "late_customers": "customers pay later",
    "over_expansion": "sales grew faster than cash",
    "stock_build_up": "stock was built up",
    "outside_economy": "the economy: fewer sales, everybody pays later",
    "supplier_credit": "supplier credit shrank",
    "margin": "margins and costs",
    "total": "change of operating cash flow",
}
"""What each root cause is called."""

COLOUR: Mapping[str, str] = {
    "red": "bold red",
    "orange": "dark_orange",
    "yellow": "yellow",
    "green": "green",
    "unknown": "dim",
}
"""How each severity is shown; its word stands beside it."""

SEVERITY: Mapping[str, str] = {
    "red": "red",
    "orange": "orange",
    "yellow": "yellow",
    "green": "green",
    "unknown": "not known",
}
"""What each severity is called."""

SCENARIO: Mapping[str, str] = {
    "all_pay_later": "all customers pay later",
    "currency_shock": "foreign currencies fall",
    "largest_fails": "the largest debtor fails",
    "limit_cut": "banks call their lines",
    "over_expansion": "over-expansion",
    "peak_season": "peak season bought ahead",
    "sales_fall": "sales fall",
    "sales_stop": "no sales for two months",
    "stock_build_up": "stock is built up",
    "supplier_shortens": "suppliers shorten their terms",
    "mild": "mild: sales -10 %, 15 days later",
    "moderate": "moderate: sales -25 %, 30 days later",
    "severe": "severe: sales -40 %, 30 days later, largest debtor fails",
}
"""What each scenario is called."""

STEP: Mapping[str, str] = {
    "chase": "chase what is due",
    "extend": "ask for later payment",
    "cut": "cut or put off",
    "draw": "draw the credit line",
    "assign": "turn insured receivables into cash",
    "defer_debt": "talk to the bank about debt service",
}
"""What each step of the crisis plan is called."""
