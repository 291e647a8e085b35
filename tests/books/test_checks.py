"""Every check finds what it is there for, and nothing in sound books."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from solvent.books import checks
from solvent.books.books import TABLES, Ledger, open_books
from solvent.books.checks import CHECKS, run_checks

D = date(2026, 3, 2)
SOUND: dict[str, list[dict[str, Any]]] = {
    "customers": [{"customer_id": "lantern", "group_id": "g", "terms_days": 30}],
    "groups": [{"group_id": "g"}],
    "orders": [
        {"order_id": "o", "customer_id": "lantern", "ordered_on": D, "amount": 900, "wanted_on": D,
         "deposit_amount": 900},
    ],
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
    "registrations": [
        {"customer_id": "lantern", "told_on": D, "status": "active", "capital": 0, "paid_in": 0, "employees": 0,
         "parent_id": "other"},
    ],
    "events": [{"event_id": "e", "customer_id": "lantern", "happened_on": D, "kind": "penalty", "severity": 3}],
    "trade_references": [
        {"reference_id": "t", "customer_id": "lantern", "told_by": "x", "told_on": D, "high_credit": 0, "limit": 0,
         "opinion": "poor"},
    ],
    "opinions": [
        {"opinion_id": "o", "customer_id": "lantern", "agency": "x", "told_on": D, "yearly_default_chance": 1.0,
         "amount": 0},
    ],
    "risk_levels": [{"kind": "country", "code": "CN", "told_on": D, "level": 5, "outlook": "worse"}],
    "indices": [{"series": "prosperity", "day_on": D, "kind": "industry", "value": 50.0}],
    "screenings": [
        {"screening_id": "s", "customer_id": "lantern", "step": "registry", "outcome": "waived", "told_on": D,
         "expires_on": D, "reviewer": "x", "reason": "small"},
    ],
    "admissions": [{"customer_id": "lantern", "asked_on": D, "decided_on": D, "decision": "admitted"}],
    "reviews": [{"review_id": "r", "customer_id": "lantern", "kind": "file", "done_on": D}],
    "limits": [
        {"limit_id": "l", "customer_id": "lantern", "kind": "total", "amount": 0, "terms_days": 730,
         "deposit_share": 1.0, "valid_from": D, "valid_until": D, "decided_by": "x", "approved_by": "y"},
    ],
    "approvals": [
        {"approval_id": "a", "customer_id": "lantern", "approved_on": D, "until_on": D, "amount": 1, "reason": "r",
         "asked_by": "x", "approved_by": "y"},
    ],
    "contracts": [
        {"contract_id": "c", "customer_id": "lantern", "signed_on": D, "ends_on": D, "due_from": "invoice",
         "terms_days": 0, "deposit_share": 0.0, "discount_share": 1.0, "late_daily_rate": 0.05},
    ],
    "insurance_policies": [
        {"policy_id": "p", "insurer": "x", "kind": "export", "starts_on": D, "ends_on": D, "insured_share": 1.0},
    ],
    "buyer_limits": [
        {"limit_id": "b", "policy_id": "p", "customer_id": "lantern", "amount": 0, "valid_from": D, "valid_until": D,
         "decision": "refused"},
    ],
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
    "orders.deposit_out_of_range": ("orders", 0, {"deposit_amount": 901}),
    "orders.wanted_before_ordered": ("orders", 0, {"wanted_on": date(2026, 3, 1)}),
    "registrations.status_unknown": ("registrations", 0, {"status": "asleep"}),
    "registrations.capital_negative": ("registrations", 0, {"capital": -1}),
    "registrations.paid_in_negative": ("registrations", 0, {"paid_in": -1}),
    "registrations.employees_negative": ("registrations", 0, {"employees": -1}),
    "registrations.owns_itself": ("registrations", 0, {"parent_id": "lantern"}),
    "events.kind_unknown": ("events", 0, {"kind": "rain"}),
    "events.severity_out_of_range": ("events", 0, {"severity": 4}),
    "trade_references.opinion_unknown": ("trade_references", 0, {"opinion": "hm"}),
    "trade_references.high_credit_negative": ("trade_references", 0, {"high_credit": -1}),
    "trade_references.limit_negative": ("trade_references", 0, {"limit": -1}),
    "opinions.chance_out_of_range": ("opinions", 0, {"yearly_default_chance": 1.01}),
    "opinions.amount_negative": ("opinions", 0, {"amount": -1}),
    "risk_levels.kind_unknown": ("risk_levels", 0, {"kind": "planet"}),
    "risk_levels.level_out_of_range": ("risk_levels", 0, {"level": 6}),
    "risk_levels.outlook_unknown": ("risk_levels", 0, {"outlook": "hm"}),
    "indices.kind_unknown": ("indices", 0, {"kind": "planet"}),
    "screenings.step_unknown": ("screenings", 0, {"step": "stairs"}),
    "screenings.outcome_unknown": ("screenings", 0, {"outcome": "hm"}),
    "screenings.expires_before_told": ("screenings", 0, {"expires_on": date(2026, 3, 1)}),
    "screenings.waived_without_reason": ("screenings", 0, {"reason": None}),
    "admissions.decision_unknown": ("admissions", 0, {"decision": "hm"}),
    "admissions.decided_before_asked": ("admissions", 0, {"decided_on": date(2026, 3, 1)}),
    "reviews.kind_unknown": ("reviews", 0, {"kind": "hm"}),
    "limits.kind_unknown": ("limits", 0, {"kind": "sky"}),
    "limits.amount_negative": ("limits", 0, {"amount": -1}),
    "limits.terms_out_of_range": ("limits", 0, {"terms_days": 731}),
    "limits.deposit_out_of_range": ("limits", 0, {"deposit_share": 1.01}),
    "limits.ends_before_it_starts": ("limits", 0, {"valid_until": date(2026, 3, 1)}),
    "limits.names_nobody": ("limits", 0, {"group_id": "g"}),
    "limits.one_pair_of_eyes": ("limits", 0, {"approved_by": "x"}),
    "limits.group_id.unknown": ("limits", 0, {"customer_id": None, "group_id": "nobody"}),
    "approvals.amount_not_positive": ("approvals", 0, {"amount": 0}),
    "approvals.ends_before_it_starts": ("approvals", 0, {"until_on": date(2026, 3, 1)}),
    "approvals.one_pair_of_eyes": ("approvals", 0, {"approved_by": "x"}),
    "contracts.due_from_unknown": ("contracts", 0, {"due_from": "moon"}),
    "contracts.terms_out_of_range": ("contracts", 0, {"terms_days": -1}),
    "contracts.discount_out_of_range": ("contracts", 0, {"discount_share": 1.01}),
    "contracts.deposit_out_of_range": ("contracts", 0, {"deposit_share": -0.01}),
    "contracts.rate_out_of_range": ("contracts", 0, {"late_daily_rate": 0.051}),
    "contracts.ends_before_it_starts": ("contracts", 0, {"ends_on": date(2026, 3, 1)}),
    "insurance_policies.kind_unknown": ("insurance_policies", 0, {"kind": "life"}),
    "insurance_policies.share_out_of_range": ("insurance_policies", 0, {"insured_share": 1.01}),
    "insurance_policies.ends_before_it_starts": ("insurance_policies", 0, {"ends_on": date(2026, 3, 1)}),
    "buyer_limits.decision_unknown": ("buyer_limits", 0, {"decision": "hm"}),
    "buyer_limits.amount_negative": ("buyer_limits", 0, {"amount": -1}),
    "buyer_limits.ends_before_it_starts": ("buyer_limits", 0, {"valid_until": date(2026, 3, 1)}),
    "buyer_limits.policy_id.unknown": ("buyer_limits", 0, {"policy_id": "nobody"}),
    **{
        f"{name}.customer_id.unknown": (name, 0, {"customer_id": "stranger"})
        for name in (
            "registrations",
            "events",
            "trade_references",
            "opinions",
            "screenings",
            "admissions",
            "reviews",
            "limits",
            "approvals",
            "contracts",
            "buyer_limits",
        )
    },
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


def test_sound_books_pass_every_check() -> None:
    assert not [one for one in run_checks(open_books(ledger(), date.max)) if one.breaches]


@pytest.mark.parametrize("name", sorted(BREACHES))
def test_a_breach_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECKS", [check for check in CHECKS if check.name == name])
    (one,) = run_checks(open_books(ledger(BREACHES[name]), date.max))
    assert one.breaches >= 1


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
