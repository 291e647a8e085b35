"""Credit report, advice sheet, contract list and first page: from a whole company down to a list of open items."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from companies import company_books
from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.contracts import contract_findings
from solvent.credit.credit import Credit, credit
from solvent.credit.grading.advice import advice
from solvent.decisions.limits.exposure import exposures
from solvent.documents.content import Block, Document, Figures, Heading, Paragraph, Points, Table, Value, plain
from solvent.documents.credit.advice import advice_sheet
from solvent.documents.credit.contracts import contract_list
from solvent.documents.credit.report import credit_report
from solvent.documents.credit.start import start_page
from solvent.files.language import Language
from solvent.files.pages.html import html
from solvent.files.pages.told import shown, told
from solvent.measures.trade.behaviour import behaviour

BooksOf = Callable[..., Books]
ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-01 2026-01-31 300
b       lantern     2026-05-01 2026-05-31 200
c       harbour     2026-06-01 2026-07-01 50
"""
EVERY = (
    "report.grade", "report.limit", "report.payment", "report.identity", "report.group", "report.statements",
    "report.events", "report.reputation", "report.screening", "report.contract", "report.parts", "report.changes",
    "report.sources",
)  # fmt: skip
"""The parts of a credit report; none is left out for want of data."""


@cache
def company() -> Books:
    return company_books(7)


@cache
def known() -> tuple[Books, Credit, pl.DataFrame, Policy]:
    books = company()
    policy, paying = Policy(books.as_of), behaviour(books)
    return books, credit(books, paying, policy), paying, policy


def of_bare(books: Books) -> tuple[Books, Credit, pl.DataFrame, Policy]:
    policy, paying = Policy(books.as_of), behaviour(books)
    return books, credit(books, paying, policy), paying, policy


def codes(document: Document) -> list[str]:
    return [block.code for block in document.blocks if isinstance(block, (Heading, Paragraph))]


def table(document: Document, caption: str) -> Table:
    return next(block for block in document.blocks if isinstance(block, Table) and block.caption == caption)


def cells(blocks: Sequence[Block]) -> list[Value]:
    found = [cell for block in blocks if isinstance(block, Table) for row in block.rows for cell in row]
    found += [
        fact for block in blocks if isinstance(block, Points) for _, facts in block.points for fact in facts.values()
    ]
    return found + [figure.value for block in blocks if isinstance(block, Figures) for figure in block.figures]


def test_a_list_of_open_items_gives_a_narrow_and_honest_report(books_of: BooksOf) -> None:
    report = credit_report(*of_bare(books_of("2026-06-30", open_items=ITEMS)), "lantern")
    assert [code for code in codes(report) if code in EVERY] == list(EVERY)
    lacking = {
        "report.identity.no_extract", "report.statements.none", "report.reputation.none", "report.screening.none",
        "report.contract.none", "report.limit.no_history", "report.group.alone", "report.events.none",
    }  # fmt: skip
    assert lacking <= set(codes(report))
    ages = {row[0].value: row[1].value for row in table(report, "report.aging").rows}
    assert ages == {"bucket.1-30": 20000, "bucket.121+": 30000, "bucket.total": 50000}
    states = {row[0].value: row[4].value for row in table(report, "report.parts.table").rows}
    assert states["part.registry"] == states["part.statements"] == "state.missing"
    for language in ("en", "zh"):
        assert "lantern" in html(told(report, Language(language)))


def test_several_currencies_without_rates_are_no_crash(books_of: BooksOf) -> None:
    items = "item_id customer_id issued_on due_on currency amount\na lantern 2026-01-01 2026-01-31 CNY 3\n"
    books = books_of("2026-06-30", currency="XXX", open_items=items + "b lantern 2026-01-01 2026-01-31 USD 3\n")
    report = credit_report(*of_bare(books), "lantern", exposure=exposures(books).table)
    assert "report.mixed" in codes(report)
    html(told(report, Language("zh")))
    html(told(start_page(books, *of_bare(books)[1:4:2]), Language("zh")))


def test_nobody_is_told_as_nobody(books_of: BooksOf) -> None:
    with pytest.raises(SolventError, match=r"documents\.customer_unknown"):
        credit_report(*of_bare(books_of("2026-06-30", open_items=ITEMS)), "stranger")


def test_every_customer_of_a_company_has_a_report_in_both_languages() -> None:
    books, graded, paying, policy = known()
    owed = exposures(books).table
    customers = books.table("customers").select("customer_id").collect().to_series().to_list()
    for customer in customers[::6]:
        report = credit_report(books, graded, paying, policy, customer, exposure=owed)
        assert [code for code in codes(report) if code in EVERY] == list(EVERY)
        assert json.loads(json.dumps(plain(report)))["document"] == "credit_report"
        english = [cell.value for cell in cells(report.blocks) if cell.kind == "word" and not is_chinese(cell)]
        assert not english, f"{customer}: {english}"
        html(told(report, Language("zh")))


def is_chinese(cell: Value) -> bool:
    """Whether a code of ours is told in Chinese; numbers of buckets and what is not known are neither."""
    text = shown(cell, Language("zh"))
    return bool(re.search("[\u4e00-\u9fff]", text)) or not re.search("[A-Za-z]", text)


