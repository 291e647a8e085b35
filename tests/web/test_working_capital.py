"""Working capital: the lists tie to the measures, the cycle to its parts, every card leads to its rows."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Ledger, open_books
from solvent.documents.working_capital import bills, flows, stock, supplied
from solvent.files.sample import Plan, generate
from solvent.measures.company.liquidity import operating_cash_flow
from solvent.measures.company.payables import discount_rate, payables, payables_aging
from solvent.measures.company.stock import inventory, slow_movers, slow_share
from thorough import cases

HOME = "/c/own/working-capital/"


@pytest.fixture(scope="module")
def books():
    sample = generate(Plan(size="small", seed=7))
    return open_books(Ledger({name: frame.lazy() for name, frame in sample.tables.items()}, currency=sample.currency))


def test_bills_add_up_to_what_we_owe(books) -> None:
    told = bills(books)
    assert told["worth"].sum() == payables(books)
    aged = payables_aging(books).drop("total").row(0, named=True)
    by = dict(told.group_by("bucket").agg(pl.col("worth").sum()).iter_rows())
    assert {name: by.get(name, 0) for name in aged} == aged
    assert told["days_past_due"].is_sorted(descending=True)
    assert supplied(books)["open"].sum() == told["open"].sum()


def test_stock_is_that_of_the_measures(books) -> None:
    told = stock(books)
    assert told["worth"].sum() == inventory(books).value
    slow = told.filter("slow")
    assert set(slow["sku"]) == set(slow_movers(books)["sku"])
    assert slow["worth"].sum() / told["worth"].sum() == pytest.approx(slow_share(books).value)


def test_flows_are_the_direct_method(books) -> None:
    told = flows(books)
    for row in operating_cash_flow(books).iter_rows(named=True):
        mine = told.filter(pl.col("month_end") == row["month_end"])
        for kind in ("operating", "investing", "financing", "internal"):
            assert mine.filter(pl.col("kind") == kind)["amount"].sum() == row[kind], (row["month_end"], kind)


def test_a_bill_at_the_edge_of_a_bucket(books) -> None:
    """Due on the day: current; a day later: 1-30; thirty-one days later: 31-60."""
    day = books.as_of
    one = books.table("bills").head(1).collect()
    rows = pl.concat(
        [
            one.with_columns(
                pl.lit(f"B{late}").alias("bill_id"), (pl.lit(day) - pl.duration(days=late)).alias("due_on"),
                (pl.lit(day) - pl.duration(days=late + 60)).alias("issued_on"),
            )
            for late in (-1, 0, 1, 30, 31, 121)
        ]
    )  # fmt: skip
    tables = {**books.tables, "bills": rows.select(one.columns).cast(dict(one.schema)).lazy()}
    told = bills(replace(books, tables=tables)).select("days_past_due", "bucket")
    assert dict(told.iter_rows()) == {
        -1: "current", 0: "current", 1: "1-30", 30: "1-30", 31: "31-60", 121: "121+",
    }  # fmt: skip


@given(share=st.floats(0.001, 0.5), early=st.integers(0, 90), gained=st.integers(1, 120))
@settings(max_examples=cases(60, 600), deadline=None)
def test_a_discount_is_worth_what_it_saves_on_what_is_paid(share: float, early: int, gained: int) -> None:
    rate = discount_rate(share, early, early + gained)
    assert rate is not None
    assert (1 - share) * rate * gained / 365 == pytest.approx(share)
    assert discount_rate(share, early, early + gained + 1) < rate
    assert discount_rate(share, early, early) is None


def page(client, address: str = "", role: str = "cfo", language: str = "en") -> str:
    answer = client(role, language).get(HOME + address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_cycle_is_its_parts(client) -> None:
    told = page(client)
    figures = dict(re.findall(r'id="part-(\w+)">.*?class="figure"><a[^>]*>([^<]+)</a>', told, re.DOTALL))
    days = {name: float(text.replace(",", "")) for name, text in figures.items() if text not in ("-", "–")}
    assert set(figures) == {"ccc", "dio", "dso", "dpo"}
    if len(days) == 4:
        assert days["dio"] + days["dso"] - days["dpo"] == pytest.approx(days["ccc"], abs=0.2)


def test_every_card_and_row_leads_to_rows(client) -> None:
    told = page(client)
    links = set(re.findall(r'href="(/c/own/(?:working-capital|receivables)/[^"#]*)"', told))
    assert {f"{HOME}bills/", f"{HOME}stock/"} <= links
    for link in links:
        assert client("cfo").get(link.replace("&amp;", "&")).status_code == 200, link
    due = re.findall(rf'href="({HOME}bills/\?due=[^"]+)">[^<]*</a></th><td class="right">(\d+)<', told)
    assert due
    for link, count in due:
        shown = client("cfo").get(link).content.decode()
        assert (f"of {count}<" in shown) if int(count) else ("No bill is open" in shown)


def test_every_variant_and_every_supplier_opens(client) -> None:
    told = page(client)
    told = told[told.index("Every variant under its own name") :]
    links = re.findall(r'<th scope="row"><a href="([^"]+)"', told)
    assert len(links) == told.count('<th scope="row">')
    for link in set(links):
        assert client("cfo").get(link).status_code == 200, link
    to = re.search(rf'href="({HOME}bills/\?q=[^"]+)"', page(client, "suppliers/"))
    assert to
    assert client("cfo").get(to[1]).status_code == 200


def test_a_discount_is_asked_in_the_address(client) -> None:
    assert "37.2%" in page(client, "?discount=2&within=10&due_days=30&cost=6")
    assert "Take it" in page(client, "?discount=2&within=10&due_days=30&cost=37")
    assert "Leave it" in page(client, "?discount=2&within=10&due_days=30&cost=38")
    assert "2 % for paying within 10 days instead of 30 days:" in page(client, "?discount=2&within=10&due_days=30")
    assert "gains no day" in page(client, "?discount=2&within=30&due_days=30")
    for asked in ("?discount=x", "?discount=-1&within=1e9&cost=nan", "?within=%00", "?due_days=inf"):
        page(client, asked)


def test_ratios_and_cash_flow_are_for_those_who_see_cash(client) -> None:
    assert "Cash flow by the direct method" in page(client, "liquidity/")
    for role in ("purchasing", "sales", "collector"):
        assert client(role).get(f"{HOME}liquidity/").status_code == 404
        assert "liquidity/" not in page(client, role=role)


def test_pages_say_nothing_in_the_other_language(client) -> None:
    english = {
        "Cash conversion cycle",
        "Days in stock",
        "Bills to pay",
        "Suppliers",
        "Supplier",
        "Quick ratio",
        "Article",
    }
    for tab in ("", "bills/", "suppliers/", "stock/", "liquidity/"):
        shown = page(client, tab, language="zh")
        assert not [text for text in english if f">{text}<" in shown], tab
        assert "营运资金" in shown


def test_an_older_assessment_says_that_it_lacks_the_lists(client, monkeypatch) -> None:
    from solvent.base.problem import SolventError  # noqa: PLC0415
    from solvent_server.store.keeping.assessments import Kept  # noqa: PLC0415

    def lacking(self: Kept, name: str) -> pl.LazyFrame:
        raise SolventError("store.assessment.frame_missing", "x", name=name)

    monkeypatch.setattr(Kept, "frame", lacking)
    assert "made before this page existed" in page(client)
    assert "made before this page existed" in page(client, "bills/")
