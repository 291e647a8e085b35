"""Payment terms: the due day that a text means, as the published cases have it and in the words of both languages."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from solvent.intake.intake import Source
from solvent.intake.ledger.cells.terms import due_on, rule_of
from solvent.intake.ledger.read import read_ledger


def due(terms: str | None, issued: str) -> date | None:
    return due_on(pl.Series([terms], dtype=pl.String), pl.Series([date.fromisoformat(issued)]))[0]


def test_the_published_due_dates(reference: Path) -> None:
    cases = json.loads((reference / "erp-expected" / "cases.json").read_text("utf-8"))["payment_terms_due_dates"][
        "cases"
    ]
    assert len(cases) == 5
    for case in cases:
        assert due(case["terms"], case["invoice_date"]) == date.fromisoformat(case["due"]), case


@pytest.mark.parametrize(
    ("terms", "issued", "expected"),
    [
        ("30 days", "2024-01-31", "2024-03-01"),
        ("Net 45", "2026-01-15", "2026-03-01"),
        ("NET30", "2026-01-15", "2026-02-14"),
        ("2/10 net 30", "2026-01-15", "2026-02-14"),
        ("2/10, n/30", "2026-01-15", "2026-02-14"),
        ("30", "2026-01-15", "2026-02-14"),
        ("30.0", "2026-01-15", "2026-02-14"),
        ("0 days", "2026-01-15", "2026-01-15"),
        ("30 Tage netto", "2026-01-15", "2026-02-14"),
        ("60天", "2026-01-15", "2026-03-16"),
        ("票到30天", "2026-01-15", "2026-02-14"),
        ("３０天", "2026-01-15", "2026-02-14"),
        ("3个月", "2026-11-30", "2027-02-28"),
        ("2 months", "2026-12-31", "2027-02-28"),
        ("月结30天", "2026-01-15", "2026-03-02"),
        ("月结", "2026-02-03", "2026-02-28"),
        ("30 days EOM", "2024-02-10", "2024-03-30"),
        ("end of month", "2024-02-10", "2024-02-29"),
        ("次月底", "2026-12-01", "2027-01-31"),
        ("end of next month", "2026-01-31", "2026-02-28"),
        ("次月15日", "2026-12-20", "2027-01-15"),
        ("15th of following month", "2026-12-20", "2027-01-15"),
        ("隔月10号", "2026-01-20", "2026-03-10"),
        ("款到发货", "2026-01-15", "2026-01-15"),
        ("due on receipt", "2026-01-15", "2026-01-15"),
        ("COD", "2026-01-15", "2026-01-15"),
        ("sofort", "2026-01-15", "2026-01-15"),
    ],
)
def test_what_terms_mean(terms: str, issued: str, expected: str) -> None:
    assert due(terms, issued) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    "terms", ["by agreement", "另行约定", "Z042", "T001", "0001", "30/60/90 days", "9999 days", "按合同"]
)
def test_unclear_terms_say_nothing(terms: str) -> None:
    assert rule_of(terms) is None
    assert due(terms, "2026-01-15") is None


def test_the_longest_credit_that_is_believed() -> None:
    assert due("730", "2026-01-01") == date(2028, 1, 1)
    assert due("731", "2026-01-01") is None
    assert due("365 days", "2026-01-01") == date(2027, 1, 1)


def test_no_terms_and_no_day_are_empty() -> None:
    assert due(None, "2026-01-15") is None
    assert due_on(pl.Series(["30 days"]), pl.Series([None], dtype=pl.Date)).to_list() == [None]


def test_many_rows_keep_their_order() -> None:
    terms = pl.Series(["30 days", None, "月结", "30 days"])
    issued = pl.Series([date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4)])
    assert due_on(terms, issued).to_list() == [date(2026, 1, 31), None, date(2026, 1, 31), date(2026, 2, 3)]


def test_terms_of_a_ledger_without_due_dates() -> None:
    text = "Customer,Invoice no,Invoice date,Payment terms,Amount\nAnchor,A1,2026-01-15,Net 30,10.00\n"
    text += "Anchor,A2,2026-01-15,end of next month,20.00\nAnchor,A3,2026-01-15,by agreement,30.00\n"
    intake = read_ledger([Source("terms.csv", text.encode())])
    days = dict(intake.ledger.tables["open_items"].select("invoice_id", "due_on").collect().iter_rows())
    assert days == {"A1": date(2026, 2, 14), "A2": date(2026, 2, 28), "A3": date(2026, 1, 15)}
    assert "intake.due_assumed" in {problem.code for problem in intake.ledger.problems}
