"""ERPNext fields: which lists and fields of ERPNext are asked for; what the client fetches and the importer reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SYSTEM = "erpnext"
_INVOICE = (
    *("name", "docstatus", "posting_date", "due_date", "currency", "party_account_currency", "grand_total"),
    *("rounded_total", "base_grand_total", "base_rounded_total", "outstanding_amount", "is_return", "return_against"),
    *("paid_amount", "base_paid_amount", "write_off_amount", "base_write_off_amount", "company", "creation"),
    *("modified",),
)


@dataclass(frozen=True)
class Doctype:
    """A list of ERPNext.

    fields: asked for always. later: fields that only newer versions know; left out where the server refuses them.
    parents: for a child table, the lists whose rows it belongs to.
    company: the list has a field ``company``. parties: the list names a ``party_type``.
    """

    fields: Sequence[str]
    later: Sequence[str] = ()
    parents: Sequence[str] = ()
    company: bool = True


DOCTYPES: Mapping[str, Doctype] = {
    "Company": Doctype(("name", "default_currency"), company=False),
    "Customer": Doctype(
        ("name", "customer_name", "tax_id", "territory", "industry", "account_manager", "creation", "modified"),
        company=False,
    ),
    "Sales Invoice": Doctype(
        (*_INVOICE, "customer", "customer_name", "is_pos", "change_amount", "base_change_amount"),
        later=("update_outstanding_for_self",),
    ),
    "Purchase Invoice": Doctype(
        (*_INVOICE, "supplier", "supplier_name", "is_paid"), later=("update_outstanding_for_self",)
    ),
    "Payment Schedule": Doctype(
        ("name", "parent", "parenttype", "idx", "due_date", "payment_amount"),
        later=("base_payment_amount",),
        parents=("Sales Invoice", "Purchase Invoice"),
    ),
    "Payment Entry": Doctype(
        (
            *("name", "docstatus", "payment_type", "party_type", "party", "posting_date", "company", "creation"),
            *("paid_from_account_currency", "paid_to_account_currency", "paid_amount", "base_paid_amount"),
            *("received_amount", "base_received_amount", "unallocated_amount", "reference_no", "modified"),
        )
    ),
    "Payment Entry Reference": Doctype(
        ("name", "parent", "idx", "reference_doctype", "reference_name", "allocated_amount"),
        parents=("Payment Entry",),
    ),
    "Payment Entry Deduction": Doctype(("name", "parent", "idx", "account", "amount"), parents=("Payment Entry",)),
    "Journal Entry": Doctype(
        ("name", "docstatus", "voucher_type", "posting_date", "cheque_no", "company", "creation", "modified")
    ),
    "Journal Entry Account": Doctype(
        (
            *("name", "parent", "idx", "party_type", "party", "account_currency", "debit", "credit"),
            *("debit_in_account_currency", "credit_in_account_currency", "reference_type", "reference_name"),
        ),
        parents=("Journal Entry",),
    ),
}
"""Every list, parents before their children."""

CHILD_FIELDS: Mapping[str, str] = {
    "Payment Schedule": "payment_schedule",
    "Payment Entry Reference": "references",
    "Payment Entry Deduction": "deductions",
    "Journal Entry Account": "accounts",
}
"""The field of the parent document in which a child table stands."""


def fields_of(name: str) -> Sequence[str]:
    """All fields of a list, as the importer reads them."""
    return (*DOCTYPES[name].fields, *DOCTYPES[name].later)