def test_the_report_says_what_the_frames_say() -> None:
    books, graded, paying, policy = known()
    owed = exposures(books).table
    worst = owed.filter(pl.col("limit").is_not_null()).sort("exposure", descending=True).row(0, named=True)
    report = credit_report(books, graded, paying, policy, worst["customer_id"], exposure=owed)
    first = next(block for block in report.blocks if isinstance(block, Figures))
    figures = {figure.code: figure.value.value for figure in first.figures}
    grade = graded.grades.table.row(by_predicate=pl.col("customer_id") == worst["customer_id"], named=True)
    assert (figures["grade"], figures["exposure"], figures["limit"]) == (
        grade["grade"],
        worst["exposure"],
        worst["limit"],
    )
    reasons = graded.grades.reasons.filter((pl.col("customer_id") == worst["customer_id"]) & (pl.col("lost") > 0))
    lost = [row[5].value for row in table(report, "report.reasons").rows]
    assert lost == reasons.get_column("lost").head(12).to_list()


def test_findings_on_others_are_not_told() -> None:
    books, graded, paying, policy = known()
    someone = books.table("customers").select(pl.col("customer_id").first()).collect().item()
    rows = [("customer", someone, 3), ("customer", "other", 3), ("company", "own", 2)]
    findings = pl.DataFrame(rows, ["about", "subject", "tier"], orient="row").with_columns(
        rule=pl.lit("payment_delay"), value=pl.lit(40.0), line=pl.lit(30.0), unit=pl.lit("days")
    )
    report = credit_report(books, graded, paying, policy, someone, findings=findings)
    rows_told = table(report, "report.warnings.table").rows
    assert [[cell.value for cell in row] for row in rows_told] == [["red", "rule.payment_delay", 40.0, 30.0]]
    quiet = credit_report(books, graded, paying, policy, someone, findings=findings.head(0))
    assert "report.warnings.none" in codes(quiet)


def test_a_sheet_tells_the_customer_nothing_of_ours() -> None:
    books, graded, _, policy = known()
    steps = advice(graded.grades, policy)
    customer = steps.group_by("customer_id").len().sort("len", "customer_id").row(-1)[0]
    sheet = advice_sheet(books, graded, steps, policy, customer, from_whom="Our Ltd")
    kinds = {cell.kind for cell in cells(sheet.blocks)}
    assert not kinds & {"grade", "tier"}
    said = html(told(sheet, Language("en"))).partition("<main>")[2]
    assert not re.search(r"points|grade\b|chance|insurer|agency", said)
    told_factors = [row[0].value for row in table(sheet, "advice.table").rows]
    mine = steps.filter((pl.col("customer_id") == customer) & (pl.col("points_gain") > 0))
    best = mine.sort("points_gain", descending=True, maintain_order=True).get_column("factor").head(6)
    assert told_factors == [f"factor.{name}" for name in best]
    nothing = advice_sheet(books, graded, steps.head(0), policy, customer)
    assert "advice.nothing" in codes(nothing)


def test_a_sheet_lists_what_is_overdue_but_not_what_is_disputed_or_small(books_of: BooksOf) -> None:
    items = ITEMS + "d lantern 2026-01-01 2026-01-31 99.99\ne lantern 2026-01-01 2026-01-31 100\n"
    disputes = "dispute_id item_id opened_on\nx a 2026-03-01\n"
    books, graded, _, policy = of_bare(books_of("2026-06-30", open_items=items, disputes=disputes))
    sheet = advice_sheet(books, graded, advice(graded.grades, policy), policy, "lantern")
    listed = [row[0].value for row in table(sheet, "advice.overdue.table").rows]
    assert listed == ["e", "b"]


def test_the_list_for_legal_counts_each_customer_once() -> None:
    books = company()
    found = contract_findings(books)
    listed = contract_list(books, found, shown=3)
    figures = {f.code: f.value.value for block in listed.blocks if isinstance(block, Figures) for f in block.figures}
    owed = found.legal.unique("customer_id").get_column("open_amount").sum()
    assert figures["hangs_on_them"] == owed
    assert figures["contracts_to_update"] == found.legal.height
    assert len(table(listed, "contracts.table").rows) == 3
    nothing = contract_list(replace(books), replace(found, findings=found.findings.head(0), legal=found.legal.head(0)))
    assert "contracts.all_well" in codes(nothing)


def test_the_first_page_of_a_list_alone(books_of: BooksOf) -> None:
    books, graded, _, policy = of_bare(books_of("2026-06-30", open_items=ITEMS))
    page = start_page(books, graded, policy)
    there = {row[0].value: row[2].value for row in table(page, "start.can.table").rows}
    assert [name for name, held in there.items() if held] == ["can.aging", "can.dso"]
    first = table(page, "start.first.table").rows
    assert [[cell.value for cell in row] for row in first] == [["lantern", None, 50000, 50000, 150]]
    figures = {f.code: f.value.value for block in page.blocks if isinstance(block, Figures) for f in block.figures}
    assert figures["overdue_share"] == pytest.approx(50000 / 55000)
    assert figures["first_year_bad_debt"] == 0.0
    assert figures["admission_days"] is None
