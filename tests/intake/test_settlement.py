"""What settles what: piles laid against each other, what rows say of themselves, clearing, and named invoices."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books, open_books
from solvent.books.checks import run_checks
from solvent.intake.intake import Intake, Source
from solvent.intake.ledger.read import read_ledger
from solvent.intake.ledger.settlement.piles import laid_against
from solvent.measures.aging import aging, tie_out
from thorough import cases

DAY = date(2026, 3, 31)


def read(*files: str) -> tuple[Intake, Books]:
    """Each file: its name on the first line, then its rows."""
    parts = [file.strip().partition("\n") for file in files]
    intake = read_ledger([Source(name.strip(), rows.encode()) for name, _, rows in parts])
    return intake, open_books(intake.ledger, DAY)


def open_by_item(books: Books) -> dict[str, float]:
    """What stands open or unapplied, by item or source, in main units; and the books keep every rule of theirs."""
    assert tie_out(books).difference == 0
    broken = [one for one in run_checks(books) if one.level == "error" and one.breaches]
    assert broken == []
    left = books.journal.open_items(books.as_of).collect()
    return {item: amount / 100 for item, amount in left.select("item_id", "amount").iter_rows()}


def codes(intake: Intake) -> set[str]:
    return {problem.code for problem in intake.ledger.problems} - {
        "intake.currency_unknown",
        "books.recorded_on_assumed",
    }


PILE = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 50)), max_size=8)


@settings(max_examples=cases(50, 500), deadline=None, derandomize=True)
@given(PILE, PILE)
def test_piles_are_used_up_in_order_and_never_beyond(
    owed: list[tuple[str, int]], given_: list[tuple[str, int]]
) -> None:
    """Against a plain walk through both piles, one group after the other."""
    expected = []
    for group in "ab":
        left = [(f"i{n}", size) for n, (g, size) in enumerate(owed) if g == group and size]
        gifts = [(f"s{n}", size) for n, (g, size) in enumerate(given_) if g == group and size]
        while left and gifts:
            (item, open_), (source, free) = left.pop(0), gifts.pop(0)
            part = min(open_, free)
            expected.append((item, "receipt", source, part))
            left = [(item, open_ - part), *left] if open_ > part else left
            gifts = [(source, free - part), *gifts] if free > part else gifts
    schema = {"group": pl.String, "size": pl.Int64}
    one = pl.DataFrame(owed, schema=schema, orient="row").with_row_index("n")
    two = pl.DataFrame(given_, schema=schema, orient="row").with_row_index("n")
    found = laid_against(
        one.select("group", pl.format("i{}", "n").alias("item_id"), "size"),
        two.select("group", pl.lit("receipt").alias("source"), pl.format("s{}", "n").alias("source_id"), "size"),
    )
    assert sorted(found.rows()) == sorted(expected)


def test_a_credit_note_explains_what_its_invoice_calls_settled() -> None:
    """The invoice's own open amount counts: the credit note is part of it, not a second deduction."""
    intake, books = read("""a.csv
        invoice_no,customer,type,invoice_date,due_date,amount,open_amount,applies_to
        INV-1,A,Invoice,2026-01-10,2026-02-09,1000.00,550.00,
        CN-1,A,Credit note,2026-02-01,,-450.00,0.00,INV-1""")
    assert open_by_item(books) == {"INV-1": 550}
    assert codes(intake) == set()


def test_a_credit_note_lowers_an_invoice_whose_payments_alone_are_told() -> None:
    intake, books = read("""a.csv
        invoice_no,customer,type,invoice_date,due_date,amount,paid_amount,paid_date,applies_to
        INV-1,A,Invoice,2026-01-10,2026-02-09,1000.00,400.00,2026-02-01,
        CN-1,A,Credit note,2026-02-01,,-450.00,,,INV-1""")
    assert open_by_item(books) == {"INV-1": 150}
    assert codes(intake) == set()


def test_money_that_two_sheets_tell_is_counted_once() -> None:
    """The invoice list says 400 is paid; the list of receipts shows the same 400."""
    _, books = read(
        "发票.csv\n发票号,客户,开票日期,到期日,开票金额,已收金额\nF1,甲,2026-01-01,2026-01-31,1000,400\n"
        "F2,甲,2026-02-01,2026-03-03,500,0\n",
        "收款明细.csv\n收款日期,客户,发票号,收款金额\n2026-02-01,甲,F1,400\n",
    )
    assert open_by_item(books) == {"F1": 600, "F2": 500}


