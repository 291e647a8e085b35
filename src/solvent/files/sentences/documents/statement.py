"""Statement: the English texts of a statement of account, by code."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "statement.title": "Statement of account: {name} ({customer})",
    "statement.from": "From {us}.",
    "statement.days": (
        "What moved on your account from {from} to {until}, and what stands open at the end of the last day."
    ),
    "statement.nothing": "Nothing was owed and nothing moved.",
    "statement.currency": "In {currency}",
    "statement.balances": "Balances",
    "statement.moves": "What moved",
    "statement.open": "Open items",
    "statement.ages": "How old it is, by days past due",
    "statement.unplaced": "Money and credit notes that stand against no invoice yet",
    "statement.please": (
        "Please compare this with your books and tell us where they differ, and which invoices a payment is for "
        "where it stands against none."
    ),
}
"""Code to English text."""
