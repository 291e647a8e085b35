"""Examples: a body for each operation that takes one, as the description shows it; every one is asked by the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORDER = {"customer_id": "C0001", "amount": "45000.00", "currency": "CNY", "terms_days": 60, "order_id": "SO-4711"}
EVENT = {"event_id": "court-2026-118", "customer_id": "C0001", "happened_on": "2026-03-10",
         "kind": "lawsuit_as_defendant", "detail": "Claim of a supplier"}  # fmt: skip

BODIES: Mapping[str, Mapping[str, Any]] = {
    "check_order": {**ORDER, "wanted_on": "2026-11-16"},
    "hold_limit": ORDER,
    "release_reservation": {"reason": "the customer withdrew the order"},
    "take_order": {"order_id": "SO-4711"},
    "load_customers": {"rows": [
        {"customer_id": "C0901", "name": "Harbour Lights Ltd", "country": "GB", "industry": "retail"},
    ]},
    "load_open_items": {"rows": [
        {"item_id": "INV-2026-0901-1", "invoice_id": "INV-2026-0901", "customer_id": "C0001",
         "issued_on": "2026-10-05", "due_on": "2026-12-04", "currency": "CNY", "amount": "45000.00",
         "order_id": "SO-4711"},
    ]},
    "load_receipts": {"rows": [
        {"receipt_id": "BANK-2026-10-12-7", "received_on": "2026-10-12", "customer_id": "C0001",
         "currency": "CNY", "amount": "12000.00", "reference": "INV-2026-0901"},
    ]},
    "load_credit_notes": {"rows": [
        {"credit_note_id": "CN-2026-017", "customer_id": "C0001", "issued_on": "2026-10-12", "currency": "CNY",
         "amount": "800.00"},
    ]},
    "load_allocations": {"rows": [
        {"allocation_id": "BANK-2026-10-12-7/1", "item_id": "INV-2026-0901-1", "source": "receipt",
         "source_id": "BANK-2026-10-12-7", "allocated_on": "2026-10-12", "currency": "CNY", "amount": "12000.00"},
    ]},
    "load_orders": {"rows": [
        {"order_id": "SO-4711", "customer_id": "C0001", "ordered_on": "2026-10-01", "currency": "CNY",
         "amount": "45000.00", "wanted_on": "2026-11-16"},
    ]},
    "load_deliveries": {"rows": [
        {"delivery_id": "DN-2026-0330", "order_id": "SO-4711", "customer_id": "C0001", "delivered_on": "2026-10-05",
         "currency": "CNY", "amount": "45000.00"},
    ]},
    "load_events": {"rows": [EVENT]},
    "hook_events": {"rows": [EVENT]},
    "load_import": {},
    "handle_alarm": {"doing": {"act": "snooze", "until": "2026-12-01", "reason": "they have promised to pay"}},
    "ask_what_if": {"scenario": None, "delay_days": 10, "sales_fall_percent": 15,
                    "flows": [{"on": "2026-12-01", "amount": "-500000.00", "months": 3}]},
}  # fmt: skip
"""By the operation."""