def test_receipts_beyond_what_is_told_as_paid_stay_unapplied() -> None:
    _, books = read(
        "发票.csv\n发票号,客户,开票日期,到期日,开票金额,已收金额\nF1,甲,2026-01-01,2026-01-31,1000,400\n",
        "收款.csv\n收款单号,收款日期,客户,收款金额\nR1,2026-02-01,甲,300\nR2,2026-02-11,甲,150\n",
    )
    assert open_by_item(books) == {"F1": 600, "R2": -50}


def test_payments_that_call_themselves_used_explain_paid_invoices() -> None:
    """A list with the open balance of every document: payments used in full leave nothing behind."""
    intake, books = read("""a.csv
        Date,Type,Num,Name,Due Date,Amount,Open Balance
        01/05/2026,Invoice,1001,Cool,02/04/2026,1000.00,0.00
        01/25/2026,Payment,P1,Cool,,-1000.00,0.00
        02/05/2026,Invoice,1002,Cool,03/07/2026,800.00,300.00
        02/25/2026,Payment,P2,Cool,,-600.00,-100.00""")
    assert open_by_item(books) == {"1002": 300, "P2": -100}
    assert codes(intake) == {"intake.unapplied"}
    january = open_books(intake.ledger, date(2026, 1, 24))
    assert aging(january).item(0, "total") == 100000, "the payment counts from its own day"


def test_a_receipt_may_name_several_invoices() -> None:
    _, books = read(
        "发票.csv\n发票号,客户,开票日期,到期日,开票金额\nF1,甲,2026-01-01,2026-01-31,1000\nF2,甲,2026-02-01,2026-03-03,500\n",
        "收款.csv\n收款日期,客户,发票号,收款金额\n2026-02-01,甲,F1、F2,1200\n",
    )
    assert open_by_item(books) == {"F2": 300}


@pytest.mark.parametrize("written", ["F-001", "f001", " F 001", "F001"])
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    _, books = read(
        "发票.csv\n发票号,客户,开票日期,到期日,开票金额\nF-001,甲,2026-01-01,2026-01-31,1000\n",
        f"收款.csv\n收款单号,收款日期,客户,核销发票,收款金额\nR1,2026-02-01,甲,{written},1000\n",
    )
    assert open_by_item(books) == {}


def test_a_number_that_several_customers_have_belongs_to_the_payer() -> None:
    _, books = read(
        "发票.csv\n发票号,客户,开票日期,到期日,开票金额\n1,甲,2026-01-01,2026-01-31,100\n1,乙,2026-01-01,2026-01-31,100\n",
        "收款.csv\n收款单号,收款日期,客户,核销发票,收款金额\nR1,2026-02-01,乙,1,100\n",
    )
    assert open_by_item(books) == {"1@甲": 100}


def test_an_unknown_invoice_is_told_and_the_money_stays_unapplied() -> None:
    intake, books = read(
        "发票.csv\n发票号,客户,开票日期,到期日,开票金额\nF1,甲,2026-01-01,2026-01-31,100\n",
        "收款.csv\n收款单号,收款日期,客户,核销发票,收款金额\nR1,2026-02-01,甲,F9,100\n",
    )
    assert open_by_item(books) == {"F1": 100, "R1": -100}
    assert "intake.reference_unknown" in codes(intake)


def test_a_clearing_date_without_a_clearing_document_joins_payment_and_invoice() -> None:
    _, books = read("""fbl5n.csv
        Customer,Document Number,Document Type,Document Date,Net due date,Amount in local currency,Local Currency,Clearing date
        1,100,RV,2026-01-01,2026-01-31,1000.00,EUR,2026-02-05
        1,101,DZ,2026-02-05,2026-02-05,-1000.00,EUR,2026-02-05
        1,102,RV,2026-02-01,2026-03-03,500.00,EUR,
        1,103,DG,2026-02-10,2026-02-10,-70.00,EUR,""")
    assert open_by_item(books) == {"102": 500, "103": -70}


