"""Sentences about bank statements."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "bank.account.by_currency": (
        "the bank keeps one number in several currencies; the part in {currency} is taken as the account {account}"
    ),
    "bank.statement.closing_differs": (
        "the account stood at {known} on {day}; with the lines since then that makes {expected}, but the statement "
        "closes with {closing}; the difference is {difference} {currency}. Lines are missing: download the whole "
        "period again"
    ),
    "bank.account.named_by_bank": (
        "the file names no account; it was taken as one account under the name of the bank, {account}. Enter the "
        "account's number if you have several there"
    ),
    "bank.account.new": (
        "the account {account} ({currency}) is new to the books; it is proposed as one of ours. Check that it is"
    ),
    "bank.account.taken_as": "the file calls the account '{told}'; it was taken as our account {account}",
    "bank.camt.balance_missing": (
        "the statement has balances but no booked one of the kind {which}, so nothing shows that it is whole; ask "
        "the bank for the statement of a closed day"
    ),
    "bank.camt.balance_unreadable": (
        "the balance {which} cannot be read: '{value}'. It has to be a plain number with its currency and a side, "
        "CRDT or DBIT"
    ),
    "bank.camt.day_assumed": "{count} entries tell no day; they were taken as booked on {day}, the day of the report",
    "bank.camt.no_report": (
        "is an ISO 20022 file without any account statement in it (found: {found}); ask the bank for CAMT.053"
    ),
    "bank.camt.other_message": (
        "is a message of the kind {message}, not an account statement; CAMT.052, 053 and 054 are taken in"
    ),
    "bank.file.no_statement": "looks like a bank's file, but there is no statement in it",
    "bank.line.amount": (
        "'{value}' is no amount in {currency}: a plain number is expected, with no more decimals than the currency has"
    ),
    "bank.line.covered": (
        "a statement has closed the account up to {day} already and holds these movements; the interim line is not "
        "needed"
    ),
    "bank.line.day": "'{value}' is no day of booking; the day has to stand there in full",
    "bank.line.repeated": "{count} lines stand in two statements of this file that overlap; each was taken once",
    "bank.line.zero": "{count} lines are of no amount and were left out",
    "bank.mt940.balance_missing": (
        "the balance {field} is missing, as if the file had been cut off; ask the bank for the whole file"
    ),
    "bank.mt940.balance_twice": (
        "the balance {field} stands there twice with different amounts; ask the bank for a correct file"
    ),
    "bank.mt940.balance_unreadable": (
        "the balance {field} cannot be read: '{value}'. It has to look like C260331EUR1234,56"
    ),
    "bank.mt940.line_unreadable": (
        "the line cannot be read; behind :61: have to stand day, D or C, and amount, like 2603310331C1234,56NTRF"
    ),
    "bank.ofx.balance_unreadable": "the balance at the end cannot be read: '{value}'; it was left out",
    "bank.ofx.error": "holds no statement but the bank's message: {message}. Download it again",
    "bank.ofx.investment": (
        "is the report of an investment account; only its cash movements are taken in, and no balance"
    ),
    "bank.ofx.no_statement": "is an OFX file without any account statement in it; download the movements of an account",
    "bank.statement.account_currency": (
        "the account {account} is kept in {known}, and the statement is in {told}; check which account it belongs to"
    ),
    "bank.statement.account_missing": (
        "the file does not say which account it is of; enter the account's number in it or use the bank's original file"
    ),
    "bank.statement.balance_breaks": (
        "the balance beside the line in row {row} does not follow from the lines; lines are missing, doubled or "
        "changed. Ask the bank for a whole statement"
    ),
    "bank.statement.currencies": (
        "balances and lines of one statement are in several currencies ({currencies}); a statement has to be in one"
    ),
    "bank.statement.does_not_add_up": (
        "does not add up: opening {opening} and lines of {lines} give another amount than closing {closing}; the "
        "difference is {difference} {currency}. Lines are missing, doubled or changed; ask the bank for a whole "
        "statement"
    ),
    "bank.statement.gap": (
        "begins on {from} with {opening}, but the account stood at {known} on {day}; the difference is {difference} "
        "{currency}. A statement in between is missing: take that one in first"
    ),
    "bank.statement.interim": (
        "tells of days that the bank has not closed yet; the statement of these days will bring the same lines "
        "again, and each is taken once"
    ),
    "bank.statement.not_proved": (
        "tells no opening or no closing balance, so that nothing shows whether lines are missing; compare its sum "
        "with the bank's own"
    ),
    "bank.statement.notice": "tells single movements without balances; nothing shows whether any are missing",
    "bank.statement.outside_period": (
        "{count} lines are booked outside the days that the statement is about, {from} to {to}"
    ),
    "bank.statement.overlap_differs": (
        "an earlier statement closed {day} with {known}, this one comes to {here} on that day; the difference is "
        "{difference} {currency}. One of the two is not whole: ask the bank for both again"
    ),
    "bank.statement.pending": "{count} entries are not booked yet and were left out; they come with a later statement",
    "bank.statement.rows_unreadable": (
        "{count} rows of the statement cannot be read, so that it is not whole; correct them or ask the bank for the "
        "file again"
    ),
    "bank.statement.sums_differ": (
        "the file says that one side comes to {told} {currency} in {count_told} entries, but {found} in "
        "{count_found} stand in it; ask the bank for a whole file"
    ),
    "bank.xml.doctype": (
        "declares a document type, which no bank does; it was not opened. Ask the bank for the original file"
    ),
    "bank.xml.ill_formed": (
        "is no well-formed XML from line {line} on, as if it had been cut off or changed; ask the bank for the file "
        "again"
    ),
    "bank.xml.nested": "has elements nested deeper than any bank writes; it was not opened",
    "bank.xml.too_large": "is larger than {megabytes} MB; ask the bank for shorter periods",
    "bank.table.profile.unreadable": "The profile is no TOML file: {error}",
    "bank.table.profile.key": "The profile has a key {key} that nobody knows; known are {known}.",
    "bank.table.profile.value": "In the profile {key} is {value}; possible are {known}.",
    "bank.table.profile.no_reading": "Only a statement that was read from a table can be kept as a profile.",
    "bank.table.rows_joined": (
        "{count} rows hold only text and no day or amount; their text was added to the row above."
    ),
    "bank.table.rows_apart": (
        "{count} rows among the movements are totals, balances or notes; they were taken as such and not as movements."
    ),
    "bank.table.above_header": (
        "{count} rows with a day and an amount stand above the header and were not read; the header has to stand "
        "above all movements."
    ),
    "bank.table.days_filled_down": (
        "The table prints each day once; {count} rows without a day got that of the row above."
    ),
    "bank.table.row.direction": (
        "The row does not say whether the money came in or went out. It has to say so: 借 or 贷, 收 or 支, a "
        "sign, or a word such as 消费 or 还款."
    ),
    "bank.table.row.direction_conflict": (
        "The sign of the amount and the flag beside it contradict each other; one of the two has to be corrected."
    ),
    "bank.table.row.both_sides": "The row has an amount on both sides; a movement either comes in or goes out.",
    "bank.table.row.no_day": "The row has no day; the day of booking has to stand in it.",
    "bank.table.row.no_amount": "The row has no amount; what came in or went out has to stand in it.",
    "bank.table.left_out.closed": (
        "{count} rows were closed, failed or were refunded in full and moved no money; they were left out: rows {rows}."
    ),
    "bank.table.left_out.waiting": (
        "{count} rows are not booked yet and were left out; they come with a later statement: rows {rows}."
    ),
    "bank.table.left_out.neither": (
        "{count} rows count neither as income nor as spending (不计收支) and were left out: rows {rows}."
    ),
    "bank.table.left_out.zero": "{count} rows have an amount of zero and were left out: rows {rows}.",
    "bank.table.total_differs": (
        "The total under {total} is {told} {currency}, but the lines give {found}. Lines are missing, doubled or "
        "changed; ask the bank for a whole statement."
    ),
    "bank.table.total_may_differ": (
        "The total {total} is {told} {currency}, but the lines give {found}. The file says itself that the two "
        "may differ."
    ),
    "bank.table.count_differs": (
        "The statement says that it has {told} movements on one side, but {found} stand in it. Ask the bank for a "
        "whole statement."
    ),
    "bank.table.count_may_differ": (
        "The file says that it has {told} movements on one side, but {found} stand in it. It says itself that the "
        "two may differ."
    ),
    "bank.table.balance_breaks": (
        "In {count} of {checked} places the balance does not follow from the line before. Lines are missing, "
        "doubled or changed; ask the bank for a whole statement."
    ),
    "bank.table.opening_differs": (
        "The opening balance is told as {told} {currency}, but the balances beside the lines begin with {found}."
    ),
    "bank.table.closing_differs": (
        "The closing balance is told as {told} {currency}, but the balances beside the lines end with {found}."
    ),
    "bank.table.currency_unknown": "Nothing in the file names a currency; the statement has to be given one.",
    "bank.table.currency_assumed": "Nothing in the file names a currency; {currency} was assumed.",
    "bank.table.sign_assumed": (
        "This looks like a card statement without signs; positive amounts were taken as spending. A profile can "
        "say otherwise."
    ),
    "bank.table.columns_assumed": (
        "The file has no header; its columns were taken as {columns}. A profile can say otherwise."
    ),
}
"""Problem code to English sentence; {word} is a fact of the problem."""
