"""Words of the matching desk: why money is thought to pay something, and what else it may be."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "transfer": "between our own accounts",
    "receipt.recorded": "a receipt that the ledger has already",
    "payment.recorded": "a payment that the ledger has already",
    "plan.come_true": "a planned flow",
    "bills.named": "names the bills it pays",
    "bills.named_part": "names the bill it pays in part",
    "bills.amount": "the amount of one bill of this supplier",
    "items.named": "names the invoices it pays",
    "items.named_part": "names the invoice it pays in part",
    "items.named_more": "names the invoices, and more came than they need",
    "items.named_some": "some of the invoices it names add up",
    "items.named_short": "names the invoices, and less came than they need",
    "items.amount": "the amount of one open item",
    "items.balance": "the whole balance",
    "items.due": "all that is due",
    "items.oldest": "the oldest items in order",
    "items.month": "the invoices of one month",
    "items.sum": "items that add up exactly",
    "items.residual": "one item, the difference closed",
    "items.exchange": "one item in another currency",
    "items.none": "no open items make this amount",
    "payer.only": "the customer is known, the items are not: on account",
    "payer.unknown": "nobody is known to pay like this",
    "none": "nothing fits",
}
"""Why these items."""
PAYERS: Mapping[str, str] = {
    "payer.account": "it came from an account of the customer",
    "payer.tax_id": "the payer's tax number is the customer's",
    "payer.name": "the payer is called like the customer",
    "payer.learned": "somebody placed money of this payer on the customer before",
    "payer.alike": "the payer's name is much like the customer's",
    "payer.branch": "the payer's name is that of a branch of the customer",
    "payer.booked": "it is booked for the customer already",
    "person": "somebody said so",
}
"""Why this customer."""
DECISIONS: Mapping[str, str] = {"automatic": "sure", "proposed": "to confirm", "none": "nothing fits"}
SIGNS: Mapping[str, str] = {"automatic": "●", "proposed": "◐", "none": "○"}
CODES: Mapping[str, str] = {
    "discount": "early-payment discount", "fee": "bank fee", "rounding": "rounding difference",
}  # fmt: skip
"""For what a rest of an invoice is closed without money."""
OTHERS: Mapping[str, str] = {
    "other_operating": "other income, or not ours and to be sent back",
    "supplier": "money back from a supplier",
    "tax_refund": "tax refund",
    "tax": "tax",
    "rent": "rent",
    "utilities": "utilities",
    "freight": "freight",
    "interest": "interest",
    "loan_drawn": "loan drawn",
    "loan_repaid": "loan repaid",
    "equity": "equity",
    "dividend": "dividend",
    "capex": "capital expenditure",
    "disposal": "sale of fixed assets",
    "transfer": "between our own accounts",
    "exchange": "currency exchange",
}
"""What money may be that is no customer's."""
TARGETS: Mapping[str, str] = {
    "open_item": "invoice", "receipt": "receipt", "bill": "bill", "bill_payment": "payment of a bill",
    "planned_flow": "planned flow", "transfer": "our other account",
}  # fmt: skip
"""What money pays."""
KINDS: Mapping[str, str] = {"line": "bank line", "receipt": "receipt not applied"}
RECORDED = ("receipt.recorded", "transfer", "plan.come_true")
"""Reasons by which money is in the books already, and only has to be tied to its bank line."""