def test_a_clearing_side_that_is_missing_is_implied_on_the_clearing_day() -> None:
    intake, books = read("""fbl5n.csv
        Customer,Document Number,Document Type,Document Date,Net due date,Amount in local currency,Local Currency,Clearing date,Clearing Document
        1,100,RV,2026-01-01,2026-01-31,1000.00,EUR,2026-02-05,C1
        1,101,DZ,2026-02-05,2026-02-05,-400.00,EUR,2026-02-05,C1
        1,104,DZ,2026-02-06,2026-02-06,-90.00,EUR,2026-02-07,C2""")
    # Nothing allocates a refund to the receipt that it pays back: both stand unapplied and make nothing together.
    assert open_by_item(books) == {"104": -90, "refund:104": 90}
    assert aging(books).select("unapplied", "total").row(0) == (0, 0)
    told = {(p.facts["side"], p.facts["count"]) for p in intake.ledger.problems if p.code == "intake.clearing_implied"}
    assert told == {("receipts", 1), ("refunds", 1)}
    before = open_books(intake.ledger, date(2026, 2, 4))
    assert aging(before).item(0, "total") == 100000
    between = open_books(intake.ledger, date(2026, 2, 6))
    assert aging(between).item(0, "total") == -9000


@pytest.mark.parametrize(
    ("status", "left"),
    [("Paid", {}), ("Closed", {}), ("Open", {"1": 100.0}), ("Overdue", {"1": 100.0}), ("Partially paid", {"1": 100.0})],
)
def test_a_status_is_believed_where_nothing_else_tells(status: str, left: dict[str, float]) -> None:
    _, books = read(f"""a.csv
        Invoice No,Customer,Invoice Date,Due Date,Amount,Status
        1,A,2026-01-01,2026-01-31,100.00,{status}
        2,A,2026-01-01,2026-01-31,1.00,Open""")
    assert open_by_item(books) == {**left, "2": 1}


def test_a_reversed_document_counts_beside_its_reversal_and_not_alone() -> None:
    intake, books = read("""a.csv
        Invoice No,Customer,Invoice Date,Due Date,Amount,Status
        1,A,2026-01-01,2026-01-31,100.00,Reversed
        2,A,2026-01-05,,-100.00,Posted
        3,A,2026-01-01,2026-01-31,70.00,Reversed
        4,A,2026-01-01,2026-01-31,50.00,Posted""")
    assert aging(books).item(0, "total") == 5000
    assert intake.rejected.select("row", "code").rows() == [(4, "intake.row.cancelled")]


def test_overpaid_is_credit_and_more_open_than_invoiced_is_told() -> None:
    intake, books = read("""a.csv
        发票号,客户,开票日期,到期日,金额,已收金额,收款日期,未收金额
        F1,甲,2026-01-01,2026-01-31,100,140,2026-02-02,
        F2,甲,2026-01-01,2026-01-31,100,,,130""")
    assert open_by_item(books) == {"F2": 130, "paid:F1": -40}
    assert "intake.open_beyond_amount" in codes(intake)


def test_lines_of_one_invoice_are_one_item() -> None:
    _, books = read("""lines.csv
        invoice_no,customer,invoice_date,due_date,line,amount
        1,A,2026-01-01,2026-01-31,1,100.00
        1,A,2026-01-01,2026-01-31,2,30.00
        1,A,2026-01-01,2026-01-31,3,30.00
        2,A,2026-01-01,2026-01-31,1,5.00""")
    assert open_by_item(books) == {"1": 160, "2": 5}


@settings(max_examples=cases(5, 100), deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(1, 10**6), st.floats(0, 1), st.booleans()), min_size=1, max_size=8
    ),
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 10**6), st.floats(0, 1)), max_size=4),
)
def test_the_open_amounts_of_the_rows_are_the_open_total(
    invoices: list[tuple[str, int, float, bool]], credits: list[tuple[str, int, float]]
) -> None:
    """Whatever was paid by what: a list that tells what is open of each document is believed to the cent."""
    rows, total = ["no,customer,type,date,due date,amount,open amount,applies to"], 0
    for n, (who, cents, share, _) in enumerate(invoices):
        left = round(cents * share)
        rows.append(f"I{n},{who},Invoice,2026-01-05,2026-02-04,{cents / 100:.2f},{left / 100:.2f},")
        total += left
    for n, (who, cents, share) in enumerate(credits):
        left = round(cents * share)
        named = f"I{n}" if n < len(invoices) and invoices[n][3] else ""
        rows.append(f"C{n},{who},Credit note,2026-01-10,,-{cents / 100:.2f},-{left / 100:.2f},{named}")
        total -= left
    intake, books = read("a.csv\n" + "\n".join(rows))
    assert intake.rejected.is_empty()
    assert round(sum(open_by_item(books).values()) * 100) == total
