"""Sentences about orders: exposure, the order check and its rules."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "orders.approved": "approval {number} of {who} lets it through until {day}",
    "orders.asked": (
        "an order is of more than nothing and its deposit of nothing or more; asked: {amount}, deposit "
        "{deposit}, customer {customer}"
    ),
    "orders.authority.amount": "{asked_amount} on credit is more than sales may take alone, {line_amount}",
    "orders.authority.usual": (
        "{asked_amount} on credit is {times} times what the customer buys in a usual month, {usual_amount}"
    ),
    "orders.cash_gap": (
        "in the week to {day} the chance of falling under the floor rises from {before} % to {after} %; "
        "from {line} % on it is a gap"
    ),
    "orders.cash_gap.untold": "the order makes a gap in cash likelier than the policy allows",
    "orders.cover.gap": (
        "{bare_amount} would stand without insurance cover; the insurer covers up to {cover_amount}, and "
        "{line_amount} may stand without"
    ),
    "orders.cover.none": "the insurer covers nothing of this buyer any more; {bare_amount} would stand without cover",
    "orders.cover.not_new": (
        "the insurer does not cover this delivery: its terms are too long or the buyer is late for too "
        "long; {bare_amount} would stand without cover"
    ),
    "orders.currency": "{value} is no currency code; write it as in ISO 4217: CNY, USD, EUR",
    "orders.customer_unknown": "the books know no customer {customer}; without a limit only prepaid orders pass",
    "orders.delivered": "what was delivered is always invoiced",
    "orders.deposit": (
        "{value} is no deposit of this order; write an amount up to that of the order, or a share: 10000, 30%"
    ),
    "orders.exposure.deliveries_not_linked": (
        "no invoice names the delivery or the order that it bills: only deliveries after a customer's "
        "newest invoice count as not invoiced, so exposure may be too small; give delivery_id or order_id "
        "in open_items"
    ),
    "orders.exposure.no_grades": "no grades are known, so no expected loss is told",
    "orders.exposure.no_limit": "{customers} customers owe without a limit that counts today; decide one",
    "orders.exposure.no_rate": (
        "the exposure of {customers} customers is not told, because a part of it is in a currency without a "
        "rate; give a rate in fx_rates"
    ),
    "orders.exposure.orders_not_linked": (
        "no delivery and no invoice names its order: only orders after a customer's newest delivery or "
        "invoice count, so exposure may be too small; give order_id in deliveries"
    ),
    "orders.granted.counts": "a limit counts, until {until}",
    "orders.granted.expired": "the limit expired on {day}; have it reviewed",
    "orders.granted.undecided": (
        "no limit was ever decided for this customer; decide one, or ask for payment before delivery"
    ),
    "orders.kept": (
        "it was released on {day}; since then exposure has not risen by more than {line} % and no further rule fails"
    ),
    "orders.last_payment": (
        "the customer has paid nothing for {days} days although something is overdue; the line is {line} days"
    ),
    "orders.limit.group": "group {group} would owe {after_amount}, its limit is {limit_amount}",
    "orders.limit.insured": (
        "exposure would be {after_amount}, {over_amount} over the limit of {limit_amount}; what is over it is insured"
    ),
    "orders.limit.not_known": "exposure cannot be told: a part of it is in a currency without a rate",
    "orders.limit.over": "exposure would be {after_amount}, {over_amount} over the limit of {limit_amount}",
    "orders.limit.prepay": "the limit is nothing: the customer pays before delivery; {over_amount} would be on credit",
    "orders.limit.watch": "exposure would be {after_amount}, over {share} % of the limit of {limit_amount}",
    "orders.no_cash": (
        "what the order does to cash is not told: it needs a bank balance, a floor and something that was invoiced"
    ),
    "orders.no_rate": "there is no rate for {currency}; give one in fx_rates",
    "orders.order_unknown": "the books hold no running order {number}; it is counted as a new one",
    "orders.overdue_days.late": "an open item is {days} days overdue; the line with grace is {line} days",
    "orders.overdue_days.oldest": (
        "the oldest open item is {days} days overdue; over {line} days nothing goes out on credit"
    ),
    "orders.overdue_share": "{share} % of what is open is overdue, {late_amount}; the line is {line} %",
    "orders.prepaid": "it is paid before delivery and needs no credit",
    "orders.status.event": "{event} on {day}, event {number}",
    "orders.status.grade": "the customer's grade is {grade}",
    "orders.status.register": "the register says of the customer: {state}",
    "orders.sub_limits": "{kind} would be {after_amount}, their own limit is {limit_amount}",
    "orders.terms_agreed": "{days} days are asked for, {line} are agreed",
}
