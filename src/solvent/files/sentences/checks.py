"""Sentences of the checks: what a breach of each means."""

from __future__ import annotations

from collections.abc import Mapping

from solvent.books.books import TABLES

CHECKS: Mapping[str, str] = {
    "journal.tie_out": "what stands open is not what was issued less what was received, credited and closed",
    "open_items.customer_id.unknown": "the customer is not among the customers",
    "receipts.customer_id.unknown": "the customer is not among the customers",
    "customers.group_id.unknown": "the group is not among the groups",
    "allocations.item_id.unknown": "the item that is settled is not among the open items",
    "disputes.item_id.unknown": "the item in dispute is not among the open items",
    "promises.customer_id.unknown": "the customer that promised is not among the customers",
    "promises.item_id.unknown": "the item that was promised is not among the open items",
    "deliveries.order_id.unknown": "the order is not among the orders",
    "open_items.delivery_id.unknown": "the delivery is not among the deliveries",
    "bill_payments.bill_id.unknown": "the bill that is paid is not among the bills",
    "allocations.source.unknown": "the receipt or credit note is not in the books, so money is settled that never came",
    "allocations.beyond_item": "more is allocated to an item than its face; the excess stands as unapplied",
    "allocations.beyond_source": "more is allocated than the receipt or credit note is",
    "allocations.across_customers": "a receipt of one customer pays an item of another",
    "allocations.before_receipt": "allocated before the money came; it counts from the day of the receipt",
    "promises.across_customers": "one customer promised to pay an item of another",
    "receipts.doubled": "same customer, day, amount and reference as another receipt; perhaps taken in twice",
    "open_items.due_far_away": "due more than two years after issue; perhaps a wrong date",
    "currency.unheard_of": "no currency of ISO 4217",
    "currency.no_rate": "no rate leads from this currency to the company's own",
    "bank.opening_lines_closing": "opening balance and lines do not add up to the closing balance",
    "bank_matches.line_id.unknown": "the matched bank line is not in the ledger",
    "bank_matches.beyond_line": "more of a bank line was matched than it is",
    "payers.customer_id.unknown": "the payer's customer is not in the list of customers",
    "limits.group_id.unknown": "the group is not among the groups",
    "buyer_limits.policy_id.unknown": "the policy is not among the insurance policies",
    "bills.overpaid": "more was paid on a bill than it is",
    "facilities.beyond_line": "more is drawn than was agreed",
    "store.trail": "the audit trail is not as it was written",
    "store.batches": "an import is not as the audit trail tells of it",
    "store.guards": "a guard against changed rows is not up; put it up with: solvent migrate",
    "store.facts": "rows of an import are not those that the audit trail tells of",
    "store.versions": "more than one version of a row counts",
    "store.originals": "an original file is missing or was changed",
    "store.desk": "a proposal, an authority or a reservation is not as the audit trail tells of it",
    "store.cases": "the cases of a company, or what happened to them, are not as the audit trail tells",
    "store.companies": "a row stands under another company than its import",
    "statements.balance": "total assets are not total liabilities plus equity",
}
"""Check name to what a breach of it means; the laws of the tables speak for themselves."""


def check_says(name: str) -> tuple[str, Mapping[str, str]]:
    """The English sentence of a check, and the facts that go into it."""
    if name in CHECKS:
        return CHECKS[name], {}
    if name.endswith(".customer_id.unknown"):
        return "the customer is not among the customers", {}
    table, _, rule = name.partition(".")
    if rule.startswith("empty."):
        return "{column} may not be empty", {"column": rule.removeprefix("empty.")}
    if rule == "key.doubled":
        return "two rows have the same {key}", {"key": ", ".join(TABLES[table].key)}
    return TABLES[table].laws[rule].says, {}
