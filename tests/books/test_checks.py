"""Every check finds what it is there for, and nothing in sound books."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from solvent.books.books import TABLES, Ledger, open_books
from solvent.books.checks import CHECKS, run_checks

D = date(2026, 3, 2)
SOUND: dict[str, list[dict[str, Any]]] = {
    "customers": [{"customer_id": "lantern", "group_id": "g", "terms_days": 30}],
    "groups": [{"group_id": "g"}],
    "orders": [{"order_id": "o", "customer_id": "lantern", "ordered_on": D, "amount": 900}],
    "deliveries": [
        {"delivery_id": "d", "order_id": "o", "customer_id": "lantern", "delivered_on": D, "amount": 900},
    ],
    "open_items": [
        {"item_id": "i", "invoice_id": "i", "customer_id": "lantern", "issued_on": D, "due_on": date(2026, 4, 1),
         "amount": 900, "delivery_id": "d"},
    ],
    "receipts": [
        {"receipt_id": "r", "customer_id": "lantern", "received_on": D, "amount": 500, "reference": "i"},
        {"receipt_id": "r2", "customer_id": "lantern", "received_on": D, "amount": 5, "reference": "i"},
    ],
    "credit_notes": [{"credit_note_id": "c", "customer_id": "lantern", "issued_on": D, "amount": 50}],
    "allocations": [
        {"allocation_id": "a", "item_id": "i", "source": "receipt", "source_id": "r", "allocated_on": D, "amount": 500},
        {"allocation_id": "b", "item_id": "i", "source": "credit_note", "source_id": "c", "allocated_on": D,
         "amount": 50},
        {"allocation_id": "w", "item_id": "i", "source": "write_off", "allocated_on": D, "amount": 1},
    ],
    "disputes": [{"dispute_id": "q", "item_id": "i", "opened_on": D, "closed_on": D}],
    "promises": [
        {"promise_id": "p", "customer_id": "lantern", "item_id": "i", "made_on": D, "promised_on": D, "amount": 300},
    ],
    "facilities": [
        {"facility_id": "f", "told_on": D, "kind": "overdraft", "amount": 900, "drawn": 900, "yearly_rate": 1.0,
         "unused_rate": 0.0, "starts_on": D, "ends_on": D},
    ],
    "bills": [
        {"bill_id": "b", "supplier_id": "s", "issued_on": D, "due_on": D, "amount": 300},
    ],
    "bill_payments": [{"payment_id": "p", "bill_id": "b", "paid_on": D, "amount": 300}],
    "bank_lines": [
        {"line_id": "l", "account_id": "bank", "booked_on": D, "amount": 500, "category": "customer"},
    ],
    "balances": [
        {"account_id": "bank", "day_on": date(2026, 3, 1), "amount": 100},
        {"account_id": "bank", "day_on": D, "amount": 600},
    ],
    "bank_matches": [
        {"match_id": "m", "line_id": "l", "target": "receipt", "target_id": "r", "matched_on": D, "amount": 500,
         "score": 0.9},
    ],
    "planned_flows": [{"flow_id": "f", "due_on": D, "amount": -70, "category": "rent"}],
    "payers": [{"payer_id": "p", "customer_id": "lantern", "name": "Lantern Ltd"}],
    "fx_rates": [{"currency": "USD", "quote": "CNY", "day_on": D, "rate": 7.1}],
    "statements": [
        {"entity_id": "own", "period_end": D, "months": 3, "line": "total_assets", "amount": 10},
        {"entity_id": "own", "period_end": D, "months": 3, "line": "total_liabilities", "amount": 4},
        {"entity_id": "own", "period_end": D, "months": 3, "line": "equity", "amount": 6},
    ],
    "stock": [{"sku": "x", "counted_on": D, "quantity": 1.0, "value": 5}],
}  # fmt: skip

Change = tuple[str, int, dict[str, Any]]
"""A table, a row of it (its length: a new row like the first), and the cells that are different."""

BREACHES: dict[str, Change] = {
    "customers.terms_out_of_range": ("customers", 0, {"terms_days": 731}),
    "statements.line_unknown": ("statements", 0, {"line": "goodwill"}),
    "statements.months_out_of_range": ("statements", 0, {"months": 19}),
    "open_items.due_before_issue": ("open_items", 0, {"due_on": date(2026, 3, 1)}),
    "open_items.amount_not_positive": ("open_items", 0, {"amount": 0}),
    "receipts.amount_zero": ("receipts", 0, {"amount": 0}),
    "credit_notes.amount_not_positive": ("credit_notes", 0, {"amount": -1}),
    "allocations.source_unknown": ("allocations", 0, {"source": "gift"}),
    "allocations.source_missing": ("allocations", 0, {"source_id": None}),
    "allocations.amount_zero": ("allocations", 0, {"amount": 0}),
    "disputes.closed_before_opened": ("disputes", 0, {"closed_on": date(2026, 3, 1)}),
    "promises.promised_before_made": ("promises", 0, {"promised_on": date(2026, 3, 1)}),
    "promises.amount_not_positive": ("promises", 0, {"amount": 0}),
    "promises.customer_id.unknown": ("promises", 0, {"customer_id": "stranger", "item_id": None}),
    "promises.item_id.unknown": ("promises", 0, {"item_id": "nobody"}),
    "promises.across_customers": ("promises", 0, {"customer_id": "stranger"}),
    "facilities.kind_unknown": ("facilities", 0, {"kind": "gift"}),
    "facilities.amount_negative": ("facilities", 0, {"amount": -1}),
    "facilities.drawn_negative": ("facilities", 0, {"drawn": -1}),
    "facilities.rate_out_of_range": ("facilities", 0, {"yearly_rate": 1.001}),
    "facilities.fee_out_of_range": ("facilities", 0, {"unused_rate": -0.001}),
    "facilities.ends_before_it_starts": ("facilities", 0, {"ends_on": date(2026, 3, 1)}),
    "facilities.beyond_line": ("facilities", 0, {"drawn": 901}),
    "orders.amount_not_positive": ("orders", 0, {"amount": 0}),
    "deliveries.amount_not_positive": ("deliveries", 0, {"amount": 0}),
    "bills.due_before_issue": ("bills", 0, {"due_on": date(2026, 3, 1)}),
    "bills.amount_not_positive": ("bills", 0, {"amount": 0}),
    "bill_payments.amount_zero": ("bill_payments", 0, {"amount": 0}),
    "bank_lines.amount_zero": ("bank_lines", 0, {"amount": 0}),
    "bank_lines.category_unknown": ("bank_lines", 0, {"category": "gifts"}),
    "bank_matches.amount_zero": ("bank_matches", 0, {"amount": 0}),
    "bank_matches.target_unknown": ("bank_matches", 0, {"target": "gift"}),
    "bank_matches.score_out_of_range": ("bank_matches", 0, {"score": 1.1}),
    "bank_matches.line_id.unknown": ("bank_matches", 0, {"line_id": "nobody"}),
    "bank_matches.beyond_line": ("bank_matches", 0, {"amount": 501}),
    "planned_flows.amount_zero": ("planned_flows", 0, {"amount": 0}),
    "planned_flows.category_unknown": ("planned_flows", 0, {"category": "gifts"}),
    "payers.names_nobody": ("payers", 0, {"name": None}),
    "payers.customer_id.unknown": ("payers", 0, {"customer_id": "stranger"}),
    "fx_rates.rate_not_positive": ("fx_rates", 0, {"rate": 0.0}),
    "stock.value_negative": ("stock", 0, {"value": -1}),
    "journal.tie_out": ("allocations", 0, {"source_id": "nobody"}),
    "open_items.customer_id.unknown": ("open_items", 0, {"customer_id": "stranger"}),
    "receipts.customer_id.unknown": ("receipts", 1, {"customer_id": "stranger"}),
    "customers.group_id.unknown": ("customers", 0, {"group_id": "nobody"}),
    "allocations.item_id.unknown": ("allocations", 2, {"item_id": "nobody"}),
    "disputes.item_id.unknown": ("disputes", 0, {"item_id": "nobody"}),
    "deliveries.order_id.unknown": ("deliveries", 0, {"order_id": "nobody"}),
    "open_items.delivery_id.unknown": ("open_items", 0, {"delivery_id": "nobody"}),
    "bill_payments.bill_id.unknown": ("bill_payments", 0, {"bill_id": "nobody"}),
    "allocations.source.unknown": ("allocations", 0, {"source_id": "nobody"}),
    "allocations.beyond_item": ("open_items", 0, {"amount": 550}),
    "allocations.beyond_source": ("receipts", 0, {"amount": 499}),
    "allocations.across_customers": ("receipts", 0, {"customer_id": "stranger"}),
    "allocations.before_receipt": ("allocations", 0, {"allocated_on": date(2026, 3, 1)}),
    "receipts.doubled": ("receipts", 2, {"receipt_id": "r3"}),
    "open_items.due_far_away": ("open_items", 0, {"due_on": date(2028, 3, 2)}),
    "currency.unheard_of": ("orders", 0, {"currency": "RMB"}),
    "currency.no_rate": ("open_items", 1, {"item_id": "k", "invoice_id": "k", "currency": "KWD"}),
    "bank.opening_lines_closing": ("balances", 1, {"amount": 601}),
    "bills.overpaid": ("bill_payments", 0, {"amount": 301}),
    "statements.balance": ("statements", 2, {"amount": 7}),
}


def ledger(change: Change | None = None) -> Ledger:
    """The sound books, with one change."""
    rows = {name: [dict(row) for row in told] for name, told in SOUND.items()}
    if change is not None:
        table, place, cells = change
        if place == len(rows[table]):
            rows[table].append(dict(rows[table][0]))
        rows[table][place] |= cells
    tables = {}
    for name, told in rows.items():
        columns = TABLES[name].columns
        filled = [{"recorded_on": D, **({"currency": "CNY"} if "currency" in columns else {}), **row} for row in told]
        frame = pl.DataFrame(
            {column: [row.get(column) for row in filled] for column in columns}, schema=TABLES[name].schema
        )
        tables[name] = frame.lazy()
    return Ledger(tables, currency="CNY")


def breaches(change: Change | None) -> dict[str, int]:
    return {one.name: one.breaches for one in run_checks(open_books(ledger(change), date.max)) if one.breaches}


def test_sound_books_pass_every_check() -> None:
    assert breaches(None) == {}


@pytest.mark.parametrize("name", sorted(BREACHES))
def test_a_breach_is_found(name: str) -> None:
    assert breaches(BREACHES[name]).get(name, 0) >= 1


def test_every_check_has_a_breach_that_it_finds() -> None:
    generic = {check.name for check in CHECKS if ".empty." in check.name or check.name.endswith("key.doubled")}
    assert {check.name for check in CHECKS} - generic == set(BREACHES)


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_doubled_key_is_found_once(name: str) -> None:
    table = TABLES[name]
    frame = ledger().table(name).collect()
    rule = table.broken()["key.doubled"]
    assert pl.concat([frame, frame.head(1)]).filter(rule).height == 1
    assert frame.filter(rule).height == 0


@pytest.mark.parametrize("name", sorted(SOUND))
def test_an_empty_cell_is_found_in_each_column_that_may_not_be_empty(name: str) -> None:
    table = TABLES[name]
    frame = ledger().table(name).collect().head(1)
    for column, declared in table.columns.items():
        if not declared.empty:
            hollow = frame.with_columns(pl.lit(None, dtype=declared.dtype).alias(column))
            assert hollow.filter(table.broken()[f"empty.{column}"]).height == 1
