"""Sentences about credit files: numbers, names, owners, statements and company reports."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "credit.file.check_digit": (
        "{value} has a wrong check digit, so a character was mistyped; if only the check digit is wrong, {right} "
        "is right"
    ),
    "credit.file.code_differs": "{value} is not the number in the register, {right}; correct one of the two",
    "credit.file.more": "and {count} more of this kind; they are all in the credit files",
    "credit.file.name_differs": (
        "the name {value} is not the registered one, {right}; correct it, or find out whether it is another company"
    ),
    "credit.file.number_characters": (
        "{value} holds characters that such a number never has; enter it as the register shows it"
    ),
    "credit.file.number_length": "{value} is too short or too long for such a number; enter all of its characters",
    "credit.file.number_parts": (
        "a part of {value} stands for nothing (country, region or kind of registration); enter it as the register"
        " shows it"
    ),
    "credit.file.number_shared": (
        "{value} is the number of several customers, {other}; they are one company and should be one customer or "
        "one group"
    ),
    "credit.file.owner_circle": (
        "{count} customers are said to own each other in a circle, or are owned by such: {members}; correct who "
        "owns whom"
    ),
    "credit.file.parent_unknown": "the parent {parent} is no customer; enter it as a customer, or give its name only",
    "credit.report.columns_unused": "columns that mean nothing here and were not read: {columns}",
    "credit.report.customer_unknown": (
        "{count} companies are no customers and are kept under their own names: {names}; enter them as customers,"
        " with their registration numbers"
    ),
    "credit.report.record_unknown": (
        "records of a kind that nobody knows were not read: {words}; write one of {known}"
    ),
    "credit.report.told_twice": "{value} is told twice; the fuller record counts",
    "credit.report.word_unknown": (
        "words in {column} that nobody knows: {words}; a kind of event is kept as other, anything else is left empty"
    ),
    "credit.statement.currency_assumed": (
        "names no currency, so its amounts are taken to be in {currency}; write it above the table, as Currency: EUR"
    ),
    "credit.statement.customer_unknown": (
        "{name} is no customer; its statements are kept under this name: enter it as a customer with this "
        "registered name"
    ),
    "credit.statement.gap": "no statement between {before} and {day}; ask for those that are missing",
    "credit.statement.item_twice": (
        "{items} is told twice for one period, as {first} and as {second}; the first counts"
    ),
    "credit.statement.item_unknown": "nobody knows what {item} is; its amount is in no line",
    "credit.statement.items_without_line": (
        "{count} known items have no line of their own here and are left out: {items}"
    ),
    "credit.statement.left": (
        "{title} is not read: ratios need the balance sheet and the profit and loss account only"
    ),
    "credit.statement.negative": (
        "{line} of {day} is {amount} {currency}; it cannot be less than nothing: check the sign"
    ),
    "credit.statement.no_period": (
        "names no day, month or year, so its amounts are of no period; write the last day above the table, as "
        "2025-12-31"
    ),
    "credit.statement.nobody": (
        "does not say whose statements they are; write the registered name above the table: Company: …"
    ),
    "credit.statement.part_beyond_whole": (
        "{part} of {day} are {amount} {currency}, more than {whole}, of which they are a part, with {most}"
    ),
    "credit.statement.retained_fall": (
        "retained earnings of {day} are {amount} {currency}, but without a payout they would be {without}; more "
        "cannot be paid out than was earned: check both years"
    ),
    "credit.statement.retained_rise": (
        "retained earnings rose by {rise} {currency} in the period to {day}, more than the net profit of "
        "{profit}; ask where the rest comes from"
    ),
    "credit.statement.unbalanced": (
        "the sheet of {day} does not balance: assets {assets} {currency}, liabilities and equity {rest}"
    ),
    "credit.statement.unit": (
        "{line} of {day} is {amount} {currency} and was {before} a year before; one of the two is probably in "
        "another unit, wrong by {factor}"
    ),
}
"""Problem code to English sentence; {word} is a fact of the problem."""

PARTS: Mapping[str, str] = {
    "registry": "registry facts",
    "statements": "financial statements",
    "reputation": "payment reputation",
    "events": "events and litigation",
    "payment": "payment record with us",
    "screening": "admission screening",
    "contract": "contract",
    "limit": "credit limit",
}
"""What each part of a credit file is called."""

STATES: Mapping[str, str] = {
    "fresh": "fresh",
    "old": "out of date",
    "missing": "missing",
}
"""What state a part is in."""

STEPS: Mapping[str, str] = {
    "import_receipts": "import the receipts, so that the way of paying shows",
    "look_up_register": "look the company up in the official register and enter what it says",
    "look_up_courts": "look for lawsuits and enforcement and enter what there is, or that there is nothing",
    "screen": "go through the three steps of admission",
    "ask_references": "ask three suppliers how the customer pays, or its bank for a basic report",
    "ask_statements": "ask for the statements of the last two years",
    "enter_contract": "enter the clauses on payment of the contract",
    "decide_limit": "decide a credit limit and terms",
}
"""What to get next."""
