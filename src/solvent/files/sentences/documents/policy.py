"""Policy: the English texts of the policy book, of proposed changes and of the page of first steps, by code."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "policy.title": "Credit policy",
    "policy.title.customers": "How we sell on credit",
    "policy.of": "{company}",
    "policy.intro": (
        "This is the policy that holds on {day}. Every number in it is a term of the policy file: what is "
        "changed there "
        "is what is done, and what this document says."
    ),
    "policy.end": (
        "This document is written out of the terms that hold; it changes with them. Whoever departs from it says why, "
        "and a second person agrees."
    ),
    "policy.grades": "Grades",
    "policy.grades.how": (
        "Every customer is looked at in two ways: whether it is able to pay, and whether it is willing to. Each has up "
        "to 100 points; under {low} it is weak, from {high} it is good, between them fair."
    ),
    "policy.grades.table": "The grades",
    "policy.grades.matrix": "Which grade follows: ability to pay down, willingness to pay across",
    "policy.grades.caps": "The best grade that the risk of a country, region or industry leaves (5 the riskiest)",
    "policy.grades.grave": "After a grave event nobody is better than {grade}.",
    "policy.grades.failed": "Who has failed to pay us for long is at best {grade}.",
    "policy.grades.screening": (
        "Who is new (under {years} years of trade) and not admitted, or has failed a gate, is at best {grade}."
    ),
    "policy.grades.unknown": (
        "What nobody knows counts {share} of its best points: neither for the customer nor against."
    ),
    "policy.admission": "New customers",
    "policy.newcomers.soundness": "A new customer gets a limit and terms by how sound it is.",
    "policy.newcomers.deposit": "A new customer buys on credit against a deposit of {share} of each order.",
    "policy.newcomers.prepay": "A new customer pays before delivery until it has shown that it pays.",
    "policy.admission.steps": (
        "Admission goes through three gates in this order, and through further looks where they are worth it:"
    ),
    "policy.admission.table": "Steps, and for how many days their result is good",
    "policy.admission.new": "A customer is new until it has made {payments} payments and {days} days have gone by.",
    "policy.admission.first": "The first limit is {share} of what the methods allow.",
    "policy.admission.trial": "The first orders are small: one takes at most {share} of the first limit.",
    "policy.limits": "Limits",
    "policy.limits.least": "The limit is the least of what the methods give that are known of the customer.",
    "policy.limits.mean": "The limit is the mean of what the methods give that are known of the customer.",
    "policy.limits.table": "What counts by grade",
    "policy.limits.need": "Need: what it buys in the time that its terms give, times {times}.",
    "policy.limits.working_capital": (
        "Working capital: {share} of what is left of its current assets after short debts."
    ),
    "policy.limits.leverage": (
        "Net worth counts in full up to liabilities of {low} of its assets, and for nothing from {high} on."
    ),
    "policy.limits.up": (
        "After {invoices} paid invoices, {on_time} of them in time, a limit may grow by up to {step}."
    ),
    "policy.limits.down": (
        "A signal takes {step} of it: a serious event, a limit withdrawn by the insurer, or {owed} of what is"
        " owed more "
        "than {days} days overdue."
    ),
    "policy.limits.grave": "A grave event takes {step} of it: payment before delivery until it is cleared up.",
    "policy.limits.band": "Within {band} of the limit that stands nothing moves.",
    "policy.terms": "Terms of payment",
    "policy.terms.how": (
        "Days from invoice to due day, and the deposit before delivery, by grade and size of the order."
    ),
    "policy.terms.table": "Terms by grade and order",
    "policy.terms.sizes": (
        "An order is large from {large} usual orders of the customer, very large from {very}. No terms are longer than "
        "{days} days."
    ),
    "policy.points": "Credit points",
    "policy.points.earn": "{amount} lent for a day and paid back in time earn {points} points.",
    "policy.points.lose": "Paid late, they lose {points} points for each day of delay.",
    "policy.points.spend": "Down to grade {grade} points buy longer terms, at most {days} days more.",
    "policy.points.window": "What counts are the last {days} days.",
    "policy.orders": "Order check",
    "policy.orders.how": (
        "Every order is checked before it is taken and before it leaves. The check says yes, no, or that a "
        "second person "
        "has to approve, and why."
    ),
    "policy.orders.table": "What is looked at, from which line on, and what follows",
    "policy.orders.delivered": "What has been delivered may always be invoiced.",
    "policy.late": "When a customer pays late",
    "policy.late.interest": "From the day after the due day: interest of {rate} a day, where the contract has it.",
    "policy.late.orders": "More than {days} days late, with {grace} days of grace: a new order needs a second person.",
    "policy.late.limit": "More than {days} days late: the limit is lowered, and collection becomes formal.",
    "policy.late.stop": "More than {days} days late: no further delivery on credit.",
    "policy.late.dispute": (
        "Who does not agree with an invoice says so within {days} days; what is in dispute is looked at first."
    ),
    "policy.contracts": "Contracts",
    "policy.contracts.needed": "No contract is signed without clauses on:",
    "policy.contracts.clause": "{clause}",
    "policy.contracts.table": "Lines of the clauses, those of the law included",
    "policy.warnings": "Warnings",
    "policy.warnings.how": "What is watched every day, where each colour begins, and who acts on it.",
    "policy.warnings.table": "Rules that are on",
    "policy.reviews": "Reviews",
    "policy.reviews.table": "Days between two looks, by the customer's colour",
    "policy.reviews.risk": "The risks of countries, regions and industries are gone through every {days} days.",
    "policy.reviews.signal": "A limit is looked at again whenever a signal fires, and when it has run out.",
    "policy.authority": "Authority",
    "policy.authority.limit": "One person may grant up to {amount} alone; beyond it a second one approves.",
    "policy.authority.eyes": "Who proposes never approves.",
    "policy.authority.override": (
        "An order that the rules refuse goes out only with an approval: its amount, its last day, its reason,"
        " and two names."
    ),
    "policy.changes": "Proposed changes",
    "policy.changes.none": "Nothing in the books of this day calls for a change of the policy.",
    "policy.changes.how": "What the books of this day call for. Nothing changes before somebody decides it.",
    "policy.changes.table": "What to change",
    "policy.change.first_year": (
        "Of what was sold to customers in their first year {rate} was written off, over the line of {line}: the first "
        "limit shrinks in that measure."
    ),
    "policy.change.first_year_far": (
        "First-year bad debt is {rate}, over twice the line of {line}: new customers leave a deposit."
    ),
    "policy.change.default_rose": (
        "Of what fell due in the last half-year {now} was not paid in the end, {before} in the half-year "
        "before: what is "
        "risked on one customer shrinks in that measure."
    ),
    "policy.change.segment_rose": (
        "{segment}: {now} was not paid in the end, {before} in the half-year before; {open} of what is open is owed "
        "there. Its level goes up by one, and with it caps on grades, limits and terms."
    ),
    "policy.change.level_rose": (
        "{segment}: {source} put it at level {level} on {day}, {was} before; {open} of what is open is owed there. At "
        "that level the best grade goes down by one."
    ),
    "policy.change.grade_pays_late": (
        "The {customers} customers of grade {grade} pay {delay} days late on average: the terms of the grade shrink by "
        "what they take anyway."
    ),
    "policy.change.economy_shrinks": (
        "{series} stood at {value} on {day}, under {neutral} for {readings} readings in a row: limits grow more slowly "
        "until it is over it again."
    ),
    "policy.customers.intro": (
        "We like to sell on credit, and we like to say how. This is how we go about it on {day}; what your "
        "contract says "
        "comes first."
    ),
    "policy.customers.new": "When you are new",
    "policy.customers.soundness": (
        "We set a first limit and terms by how sound your company is, and start with small orders."
    ),
    "policy.customers.deposit": "We start with a deposit of {share} of each order and small orders.",
    "policy.customers.prepay": "We start with payment before delivery.",
    "policy.customers.papers": (
        "What helps us: an extract of the register, the statements of your last two financial years, and two suppliers "
        "we may ask."
    ),
    "policy.customers.growing": "How it grows",
    "policy.customers.up": (
        "After {invoices} paid invoices, {on_time} of them in time, your limit may grow by up to {step}."
    ),
    "policy.customers.points": "Paying in time earns credit points, which buy you up to {days} days more.",
    "policy.customers.talk": (
        "If a payment will be late, tell us before its due day. A plan that is agreed is better than a surprise."
    ),
    "policy.customers.contract": "What we agree in writing",
    "policy.customers.end": "Please ask us about anything here: we would rather explain it than lose an order.",
    "start.title": "What an open-items list alone tells",
    "start.intro": (
        "With nothing but the list of what is open, this much can be said and done today. What is marked as missing "
        "needs more than that list."
    ),
    "start.can": "What can be said today",
    "start.can.table": "What each step needs, and whether the books hold it",
    "start.next": "What to get next, the cheapest first",
    "start.next.table": "Parts of the credit files by how many customers lack them",
    "start.first": "Whom to look at first",
    "start.first.table": "Most money overdue first",
    "start.first.none": "Nothing is overdue.",
    "start.results": "Results to be held against reference cases",
    "start.results.how": "Reference cases are comparisons, never promises.",
    "start.register": "Registers and lists that cost nothing",
    "start.register.line": "{country}: {link}",
}
"""What each code of these documents says."""
