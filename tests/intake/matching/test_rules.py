"""Each rule of matching on books told as text: what is made, what is only proposed, and where the lines lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from solvent.books.books import Books
from solvent.intake.matching.choice import Matching
from solvent.intake.matching.match import TERMS, Matched, match
from solvent.intake.matching.question import question

Make = Callable[..., Books]

CUSTOMERS = """customer_id name tax_id group_id recorded_on
               A 上海海锚设备有限公司 91310000MA1FL0AB1C G 2026-01-01
               B 杭州华信电子有限公司 91330100MA2CA1XY2D G 2026-01-01
               C Nordtech_Handels_GmbH - - 2026-01-01"""
ITEMS = """item_id customer_id issued_on due_on amount
           INV-2026-0011 A 2026-01-05 2026-02-04 1000.00
           INV-2026-0012 A 2026-01-20 2026-02-19 2500.50
           INV-2026-0013 A 2026-02-10 2026-03-12 777.70
           INV-2026-0021 B 2026-01-05 2026-02-04 4000.00
           INV-2026-0031 C 2026-02-05 2026-03-07 640.00"""
LINE = "line_id account_id booked_on amount category counterparty counterparty_account reference"


def told(make: Make, *lines: str, terms: Matching = TERMS, **tables: str) -> Matched:
    text = "\n".join([LINE, *lines])
    whole = {"customers": CUSTOMERS, "open_items": ITEMS, **tables}
    return match(question(make("2026-03-31", bank_lines=text, **whole)), terms)


def one(matched: Matched, line: str = "L1") -> tuple[str | None, str, str, list[tuple[str, int]]]:
    """Customer, decision, reason, and parts of one line."""
    row = matched.decisions.filter(pl.col("source_id") == line).row(0, named=True)
    parts = matched.parts.filter(pl.col("source_id") == line).select("target_id", "amount").sort("target_id")
    return row["customer_id"], row["decision"], row["reason"], parts.rows()


def paying(amount: str, payer: str = "-", text: str = "-", account: str = "-") -> str:
    return f"L1 OWN1 2026-03-02 {amount} - {payer} {account} {text}"


@pytest.mark.parametrize(
    "text",
    ["INV-2026-0011", "inv20260011", "INV/2026/0011", "付INV-2026-0011货款", "发票:INV-2026-0011,金额1,000.00元", "２０２６００１１"],
)  # fmt: skip
def test_a_number_is_found_as_people_write_it(books_of: Make, text: str) -> None:
    assert one(told(books_of, paying("1000.00", "上海海锚设备有限公司", text))) == (
        "A", "automatic", "items.named", [("INV-2026-0011", 1000_00)],
    )  # fmt: skip


@pytest.mark.parametrize("text", ["INV-2026-0011,INV-2026-0012", "INV-2026-0011/0012", "INV-2026-0011/12", "INV20260011、INV20260012"])  # fmt: skip
def test_a_list_of_numbers_is_one_payment_of_all(books_of: Make, text: str) -> None:
    found = one(told(books_of, paying("3500.50", "上海海锚设备有限公司", text)))
    assert found == ("A", "automatic", "items.named", [("INV-2026-0011", 1000_00), ("INV-2026-0012", 2500_50)])


@pytest.mark.parametrize("text", ["2026-01-11", "20260111", "EUR1000.00", "货款2,500.50元", "账号2026001155667788"])
def test_a_date_an_amount_and_an_account_name_no_invoice(books_of: Make, text: str) -> None:
    """The customer is known; the amount is that of nothing; nothing in the text says what it pays."""
    found = one(told(books_of, paying("123.45", "上海海锚设备有限公司", text)))
    assert found == ("A", "proposed", "payer.only", [])


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("上海海锚设备有限公司", "A"),
        ("上海市海锚设备有限责任公司", "A"),
        ("上海海錨設備有限公司", "A"),
        ("浙江省杭州市华信电子有限公司", "B"),
        ("NORDTECH_HANDELS_GMBH", "C"),
        ("Nordtech_Handels_G.m.b.H.", "C"),
    ],
)
def test_a_name_is_known_in_its_variants(books_of: Make, name: str, who: str) -> None:
    customer, decision, *_ = one(told(books_of, paying("1.00", name)))
    assert (customer, decision) == (who, "proposed")


@pytest.mark.parametrize(
    ("line", "who"),
    [
        (paying("2500.50", "-", "税号91310000MA1FL0AB1C货款"), "A"),
        (paying("2500.50", "-", "-", "62220001"), "A"),
        (paying("2500.50", "-", "-", "6222-0001"), "A"),
    ],
)
def test_a_tax_number_and_a_learned_account_tell_the_payer(books_of: Make, line: str, who: str) -> None:
    found = told(books_of, line, payers="payer_id customer_id account recorded_on\nP A 6222-0001 2026-01-01")
    assert one(found)[:2] == (who, "automatic")


def test_two_customers_of_one_name_leave_it_to_a_person(books_of: Make) -> None:
    twins = CUSTOMERS + "\nA2 上海海锚设备有限责任公司 - - 2026-01-01"
    assert one(told(books_of, paying("2500.50", "上海市海锚设备有限公司"), customers=twins))[1] != "automatic"
    assert one(told(books_of, paying("2500.50", "上海海锚设备有限公司"), customers=twins))[:2] == ("A", "automatic")


def test_account_and_name_of_two_customers_leave_it_to_a_person(books_of: Make) -> None:
    payers = "payer_id customer_id account recorded_on\nP B 62220001 2026-01-01"
    found = told(books_of, paying("2500.50", "上海海锚设备有限公司", "-", "62220001"), payers=payers)
    assert one(found)[1] != "automatic"


@pytest.mark.parametrize("payer", ["王小明", "苏州某某贸易有限公司"])
def test_a_person_or_a_stranger_who_pays_for_a_customer_is_proposed(books_of: Make, payer: str) -> None:
    found = one(told(books_of, paying("1000.00", payer, "INV-2026-0011")))
    assert found == ("A", "proposed", "items.named", [("INV-2026-0011", 1000_00)])


def test_a_customer_that_pays_for_another_is_proposed(books_of: Make) -> None:
    found = one(told(books_of, paying("4000.00", "上海海锚设备有限公司", "INV-2026-0021")))
    assert found == ("B", "proposed", "items.named", [("INV-2026-0021", 4000_00)])


def test_a_wrong_number_against_a_right_amount_is_proposed(books_of: Make) -> None:
    """The text names 0011, the amount is that of 0013 to the cent: one of them is wrong."""
    found = one(told(books_of, paying("777.70", "上海海锚设备有限公司", "INV-2026-0011")))
    assert found[1] == "proposed"
    assert found[3] == [("INV-2026-0013", 777_70)]


@pytest.mark.parametrize(
    ("amount", "reason", "items"),
    [
        ("777.70", "items.amount", ["INV-2026-0013"]),
        ("4278.20", "items.balance", ["INV-2026-0011", "INV-2026-0012", "INV-2026-0013"]),
        ("3500.50", "items.due", ["INV-2026-0011", "INV-2026-0012"]),
    ],
)
def test_an_amount_alone_is_enough_where_nothing_else_makes_it(books_of: Make, amount: str, reason: str, items: list[str]) -> None:  # fmt: skip
    found = one(told(books_of, paying(amount, "上海海锚设备有限公司")))
    assert found[:3] == ("A", "automatic", reason)
    assert [item for item, _ in found[3]] == items


@pytest.mark.parametrize("amount", ["480.00", "960.00"])
def test_items_of_one_amount_are_never_told_apart_by_a_rule(books_of: Make, amount: str) -> None:
    rent = "item_id customer_id issued_on due_on amount\n" + "\n".join(
        f"R{month} A 2026-0{month}-01 2026-0{month}-15 480.00" for month in (1, 2, 3)
    )
    found = one(told(books_of, paying(amount, "上海海锚设备有限公司"), open_items=rent))
    assert found[1] == "proposed"
    assert found[3][0] == ("R1", 480_00)


def test_one_item_that_two_others_also_make_is_proposed(books_of: Make) -> None:
    items = """item_id customer_id issued_on due_on amount
               X1 A 2026-01-01 2026-02-01 100.10
               X2 A 2026-01-02 2026-02-02 200.20
               X3 A 2026-01-03 2026-02-03 300.30"""
    assert one(told(books_of, paying("300.30", "上海海锚设备有限公司"), open_items=items))[1] == "proposed"


def test_several_payments_settle_one_invoice(books_of: Make) -> None:
    lines = [
        "L1 OWN1 2026-03-02 400.00 - 上海海锚设备有限公司 - INV-2026-0011",
        "L2 OWN1 2026-03-05 600.00 - 上海海锚设备有限公司 - INV-2026-0011",
    ]
    found = told(books_of, *lines)
    assert one(found, "L1")[1:] == ("automatic", "items.named_part", [("INV-2026-0011", 400_00)])
    assert one(found, "L2")[1] == "automatic"
    assert one(found, "L2")[3] == [("INV-2026-0011", 600_00)]


def test_what_is_left_by_a_proposal_proves_nothing(books_of: Make) -> None:
    """The proposal takes one of two equal items; what remains is then no longer one item of its amount alone."""
    rent = """item_id customer_id issued_on due_on amount
              R1 A 2026-01-01 2026-01-15 480.00
              R2 A 2026-02-01 2026-02-15 480.00"""
    lines = [
        "L1 OWN1 2026-03-02 480.00 - 上海海锚设备有限公司 - -",
        "L2 OWN1 2026-03-05 480.00 - 上海海锚设备有限公司 - -",
    ]
    found = told(books_of, *lines, open_items=rent)
    assert found.decisions["decision"].to_list() == ["proposed", "proposed"]
    assert sorted(found.parts["target_id"]) == ["R1", "R2"]


def test_a_payment_before_any_invoice_is_for_a_person(books_of: Make) -> None:
    items = "item_id customer_id issued_on due_on amount\nINV-2026-0021 B 2026-01-05 2026-02-04 4000.00"
    found = one(told(books_of, paying("5000.00", "上海海锚设备有限公司", "预付款"), open_items=items))
    assert found == ("A", "proposed", "payer.only", [])


SHORT = paying("990.00", "上海海锚设备有限公司", "INV-2026-0011")


def test_with_tolerances_off_a_difference_stays_open(books_of: Make) -> None:
    found = told(books_of, SHORT)
    assert one(found)[2:] == ("items.named_part", [("INV-2026-0011", 990_00)])
    assert found.parts["residual"].to_list() == [0]
    facts = json.loads(found.decisions.item(0, "facts"))
    assert (facts["short"], facts["code"]) == (10_00, "deduction")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"rounding_minor": 999}, ""),
        ({"rounding_minor": 1000}, "rounding"),
        ({"fee_minor": 999}, ""),
        ({"fee_minor": 1000}, "fee"),
        ({"fee_minor": 1001}, "fee"),
        ({"discount_share": 0.0099, "discount_days": 60}, ""),
        ({"discount_share": 0.01, "discount_days": 60}, "discount"),
        ({"discount_share": 0.01, "discount_days": 56}, "discount"),
        ({"discount_share": 0.01, "discount_days": 55}, ""),
    ],
)
def test_a_difference_is_closed_up_to_the_line_and_not_beyond(books_of: Make, terms: dict[str, Any], code: str) -> None:
    found = told(books_of, SHORT, terms=Matching(**terms))
    assert found.parts.select("residual", "code").row(0) == ((10_00, code) if code else (0, ""))


def test_an_invoice_in_another_currency_is_proposed_within_the_band(books_of: Make) -> None:
    items = """item_id customer_id issued_on due_on currency amount
               INV-2026-0031 C 2026-02-05 2026-03-07 EUR 100.00
               INV-2026-0021 B 2026-01-05 2026-02-04 CNY 4000.00"""
    rates = "currency quote day_on rate\nEUR CNY 2026-03-01 8.0"
    for amount, parts in (("784.00", 1), ("816.00", 1), ("783.99", 0), ("816.01", 0)):
        found = told(
            books_of, paying(amount, "Nordtech_Handels_GmbH", "INV-2026-0031"), open_items=items, fx_rates=rates
        )
        assert len(one(found)[3]) == parts, amount
        assert one(found)[1] == "proposed"


def test_the_two_legs_of_a_transfer_are_one(books_of: Make) -> None:
    accounts = """account_id name currency recorded_on
                  OWN1 main CNY 2026-01-01
                  OWN2 wages CNY 2026-01-01"""
    for day, decision in (("2026-03-07", "automatic"), ("2026-03-08", "none")):
        lines = [
            "L1 OWN1 2026-03-02 -5000.00 transfer - OWN2 调拨",
            f"L2 OWN2 {day} 5000.00 transfer - OWN1 调拨",
        ]
        found = told(books_of, *lines, bank_accounts=accounts)
        assert found.decisions["decision"].to_list() == [decision] * 2
        if decision == "automatic":
            assert found.parts.select("target", "target_id", "source_amount").rows() == [
                ("transfer", "L2", -5000_00),
                ("transfer", "L1", 5000_00),
            ]


@pytest.mark.parametrize(("day", "target"), [("2026-03-07", "receipt"), ("2026-03-08", "")])
def test_a_receipt_that_the_ledger_has_is_not_made_twice(books_of: Make, day: str, target: str) -> None:
    receipts = f"receipt_id customer_id received_on amount reference\nR9 A {day} 1234.56 -"
    found = told(books_of, paying("1234.56", "上海海锚设备有限公司"), receipts=receipts)
    line = found.parts.filter((pl.col("source") == "line") & (pl.col("target") != "open_item"))
    assert line["target"].to_list() == ([target] if target else [])


def test_a_bank_line_of_unknown_payer_is_only_proposed_as_a_recorded_receipt(books_of: Make) -> None:
    receipts = "receipt_id customer_id received_on amount reference\nR9 A 2026-03-01 1234.56 -"
    assert one(told(books_of, paying("1234.56"), receipts=receipts))[:3] == ("A", "proposed", "receipt.recorded")


def test_money_paid_back_is_the_recorded_refund(books_of: Make) -> None:
    receipts = "receipt_id customer_id received_on amount reference\nR9X A 2026-03-01 -50.00 -"
    line = "L1 OWN1 2026-03-02 -50.00 customer 上海海锚设备有限公司 - 退款"
    assert one(told(books_of, line, receipts=receipts)) == (
        "A", "automatic", "receipt.recorded", [("R9X", -50_00)],
    )  # fmt: skip


BILLS = """bill_id supplier_id supplier_name issued_on due_on amount
           B-7001 S1 宁波钢材有限公司 2026-01-05 2026-02-04 900.00
           B-7002 S1 宁波钢材有限公司 2026-02-05 2026-03-04 300.00
           B-8001 S2 苏州包装有限公司 2026-02-05 2026-03-04 300.00"""


def going(amount: str, payer: str = "-", text: str = "-") -> str:
    return f"L1 OWN1 2026-03-02 -{amount} supplier {payer} - {text}"


@pytest.mark.parametrize(
    ("line", "decision", "parts"),
    [
        (going("900.00", "宁波钢材有限责任公司"), "automatic", [("B-7001", 900_00)]),
        (going("1200.00", "-", "B-7001,B-7002"), "automatic", [("B-7001", 900_00), ("B-7002", 300_00)]),
        (going("200.00", "-", "B-7001"), "automatic", [("B-7001", 200_00)]),
        (going("901.00", "-", "B-7001"), "none", []),
        (going("900.00", "别的有限公司"), "none", []),
    ],
)
def test_money_out_pays_bills(books_of: Make, line: str, decision: str, parts: list[tuple[str, int]]) -> None:
    found = one(told(books_of, line, bills=BILLS))
    assert (found[1], found[3]) == (decision, parts)


PAID = """payment_id bill_id paid_on amount
          P1 B-7001 2026-03-01 900.00
          P2 B-7002 2026-03-01 300.00"""


def test_a_payment_that_the_ledger_has_belongs_to_its_supplier(books_of: Make) -> None:
    right = one(told(books_of, going("900.00", "宁波钢材有限公司"), bills=BILLS, bill_payments=PAID))
    assert right[1:] == ("automatic", "payment.recorded", [("P1", -900_00)])
    wrong = one(told(books_of, going("900.00", "供电供水公司"), bills=BILLS, bill_payments=PAID))
    assert wrong[1] != "automatic"


def test_a_pay_run_is_all_payments_of_a_supplier_that_day(books_of: Make) -> None:
    found = one(told(books_of, going("1200.00", "宁波钢材有限公司"), bills=BILLS, bill_payments=PAID))
    assert found[1:] == ("automatic", "payment.recorded", [("P1", -900_00), ("P2", -300_00)])


FLOWS = """flow_id due_on amount category counterparty reference recorded_on
           F1 2026-03-05 -10000.00 rent 产业园物业管理处 - 2026-01-01"""


@pytest.mark.parametrize(
    ("line", "decision"),
    [
        ("L1 OWN1 2026-03-02 -10000.00 rent 产业园物业管理处 - 三月租金", "automatic"),
        ("L1 OWN1 2026-03-02 -10500.00 rent 产业园物业管理处 - 三月租金", "proposed"),
        ("L1 OWN1 2026-03-02 -10500.01 rent 产业园物业管理处 - 三月租金", "none"),
        ("L1 OWN1 2026-03-15 -10000.00 rent 产业园物业管理处 - 三月租金", "automatic"),
        ("L1 OWN1 2026-03-16 -10000.00 rent 产业园物业管理处 - 三月租金", "none"),
        ("L1 OWN1 2026-03-02 10000.00 rent 产业园物业管理处 - 三月租金", "none"),
        ("L1 OWN1 2026-03-02 -10000.00 payroll 工资户 - 工资", "none"),
    ],
)
def test_a_plan_comes_true_within_its_days_and_amount(books_of: Make, line: str, decision: str) -> None:
    assert one(told(books_of, line, planned_flows=FLOWS))[1] == decision


def test_two_plans_alike_leave_it_to_a_person(books_of: Make) -> None:
    twice = FLOWS + "\nF2 2026-03-06 -10000.00 rent 产业园物业管理处 - 2026-01-01"
    found = one(told(books_of, "L1 OWN1 2026-03-02 -10000.00 rent 产业园物业管理处 - 租金", planned_flows=twice))
    assert found[1] == "proposed"
    assert [flow for flow, _ in found[3]] == ["F1"]


def test_the_lines_of_a_company_move_the_decisions(books_of: Make) -> None:
    line = paying("777.70", "上海海锚设备有限公司")
    score = told(books_of, line).decisions.item(0, "score")
    for automatic, decision in ((score, "automatic"), (min(1.0, score + 0.0001), "proposed")):
        found = told(books_of, line, terms=Matching(automatic_score=automatic))
        assert one(found)[1] == decision
    high = Matching(automatic_score=1.0, proposal_score=min(1.0, score + 0.0001))
    assert one(told(books_of, line, terms=high)) == ("A", "none", "items.amount", [])
