"""Customers: the page of one customer with every part, its printable papers, and names that are meant to do harm."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from companies import company as company_of
from solvent_server.store import access, database

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "{{7*7}}{% raw %}",
    "javascript:alert(1)",
    '=HYPERLINK("http://evil.example")',
    "\u202egnp.exe",
    "' OR 1=1 --",
)


@pytest.fixture(scope="module")
def rough(site: Path) -> object:
    """A company whose customers bear hostile names, with its facts, assessed."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent.assessment import assess  # noqa: PLC0415
    from solvent.base.terms import Policy  # noqa: PLC0415
    from solvent.books.books import Ledger, open_books  # noqa: PLC0415
    from solvent.simulation.horizon import Outlooked  # noqa: PLC0415
    from solvent_server.store import batches, work  # noqa: PLC0415
    from solvent_server.store.keeping import assessments  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    database.connect(site)
    company = work.set_company("rough", "test", names=[HOSTILE[0]], currency="CNY")
    for role in access.ROLES:
        Member.objects.create(user=User.objects.get(username=role), company=company, role=role)
    tables = {name: frame for name, frame in company_of(4, "stall").tables.items() if frame.height}
    ids = tables["customers"].get_column("customer_id").sort()
    bad = pl.DataFrame({"customer_id": ids.head(len(HOSTILE)), "bad": list(HOSTILE[: len(ids)])})
    for name, column in (("customers", "name"), ("registrations", "legal_name"), ("events", "detail")):
        if name in tables:
            told = tables[name].join(bad, on="customer_id", how="left", maintain_order="left")
            tables[name] = told.with_columns(pl.coalesce("bad", column).alias(column)).drop("bad")
    batches.record(company, tables, kind="person", actor="test")
    books = open_books(Ledger({name: frame.lazy() for name, frame in tables.items()}, currency="CNY"))
    few = {Outlooked.key: [(books.as_of, {"paths": 200})]}
    assessments.keep("rough", assess(books, Policy(books.as_of, few), seed=1), "2026-11-01T06:00:00")
    return bad


