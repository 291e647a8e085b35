"""Sentences about money out: recurring flows, plans, bills, debt and credit lines."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "outflows.no_bank_lines": (
        "there are no bank lines, so no recurring payments are known: payroll, rent, tax and the like are not in the "
        "outlook; take in bank statements, or enter them in planned_flows"
    ),
    "outflows.bank_stale": (
        "the bank's data ends on {last_on}, {days} days before the day of the outlook: what was due since counts as "
        "still to be paid; take in newer statements"
    ),
    "outflows.bank_old": (
        "the bank's data ends on {last_on}, {days} days before the day of the outlook: recurring flows are carried on "
        "from then as if nothing had changed; take in newer statements"
    ),
    "outflows.no_rate": (
        "{rows} rows in {currencies} have no exchange rate and are not in the outlook; enter a rate in fx_rates"
    ),
    "outflows.uncategorised_out": (
        "{rows} bank lines that went out, {share} of all such money, have no category: they are carried on as other "
        "operating cost; give them their categories"
    ),
    "outflows.uncategorised_in": (
        "{rows} bank lines that came in have no category: they may be customers' money and are not carried on; "
        "give them their categories"
    ),
    "outflows.ended": (
        "{category}, {counterparty}: paid {rhythm} until {last_on}, missed {missed} times since, so it is taken "
        "to have ended; if it goes on, enter it in planned_flows"
    ),
    "outflows.assumed_monthly": (
        "the bank's history is too short to show a rhythm in {categories}: they are taken to be paid once a month"
    ),
    "outflows.not_carried": (
        "bank lines of {categories} show no rhythm and are single decisions: they are not carried on; "
        "enter those to come in planned_flows"
    ),
    "outflows.history_short": (
        "the bank's data covers only {days} days: {categories} are carried on at their daily mean, with a wide band"
    ),
    "outflows.season_unseen": (
        "the bank's data covers only {days} days: a season shows after a year, so none is in the recurring flows "
        "and their bands are wider"
    ),
    "outflows.plan_of_customers": (
        "{plans} planned flows are customers' money: open items and sales foresee it already, so they are left out"
    ),
    "outflows.plan_unrealised": (
        "the day of {plans} planned flows is over, the first on {first_on}, and no bank line shows them: they are left "
        "out; match them to their bank lines, or give them a new day"
    ),
    "outflows.plan_late": (
        "{plans} planned flows, the first due on {first_on}, were not seen at the bank yet: "
        "they are expected on the next working day"
    ),
    "outflows.no_bills": (
        "there are no suppliers' bills: what suppliers are paid is carried on from bank lines alone, if there are any"
    ),
    "outflows.bills_old": (
        "{bills} bills are more than {days} days past due and not expected to be paid within the outlook; "
        "settle them, or record their payment"
    ),
    "outflows.habit_unsure": (
        "only {payments} payments of bills are known, too few to show how late the company pays: "
        "bills are taken to be paid about their due day"
    ),
    "outflows.purchases_short": (
        "bills are known for {days} days only, not for one whole month: "
        "bills to come are carried on at their daily mean, with a wide band"
    ),
    "outflows.debt_from_bank": (
        "no drawn facility is known: interest and repayments are carried on as the bank lines show them; "
        "enter loans and lines in facilities, so that their ends are known"
    ),
    "outflows.debt_from_facilities": (
        "interest is told by the facilities; {streams} recurring payments of interest in the bank lines mean the same "
        "debt and are not counted again"
    ),
    "outflows.debt_unpriced_bank": (
        "{lines} name no interest rate: interest is carried on as the bank lines show it; "
        "enter yearly_rate in facilities"
    ),
    "outflows.debt_unpriced": (
        "{lines} are drawn and name no interest rate, and bank lines show no interest: theirs is not in the outlook; "
        "enter yearly_rate in facilities"
    ),
    "outflows.debt_old": (
        "what is drawn on {lines} was last told more than {days} days ago; enter what stands today in facilities"
    ),
    "outflows.debt_runs_on": (
        "{line} ends on {ends_on}; it was renewed {times} times before and is taken to run on: "
        "if it is not renewed, what is drawn on it is due that day"
    ),
    "outflows.debt_due": (
        "{line} ends on {ends_on}: what is drawn on it is repaid then; "
        "if it is renewed, enter its new end in facilities"
    ),
    "outflows.debt_over": (
        "{line} ended on {ends_on} and is still drawn: it is taken to be repaid at once; "
        "if it was renewed, enter its new end in facilities"
    ),
    "facilities.no_rate": (
        "{lines} facilities in {currencies} have no exchange rate and are left out; enter a rate in fx_rates"
    ),
    "facilities.not_committed": (
        "{lines} are not committed: the lender may cancel them at will, so the outlook does not draw on them; "
        "enter committed in facilities if they are"
    ),
    "facilities.unpriced": ("{lines} name no interest rate: {rate} a year is assumed; enter yearly_rate in facilities"),
    "facilities.year_days": "a year of interest has {value} days; it must have more than 0: 360 or 365",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
