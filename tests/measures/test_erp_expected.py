"""The ageing cases of other systems' tests: ours exactly, or why ours is better."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from solvent.books.books import Books
from solvent.measures.aging import aging, aging_by_item, tie_out

T = "2026-03-01"
"""The report date of every case; T+1 is 2026-03-02, T+30, T+60 and T+90 are the due dates of the instalments."""

INSTALMENTS = """
item_id invoice_id customer_id issued_on  due_on     amount
inv-1   inv        lantern     2026-03-01 2026-03-31 {0}
inv-2   inv        lantern     2026-03-01 2026-04-30 {1}
inv-3   inv        lantern     2026-03-01 2026-05-30 {2}
"""
ONE = """
item_id customer_id issued_on  due_on     amount
inv     lantern     2026-03-01 2026-03-31 {0}
"""
USD = """
item_id customer_id issued_on  due_on     currency amount booked_amount
inv     lantern     2026-03-01 2026-03-31 USD      100    8000
"""
RECEIPT = """
receipt_id customer_id received_on amount
pay        lantern     {0}         {1}
"""
CREDIT = """
credit_note_id customer_id issued_on  amount
credit         lantern     2026-03-01 {0}
"""
SETTLED = "allocation_id item_id source source_id allocated_on amount"

OURS: dict[str, str] = {
    "full_credit_note_after_partial_payment": (
        "The invoice's open rest of 60 stays on its own row beside the credit note of 100 that stands on its own. "
        "The sum, -40, is issued 100 - received 40 - credited 100; one row of -100 alone would not tie to the ledger."
    ),
    "fx_revaluation": (
        "The 500 of the new rate stands on the item that it revalues, as closed -500 of open 8,500, and not on a row "
        "of its own: the item owes USD 100 and is worth 8,500, in the bucket of its own due date. The totals agree."
    ),
    "future_overpayment": (
        "Money of T+1 is not there at the end of T, so the excess of 10 has no row at T: the total is 100, as the "
        "ledger has it. The invoice shows the 100 that is known to come in; the excess stands unapplied from T+1."
    ),
}


def of_case(reference: Path, name: str) -> dict[str, Any]:
    text = (reference / "erp-expected" / "cases.json").read_text("utf-8")
    cases = json.loads(text)["ageing_receivable_report"]["cases"]
    return next(case for case in cases if case["id"] == name)


def told(books: Books, *, as_booked: bool = False) -> list[dict[str, Any]]:
    """Open rows in the words of the cases, in main units."""
    assert tie_out(books).difference == 0
    return [
        {
            "row": {"invoice": "invoice", "credit_note": "credit note", "receipt": "advance"}[row["kind"]],
            "item": row["item_id"],
            "invoiced": row["face"] / 100,
            "paid": row["paid"] / 100,
            "credit_note": row["credited"] / 100,
            "closed": row["closed"] / 100,
            "outstanding": row["amount"] / 100,
            "future_amount": row["future_amount"] / 100,
            "remaining": row["remaining"] / 100,
        }
        for row in aging_by_item(books, as_booked=as_booked).iter_rows(named=True)
    ]


def assert_exact(got: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Row for row, every figure that the case names."""
    assert [{name: row[name] for name in wanted} for row, wanted in zip(got, expected)] == expected
    assert len(got) == len(expected)


