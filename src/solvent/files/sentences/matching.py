"""Sentences about cash application and receivables: what is said where something cannot be placed or entered."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "claims.amount": "more is disputed than {item} is of, or nothing; enter an amount up to that of the invoice",
    "claims.disputed_already": "{item} is disputed already; close that dispute first",
    "claims.instalment_amount": "each instalment is of more than nothing",
    "claims.instalment_days": "each instalment comes on a later day than the one before, the first not before today",
    "claims.item_unknown": "no invoice is called {item}; look its number up in the list of invoices",
    "claims.more_than_owed": "the instalments add up to more than {customer} owes in this currency; lower one of them",
    "claims.planned_already": "with what other plans of {customer} still bring, the instalments are more than it owes "
    "in this currency; end the other plan first, or lower one of them",
    "claims.no_instalments": "a plan has from 1 to {most} instalments, each with its day and amount",
    "claims.no_plan": "there is no plan {plan} of which anything is to come",
    "claims.nothing_to_undo": "nothing that was entered here can be taken back",
    "claims.promised_amount": "more is promised than is open of {item}, or nothing; leave the amount empty for all "
    "of it",
    "claims.promised_day": "the promised day is over; enter today or a later day",
    "claims.not_running": "there is no dispute {dispute} that still runs",
    "intake.matching.lines": (
        "the automatic line is {automatic} and the proposal line {proposal}; both lie above 0 and not above 1, and the "
        "automatic line is the higher one"
    ),
    "intake.matching.share": "is {value}; a share lies from 0 to less than 1",
    "intake.matching.negative": "is {value}; days and limits are 0 or more",
    "measures.unallocated.edges": "is {value}; the edges rise, each above the one before, the first at least 1",
    "measures.unallocated.no_rate": (
        "unallocated cash is told by currency only, since a part of it is in a currency without a rate; enter the rate"
    ),
    "matching.booked_receipt": "{number} is booked as a customer's receipt; correct the booking where it was made",
    "matching.category_unknown": "{category} is none of the choices; choose one of the list",
    "matching.changed": (
        "what is proposed for {number} has changed, since somebody placed other money; look at it once more"
    ),
    "matching.code_unknown": "what is closed without money on {item} needs a reason, one of: {known}",
    "matching.item_not_open": "{item} does not stand open any more; somebody was quicker, or the number is wrong",
    "matching.more_than_came": "more is entered than came in with {number}; lower one of the amounts",
    "matching.more_than_open": "{item} does not take so much; enter at most what is open on it, and more than nothing",
    "matching.named_twice": "one invoice is named twice; enter its amount once",
    "matching.nothing_entered": "no amount is entered; write beside an invoice how much of it is paid",
    "matching.nothing_proposed": "nothing is proposed for {number} any more; place it by hand",
    "matching.on_account_already": "{number} is on the customer's account already; enter which invoices it pays",
    "matching.other_currency": "{item} is owed in {currency}; money of another currency is placed where it is booked",
    "matching.other_customer": "{number} is booked for {customer}; correct the booking where it was made",
    "matching.placed_already": "{number} is placed already, by somebody who was quicker; the list is as it is now",
    "matching.too_busy": "others write into the books all the time; nothing was placed, try once more",
    "matching.write_off": (
        "more than {percent} % of {item} would be closed without money: that is a write-off, which takes two people; "
        "leave the rest open"
    ),
    "notes.empty": "nothing is written; a note says something",
    "notes.long": "the note is too long; at most {most} characters",
    "notes.of_another": "{author} wrote this note, and only {author} takes it back; write one of your own",
    "notes.unknown": "there is no note {number} that stands",
    "documents.statement.reversed": "the first day, {first}, comes after the last, {last}; the first comes first",
}
"""Problem code to English sentence; {word} is a fact of the problem."""
