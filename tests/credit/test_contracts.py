"""Contracts: every line of policy and law at, under and over it; terms that are lived otherwise; the list for legal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from solvent.books.books import Books
from solvent.credit.contracts import DEFAULTS, Clauses, contract_findings

BooksOf = Callable[..., Books]
CUSTOMERS = """
customer_id name    country terms_days
lantern     Lantern CN      60
harbour     Harbour DE      60
"""
HEAD = (
    "contract_id customer_id signed_on due_from terms_days late_daily_rate acceptance_days dispute_days "
    "retention_of_title no_set_off acceleration may_stop_supply assignable law jurisdiction\n"
)
WHOLE = {
    "contract_id": "K", "customer_id": "lantern", "signed_on": "2025-07-01", "due_from": "invoice", "terms_days": "60",
    "late_daily_rate": "0.0005", "acceptance_days": "15", "dispute_days": "30", "retention_of_title": "yes",
    "no_set_off": "yes", "acceleration": "yes", "may_stop_supply": "yes", "assignable": "yes", "law": "CN",
    "jurisdiction": "here",
}  # fmt: skip
ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-04-01 2026-05-31 100
b       lantern     2026-05-01 2026-06-30 100
c       lantern     2026-06-01 2026-07-31 300
"""
REGISTER = """
customer_id told_on    employees
lantern     2026-01-01 {staff}
"""


def found(books_of: BooksOf, terms: Clauses = DEFAULTS, staff: str = "1000", **cells: str) -> list[tuple[str, str]]:
    """Kind and clause of what is found in one contract, whole but for ``cells``; perhaps: not sure."""
    books = books_of(
        "2026-06-30",
        customers=CUSTOMERS,
        open_items=ITEMS,
        registrations=REGISTER.format(staff=staff),
        contracts=HEAD + " ".join({**WHOLE, **cells}.values()),
    )
    told = contract_findings(books, terms).findings
    rows = told.select("kind", "clause", "sure").iter_rows()
    return [(kind if sure else f"{kind} perhaps", clause) for kind, clause, sure in rows]


def test_a_whole_contract_has_no_findings(books_of: BooksOf) -> None:
    assert found(books_of) == []


@pytest.mark.parametrize("clause", DEFAULTS.needed)
def test_each_needed_clause_is_missed(books_of: BooksOf, clause: str) -> None:
    assert ("missing", clause) in found(books_of, **{clause: "-"})


@pytest.mark.parametrize(
    ("clause", "at", "over"),
    [("late_daily_rate", "0.0005", "0.00049"), ("acceptance_days", "15", "16"), ("dispute_days", "30", "31")],
)
def test_policy_lines_are_crossed_strictly(books_of: BooksOf, clause: str, at: str, over: str) -> None:
    assert ("beyond_policy", clause) not in found(books_of, **{clause: at})
    assert ("beyond_policy", clause) in found(books_of, **{clause: over})


@pytest.mark.parametrize(
    "clause", ["retention_of_title", "no_set_off", "acceleration", "may_stop_supply", "assignable"]
)
def test_a_right_that_was_given_away_is_found(books_of: BooksOf, clause: str) -> None:
    assert ("beyond_policy", clause) in found(books_of, **{clause: "no"})


def test_terms_beyond_the_law_of_china(books_of: BooksOf) -> None:
    over = {"terms_days": "61"}
    law = ("beyond_law", "terms_days")
    assert law in found(books_of, **over)
    assert law not in found(books_of, terms_days="60")
    assert law not in found(books_of, staff="999", **over), "the line is for large buyers"
    assert ("beyond_law perhaps", "terms_days") in found(books_of, staff="-", **over)
    assert law not in found(books_of, signed_on="2025-05-31", **over), "signed before the law held"
    assert law in found(books_of, signed_on="2025-06-01", **over)
    assert law not in found(books_of, replace(DEFAULTS, protected_seller=False), **over)
    lowest = 0.03 / 365
    assert ("beyond_law", "late_daily_rate") not in found(books_of, late_daily_rate=f"{lowest:.15f}")
    assert ("beyond_law", "late_daily_rate") in found(books_of, late_daily_rate=f"{lowest * 0.999:.15f}")


def test_longer_terms_in_europe_may_be_fair(books_of: BooksOf) -> None:
    told = found(books_of, customer_id="harbour", terms_days="61", late_daily_rate="0.0006")
    assert ("beyond_law perhaps", "terms_days") in told


@pytest.mark.parametrize(
    ("cells", "clause"),
    [
        ({"due_from": "other"}, "due_from"),
        ({"due_from": "acceptance", "acceptance_days": "-"}, "acceptance_days"),
    ],
)
def test_what_hangs_in_the_air(books_of: BooksOf, cells: dict[str, str], clause: str) -> None:
    assert ("unclear", clause) in found(books_of, **cells)


def test_terms_that_are_lived_otherwise(books_of: BooksOf) -> None:
    """Invoices give 60 days: three days apart is the post, four another habit; the customers table is held exactly."""
    by_invoice = ("differs_from_invoices", "terms_days")
    assert by_invoice not in found(books_of, terms_days="57")
    assert by_invoice in found(books_of, terms_days="56")
    assert by_invoice not in found(books_of, terms_days="56", due_from="delivery"), "other days are not in invoices"
    assert ("differs_from_customer", "terms_days") in found(books_of, terms_days="59")
    assert by_invoice not in found(books_of, replace(DEFAULTS, lived_least=4), terms_days="56")


def test_legal_sees_most_money_first(books_of: BooksOf) -> None:
    items = ITEMS + "d harbour 2026-06-01 2026-07-31 900\ne other 2026-06-01 2026-07-31 50\n"
    rows = [{**WHOLE, "law": "-"}, {**WHOLE, "contract_id": "L", "customer_id": "harbour", "dispute_days": "-"}]
    contracts = HEAD + "\n".join(" ".join(row.values()) for row in rows)
    books = books_of("2026-06-30", customers=CUSTOMERS, open_items=items, contracts=contracts)
    told = contract_findings(books)
    legal = told.legal.select("customer_id", "contract_id", "findings", "open_amount").rows()
    assert legal == [("harbour", "L", 1, 90000), ("lantern", "K", 1, 50000), ("other", None, 1, 5000)]
    kinds = told.findings.filter(pl.col("customer_id") == "other").get_column("kind").to_list()
    assert kinds == ["no_contract"]
    only = contract_findings(books, customers=["lantern"])
    assert only.findings.get_column("customer_id").unique().to_list() == ["lantern"]


def test_a_contract_that_has_run_out_is_none(books_of: BooksOf) -> None:
    head, row = HEAD.replace("signed_on ", "signed_on ends_on "), list(WHOLE.values())
    for last, kinds in (("2026-06-29", ["ended"]), ("2026-06-30", [])):
        cells = " ".join([*row[:3], last, *row[3:]])
        books = books_of("2026-06-30", customers=CUSTOMERS, open_items=ITEMS, contracts=head + cells)
        assert contract_findings(books).findings.get_column("kind").to_list() == kinds


def test_books_without_contracts_find_nothing(books_of: BooksOf) -> None:
    told = contract_findings(books_of("2026-06-30", open_items=ITEMS))
    assert told.findings.is_empty()
    assert told.legal.is_empty()
