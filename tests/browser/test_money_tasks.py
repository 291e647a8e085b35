"""Tasks with money and papers: a payment is placed, split and taken back; a report is read and taken along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from solvent.books.books import TABLES

pytestmark = pytest.mark.parametrize("language", ["en", "zh"])
DAY = date(2026, 9, 1)


def rows_of(name: str, *rows: Mapping[str, Any]) -> pl.DataFrame:
    """A table of the books out of rows, in CNY, recorded on DAY."""
    told = [{"recorded_on": DAY, "currency": "CNY", **row} for row in rows]
    schema = TABLES[name].schema
    return pl.DataFrame({column: [row.get(column) for row in told] for column in schema}, schema=schema)


@pytest.fixture(scope="package")
def came_in(served: Any) -> None:
    """Money of a customer for each language: one sum that pays an invoice, one that pays parts of two others."""
    from solvent_server.store import batches  # noqa: PLC0415 (needs the store)

    for of, name in (("en", "Quay Stores"), ("zh", "码头商店")):
        items = {f"A-{of}": 10_000, f"B-{of}": 25_000, f"C-{of}": 9_000}
        tables = {
            "customers": rows_of("customers", {"customer_id": f"Q-{of}", "name": name}),
            "open_items": rows_of(
                "open_items",
                *(
                    {"item_id": number, "invoice_id": number, "customer_id": f"Q-{of}", "issued_on": DAY,
                     "due_on": date(2026, 10, 1), "amount": amount}
                    for number, amount in items.items()
                ),
            ),
            "bank_lines": rows_of(
                "bank_lines",
                *(
                    {"line_id": f"{number}-{of}", "account_id": "bank", "booked_on": DAY, "amount": amount,
                     "counterparty": name, "reference": reference}
                    for number, amount, reference in (("whole", 10_000, f"A-{of}"), ("parts", 18_050, ""))
                ),
            ),
        }  # fmt: skip
        batches.record(served.called("harbour"), tables, kind="person", actor="test")


def placed(served: Any, line: str) -> dict[str, int]:
    """What stands in the books of where the money of a line went: invoice to minor units."""
    from solvent_server.store import facts  # noqa: PLC0415 (needs the store)

    rows = facts.standing("allocations", served.called("harbour").pk, TABLES["allocations"].schema)
    return dict(rows.filter(pl.col("source_id") == f"bank:{line}").select("item_id", "amount").iter_rows())


def test_by_keys_a_suggestion_is_accepted_and_taken_back(sit: Any, served: Any, came_in: None, language: str) -> None:
    """j goes from sum to sum, Enter places what is proposed, u takes it back."""
    seen, line = sit("collector", language, "harbour"), f"whole-{language}"
    page = seen.open("matching/")
    page.locator(f"[data-pick='{line}']").wait_for()
    seen.settle()
    for _ in range(page.locator("[data-pick]").count()):
        if seen.focused(f"[data-pick='{line}']"):
            break
        seen.keys("j")
    page.locator(f"#panel[data-line='{line}'] [data-accept]").wait_for()
    seen.settle()
    assert f"A-{language}" in seen.text("#panel .proposal")
    seen.keys("Enter")
    page.locator("main .said").wait_for()
    assert placed(served, line) == {f"A-{language}": 10_000}
    assert page.locator(f"[data-pick='{line}']").count() == 0
    seen.settle()
    seen.keys("u")
    page.locator(f"[data-pick='{line}']").wait_for()
    assert placed(served, line) == {}


def test_a_payment_is_split_by_hand_and_taken_back(sit: Any, served: Any, came_in: None, language: str) -> None:
    seen, line = sit("treasurer", language, "harbour"), f"parts-{language}"
    page = seen.open(f"matching/?line={line}")
    panel = page.locator(f"#panel[data-line='{line}']")
    panel.wait_for()
    seen.settle()
    by_hand = panel.locator("details:has([data-part])")
    if by_hand.get_attribute("open") is None:
        by_hand.locator("summary").click()
    for number, amount in (("A", ""), ("B", "100.50"), ("C", "80")):
        panel.locator(f"tr:has([value='{number}-{language}']) [data-part]").fill(amount)
    assert panel.locator("[data-rest]").inner_text() == "0.00", "what is left is counted while one types"
    panel.locator("button[name=do][value=items]").click()
    page.locator("main .said").wait_for()
    assert placed(served, line) == {f"B-{language}": 10_050, f"C-{language}": 8_000}
    page.locator("main form[action$='/matching/undo/'] button").first.click()
    page.locator(f"[data-pick='{line}']").wait_for()
    assert placed(served, line) == {}


def test_the_management_report_is_read_opened_and_taken_along(sit: Any, served: Any, language: str) -> None:
    """What it tells of the days of sales is what the figure opens to, and what stands in the cells of its file."""
    seen, report = sit("cfo", language), served.kept.report
    page = seen.open("reports/")
    shelf = page.locator("section:has(#paper-management)")
    with page.expect_download() as waited:
        shelf.get_by_role("link", name="Excel").first.click()
    book = CalamineWorkbook.from_path(waited.value.path())
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert float(Decimal(report["open_total"])) in cells
    shelf.locator("h2 a").click()
    seen.arrive("/reports/management/")
    told = seen.text("body")
    open_total = seen.language.money(int(Decimal(report["open_total"]) * 100), served.kept.currency)
    assert open_total in told
    seen.open("")
    how = page.locator("section[aria-labelledby=card-receivables] details.how")
    how.locator("summary").click()
    how.locator("a").click()
    seen.arrive("/figure/receivables/")
    assert open_total in seen.text("main .lead")
    assert seen.language.day(served.kept.as_of) in seen.text("main .card")


STRANGE = """Who,Paper,From,Until,Worth
K-{of},Y-{of}-1,03/04/2026,03/05/2026,"1.200,50"
K-{of},Y-{of}-2,04/04/2026,04/05/2026,"99,00"
"""
MEANT = {"Who": "customer_id", "Paper": "invoice_id", "From": "issued_on", "Until": "due_on", "Worth": "amount"}


def test_a_file_that_is_not_understood_is_read_as_somebody_says(sit: Any, served: Any, language: str) -> None:
    """Columns, the order of day and month and the decimal mark are told by hand; the next file is read alike."""
    from solvent_server.store import facts  # noqa: PLC0415 (needs the store)

    seen = sit("credit_analyst", language, "harbour")
    page = seen.page
    # in each language other headings, or the second would be read as the first was taught
    text = STRANGE.replace("Worth", f"Worth {language}").format(of=language)
    seen.bring(f"strange-{language}.csv", text.encode())
    page.locator("#file a[href*='/layout/']").first.click()
    seen.arrive("/layout/")
    if page.locator("#pick select[name=role]").input_value() != "documents":
        page.locator("#pick select[name=role]").select_option("documents")
        seen.arrive("role=documents")
    for head, field in MEANT.items():
        column = head if head != "Worth" else f"Worth {language}"
        page.get_by_label(seen.say("Meaning of column {column}", column=column)).select_option(field)
    page.locator("select[name=order]").select_option("dmy")
    page.locator("select[name=mark]").select_option(",")
    page.locator("main [name=currency]").fill("EUR")
    page.get_by_role("button", name=seen.say("Read it again like this")).click()
    page.wait_for_url(re.compile(r"/imports/files/\d+/$"))
    page.locator("#file .lead").wait_for()
    page.locator("button[name=do][value=load]").click()
    page.locator("#file .said a").first.wait_for()
    rows = facts.standing("open_items", served.called("harbour").pk, TABLES["open_items"].schema)
    mine = rows.filter(pl.col("customer_id") == f"K-{language}", pl.col("invoice_id").str.starts_with("Y-"))
    assert mine.sort("invoice_id").select("amount", "currency", "due_on").rows() == [
        (120_050, "EUR", date(2026, 5, 3)),
        (9_900, "EUR", date(2026, 5, 4)),
    ]
    seen.bring(f"next-{language}.csv", text.replace("Y-", "Z-").encode())
    page.locator("button[name=do][value=load]").wait_for()
    assert f"Z-{language}-2" in seen.text("#file")
    page.locator("button[name=do][value=discard]").click()
    page.get_by_role("status").first.wait_for()
