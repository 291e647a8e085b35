"""Sentences about credit limits."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "limits.approval_missing": (
        "limit {limit} of {owner}, decided by {decided_by}, is above what one person may grant and names nobody who "
        "approved it; a second person has to approve it"
    ),
    "limits.approval_more": "{count} more limits above one person's authority name nobody who approved them",
    "limits.customer_unknown": "there is no such customer in the ledger; check the number",
    "limits.expired": (
        "the limits of {count} customers have run out, and no other counts; they are to be decided again"
    ),
    "limits.length_unknown": (
        "nothing was sold to it on known terms in the last year, or the ledger does not know it; there is no term to "
        "compare"
    ),
    "limits.no_rate": (
        "several currencies without exchange rates: amounts in a currency without a rate count for no limit; enter "
        "rates in fx_rates"
    ),
    "limits.no_sales": "nothing was sold in the last year, so no limit is capped by what our own sales can bear",
    "limits.no_statements": (
        "no customer has a statement of the last two years: limits rest on what is bought and how it is paid, not on "
        "what customers own"
    ),
    "limits.test_of_nobody": "a test is looked at for the customers that take part in it: name them with --customer",
    "limits.undecided": (
        "for {count} customers the books know too little to propose a limit; register data, statements or trade "
        "references would allow one"
    ),
}
"""Problem code to English sentence."""