def page(client, customer: str, who: str = "credit_manager", language: str = "en", company: str = "rough") -> str:
    answer = client(who, language).get(f"/c/{company}/customers/{customer}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_every_part(client, rough) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest("rough")
    assert kept is not None
    row = kept.frame("customers").filter(pl.col("grade").is_not_null()).collect().row(0, named=True)
    told = page(client, row["customer_id"])
    parts = (
        "Open items", "Warnings", "Grade with its reasons", "What each method allows", "What happened", "Credit file",
        "Screening", "Statements of two years", "Contract", "Group",
    )  # fmt: skip
    for part in parts:
        assert part in told
    card = kept.frame("card").filter(pl.col("customer_id") == row["customer_id"]).collect()
    assert told.count('<small class="why">') >= card.height, "every factor is printed with its points"
    assert f"{row['yearly_default_chance']:.1%}" in told
    assert re.search(r"<meter [^>]*max=\"", told) or row["limit"] is None
    heads = re.findall(r"<h([1-6])", told)
    assert heads[0] == "1"
    assert heads.count("1") == 1
    assert all(int(after) - int(before) <= 1 for before, after in pairwise(heads))


def test_points_of_the_card_add_up_to_both_axes(client, rough) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest("rough")
    assert kept is not None
    sums = kept.frame("card").group_by("customer_id", "axis").agg(pl.col("points").sum() / pl.col("best").sum() * 100)
    wide = sums.collect().pivot("axis", index="customer_id", values="points")
    told = kept.frame("customers").select("customer_id", "ability", "willingness").collect()
    both = told.join(wide, on="customer_id", suffix="_summed")
    assert both.height
    for axis in ("ability", "willingness"):
        known = both.filter(pl.col(axis).is_not_null())
        assert (known[axis] - known[f"{axis}_summed"]).abs().max() < 1e-6


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_are_only_names(client, rough, language: str) -> None:
    for customer in rough.get_column("customer_id"):
        pages = [
            page(client, customer, language=language),
            *(
                client("credit_manager", language).get(f"/c/rough/{paper}/{customer}/").content.decode()
                for paper in ("customer-report", "customer-advice", "desk/limits")
            ),
        ]
        for told in pages:
            assert "<script>alert" not in told
            assert "<img src=x" not in told
            assert "<style>*" not in told
            assert not re.search(r"<[^>]+ (style|on\w+)=", told)
            assert not re.search(r'href="javascript:', told)
            assert "49" not in re.findall(r"<h1>(.*?)</h1>", told)[0] or "{{7*7}}" in told


def test_papers_print_under_a_nonce(client, rough) -> None:
    customer = rough.item(0, "customer_id")
    for paper in ("customer-report", "customer-advice"):
        answer = client("legal").get(f"/c/rough/{paper}/{customer}/")
        assert answer.status_code == 200
        nonce = re.search(r'<style nonce="([^"]+)">', answer.content.decode()).group(1)
        policy = answer.headers["Content-Security-Policy"]
        assert f"'nonce-{nonce}'" in policy
        assert "unsafe" not in policy
        assert len(re.findall(r"<style", answer.content.decode())) == 1
        assert client("legal").get(f"/c/rough/{paper}/nobody/").status_code == 404
        assert client("cfo-elsewhere").get(f"/c/rough/{paper}/{customer}/").status_code == 404


def test_advice_tells_nothing_of_ours(client, rough) -> None:
    customer = rough.item(1, "customer_id")
    told = client("sales").get(f"/c/rough/customer-advice/{customer}/").content.decode()
    for secret in ("grade", "chance to fail", "limit that"):
        assert secret not in told.split("</style>")[1].lower()


def test_open_items_export(client, rough) -> None:
    customer = rough.item(0, "customer_id")
    answer = client("cfo").get(f"/c/rough/customers/{customer}/?format=csv")
    assert answer.headers["Content-Type"].startswith("text/csv")


def test_without_books_the_papers_say_so(client, site: Path) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest("own")
    assert kept is not None
    customer = kept.frame("customers").select("customer_id").head(1).collect().item()
    told = client("cfo").get(f"/c/own/customer-report/{customer}/")
    assert told.status_code == 200
    assert "There is nothing to print" in told.content.decode()


def test_an_assessment_of_an_earlier_version_still_shows(client, rough, site: Path) -> None:
    home = site / "assessments" / "rough"
    newest = max(home.iterdir())
    older = home / "2099-01-01.2099-01-01T000000"
    shutil.copytree(newest, older)
    try:
        for gone in ("card", "limits", "methods", "timeline", "parts", "steps", "reviews"):
            (older / f"{gone}.parquet").unlink()
        told = page(client, rough.item(0, "customer_id"))
        assert "The next one brings it" in told
        for name in ("limits", "reviews", "admissions"):
            assert client("cfo").get(f"/c/rough/desk/{name}/").status_code == 200
    finally:
        shutil.rmtree(older)


def test_a_name_of_blanks_still_leads_somewhere() -> None:
    from solvent.files.language import Language  # noqa: PLC0415
    from solvent_server.web.parts.table import Column, Lister, _cell  # noqa: PLC0415

    column = Column("name", "Customer", link="customer", link_by="customer_id")
    lister = Lister((column,), "name", "CNY", link_to=lambda name, key: f"/{name}/{key}/")
    told = [
        _cell(column, {"name": name, "customer_id": "C9"}, lister, Language("en")).text for name in ("\u00a0", "Mill")
    ]
    assert told == ["C9", "Mill"]


def test_what_is_expected_is_all_that_is_open(client, rough) -> None:
    """The steps of likely payments add up to the customer's open items, whatever day each is likely on."""
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest("rough")
    assert kept is not None
    items = kept.frame("items").filter(pl.col("open") > 0).collect()
    customer = items.group_by("customer_id").len().sort("len", "customer_id").row(-1)[0]
    mine = items.filter(pl.col("customer_id") == customer)
    told = page(client, customer).split("When it is likely to pay")[1].split("</dl>")[0]
    amounts = re.findall(r"<dd>([A-Z]{3})\u00a0([\d,.]+)</dd>", told)
    assert mine.get_column("currency").n_unique() == 1 == len({code for code, _ in amounts})
    assert sum(round(float(amount.replace(",", "")) * 100) for _, amount in amounts) == mine.get_column("open").sum()
    first = mine.get_column("likely_on").drop_nulls().clip(kept.as_of).min()
    assert str(first.year) in told


def test_no_two_regions_of_the_page_have_one_name(client, rough) -> None:
    told = page(client, rough.item(0, "customer_id"))
    heads = dict(re.findall(r'<h2 id="(\w+)"[^>]*>([^<]+)</h2>', told))
    names = [heads[one] for one in re.findall(r'<section aria-labelledby="(\w+)"', told)]
    names += re.findall(r'role="region" aria-label="([^"]+)"', told)
    assert len(names) == len(set(names)) > 8
