"""The bundle: one answer out of one snapshot, narrower with less data and never a crash or a false certainty."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from companies import company
from solvent.base.terms import Policy
from solvent.books.books import Books, open_books
from solvent.decisions.liquidity.liquidity import Outlook, outlook
from solvent.decisions.liquidity.watch.causes import SAYS
from solvent.files.load import load
from solvent.files.sample import write_sample
from solvent.files.sentences import SENTENCES
from solvent.measures.measures import measure
from solvent.simulation.paths import CashPaths
from solvent.snapshot import Snapshot

DAY = date(2026, 10, 31)


def told(books: Books, paths: CashPaths | None = None, baseline: CashPaths | None = None) -> Outlook:
    policy = Policy(books.as_of)
    return outlook(Snapshot(books, policy, measure(books, policy), None, paths), baseline)


BANK = """
line_id account_id booked_on amount category
L1 A 2026-08-03 -100.00 payroll
L2 A 2026-09-03 -100.00 payroll
L3 A 2026-10-05 -100.00 payroll
L4 A 2026-10-31 50.00 customer
"""
BALANCES = "account_id day_on amount\nA 2026-10-31 200.00"
ITEM = "item_id customer_id issued_on due_on amount\nI1 C1 2026-10-01 2026-10-31 1.00"
BILL = "bill_id supplier_id issued_on due_on amount\nB1 S1 2026-10-01 2026-10-20 10.00"

LESS = {
    "nothing": {},
    "one invoice": {"open_items": ITEM},
    "everything overdue": {"open_items": ITEM.replace("2026-10-31", "2026-10-02")},
    "bank lines only": {"bank_lines": BANK},
    "one month of bank lines": {
        "bank_lines": BANK.split("L3", maxsplit=1)[0].replace("2026-08", "2026-10"),
        "balances": BALANCES,
    },
    "balances only": {"balances": BALANCES},
    "bills only": {"bills": BILL},
    "bills and bank": {"bills": BILL, "bank_lines": BANK, "balances": BALANCES},
    "foreign money without rates": {
        "open_items": ITEM.replace("amount", "amount currency").replace("1.00", "1.00 USD")
        + "\nI2 C1 2026-10-01 2026-10-31 1.00 CNY",
        "bank_lines": """
line_id account_id booked_on amount category currency
L1 A 2026-10-01 -5.00 rent USD
L2 A 2026-08-01 -5.00 rent CNY
""",
        "balances": "account_id day_on amount currency\nA 2026-10-31 200.00 USD",
        "bills": BILL.replace("amount", "amount currency").replace("10.00", "10.00 USD"),
    },
}


@pytest.mark.parametrize("name", list(LESS))
def test_less_data_gives_a_narrower_answer_with_its_reason(books_of, company_paths, name: str) -> None:
    books, policy = books_of("2026-10-31", **LESS[name]), Policy(DAY)
    measures = measure(books, policy)
    for paths in (None, company_paths(DAY, opening=None), company_paths(DAY, opening=100_00)):
        found = outlook(Snapshot(books, policy, measures, None, paths))
        assert all(problem.code in SENTENCES for problem in found.problems)
        if found.lines.floor.value is None:
            assert found.lines.floor.why in found.problems
            assert found.under is None
            assert found.spending.feasible is None
        assert (found.gap is None) == (found.no_gap is not None)
        if paths is None or paths.opening is None:
            assert found.gap is None
            assert found.no_gap in found.problems
        assert (found.table is None) == (paths is None)
        for one in found.health:
            assert one.severity != "unknown" or one.why is not None, one.code
            assert one.severity == "unknown" or one.figure is not None, one.code


def test_every_code_of_an_outlook_has_its_sentence(books_of, company_paths) -> None:
    found = told(books_of("2026-10-31", **LESS["bills and bank"]), company_paths(DAY))
    codes = {one.code for one in found.health} | {one.action for one in found.health if one.action}
    codes |= {sign.code for sign in found.signs} | set(found.spending.bills["reason"]) | set(SAYS.values())
    assert codes <= set(SENTENCES)


def test_the_parts_of_an_outlook_agree_with_each_other(books_of, company_paths) -> None:
    books = books_of("2026-10-31", bank_lines=BANK, balances=BALANCES, bills=BILL)
    paths = company_paths(DAY, opening=200_00)
    found = told(books, paths)
    assert found.under is not None
    assert found.gap is not None
    assert found.table is not None
    assert found.fan is not None
    assert found.lines.line == found.gap.line == 300_00
    assert found.under["chance"].to_list() == found.gap.weeks["chance"].to_list()
    last = found.table.filter((pl.col("group") == "closing") & (pl.col("week") == 12))
    assert last["p50"].item() == found.fan["p50"][12]
    assert last["mean"].item() == pytest.approx(found.fan["mean"][12], abs=100)
    assert found.gap.horizon_chance >= max(found.gap.weeks["chance"])
    assert found.accounts["in_base"].sum() == 200_00


def test_the_same_snapshot_gives_the_same_outlook(books_of, company_paths) -> None:
    one, two = (told(books_of("2026-10-31", **LESS["bills and bank"]), company_paths(DAY)) for _ in range(2))
    for name in ("accounts", "recent", "under", "table", "fan", "fan_months", "indicators"):
        assert_frame_equal(getattr(one, name), getattr(two, name))
    assert_frame_equal(one.spending.bills, two.spending.bills)
    assert one.problems == two.problems
    assert [(f.code, f.severity, f.figure) for f in one.health] == [(f.code, f.severity, f.figure) for f in two.health]


def test_a_baseline_is_held_against_what_happened_and_against_today(books_of, company_paths) -> None:
    books = books_of("2026-10-31", bank_lines=BANK, balances=BALANCES)
    old = company_paths(DAY - timedelta(days=27), opening=1_000_000_00)
    found = told(books, company_paths(DAY), old)
    assert found.compared is not None
    assert found.bridge is not None
    assert found.compared.rows.height > 0
    assert found.bridge.parts["amount"].sum() == found.bridge.change
    assert "liquidity.move.missed" in found.movements.rows["code"].to_list()
    assert told(books, company_paths(DAY)).bridge is None


def test_the_squeeze_of_the_sample_company_shows(tmp_path) -> None:
    sample = company(2, "stall")
    write_sample(sample, tmp_path)
    books = open_books(load(tmp_path).intake.ledger, date(2026, 10, 31))
    found = told(books)
    colours = {one.code: one.severity for one in found.health}
    truth = sample.truth["stories"]["squeeze"]
    assert colours["liquidity.health.operating_cash"] == "red"
    assert colours["liquidity.health.orange_line"] == "orange"
    assert found.causes.main == "stock_build_up"
    # The sample's own floor is of a year's fixed cost, ours of the last quarter's.
    assert found.lines.floor.value == pytest.approx(truth["floor_minor"], rel=0.15)
