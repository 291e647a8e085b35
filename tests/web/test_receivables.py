"""Receivables: the pages tie to the ageing, every figure leads to its rows, a page of a long list is the right one."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import polars as pl
import pytest

from companies import company_books
from solvent.documents.receivables import ageing, disputes, receivables
from solvent.measures.aging import aging
from solvent.measures.aging import disputed as disputed_total
from solvent.measures.sums import DIMENSIONS

HOME = "/c/own/receivables/"


@pytest.fixture(scope="module")
def books():
    return company_books(7)


@pytest.mark.parametrize("by", [by for by in DIMENSIONS if by != "currency"])
def test_items_add_up_to_the_ageing(books, by: str) -> None:
    """Cell by cell: what the drill-down lists is what the cell says."""
    items, told = receivables(books), ageing(books).filter(pl.col("by") == by)
    column = {"customer": "customer_id", "group": "group_id"}.get(by, by)
    buckets = [name for name in told.columns if name not in ("by", "key", "name", "total")]
    cells = told.unpivot(buckets, index="key", variable_name="bucket", value_name="cell").filter(pl.col("cell") != 0)
    listed = (
        items.group_by(pl.col(column).alias("key"), "bucket").agg(pl.col("worth").sum()).filter(pl.col("worth") != 0)
    )
    both = cells.join(listed, on=["key", "bucket"], how="full", coalesce=True)
    assert both.filter(pl.col("cell").ne_missing(pl.col("worth"))).is_empty()
    assert both.height > 3


def test_the_ageing_of_all_is_the_measure(books) -> None:
    whole = ageing(books).filter(pl.col("by") == "")
    assert whole.drop("by", "key", "name").row(0) == aging(books).row(0)


def test_disputes_are_those_of_the_figure(books) -> None:
    told = disputes(books, receivables(books))
    running = books.table("disputes").filter(pl.col("closed_on").is_null()).collect()
    assert set(told["dispute_id"]) <= set(running["dispute_id"])
    assert (told["amount"] <= told["open"]).all()
    if set(told["currency"]) <= {books.currency} and told["item_id"].is_unique().all():
        assert told["amount"].sum() == disputed_total(books)


def page(client, address: str, role: str = "cfo", language: str = "en") -> str:
    answer = client(role, language).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def table(client, address: str) -> list[dict[str, str]]:
    answer = client("cfo").get(address)
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("by", DIMENSIONS)
def test_a_cell_leads_to_its_items(client, by: str) -> None:
    shown = page(client, f"{HOME}?by={by}")
    links = re.findall(rf'href="({HOME}items/{by}/[^"]+)"', shown)
    assert links
    answer = page(client, links[0].replace("&amp;", "&"))
    assert "No item fits" not in answer


def test_csv_of_a_row_adds_up_to_its_cell(client) -> None:
    """By currency, where a cell is in the document's own currency, like the items."""
    for row in table(client, f"{HOME}?by=currency&format=csv"):
        items = table(client, f"{HOME}items/currency/{row['Currency']}/?format=csv")
        assert sum(round(float(item["Open"]) * 100) for item in items) == round(float(row["Total"]) * 100)


def test_csv_of_all_items_and_of_some(client) -> None:
    every = table(client, f"{HOME}items/?format=csv")
    late = table(client, f"{HOME}items/?format=csv&bucket=1-30")
    assert 0 < len(late) < len(every)
    assert [row for row in every if row["Bucket"] == "1-30"] == late


def test_an_address_that_asks_for_nonsense(client) -> None:
    assert client("cfo").get(f"{HOME}items/colour/red/").status_code == 404
    assert "No item fits" in page(client, f"{HOME}items/region/nowhere/")
    for asked in ("?by=colour", "?sort=nothing", "?page=99999"):
        page(client, HOME + asked)
        page(client, f"{HOME}items/{asked}")


def test_pages_say_nothing_in_the_other_language(client) -> None:
    """Heads and sentences of our pages, as the catalogue has them."""
    english = {"Open items", "How old it is", "By whom", "Days past due", "Late invoicing", "Best possible DSO"}
    for tab in ("", "items/", "days/", "disputes/", "unplaced/", "invoicing/"):
        shown = page(client, HOME + tab, language="zh")
        assert not [text for text in english if text in shown], tab
        assert "应收账款" in shown


def test_no_style_and_no_script_in_a_tag(client) -> None:
    for tab in ("", "items/", "days/", "disputes/", "unplaced/", "invoicing/"):
        assert not re.search(r"<[^>]+ (style|on\w+)=", page(client, HOME + tab)), tab


def made(rows: int) -> pl.DataFrame:
    days = pl.Series("days_past_due", [(7 * n) % 101 - 40 for n in range(rows)])
    return pl.DataFrame(
        {
            "customer_id": [f"C{n % 17}" for n in range(rows)],
            "name": [f"Customer {n % 17}" for n in range(rows)],
            "item_id": [f"I{n:05d}" for n in range(rows)],
            "region": [None if n % 11 == 0 else f"R{n % 3}" for n in range(rows)],
            "due_on": [date(2026, 10, 31) - timedelta(days=int(day)) for day in days],
            "worth": [(n * 37) % 1009 - 5 for n in range(rows)],
        }
    ).with_columns(days).sort("days_past_due", descending=True)  # fmt: skip


@pytest.mark.parametrize("order", ["-days_past_due", "days_past_due", "-worth", "name", "region"])
@pytest.mark.parametrize(
    ("chosen", "word"), [({}, ""), ({"region": "R1"}, ""), ({}, "mer 3"), ({"region": "R2"}, "i000")]
)
def test_a_page_is_cut_as_polars_would_sort_and_filter(site, order: str, chosen: dict[str, str], word: str) -> None:
    from solvent_server.web.parts.listing.held import SIZE, Held  # noqa: PLC0415 (needs the store)

    frame = made(1_000)
    held = Held(frame)
    wanted = frame.filter(pl.lit(value=True), *(pl.col(name) == value for name, value in chosen.items()))
    if word:
        wanted = wanted.filter(
            pl.any_horizontal(
                pl.col(name).str.to_lowercase().str.contains(word, literal=True) for name in ("name", "item_id")
            )
        )
    column, most = order.removeprefix("-"), order.startswith("-")
    if order != held.first:
        wanted = wanted.sort(column, descending=most, nulls_last=True, maintain_order=True)
    for asked in (0, 1, 3, 10_000):
        count, shown, rows = held.cut(chosen, word, order, asked)
        last = max(-(-wanted.height // SIZE) - 1, 0)
        assert (count, shown) == (wanted.height, min(asked, last))
        assert rows.equals(wanted[shown * SIZE : (shown + 1) * SIZE])
    assert held.worth(chosen, word) == wanted["worth"].sum()
