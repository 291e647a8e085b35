"""Sentences of the warning rules about customers: the title of each, what was found, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "warning.adverse_news": (
        "in the last months something was told of it that shows strain: {kind} on {happened_on} ({count} in all); it "
        "owes {open_amount}"
    ),
    "warning.adverse_news.next": (
        "ask the customer what lies behind it, and grant no more than the standing limit until it is clear"
    ),
    "warning.adverse_news.title": "Adverse news",
    "warning.agency_warning": (
        "an insurer or agency thinks worse of it: {kind} on {happened_on} ({count} in all); it owes {open_amount}"
    ),
    "warning.agency_warning.next": (
        "ask the insurer for its reasons, check what is still covered, and lower the limit to that"
    ),
    "warning.agency_warning.title": "Insurer or agency warns",
    "warning.balance_rise": (
        "it owes {open_amount}, {rise_share} more than its usual {usual_amount}; {overdue_amount} of it is overdue"
    ),
    "warning.balance_rise.next": (
        "find out whether it buys more or pays less, and collect what is overdue before more goes out"
    ),
    "warning.balance_rise.title": "Owes far more than usual",
    "warning.balance_too_high": "it owes {open_amount} of a limit of {limit_amount}; {overdue_amount} of it is overdue",
    "warning.balance_too_high.next": (
        "collect before more goes out, or have the limit reviewed; new orders go to the order check"
    ),
    "warning.balance_too_high.title": "Owes nearly all of its limit, or more",
    "warning.broken_promises": (
        "promises to pay that were broken: {count} of {promises}, the last one for {promised_on}; {promised_amount} in "
        "all"
    ),
    "warning.broken_promises.next": (
        "take no further promise without a part paid at once, and hold supply until that has come"
    ),
    "warning.broken_promises.title": "Promises to pay are broken",
    "warning.bust_out": (
        "it bought {recent_amount} in the last month, {times} times its usual {usual_amount}, while {unpaid_amount} is "
        "overdue beyond its habit; known for {known_days} days"
    ),
    "warning.bust_out.next": (
        "stop deliveries today, ask for payment of what is due, and check who ordered and where the goods went"
    ),
    "warning.bust_out.title": "Buys far more and has stopped paying",
    "warning.default_trend": (
        "of what fell due lately {now_share} was not paid in the end, {before_share} before; it owes {open_amount}"
    ),
    "warning.default_trend.next": "shorten its terms and lower its limit, and ask for a plan for the old debt",
    "warning.default_trend.title": "More of what it owes goes unpaid",
    "warning.delay_rise": (
        "it pays {recent_delay_days} days late on average, {rise_days} days later than before ({before_delay_days}); "
        "{overdue_amount} is overdue"
    ),
    "warning.delay_rise.next": "call before the next delivery, ask why, and lower the limit until it pays as before",
    "warning.delay_rise.title": "Pays later than it used to",
    "warning.file_overdue": (
        "the review '{kind}' of its file was due on {due_on}, {overdue_days} days ago (reviews overdue: {count}); it "
        "owes {open_amount}"
    ),
    "warning.file_overdue.next": "go through the file now; until then grant nothing beyond the standing limit",
    "warning.file_overdue.title": "Its file should have been gone through",
    "warning.grade_fall": (
        "its grade fell from {grade_before} to {grade}, {lost_points} points less than a quarter ago; it owes "
        "{open_amount}"
    ),
    "warning.grade_fall.next": "read the reasons of the grade, and bring limit and terms to what the new grade allows",
    "warning.grade_fall.title": "Its grade has fallen",
    "warning.health_fall": (
        "its statements of {period_on} show {signs} of seven signs of decline against the year before: equity "
        "{equity_now_share} of assets (was {equity_before_share}), sales {sales_change_share}; it owes {open_amount}"
    ),
    "warning.health_fall.next": (
        "ask for figures of the months since, and lower the limit to what the new statements bear"
    ),
    "warning.health_fall.title": "Its statements have worsened",
    "warning.insolvency": "it happened on {happened_on}: {kind} ({count} such events); it owes {open_amount}",
    "warning.insolvency.next": (
        "stop all supply, file the claim in time, claim goods under retention of title, and report to the insurer"
    ),
    "warning.insolvency.title": "Insolvent or struck off",
    "warning.limit_withdrawn": (
        "since {decided_on} the insurer covers {now_amount}, before {before_amount} ({decision}); it owes "
        "{open_amount}, of which {uncovered_amount} is beyond the cover"
    ),
    "warning.limit_withdrawn.next": (
        "deliver only what is covered, secured or paid; collect what is beyond the cover first"
    ),
    "warning.limit_withdrawn.title": "The insurer covers less",
    "warning.litigation": "a court told of it: {kind} on {happened_on} ({count} in all); it owes {open_amount}",
    "warning.litigation.next": (
        "read the file of the court, ask what is claimed, and lower the limit until it is settled"
    ),
    "warning.litigation.title": "Lawsuits or enforcement",
    "warning.oldest_overdue": (
        "what was due by {due_on} is still open, {oldest_days} days later; overdue in all: {overdue_amount} (items: "
        "{count})"
    ),
    "warning.oldest_overdue.next": (
        "collect it now: call, ask for a day, write it down, and hold supply if the day passes"
    ),
    "warning.oldest_overdue.title": "An item is long overdue",
    "warning.order_jump": (
        "in the month to {month_on} it bought {month_amount}, {rise_share} more than its usual {usual_amount}"
    ),
    "warning.order_jump.next": "ask what the goods are for, and check the limit before the next order goes out",
    "warning.order_jump.title": "Buys far more than usual",
    "warning.order_volatility": "its months of buying swing by {volatility} of their mean, {before} a year before",
    "warning.order_volatility.next": "ask sales what changed in its business, and plan stock for it with care",
    "warning.order_volatility.title": "Its orders swing more than before",
    "warning.payment_delay": (
        "over the last half year it paid {delay_days} days late on average ({count} payments and overdue items); "
        "{overdue_amount} is overdue"
    ),
    "warning.payment_delay.next": "remind before the due day, and shorten terms if it does not change",
    "warning.payment_delay.title": "Pays late",
    "warning.registry_change": (
        "the register changed: {kind} on {happened_on} ({count} changes in all); it owes {open_amount}"
    ),
    "warning.registry_change.next": (
        "take a new extract, ask why it changed, and renew guarantees that hang on the persons"
    ),
    "warning.registry_change.title": "The register changed",
    "warning.related_party": (
        "{other_id}, of the same group {group_id}, does not pay or has failed; this customer owes {open_amount}"
    ),
    "warning.related_party.next": (
        "count the group as one: check its limit, who guarantees for whom, and hold what is not secured"
    ),
    "warning.related_party.title": "A member of its group is in trouble",
    "warning.suppliers_buyers_lost": (
        "lost in the last half year: suppliers {suppliers}, buyers {buyers}; it owes {open_amount}"
    ),
    "warning.suppliers_buyers_lost.next": "ask what it will sell and to whom, and review its file",
    "warning.suppliers_buyers_lost.title": "It lost suppliers or buyers",
    "warning.timeliness": (
        "of what fell due in the last quarter it paid {now_share} on time, {before_share} in the year before"
    ),
    "warning.timeliness.next": (
        "call and ask whether money or something else is the matter, and remind before each due day"
    ),
    "warning.timeliness.title": "Pays less on time",
}
