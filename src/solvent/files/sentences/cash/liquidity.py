"""Sentences about liquidity: the floor, the gap, pools, signs and their causes, health, movements, payments."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "liquidity.accounts.no_rate": (
        "accounts {accounts} are in a currency without a rate and count in no sum; give a rate in fx_rates"
    ),
    "liquidity.accounts.stale": (
        "the bank has told nothing of accounts {accounts} for up to {days} days; take in newer statements"
    ),
    "liquidity.action.allocate": "match the old unallocated money to its invoices",
    "liquidity.action.chase": "collect overdue receivables, the largest and the riskiest first",
    "liquidity.action.close_gap": "close the gap before its week: collect, use the pools, move payments",
    "liquidity.action.crisis_plan": "start the crisis plan now",
    "liquidity.action.extend_suppliers": "agree longer terms with suppliers before their patience ends",
    "liquidity.action.find_cause": "look at what took the cash, and stop it at its cause",
    "liquidity.action.fund_longer": "replace short debt by long debt, or raise equity",
    "liquidity.action.get_data": "bring in the data that is missing",
    "liquidity.action.hold_cash": "hold back every payment that can wait until cash is above the floor again",
    "liquidity.action.insure": "insure the largest name, or limit what it may owe",
    "liquidity.action.invoice_sooner": "invoice within a day of delivery",
    "liquidity.action.new_lines": "agree new or larger lines before the old ones are used up",
    "liquidity.action.sell_stock": "sell slow stock and buy less until sales catch up",
    "liquidity.action.slow_spending": "slow spending down: pay by the plan, put off what can wait",
    "liquidity.action.strengthen_equity": "keep profits in the company, or raise equity",
    "liquidity.action.use_idle": "put idle funds to use: repay loans, pay early for a discount, invest",
    "liquidity.cause.late_customers": "customers pay later",
    "liquidity.cause.margins_and_costs": "margins and costs changed",
    "liquidity.cause.outside_economy": "sales shrink, or customers everywhere pay later: the economy outside",
    "liquidity.cause.over_expansion": (
        "growth ties up more money in receivables and stock than suppliers lend: over-expansion"
    ),
    "liquidity.cause.stock_build_up": "stock grew faster than sales: stock build-up",
    "liquidity.cause.supplier_credit": "suppliers lend more, or less, than before",
    "liquidity.causes.not_known": (
        "root causes cannot be told in money: {missing} do not reach back far enough; bring in more history"
    ),
    "liquidity.change.currencies": "the earlier forecast is in {old} and today's in {new}, so they cannot be compared",
    "liquidity.change.no_common_day": (
        "the forecasts of {old} and {new} have no week end in common that both look ahead to"
    ),
    "liquidity.change.no_opening": "one of the two forecasts knows no opening balance, so the change cannot be told",
    "liquidity.compare.no_bank_lines": (
        "there are no bank lines, so no forecast can be held against what happened; take in bank statements"
    ),
    "liquidity.compare.no_full_week": (
        "no full week lies between the forecast of {baseline_on} and the last bank day {last_on}; compare later"
    ),
    "liquidity.compare.no_rate": "bank lines in a currency without a rate cannot be compared; give a rate in fx_rates",
    "liquidity.floor.months_missing": (
        "the floor needs bank lines of {months} full months, {from} to {to}; they reach from {first_on} to {last_on}"
    ),
    "liquidity.floor.no_bank_lines": (
        "there are no bank lines, so fixed cost and the floor are not known; take in bank statements"
    ),
    "liquidity.floor.no_fixed_lines": (
        "no bank line of these months has a fixed category ({categories}), so the floor is not known; give "
        "lines their category"
    ),
    "liquidity.floor.no_rate": "bank lines in a currency without a rate cannot be added; give a rate in fx_rates",
    "liquidity.floor.no_spend": (
        "monthly spend is not known: it needs bank lines with categories of several full months"
    ),
    "liquidity.floor.uncategorised": (
        "{share} of what went out has no category, so fixed cost and the floor may be too low"
    ),
    "liquidity.gap.no_floor": "without a floor there is no gap to be told",
    "liquidity.gap.no_opening": "no account has a balance, so the forecast tells changes only; take in a balance",
    "liquidity.health.altman": "Altman's Z'' of our statements",
    "liquidity.health.cash_ratio": "cash ratio",
    "liquidity.health.concentration": "the largest name's share of sales",
    "liquidity.health.current_ratio": "current ratio",
    "liquidity.health.dso": "DSO by countback, over its own mean",
    "liquidity.health.floor": "cash against the floor",
    "liquidity.health.gap": "chance of falling under the floor in the worst week",
    "liquidity.health.insolvency": "chance that nothing is left although every line is drawn",
    "liquidity.health.late_invoicing": "share of deliveries invoiced in time",
    "liquidity.health.no_dso_mean": "DSO has no mean of earlier months yet; it needs six",
    "liquidity.health.no_forecast": "there is no forecast of cash to ask",
    "liquidity.health.no_statements": "our own statements do not tell {lines}, or are too old",
    "liquidity.health.no_stock_history": "stock or sales are not known back to {first_on}",
    "liquidity.health.nothing_open": "nothing was sold or stands open, so there is no share to tell",
    "liquidity.health.operating_cash": "months running with negative operating cash flow",
    "liquidity.health.orange_line": "cash against the orange line, so many months of spend",
    "liquidity.health.overdue": "overdue share of receivables",
    "liquidity.health.quick_ratio": "quick ratio",
    "liquidity.health.stock": "slow share of stock",
    "liquidity.health.stock_growth": "growth of stock beyond that of sales",
    "liquidity.health.unallocated": "old unallocated cash over receivables",
    "liquidity.move.large": "a payment that is large for its category",
    "liquidity.move.missed": "a week's flow outside the 90 % band of its forecast",
    "liquidity.move.no_bank_lines": "there are no bank lines, so no movement can be looked at; take in bank statements",
    "liquidity.move.no_payee_accounts": (
        "recent payments name no payee account, so a changed account cannot be noticed; take in statements "
        "that name them"
    ),
    "liquidity.move.overdrawn": "an account is overdrawn",
    "liquidity.move.payee_account": "a known payee is paid on an account that it never had",
    "liquidity.move.payee_new": "somebody is paid for the first time",
    "liquidity.move.under_floor": "cash fell under the floor",
    "liquidity.pay.beyond": "due after the horizon of the forecast",
    "liquidity.pay.latest": "at its last day: there is no room above the floor before",
    "liquidity.pay.no_rate": "in a currency without a rate; plan it by hand",
    "liquidity.pay.on_due": "on its due day",
    "liquidity.pay.overdue": "overdue: as soon as possible",
    "liquidity.pay.waits": "waits within what its supplier allows, to keep cash above the floor",
    "liquidity.pools.line_no_rate": (
        "{count} credit lines are in a currency without a rate and are left out of the pools"
    ),
    "liquidity.pools.no_cash": "no account has a balance, so cash is not known; take in a balance",
    "liquidity.pools.no_curves": "no payment law is known, so receivables are taken to be paid on their due day",
    "liquidity.pools.no_facilities": (
        "no credit lines are in the books, so the third pool is empty; enter them in facilities"
    ),
    "liquidity.pools.no_rate": (
        "{count} insured receivables are in a currency without a rate and are left out of the pools"
    ),
    "liquidity.pools.none_insured": "no customer is marked as insured, so the second pool is empty",
    "liquidity.pools.reserve_short": "the first reserve is not whole: cash is less than one month of fixed cost",
    "liquidity.sign.dso": "DSO rises steadily",
    "liquidity.sign.emergency": "emergency money is used often",
    "liquidity.sign.late_share": "more and more money comes late",
    "liquidity.sign.line_use": "bank lines are nearly used up",
    "liquidity.sign.lines_no_rate": (
        "credit lines in a currency without a rate cannot be added; give a rate in fx_rates"
    ),
    "liquidity.sign.no_bank_lines": (
        "there are neither bank lines nor credit lines, so the use of emergency money is not known"
    ),
    "liquidity.sign.no_dso": (
        "DSO needs invoices of {months} months and of a quarter before them, so its slope cannot be told yet"
    ),
    "liquidity.sign.no_due": (
        "not every one of the last {months} months has money that fell due, so growth of lateness cannot be told"
    ),
    "liquidity.sign.no_lines": (
        "no bank lines of credit are in the books, so their use is not known; enter them in facilities"
    ),
    "liquidity.sign.nothing_paid": "no bill was paid in the last months, so own lateness is not known",
    "liquidity.sign.own_late": "suppliers are paid late",
    "liquidity.spending.no_bills": (
        "there are no bills of suppliers in the books, so the plan holds planned payments only"
    ),
    "liquidity.spending.no_floor": "the floor is not known, so every bill is planned on its due day",
    "liquidity.spending.no_forecast": (
        "there is no forecast with an opening balance, so every bill is planned on its due day"
    ),
    "liquidity.spending.no_rate": "{count} bills are in a currency without a rate and are not planned",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
