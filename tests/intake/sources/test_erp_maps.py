"""ERP maps: the single cases that a company brings, each as its system hands it out, down to the rows of the books."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from solvent.intake.erp.erpnext.importer import ErpNext
from solvent.intake.erp.odoo.importer import Odoo
from solvent.intake.erp.original import write_original
from solvent.intake.erp.overlap import overlap
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.sources.conformance import adds_up
from solvent.intake.sources.take import take_in

COMPANY = [{"name": "Own", "default_currency": "CNY"}]


def erpnext(since: str | None = None, **lists: list[dict[str, Any]]) -> Intake:
    records = {"Company": COMPANY, **{name.replace("_", " "): rows for name, rows in lists.items()}}
    source = Source("books.json", write_original("erpnext", {"since": since}, records))
    intake = take_in(source, Known(), importers=[ErpNext()])
    assert adds_up(intake) == []
    return intake


def sale(name: str = "SI-1", total: float = 100.0, **more: Any) -> dict[str, Any]:
    row = {"name": name, "docstatus": 1, "customer": "Lantern", "posting_date": "2026-01-05", "due_date": "2026-02-04"}
    row |= {"currency": "CNY", "party_account_currency": "CNY", "grand_total": total, "base_grand_total": total}
    return {
        **row,
        "outstanding_amount": total,
        "creation": "2026-01-05 09:00:00.5",
        "modified": "2026-01-05 09:00:00.5",
        **more,
    }


def entry(name: str = "PE-1", paid: float = 100.0, **more: Any) -> dict[str, Any]:
    row = {"name": name, "docstatus": 1, "payment_type": "Receive", "party_type": "Customer", "party": "Lantern"}
    row |= {"posting_date": "2026-02-01", "paid_from_account_currency": "CNY", "paid_to_account_currency": "CNY"}
    row |= {"paid_amount": paid, "base_paid_amount": paid, "received_amount": paid, "base_received_amount": paid}
    return {
        **row,
        "unallocated_amount": 0,
        "creation": "2026-02-01 09:00:00",
        "modified": "2026-02-01 09:00:00",
        **more,
    }


def reference(
    to: str, amount: float, idx: int = 1, parent: str = "PE-1", kind: str = "Sales Invoice"
) -> dict[str, Any]:
    row = {"name": f"{parent}-{idx}", "parent": parent, "idx": idx, "reference_doctype": kind}
    return {**row, "reference_name": to, "allocated_amount": amount}


def rows(intake: Intake, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return intake.ledger.table(table).select(columns).collect().sort(columns).rows()


def settled(intake: Intake) -> list[tuple[Any, ...]]:
    return rows(intake, "allocations", "item_id", "source", "source_id", "amount")


def codes(intake: Intake) -> list[str]:
    return [problem.code for problem in intake.ledger.problems]


def test_a_sale_at_the_till_is_paid_at_once_less_the_change() -> None:
    intake = erpnext(Sales_Invoice=[sale(is_pos=1, paid_amount=120.0, base_paid_amount=120.0, change_amount=20.0,
                                         base_change_amount=20.0, outstanding_amount=0)])  # fmt: skip
    assert rows(intake, "receipts", "receipt_id", "amount") == [("SI-1:pos", 10000)]
    assert settled(intake) == [("SI-1", "receipt", "SI-1:pos", 10000)]
    assert codes(intake) == []


def test_what_the_invoice_itself_writes_off_is_a_write_off() -> None:
    intake = erpnext(Sales_Invoice=[sale(write_off_amount=0.5, base_write_off_amount=0.5, outstanding_amount=99.5)])
    assert settled(intake) == [("SI-1", "write_off", None, 50)]
    assert codes(intake) == []


def test_a_rounded_total_is_what_is_owed() -> None:
    intake = erpnext(
        Sales_Invoice=[sale(total=99.6, rounded_total=100.0, base_rounded_total=100.0, outstanding_amount=100)]
    )
    assert rows(intake, "open_items", "item_id", "amount") == [("SI-1", 10000)]


def test_an_advance_that_the_schedule_leaves_out_is_an_instalment_of_its_own() -> None:
    plan = [{"name": "x", "parent": "SI-1", "parenttype": "Sales Invoice", "idx": 1, "due_date": "2026-02-04",
             "payment_amount": 70.0, "base_payment_amount": 70.0}]  # fmt: skip
    intake = erpnext(
        Sales_Invoice=[sale(outstanding_amount=70.0)],
        Payment_Schedule=plan,
        Payment_Entry=[entry(paid=30.0)],
        Payment_Entry_Reference=[reference("SI-1", 30.0)],
    )
    assert rows(intake, "open_items", "item_id", "amount") == [("SI-1:0", 3000), ("SI-1:1", 7000)]
    assert settled(intake) == [("SI-1:0", "receipt", "PE-1", 3000)]
    assert codes(intake) == []


@pytest.mark.parametrize(("first", "items"), [(40.0, 2), (60.0, 2), (60.01, 1), (0.0, 1)])
def test_a_schedule_that_does_not_make_up_the_invoice_is_left_aside(first: float, items: int) -> None:
    plan = [
        {"name": f"x{n}", "parent": "SI-1", "parenttype": "Sales Invoice", "idx": n, "due_date": f"2026-0{n + 1}-04",
         "payment_amount": amount, "base_payment_amount": amount}
        for n, amount in ((1, first), (2, 40.0))
    ]  # fmt: skip
    found = erpnext(Sales_Invoice=[sale()], Payment_Schedule=plan).ledger.tables["open_items"].collect()
    assert found["amount"].sum() == 10000
    assert found.height == (3 if first == 40.0 else items)


def test_a_return_that_stands_for_itself_settles_nothing() -> None:
    back = sale(
        "SI-2", -30.0, is_return=1, return_against="SI-1", update_outstanding_for_self=1, outstanding_amount=-30.0
    )
    intake = erpnext(Sales_Invoice=[sale(), back])
    assert settled(intake) == []
    assert rows(intake, "credit_notes", "credit_note_id", "amount") == [("SI-2", 3000)]
    against = erpnext(Sales_Invoice=[sale(outstanding_amount=70.0), {**back, "update_outstanding_for_self": 0}])
    assert settled(against) == [("SI-1", "credit_note", "SI-2", 3000)]
    assert codes(against) == []


def test_a_payment_takes_up_a_credit_note_and_closes_the_rest_as_a_discount() -> None:
    back = sale("SI-2", -30.0, is_return=1, update_outstanding_for_self=1, outstanding_amount=0)
    intake = erpnext(
        Sales_Invoice=[sale(outstanding_amount=0), back],
        Payment_Entry=[entry(paid=68.0)],
        Payment_Entry_Reference=[reference("SI-1", 100.0), reference("SI-2", -30.0, 2)],
        Payment_Entry_Deduction=[
            {"name": "d", "parent": "PE-1", "idx": 1, "account": "Discount Allowed - O", "amount": 2.0}
        ],
    )
    assert settled(intake) == [
        ("SI-1", "credit_note", "SI-2", 3000),
        ("SI-1", "discount", None, 200),
        ("SI-1", "receipt", "PE-1", 6800),
    ]
    assert codes(intake) == []


def test_a_refund_is_money_with_a_minus() -> None:
    intake = erpnext(
        Payment_Entry=[entry(payment_type="Pay", paid=25.0)], Payment_Entry_Reference=[reference("SI-9", -25.0)]
    )
    assert rows(intake, "receipts", "receipt_id", "amount") == [("PE-1", -2500)]
    assert settled(intake) == []


def test_a_cancelled_invoice_is_followed_by_a_credit_note_and_a_cancelled_payment_by_its_opposite() -> None:
    intake = erpnext(
        Sales_Invoice=[sale(docstatus=2, modified="2026-01-20 10:00:00"), sale("SI-2")],
        Payment_Entry=[entry(docstatus=2, modified="2026-02-09 10:00:00")],
        Payment_Entry_Reference=[reference("SI-2", 100.0)],
    )
    assert rows(intake, "credit_notes", "credit_note_id", "amount", "reason") == [("cancel:SI-1", 10000, "cancelled")]
    assert rows(intake, "receipts", "receipt_id", "amount") == [("PE-1", 10000), ("cancel:PE-1", -10000)]
    assert [(item, amount) for item, _, _, amount in settled(intake)] == [
        ("SI-1", 10000),
        ("SI-2", -10000),
        ("SI-2", 10000),
    ]
    days = intake.ledger.tables["allocations"].collect().filter(amount=-10000)["allocated_on"].to_list()
    assert [str(day) for day in days] == ["2026-02-09"]
    assert codes(intake) == []


def test_a_journal_entry_hands_a_credit_note_to_an_invoice() -> None:
    back = sale("SI-2", -30.0, is_return=1, update_outstanding_for_self=1, outstanding_amount=0)
    line = {"parent": "JV-1", "party_type": "Customer", "party": "Lantern", "account_currency": "CNY"}
    debit = {
        "debit_in_account_currency": 30.0,
        "debit": 30.0,
        "reference_type": "Sales Invoice",
        "reference_name": "SI-2",
    }
    credit = {
        "credit_in_account_currency": 30.0,
        "credit": 30.0,
        "reference_type": "Sales Invoice",
        "reference_name": "SI-1",
    }
    intake = erpnext(
        Sales_Invoice=[sale(outstanding_amount=70.0), back],
        Journal_Entry=[{"name": "JV-1", "docstatus": 1, "voucher_type": "Credit Note", "posting_date": "2026-02-01"}],
        Journal_Entry_Account=[{**line, "name": "a", "idx": 1, **debit}, {**line, "name": "b", "idx": 2, **credit}],
    )
    assert settled(intake) == [("SI-1", "credit_note", "SI-2", 3000)]
    assert rows(intake, "credit_notes", "credit_note_id", "amount") == [("SI-2", 3000)]
    assert codes(intake) == []


def test_a_payment_that_the_key_may_not_see_is_told() -> None:
    intake = erpnext(Sales_Invoice=[sale(outstanding_amount=40.0)])
    (problem,) = intake.ledger.problems
    assert (problem.code, problem.facts["here"], problem.facts["there"]) == (
        "sources.erp.outstanding_differs",
        10000,
        4000,
    )
    assert codes(erpnext("2026-01-01 00:00:00", Sales_Invoice=[sale(outstanding_amount=40.0)])) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"docstatus": 0}, "sources.erp.draft"),
        ({"grand_total": 0, "base_grand_total": 0}, "sources.erp.nothing_owed"),
        ({"grand_total": "lots"}, "intake.cell.amount"),
        ({"party_account_currency": "USD"}, "sources.erp.account_currency"),
        ({"name": None}, "intake.row.empty"),
        ({"customer": None}, "intake.row.empty"),
        ({"due_date": "2026-01-04"}, "intake.row.law"),
    ],
)
def test_a_document_that_cannot_be_used_is_rejected_with_its_reason(more: dict[str, Any], code: str) -> None:
    intake = erpnext(Sales_Invoice=[sale(), {**sale("SI-2"), **more}])
    assert intake.rejected["code"].to_list() == [code]
    assert intake.ledger.table("open_items").collect().height == 1


def test_floats_with_noise_are_the_cents_that_were_meant() -> None:
    intake = erpnext(Sales_Invoice=[sale(total=33.330000000000005), sale("SI-2", 0.1 + 0.2), sale("SI-3", 12.345)])
    assert [amount for _, amount in rows(intake, "open_items", "item_id", "amount")] == [3333, 30, 1235]


def test_an_invoice_in_dollars_on_an_account_in_yuan_is_owed_in_yuan() -> None:
    invoice = sale(total=100.0, currency="USD", base_grand_total=712.34, outstanding_amount=712.34)
    intake = erpnext(Sales_Invoice=[invoice])
    assert rows(intake, "open_items", "currency", "amount", "booked_amount") == [("CNY", 71234, 71234)]
    dollars = erpnext(Sales_Invoice=[{**invoice, "party_account_currency": "USD", "outstanding_amount": 100.0}])
    assert rows(dollars, "open_items", "currency", "amount", "booked_amount") == [("USD", 10000, 71234)]


def test_a_supplier_is_paid_and_what_settles_no_bill_is_told() -> None:
    bill = {**sale("PI-1"), "supplier": "Kite", "supplier_name": "Kite Ltd"}
    pay = entry(party_type="Supplier", party="Kite", payment_type="Pay", paid=130.0, unallocated_amount=30.0)
    intake = erpnext(
        Purchase_Invoice=[bill],
        Payment_Entry=[pay],
        Payment_Entry_Reference=[reference("PI-1", 100.0, kind="Purchase Invoice")],
    )
    assert rows(intake, "bills", "bill_id", "supplier_name", "amount") == [("PI-1", "Kite Ltd", 10000)]
    assert rows(intake, "bill_payments", "bill_id", "amount") == [("PI-1", 10000)]
    assert codes(intake) == ["sources.erp.supplier_credit"]


def odoo(**lists: list[dict[str, Any]]) -> Intake:
    records = {
        "res.company": [{"id": 1, "name": "Own", "currency_id": [7, "CNY"]}],
        "account.journal": [{"id": 1, "type": "sale"}, {"id": 2, "type": "bank"}, {"id": 3, "type": "general"}],
        **{name.replace("__", "."): rows for name, rows in lists.items()},
    }
    intake = take_in(Source("o.json", write_original("odoo", {"since": None}, records)), Known(), importers=[Odoo()])
    assert adds_up(intake) == []
    return intake


def move(number: int, name: str, kind: str = "out_invoice", journal: int = 1, **more: Any) -> dict[str, Any]:
    row = {"id": number, "name": name, "move_type": kind, "state": "posted", "journal_id": [journal, "J"]}
    row |= {"commercial_partner_id": [9, "Lantern"], "invoice_date": "2026-01-05", "date": "2026-01-05"}
    return {**row, "write_date": "2026-01-06 08:00:00", **more}


def line(number: int, of: dict[str, Any], amount: float, left: float = 0.0, **more: Any) -> dict[str, Any]:
    row = {"id": number, "move_id": [of["id"], of["name"]], "partner_id": [9, "Lantern"], "date": of["date"]}
    row |= {"date_maturity": "2026-02-04", "balance": amount, "amount_currency": amount, "currency_id": [7, "CNY"]}
    row |= {"amount_residual": left, "amount_residual_currency": left, "account_type": "asset_receivable"}
    return {**row, "parent_state": of["state"], "create_date": "2026-01-05 08:00:00", **more}


def partial(number: int, debit: int, credit: int, amount: float) -> dict[str, Any]:
    row = {"id": number, "debit_move_id": [debit, "d"], "credit_move_id": [credit, "c"], "amount": amount}
    return {**row, "debit_amount_currency": amount, "credit_amount_currency": amount, "max_date": "2026-02-01"}


def test_an_odoo_payment_that_falls_short_closes_the_rest_as_a_write_off() -> None:
    invoice, bank = move(1, "INV/1"), move(2, "BNK/1", "entry", 2)
    intake = odoo(
        account__move=[invoice, bank],
        **{"account.move.line": [line(11, invoice, 100.0), line(12, bank, -100.0)]},
        account__partial__reconcile=[],
        **{"account.partial.reconcile": [partial(21, 11, 12, 100.0)]},
        account__payment=[{"id": 31, "move_id": [2, "BNK/1"], "amount": 98.0, "currency_id": [7, "CNY"]}],
    )
    assert rows(intake, "receipts", "receipt_id", "amount") == [("BNK/1", 9800)]
    assert settled(intake) == [("INV/1", "receipt", "BNK/1", 9800), ("INV/1", "write_off", None, 200)]
    assert codes(intake) == []


def test_an_odoo_entry_by_hand_is_a_write_off_where_it_closes_items_and_a_credit_where_some_is_left() -> None:
    invoice, entry_ = move(1, "INV/1"), move(2, "MISC/1", "entry", 3)
    lists = {"account.move": [invoice, entry_], "account.partial.reconcile": [partial(21, 11, 12, 40.0)]}
    closed = odoo(**lists, **{"account.move.line": [line(11, invoice, 100.0, 60.0), line(12, entry_, -40.0)]})
    assert settled(closed) == [("INV/1", "write_off", None, 4000)]
    left = odoo(**lists, **{"account.move.line": [line(11, invoice, 100.0, 60.0), line(12, entry_, -55.0, -15.0)]})
    assert settled(left) == [("INV/1", "credit_note", "MISC/1", 4000)]
    assert rows(left, "credit_notes", "credit_note_id", "amount") == [("MISC/1", 5500)]


def test_an_odoo_invoice_that_was_cancelled_and_a_contact_person() -> None:
    invoice = move(1, "INV/1", state="cancel", write_date="2026-01-20 08:00:00")
    partners = [
        {"id": 9, "name": "Lantern", "commercial_partner_id": [9, "Lantern"], "create_date": "2025-01-01 00:00:00"},
        {"id": 10, "name": "Li Wei", "commercial_partner_id": [9, "Lantern"], "create_date": "2025-01-01 00:00:00"},
    ]
    intake = odoo(account__move=[invoice], res__partner=partners, **{"account.move.line": [line(11, invoice, 100.0)]})
    assert rows(intake, "credit_notes", "credit_note_id", "amount") == [("cancel:INV/1", 10000)]
    assert rows(intake, "customers", "customer_id", "name") == [("9", "Lantern")]
    assert intake.rejected["code"].to_list() == ["sources.erp.contact"]


def test_claims_beyond_the_debts_fall_on_none_and_sizes_of_nothing_on_none() -> None:
    debts = pl.DataFrame({"group": ["g"], "debt": ["d"], "size": [10], "turn": ["1"]})
    claims = pl.DataFrame({"group": ["g"] * 3, "claim": ["a", "b", "c"], "size": [0, 7, 9], "turn": ["1", "2", "3"]})
    assert overlap(debts, claims).rows() == [("g", "d", "b", 7), ("g", "d", "c", 3)]
    assert overlap(debts.clear(), claims).is_empty()