@pytest.fixture
def case(reference: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    return of_case(reference, request.node.originalname.removeprefix("test_"))


def test_every_case_has_a_test_and_every_exception_a_case(reference: Path) -> None:
    text = (reference / "erp-expected" / "cases.json").read_text("utf-8")
    ids = {case["id"] for case in json.loads(text)["ageing_receivable_report"]["cases"]}
    assert ids == {name.removeprefix("test_") for name in globals() if name.startswith("test_")} - {
        "every_case_has_a_test_and_every_exception_a_case"
    }
    assert set(OURS) <= ids


def test_instalments_split(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    got = told(books_of(T, open_items=INSTALMENTS.format(30, 50, 20)))
    assert_exact([{**row, "grand_total": sum(r["invoiced"] for r in got)} for row in got], case["out"])


def test_payment_40_fills_instalments_in_due_order(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=INSTALMENTS.format(30, 50, 20),
        receipts=RECEIPT.format(T, 40),
        allocations=f"{SETTLED}\na inv-1 receipt pay {T} 30\nb inv-2 receipt pay {T} 10",
    )
    assert_exact(told(books), case["out"])


def test_payment_40_on_200(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=INSTALMENTS.format(60, 100, 40),
        receipts=RECEIPT.format(T, 40),
        allocations=f"{SETTLED}\na inv-1 receipt pay {T} 40",
    )
    assert_exact(told(books), case["out"])


def test_credit_note_100_after_payment_40_on_200(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=INSTALMENTS.format(60, 100, 40),
        receipts=RECEIPT.format(T, 40),
        credit_notes=CREDIT.format(100),
        allocations=f"""{SETTLED}
            a inv-1 receipt     pay    {T} 40
            b inv-1 credit_note credit {T} 20
            c inv-2 credit_note credit {T} 80""",
    )
    assert_exact(told(books), case["out"])


def test_full_credit_note_after_partial_payment(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=ONE.format(100),
        receipts=RECEIPT.format(T, 40),
        credit_notes=CREDIT.format(100),
        allocations=f"{SETTLED}\na inv receipt pay {T} 40",
    )
    invoice, credit = told(books)
    assert (invoice["outstanding"], invoice["paid"]) == (60, 40)
    assert (credit["row"], credit["invoiced"], credit["outstanding"]) == (
        "credit note",
        0,
        case["out"][0]["outstanding"],
    )
    assert aging(books).item(0, "total") == -4000


def test_standalone_credit_note_two_rows(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=ONE.format(100),
        receipts=RECEIPT.format(T, 40),
        credit_notes=CREDIT.format(100),
        allocations=f"{SETTLED}\na inv receipt pay {T} 40",
    )
    assert_exact(told(books), case["out"])


def test_full_credit_note_no_payment(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=ONE.format(100),
        credit_notes=CREDIT.format(100),
        allocations=f"{SETTLED}\na inv credit_note credit {T} 100",
    )
    assert_exact(told(books), case["out"])
    assert aging(books, "customer").height == 0


def test_advance_before_invoice(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    assert_exact(told(books_of(T, receipts=RECEIPT.format(T, 1000))), case["out"])


def test_foreign_currency_invoice(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(T, currency="INR", open_items=USD)
    (expected,) = case["out"]
    assert aging(books).item(0, "total") == 100 * expected["company_ccy"]
    assert aging(books, "currency").select("currency", "total").rows() == [("USD", 100 * expected["party_ccy"])]


def test_fx_revaluation(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        currency="INR",
        open_items=USD,
        allocations=f"""allocation_id item_id source   source_id allocated_on amount booked_amount
            a inv exchange - {T} 0 -500""",
    )
    (expected,) = case["out"]
    (row,) = told(books, as_booked=True)
    assert row["closed"] == expected["paid"]
    assert row["outstanding"] == 8000 + expected["outstanding"]
    assert aging(books).item(0, "total") == 850_000
    assert aging(books, "currency").item(0, "total") == 10_000


def test_future_payment_full(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=ONE.format(100),
        receipts=RECEIPT.format("2026-03-02", 100),
        allocations=f"{SETTLED}\na inv receipt pay 2026-03-02 100",
    )
    assert_exact(told(books), case["out"])


def test_future_overpayment(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    tables = {
        "open_items": ONE.format(100),
        "receipts": RECEIPT.format("2026-03-02", 110),
        "allocations": f"{SETTLED}\na inv receipt pay 2026-03-02 100",
    }
    invoice, excess = case["out"]
    assert_exact(told(books_of(T, **tables)), [invoice])
    (later,) = told(books_of("2026-03-02", **tables))
    assert {name: later[name] for name in ("paid", "outstanding", "remaining")} == {
        name: excess[name] for name in ("paid", "outstanding", "remaining")
    }


def test_future_payment_plus_return(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=ONE.format(100),
        receipts=RECEIPT.format("2026-03-02", 80),
        credit_notes=CREDIT.format(10),
        allocations=f"{SETTLED}\na inv receipt pay 2026-03-02 80\nb inv credit_note credit 2026-03-02 10",
    )
    got = [{**row, "row": {"credit note": "return"}.get(row["row"], row["row"])} for row in told(books)]
    assert_exact(sorted(got, key=lambda row: row["row"], reverse=True), case["out"])


def test_one_future_entry_two_invoices(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items="""item_id customer_id issued_on due_on amount
            a lantern 2026-03-01 2026-03-31 100
            b lantern 2026-03-01 2026-03-31 100""",
        receipts=RECEIPT.format("2026-03-02", 100),
        allocations=f"{SETTLED}\nx a receipt pay 2026-03-02 50\ny b receipt pay 2026-03-02 50",
    )
    assert [{f"{row['item']}_future": row["future_amount"]} for row in told(books)] == case["out"]


@pytest.fixture
def paid_in_dollars(books_of: Callable[..., Books]) -> Callable[[int, int], Books]:
    """USD 100 booked at 80, of which so many dollars come in on T+1, booked at 75."""

    def make(dollars: int, booked: int) -> Books:
        return books_of(
            T,
            currency="INR",
            open_items=USD,
            receipts=f"""receipt_id customer_id received_on currency amount booked_amount
                pay lantern 2026-03-02 USD {dollars} {booked}""",
            allocations=f"""allocation_id item_id source source_id allocated_on amount booked_amount
                a inv receipt pay 2026-03-02 {dollars} {booked}""",
        )

    return make


def two_currencies(books: Books) -> list[dict[str, Any]]:
    def three(row: dict[str, Any]) -> dict[str, Any]:
        return {"outstanding": row["outstanding"], "future": row["future_amount"], "remaining": row["remaining"]}

    (booked,), (document,) = told(books, as_booked=True), told(books)
    return [{"company_ccy": three(booked)}, {"party_ccy": three(document)}]


def test_future_fx_payment_full_usd(case: dict[str, Any], paid_in_dollars: Callable[[int, int], Books]) -> None:
    assert two_currencies(paid_in_dollars(100, 7500)) == case["out"]


def test_future_fx_payment_90usd(case: dict[str, Any], paid_in_dollars: Callable[[int, int], Books]) -> None:
    assert two_currencies(paid_in_dollars(90, 6750)) == case["out"]


def test_minor_rest(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=ONE.format(100),
        receipts=RECEIPT.format(T, 99.99),
        allocations=f"{SETTLED}\na inv receipt pay {T} 99.99",
    )
    assert_exact(told(books), case["out"])


def test_group_by_party(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items="""item_id customer_id issued_on due_on amount
            a lantern 2026-03-01 2026-03-31 100
            b lantern 2026-03-01 2026-03-31 85""",
    )
    (expected,) = case["out"]
    assert aging(books, "customer").select("customer_id", "total").rows() == [
        ("lantern", 100 * expected["party_total"])
    ]
    assert aging(books).item(0, "total") == 100 * expected["grand_total"]


def test_partial_return_nets_on_its_invoice(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    books = books_of(
        T,
        open_items=ONE.format(200),
        credit_notes=CREDIT.format(100),
        allocations=f"{SETTLED}\na inv credit_note credit {T} 100",
    )
    assert_exact(told(books), case["out"])


def test_missing_party_on_ledger_line(case: dict[str, Any], books_of: Callable[..., Books]) -> None:
    """The customers table knows neither; both lines show, and by region they stand under "not known"."""
    books = books_of(
        T,
        open_items="""item_id customer_id issued_on due_on amount
            a ? 2026-03-01 2026-03-31 200
            b ? 2026-03-01 2026-03-31 150""",
    )
    assert_exact(told(books), case["out"])
    assert aging(books, "region").select("region", "total").rows() == [(None, 35_000)]
