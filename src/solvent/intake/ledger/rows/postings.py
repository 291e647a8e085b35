"""Postings: one shape for every row of documents, receipts and accounts, whatever export it came from.

``amount`` is signed as the customer's account is: what is owed to us is positive.
"""

from __future__ import annotations

import polars as pl

from solvent.base.table import DType

POSTINGS: dict[str, DType] = {
    "source": pl.String,
    "sheet": pl.String,
    "_row": pl.Int64,
    "kind": pl.String,
    "customer_id": pl.String,
    "customer_name": pl.String,
    "group_id": pl.String,
    "country": pl.String,
    "region": pl.String,
    "industry": pl.String,
    "salesperson": pl.String,
    "insured": pl.Boolean,
    "terms": pl.String,
    "invoice_id": pl.String,
    "instalment": pl.String,
    "line": pl.String,
    "applies_to": pl.String,
    "receipt_id": pl.String,
    "clearing_id": pl.String,
    "reference": pl.String,
    "order_id": pl.String,
    "delivery_id": pl.String,
    "issued_on": pl.Date,
    "issued_at": pl.Datetime("us"),
    "due_on": pl.Date,
    "delivered_on": pl.Date,
    "recorded_on": pl.Date,
    "settled_on": pl.Date,
    "currency": pl.String,
    "amount": pl.Int64,
    "booked": pl.Int64,
    "open": pl.Int64,
    "paid": pl.Int64,
    "disputed": pl.Boolean,
    "dispute_reason": pl.String,
}
"""Kinds: invoice, credit_note, receipt, refund. ``open`` and ``paid`` are what the row itself says, signed alike."""

TEXTS = (
    *("customer_id", "customer_name", "group_id", "country", "region", "industry", "salesperson", "terms"),
    *("invoice_id", "instalment", "line", "applies_to", "receipt_id", "clearing_id", "reference", "order_id"),
    *("delivery_id", "dispute_reason"),
)
"""The fields of a posting that are taken from their cells as they stand."""


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in the shape of POSTINGS; what it lacks is empty."""
    have = frame.columns
    return frame.select(
        (pl.col(name).cast(kind) if name in have else pl.lit(None, dtype=kind)).alias(name)
        for name, kind in POSTINGS.items()
    )
