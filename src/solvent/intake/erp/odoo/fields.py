"""Odoo fields: which models and fields of Odoo are asked for; what the client fetches and the importer reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SYSTEM = "odoo"


@dataclass(frozen=True)
class Model:
    """A model of Odoo.

    fields: asked for always. later: fields that not every version knows; left out where the server refuses them.
    domain: which records, beside the company and the day since which they changed.
    """

    fields: Sequence[str]
    later: Sequence[str] = ()
    domain: Sequence[object] = ()
    changing: bool = True


_POSTED = ["parent_state", "in", ["posted", "cancel"]]
LINES = "account.move.line"
LINE_DOMAINS: Sequence[Sequence[object]] = (
    [["account_id.account_type", "in", ["asset_receivable", "liability_payable"]], _POSTED],
    [["account_id.internal_type", "in", ["receivable", "payable"]], _POSTED],
)
"""How a version tells the lines of customers and suppliers: from 16 on, and before."""

MODELS: Mapping[str, Model] = {
    "res.company": Model(("id", "name", "currency_id"), changing=False),
    "account.journal": Model(("id", "type"), changing=False),
    "res.partner": Model(
        (
            *("id", "name", "vat", "commercial_partner_id", "country_id", "state_id", "user_id", "parent_id"),
            *("create_date", "write_date"),
        ),
        domain=[["customer_rank", ">", 0]],
    ),
    "account.move": Model(
        (
            *("id", "name", "move_type", "state", "journal_id", "commercial_partner_id", "invoice_date", "date"),
            *("invoice_user_id", "posted_before", "create_date", "write_date"),
        ),
        domain=[
            "|",
            ["state", "=", "posted"],
            "&",
            ["state", "=", "cancel"],
            ["posted_before", "=", True],
        ],
    ),
    LINES: Model(
        (
            *("id", "move_id", "partner_id", "date", "date_maturity", "balance", "amount_currency", "currency_id"),
            *("amount_residual", "amount_residual_currency", "parent_state", "ref", "create_date", "write_date"),
        ),
        later=("account_type", "account_internal_type"),
    ),
    "account.partial.reconcile": Model(
        (
            *("id", "debit_move_id", "credit_move_id", "amount", "debit_amount_currency", "credit_amount_currency"),
            *("max_date", "create_date", "write_date"),
        ),
        later=("exchange_move_id",),
    ),
    "account.payment": Model(
        ("id", "move_id", "payment_type", "partner_type", "amount", "currency_id", "date", "state", "write_date"),
        later=("memo", "ref"),
    ),
}
"""Every model, in the order in which it is fetched."""


def fields_of(name: str) -> Sequence[str]:
    """All fields of a model, as the importer reads them."""
    return (*MODELS[name].fields, *MODELS[name].later)
