"""Payments as a list: what was paid, when, how late, and nothing from before or after."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from solvent.books.books import TABLES, Ledger, open_books
from solvent.documents.paid import MONTHS, paid

DAY = date(2026, 10, 31)
EARLY = date(2024, 5, 31)
CAME = (
    ("lantern", "L-1", date(2026, 6, 20), 30_00),
    ("lantern", "L-1", date(2026, 7, 15), 30_00),
    ("lantern", "L-1", date(2026, 7, 15), 10_00),
    ("willow", "W-1", date(2024, 10, 31), 20_00),
    ("willow", "W-1", date(2024, 11, 1), 5_00),
)
"""Customer, item, day and amount of each receipt."""


@pytest.fixture
def told() -> pl.DataFrame:
    """Two items, due on 30 June 2026 and 30 June 2024, a credit note on the first, and the receipts of CAME."""
    rows: dict[str, list[dict[str, Any]]] = {
        "open_items": [
            {"item_id": item, "invoice_id": item, "customer_id": who, "issued_on": EARLY, "due_on": due,
             "currency": "CNY", "amount": amount}
            for item, who, due, amount in (("L-1", "lantern", date(2026, 6, 30), 100_00),
                                           ("W-1", "willow", date(2024, 6, 30), 50_00))
        ],
        "receipts": [
            {"receipt_id": f"R-{place}", "customer_id": who, "received_on": on, "currency": "CNY", "amount": amount}
            for place, (who, _, on, amount) in enumerate(CAME)
        ],
        "credit_notes": [
            {"credit_note_id": "N-1", "customer_id": "lantern", "issued_on": date(2026, 7, 1), "currency": "CNY",
             "amount": 5_00}
        ],
        "allocations": [
            {"allocation_id": f"A-{place}", "source": "receipt", "source_id": f"R-{place}", "item_id": item,
             "allocated_on": on, "currency": "CNY", "amount": amount}
            for place, (_, item, on, amount) in enumerate(CAME)
        ] + [
            {"allocation_id": "A-N", "source": "credit_note", "source_id": "N-1", "item_id": "L-1",
             "allocated_on": date(2026, 7, 1), "currency": "CNY", "amount": 5_00}
        ],
    }  # fmt: skip
    frames = {}
    for name, told_of in rows.items():
        schema = TABLES[name].schema
        filled = [{"recorded_on": EARLY, **row} for row in told_of]
        frames[name] = pl.DataFrame(
            {column: [row.get(column) for row in filled] for column in schema}, schema=schema
        ).lazy()
    return paid(open_books(Ledger(frames, "CNY"), DAY))


def test_a_row_is_what_came_for_an_item_on_a_day(told: pl.DataFrame) -> None:
    rows = told.filter(pl.col("customer_id") == "lantern")
    assert rows.select("item_id", "paid_on", "delay_days", "amount").rows() == [
        ("L-1", date(2026, 6, 20), -10, 30_00),
        ("L-1", date(2026, 7, 15), 15, 40_00),
    ], "a credit note is no payment, and two receipts of a day are one"


def test_two_years_are_told_and_no_day_before(told: pl.DataFrame) -> None:
    assert MONTHS == 24
    rows = told.filter(pl.col("customer_id") == "willow")
    assert rows.select("paid_on", "delay_days", "amount", "worth").rows() == [(date(2024, 11, 1), 124, 5_00, 5_00)]
